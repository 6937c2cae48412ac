"""Pseudonyms: one person, another name for every ministry.

Here: the keyed permutation. Never here: keys (the vault derives them) or rows. Next:
`pipelines.steps.extracts` replaces ids by pseudonyms before anything is written.

A pseudonym is one AES-256 block over the MD5 of the id: without the key, two ministries cannot
join what they hold, and nobody can try out ids. MD5 only spreads ids of any length over a block;
what keeps the secret is the key.
"""

from __future__ import annotations

import hashlib
import hmac

import polars as pl
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 16


def ministry_key(key: bytes, ministry: str) -> bytes:
    """Return the 32-byte key of one ministry, derived from `key` (HMAC-SHA-256)."""
    if len(key) < _BLOCK:
        raise ValueError("the key of extracts must be at least 16 bytes long")
    return hmac.new(key, f"extract/{ministry}/v1".encode(), hashlib.sha256).digest()


def pseudonyms(digests: pl.Series, key: bytes) -> pl.Series:
    """Return pseudonyms (32 hexadecimal digits) of MD5 digests in hexadecimal.

    Args:
        digests: MD5 of each id, 32 lower-case hexadecimal digits, no nulls.
        key: 32 bytes; see `ministry_key`.
    """
    # ECB is right here: each digest is exactly one block, and equal ids must give equal names.
    encryptor = Cipher(algorithms.AES256(key), modes.ECB()).encryptor()  # noqa: S305
    blocks = bytes.fromhex("".join(digests.to_list()))
    encrypted = encryptor.update(blocks) + encryptor.finalize()
    text = encrypted.hex()
    width = 2 * _BLOCK
    return pl.Series(
        digests.name,
        [text[start : start + width] for start in range(0, len(text), width)],
        dtype=pl.String,
    )
