"""Writing that survives a crash: write beside, fsync, rename, fsync the folder.

Never here: what is written. Next: lake, archive, work tables and releases publish through this.
Neither DuckDB, polars nor pyarrow calls fsync, and a write that fails on a full disk can destroy
the file it replaces; so nothing is ever written in place.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CHUNK_BYTES = 1 << 20


def fsync_path(path: Path) -> None:
    """Flush a file or a folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fsync_tree(folder: Path) -> None:
    """Flush every file and folder below `folder`, and the folder itself."""
    for inner in sorted(folder.rglob("*")):
        fsync_path(inner)
    fsync_path(folder)


@contextmanager
def published_folder(target: Path) -> Iterator[Path]:
    """Yield a folder beside `target`; on success it becomes `target` in one rename.

    A failure leaves no trace of `target`. An existing `target` is kept: its content is the
    same by construction (the name is content-addressed), so the new one is thrown away.
    """
    staging = target.with_name(f".staging-{target.name}-{os.getpid()}")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        yield staging
        fsync_tree(staging)
        if target.exists():
            shutil.rmtree(staging)
        else:
            staging.rename(target)
        fsync_path(target.parent)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


@contextmanager
def published_file(target: Path) -> Iterator[Path]:
    """Yield a path beside `target`; on success it replaces `target` in one rename."""
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = target.with_name(f".staging-{os.getpid()}-{target.name}")
    try:
        yield staging
        fsync_path(staging)
        staging.replace(target)
        fsync_path(target.parent)
    except BaseException:
        staging.unlink(missing_ok=True)
        raise


def write_text(target: Path, text: str) -> None:
    """Replace `target` by `text`, durably."""
    with published_file(target) as staging:
        staging.write_text(text, "utf-8")
