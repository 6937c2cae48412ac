"""Rules as data: what to do with the columns of a row, for a whole column or for one record.

Here: the words that rules are written in, which are those of polars. Never here: a rule, or what
the words do (`steps` for columns, `one_record` for one record). Next: the modules of this package
write their rules as `Steps`; a night runs them over columns, a look-up over one record.

polars takes about as long for one row as for thousands, and compiles most regular expressions anew
at every call, since it keeps 32 of them: one record would cost a tenth of a second.
"""

# Methods mean what those of polars mean that have their names.
# ruff: noqa: D102

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

Text = str
"""Text as annotations name it: within `Expression`, `str` is the namespace of methods."""


class Expression:
    """An operation on operands, which may be expressions; named as in polars, which tells what it means.

    `operation` is the name of a method of `polars.Expr` (the first operand is the subject), or one
    of the functions below.
    """

    __slots__ = ("operands", "operation", "options")
    __hash__ = object.__hash__

    def __init__(self, operation: Text, *operands: object, **options: object) -> None:
        """Write an operation down; nothing is done."""
        self.operation = operation
        self.operands = operands
        self.options = options

    @property
    def str(self) -> TextMethods:
        """Operations on text."""
        return TextMethods("str", self)

    @property
    def list(self) -> ListMethods:
        """Operations on lists."""
        return ListMethods("list", self)

    def __eq__(self, other: object) -> Expression:  # type: ignore[override]
        return Expression("__eq__", self, other)

    def __lt__(self, other: object) -> Expression:
        return Expression("__lt__", self, other)

    def __le__(self, other: object) -> Expression:
        return Expression("__le__", self, other)

    def __gt__(self, other: object) -> Expression:
        return Expression("__gt__", self, other)

    def __ge__(self, other: object) -> Expression:
        return Expression("__ge__", self, other)

    def __and__(self, other: Expression) -> Expression:
        return Expression("__and__", self, other)

    def __or__(self, other: Expression) -> Expression:
        return Expression("__or__", self, other)

    def __invert__(self) -> Expression:
        return Expression("__invert__", self)

    def __add__(self, other: object) -> Expression:
        return Expression("__add__", self, other)

    def __sub__(self, other: object) -> Expression:
        return Expression("__sub__", self, other)

    def is_in(self, values: Sequence[object]) -> Expression:
        return Expression("is_in", self, list(values))

    def is_between(self, least: object, most: object) -> Expression:
        return Expression("is_between", self, least, most)

    def is_null(self) -> Expression:
        return Expression("is_null", self)

    def is_not_null(self) -> Expression:
        return Expression("is_not_null", self)

    def fill_null(self, *, value: object) -> Expression:
        return Expression("fill_null", self, value)

    def cast(self, kind: type[pl.DataType], *, strict: bool = True) -> Expression:
        return Expression("cast", self, kind, strict=strict)

    def replace(self, table: Mapping[Text, Text | None]) -> Expression:
        """Replace whole values; others stay."""
        return Expression("replace", self, dict(table))

    def replace_strict(
        self, table: Mapping[Text, object], *, return_dtype: type[pl.DataType]
    ) -> Expression:
        """Replace whole values; others become null."""
        return Expression(
            "replace_strict", self, dict(table), default=None, return_dtype=return_dtype
        )


class _Methods:
    __slots__ = ("_namespace", "_subject")

    def __init__(self, namespace: str, subject: Expression) -> None:
        self._namespace = namespace
        self._subject = subject

    def _make(self, method: str, *operands: object, **options: object) -> Expression:
        return Expression(f"{self._namespace}.{method}", self._subject, *operands, **options)


