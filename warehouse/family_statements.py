"""The SQL text of a family: its rows out of the lake, its columns, its signatures.

Here: filling in the columns that the catalogue declares. Never here: running it (`warehouse.families`) or
which row replaces which (`warehouse/sql/families/family.sql` says it). Next: `build_families` runs the texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.catalogue import DUCKDB_TYPE, Catalogue, DocumentType, Family, FamilyColumn, Kind, Mode
from hub.quoting import literal as _literal
from warehouse.identity_zone import IdentityFile
from warehouse.lake import delivery_parts
from warehouse.lake_rows import LakeRows

SQL_TYPE: Mapping[Kind, str] = {**DUCKDB_TYPE, Kind.ID: "UUID"}
"""DuckDB's type of a column of a family, by the kind of its values."""
_SEPARATOR = "chr(31)"
_LINES = 1 << 31
"""More than any file has lines, so that file and line make one number."""
_DELIVERY_ORDERS = """
    SELECT
        delivery_id,
        made_at,
        row_number() OVER (ORDER BY document_type, delivery_id) AS delivery_place,
        row_number() OVER (
            ORDER BY strftime(made_at, '%Y%m%d%H%M%S'), delivery_id
        ) AS delivery_order
    FROM delivery
"""
"""Where a delivery stands in a family's table, and which of two deliveries is the later one."""


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


def current_deliveries(
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
        f"WHEN programme_code = {_literal(code)} AND grade = {_literal(grade)} THEN {_literal(real)}"
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


def type_select(
    catalogue: Catalogue,
    document: DocumentType,
    deliveries: Sequence[EffectiveDelivery],
    lake: LakeRows,
) -> str:
    """Return SQL of the rows of one document type; the lake's rows can be read once."""
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
        {_literal(document.code)} AS document_type,
        {_literal(document.institution)} AS institution_group,
        delivery_id,
        {str(len(deliveries) > 1).lower()} AS has_several_deliveries,
        line,
        record_action,
        {identifying},
        md5_number_lower(concat_ws({_SEPARATOR}, {_literal(document.institution)}, {joined})) AS signature_id,
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


def rows_sql(family: Family, selects: Sequence[str]) -> str:
    """Return SQL of a family's rows, given the SQL of each of its document types; none makes none."""
    selects = selects or [_empty_select(family)]
    body = "\n    UNION ALL\n    ".join(selects)
    return f"""SELECT
    r.*,
    d.made_at,
    d.delivery_place * {_LINES} + r.line AS row_place,
    CAST(epoch(d.made_at) AS BIGINT) * {_LINES} + r.line AS row_order,
    d.delivery_order
FROM (
    {body}
) AS r
INNER JOIN ({_DELIVERY_ORDERS}) AS d ON r.delivery_id = d.delivery_id"""


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


def family_columns(family: Family) -> dict[str, str]:
    """Return the columns of a family's table by name, each with the SQL that makes it of a row `r`."""
    own = ("document_type", "delivery_id", "line", "made_at", "record_action", "signature_id")
    columns = {name: f"r.{name}" for name in own}
    columns |= {
        released_name(column): f'r."{released_name(column)}"'
        for column in family.columns
        if is_released(column)
    }
    if family.column("address"):
        columns["address_key"] = "md5_number_lower(regexp_replace(r.address, '\\s', '', 'g'))"
    # A family whose senders give the day themselves has no second one of the same name.
    columns |= {
        name: expression
        for name, expression in (
            ("valid_from", _validity(family, family.valid_from, is_end=False)),
            ("valid_to", _validity(family, family.valid_to, is_end=True)),
        )
        if not family.column(name)
    }
    return columns


def family_fill(family: Family, rows: str) -> dict[str, str]:
    """Return what the marks of `family.sql` stand for, where `rows` names the table of its rows."""
    columns = (f'{expression} AS "{name}"' for name, expression in family_columns(family).items())
    return {
        "grain": family.grain,
        "rows": rows,
        "row_key": _row_key(family),
        "columns": ",\n    ".join(columns),
    }


def order_fill(family: Family, made: str, document_type: str | None = None) -> dict[str, str]:
    """Return what the marks of `family_in_order.sql` stand for.

    Args:
        family: whose rows they are.
        made: names the table of the rows that were just made.
        document_type: the only one whose rows are wanted; by default all.
    """
    which = "" if document_type is None else f" WHERE document_type = {_literal(document_type)}"
    return {
        "columns": ",\n    ".join(f'r."{name}"' for name in family_columns(family)),
        "made": f"SELECT * FROM {made}{which}",
    }


def signature_part(rows: str) -> str:
    """Return SQL of the distinct signatures of `rows`, document type by document type."""
    names = ("national_id_token", "full_name", "birth_date", "sex", "nationality", "address")
    columns = ", ".join(f"any_value(s_{name}) AS {name}" for name in names)
    return f"""SELECT document_type, signature_id, {columns},
        any_value(institution_group) AS institution_group, count(*) AS row_count
    FROM {rows} GROUP BY document_type, signature_id"""
