"""What sqlglot does not carry over from DuckDB to Spark, expression by expression.

Here: rewrites of a tree whose names and types are known. Never here: dates (`date_rewrites`), whole
SELECTs (`shape_rewrites`), types of columns (`column_types`). Next: `translation` writes the tree as text.

Every rewrite says a difference of meaning that was measured, not only of spelling.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from warehouse.engines.spark.column_types import spark_type
from warehouse.engines.spark.date_rewrites import DATE_REWRITES
from warehouse.engines.spark.expressions import (
    UntranslatableError,
    call,
    is_fraction,
    is_integer,
    is_of,
    typed,
)
from warehouse.engines.spark.shape_rewrites import rewrite_named_shape

Rewrite = Callable[[exp.Expr], exp.Expr | None]
"""Returns what an expression becomes; None if it stays."""
MD5_NUMBER = "hub_md5_number_lower"
UUID_OF_BYTES = "hub_uuid_of_bytes"
SIGNED_BITS = "hub_signed_bits"
UNSIGNED_BITS = "hub_unsigned_bits"
FUNCTIONS = (
    # DuckDB reads the digest's last eight bytes from the lowest; conv knows numbers up to 2^64.
    f"CREATE OR REPLACE TEMPORARY FUNCTION {MD5_NUMBER}(text STRING) RETURNS DECIMAL(20,0) RETURN "
    "CAST(conv("
    + " || ".join(f"substr(md5(text), {place}, 2)" for place in range(31, 16, -2))
    + ", 16, 10) AS DECIMAL(20,0))",
    f"CREATE OR REPLACE TEMPORARY FUNCTION {UUID_OF_BYTES}(bytes BINARY) RETURNS STRING RETURN lower("
    + " || '-' || ".join(
        f"substr(hex(bytes), {first}, {length})"
        for first, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    )
    + ")",
    (
        f"CREATE OR REPLACE TEMPORARY FUNCTION {SIGNED_BITS}(number DECIMAL(20,0)) RETURNS BIGINT "
        "RETURN CAST(if(number >= 9223372036854775808, number - 18446744073709551616, number)"
        " AS BIGINT)"
    ),
    (
        f"CREATE OR REPLACE TEMPORARY FUNCTION {UNSIGNED_BITS}(number BIGINT) RETURNS DECIMAL(20,0) "
        "RETURN CAST(number AS DECIMAL(20,0)) + if(number < 0, 18446744073709551616, 0)"
    ),
)
"""Functions of DuckDB's that Spark gets for the length of a session."""
_SPARK_NAME = {
    exp.DType.UBIGINT: "UBIGINT",
    exp.DType.INT128: "HUGEINT",
    exp.DType.UTINYINT: "UTINYINT",
    exp.DType.USMALLINT: "USMALLINT",
    exp.DType.UINT: "UINTEGER",
    exp.DType.UUID: "UUID",
}
_UNKNOWN_FUNCTIONS = {
    "HASH": "hash",
    "JAROWINKLER_SIMILARITY": "jaro_winkler_similarity",
    "LEVENSHTEIN": "levenshtein",
}


def rewrite(tree: exp.Expr) -> exp.Expr:
    """Rewrite a typed tree, children before parents; changes and returns it."""
    rewrite_named_shape(tree)
    for node in reversed(list(tree.walk(bfs=True))):
        for change in _REWRITES:
            changed = change(node)
            if changed is not None:
                typed(changed, node.type)
                if node is tree:
                    return changed
                node.replace(changed)
                break
    return tree


def _data_type(node: exp.Expr) -> exp.Expr | None:
    """Types that Spark has not."""
    if not isinstance(node, exp.DataType) or node.this not in _SPARK_NAME:
        return None
    return exp.DataType.build(spark_type(_SPARK_NAME[node.this]), dialect="spark")


