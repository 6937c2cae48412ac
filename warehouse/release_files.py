"""A release on disk: its files, its manifest, and whether they are what they were.

Here: opening, describing and checking one release folder. Never here: which release is current or
how one comes to be (`warehouse.releases`). Next: marts and extracts open releases through this.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from warehouse import durable
from warehouse.layout import Layout
from warehouse.manifest import Manifest, ReleasedFile

MANIFEST = "manifest.json"
MANIFEST_SUM = "manifest.json.sha256"
TABLES = "tables"
MARTS = "marts"
_RELEASE_ID = re.compile(r"^r\d{6,}$")
_READ_ONLY = 0o440


class ReleaseError(Exception):
    """A release cannot be published, opened or made current; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release as it lies on disk."""

    folder: Path
    manifest: Manifest

    @property
    def release_id(self) -> str:
        """`r000001` and so on; numbers are never used twice."""
        return self.manifest.release_id

    @property
    def night(self) -> dt.date:
        """The night that made it."""
        return self.manifest.night

    @property
    def digest(self) -> str:
        """Digest of what the release says."""
        return self.manifest.digest

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the released tables."""
        parts = (file.path.split("/") for file in self.manifest.files)
        return tuple(Path(name[1]).stem for name in parts if name[0] == TABLES)

    def table(self, name: str) -> Path:
        """Parquet file of the table `name`."""
        return self.folder / TABLES / f"{name}.parquet"

    def mart(self, name: str = "auditor") -> Path:
        """Database file of the mart `name`."""
        return self.folder / MARTS / f"{name}.duckdb"


def open_release(layout: Layout, release_id: str) -> Release:
    """Open one release; `verify` says whether its files are what they were.

    Raises:
        ReleaseError: no such release, or its manifest cannot be read.
    """
    if not _RELEASE_ID.match(release_id):
        message = f"{release_id!r} is no release; releases are called r000001 and so on"
        raise ReleaseError(message)
    folder = layout.releases / release_id
    try:
        manifest = Manifest.from_json((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        message = f"there is no release {release_id}; `hub release list` shows those there are"
        raise ReleaseError(message) from None
    except ValueError as error:
        message = f"{release_id}/{MANIFEST}: {error}; roll back to another release"
        raise ReleaseError(message) from None
    return Release(folder, manifest)


def release_ids(layout: Layout) -> list[str]:
    """Return the IDs of all releases on disk, oldest first."""
    return sorted(path.name for path in layout.releases.glob("r*") if _RELEASE_ID.match(path.name))


def list_releases(layout: Layout) -> list[Release]:
    """Return all releases on disk, oldest first.

    Raises:
        ReleaseError: a manifest cannot be read.
    """
    return [open_release(layout, name) for name in release_ids(layout)]


def verify(release: Release, manifest_sha256: str | None = None) -> list[str]:
    """Read every file of `release`; return what is wrong, a sentence a file, or nothing.

    Args:
        release: the release.
        manifest_sha256: what the ledger says the manifest is, where the ledger is asked too.
    """
    problems = file_problems(release.folder, release.manifest)
    if manifest_sha256 and durable.sha256_of(release.folder / MANIFEST) != manifest_sha256:
        problems.append(f"{MANIFEST}: not the manifest that the ledger knows")
    return problems


def write_tables(staging: Path, sources: Iterable[Path]) -> None:
    """Put the tables into the release that is being written in `staging`."""
    tables = staging / TABLES
    tables.mkdir(parents=True)
    (staging / MARTS).mkdir()
    for source in sources:
        target = tables / source.name
        try:
            # The night's tables are replaced by renames, never written in place.
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)


def describe_files(staging: Path) -> tuple[ReleasedFile, ...]:
    """Make every file read-only and describe it.

    Raises:
        ReleaseError: a database was not closed properly.
    """
    files = []
    for path in sorted(path for path in staging.rglob("*") if path.is_file()):
        if path.suffix == ".wal":
            message = f"{path.name}: a database of the release was not closed properly"
            raise ReleaseError(message)
        path.chmod(_READ_ONLY)
        rows = pq.read_metadata(path).num_rows if path.suffix == ".parquet" else None
        name = path.relative_to(staging).as_posix()
        files.append(ReleasedFile(name, durable.sha256_of(path), path.stat().st_size, rows))
    return tuple(files)


def write_manifest(staging: Path, manifest: Manifest) -> None:
    """Write the manifest and its check sum."""
    path = staging / MANIFEST
    path.write_text(manifest.to_json(), "utf-8")
    # The usual check-sum format, so that `sha256sum --check` reads it.
    (staging / MANIFEST_SUM).write_text(f"{durable.sha256_of(path)}  {MANIFEST}\n", "utf-8")
    path.chmod(_READ_ONLY)
    (staging / MANIFEST_SUM).chmod(_READ_ONLY)


def file_problems(folder: Path, manifest: Manifest) -> list[str]:
    """Compare the files in `folder` with `manifest`; return a sentence for each that is wrong."""
    expected = {file.path: file for file in manifest.files}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    problems = [f"{name}: missing" for name in sorted({*expected, MANIFEST, MANIFEST_SUM} - found)]
    problems += [
        f"{name}: not in the manifest"
        for name in sorted(found - {*expected, MANIFEST, MANIFEST_SUM})
    ]
    problems += [
        f"{name}: altered"
        for name in sorted(found & set(expected))
        if (folder / name).stat().st_size != expected[name].size_bytes
        or durable.sha256_of(folder / name) != expected[name].sha256
    ]
    if {MANIFEST, MANIFEST_SUM} <= found:
        stated = (folder / MANIFEST_SUM).read_bytes()
        actual = f"{durable.sha256_of(folder / MANIFEST)}  {MANIFEST}\n"
        if stated != actual.encode():
            problems.append(f"{MANIFEST}: altered, or its check sum is")
    return problems
