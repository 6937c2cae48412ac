"""Looking after the archive: what lies in it under which key, encrypting it anew, reading all of it.

Here: plain files of older hubs become encrypted, files of older epochs move to the newest. Never here:
the format of a file, or storing what arrives (`archive`). Next: `hub vault`.

Every file is written beside the old one, read back and hashed, and takes its place in one rename. So
whatever stops it, each file is whole, and the next run goes on with those that are left.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from warehouse.archive import (
    ARCHIVE_LABEL,
    encrypted_beside,
    is_sound,
    open_received,
    put,
    received_name,
)
from warehouse.encrypted_file import (
    KeyOfEpoch,
    VaultFileError,
    damaged,
    open_encrypted,
    read_header,
)
from warehouse.faults import fault_point
from warehouse.keys import KeyProvider, key_provider
from warehouse.layout import Layout
from warehouse.staging import sweep

PLAIN = 0
"""The epoch of a file that is not encrypted."""
UNREADABLE = -1
"""The epoch of a file whose header is cut off."""
Listener = Callable[[str], None]
"""Hears the SHA-256 of each file that was looked at."""


def _silence(_sha256: str) -> None:
    return


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file of the archive."""

    sha256: str
    path: Path
    epoch: int
    """Of the key it is encrypted with; 0: plain, -1: nobody can say."""
    file_bytes: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What encrypting anew came to."""

    moved: int
    damaged: tuple[str, ...]
    """Files that are not what was received; they stay as they are."""


def archived_files(layout: Layout) -> Iterator[ArchivedFile]:
    """Yield every file of the archive, in the order of names."""
    for path in sorted(layout.archive.glob("??/*")):
        yield ArchivedFile(path.name, path, _epoch_of(path), path.stat().st_size)


def _epoch_of(path: Path) -> int:
    with path.open("rb") as file:
        try:
            header = read_header(file, received_name(path.name))
        except VaultFileError:
            return UNREADABLE
    return PLAIN if header is None else header.epoch


def files_by_epoch(layout: Layout) -> dict[int, tuple[int, int]]:
    """Return epoch → how many files and bytes lie under it; 0: plain, -1: nobody can say."""
    files: Counter[int] = Counter()
    size: Counter[int] = Counter()
    for each in archived_files(layout):
        files[each.epoch] += 1
        size[each.epoch] += each.file_bytes
    return {epoch: (files[epoch], size[epoch]) for epoch in sorted(files)}


def outdated_files(layout: Layout, *, only_plain: bool = False) -> list[ArchivedFile]:
    """Return the files that are not under the newest key, or those that are plain."""
    newest = key_provider(layout).epoch(ARCHIVE_LABEL)
    return [
        each
        for each in archived_files(layout)
        if each.epoch == PLAIN or (not only_plain and each.epoch != newest)
    ]


def encrypt_anew(layout: Layout, files: list[ArchivedFile], announce: Listener = _silence) -> Moved:
    """Encrypt files under the newest key; a file that is damaged is left and named.

    Raises:
        OSError: the archive cannot be written; what was moved stays moved.
        RootKeyError: the hub has lost its root key.
    """
    keys = key_provider(layout)
    sweep(layout.archive)
    moved = 0
    broken = []
    for each in files:
        if is_sound(layout, each.sha256, keys):
            _encrypt_one(layout, each, keys)
            moved += 1
        else:
            broken.append(each.sha256)
        announce(each.sha256)
    return Moved(moved, tuple(broken))


def damaged_files(layout: Layout, announce: Listener = _silence) -> list[str]:
    """Read every byte of the archive; return the files that are not what was received."""
    keys = key_provider(layout)
    found = []
    for path in sorted(layout.archive.glob("??/*")):
        if not is_sound(layout, path.name, keys):
            found.append(path.name)
        announce(path.name)
    return found


def _encrypt_one(layout: Layout, archived: ArchivedFile, keys: KeyProvider) -> None:
    with (
        open_received(layout, archived.sha256, keys) as source,
        encrypted_beside(layout, source, keys) as (staging, stored),
    ):
        name = received_name(archived.sha256)
        if stored.sha256 != archived.sha256 or not _reads_as(
            staging, archived.sha256, lambda epoch: keys.key(ARCHIVE_LABEL, epoch)
        ):
            raise damaged(name, "what was written is not what was read")
        fault_point("vault.before_rename")
        put(staging, stored.path)


def _reads_as(path: Path, sha256: str, keys: KeyOfEpoch) -> bool:
    """Read back what was just written."""
    name = received_name(sha256)
    with path.open("rb") as file:
        header = read_header(file, name)
        if header is None:
            return False
        try:
            with open_encrypted(file, header, sha256, keys, name) as plain:
                return hashlib.file_digest(plain, "sha256").hexdigest() == sha256
        except VaultFileError:
            return False