def _cast(node: exp.Expr) -> exp.Expr | None:
    """DuckDB rounds numbers to whole ones, Spark cuts the fraction off; bytes are no text."""
    if not isinstance(node, exp.Cast):
        return None
    value, target = node.this, node.type
    if target is None:
        return None
    if target.this is exp.DType.UUID:
        if value.type is not None and value.type.is_type(exp.DType.VARBINARY, exp.DType.BINARY):
            return call(UUID_OF_BYTES, value.copy())
        return None
    if not is_integer(target) or not is_fraction(value.type):
        return None
    double = value.type is not None and value.type.is_type(exp.DType.DOUBLE, exp.DType.FLOAT)
    rounded = call("rint" if double else "round", value.copy())
    changed = node.copy()
    changed.set("this", rounded)
    return changed


def _functions(node: exp.Expr) -> exp.Expr | None:
    """Functions under another name."""
    if not isinstance(node, exp.Anonymous | exp.Func):
        return None
    name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).upper()
    if name in {"MD5_NUMBER_LOWER", "MD5NUMBERLOWER64"}:
        operand = node.expressions[0] if isinstance(node, exp.Anonymous) else node.this
        return call(MD5_NUMBER, operand.copy())
    if name in _UNKNOWN_FUNCTIONS:
        raise UntranslatableError(
            f"function {_UNKNOWN_FUNCTIONS[name]}: only DuckDB computes it; put it into a SELECT over one table or "
            "subquery, without groups, order or joins"
        )
    return None


def _arg_extreme(node: exp.Expr) -> exp.Expr | None:
    """DuckDB's arg_min passes over rows without a value; Spark's min_by gives their null."""
    if not isinstance(node, exp.ArgMin | exp.ArgMax):
        return None
    present = exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.Null()))
    if isinstance(node.parent, exp.Filter):
        condition = node.parent.expression
        inner = condition.this if isinstance(condition, exp.Where) else condition
        both = exp.and_(inner.copy(), present)
        node.parent.set("expression", exp.Where(this=both))
        return None
    return exp.Filter(this=node.copy(), expression=exp.Where(this=present))


def _mode(node: exp.Expr) -> exp.Expr | None:
    """Of values that are as frequent, the first in the stated order, in Spark's words."""
    if not isinstance(node, exp.Mode) or not isinstance(node.this, exp.Order):
        return None
    ordered = node.this
    first = ordered.expressions[0].copy()
    first.set("nulls_first", None)
    return exp.WithinGroup(this=call("mode"), expression=exp.Order(expressions=[first]))


def _array_agg(node: exp.Expr) -> exp.Expr | None:
    """Spark's collect_list knows no order; a set of distinct values is sorted after."""
    if not isinstance(node, exp.ArrayAgg) or not isinstance(node.this, exp.Order):
        return None
    ordered = node.this
    value = ordered.this
    if isinstance(value, exp.Distinct):
        gathered: exp.Expr = call("collect_set", value.expressions[0].copy())
        return call("array_sort", gathered)
    keys = [each.this.copy() for each in ordered.expressions]
    if any(each.args.get("desc") for each in ordered.expressions):
        raise UntranslatableError("array_agg with a descending order: sort ascending in the SQL")
    named = [exp.alias_(each, f"k{place}") for place, each in enumerate(keys)] + [
        exp.alias_(value.copy(), "v")
    ]
    rows = call("array_sort", call("collect_list", call("struct", *named)))
    row = exp.to_identifier("row")
    return call("transform", rows, exp.Lambda(this=exp.column("v", table="row"), expressions=[row]))


def _joined_set(node: exp.Expr) -> exp.Expr | None:
    """Spark's listagg of distinct values fails beside another aggregate of distinct values."""
    if not isinstance(node, exp.GroupConcat):
        return None
    said = node.this.this if isinstance(node.this, exp.Order) else node.this
    if not isinstance(said, exp.Distinct):
        return None
    if isinstance(node.this, exp.Order) and node.this.expressions[0].args.get("desc"):
        raise UntranslatableError("string_agg with a descending order: sort ascending in the SQL")
    value = said.expressions[0]
    separator = node.args.get("separator") or exp.Literal.string(",")
    joined = call(
        "array_join", call("array_sort", call("collect_set", value.copy())), separator.copy()
    )
    some = exp.GT(this=call("count", value.copy()), expression=exp.Literal.number(0))
    return exp.Case(ifs=[exp.If(this=some, true=joined)])


