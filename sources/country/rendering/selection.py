"""Which facts of a family a document type tells, and on which night.

Here: the rows that carry a type's code (`carried_by`), in words that the type knows, and the night
on which its sender comes to know each. Never here: changing a fact, apart from the word for it.
Next: own columns are added and the rows are rendered (`contents`).
"""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from hub.catalogue import Column, DocumentType, Family, Format, SchemaVersion
from sources.country.rendering.draws import Draws, Ints

ROW = "_row"
"""Number of a fact within its family: the key of every draw about it."""

IS_PLANTED = "_is_planted"
"""Whether a fact is about a person of a planted case."""

CARRIED_BY = "carried_by"
"""Column of facts that lists the document types which tell each of them."""

FEWEST_ROWS = 24
"""A type with fewer rows than twice this tells them all on the first night."""
STAND_INS = 3
"""Rows of a type that carries no fact of the country."""

HELD_BACK_PER_MILLION = 10_000
"""Share of the rows of daily and weekly types that becomes known on each later night."""
NIGHTS_HELD_BACK = 5
UNIT_HEAD = "unit_head_national_id_person_number"

_DEATH = r"death|dead|deceas|died|cremat|burial|columbar|unclaimed|remains|reinter|stillbirth"
_BIRTH = r"birth|born"


def add_rows(facts: pl.DataFrame, planted: pl.Series | None = None) -> pl.DataFrame:
    """Return `facts` with their row numbers (UInt64), in the order in which they came.

    `planted` are the numbers of the people of planted cases; their rows are flagged.
    """
    is_planted = pl.lit(value=False)
    if planted is not None and "person_number" in facts.columns:
        numbers = pl.col("person_number").cast(pl.Int64)
        is_planted = numbers.is_in(planted.implode()).fill_null(value=False)
    return facts.with_row_index(ROW).with_columns(
        pl.col(ROW).cast(pl.UInt64), is_planted.alias(IS_PLANTED)
    )


def draws_for(document: DocumentType, facts: pl.DataFrame, seed: int) -> Draws:
    """Return the draws of `document` about the rows of `facts`."""
    return Draws(seed, document.code, facts[ROW].to_numpy())


def _word_class(words: pl.Expr) -> pl.Expr:
    """Sort words so that nobody dies, or is born, because a type lacks rows."""
    return (
        pl.when(words.str.contains(_DEATH))
        .then(pl.lit("death"))
        .when(words.str.contains(_BIRTH))
        .then(pl.lit("birth"))
        .otherwise(pl.lit("other"))
    )


def _class_of(word: str) -> str:
    if re.search(_DEATH, word):
        return "death"
    return "birth" if re.search(_BIRTH, word) else "other"


def _classes(words: list[str]) -> dict[str, list[str]]:
    classes: dict[str, list[str]] = {}
    for word in words:
        classes.setdefault(_class_of(word), []).append(word)
    return classes


def words_of(column: Column) -> list[str]:
    """Return the canonical words of a code column, in the order of its list."""
    return list(dict.fromkeys(column.codes.values()))


def _code_columns(family: Family, version: SchemaVersion) -> list[Column]:
    return [
        column
        for column in version.columns
        if column.format is Format.CODE and column.codes and family.column(column.canonical)
    ]


def _fits(column: Column) -> pl.Expr:
    """Say whether a row's word is known to the type; nothing is, unless it is required."""
    values = pl.col(column.canonical)
    return values.is_in(words_of(column)).fill_null(not column.required)


def _redraw_words(facts: pl.DataFrame, columns: list[Column], draws: Draws) -> pl.DataFrame:
    """Return `facts` with words that a type does not know replaced by ones that it does."""
    absent = [column.canonical for column in columns if column.canonical not in facts.columns]
    if absent:
        facts = facts.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent)
    fitting = facts.select(_fits(column).alias(column.canonical) for column in columns)
    unfit = fitting.select(~pl.all().all()).row(0) if columns and facts.height else ()
    for column, is_unfit in zip(columns, unfit, strict=False):
        if not is_unfit:
            continue
        name = column.canonical
        fits = fitting[name]
        drawn = draws.bits(f"word {name}")
        own_class = facts.select(_word_class(pl.col(name).fill_null("")).alias("c"))["c"]
        choice = pl.Series([None], dtype=pl.String).new_from_index(0, facts.height)
        for key, words in _classes(words_of(column)).items():
            picked = pl.Series(words).gather((drawn % np.uint64(len(words))).astype(np.int64))
            choice = choice.zip_with(own_class != key, picked)
        facts = facts.with_columns(pl.when(fits).then(pl.col(name)).otherwise(choice).alias(name))
    return facts


