"""Counts without people: small cells are suppressed, with others that would give them away, and rounded.

Here: which questions are counts, what DuckDB is asked instead, and which cells are shown. Never here:
running it. Next: `gateway` shows what `suppressed` returns.

A question counts rows or people of one table, or adds up a column, by columns that name nobody, with
totals (ROLLUP, CUBE, GROUPING SETS) if wanted. A cell with fewer people than the minimum is not shown.
Where a total would give it away, the smallest other cell is withheld, until bounds that anybody can
compute from what is shown leave every small cell between 1 and the minimum. Counts are multiples of 5.

Limits: bounds are computed along the totals of one answer. Two answers are not compared with each other;
rounding and the log stand against that. docs/access.md says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from hub import quoting
from hub.access.policy import Policy
from warehouse.gateway.asking import PERSON_COLUMN
from warehouse.gateway.protection import Cell, protect
from warehouse.gateway.statements import Question, StatementRefusedError

_PEOPLE = ("person_id", "subject_id")
_NAMES_SOMEBODY = ("_id", "_token", "_key", "line", "birth_date", "address", "name", "phone")
_COMPARED = {
    "COMPARE_EQUAL": "=", "COMPARE_NOTEQUAL": "<>", "COMPARE_LESSTHAN": "<",
    "COMPARE_GREATERTHAN": ">", "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
}  # fmt: skip
_WON = 1_000
_DOMINATES = 0.8


@dataclass(frozen=True, slots=True)
class CellQuery:
    """A count, as it is asked."""

    sql: str
    sql_without_people: str
    """The same where the table names no people: rows are counted."""
    keys: tuple[str, ...]
    measures: tuple[tuple[str, str], ...]
    """(name, count or sum) in the order of the answer."""


def cell_query(question: Question) -> CellQuery:
    """Return how a question is counted.

    Raises:
        StatementRefusedError: it is more than a count of one table.
    """
    node = question.tree["node"]
    source = node.get("from_table") or {}
    plain = (
        node["type"] == "SELECT_NODE"
        and not question.is_explained
        and source.get("type") == "BASE_TABLE"
        and not question.sides
        and not node["cte_map"]["map"]
        and not any(node.get(each) for each in ("having", "qualify", "sample"))
        and all(each["type"] == "ORDER_MODIFIER" for each in node["modifiers"])
        and len(question.tables) == 1
    )
    if not plain:
        raise _refused()
    table = next(iter(question.tables))
    keys = [_column(each) for each in node["group_expressions"]]
    if node["aggregate_handling"] == "FORCE_AGGREGATES":
        keys = [_column(each) for each in node["select_list"] if each["class"] == "COLUMN_REF"]
    measures: list[tuple[str, str, str, str]] = []
    for item in node["select_list"]:
        if item["class"] == "COLUMN_REF":
            if _column(item) not in keys:
                raise _refused()
            continue
        measures.append(_measure(item, len(measures)))
    if not measures or len(set(keys)) < len(keys):
        raise _refused()
    names = [name for name, *_ in measures]
    if len(set(names)) < len(names) or set(names) & set(keys):
        raise StatementRefusedError("give each count a name of its own (AS)")
    sets = node["group_sets"] or [list(range(len(keys)))]
    listed = ", ".join(
        "(" + ", ".join(quoting.name(keys[place]) for place in each) + ")" for each in sets
    )
    person = f"count(DISTINCT {PERSON_COLUMN})"
    columns = [*map(quoting.name, keys)]
    columns += [f"grouping({quoting.name(key)}) AS {quoting.name(f'total {key}')}" for key in keys]
    columns += [f"{sql} AS {quoting.name(name)}" for name, _, sql, _ in measures]
    columns += [
        f"{largest} AS {quoting.name(f'largest {name}')}" for name, _, _, largest in measures
    ]
    columns += ['count(*) AS "rows behind"']
    where = _condition(node["where_clause"]) if node["where_clause"] else "true"
    rest = (
        f" FROM {quoting.name(table)} WHERE {where} GROUP BY GROUPING SETS ({listed}) ORDER BY ALL"
    )
    counted = [*columns, f'{person} AS "people behind"']
    return CellQuery(
        f"SELECT {', '.join(counted)}{rest}",
        f"SELECT {', '.join(columns)}{rest}",
        tuple(keys),
        tuple((name, kind) for name, kind, *_ in measures),
    )


def suppressed(table: pa.Table, plan: CellQuery, policy: Policy) -> tuple[pa.Table, str]:
    """Return what may be shown of the counts, and a sentence on what was withheld."""
    rows = table.to_pylist()
    behind = [name for name in table.column_names if name.startswith("people behind")]
    cells = [
        Cell(
            tuple(None if row[f"total {key}"] else (row[key],) for key in plan.keys),
            min((row[name] for name in behind if row[name]), default=row["rows behind"]),
            is_dominated=any(
                kind == "sum"
                and abs(row[f"largest {name}"] or 0) > _DOMINATES * abs(row[name] or 0)
                for name, kind in plan.measures
                if row[f"largest {name}"]
            ),
        )
        for row in rows
    ]
    shown = protect(cells, policy.minimum_cell, policy.rounding)
    told: dict[str, list[object]] = {key: [row[key] for row in rows] for key in plan.keys}
    for key in plan.keys:
        if any(row[f"total {key}"] for row in rows):
            told[f"{key}_is_total"] = [bool(row[f"total {key}"]) for row in rows]
    for name, kind in plan.measures:
        step = policy.rounding if kind == "count" else _WON
        told[name] = [
            _rounded(row[name], step) if is_shown else None
            for row, is_shown in zip(rows, shown, strict=True)
        ]
    told["is_suppressed"] = [not each for each in shown]
    withheld = shown.count(False)
    note = (
        f"{withheld} of {len(rows)} cells are withheld (fewer than {policy.minimum_cell} people, or "
        f"another cell would give them away); counts are rounded to {policy.rounding}"
    )
    return pa.table(told), note


def _rounded(value: Any, step: int) -> int | None:
    return None if value is None else int((value + step / 2) // step) * step


def _measure(item: dict[str, Any], place: int) -> tuple[str, str, str, str]:
    """Return (name, kind, SQL, SQL of the largest contribution)."""
    name = item.get("function_name", "").lower()
    arguments = [each["expression"] for each in item.get("arguments", [])]
    if item.get("filter") or item.get("class") != "FUNCTION" or item["order_bys"]["orders"]:
        raise _refused()
    alias = item["alias"] or f"{name.removesuffix('_star')}_{place + 1}"
    if name == "count_star":
        return alias, "count", "count(*)", "NULL"
    if len(arguments) != 1 or arguments[0]["class"] != "COLUMN_REF":
        raise _refused()
    column = quoting.name(arguments[0]["column_names"][-1])
    if name == "count" and item["distinct"] and column.strip('"') in _PEOPLE:
        return alias, "count", f"count(DISTINCT {column})", "NULL"
    if name == "sum" and not item["distinct"] and _column(arguments[0]):
        return alias, "sum", f"CAST(sum({column}) AS BIGINT)", f"max(abs({column}))"
    raise _refused()


def _condition(node: dict[str, Any]) -> str:
    kind = node["type"]
    if kind == "CONJUNCTION_AND":
        return " AND ".join(_condition(each) for each in node["children"])
    if kind in _COMPARED:
        return f"{quoting.name(_column(node['left']))} {_COMPARED[kind]} {_constant(node['right'])}"
    if kind == "COMPARE_IN":
        first, *others = node["children"]
        values = ", ".join(map(_constant, others))
        return f"{quoting.name(_column(first))} IN ({values})"
    raise _refused()


def _constant(node: dict[str, Any]) -> str:
    literal = node.get("literal", {}) if node["class"] == "CONSTANT" else {}
    if literal.get("kind") == "INTEGER":
        return str(int(literal["text"]))
    if literal.get("kind") == "STRING":
        return quoting.literal(literal["text"])
    raise StatementRefusedError("compare columns with numbers or texts; write days as texts")


def _column(node: dict[str, Any]) -> str:
    if node["class"] != "COLUMN_REF":
        raise _refused()
    name = str(node["column_names"][-1]).lower()
    if name.endswith(_NAMES_SOMEBODY) and not name.endswith("programme_id"):
        raise StatementRefusedError(f"{name} names people or records; count by other columns")
    return name


def _refused() -> StatementRefusedError:
    return StatementRefusedError(
        "your grant shows counts only: SELECT columns, count(*), count(DISTINCT person_id) or "
        "sum(column) FROM one table WHERE column = value AND … GROUP BY columns, ROLLUP or CUBE"
    )
