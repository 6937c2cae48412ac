"""What a statement of a step makes: a table, a view, more rows, nothing any more, or rows to read.

Here: telling them apart, filling values in. Never here: SELECTs (`translation`). Next: `workbench`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from warehouse.engines.spark.expressions import UntranslatableError


class Made(Enum):
    """What a statement makes."""

    TABLE = "table"
    VIEW = "view"
    MORE_ROWS = "more rows"
    NOTHING = "nothing"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Statement:
    """`select` makes `name`; the name is empty for rows, the SELECT for what is dropped."""

    made: Made
    name: str
    select: str


_COMMENTS = r"(?:\s|--[^\n]*\n)*"
_NAME = r"(?:temp\.)?\"?(?P<name>\w+)\"?"
_CREATE = re.compile(
    _COMMENTS + r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP(?:ORARY)?\s+)?(?P<kind>TABLE|VIEW)\s+"
    + _NAME + r"\s+AS\s+(?P<select>.*)",
    re.DOTALL | re.IGNORECASE,
)  # fmt: skip
_INSERT = re.compile(
    _COMMENTS + r"INSERT\s+INTO\s+" + _NAME + r"\s+BY\s+NAME\s+(?P<select>.*)",
    re.DOTALL | re.IGNORECASE,
)
_DROP = re.compile(
    _COMMENTS + r"DROP\s+(?:TABLE|VIEW)\s+(?:IF\s+EXISTS\s+)?" + _NAME + r"\s*;?\s*", re.IGNORECASE
)
_SELECT = re.compile(_COMMENTS + r"\(*" + _COMMENTS + r"(?:SELECT|WITH|FROM)\b", re.IGNORECASE)


def read_statement(sql: str, values: Sequence[object] = ()) -> Statement:
    """Tell what a statement makes.

    Args:
        sql: one statement of DuckDB's.
        values: what its question marks stand for, as DuckDB takes them: whole numbers or None.

    Raises:
        UntranslatableError: it is none of those that the steps of a night use.
    """
    created = _CREATE.fullmatch(sql)
    if created:
        kind = Made(created["kind"].lower())
        return Statement(kind, created["name"].lower(), _filled(created["select"], values))
    more = _INSERT.fullmatch(sql)
    if more:
        return Statement(Made.MORE_ROWS, more["name"].lower(), _filled(more["select"], values))
    dropped = _DROP.fullmatch(sql)
    if dropped:
        return Statement(Made.NOTHING, dropped["name"].lower(), "")
    if _SELECT.match(sql):
        return Statement(Made.ROWS, "", _filled(sql, values))
    raise UntranslatableError(
        f"statement {' '.join(sql.split())[:40]!r}: Spark runs SELECT, CREATE … AS, INSERT … BY NAME and DROP"
    )


def _filled(select: str, values: Sequence[object]) -> str:
    text = select.strip().rstrip(";")
    for value in values:
        if value is not None and type(value) is not int:
            raise UntranslatableError("values of a statement: whole numbers or nothing are known")
        text = text.replace("?", "NULL" if value is None else str(value), 1)
    return text
