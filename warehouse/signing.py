"""Signatures: Ed25519 over a DSSE envelope (Dead Simple Signing Envelope, version 1).

Here: envelopes, signing keys, and which public keys this hub trusts. Never here: what is signed
(`release_files`, the access log, extracts). Next: whoever has the public keys can check a signed
file with any DSSE tool.

A signing key is derived from the root key; verifying needs public keys only, which lie in
`keys/<label>.json`, one line an epoch. HUB_PUBLIC_KEYS names another folder, such as a copy that an
auditor was handed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hub.expected_error import ExpectedError
from warehouse import durable
from warehouse.keys import KeyProvider
from warehouse.layout import Layout

RELEASE_SIGNING = "release-signing"
LOG_SIGNING = "log-signing"
SIGNING_LABELS = (RELEASE_SIGNING, LOG_SIGNING)
_ALGORITHM = "ed25519"
_ID_CHARACTERS = 16


class SignatureError(ExpectedError):
    """A signature is missing, malformed or of nobody we trust; the message says which."""


def authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """Return what DSSE signs: the type and the payload, each with its length in bytes (PAE)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign_dsse(payload: bytes, payload_type: str, key: Ed25519PrivateKey) -> str:
    """Return the envelope of `payload` as JSON on one line; equal input gives equal text."""
    signature = key.sign(authentication_encoding(payload_type, payload))
    return _envelope(payload, payload_type, signature, key.public_key())


def open_dsse(
    text: str, payload_type: str, public_keys: Iterable[Ed25519PublicKey], *, exact: bool = False
) -> bytes:
    """Return the payload of an envelope that one of `public_keys` has signed.

    Args:
        text: the envelope's JSON.
        payload_type: what the payload must be.
        public_keys: keys that are trusted; `keyid` is a hint only and is not relied on.
        exact: refuse an envelope that `sign_dsse` would have written otherwise, so that not one bit
            of it can be another. Envelopes of other tools may differ in spaces and base64.

    Raises:
        SignatureError: no envelope, another type, or no signature of a trusted key.
    """
    payload, signatures = _read_envelope(text, payload_type)
    encoded = authentication_encoding(payload_type, payload)
    for key in public_keys:
        for signature in signatures:
            try:
                key.verify(signature, encoded)
            except InvalidSignature:
                continue
            if exact and text != _envelope(payload, payload_type, signature, key):
                message = "the envelope of the signature was altered"
                raise SignatureError(message)
            return payload
    message = "no signature of a trusted key fits"
    raise SignatureError(message)


def signing_key(
    provider: KeyProvider, label: str = RELEASE_SIGNING, epoch: int | None = None
) -> Ed25519PrivateKey:
    """Return the signing key of `label`, of its current epoch unless another is named."""
    chosen = provider.epoch(label) if epoch is None else epoch
    return Ed25519PrivateKey.from_private_bytes(provider.key(label, chosen))


def key_id(key: Ed25519PublicKey) -> str:
    """Return a short name of a public key: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:_ID_CHARACTERS]


def public_key_text(key: Ed25519PublicKey | Ed25519PrivateKey) -> str:
    """Return a public key as `ed25519:<base64>`; of a private key, its public half."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return f"{_ALGORITHM}:{base64.b64encode(public.public_bytes_raw()).decode()}"


def read_public_key(text: str) -> Ed25519PublicKey:
    """Read what `public_key_text` wrote.

    Raises:
        SignatureError: the text is no public key.
    """
    algorithm, _, encoded = text.strip().partition(":")
    try:
        if algorithm != _ALGORITHM:
            encoded = ""
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded, validate=True))
    except (ValueError, binascii.Error):
        message = f"a public key is written {_ALGORITHM}:<base64 of 32 bytes>"
        raise SignatureError(message) from None


def public_keys(provider: KeyProvider, label: str) -> list[str]:
    """Return the public keys of `label` as the root key has them, oldest epoch first."""
    return [
        public_key_text(signing_key(provider, label, epoch))
        for epoch in range(1, provider.epoch(label) + 1)
    ]


def publish_public_keys(layout: Layout, provider: KeyProvider, label: str) -> None:
    """Write the public keys of `label` where readers look for them, unless they lie there already."""
    texts = public_keys(provider, label)
    path = layout.own_public_keys / f"{label}.json"
    content = json.dumps({"label": label, "public_keys": texts}, indent=1) + "\n"
    if not path.exists() or path.read_text("utf-8") != content:
        durable.write_text(path, content)


def trusted_keys(layout: Layout, label: str = RELEASE_SIGNING) -> Sequence[Ed25519PublicKey]:
    """Return the public keys that this hub trusts for `label`, newest epoch first.

    Raises:
        SignatureError: the file of public keys is missing or is none.
    """
    path = layout.public_keys / f"{label}.json"
    try:
        texts = json.loads(path.read_text("utf-8"))["public_keys"]
        return [read_public_key(text) for text in reversed(texts)]
    except FileNotFoundError:
        message = f"no public keys for {label}; `hub keys show` writes them, on the hub that signs"
        raise SignatureError(message) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        message = f"{path.name}: no list of public keys; `hub keys show` writes it anew"
        raise SignatureError(message) from None


def _envelope(payload: bytes, payload_type: str, signature: bytes, key: Ed25519PublicKey) -> str:
    content = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": payload_type,
        "signatures": [{"keyid": key_id(key), "sig": base64.b64encode(signature).decode()}],
    }
    return json.dumps(content, separators=(",", ":")) + "\n"


def _read_envelope(text: str, payload_type: str) -> tuple[bytes, list[bytes]]:
    try:
        envelope: dict[str, Any] = json.loads(text)
        found = envelope["payloadType"]
        payload = _base64(envelope["payload"])
        signatures = [_base64(each["sig"]) for each in envelope["signatures"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        message = "no signature envelope (DSSE)"
        raise SignatureError(message) from None
    if found != payload_type:
        message = "the signature is for something of another type"
        raise SignatureError(message)
    return payload, signatures


def _base64(text: str) -> bytes:
    # Both alphabets are allowed by the specification.
    return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
