"""Dates and intervals of DuckDB's SQL in Spark's.

Here: rewrites of a typed tree. Never here: other expressions (`rewrites`). Next: `rewrites` applies
them.
"""

from __future__ import annotations

from sqlglot import exp

from warehouse.engines.spark.expressions import UntranslatableError, call, is_integer, is_of

_DATE = (exp.DType.DATE,)
_INTERVAL_FUNCTION = {
    "TO_YEARS": ("make_ym_interval", 0),
    "TO_MONTHS": ("make_ym_interval", 1),
    "TO_DAYS": ("make_dt_interval", 0),
    "TO_HOURS": ("make_dt_interval", 1),
    "TO_MINUTES": ("make_dt_interval", 2),
}
"""DuckDB's function → Spark's, and the place of the number among its operands."""


def _interval(node: exp.Expr) -> exp.Expr | None:
    name = node.name if isinstance(node, exp.Anonymous) else ""
    if isinstance(node, exp.ToDays):
        name, operand = "TO_DAYS", node.this
    elif name.upper() in _INTERVAL_FUNCTION:
        operand = node.expressions[0]
    else:
        return None
    function, place = _INTERVAL_FUNCTION[name.upper()]
    zeros = [exp.Literal.number(0) for _ in range(place)]
    return call(function, *zeros, exp.cast(operand.copy(), "INT"))


def _days_between(node: exp.Expr) -> exp.Expr | None:
    """The difference of two dates is a number of days in DuckDB, an interval in Spark."""
    if not isinstance(node, exp.Sub):
        return None
    if is_of(node.this, *_DATE) and is_of(node.expression, *_DATE):
        days = call("datediff", node.this.copy(), node.expression.copy())
        return exp.cast(days, "BIGINT")
    return None


def _days_added(node: exp.Expr) -> exp.Expr | None:
    """Spark adds INT to dates, not BIGINT."""
    if not isinstance(node, exp.Sub | exp.Add) or not is_of(node.this, *_DATE):
        return None
    added = node.expression
    if not is_integer(added.type) or added.is_int or added.find(exp.Interval):
        return None
    name = "date_add" if isinstance(node, exp.Add) else "date_sub"
    return call(name, node.this.copy(), exp.cast(added.copy(), "INT"))


def _date_diff(node: exp.Expr) -> exp.Expr | None:
    """DuckDB counts the borders between two dates; Spark counts whole units that have passed."""
    if not isinstance(node, exp.DateDiff):
        return None
    later, earlier = node.this, node.expression
    unit = str(node.args.get("unit") or "DAY").upper()
    if unit == "DAY":
        return exp.cast(call("datediff", later.copy(), earlier.copy()), "BIGINT")
    if unit == "YEAR":
        return _bigint_difference(call("year", later.copy()), call("year", earlier.copy()))
    if unit == "MONTH":
        return _bigint_difference(_month_number(later), _month_number(earlier))
    seconds = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600}.get(unit)
    if seconds is None:
        raise UntranslatableError(f"date_diff in {unit.lower()}: days, months or years are known")
    return _bigint_difference(_units(later, seconds), _units(earlier, seconds))


def _bigint_difference(later: exp.Expr, earlier: exp.Expr) -> exp.Expr:
    return exp.paren(exp.cast(exp.paren(exp.Sub(this=later, expression=earlier)), "BIGINT"))


def _month_number(date: exp.Expr) -> exp.Expr:
    years = exp.Mul(this=call("year", date.copy()), expression=exp.Literal.number(12))
    return exp.paren(exp.Add(this=years, expression=call("month", date.copy())))


def _units(moment: exp.Expr, seconds: int) -> exp.Expr:
    stamp = call("unix_timestamp", exp.cast(moment.copy(), "TIMESTAMP"))
    return exp.paren(call("floor", exp.Div(this=stamp, expression=exp.Literal.number(seconds))))


def _truncated(node: exp.Expr) -> exp.Expr | None:
    """A date cut to its month stays a date in DuckDB."""
    if not isinstance(node, exp.DateTrunc | exp.TimestampTrunc):
        return None
    unit = str(node.args.get("unit") or "DAY").strip("'").upper()
    if is_of(node.this, *_DATE):
        return call("trunc", node.this.copy(), exp.Literal.string(unit))
    return call("date_trunc", exp.Literal.string(unit), node.this.copy())


def _day_of_week(node: exp.Expr) -> exp.Expr | None:
    """Sunday is 0 in DuckDB and 1 in Spark."""
    if isinstance(node, exp.DayOfWeek):
        from_one = call("dayofweek", node.this.copy())
        return exp.paren(exp.Sub(this=from_one, expression=exp.Literal.number(1)))
    if isinstance(node, exp.DayOfWeekIso):
        from_zero = call("weekday", node.this.copy())
        return exp.paren(exp.Add(this=from_zero, expression=exp.Literal.number(1)))
    return None


DATE_REWRITES = (_interval, _days_between, _days_added, _date_diff, _truncated, _day_of_week)
