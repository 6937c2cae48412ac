"""Families, and document types of a family, that nothing of tonight touches: carried over, not rebuilt.

Here: what a family and each of its document types is made from, as digests; keeping its table and its
signatures under them, and taking them again. Never here: how a family is made (`warehouse.families`). Next:
the night after finds what was kept, and a family's cost follows its deliveries. Rows of different
document types never replace one another, so that a type may be taken by itself.

The digest covers everything that decides a byte: the files of the effective deliveries (sizes and
moments of writing, so that a delivery that was landed again counts as changed), their stamps, the
catalogue, the hub's code and SQL, the engine's version, the key's epoch. It holds no day: a family
says what senders said, whatever the night. What was kept is compared with its SHA-256 before it
is used, and built anew where it differs: this is a cache, and lies in the vault, for signatures are names.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb

from hub.catalogue import DocumentType, Family
from warehouse import durable
from warehouse.identity_zone import Bound, IdentityFile, IdentityZone, stems
from warehouse.staging import sweep

_KEPT = 2
"""Versions of a family that are kept: a night that fails needs the one before."""
_TABLE = "table.parquet"
_SIGNATURES = "signatures"
_SUMS = "sums.json"
_FILES = "files"
_TYPES = "types"


class Delivered(Protocol):
    """An effective delivery, as far as a family depends on it."""

    @property
    def delivery_id(self) -> str:
        """Its name, which says its content."""
        ...

    @property
    def schema_version(self) -> int:
        """Version of its columns."""
        ...

    @property
    def parts(self) -> list[IdentityFile]:
        """Its Parquet files."""
        ...


@dataclass(frozen=True, slots=True)
class FamilyInputs:
    """What a family is made from, as digests: of all, and of each document type by its code."""

    digest: str
    types: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KeptFamily:
    """A family as an earlier night made it from the same inputs."""

    table: Path
    signatures: IdentityFile | None
    """Its distinct signatures; None: it names nobody."""


class KeptFamilies:
    """The families that are kept in `folder`.

    Args:
        folder: where they lie, in the vault.
        zone: opens and writes signatures.
        versions: digests of what decides the bytes of all families: the code, the catalogue.
    """

    def __init__(self, folder: Path, zone: IdentityZone, versions: Mapping[str, str]) -> None:
        self._folder = folder
        self._zone = zone
        self._shared = {
            **versions,
            "duckdb": duckdb.__version__,
            "signatures": zone.target(Path(), _SIGNATURES).name,
        }

    def inputs(
        self,
        family: Family,
        told: Sequence[tuple[DocumentType, Sequence[tuple[Delivered, str]]]],
    ) -> FamilyInputs:
        """Return the SHA-256 of all that the family's table and signatures are made from.

        Args:
            family: the family.
            told: its document types with their deliveries, each with its stamp, in the order of
                reading.
        """
        shared = [self._shared, repr(family)]
        types = {
            document.code: _digest(
                [
                    *shared,
                    repr(document),
                    [
                        [delivery.delivery_id, stamp, delivery.schema_version, _files(delivery)]
                        for delivery, stamp in deliveries
                    ],
                ]
            )
            for document, deliveries in told
        }
        return FamilyInputs(_digest([*shared, types]), types)

    def find(self, table: str, digest: str) -> KeptFamily | None:
        """Return what is kept of `table` under these inputs, if it is what was kept."""
        folder = self._folder / table / digest
        try:
            sums = _read_sums(folder)[_FILES]
            if any(durable.sha256_of(folder / name) != sha256 for name, sha256 in sums.items()):
                return None
        except (OSError, ValueError, LookupError, TypeError):
            return None
        os.utime(folder)
        files = stems(folder, f"{_SIGNATURES}*")
        signatures = files.get(_SIGNATURES)
        bound = self._bound(table, digest)
        return KeptFamily(folder / _TABLE, IdentityFile(signatures, bound) if signatures else None)

    def nearest(
        self, table: str, inputs: FamilyInputs
    ) -> tuple[KeptFamily, Collection[str]] | None:
        """Return the kept version of `table` of which most types have tonight's inputs, and these types.

        None where no version is whole and shares a type.
        """
        shared: dict[str, set[str]] = {}
        for folder in self._versions(table):
            try:
                told = _read_sums(folder)[_TYPES]
            except (OSError, ValueError, LookupError, TypeError):
                continue
            shared[folder.name] = {
                code for code, digest in inputs.types.items() if told.get(code) == digest
            }
        for digest, unchanged in sorted(shared.items(), key=lambda each: -len(each[1])):
            if unchanged and (found := self.find(table, digest)) is not None:
                return found, unchanged
        return None

    def keep(
        self,
        table: str,
        inputs: FamilyInputs,
        built: Path,
        connection: duckdb.DuckDBPyConnection,
        signatures: str | None,
    ) -> None:
        """Keep a family that was just built, and forget all but its last versions.

        Args:
            table: name of the family's table.
            inputs: what it was made from.
            built: its Parquet file; it is linked, not copied.
            connection: where the signatures lie.
            signatures: name of the table of its distinct signatures, if it names anybody.
        """
        place, digest = self._folder / table, inputs.digest
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(place)
        shutil.rmtree(place / digest, ignore_errors=True)
        with durable.published_folder(place / digest) as staging:
            link_or_copy(built, staging / _TABLE)
            if signatures is not None:
                target = self._zone.target(staging, _SIGNATURES)
                bound = self._bound(table, digest)
                self._zone.write_query(connection, f"FROM {signatures}", target, bound)
            sums = {path.name: durable.sha256_of(path) for path in sorted(staging.iterdir())}
            told = {_FILES: sums, _TYPES: dict(inputs.types)}
            (staging / _SUMS).write_text(json.dumps(told), "utf-8")
        for old in self._versions(table)[:-_KEPT]:
            shutil.rmtree(old, ignore_errors=True)

    def _versions(self, table: str) -> list[Path]:
        """The folders of what is kept of a table, the oldest first."""
        place = self._folder / table
        if not place.is_dir():
            return []
        return sorted(place.glob("[!.]*"), key=lambda each: each.stat().st_mtime_ns)

    def _bound(self, table: str, digest: str) -> Bound:
        return Bound(table, digest, _SIGNATURES)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a finished file, which nobody writes in place, a second name; copy it across disks."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _read_sums(folder: Path) -> dict[str, dict[str, str]]:
    sums: dict[str, dict[str, str]] = json.loads((folder / _SUMS).read_text("utf-8"))
    return sums


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _files(delivery: Delivered) -> list[list[object]]:
    stats = [(part.path.name, part.path.stat()) for part in delivery.parts]
    return [[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats]
