"""Judging a statement before anything is opened: one question, known functions, plain names of tables.

Here: DuckDB's own parser reads the text, and the tree is walked. Never here: running it, files, or
grants. Next: `gateway` asks whether the tables are granted; `child` runs what passed.

What is judged is the tree that DuckDB would run, so that no second parser can be told another story.
Parsing happens in a connection that has no tables and may reach nothing.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

_FUNCTIONS = Path(__file__).with_name("functions.toml")
_EXPLAIN = re.compile(
    r"\s*explain\s+(?=(select|with|from|values|describe|summarize|\())", re.IGNORECASE
)
_TABLE = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
LONGEST_STATEMENT = 20_000
_DEEPEST = 200
_SIDES = frozenset({"now", "past", "then"})
_NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_SOURCES = frozenset({
    "BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EMPTY", "EMPTY_FROM", "EXPRESSION_LIST",
    "SHOW_REF", "PIVOT", "CTE",
})  # fmt: skip


class StatementRefusedError(Exception):
    """The statement is not one that people with a grant may ask; the message says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """A statement that may be asked, if its tables are granted."""

    sql: str
    tables: frozenset[str]
    """Tables that it names, without those that it makes itself (WITH)."""
    sides: frozenset[str]
    """`now` and `past`, where it names both releases."""
    is_explained: bool
    """It asks for the plan only."""
    tree: dict[str, Any]
    """The query as DuckDB serialises it."""

    @property
    def lists_tables(self) -> bool:
        """Whether it is SHOW TABLES: names only, of the tables that are granted."""
        return not self.tables and any(
            node.get("type") == "SHOW_REF" for node in tree_nodes(self.tree)
        )


def judge(sql: str) -> Question:
    """Return the statement as a question.

    Raises:
        StatementRefusedError: it is several statements, no question, too long or too deep, or it
            calls a function or names a table in a way that is not allowed.
    """
    if len(sql) > LONGEST_STATEMENT or "\0" in sql:
        raise StatementRefusedError(f"a statement has at most {LONGEST_STATEMENT:,} characters")
    with _parser() as connection:
        try:
            statements = connection.extract_statements(sql)
        except (duckdb.Error, ValueError, UnicodeError) as error:
            # A parser's message repeats what was typed, nothing of the data.
            raise StatementRefusedError(str(error).splitlines()[0]) from None
        kinds = {_kind(each) for each in statements}
        if len(statements) != 1 or None in kinds:
            raise StatementRefusedError(
                "one question at a time: SELECT, EXPLAIN, DESCRIBE, SUMMARIZE or SHOW TABLES"
            )
        is_explained = kinds == {duckdb.StatementType.EXPLAIN}
        text = statements[0].query
        if is_explained:
            match = _EXPLAIN.match(text)
            if match is None:
                raise StatementRefusedError("EXPLAIN is for a plain question, without ANALYZE")
            text = text[match.end() :]
        tree = _tree(connection, text)
    return _judged(sql, tree, is_explained=is_explained)


def _kind(statement: duckdb.Statement) -> duckdb.StatementType | None:
    """Return SELECT or EXPLAIN; None for any other kind, also one that Python has no name for."""
    try:
        kind = statement.type
    except ValueError:
        return None
    return kind if kind in {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN} else None


def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={
            "threads": 1,
            "enable_external_access": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
            "lock_configuration": True,
        }
    )


def _tree(connection: duckdb.DuckDBPyConnection, text: str) -> dict[str, Any]:
    try:
        row = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [text]).fetchone()
    except duckdb.Error as error:
        raise StatementRefusedError(str(error).splitlines()[0]) from None
    try:
        read: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
    except (RecursionError, ValueError):
        raise StatementRefusedError("the statement is nested too deeply") from None
    if read["error"] or len(read["statements"]) != 1:
        raise StatementRefusedError("one question at a time, and no PIVOT without IN")
    tree: dict[str, Any] = read["statements"][0]
    return tree


