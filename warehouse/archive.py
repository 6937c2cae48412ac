"""The archive of received bytes: every dropped file, by content, immutable.

Here: how a dropped file gets into the vault. Never here: what the bytes mean (`sources.readers`)
or that they arrived (`warehouse.ledger`). Next: landing reads from the archive only.

The order is archive, ledger, drop: `store` copies and flushes the bytes, the caller writes the
ledger row, `clear` removes the drop. A crash in between leaves the drop in place, and taking it
again heals: the bytes are archived already, the ledger calls the drop a repetition.

The bytes are copied, never renamed or linked: a sender who still holds the file open could write
into the archive otherwise, and what is hashed while copying is exactly what is kept.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from warehouse.durable import fsync_path
from warehouse.faults import fault_point
from warehouse.layout import Layout
from warehouse.staging import staging_name

_CHUNK_BYTES = 1 << 20
_READ_ONLY = 0o440


def store(layout: Layout, file: Path) -> tuple[str, Path]:
    """Archive the bytes of `file`; return their SHA-256 and where they lie. `file` stays.

    Raises:
        OSError: the file cannot be read, or the archive cannot be written (a full disk).
    """
    root = layout.vault / "archive"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    staging = root / staging_name("drop")
    try:
        sha256 = _copy(file, staging)
        fault_point("archive.after_copy")
        stored = layout.archived(sha256)
        if stored.exists():
            staging.unlink()
            return sha256, stored
        if not stored.parent.exists():
            stored.parent.mkdir(exist_ok=True)
            fsync_path(root)
        staging.rename(stored)
        fsync_path(stored.parent)
    except BaseException:
        staging.unlink(missing_ok=True)
        raise
    fault_point("archive.after_rename")
    return sha256, stored


def clear(file: Path, stored: Path) -> None:
    """Remove the drop `file`, whose bytes are archived as `stored` and known to the ledger.

    Raises:
        FileNotFoundError: nothing lies at `stored`; the drop is kept.
    """
    stored.stat()
    file.unlink(missing_ok=True)
    fsync_path(file.parent)


def _copy(file: Path, target: Path) -> str:
    """Copy `file` durably and return the SHA-256 of exactly the bytes that were written."""
    digest = hashlib.sha256()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with file.open("rb") as source, os.fdopen(descriptor, "wb") as sink:
        while chunk := source.read(_CHUNK_BYTES):
            digest.update(chunk)
            sink.write(chunk)
        sink.flush()
        os.fchmod(sink.fileno(), _READ_ONLY)
        os.fsync(sink.fileno())
    return digest.hexdigest()
