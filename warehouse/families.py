"""The 40 family tables and the signatures, made from the lake's effective deliveries.

Here: filling `warehouse/sql/families/*.sql` with the columns that the catalogue declares. Never
here: rules of a family (the SQL says them). Next: the person index reads `signature`; profiles,
decisions and findings read the families.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from hub.catalogue import Catalogue, DocumentType, Family, FamilyColumn, Kind, Mode
from warehouse.identity_zone import IdentityFile
from warehouse.kept_families import KeptFamilies, link_or_copy
from warehouse.lake import delivery_parts
from warehouse.lake_rows import LakeRows
from warehouse.workbench import TableMeasure, Workbench

SQL_TYPE: Mapping[Kind, str] = {
    Kind.ID: "UUID",
    Kind.TEXT: "VARCHAR",
    Kind.KEY: "VARCHAR",
    Kind.CODE: "VARCHAR",
    Kind.DATE: "DATE",
    Kind.MONTH: "DATE",
    Kind.YEAR: "INTEGER",
    Kind.KRW: "BIGINT",
    Kind.INT: "BIGINT",
    Kind.DECIMAL: "DOUBLE",
    Kind.BOOL: "BOOLEAN",
}
_SEPARATOR = "chr(31)"


@dataclass(frozen=True, slots=True)
class EffectiveDelivery:
    """A landed delivery that no correction has replaced."""

    delivery_id: str
    document: str
    period: str
    sequence: int
    schema_version: int
    folder: Path

    @property
    def parts(self) -> list[IdentityFile]:
        """Its Parquet files, in order."""
        return delivery_parts(self.folder)


def table_name(family: Family) -> str:
    """Name of a family's table, for example `f11_wage_income`."""
    return f"{family.code.lower()}_{family.name}"


def is_released(column: FamilyColumn) -> bool:
    """Names, addresses and other free text stay in the identity zone."""
    return column.kind is not Kind.TEXT


def released_name(column: FamilyColumn) -> str:
    """Name of a canonical column in the family's table."""
    return f"{column.name}_token" if column.kind is Kind.ID else column.name


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _current(
    document: DocumentType, family: Family, deliveries: Sequence[EffectiveDelivery]
) -> list[EffectiveDelivery]:
    """Of a full sender's snapshots only the latest period speaks, unless rows are dated."""
    is_dated = any(column in family.natural_key for column in ("period", "as_of"))
    if document.mode is not Mode.FULL or is_dated:
        return list(deliveries)
    latest = max(delivery.period for delivery in deliveries)
    return [delivery for delivery in deliveries if delivery.period == latest]


def _lake_columns(document: DocumentType, deliveries: Sequence[EffectiveDelivery]) -> set[str]:
    """Canonical columns that at least one of the deliveries has."""
    found = set(document.constants)
    for number in {delivery.schema_version for delivery in deliveries}:
        version = document.version(number) or document.versions[0]
        found |= {column.canonical for column in version.columns if not column.is_own}
    return found


def _programme_value(catalogue: Catalogue) -> str:
    """The programme that a row is really about: some senders tell two apart by the grade alone."""
    cases = [
        f"WHEN programme_code = {_quoted(code)} AND grade = {_quoted(grade)} THEN {_quoted(real)}"
        for code, by_grade in catalogue.programme_by_grade.items()
        for grade, real in by_grade.items()
    ]
    return f"CASE {' '.join(cases)} ELSE programme_code END" if cases else "programme_code"


def _value(column: FamilyColumn, available: set[str], catalogue: Catalogue) -> str:
    kind = SQL_TYPE[column.kind]
    if column.name == "programme_code" and {"programme_code", "grade"} <= available:
        return f"CAST({_programme_value(catalogue)} AS VARCHAR)"
    if column.name not in available:
        return f"CAST(NULL AS {kind})"
    if column.kind is Kind.ID:
        return f'CAST("{column.name}_token" AS UUID)'
    return f'CAST("{column.name}" AS {kind})'


