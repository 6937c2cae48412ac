"""Families, and document types of a family, that nothing of tonight touches: carried over, not rebuilt.

Here: what a family and each of its document types is made from, as digests; keeping its table and its
signatures under them, and taking them again. Never here: how a family is made (`warehouse.families`). Next:
the night after finds what was kept, and a family's cost follows its deliveries. Rows of different
document types never replace one another, so that a type may be taken by itself: its rows are a file of
their own, a block, of which the table is written with those of the others, and so are its signatures, a part.

The digest covers everything that decides a byte: the files of the effective deliveries (sizes and
moments of writing, so that a delivery that was landed again counts as changed), their stamps, the
catalogue, the hub's code and SQL, the engine's version, the key's epoch. It holds no day: a family
says what senders said, whatever the night. A file that was kept is compared with its SHA-256 before it
is used, and built anew where it differs: this is a cache, and lies in the vault, for signatures are names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb

from hub.catalogue import DocumentType, Family
from hub.quoting import literal
from warehouse.identity_zone import Bound, IdentityFile, IdentityZone
from warehouse.kept_versions import KeptVersions, Version, digest_of, link_or_copy

_TABLE = "table.parquet"
_PART = "signatures"
_TYPES = "types"
_BLOCK = "rows"


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
    """A family as an earlier night made it."""

    version: Version

    @property
    def table(self) -> Path:
        """Its file."""
        return self.version.folder / _TABLE

    @property
    def types(self) -> Mapping[str, str]:
        """Digests of what its document types were made from, by code."""
        types: Mapping[str, str] = self.version.told[_TYPES]
        return types

    def block(self, code: str) -> Path:
        """Return the file with the rows of one of its document types."""
        return self.version.folder / _block_name(code)


class KeptFamilies:
    """The families that are kept in `folder`.

    Args:
        folder: where they lie, in the vault.
        zone: opens and writes signatures.
        versions: digests of what decides the bytes of all families: the code, the catalogue.
    """

    def __init__(self, folder: Path, zone: IdentityZone, versions: Mapping[str, str]) -> None:
        self.folder = folder
        self.zone = zone
        self._shared = {
            **versions,
            "duckdb": duckdb.__version__,
            "signatures": zone.target(Path(), _PART).name,
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
            document.code: digest_of(
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
        return FamilyInputs(digest_of([*shared, types]), types)

    def find(self, table: str, digest: str) -> KeptFamily | None:
        """Return what is kept of `table` under these inputs, if its rows are what was kept."""
        version = self._versions(table).find(digest)
        if version is None or version.sound(_TABLE) is None:
            return None
        self._versions(table).use(version)
        return KeptFamily(version)

    def nearest(
        self, table: str, inputs: FamilyInputs
    ) -> tuple[KeptFamily, Collection[str]] | None:
        """Return the kept version of `table` of which most types have tonight's inputs, and these types.

        A type whose rows are not what was kept is none of them. None where no version shares a type.
        """
        shared = [
            (version, {code for code, told in _types(version) if inputs.types.get(code) == told})
            for version in self._versions(table).all()
        ]
        for version, same in sorted(shared, key=lambda each: -len(each[1])):
            unchanged = {code for code in same if version.sound(_block_name(code)) is not None}
            if unchanged:
                return KeptFamily(version), unchanged
        return None

    def part(self, table: str, code: str, digest: str) -> IdentityFile | None:
        """Return the signatures of a document type of `table`, made from what has this digest.

        None where they are not kept, or are not what was kept.
        """
        name = self._part_name(code)
        for version in self._versions(table).all():
            if (code, digest) in _types(version) and (path := version.sound(name)) is not None:
                return IdentityFile(path, _bound(table, digest))
        return None

    def keep(
        self,
        table: str,
        inputs: FamilyInputs,
        built: Path,
        blocks: Mapping[str, Path],
        connection: duckdb.DuckDBPyConnection,
        parts: str | None,
        before: tuple[KeptFamily, Collection[str]] | None = None,
    ) -> None:
        """Keep a family that was just built, and forget all but its last versions.

        Args:
            table: name of the family's table.
            inputs: what it was made from.
            built: its Parquet file; it is linked, not copied, and so are its blocks.
            blocks: the file with the rows of each document type.
            connection: where the signatures lie.
            parts: name of the table with the signatures of the types that were made anew, if the
                family names anybody.
            before: the version that other types were taken from, and these types; their parts are linked.
        """
        former, taken = (None, frozenset[str]()) if before is None else before
        names = {self._part_name(code): code for code in inputs.types if parts is not None}
        sums = {} if former is None else former.version.sums
        files = {name for name, code in names.items() if code in taken}
        linked = {name: sums[name] for name in files | {_block_name(code) for code in taken}}

        def fill(folder: Path) -> Mapping[str, object]:
            link_or_copy(built, folder / _TABLE)
            for code, block in blocks.items():
                link_or_copy(block, folder / _block_name(code))
            for name, code in names.items():
                if former is not None and name in linked:
                    link_or_copy(former.version.folder / name, folder / name)
                else:
                    rows = f"FROM {parts} WHERE document_type = {literal(code)}"
                    bound = _bound(table, inputs.types[code])
                    self.zone.write_query(connection, rows, folder / name, bound)
            return {_TYPES: dict(inputs.types)}

        self._versions(table).keep(inputs.digest, fill, linked)

    def _versions(self, table: str) -> KeptVersions:
        return KeptVersions(self.folder / table)

    def _part_name(self, code: str) -> str:
        return self.zone.target(Path(), f"{_PART}-{code}").name


def _block_name(code: str) -> str:
    return f"{_BLOCK}-{code}.parquet"


def _types(version: Version) -> Iterable[tuple[str, str]]:
    types: Mapping[str, str] = version.told[_TYPES]
    return types.items()


def _bound(table: str, digest: str) -> Bound:
    return Bound(table, digest, _PART)


def _files(delivery: Delivered) -> list[list[object]]:
    stats = [(part.path.name, part.path.stat()) for part in delivery.parts]
    return [[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats]