def _shift(node: exp.Expr) -> exp.Expr | None:
    """Spark shifts by INT only."""
    if not isinstance(node, exp.BitwiseLeftShift | exp.BitwiseRightShift):
        return None
    if node.expression.is_int:
        return None
    name = "shiftleft" if isinstance(node, exp.BitwiseLeftShift) else "shiftright"
    return call(name, node.this.copy(), exp.cast(node.expression.copy(), "INT"))


def _counted_over(node: exp.Expr) -> exp.Expr | None:
    """Spark counts no distinct values over a window, but gathers them."""
    if not isinstance(node, exp.Window) or not isinstance(node.this, exp.Count):
        return None
    counted = node.this.this
    if not isinstance(counted, exp.Distinct):
        return None
    gathered = node.copy()
    gathered.set("this", call("collect_set", counted.expressions[0].copy()))
    return exp.cast(call("size", gathered), "BIGINT")


def _bits(node: exp.Expr) -> exp.Expr | None:
    """Spark knows bits of signed numbers only; sets of 64 facts are unsigned ones."""
    if isinstance(node, exp.BitwiseOrAgg | exp.BitwiseAndAgg) and is_of(node, exp.DType.UBIGINT):
        name = "bit_or" if isinstance(node, exp.BitwiseOrAgg) else "bit_and"
        return call(UNSIGNED_BITS, call(name, call(SIGNED_BITS, node.this.copy())))
    if isinstance(node, exp.BitwiseAnd | exp.BitwiseOr) and is_of(node, exp.DType.UBIGINT):
        sides = [call(SIGNED_BITS, side.copy()) for side in (node.this, node.expression)]
        return call(UNSIGNED_BITS, type(node)(this=sides[0], expression=sides[1]))
    if not isinstance(node, exp.Anonymous) or node.name.lower() != "bit_count":
        return None
    counted = node.expressions[0]
    if not is_of(counted, exp.DType.UBIGINT):
        return None
    return exp.cast(call("bit_count", call(SIGNED_BITS, counted.copy())), "BIGINT")


def _integer_division(node: exp.Expr) -> exp.Expr | None:
    """A whole number divided by nothing is null in DuckDB and an error in Spark."""
    if not isinstance(node, exp.IntDiv | exp.Mod) or node.expression.is_int:
        return None
    divisor = node.expression
    if isinstance(divisor, exp.Nullif) or (
        isinstance(divisor, exp.Paren) and isinstance(divisor.this, exp.Nullif)
    ):
        return None
    changed = node.copy()
    changed.set("expression", exp.Nullif(this=divisor.copy(), expression=exp.Literal.number(0)))
    return changed


def _division(node: exp.Expr) -> exp.Expr | None:
    """DuckDB's quotient is always a double; Spark's of decimals is a decimal."""
    if not isinstance(node, exp.Div):
        return None
    if is_fraction(node.this.type) and node.this.type.is_type(exp.DType.DOUBLE):
        return None
    if isinstance(node.this, exp.Cast) and node.this.to.is_type(exp.DType.DOUBLE):
        return None
    changed = node.copy()
    changed.set("this", exp.cast(exp.paren(node.this.copy()), "DOUBLE"))
    return changed


_REWRITES: tuple[Rewrite, ...] = (
    _cast,
    _data_type,
    _functions,
    _arg_extreme,
    _mode,
    _array_agg,
    _joined_set,
    _shift,
    _counted_over,
    _bits,
    _integer_division,
    _division,
    *DATE_REWRITES,
)
