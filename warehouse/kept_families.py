"""Families that nothing of tonight touches, carried over from an earlier night instead of rebuilt.

Here: what a family is made from, as one digest; keeping its table and its signatures under it, and
taking both again. Never here: how a family is made (`warehouse.families`). Next: the night after
finds what was kept, and a family's cost follows its deliveries.

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
from collections.abc import Mapping, Sequence
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

    def inputs_digest(
        self,
        family: Family,
        told: Sequence[tuple[DocumentType, Sequence[tuple[Delivered, str]]]],
    ) -> str:
        """Return one SHA-256 over all that the family's table and signatures are made from.

        Args:
            family: the family.
            told: its document types with their deliveries, each with its stamp, in the order of
                reading.
        """
        inputs = [
            [
                repr(document),
                [
                    [delivery.delivery_id, stamp, delivery.schema_version, _files(delivery)]
                    for delivery, stamp in deliveries
                ],
            ]
            for document, deliveries in told
        ]
        content = json.dumps([self._shared, repr(family), inputs], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def find(self, table: str, digest: str) -> KeptFamily | None:
        """Return what is kept of `table` under these inputs, if it is what was kept."""
        folder = self._folder / table / digest
        try:
            sums = json.loads((folder / _SUMS).read_text("utf-8"))
            if any(durable.sha256_of(folder / name) != sha256 for name, sha256 in sums.items()):
                return None
        except (OSError, ValueError):
            return None
        os.utime(folder)
        files = stems(folder, f"{_SIGNATURES}*")
        signatures = files.get(_SIGNATURES)
        bound = self._bound(table, digest)
        return KeptFamily(folder / _TABLE, IdentityFile(signatures, bound) if signatures else None)

    def keep(
        self,
        table: str,
        digest: str,
        built: Path,
        connection: duckdb.DuckDBPyConnection,
        signatures: str | None,
    ) -> None:
        """Keep a family that was just built, and forget all but its last versions.

        Args:
            table: name of the family's table.
            digest: of its inputs.
            built: its Parquet file; it is linked, not copied.
            connection: where the signatures lie.
            signatures: name of the table of its distinct signatures, if it names anybody.
        """
        place = self._folder / table
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
            (staging / _SUMS).write_text(json.dumps(sums), "utf-8")
        versions = sorted(place.iterdir(), key=lambda each: each.stat().st_mtime_ns)
        for old in versions[:-_KEPT]:
            shutil.rmtree(old, ignore_errors=True)

    def _bound(self, table: str, digest: str) -> Bound:
        return Bound(table, digest, _SIGNATURES)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a finished file, which nobody writes in place, a second name; copy it across disks."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _files(delivery: Delivered) -> list[list[object]]:
    stats = [(part.path.name, part.path.stat()) for part in delivery.parts]
    return [[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats]
