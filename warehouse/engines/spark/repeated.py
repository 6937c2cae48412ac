"""Parts of a statement that Spark would compute again and again, told apart so that it need not.

Here: which common table expressions are worth keeping, and the statement without them. Never here:
keeping them (`connection`). Next: `translation` of each part.

Spark puts a common table expression in every place that names it. Where those name one another, a
statement of twenty lines becomes a thousand scans, and planning alone takes minutes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.engines.spark.translation import parse

if TYPE_CHECKING:
    from sqlglot import exp

SCANS_AT_ONCE = 40
"""Tables read by a statement, up to which it stays as it is."""
SCANS_WORTH_KEEPING = 8
"""Tables read by an expression, from which on it is kept if it is named twice."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`select` makes the table `name`, which the statements after it read."""

    name: str
    select: str


def keep_repeated(select: str, prefix: str) -> tuple[list[Kept], str]:
    """Return the tables to make first, in order, and the statement that reads them.

    Args:
        select: one SELECT of DuckDB's.
        prefix: begins the names of the tables that are made.
    """
    from sqlglot import exp

    tree = parse(select)
    clause = tree.args.get("with_")
    if clause is None or clause.args.get("recursive"):
        return [], select
    expressions = list(clause.expressions)
    names = [each.alias for each in expressions]
    nested = {each.alias for each in tree.find_all(exp.CTE)} - set(names)
    if len(set(names)) < len(names) or nested & set(names) or _scans_in_all(tree) <= SCANS_AT_ONCE:
        return [], select
    named = Counter(table.name for table in tree.find_all(exp.Table) if not table.db)
    kept: list[Kept] = []
    before: list[exp.Expr] = []
    scans: dict[str, int] = {}
    for each in expressions:
        name, cost = each.alias, _scans(each.this, scans)
        if cost < SCANS_WORTH_KEEPING or named[name] < 2 or each.args["alias"].columns:
            scans[name] = cost
            before.append(each)
            continue
        table = f"{prefix}_{name}"
        kept.append(Kept(table, _with(before, each.this)))
        each.pop()
        _rename(tree, name, table)
        scans[table] = 1
    if not clause.expressions:
        clause.pop()
    return kept, tree.sql("duckdb")


def _with(before: list[exp.Expr], body: exp.Expr) -> str:
    if not before:
        return body.sql("duckdb")
    listed = ", ".join(each.sql("duckdb") for each in before)
    return f"WITH {listed} SELECT * FROM ({body.sql('duckdb')}) AS whole"


def _scans(tree: exp.Expr, known: dict[str, int]) -> int:
    from sqlglot import exp

    return sum(known.get(table.name, 1) for table in tree.find_all(exp.Table))


def _scans_in_all(tree: exp.Expr) -> int:
    """Tables that a statement reads once all its expressions stand where they are named."""
    known: dict[str, int] = {}
    for each in tree.args["with_"].expressions:
        known[each.alias] = _scans(each.this, known)
    written = sum(_scans(each.this, known) for each in tree.args["with_"].expressions)
    return _scans(tree, known) - written


def _rename(tree: exp.Expr, name: str, table: str) -> None:
    from sqlglot import exp

    for read in list(tree.find_all(exp.Table)):
        if read.name == name and not read.db:
            read.set("this", exp.to_identifier(table))
            if not read.alias:
                read.set("alias", exp.TableAlias(this=exp.to_identifier(name)))
