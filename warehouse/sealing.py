"""Sealing: files that only the recipient can open (age, X25519).

Here: recipients' public keys, encrypting a file to them. Never here: private keys: the hub has none
of them. Next: `warehouse.extract_packages` seals data files before they go into the outbox.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pyrage

from warehouse.layout import Layout

SEALED_ENDING = ".age"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


class SealingError(Exception):
    """A file cannot be sealed; the message says which recipient and what to do."""


def recipient_keys(layout: Layout, recipient: str) -> tuple[str, ...]:
    """Return the public keys of a recipient: the lines of `recipients/<name>.age`, empty without it.

    Raises:
        SealingError: the file holds something that is no public key of age.
    """
    if not _NAME.fullmatch(recipient):
        raise SealingError("the name of a recipient has letters, digits, - and _ only")
    path = layout.recipients / f"{recipient}.age"
    if not path.exists():
        return ()
    lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    keys = tuple(line for line in lines if line and not line.startswith("#"))
    for key in keys:
        _recipient(path.name, key)
    if not keys:
        raise SealingError(f"{path.name}: no key in it; write one line age1… or remove the file")
    return keys


def seal_file(source: Path, target: Path, keys: Sequence[str]) -> None:
    """Encrypt `source` to `target`, so that whoever has the private key of any of `keys` can open it.

    Raises:
        SealingError: a key is none.
    """
    pyrage.encrypt_file(str(source), str(target), [_recipient(target.name, key) for key in keys])


def _recipient(place: str, key: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise SealingError(f"{place}: a line is no public key of age (age1…)") from None
