"""The table `signature`: of the signatures of all document types, or of an earlier night's and what changed.

Here: which of the two ways is gone; keeping the table for the next night. Never here: the signatures of one
document type (`warehouse.families`) or the merging of rows (`warehouse.signature_merge`). Next: the person
index reads `signature`.

What is kept is the night's own file under the digest of its parts' inputs. An earlier night's is gone on
from only where each part in which it differs can be had as it was then; in any doubt the table is made
of all parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa

from warehouse.identity_zone import ROWS_OF_GROUP, Bound, IdentityFile, IdentityZone
from warehouse.kept_families import KeptFamilies
from warehouse.kept_versions import KeptVersions, Version, digest_of, link_or_copy
from warehouse.signature_merge import DifferenceError, merged
from warehouse.workbench import TableMeasure, Workbench, filled_sql, identity_bound

TABLE = "signature"
PART_COLUMNS = (
    "document_type VARCHAR, signature_id UBIGINT, national_id_token UUID, full_name VARCHAR, "
    "birth_date DATE, sex VARCHAR, nationality VARCHAR, address VARCHAR, "
    "institution_group VARCHAR, row_count BIGINT"
)
"""Columns of the distinct signatures of document types, a part each (`family_statements.signature_part`)."""
_NIGHT, _TYPES = "night", "types"


@dataclass(frozen=True, slots=True)
class Parts:
    """The signatures of tonight's document types.

    Attributes:
        made: tables of the parts that were made tonight, one for each family that names people.
        types: digest of what a part is made from, by document type; kept ones too.
        taken: document types whose part is not in `made`, since it is kept.
        table_of: name of the family's table of any document type, if it is known.
        make: adds the part of a document type to `made`, out of the lake.
    """

    made: Sequence[str]
    types: Mapping[str, str]
    taken: frozenset[str]
    table_of: Mapping[str, str]
    make: Callable[[str], None]


def build_signature(bench: Workbench, parts: Parts, kept: KeptFamilies | None) -> TableMeasure:
    """Build `signature` of tonight's parts."""
    bench.run(f"CREATE OR REPLACE TEMP VIEW signature_part AS {_union(parts.made)}")
    if kept is None or not kept.zone.has_keys:
        return bench.build("families", TABLE)
    versions = KeptVersions(kept.folder / TABLE)
    measure = _go_on(bench, parts, kept, versions)
    if measure is None:
        _add_taken(bench, parts, kept)
        measure = bench.build("families", TABLE)
    _keep(bench, parts, versions)
    return measure


def _union(tables: Sequence[str]) -> str:
    return " UNION ALL BY NAME ".join(f"FROM {table}" for table in tables)


def _add_taken(bench: Workbench, parts: Parts, kept: KeptFamilies) -> None:
    """Put the parts that are kept beside those that were made; one that is damaged is made."""
    for code in sorted(parts.taken):
        part = kept.part(parts.table_of[code], code, parts.types[code])
        if part is None:
            parts.make(code)
        else:
            _insert(bench, [part], parts.made[0])


def _insert(bench: Workbench, files: Sequence[IdentityFile], table: str) -> None:
    bench.connection.register("kept_part", bench.zone.dataset(files))
    # Arrow tells a UUID as bytes.
    bench.run(
        f"INSERT INTO {table} BY NAME"
        " SELECT * REPLACE (CAST(national_id_token AS UUID) AS national_id_token) FROM kept_part",
    )
    bench.connection.unregister("kept_part")


def _go_on(
    bench: Workbench, parts: Parts, kept: KeptFamilies, versions: KeptVersions
) -> TableMeasure | None:
    """Build the table from an earlier night's; None where that cannot be, or is not worth it."""
    for version in versions.all():
        former = _former_parts(parts, kept, version)
        if former is None or (file := _kept_file(bench, version)) is None:
            continue
        write = partial(_write_merged, bench.zone, file, _difference(bench, former))
        try:
            return bench.write_identity(TABLE, write)
        except DifferenceError:
            continue
    return None


def _write_merged(
    zone: IdentityZone, former: IdentityFile, difference: pa.Table, path: Path, bound: Bound
) -> None:
    """Write the rows of an earlier night's file with what differs."""
    schema = zone.schema(former)
    rows = merged(zone.groups(former), difference.cast(schema.remove_metadata()), ROWS_OF_GROUP)
    zone.write_groups(schema, rows, path, bound)


def _former_parts(parts: Parts, kept: KeptFamilies, version: Version) -> list[IdentityFile] | None:
    """Return the parts of an earlier night in which tonight differs.

    None where one cannot be had, a part was not made though it differs, or they are most of all.
    """
    before: Mapping[str, str] = version.told[_TYPES]
    same = {code for code, digest in before.items() if parts.types.get(code) == digest}
    if not parts.taken <= same:
        return None
    # A part that was made though it is the same as before is taken off and added again.
    differing = sorted(set(before) - parts.taken)
    found = [kept.part(parts.table_of.get(code, ""), code, before[code]) for code in differing]
    files = [file for file in found if file is not None]
    if len(files) < len(found) or len(differing) > len(parts.taken):
        return None
    return files


def _kept_file(bench: Workbench, version: Version) -> IdentityFile | None:
    name = bench.zone.target(Path(), TABLE).name
    path = version.sound(name)
    return None if path is None else IdentityFile(path, identity_bound(TABLE, version.told[_NIGHT]))


def _difference(bench: Workbench, former: Sequence[IdentityFile]) -> pa.Table:
    bench.run(f"CREATE OR REPLACE TEMP TABLE former_part ({PART_COLUMNS})")
    if former:
        _insert(bench, former, "former_part")
    # Arrow has no order of UUIDs; the zone's files hold their bytes.
    found = bench.connection.sql(filled_sql("families", "signature_difference", {})).project(
        "* REPLACE (CAST(national_id_token AS BLOB) AS national_id_token)"
    )
    table = found.to_arrow_table()
    bench.run("DROP TABLE former_part")
    return table


def _keep(bench: Workbench, parts: Parts, versions: KeptVersions) -> None:
    """Keep tonight's table, by linking its file."""
    file = bench.identity_file(TABLE)

    def fill(folder: Path) -> Mapping[str, object]:
        link_or_copy(file.path, folder / file.path.name)
        return {_NIGHT: bench.night, _TYPES: dict(parts.types)}

    versions.keep(digest_of(dict(parts.types)), fill)
