"""The archive of received bytes: every dropped file, by content, encrypted, immutable.

Here: how a dropped file gets into the vault, and the one door through which its bytes are read. Never
here: what the bytes mean (`sources.readers`), that they arrived (`warehouse.ledger`), or the format of
an encrypted file (`warehouse.encrypted_file`). Next: landing reads from the archive only;
`warehouse.archive_upkeep` encrypts what older hubs left plain, and moves files to a newer key.

The order is archive, ledger, drop: `store` encrypts and flushes the bytes, the caller writes the
ledger row, `clear` removes the drop. A crash in between leaves the drop in place, and taking it
again heals: the bytes are archived already, the ledger calls the drop a repetition.

The bytes are copied, never renamed or linked: a sender who still holds the file open could write
into the archive otherwise, and what is hashed while copying is exactly what is kept. A file is named
by the SHA-256 of its plaintext, so identical bytes lie there once, whatever key they are under.
Plaintext is never written to the disk: readers get it through a file that decrypts as it is read.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from warehouse.durable import fsync_path
from warehouse.encrypted_file import (
    VaultFileError,
    damaged,
    encrypt,
    open_encrypted,
    read_header,
)
from warehouse.faults import fault_point
from warehouse.keys import KeyProvider, key_provider
from warehouse.layout import Layout
from warehouse.staging import staging_name

ARCHIVE_LABEL = "archive"
_READ_ONLY = 0o440


class Stored(NamedTuple):
    """Where received bytes lie."""

    sha256: str
    path: Path
    size_bytes: int
    """Of what was received."""


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """Received bytes that can be opened several times, as a path could."""

    layout: Layout
    sha256: str

    def open(self, mode: Literal["rb"] = "rb") -> io.BufferedReader:
        """Return the received bytes as a file; see `open_received`."""
        del mode
        return open_received(self.layout, self.sha256)


def store(layout: Layout, file: Path) -> Stored:
    """Archive the bytes of `file`, encrypted; return their SHA-256 and where they lie. `file` stays.

    Bytes that are archived already are not stored again, unless what lies there is damaged.

    Raises:
        OSError: the file cannot be read, or the archive cannot be written (a full disk).
        RootKeyError: the hub has lost its root key.
    """
    keys = key_provider(layout)
    with file.open("rb") as source, encrypted_beside(layout, source, keys) as (staging, stored):
        fault_point("archive.after_copy")
        if stored.path.exists() and is_sound(layout, stored.sha256, keys):
            return stored
        put(staging, stored.path)
    fault_point("archive.after_rename")
    return stored


def clear(file: Path, stored: Path) -> None:
    """Remove the drop `file`, whose bytes are archived as `stored` and known to the ledger.

    Raises:
        FileNotFoundError: nothing lies at `stored`; the drop is kept.
    """
    stored.stat()
    file.unlink(missing_ok=True)
    fsync_path(file.parent)


def received_name(sha256: str) -> str:
    """Return what errors call received bytes."""
    return f"received file {sha256[:16]}…"


def open_received(
    layout: Layout, sha256: str, keys: KeyProvider | None = None
) -> io.BufferedReader:
    """Return the received bytes named `sha256` as a file that can be seeked.

    What is read from it is authentic: a file that was changed, cut off or exchanged raises, at once or
    where the change is reached. A plain file of an older hub is hashed before it is given.

    Raises:
        VaultFileError: it is missing, was changed, or is under a key that this hub does not have.
        RootKeyError: the hub has lost its root key.
    """
    name = received_name(sha256)
    try:
        file = layout.archived(sha256).open("rb")
    except FileNotFoundError:
        message = f"{name} is missing in the archive; restore it from a backup of the vault"
        raise VaultFileError(message) from None
    try:
        header = read_header(file, name)
        if header is not None:
            provider = keys or key_provider(layout)
            return open_encrypted(
                file, header, sha256, lambda epoch: provider.key(ARCHIVE_LABEL, epoch), name
            )
        _check_plain(file, sha256, name)
    except BaseException:
        file.close()
        raise
    return file


def _check_plain(file: io.BufferedReader, sha256: str, name: str) -> None:
    """Hash a plain file, which nothing else vouches for, and go back to its beginning."""
    file.seek(0)
    if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
        raise damaged(name, "it is not the file that was received")
    file.seek(0)


def is_sound(layout: Layout, sha256: str, keys: KeyProvider | None = None) -> bool:
    """Read and hash received bytes; return whether they are there and are what was received."""
    try:
        with open_received(layout, sha256, keys) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except VaultFileError:
        return False


@contextmanager
def encrypted_beside(
    layout: Layout, source: BinaryIO, keys: KeyProvider
) -> Iterator[tuple[Path, Stored]]:
    """Yield `source` encrypted under the newest key, in a staging file, and where it belongs.

    What is not `put` is removed.
    """
    root = layout.archive
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    staging = root / staging_name("drop")
    epoch = keys.epoch(ARCHIVE_LABEL)
    try:
        descriptor = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as sink:
            written = encrypt(source, sink, epoch, keys.key(ARCHIVE_LABEL, epoch))
            sink.flush()
            os.fchmod(sink.fileno(), _READ_ONLY)
            os.fsync(sink.fileno())
        yield staging, Stored(written.sha256, layout.archived(written.sha256), written.size_bytes)
    finally:
        staging.unlink(missing_ok=True)


def put(staging: Path, target: Path) -> None:
    """Make a staging file the archived one, in one rename."""
    if not target.parent.exists():
        target.parent.mkdir(exist_ok=True)
        fsync_path(target.parent.parent)
    staging.rename(target)
    fsync_path(target.parent)