class TextMethods(_Methods):
    """Operations on text, as `polars.Expr.str` has them."""

    def contains(self, pattern: str | Expression, *, literal: bool = False) -> Expression:
        return self._make("contains", pattern, literal=literal)

    def count_matches(self, text: str, *, literal: bool) -> Expression:
        return self._make("count_matches", text, literal=literal)

    def ends_with(self, suffix: str) -> Expression:
        return self._make("ends_with", suffix)

    def extract(self, pattern: str, group: int) -> Expression:
        return self._make("extract", pattern, group)

    def extract_all(self, pattern: str) -> Expression:
        return self._make("extract_all", pattern)

    def len_chars(self) -> Expression:
        return self._make("len_chars")

    def normalize(self, form: str) -> Expression:
        return self._make("normalize", form)

    def replace(self, pattern: str, value: str) -> Expression:
        return self._make("replace", pattern, value)

    def replace_all(self, pattern: str, value: str) -> Expression:
        return self._make("replace_all", pattern, value)

    def replace_many(self, table: Mapping[str, str], *, leftmost: bool = False) -> Expression:
        """Replace parts of a text; without `leftmost` the parts are single characters."""
        return self._make("replace_many", dict(table), leftmost=leftmost)

    def slice(self, start: int, length: int | Expression | None = None) -> Expression:
        return self._make("slice", start, length)

    def slice_from(self, start: Expression) -> Expression:
        return self._make("slice", start, None)

    def split(self, by: str) -> Expression:
        return self._make("split", by)

    def starts_with(self, prefix: str) -> Expression:
        return self._make("starts_with", prefix)

    def strip_chars(self, characters: str | None = None) -> Expression:
        return self._make("strip_chars", characters)

    def strip_chars_start(self, characters: str) -> Expression:
        return self._make("strip_chars_start", characters)

    def strip_prefix(self, prefix: str | Expression) -> Expression:
        return self._make("strip_prefix", prefix)

    def to_lowercase(self) -> Expression:
        return self._make("to_lowercase")

    def to_uppercase(self) -> Expression:
        return self._make("to_uppercase")

    def zfill(self, length: int) -> Expression:
        return self._make("zfill", length)


class ListMethods(_Methods):
    """Operations on lists of text, as `polars.Expr.list` has them."""

    def first(self) -> Expression:
        return self._make("first")

    def get(self, place: int, *, null_on_oob: bool) -> Expression:
        return self._make("get", place, null_on_oob=null_on_oob)

    def join(self, separator: str) -> Expression:
        return self._make("join", separator)

    def last(self) -> Expression:
        return self._make("last")

    def len(self) -> Expression:
        return self._make("len")

    def slice(self, start: int, length: Expression | None = None) -> Expression:
        return self._make("slice", start, length)

    def sort(self) -> Expression:
        return self._make("sort")

    def unique(self) -> Expression:
        return self._make("unique")


class Choice:
    """Conditions with what holds under each; further ones, or what holds otherwise, may follow."""

    def __init__(self, *parts: object) -> None:
        """Hold conditions and values by turns, the last condition without its value."""
        self._parts = parts

    def then(self, value: str | Expression) -> Chosen:
        """Say what holds under the condition; text is the name of a column."""
        return Chosen(*self._parts, _column(value))


class Chosen(Expression):
    """What the first true condition chooses; null where none is true."""

    __slots__ = ()

    def __init__(self, *parts: object) -> None:
        """Hold conditions and values by turns."""
        super().__init__("when", *parts)

    def when(self, condition: str | Expression) -> Choice:
        """Add a condition; text is the name of a column."""
        return Choice(*self.operands, _column(condition))

    def otherwise(self, value: str | Expression) -> Expression:
        """Say what holds where no condition does."""
        return Expression("when", *self.operands, _column(value))


def _column(value: str | Expression) -> Expression:
    return col(value) if isinstance(value, str) else value


def col(name: str) -> Expression:
    """Return the value of a column."""
    return Expression("col", name)


def lit(value: object, kind: type[pl.DataType] | None = None) -> Expression:
    """Return a constant."""
    return Expression("lit", value, kind)


def when(condition: str | Expression) -> Choice:
    """Begin a choice: `when(…).then(…).when(…).then(…).otherwise(…)`."""
    return Choice(_column(condition))


def coalesce(*values: str | Expression) -> Expression:
    """Return the first that is not null."""
    return Expression("coalesce", *map(_column, values))


def concat_str(
    *values: str | Expression, separator: str = "", ignore_nulls: bool = False
) -> Expression:
    """Join texts; null if one is null, unless these are ignored."""
    return Expression(
        "concat_str", *map(_column, values), separator=separator, ignore_nulls=ignore_nulls
    )


def concat_list(*values: Expression) -> Expression:
    """Join lists."""
    return Expression("concat_list", *values)


def any_horizontal(*values: Expression) -> Expression:
    """Return whether one is true."""
    return Expression("any_horizontal", *values)


def all_horizontal(*values: Expression) -> Expression:
    """Return whether all are true."""
    return Expression("all_horizontal", *values)


def max_horizontal(*values: Expression | int) -> Expression:
    """Return the greatest."""
    return Expression("max_horizontal", *values)
