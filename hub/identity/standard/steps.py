"""Stages of rules, run over columns or over one record with the same outcome.

Here: the meaning of expressions for columns, which is that of polars, and the order of stages.
Never here: a rule, or the meaning of an expression for one record (`one_record`). Next: every
module of this package has its rules in `Steps`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from operator import attrgetter
from typing import Any

import polars as pl

from hub.identity.standard.expressions import Expression
from hub.identity.standard.one_record import Row, as_function


def _polars_when(*parts: pl.Expr) -> pl.Expr:
    *pairs, last = parts if len(parts) % 2 else (*parts, pl.lit(None))
    result = last
    chain: Any = pl
    for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
        chain = chain.when(condition).then(value)
    return chain.otherwise(result)  # type: ignore[no-any-return]


FUNCTIONS: Mapping[str, Callable[..., pl.Expr]] = {
    "col": pl.col,
    "lit": pl.lit,
    "when": _polars_when,
    "coalesce": pl.coalesce,
    "concat_str": pl.concat_str,
    "concat_list": pl.concat_list,
    "any_horizontal": pl.any_horizontal,
    "all_horizontal": pl.all_horizontal,
    "max_horizontal": pl.max_horizontal,
}
"""Operations that are functions of polars, not methods of an expression."""


def as_polars(expression: Expression) -> pl.Expr:
    """Return what an expression means for columns."""
    made: dict[int, pl.Expr] = {}

    def make(one: Expression) -> pl.Expr:
        if id(one) not in made:
            operands = [
                make(each) if isinstance(each, Expression) else each for each in one.operands
            ]
            if one.operation in FUNCTIONS:
                made[id(one)] = FUNCTIONS[one.operation](*operands, **one.options)
            else:
                method = attrgetter(one.operation)(operands[0])
                made[id(one)] = method(*operands[1:], **one.options)
        return made[id(one)]

    return make(expression)


class Steps:
    """Columns that are made one stage after another; a stage sees those of the stages before it."""

    def __init__(self, *stages: Mapping[str, Expression]) -> None:
        """Write the stages down: name of a column to how it is made."""
        self.stages = stages

    @cached_property
    def _columns(self) -> list[list[pl.Expr]]:
        return [
            [as_polars(made).alias(name) for name, made in stage.items()] for stage in self.stages
        ]

    @cached_property
    def _functions(self) -> list[Callable[[Row], Row]]:
        return [as_function(stage) for stage in self.stages]

    def on_columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return `frame` with the columns of every stage."""
        for stage in self._columns:
            frame = frame.with_columns(stage)
        return frame

    def on_record(self, row: Row) -> Row:
        """Return `row` with the columns of every stage: exactly what `on_columns` gives for it.

        Raises:
            TimeoutError: a regular expression takes unusually long on this text.
        """
        for stage in self._functions:
            row = {**row, **stage(row)}
        return row
