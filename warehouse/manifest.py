"""A release's manifest: which files it holds, and what they were made from.

Here: the manifest's shape, its JSON, and digests. Never here: publishing (`warehouse.releases`).
Next: the manifest lies in every release; whoever has it can check the release with nothing but
SHA-256.

The digest says what a release says: it covers the tables and the deliveries they were made from,
not the moment of publishing, the release's number, or DuckDB's files, whose bytes differ from one
writing to the next.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

DISTRIBUTION = "national-welfare-data-hub"
CODE_ROOMS = ("hub", "sources", "expectations", "warehouse", "pipelines")
CODE_SUFFIXES = (".py", ".sql", ".toml", ".json", ".yaml")


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """One file of a release, by its path within the release."""

    path: str
    sha256: str
    size_bytes: int
    rows: int | None
    """Rows of a table; None for other files."""


@dataclass(frozen=True, slots=True)
class ReleaseInput:
    """An effective delivery that the release was made from."""

    delivery_id: str
    sha256: str


class SourceState(StrEnum):
    """Why a source is not complete."""

    LATE = "late"
    """It delivered before; of its newest due month nothing has landed."""
    MISSING = "missing"
    """It was due and never delivered anything that could be landed."""


@dataclass(frozen=True, slots=True)
class SourceGap:
    """A document type of which something is due and has not landed."""

    document_type: str
    institution: str
    state: SourceState
    due_month: dt.date
    """The newest month that was due, by its first day."""
    newest_period: str | None
    """The newest period that has landed, as the sender writes it."""


@dataclass(frozen=True, slots=True)
class BaseRelease:
    """The release that was current while another was made: IDs and memberships go on from it."""

    release_id: str
    manifest_sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a release is made of and from."""

    release_id: str
    night: dt.date
    published_at: dt.datetime
    digest: str
    code_version: str
    code_sha256: str
    versions: Mapping[str, str]
    """Versions or digests of the catalogue, rules, parameters and link model, by name."""
    inputs: tuple[ReleaseInput, ...]
    files: tuple[ReleasedFile, ...]
    as_of: dt.date | None = None
    """The day that the release describes; None in releases of older hubs."""
    known_at: dt.datetime | None = None
    """When its inputs were read: what arrived or was decided later is not in it."""
    completeness: tuple[SourceGap, ...] | None = None
    """Sources that are late or missing; empty: none is. None: nobody looked."""
    base: BaseRelease | None = None
    memory_sha256: str | None = None
    """Digest of what the ledger said (`Layout.memory`), without which nothing can be rebuilt."""

    def to_json(self) -> str:
        """Write the manifest; keys are sorted, so equal manifests are equal bytes."""
        return json.dumps(asdict(self), default=_iso, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Read a manifest.

        Raises:
            ValueError: the text is no manifest.
        """
        try:
            content: dict[str, Any] = json.loads(text)
            return cls(
                release_id=content["release_id"],
                night=dt.date.fromisoformat(content["night"]),
                published_at=dt.datetime.fromisoformat(content["published_at"]),
                digest=content["digest"],
                code_version=content["code_version"],
                code_sha256=content["code_sha256"],
                versions=content["versions"],
                inputs=tuple(ReleaseInput(**entry) for entry in content["inputs"]),
                files=tuple(ReleasedFile(**entry) for entry in content["files"]),
                **_added_later(content),
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            message = f"no manifest: {type(error).__name__}"
            raise ValueError(message) from None


def _added_later(content: Mapping[str, Any]) -> dict[str, Any]:
    """Read what manifests of older hubs do not have."""
    as_of, known_at, base = (content.get(name) for name in ("as_of", "known_at", "base"))
    gaps = content.get("completeness")
    return {
        "as_of": dt.date.fromisoformat(as_of) if as_of else None,
        "known_at": dt.datetime.fromisoformat(known_at) if known_at else None,
        "completeness": None if gaps is None else tuple(_gap(entry) for entry in gaps),
        "base": BaseRelease(**base) if base else None,
        "memory_sha256": content.get("memory_sha256"),
    }


def _gap(entry: Mapping[str, Any]) -> SourceGap:
    due = dt.date.fromisoformat(entry["due_month"])
    return SourceGap(**{**entry, "state": SourceState(entry["state"]), "due_month": due})


def _iso(value: object) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError


def content_digest(tables: Mapping[str, str], inputs: Iterable[ReleaseInput]) -> str:
    """Return the digest of what a release says.

    Args:
        tables: table name → SHA-256 of its Parquet file.
        inputs: the effective deliveries, in any order.
    """
    digest = hashlib.sha256()
    for name, sha256 in sorted(tables.items()):
        digest.update(f"table {name} {sha256}\n".encode())
    for entry in sorted(inputs, key=lambda entry: entry.delivery_id):
        digest.update(f"input {entry.delivery_id} {entry.sha256}\n".encode())
    return digest.hexdigest()


def tree_digest(folders: Iterable[Path], suffixes: tuple[str, ...] = CODE_SUFFIXES) -> str:
    """Return one SHA-256 over all files of these endings below `folders`, names included."""
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.suffix in suffixes and file.is_file():
                sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
                digest.update(
                    f"{folder.name}/{file.relative_to(folder).as_posix()} {sha256}\n".encode()
                )
    return digest.hexdigest()


def code_version() -> tuple[str, str]:
    """Return the installed version of the hub and the digest of its code, SQL and catalogue."""
    root = Path(__file__).parents[1]
    try:
        installed = version(DISTRIBUTION)
    except PackageNotFoundError:
        installed = "not installed"
    return installed, tree_digest(root / room for room in CODE_ROOMS)