def _signature_values(family: Family, available: set[str]) -> dict[str, str]:
    """SQL of the identifying values of a row, by column of `signature`."""

    def text(name: str, kind: str = "VARCHAR") -> str:
        return f'CAST("{name}" AS {kind})' if name in available else f"CAST(NULL AS {kind})"

    def first_of(*options: str) -> str:
        return f"coalesce({', '.join(options)})" if len(options) > 1 else options[0]

    person = family.person_column
    name = family.person_name_column
    has_person = person is not None and person in available
    birth = [text("birth_date", "DATE")] + (["CAST(id_birth_date AS DATE)"] if has_person else [])
    sex = [text("sex")] + (["CAST(id_sex AS VARCHAR)"] if has_person else [])
    return {
        "national_id_token": f'CAST("{person}_token" AS UUID)'
        if has_person
        else "CAST(NULL AS UUID)",
        "full_name": text(name) if name else "CAST(NULL AS VARCHAR)",
        "birth_date": first_of(*birth),
        "sex": first_of(*sex),
        "nationality": text("nationality"),
        "address": text("address"),
    }


def _stored_columns(family: Family, available: set[str]) -> dict[str, Kind]:
    """Columns of the lake that the family's table and its signatures are made of."""
    stored = {
        released_name(column): column.kind for column in family.columns if column.name in available
    }
    has_person = family.person_column in available
    return stored | ({"id_birth_date": Kind.DATE, "id_sex": Kind.CODE} if has_person else {})


def _type_select(
    catalogue: Catalogue,
    document: DocumentType,
    deliveries: Sequence[EffectiveDelivery],
    lake: LakeRows,
) -> str:
    family = catalogue.families[document.family]
    available = _lake_columns(document, deliveries)
    rows = lake.show(
        [delivery.folder for delivery in deliveries], _stored_columns(family, available)
    )
    signature = _signature_values(family, available)
    joined = ", ".join(f"coalesce(CAST({value} AS VARCHAR), '')" for value in signature.values())
    canonical = ",\n        ".join(
        f'{_value(column, available, catalogue)} AS "{released_name(column)}"'
        for column in family.columns
    )
    # The person column's own name would clash with the signature's; both are wanted.
    identifying = ",\n        ".join(f"{value} AS s_{name}" for name, value in signature.items())
    return f"""SELECT
        {_quoted(document.code)} AS document_type,
        {_quoted(document.institution)} AS institution_group,
        delivery_id,
        {str(len(deliveries) > 1).lower()} AS has_several_deliveries,
        line,
        record_action,
        {identifying},
        md5_number_lower(concat_ws({_SEPARATOR}, {_quoted(document.institution)}, {joined})) AS signature_id,
        {canonical}
    FROM {rows}"""


def _row_key(family: Family) -> str:
    parts = []
    for name in family.natural_key:
        column = family.column(name)
        if name == family.person_column:
            parts.append(
                "coalesce(CAST(r.s_national_id_token AS VARCHAR), CAST(r.signature_id AS VARCHAR))"
            )
        elif column is not None:
            parts.append(f"coalesce(CAST(r.\"{released_name(column)}\" AS VARCHAR), '')")
    return f"md5_number_lower(concat_ws({_SEPARATOR}, {', '.join(parts)}))"


def _rows_sql(family: Family, selects: Sequence[str]) -> str:
    body = "\n    UNION ALL\n    ".join(selects)
    return f"""SELECT
    r.*,
    d.made_at,
    {_row_key(family)} AS row_key,
    CAST(epoch(d.made_at) AS BIGINT) * 2147483648 + r.line AS row_order,
    concat(strftime(d.made_at, '%Y%m%d%H%M%S'), r.delivery_id) AS delivery_order
FROM (
    {body}
) AS r
INNER JOIN delivery AS d ON r.delivery_id = d.delivery_id"""


def _empty_select(family: Family) -> str:
    canonical = ", ".join(
        f'CAST(NULL AS {SQL_TYPE[column.kind]}) AS "{released_name(column)}"'
        for column in family.columns
    )
    signature = ", ".join(
        f"{value} AS s_{name}" for name, value in _signature_values(family, set()).items()
    )
    return f"""SELECT '' AS document_type, '' AS institution_group, '' AS delivery_id,
        false AS has_several_deliveries, CAST(0 AS BIGINT) AS line, '' AS record_action,
        {signature}, CAST(0 AS UBIGINT) AS signature_id, {canonical}
    WHERE false"""


def _validity(family: Family, name: str | None, *, is_end: bool) -> str:
    column = family.column(name) if name else None
    if column is None:
        return "CAST(NULL AS DATE)"
    source = f'r."{released_name(column)}"'
    if column.kind is Kind.MONTH:
        return f"last_day({source})" if is_end else source
    if column.kind is Kind.YEAR:
        return f"make_date({source}, 12, 31)" if is_end else f"make_date({source}, 1, 1)"
    return source


