"""The 40 family tables and the signatures, made from the lake's effective deliveries.

Here: which family and which document type is made anew, and which is taken from an earlier night. Never
here: the SQL of a family (`warehouse.family_statements`, `warehouse/sql/families/*.sql`) or the table
`signature` (`warehouse.signatures`). Next: the person index reads `signature`; profiles, decisions and
findings read the families.

The rows of each document type are a file of their own, a block, of which the family's file is then written:
so it is the same whichever of the blocks an earlier night wrote.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from hub.catalogue import Catalogue, DocumentType, Family
from hub.unquoted_error import pointing_at
from warehouse.family_statements import (
    EffectiveDelivery,
    current_deliveries,
    family_fill,
    order_fill,
    rows_sql,
    signature_part,
    table_name,
    type_select,
)
from warehouse.kept_families import KeptFamilies, KeptFamily
from warehouse.kept_versions import link_or_copy
from warehouse.lake_rows import LakeRows
from warehouse.signatures import PART_COLUMNS, Parts, build_signature
from warehouse.workbench import TableMeasure, Workbench, filled_sql

__all__ = ["EffectiveDelivery", "build_families", "table_name"]

Told = tuple[DocumentType, Sequence[EffectiveDelivery]]
"""A document type and the deliveries of it that speak."""
_EMPTY = ""
"""Block of a family of which nothing arrived: its columns without rows."""


@dataclass(slots=True)
class _Build:
    """What building families needs, whichever family it is, and what was found on the way."""

    bench: Workbench
    catalogue: Catalogue
    lake: LakeRows
    kept: KeptFamilies | None
    stamps: Mapping[str, str]
    types: dict[str, str] = field(default_factory=dict)
    """Digest of what each document type is made from, of families that name people."""
    taken: set[str] = field(default_factory=set)
    """Document types of which an earlier night's signatures are kept."""


@dataclass(frozen=True, slots=True)
class _Earlier:
    """An earlier table of a family, and the document types of which it has tonight's rows."""

    family: KeptFamily
    unchanged: Collection[str]


def build_families(
    bench: Workbench,
    catalogue: Catalogue,
    deliveries: Sequence[EffectiveDelivery],
    progress: Callable[[str], None] = lambda _table: None,
    kept: KeptFamilies | None = None,
) -> list[TableMeasure]:
    """Build the 40 family tables and `signature` from `deliveries`.

    The workbench must hold the table `delivery`. `progress` hears each table's name. A family that
    is `kept` of the same inputs is taken from there, and of one with some other inputs the rows of
    the document types whose inputs are the same.
    """
    by_document: dict[str, list[EffectiveDelivery]] = defaultdict(list)
    for delivery in sorted(deliveries, key=lambda each: each.delivery_id):
        if delivery.parts:
            by_document[delivery.document].append(delivery)
    stamps = {} if kept is None else _stamps(bench)
    build = _Build(bench, catalogue, LakeRows(bench.connection, bench.zone), kept, stamps)
    measures: list[TableMeasure] = []
    told_of: dict[str, tuple[Family, Told]] = {}
    for family in catalogue.families.values():
        told = [
            (document, current_deliveries(document, family, by_document[document.code]))
            for document in sorted(catalogue.by_family[family.code], key=lambda each: each.code)
            if by_document.get(document.code)
        ]
        if family.person_column:
            told_of |= {document.code: (family, (document, of)) for document, of in told}
        measures.append(_take_or_make(build, family, told))
        progress(table_name(family))

    def make_part(code: str) -> None:
        family, one = told_of[code]
        _load(build, family, [one])
        build.bench.run(f"DROP TABLE {_rows(family)}")

    parts = Parts(
        [_part(family) for family in catalogue.families.values() if family.person_column],
        build.types,
        frozenset(build.taken),
        {
            document.code: table_name(family)
            for family in catalogue.families.values()
            for document in catalogue.by_family[family.code]
        },
        make_part,
    )
    measures.append(build_signature(bench, parts, kept))
    progress("signature")
    return measures


def _stamps(bench: Workbench) -> dict[str, str]:
    query = "SELECT delivery_id, CAST(made_at AS VARCHAR) FROM delivery"
    return dict(bench.connection.execute(query).fetchall())


def _part(family: Family) -> str:
    """Name of the table of a family's distinct signatures, as far as they were made tonight."""
    return f"part_{_rows(family)}"


def _rows(family: Family) -> str:
    """Name of the table of a family's rows out of the lake."""
    return f"rows_{family.code.lower()}"


