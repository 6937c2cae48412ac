"""A release on disk: its files, its manifest, and whether they are what they were.

Here: opening, describing and checking one release folder. Never here: which release is current or
how one comes to be (`warehouse.releases`). Next: marts and extracts open releases through this.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.expected_error import ExpectedError
from warehouse import durable
from warehouse.connection import open_read_only
from warehouse.layout import Layout
from warehouse.manifest import Manifest, ReleasedFile
from warehouse.release_checks import (
    MANIFEST,
    MANIFEST_ENVELOPE,
    MANIFEST_SUM,
    PAYLOAD_TYPE,
    is_signed,
    release_problems,
    remembered_digests,
)
from warehouse.signing import sign_dsse

TABLES = "tables"
MARTS = "marts"
_RELEASE_ID = re.compile(r"^r\d{6,}$")
_READ_ONLY = 0o440


class ReleaseError(ExpectedError):
    """A release cannot be published, opened or made current; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release as it lies on disk."""

    folder: Path
    manifest: Manifest

    @property
    def layout(self) -> Layout:
        """The hub that it lies in."""
        return Layout(self.folder.parents[1])

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


def open_release(layout: Layout, release_id: str, *, unsigned: bool = False) -> Release:
    """Open one release, if it is what was signed: see `warehouse.release_checks`.

    Args:
        layout: where releases lie.
        release_id: such as r000001.
        unsigned: also open a release that an older hub published without a signature.

    Raises:
        ReleaseError: no such release, it has no signature, or it is not what was signed.
    """
    release = read_release(layout, release_id)
    if not is_signed(release.folder) and not unsigned:
        message = (
            f"{release_id} has no signature: an older hub published it. `hub release sign "
            f"{release_id}` signs it, `--unsigned` opens it as it is"
        )
        raise ReleaseError(message)
    digests = remembered_digests(layout, release_id)
    problems = release_problems(layout, release.folder, release.manifest, digests)
    if unsigned and not is_signed(release.folder):
        problems = [each for each in problems if not each.startswith(f"{MANIFEST_ENVELOPE}:")]
    if problems:
        message = f"{release_id} is damaged: {'; '.join(problems)}; roll back to another release"
        raise ReleaseError(message)
    digests.keep()
    return release


def read_release(layout: Layout, release_id: str) -> Release:
    """Read what a release says of itself; nothing is checked.

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
    except ValueError:
        message = f"{release_id}/{MANIFEST}: no manifest; roll back to another release"
        raise ReleaseError(message) from None
    return Release(folder, manifest)


def release_ids(layout: Layout) -> list[str]:
    """Return the IDs of all releases on disk, oldest first."""
    return sorted(path.name for path in layout.releases.glob("r*") if _RELEASE_ID.match(path.name))


def list_releases(layout: Layout) -> list[Release]:
    """Return what all releases on disk say of themselves, oldest first; nothing is checked.

    Raises:
        ReleaseError: a manifest cannot be read.
    """
    return [read_release(layout, name) for name in release_ids(layout)]


def verify(release: Release, manifest_sha256: str | None = None) -> list[str]:
    """Read every file of `release`; return what is wrong, a sentence a file, or nothing.

    Args:
        release: the release.
        manifest_sha256: what the ledger says the manifest is, where the ledger is asked too.
    """
    problems = release_problems(release.layout, release.folder, release.manifest)
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


def describe_files(staging: Path, digests: Mapping[str, str]) -> tuple[ReleasedFile, ...]:
    """Make every file read-only and describe it.

    Args:
        staging: the release that is being written.
        digests: path within the release → SHA-256 that a file is meant to have; others are read.
            Whether it has it is checked when all is written.

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
        sha256 = digests.get(name) or durable.sha256_of(path)
        files.append(ReleasedFile(name, sha256, path.stat().st_size, rows))
    return tuple(files)


def write_manifest(staging: Path, manifest: Manifest, key: Ed25519PrivateKey) -> None:
    """Write the manifest, its check sum and its signature."""
    content = manifest.to_json().encode()
    files = {
        MANIFEST: content,
        # The usual check-sum format, so that `sha256sum --check` reads it.
        MANIFEST_SUM: f"{hashlib.sha256(content).hexdigest()}  {MANIFEST}\n".encode(),
        MANIFEST_ENVELOPE: sign_dsse(content, PAYLOAD_TYPE, key).encode(),
    }
    for name, written in files.items():
        (staging / name).write_bytes(written)
        (staging / name).chmod(_READ_ONLY)


def read_through(database: Path) -> None:
    """Read every value of a database that was just closed: DuckDB checks each block it reads.

    Raises:
        ReleaseError: it cannot be opened or read to its end.
    """
    try:
        with open_read_only(database) as connection:
            tables = connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal"
            ).fetchall()
            for schema, table in tables:
                connection.execute(
                    f'SELECT bit_xor(hash(t)) FROM "{schema}"."{table}" AS t'
                ).fetchall()
    except duckdb.Error as error:
        message = f"{database.name}: cannot be read after writing: {type(error).__name__}"
        raise ReleaseError(message) from None