def build_families(
    bench: Workbench,
    catalogue: Catalogue,
    deliveries: Sequence[EffectiveDelivery],
    progress: Callable[[str], None] = lambda _table: None,
    kept: KeptFamilies | None = None,
) -> list[TableMeasure]:
    """Build the 40 family tables and `signature` from `deliveries`.

    The workbench must hold the table `delivery`. `progress` hears each table's name. A family that
    is `kept` of the same inputs is taken from there.
    """
    by_document: dict[str, list[EffectiveDelivery]] = defaultdict(list)
    for delivery in sorted(deliveries, key=lambda each: each.delivery_id):
        if delivery.parts:
            by_document[delivery.document].append(delivery)
    measures = []
    part_queries = []
    connection = bench.connection
    lake = LakeRows(connection, bench.zone)
    stamps = _stamps(connection) if kept is not None else {}
    for family in catalogue.families.values():
        told = [
            (document, _current(document, family, by_document[document.code]))
            for document in catalogue.by_family[family.code]
            if by_document.get(document.code)
        ]
        table, part = table_name(family), f"part_rows_{family.code.lower()}"
        digest, found = "", None
        if kept is not None:
            digest = kept.inputs_digest(
                family,
                [
                    (document, [(each, stamps.get(each.delivery_id, "")) for each in of])
                    for document, of in told
                ],
            )
            found = kept.find(table, digest)
        if found is not None:
            measures.append(bench.write(table, partial(link_or_copy, found.table)))
            if found.signatures is not None:
                connection.register(part, bench.zone.dataset([found.signatures]))
        else:
            selects = [_type_select(catalogue, document, of, lake) for document, of in told]
            measures.append(_build_family(bench, family, selects))
            lake.hide()
            if kept is not None:
                named = part if family.person_column else None
                kept.keep(table, digest, bench.path(table), connection, named)
        if family.person_column:
            part_queries.append(_kept_part(part) if found is not None else f"FROM {part}")
        progress(table)
    union = " UNION ALL ".join(part_queries)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW signature_part AS {union}").fetchall()
    measures.append(bench.build("families", "signature"))
    progress("signature")
    return measures


def _kept_part(part: str) -> str:
    """Select signatures that Arrow hands over, which tells a UUID as bytes."""
    as_uuid = "CAST(national_id_token AS UUID) AS national_id_token"
    return f"SELECT * REPLACE ({as_uuid}) FROM {part}"


def _stamps(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    query = "SELECT delivery_id, CAST(made_at AS VARCHAR) FROM delivery"
    return dict(connection.execute(query).fetchall())


def _build_family(bench: Workbench, family: Family, selects: Sequence[str]) -> TableMeasure:
    """Build one family's table, and of a family of people `part_rows_<family>`, its signatures."""
    connection = bench.connection
    rows = f"rows_{family.code.lower()}"
    statement = _rows_sql(family, selects or [_empty_select(family)])
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {rows} AS {statement}").fetchall()
    columns = [f'r."{released_name(c)}"' for c in family.columns if is_released(c)]
    if family.column("address"):
        key = "md5_number_lower(regexp_replace(r.address, '\\s', '', 'g'))"
        columns.append(f"{key} AS address_key")
    # A family whose senders give the day themselves has no second one of the same name.
    columns += [
        f"{expression} AS {name}"
        for name, expression in (
            ("valid_from", _validity(family, family.valid_from, is_end=False)),
            ("valid_to", _validity(family, family.valid_to, is_end=True)),
        )
        if not family.column(name)
    ]
    fill = {"grain": family.grain, "rows": rows, "columns": ",\n    ".join(columns)}
    measure = bench.build("families", "family", fill, table=table_name(family))
    if family.person_column:
        connection.execute(_signature_part(rows)).fetchall()
    connection.execute(f"DROP TABLE {rows}").fetchall()
    return measure


def _signature_part(rows: str) -> str:
    names = ("national_id_token", "full_name", "birth_date", "sex", "nationality", "address")
    columns = ", ".join(f"any_value(s_{name}) AS {name}" for name in names)
    return f"""CREATE OR REPLACE TEMP TABLE part_{rows} AS
    SELECT signature_id, {columns}, any_value(institution_group) AS institution_group,
        count(*) AS row_count
    FROM {rows} GROUP BY signature_id"""