def _take_or_make(build: _Build, family: Family, told: Sequence[Told]) -> TableMeasure:
    """Take a family from what is kept, as far as its inputs are the same; keep what was made."""
    bench, table, kept = build.bench, table_name(family), build.kept
    if kept is None:
        with bench.blocks_folder(table) as folder:
            return _make(build, family, told, folder)[0]
    if family.person_column:
        bench.run(f"CREATE OR REPLACE TEMP TABLE {_part(family)} ({PART_COLUMNS})")
    inputs = kept.inputs(
        family,
        [
            (document, [(each, build.stamps.get(each.delivery_id, "")) for each in of])
            for document, of in told
        ],
    )
    if family.person_column:
        build.types |= inputs.types
    same = kept.find(table, inputs.digest)
    if same is not None:
        if family.person_column:
            build.taken |= set(inputs.types)
        return bench.write(table, partial(link_or_copy, same.table))
    nearest = kept.nearest(table, inputs)
    earlier = None if nearest is None else _Earlier(*nearest)
    if family.person_column and earlier is not None:
        build.taken |= set(earlier.unchanged)
    with bench.blocks_folder(table) as folder:
        measure, blocks = _make(build, family, told, folder, earlier)
        kept.keep(
            table,
            inputs,
            bench.path(table),
            blocks,
            bench.connection,
            _part(family) if family.person_column else None,
            nearest,
        )
    return measure


def _make(
    build: _Build,
    family: Family,
    told: Sequence[Told],
    folder: Path,
    earlier: _Earlier | None = None,
) -> tuple[TableMeasure, Mapping[str, Path]]:
    """Build one family's table, and of a family of people its signatures; return its blocks by type, too.

    Rows come out of the lake, and their blocks into `folder`, but for the document types that did not
    change since an `earlier` table.
    """
    bench, table = build.bench, table_name(family)
    changed = [one for one in told if earlier is None or one[0].code not in earlier.unchanged]
    _load(build, family, changed)
    made = filled_sql("families", "family", family_fill(family, _rows(family)))
    bench.run(f"CREATE OR REPLACE TEMP TABLE made_rows AS {made}")
    # Of a large family two copies of its rows, one unsorted, are enough for the memory.
    bench.run(f"DROP TABLE {_rows(family)}")
    if bench.writes_blocks:
        codes = [document.code for document, _ in told]
        measure, blocks = _write_blocks(build, family, codes, folder, earlier)
    else:
        order = order_fill(family, "made_rows")
        measure = bench.build("families", "family_in_order", order, table=table)
        blocks = {}
    bench.run("DROP TABLE made_rows")
    return measure, blocks


def _load(build: _Build, family: Family, told: Sequence[Told]) -> None:
    """Read the rows of document types of a family out of the lake, and add their signatures."""
    rows = _rows(family)
    selects = [type_select(build.catalogue, document, of, build.lake) for document, of in told]
    build.bench.run(f"CREATE OR REPLACE TEMP TABLE {rows} AS {rows_sql(family, selects)}")
    build.lake.hide()
    if family.person_column:
        # Without what is kept a family is loaded once, in the few kinds of statement that Spark knows, too.
        into = (
            "CREATE OR REPLACE TEMP TABLE {} AS" if build.kept is None else "INSERT INTO {} BY NAME"
        )
        build.bench.run(f"{into.format(_part(family))} {signature_part(rows)}")


def _write_blocks(
    build: _Build, family: Family, codes: Sequence[str], folder: Path, earlier: _Earlier | None
) -> tuple[TableMeasure, Mapping[str, Path]]:
    """Write a family's file of the blocks of the document types `codes`, in this order."""
    bench, table = build.bench, table_name(family)
    # DuckDB writes a column otherwise where it knows that the table has no null there, and a block must not
    # rest on what other types say: a row of nulls, which is in no block, takes that knowledge away.
    bench.run("INSERT INTO made_rows BY NAME SELECT CAST(NULL AS BIGINT) AS row_place")

    def block(code: str) -> Path:
        if earlier is not None and code in earlier.unchanged:
            return earlier.family.block(code)
        file = folder / f"{code or table}.parquet"
        order = order_fill(family, "made_rows", code)
        with pointing_at(table=table):
            bench.copy(filled_sql("families", "family_in_order", order), file)
        return file

    blocks = {code: block(code) for code in codes or [_EMPTY]}
    if len(blocks) == 1:
        (only,) = blocks.values()
        measure = bench.write(table, partial(link_or_copy, only))
    else:
        measure = bench.join_blocks(table, list(blocks.values()))
    return measure, {code: blocks[code] for code in codes}
