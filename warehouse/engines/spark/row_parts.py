"""Parts of a statement that look at one row at a time and use what only DuckDB computes.

Here: telling such parts apart from joins, groups and sorts around them, which Spark runs. Never
here: computing them (`row_batches`) or other rewrites (`rewrites`). Next: `connection` lets DuckDB
compute them on the executors, over batches of the rows that Spark brought together.

A part is a SELECT (or several, one below the other or joined by UNION ALL) of expressions over the
rows of one table or subquery. All of it goes to DuckDB, so that a number, its rounding and its
comparison are DuckDB's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import duckdb

from warehouse.engines.spark.translation import parse

if TYPE_CHECKING:
    from sqlglot import exp

ONLY_DUCKDB = frozenset({"hash", "jaro_winkler_similarity", "levenshtein"})
"""Functions of another result on Spark: `hash` is DuckDB's own, the others compare UTF-8 bytes."""
BATCH = "arrived_rows"
"""What the SQL of a part calls the rows that it is given."""
_MENTIONED = re.compile(rf"\b({'|'.join(sorted(ONLY_DUCKDB))})\s*\(", re.IGNORECASE)
_NOT_BY_ROW = (
    "distinct", "group", "having", "windows", "qualify", "order", "limit", "offset", "joins",
    "laterals", "sample", "pivots", "connect",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowPart:
    """`select` over the rows of `base`, called `BATCH` in it, makes `name`, which the rest reads."""

    name: str
    base: str
    select: str


def tell_row_parts(select: str, prefix: str) -> tuple[list[RowPart], str]:
    """Return the parts that DuckDB must compute, in order, and the statement that reads them.

    A base may itself have such parts. A function of `ONLY_DUCKDB` elsewhere stays where it is, and
    is refused when the rest is translated.

    Args:
        select: one SELECT of DuckDB's.
        prefix: begins the names of the parts.
    """
    from sqlglot import exp

    if not _MENTIONED.search(select):
        return [], select
    tree = parse(select)
    if any(clause.args.get("recursive") for clause in tree.find_all(exp.With)):
        return [], select
    parts: list[RowPart] = []
    while (found := next(_outermost(tree), None)) is not None:
        node, bases = found
        name = f"{prefix}_{len(parts)}"
        base = _base_sql(node, bases[0])
        node.set("with_", None)
        for each in bases:
            alias = each.alias_or_name
            each.replace(exp.to_table(BATCH, alias=alias) if alias else exp.to_table(BATCH))
        parts.append(RowPart(name, base, duckdb_text(node)))
        read = exp.select("*").from_(name)
        if node is tree:
            tree = read
        else:
            node.replace(read)
        _forget_unread(tree)
    return parts, duckdb_text(tree) if parts else select


def duckdb_text(tree: exp.Expr) -> str:
    """Write a tree as DuckDB's SQL; log2 stays the function that it was read from."""
    from sqlglot import exp

    def kept(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Log) and node.expression and node.this.name == "2":
            return exp.Anonymous(this="log2", expressions=[node.expression])
        return node

    return tree.copy().transform(kept).sql("duckdb")


def _outermost(tree: exp.Expr) -> Iterator[tuple[exp.Expr, list[exp.Expr]]]:
    """Yield the greatest parts for DuckDB, each with the tables or subqueries that it reads."""
    from sqlglot import exp

    for node in tree.walk(bfs=False):
        if isinstance(node, exp.Select | exp.Union):
            # What its own WITH defines goes along with what it reads.
            bases = _bases(node, may_define=True)
            if bases and len({_without_alias(base) for base in bases}) == 1 and _needs(node, bases):
                yield node, bases


def _bases(node: exp.Expr, *, may_define: bool = False) -> list[exp.Expr]:
    """Return what a part reads, at every place; nothing if it does not look at single rows."""
    from sqlglot import exp

    if node.args.get("with_") and not may_define:
        return []
    if isinstance(node, exp.Union):
        if node.args.get("distinct") or any(node.args.get(key) for key in (*_NOT_BY_ROW, "side")):
            return []
        sides = [_bases(node.this), _bases(node.expression)]
        return [*sides[0], *sides[1]] if all(sides) else []
    if not isinstance(node, exp.Select) or not _is_by_row(node):
        return []
    source = node.args["from_"].this
    if isinstance(source, exp.Subquery) and not _has(source, "joins", "pivots", "sample"):
        return _bases(source.this) or [source]
    is_table = isinstance(source, exp.Table) and not _has(source, "joins", "pivots", "sample")
    return [source] if is_table and source.name else []


def _is_by_row(select: exp.Select) -> bool:
    from sqlglot import exp

    if select.args.get("from_") is None or _has(select, *_NOT_BY_ROW):
        return False
    where = select.args.get("where")
    expressions = (*select.expressions, *([where] if where else []))
    return not any(
        expression.find(exp.AggFunc, exp.Window, exp.Query, exp.Exists)
        or any(each.name.lower() in _aggregates() for each in expression.find_all(exp.Anonymous))
        for expression in expressions
    )


@cache
def _aggregates() -> frozenset[str]:
    """Return DuckDB's functions over many rows; sqlglot does not know all of them."""
    rows = duckdb.execute(
        "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'aggregate'"
    ).fetchall()
    return frozenset(row[0] for row in rows)


def _needs(node: exp.Expr, bases: list[exp.Expr]) -> bool:
    """Whether a part itself, without what it reads, calls a function of DuckDB's alone."""
    from sqlglot import exp

    known = {id(base) for base in bases}
    for each in node.walk(prune=lambda one: id(one) in known):
        if id(each) in known or not isinstance(each, exp.Func):
            continue
        called = each.name if isinstance(each, exp.Anonymous) else each.sql_name()
        if called.lower().replace("jarowinkler", "jaro_winkler") in ONLY_DUCKDB:
            return True
    return False


def _base_sql(node: exp.Expr, base: exp.Expr) -> str:
    """Return the SQL of the rows that a part reads, with the definitions that it needs."""
    from sqlglot import exp

    above = [clause for each in _ancestors(node) if (clause := each.args.get("with_"))]
    defined = [
        each.copy() for clause in reversed(above) for each in _before(clause.expressions, node)
    ]
    rows = exp.Select(expressions=[exp.Star()]).from_(base.copy())
    if defined:
        rows.set("with_", exp.With(expressions=defined))
        _forget_unread(rows)
    return duckdb_text(rows)


def _ancestors(node: exp.Expr) -> Iterator[exp.Expr]:
    above: exp.Expr | None = node
    while above is not None:
        yield above
        above = above.parent


def _before(expressions: list[exp.Expr], node: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the expressions of a WITH that `node` can read: all before the one that it is in."""
    within = {id(each) for each in _ancestors(node)}
    for each in expressions:
        if id(each) in within:
            return
        yield each


def _forget_unread(tree: exp.Expr) -> None:
    """Take common table expressions away that nothing reads any longer."""
    from sqlglot import exp

    while True:
        read = {table.name for table in tree.find_all(exp.Table) if not table.db}
        unread = [each for each in tree.find_all(exp.CTE) if each.alias not in read]
        if not unread:
            return
        for each in unread:
            clause = each.parent
            each.pop()
            if isinstance(clause, exp.With) and not clause.expressions:
                clause.pop()


def _without_alias(base: exp.Expr) -> str:
    plain = base.copy()
    plain.set("alias", None)
    return plain.sql("duckdb")


def _has(node: exp.Expr, *keys: str) -> bool:
    return any(node.args.get(key) for key in keys)