def _judged(sql: str, tree: dict[str, Any], *, is_explained: bool) -> Question:
    allowed = _allowed()
    made: set[str] = set()
    tables: set[str] = set()
    sides: set[str] = set()
    for node in tree_nodes(tree):
        made |= {each["key"].lower() for each in node.get("cte_map", {}).get("map", [])}
        kind = node.get("type")
        if kind == "RECURSIVE_CTE_NODE":
            raise StatementRefusedError("WITH RECURSIVE is not for this place")
        if node.get("sample"):
            raise StatementRefusedError("samples differ each time; an answer must be repeatable")
        if "select_list" in node or "cte_map" in node:
            _known(kind, _NODES, "kind of query")
        if "column_name_alias" in node or "show_type" in node or "sample" in node:
            _known(kind, _NODES | _SOURCES, "source of rows")
        if kind == "SHOW_REF":
            _show(node)
        if kind == "BASE_TABLE":
            side, name = _table(node)
            tables.add(name)
            sides |= {side} if side else set()
        if kind == "TABLE_FUNCTION" and _called(node) not in allowed.tables:
            # Some names are a total in a list of columns, and text run as SQL after FROM.
            raise StatementRefusedError("this function does not stand after FROM")
        if "function_name" in node:
            _function(node, allowed)
        if node.get("class") == "COLUMN_REF":
            _column(node, allowed)
        if node.get("class") == "PARAMETER":
            raise StatementRefusedError("parameters have no values here; write them out")
    return Question(sql, frozenset(tables - made), frozenset(sides), is_explained, tree)


def tree_nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of the tree."""
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > 2 * _DEEPEST:
            raise StatementRefusedError("the statement is nested too deeply")
        if isinstance(node, dict):
            yield node
            waiting += [
                (each, depth + 1) for each in node.values() if isinstance(each, dict | list)
            ]
        elif isinstance(node, list):
            waiting += [(each, depth + 1) for each in node if isinstance(each, dict | list)]


def _known(kind: Any, known: frozenset[str], what: str) -> None:
    if kind not in known:
        raise StatementRefusedError(f"this {what} is not allowed")


def _show(node: dict[str, Any]) -> None:
    """Allow DESCRIBE and SUMMARIZE of a query, and SHOW TABLES."""
    if node.get("query") is None and node.get("table_name", "").strip('"').lower() != "tables":
        raise StatementRefusedError("SHOW TABLES is the only SHOW; it lists what you may ask")


def _table(node: dict[str, Any]) -> tuple[str | None, str]:
    path = [part.lower() for part in node["qualified_name"]["path"]]
    if node.get("at_clause"):
        raise StatementRefusedError("AT is not allowed; name an older release with --then")
    if len(path) == 2 and path[0] in _SIDES:
        side, name = path
    elif len(path) == 1:
        side, name = None, path[0]
    else:
        raise StatementRefusedError("name tables without database or schema")
    if not _TABLE.match(name):
        raise StatementRefusedError("a table is named by small letters, digits and underscores")
    return side, name


def _column(node: dict[str, Any], allowed: _Allowed) -> None:
    names = node["column_names"]
    if len(names) == 1 and names[0].lower() in allowed.refused_words:
        raise StatementRefusedError(
            f"{names[0].lower()} is not allowed: the same question must have the same answer "
            "tomorrow; the release's own day is as_of in table night"
        )


def _called(node: dict[str, Any]) -> str:
    return str((node.get("function") or {}).get("function_name", "")).lower()


def _function(node: dict[str, Any], allowed: _Allowed) -> None:
    name = node["function_name"].lower()
    if len(node.get("qualified_name", {}).get("path", [name])) > 1 or node.get("schema"):
        raise StatementRefusedError("name functions without a schema")
    if name in allowed.operators if node.get("is_operator") else name in allowed.names:
        if name in allowed.counted:
            _counted(node, name, allowed.largest_number)
        return
    raise StatementRefusedError(
        f"the function {name} is not allowed; docs/access.md lists those that are"
    )


def _counted(node: dict[str, Any], name: str, largest: int) -> None:
    arguments = [
        each.get("expression", each) for each in node.get("arguments", node.get("children", []))
    ]
    numbers = arguments if name in {"range", "generate_series"} else arguments[1:2]
    for each in numbers:
        literal = each.get("literal", {}) if each.get("class") == "CONSTANT" else {}
        if literal.get("kind") != "INTEGER" or int(literal["text"]) > largest:
            raise StatementRefusedError(
                f"the numbers of {name} must be written out, and be at most {largest:,}"
            )


@dataclass(frozen=True, slots=True)
class _Allowed:
    names: frozenset[str]
    operators: frozenset[str]
    tables: frozenset[str]
    counted: frozenset[str]
    refused_words: frozenset[str]
    largest_number: int


@cache
def _allowed() -> _Allowed:
    told = tomllib.loads(_FUNCTIONS.read_text("utf-8"))
    groups = ("numbers", "texts", "days", "lists", "values", "totals", "windows", "tables")
    return _Allowed(
        frozenset(name for group in groups for name in told[group]),
        frozenset(told["operators"]) | frozenset(name for group in groups for name in told[group]),
        frozenset(told["tables"]),
        frozenset(told["counted"]),
        frozenset(told["refused_words"]),
        told["largest_number"],
    )