def _with_constants(facts: pl.DataFrame, document: DocumentType) -> pl.DataFrame:
    for column, word in document.constants.items():
        if column in facts.columns:
            said = facts.filter(pl.col(column) == word)
            facts = said if said.height else facts.head(FEWEST_ROWS)
        facts = facts.with_columns(pl.lit(word).alias(column))
    return facts


def _of_foreigners(facts: pl.DataFrame, document: DocumentType, family: Family) -> pl.DataFrame:
    column = family.person_column
    if document.person_key != "foreign_id" or column is None:
        return facts
    foreign = facts.filter(pl.col(column).str.slice(6, 1).is_in(["5", "6", "7", "8"]))
    return foreign if foreign.height else facts


def _with_required(facts: pl.DataFrame, version: SchemaVersion) -> pl.DataFrame:
    """Drop rows that lack what the type must tell."""
    required = [
        column.canonical
        for column in version.columns
        if column.required and column.canonical in facts.columns
    ]
    has_gaps = any(facts[name].null_count() for name in required)
    return facts.drop_nulls(required) if has_gaps else facts


def index_carriers(facts: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return, for each document type, the rows of `facts` that it carries, if they say so."""
    if CARRIED_BY not in facts.columns:
        return {}
    lists = facts.select(ROW, CARRIED_BY).explode(CARRIED_BY).drop_nulls(CARRIED_BY)
    rows = lists.group_by(CARRIED_BY, maintain_order=True).agg(pl.col(ROW))
    plain = facts.drop(CARRIED_BY)
    return {
        str(code): plain[numbers.cast(pl.UInt32)]
        for code, numbers in zip(rows[CARRIED_BY], rows[ROW], strict=True)
    }


def carried_facts(
    document: DocumentType, version: SchemaVersion, facts: pl.DataFrame, family: Family, seed: int
) -> pl.DataFrame:
    """Return `facts`, all of them carried by `document`, in words that it knows."""
    constants = document.constants
    codes = [
        column for column in _code_columns(family, version) if column.canonical not in constants
    ]
    if constants:
        facts = facts.with_columns(pl.lit(word).alias(name) for name, word in constants.items())
    told = _redraw_words(facts, codes, draws_for(document, facts, seed))
    return _with_required(told, version)


def stand_in_facts(
    document: DocumentType, version: SchemaVersion, facts: pl.DataFrame, family: Family, seed: int
) -> pl.DataFrame:
    """Return a few facts for a type that carries none: the nearest of its family.

    Rows whose codes the type knows come first; words that it does not know are replaced, but
    nobody dies or is born by that.
    """
    facts = _with_required(facts.drop(CARRIED_BY, strict=False), version)
    facts = _of_foreigners(_with_constants(facts, document), document, family)
    constants = document.constants
    codes = [
        column
        for column in _code_columns(family, version)
        if column.canonical not in constants and column.canonical in facts.columns
    ]
    score = np.zeros(facts.height, dtype=np.int64)
    for column in codes:
        score += facts.select(_fits(column)).to_series().to_numpy().astype(np.int64)
    facts = facts.with_columns(pl.Series("_score", score))
    for column in codes:
        classes = list(_classes(words_of(column)))
        word_class = _word_class(pl.col(column.canonical).fill_null(""))
        facts = facts.filter(word_class.is_in(classes))
    lots = draws_for(document, facts, seed).bits("stand in")
    facts = (
        facts.with_columns(pl.Series("_lot", lots))
        .sort("_score", "_lot", descending=[True, False])
        .head(STAND_INS)
        .drop("_score", "_lot")
        .sort(ROW)
    )
    return _redraw_words(facts, codes, draws_for(document, facts, seed))


def arrival_nights(
    document: DocumentType,
    facts: pl.DataFrame,
    seed: int,
    held_back_per_million: int = HELD_BACK_PER_MILLION,
) -> Ints:
    """Return the night (0 is the first) on which the sender comes to tell each row.

    What a sender tells of one person comes together: nobody leaves on one night and returns on
    another. So does what it tells of one unit.
    """
    keys = facts[ROW]
    if "person_number" in facts.columns:
        keys = facts["person_number"].cast(pl.UInt64).fill_null(keys)
    if UNIT_HEAD in facts.columns:
        keys = facts[UNIT_HEAD].cast(pl.UInt64).fill_null(keys)
    lots = Draws(seed, document.code, keys.to_numpy()).below("arrival", 1_000_000)
    night = lots // max(held_back_per_million, 1) + 1
    return np.where(night <= NIGHTS_HELD_BACK, night, 0)
