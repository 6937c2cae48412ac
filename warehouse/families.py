"""The 40 family tables and the signatures, made from the lake's effective deliveries.

Here: which family and which document type is made anew, and which is taken from an earlier night. Never
here: the SQL of a family (`warehouse.family_statements`, `warehouse/sql/families/*.sql`). Next: the
person index reads `signature`; profiles, decisions and findings read the families.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

from hub.catalogue import Catalogue, DocumentType, Family
from warehouse.family_statements import (
    SIGNATURE_COLUMNS,
    EffectiveDelivery,
    current_deliveries,
    family_fill,
    listed,
    order_fill,
    rows_sql,
    signature_part,
    table_name,
    type_select,
)
from warehouse.identity_zone import IdentityFile
from warehouse.kept_families import KeptFamilies, KeptFamily, link_or_copy
from warehouse.lake_rows import LakeRows
from warehouse.workbench import TableMeasure, Workbench, filled_sql

__all__ = ["EffectiveDelivery", "build_families", "table_name"]

Earlier = tuple[KeptFamily, Collection[str]]
"""An earlier table of a family, and the document types of which it has tonight's rows."""
Told = tuple[DocumentType, Sequence[EffectiveDelivery]]
"""A document type and the deliveries of it that speak."""


@dataclass(frozen=True, slots=True)
class _Build:
    """What building families needs, whichever family it is."""

    bench: Workbench
    catalogue: Catalogue
    lake: LakeRows

    def run(self, statement: str) -> None:
        """Run one statement."""
        self.bench.connection.execute(statement).fetchall()


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
    build = _Build(bench, catalogue, LakeRows(bench.connection, bench.zone))
    stamps = _stamps(bench) if kept is not None else {}
    measures, parts = [], []
    for family in catalogue.families.values():
        told = [
            (document, current_deliveries(document, family, by_document[document.code]))
            for document in catalogue.by_family[family.code]
            if by_document.get(document.code)
        ]
        if kept is None:
            measures.append(_make(build, family, told))
        else:
            measures.append(_take_or_make(build, family, told, kept, stamps))
        if family.person_column:
            parts.append(f"FROM {_part(family)}")
        progress(table_name(family))
    union = " UNION ALL BY NAME ".join(parts)
    build.run(f"CREATE OR REPLACE TEMP VIEW signature_part AS {union}")
    measures.append(bench.build("families", "signature"))
    progress("signature")
    return measures


def _stamps(bench: Workbench) -> dict[str, str]:
    query = "SELECT delivery_id, CAST(made_at AS VARCHAR) FROM delivery"
    return dict(bench.connection.execute(query).fetchall())


def _part(family: Family) -> str:
    """Name of the table of a family's distinct signatures."""
    return f"part_rows_{family.code.lower()}"


def _take_or_make(
    build: _Build,
    family: Family,
    told: Sequence[Told],
    kept: KeptFamilies,
    stamps: dict[str, str],
) -> TableMeasure:
    """Take a family from what is kept, as far as its inputs are the same; keep what was made."""
    bench, table = build.bench, table_name(family)
    inputs = kept.inputs(
        family,
        [
            (document, [(each, stamps.get(each.delivery_id, "")) for each in of])
            for document, of in told
        ],
    )
    same = kept.find(table, inputs.digest)
    if same is not None:
        if same.signatures is not None:
            build.run(f"CREATE OR REPLACE TEMP TABLE {_part(family)} ({SIGNATURE_COLUMNS})")
            _take_signatures(build, family, same.signatures, inputs.types)
        return bench.write(table, partial(link_or_copy, same.table))
    measure = _make(build, family, told, kept.nearest(table, inputs))
    kept.keep(
        table,
        inputs,
        bench.path(table),
        bench.connection,
        _part(family) if family.person_column else None,
    )
    return measure


def _make(
    build: _Build, family: Family, told: Sequence[Told], earlier: Earlier | None = None
) -> TableMeasure:
    """Build one family's table, and of a family of people its signatures.

    Rows come out of the lake, but for the document types that did not change since an `earlier`
    table.
    """
    bench, rows = build.bench, f"rows_{family.code.lower()}"
    before, unchanged = earlier or (None, ())
    selects = [
        type_select(build.catalogue, document, of, build.lake)
        for document, of in told
        if document.code not in unchanged
    ]
    build.run(f"CREATE OR REPLACE TEMP TABLE {rows} AS {rows_sql(family, selects)}")
    build.lake.hide()
    made = filled_sql("families", "family", family_fill(family, rows))
    build.run(f"CREATE OR REPLACE TEMP TABLE made_rows AS {made}")
    if family.person_column:
        build.run(f"CREATE OR REPLACE TEMP TABLE {_part(family)} AS {signature_part(rows)}")
        if before is not None and before.signatures is not None:
            _take_signatures(build, family, before.signatures, unchanged)
    # Of a large family two copies of its rows, one unsorted, are enough for the memory.
    build.run(f"DROP TABLE {rows}")
    order = order_fill(family, "made_rows", before.table if before else None, unchanged)
    measure = bench.build("families", "family_in_order", order, table=table_name(family))
    build.run("DROP TABLE made_rows")
    return measure


def _take_signatures(
    build: _Build, family: Family, kept: IdentityFile, document_types: Collection[str]
) -> None:
    """Add the kept signatures of some document types to those of a family."""
    connection = build.bench.connection
    connection.register("kept_part", build.bench.zone.dataset([kept]))
    # Arrow tells a UUID as bytes.
    build.run(
        f"INSERT INTO {_part(family)} BY NAME"
        " SELECT * REPLACE (CAST(national_id_token AS UUID) AS national_id_token)"
        f" FROM kept_part WHERE document_type IN ({listed(document_types)})"
    )
    connection.unregister("kept_part")
