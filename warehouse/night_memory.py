"""What the ledger and logs said while a night's tables were made, so that they can be made again.

Here: writing it down at the moment of reading, keeping it with the release, reading it again. Never
here: what it means. Next: `hub replay` rebuilds a release from its deliveries and this.

A night does not follow from received bytes alone: people decide who is who and how cases end, IDs
were minted before, old IDs lead to new ones. The ledger goes on changing, so each answer that a
night gets is written down as it is given. It tells who decided what, so it lies in the vault.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from pathlib import Path

import polars as pl

from warehouse import durable
from warehouse.staging import staging_name

_NOTHING = "nothing"


class ForgottenError(LookupError):
    """A night's memory is missing or is not what was signed; the message says which part."""


class NightMemory:
    """Named frames, numbers and texts in one folder.

    Until `begin` nothing is written down: who asks the ledger outside a night leaves no trace.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self) -> None:
        """Forget what an earlier try wrote down, and write down from now on."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700, parents=True)
        moment = dt.datetime.now(dt.UTC)
        self.keep_text("known_at", moment.isoformat())

    @property
    def known_at(self) -> dt.datetime:
        """When the night began to read.

        Raises:
            ForgottenError: no night began.
        """
        return dt.datetime.fromisoformat(self.text("known_at"))

    def keep_frame(self, name: str, frame: pl.DataFrame | None) -> None:
        """Write down a frame; None is an answer, too."""
        if not self.folder.exists():
            return
        path = self._path(name)
        if frame is None:
            path.unlink(missing_ok=True)
            self.keep_text(name, _NOTHING)
            return
        with durable.published_file(path) as staging:
            frame.write_parquet(staging, compression="zstd", compression_level=1)

    def keep_number(self, name: str, number: int) -> None:
        """Write down a number."""
        self.keep_text(name, str(number))

    def keep_text(self, name: str, text: str) -> None:
        """Write down a text."""
        if self.folder.exists():
            durable.write_text(self.folder / f"{name}.txt", text)

    def frame(self, name: str) -> pl.DataFrame | None:
        """Return the frame called `name`.

        Raises:
            ForgottenError: nothing was written down under that name.
        """
        path = self._path(name)
        if not path.exists() and self.text(name) == _NOTHING:
            return None
        return pl.read_parquet(path)

    def number(self, name: str) -> int:
        """Return the number called `name`.

        Raises:
            ForgottenError: nothing was written down under that name.
        """
        return int(self.text(name))

    def text(self, name: str) -> str:
        """Return the text called `name`.

        Raises:
            ForgottenError: nothing was written down under that name.
        """
        try:
            return (self.folder / f"{name}.txt").read_text("utf-8")
        except FileNotFoundError:
            message = f"the night's memory has no {name}"
            raise ForgottenError(message) from None

    def digest(self) -> str:
        """Return one SHA-256 over all that is written down, names included."""
        told = hashlib.sha256()
        for file in sorted(path for path in self.folder.glob("*") if path.is_file()):
            told.update(f"{file.name} {durable.sha256_of(file)}\n".encode())
        return told.hexdigest()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"


def keep_memory(written: Path, target: Path) -> str:
    """Copy the memory in `written` to `target`, durably, replacing what a dead process left there.

    Returns its digest, for the manifest.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    staging = target.with_name(staging_name(target.name))
    staging.mkdir(mode=0o700)
    for file in sorted(path for path in written.glob("*") if path.is_file()):
        shutil.copyfile(file, staging / file.name)
    durable.fsync_tree(staging)
    shutil.rmtree(target, ignore_errors=True)
    staging.rename(target)
    durable.fsync_path(target.parent)
    return NightMemory(target).digest()
