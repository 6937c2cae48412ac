"""Keys: one root key a hub, and from it a key for each purpose.

Here: where the root key lies, deriving keys by label and epoch, the epochs' numbers. Never here:
what a key is used for (`vault`, `signing`, extracts). Next: whoever needs a key asks a
`KeyProvider`, so that a hardware module can stand behind it one day.

A label names one purpose: `pid/v1`, `identity`, `archive`, `extract/<ministry>/<contract>`,
`release-signing`, `log-signing`. Keys that are renewed have an epoch, 1 at first: the key of an
epoch never changes, so what was made under an older one can still be read.

A hub remembers a check of the root key that it was made with (`vault/root-key.json`). Another root key
would give other tokens for the same people, and nobody would notice before the joins are empty; so it
is refused, and a lost key file is not made anew.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.expected_error import ExpectedError
from warehouse import durable
from warehouse.layout import Layout
from warehouse.staging import staging_name

KEY_BYTES = 32
KEY_HEX_VARIABLE = "HUB_ROOT_KEY"
_CHECK_LABEL = "root-key-check"
_CHECK_BYTES = 8
_OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


class RootKeyError(ExpectedError):
    """The root key cannot be used; the message says what to do and never shows a key."""


class KeyProvider(Protocol):
    """Whatever hands out keys by purpose."""

    def key(self, label: str, epoch: int | None = None) -> bytes:
        """Return the 32 bytes for `label`, or for `label/epoch`.

        Without an epoch the label stands alone: it is for keys that are never renewed (`pid/v1`).
        For the others pass `epoch(label)`, or the epoch that is written beside the data.
        """

    def epoch(self, label: str) -> int:
        """Return the epoch under which new things are made; 1 at first."""


def sub_key(root: bytes, label: str) -> bytes:
    """Derive the key of one purpose from the root key (HKDF-SHA-256, RFC 5869)."""
    derivation = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=label.encode())
    return derivation.derive(root)


class DerivedKeys:
    """A `KeyProvider` over a root key and a file that says which epoch each label is in.

    Args:
        root: 32 bytes.
        epochs: JSON file, label → epoch; a label that is not in it is in epoch 1.
    """

    def __init__(self, root: bytes, epochs: Path) -> None:
        if len(root) != KEY_BYTES:
            message = f"the root key is {len(root)} bytes long; a root key has {KEY_BYTES}"
            raise RootKeyError(message)
        self._root = root
        self._epochs = epochs

    def key(self, label: str, epoch: int | None = None) -> bytes:
        """Return the 32 bytes for `label`, or for `label/epoch`."""
        _check_label(label)
        return sub_key(self._root, label if epoch is None else f"{label}/{epoch}")

    def epoch(self, label: str) -> int:
        """Return the epoch under which new things are made; 1 at first."""
        return self._known_epochs().get(label, 1)

    def rotate(self, label: str) -> int:
        """Begin the next epoch of `label`, durably, and return it; older keys stay derivable."""
        _check_label(label)
        known = self._known_epochs()
        known[label] = known.get(label, 1) + 1
        durable.write_text(self._epochs, json.dumps(known, indent=1, sort_keys=True) + "\n")
        return known[label]

    def _known_epochs(self) -> dict[str, int]:
        try:
            known = json.loads(self._epochs.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            known = None
        if not isinstance(known, dict) or not all(
            type(epoch) is int and epoch > 0 for epoch in known.values()
        ):
            message = f"{self._epochs.name}: no list of epochs; restore it from a backup"
            raise RootKeyError(message)
        return known


class FileKeyProvider(DerivedKeys):
    """Keys from a file of 32 bytes that its owner alone may read (mode 0400)."""

    def __init__(self, file: Path, epochs: Path) -> None:
        super().__init__(_read_key_file(file), epochs)


class EnvironmentKeyProvider(DerivedKeys):
    """Keys from 64 hexadecimal digits in HUB_ROOT_KEY, for hosts that inject secrets."""

    def __init__(self, epochs: Path) -> None:
        try:
            root = bytes.fromhex(os.environ[KEY_HEX_VARIABLE])
        except KeyError:
            message = f"{KEY_HEX_VARIABLE} is not set"
            raise RootKeyError(message) from None
        except ValueError:
            message = f"{KEY_HEX_VARIABLE} is no hexadecimal number; expected 64 digits"
            raise RootKeyError(message) from None
        super().__init__(root, epochs)


def key_provider(layout: Layout) -> DerivedKeys:
    """Return the hub's keys: of HUB_ROOT_KEY where it is set, else of the key file.

    The first call on a new hub makes the key file.

    Raises:
        RootKeyError: the key is open to others than its owner, is none, is lost, or is another than
            that with which this hub was made.
    """
    if os.environ.get(KEY_HEX_VARIABLE):
        provider: DerivedKeys = EnvironmentKeyProvider(layout.key_epochs)
    else:
        # A hub that was made with a key has data under it: a new key would not open them.
        if not layout.root_key_check.exists():
            _make_key_file(layout)
        provider = FileKeyProvider(layout.key_file, layout.key_epochs)
    _check_root_key(layout, provider)
    return provider


def root_key(layout: Layout) -> bytes:
    """Return the root key itself; the first call on a new hub makes it.

    Raises:
        RootKeyError: as `key_provider`.
    """
    return key_provider(layout)._root  # noqa: SLF001 (this module's own class)


def has_root_key(layout: Layout) -> bool:
    """Whether this hub has a root key that this process may look at."""
    return bool(os.environ.get(KEY_HEX_VARIABLE)) or os.access(layout.key_file, os.R_OK)


def _check_root_key(layout: Layout, provider: DerivedKeys) -> None:
    """Compare the root key with the check that the hub keeps; the first key is remembered."""
    check = provider.key(_CHECK_LABEL)[:_CHECK_BYTES].hex()
    file = layout.root_key_check
    if not file.exists():
        # Whoever may not write into the vault cannot be the one who makes the hub.
        with suppress(PermissionError):
            _write_once(file, json.dumps({"check": check}).encode() + b"\n", 0o400)
        if not file.exists():
            return
    try:
        known = json.loads(file.read_text("utf-8"))["check"]
    except (ValueError, KeyError, TypeError):
        message = f"{file.name} is damaged; restore it from a backup of the vault"
        raise RootKeyError(message) from None
    if known != check:
        message = (
            "the root key is not the one with which this hub was made; give it that one, from the key "
            "backup (docs/vault.md, Losing a key)"
        )
        raise RootKeyError(message)


def _make_key_file(layout: Layout) -> None:
    if not layout.key_file.exists():
        _write_once(layout.key_file, secrets.token_bytes(KEY_BYTES), 0o400)


def _write_once(file: Path, content: bytes, mode: int) -> None:
    """Write a file durably, unless there is one: of several that begin at once, the first one's stays."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    staging = file.with_name(staging_name(file.name))
    descriptor = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as sink:
            sink.write(content)
            sink.flush()
            os.fsync(sink.fileno())
        os.link(staging, file)
    except FileExistsError:
        return
    finally:
        staging.unlink(missing_ok=True)
    durable.fsync_path(file.parent)


def _read_key_file(file: Path) -> bytes:
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & _OPEN_TO_OTHERS:
            message = (
                f"{file.name} is open to others than its owner (mode {mode:04o}); whoever could read "
                f"it may have: run `chmod 0400` on it, and find out who could"
            )
            raise RootKeyError(message)
        return file.read_bytes()
    except PermissionError:
        message = f"{file.name} may not be read by this user; run as the user that owns the vault"
        raise RootKeyError(message) from None
    except FileNotFoundError:
        message = f"{file.name} does not exist; restore it from the key backup (docs/vault.md)"
        raise RootKeyError(message) from None


def _check_label(label: str) -> None:
    if not _LABEL.fullmatch(label):
        message = f"{label!r} is no label of a key; expected words joined by slashes"
        raise ValueError(message)
