"""How each column of a schema version is converted: the catalogue's columns as expressions.

Here: choosing expressions by format, family and code set. Never here: the formats themselves
(`hub.conforming.values`) or running the expressions (`hub.conforming.conformer`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from hub.catalogue import CodeSet, Column, Family, Format, SchemaVersion
from hub.conforming import values
from hub.conforming.values import RULES, Rule

KEY_ENDINGS = ("_no", "_code", "_brn", "_key")
"""Names of text columns that hold keys."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """How one column of the sender becomes lake columns."""

    column: Column
    rule: Rule | None
    """None for text, which cannot be malformed."""
    fast: pl.Expr
    """From the text as sent to `column.canonical`."""
    tidy: pl.Expr
    """The column without the hyphens that are tolerated, from text without spaces around it."""
    derived: tuple[tuple[pl.Expr, ...], ...]
    """Further expressions, in steps: each step builds on the step before."""
    checked: str
    """The expression's name that is null where the value is malformed."""
    token: str | None
    """Name of the token column, for IDs."""
    outputs: tuple[str, ...]
    """Lake columns in order (token first)."""
    is_prose: bool = False
    """Text about people and places; other keys (accounts, corporations) may look like an ID."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles the columns of one schema version."""

    version: SchemaVersion
    family: Family
    code_sets: Mapping[str, CodeSet]
    made_on: dt.date
    """The delivery's day; a two-digit year of birth is never after its year."""

    def compile(self, column: Column) -> Conversion:
        """Compile one column; expressions name their outputs."""
        text = pl.col(column.name)
        rule = RULES[column.format]
        match column.format:
            case Format.ID13 | Format.ID_MASKED:
                conversion = self._id(column, text)
            case Format.CODE:
                conversion = _plain(column, rule, values.convert_code(text, column.codes))
            case Format.TEXT:
                conversion = self._text(column, text)
            case Format.DATE6:
                conversion = _plain(column, rule, self._date6(column, text))
            case Format.BRN10:
                plain = _plain(column, rule, values.convert(text, column.format))
                conversion = replace(plain, tidy=values.without_business_hyphens(text))
            case _:
                conversion = _plain(column, rule, values.convert(text, column.format))
        return conversion

    def _text(self, column: Column, text: pl.Expr) -> Conversion:
        code_set = self._code_set(column)
        if code_set is not None:
            return _plain(column, RULES[Format.TEXT], values.convert_word(text, code_set))
        plain = _plain(column, None, values.convert(text, Format.TEXT))
        return replace(plain, is_prose=not column.canonical.endswith(KEY_ENDINGS))

    def _id(self, column: Column, text: pl.Expr) -> Conversion:
        name = column.canonical
        is_masked = column.format is Format.ID_MASKED
        is_person = name == self.family.person_column and not column.is_own
        open_name = f"open {name}"
        birth_name = "id_birth_date" if is_person else f"birth {name}"
        read = values.open_digits_of_masked_id if is_masked else values.open_digits_of_id
        open_digits, birth_date = pl.col(open_name), pl.col(birth_name)
        derived = [
            (read(pl.col(name)).alias(open_name),),
            (values.birth_date_of_id(open_digits).alias(birth_name),),
        ]
        if is_person:
            derived.append((values.sex_of_id(open_digits, birth_date).alias("id_sex"),))
        token = f"{name}_token"
        return Conversion(
            column,
            RULES[column.format],
            text.alias(name),
            text if is_masked else values.without_id_hyphen(text),
            tuple(derived),
            birth_name,
            token,
            (token, "id_birth_date", "id_sex") if is_person else (token,),
        )

    def _date6(self, column: Column, text: pl.Expr) -> pl.Expr:
        if column.canonical != "birth_date":
            return values.convert_date6(text)
        person = self.family.person_column
        id_column = self.version.by_canonical(person) if person else None
        id_text = pl.col(id_column.name) if id_column else None
        return values.convert_birth_date6(text, id_text, self.made_on)

    def _code_set(self, column: Column) -> CodeSet | None:
        canonical = None if column.is_own else self.family.column(column.canonical)
        name = column.code_set or (canonical.code_set if canonical else None)
        return self.code_sets.get(name) if name else None


def _plain(column: Column, rule: Rule | None, expr: pl.Expr) -> Conversion:
    name, text = column.canonical, pl.col(column.name)
    return Conversion(column, rule, expr.alias(name), text, (), name, None, (name,))
