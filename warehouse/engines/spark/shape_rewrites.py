"""Joins, unions and sorts of DuckDB's SQL in Spark's.

Here: rewrites of whole SELECTs. Never here: expressions (`rewrites`, `date_rewrites`). Next:
`translation` rewrites before names are resolved, `rewrites` afterwards.
"""

from __future__ import annotations

from sqlglot import exp

from warehouse.engines.spark.expressions import UntranslatableError


def rewrite_shape(tree: exp.Expr) -> exp.Expr:
    """Rewrite what must be plain before names are resolved; changes and returns `tree`."""
    for join in tree.find_all(exp.Join):
        if str(join.args.get("kind") or "").upper() in {"SEMI", "ANTI"}:
            join.set("side", "LEFT")
    for table in tree.find_all(exp.Table):
        if table.db.lower() == "temp":
            table.set("db", None)
    return tree


def rewrite_named_shape(tree: exp.Expr) -> None:
    """Rewrite what hangs on the names of columns, which are resolved by now; changes `tree`."""
    _sort_distinct_rows(tree)
    _put_columns_in_order(tree)


def _sort_distinct_rows(tree: exp.Expr) -> None:
    """Spark sorts distinct rows by the names of their columns, not by what these were."""
    for select in tree.find_all(exp.Select):
        order, distinct = select.args.get("order"), select.args.get("distinct")
        if order is None or distinct is None or distinct.args.get("on"):
            continue
        names = {each.this: each.alias for each in select.expressions if each.alias}
        for ordered in order.expressions:
            if ordered.this in names:
                ordered.set("this", exp.column(names[ordered.this], quoted=True))


def _put_columns_in_order(tree: exp.Expr) -> None:
    """Spark joins rows by the places of their columns; the names of both sides are known here."""
    for union in tree.find_all(exp.Union):
        if not union.args.get("by_name"):
            continue
        wanted, told = union.this.named_selects, union.expression
        if not isinstance(told, exp.Select) or sorted(wanted) != sorted(told.named_selects):
            raise UntranslatableError("UNION BY NAME: both sides must name the same columns")
        named = {each.alias_or_name: each for each in told.expressions}
        told.set("expressions", [named[name] for name in wanted])
        union.set("by_name", False)
