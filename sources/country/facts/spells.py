"""Begin and end of spells: none ends before it begins, and some have ended or will end.

Here: changes to a family's finished facts, by its validity columns. Never here: what a spell is
about, or planted cases, which stay as they were planted. Next: `Draft.frame` returns the facts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from hub.catalogue import Family

LATELY_ENDED = frozenset({"F10", "F18", "F20", "F21", "F23", "F24", "F25", "F36"})
"""Families of spells of which some have ended in the last weeks."""
ENDING = frozenset({"F15", "F16", "F31", "F34"})
"""Families of spells of which some are known to end in the coming years."""
REASONS = ("loss_reason", "disposal_reason")
"""Columns that say why a spell ended."""
LATELY_ENDED_SHARE, ENDING_SHARE = 0.03, 0.25

_STANDING_DAYS = 200
_LOTS = 10_000


def order_spells(made: pl.DataFrame, family: Family) -> pl.DataFrame:
    """Return `made` with no spell that ends before it begins: it began half a year before."""
    begins, ends = family.valid_from, family.valid_to
    if not begins or not ends or made.schema[begins] != pl.Date:
        return made
    is_reversed = (pl.col(begins) > pl.col(ends)).fill_null(value=False)
    before = pl.col(ends).dt.offset_by("-6mo")
    return made.with_columns(pl.when(is_reversed).then(before).otherwise(begins).alias(begins))


def end_some_spells(
    made: pl.DataFrame,
    family: Family,
    is_ordinary: pl.Series,
    usual_words: Mapping[str, Mapping[str, str | None]],
    as_of: dt.date,
    seed: int,
) -> pl.DataFrame:
    """Return `made` with an end for some open spells: lately, or in the coming years.

    Args:
        made: facts of the family, with `person_number` and `carried_by`.
        family: the family.
        is_ordinary: a flag a row; others stay as they are.
        usual_words: column of `REASONS` → document type → the word that it uses for an end.
        as_of: the day on which the country is seen.
        seed: the country's seed.
    """
    ends = "entitled_to" if family.column("entitled_to") else family.valid_to
    if ends is None or family.code not in LATELY_ENDED | ENDING:
        return made
    # Rows by month tell of a spell that is older than the month.
    candidates = ("entitled_from", family.valid_from)
    begun = next((name for name in candidates if name and made.schema.get(name) == pl.Date), None)
    if begun is None:
        return made
    is_late = family.code in LATELY_ENDED
    # A person's spells of one begin share their lot, whichever document tells of them.
    key = pl.col("person_number").cast(pl.Int64) * 7_919 + pl.col(begun).to_physical() * 104_729
    lot = (key + seed) % 1_000_003 * 48_271 % 2_147_483_647
    days = lot // _LOTS % 75 + 3
    day = pl.lit(as_of)
    end = (
        day - pl.duration(days=days)
        if is_late
        else (day + pl.duration(days=days * 10)).dt.month_end()
    )
    share = LATELY_ENDED_SHARE if is_late else ENDING_SHARE
    standing = pl.col(begun) < as_of - dt.timedelta(days=_STANDING_DAYS)
    chosen = (
        pl.col(ends).is_null() & standing & is_ordinary & (lot % _LOTS < int(share * _LOTS))
    ).fill_null(value=False)
    # Where several documents tell a fact, their words differ: none is written.
    teller = pl.when(pl.col("carried_by").list.len() == 1).then(pl.col("carried_by").list.first())
    filled = [pl.when(chosen).then(end.cast(pl.Date)).otherwise(ends).alias(ends)]
    for name, words in usual_words.items():
        word = teller.replace_strict(dict(words), default=None, return_dtype=pl.String)
        filled.append(pl.when(chosen).then(word).otherwise(name).alias(name))
    return made.with_columns(filled)
