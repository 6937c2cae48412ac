"""The rows of one planned file: facts chosen, completed, misheard, corrected.

Here: the order in which selection, own columns, rounding, noise and corrections are applied.
Never here: bytes (`documents`) or folders (`sources.country.nights`). Next: the completed facts
are written in the type's format.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from hub.catalogue import Catalogue, Cycle, DocumentType, Family, Kind, Mode, SchemaVersion
from sources.country.noise import NoiseRates, add_noise
from sources.country.rendering.calendar import EVERY_DAY, Plan, Reason
from sources.country.rendering.corrections import add_correcting_rows, is_corrected, restate_some
from sources.country.rendering.documents import round_amounts
from sources.country.rendering.draws import Flags
from sources.country.rendering.own_columns import People, add_own_columns
from sources.country.rendering.selection import (
    FEWEST_ROWS,
    HELD_BACK_PER_MILLION,
    IS_PLANTED,
    ROW,
    arrival_nights,
    carried_facts,
    draws_for,
    stand_in_facts,
)

SUPPLEMENT_PER_MILLION = 50_000
REQUESTED_PER_MILLION = 30_000
RESTATED_MONTHLY_PER_MILLION = 20_000
LEFT_OUT_PER_MILLION = 5_000
MONTHS_OF_HISTORY = 12
HISTORY_FAMILIES = frozenset({"F12", "F15", "F16", "F19"})
"""Families of monthly income, which a first delivery tells for a year."""
AS_OF = "as_of"
_FIRST_HISTORY_ROW = 1 << 40


@dataclass(frozen=True)
class Telling:
    """The country as its institutions tell it.

    Attributes:
        facts: family code → all facts with row numbers, and which are of planted cases, whom
            chance must not touch (`selection.add_rows`).
        held_back_per_million: share of the rows of daily and weekly types that becomes known on
            each later night.
        carried: document type → the facts that it tells, where the facts name their tellers.
    """

    catalogue: Catalogue
    facts: Mapping[str, pl.DataFrame]
    carried: Mapping[str, pl.DataFrame]
    people: People
    seed: int
    first_night: dt.date
    noise: NoiseRates
    held_back_per_million: int = HELD_BACK_PER_MILLION

    def may_change(self, facts: pl.DataFrame) -> Flags:
        """Return True for the rows that chance may change."""
        return ~facts[IS_PLANTED].to_numpy()


def _told_on(
    telling: Telling, document: DocumentType, facts: pl.DataFrame, turn: int
) -> pl.DataFrame:
    """Return the rows that are first told on that turn; 0 is the first night."""
    if (
        document.mode is Mode.FULL and document.cycle not in EVERY_DAY
    ) or facts.height < 2 * FEWEST_ROWS:
        return facts if turn == 0 else facts.clear()
    turns = arrival_nights(document, facts, telling.seed, telling.held_back_per_million)
    turns *= telling.may_change(facts)
    return facts.filter(pl.Series(turns == turn))


def _is_monthly_state(family: Family, document: DocumentType) -> bool:
    column = family.column(family.valid_from) if family.valid_from else None
    is_month = column is not None and column.kind is Kind.MONTH
    return is_month and document.mode is Mode.FULL and document.cycle is Cycle.MONTHLY


def _month_of(period: str) -> dt.date:
    return dt.date(int(period[:4]), int(period[4:6] or "1"), 1)


def _as_of(facts: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Return `facts` with balances told as of the end of the plan's period."""
    if AS_OF not in facts.columns:
        return facts
    day = plan.made_at.date() - dt.timedelta(days=1)
    if plan.document.cycle is Cycle.MONTHLY:
        day = day.replace(day=1) - dt.timedelta(days=1)
    return facts.with_columns(pl.lit(day, dtype=pl.Date).alias(AS_OF))


def _with_history(telling: Telling, facts: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return `facts` and, before them, the same people's earlier months, as a first delivery has.

    Planted cases have no further history; nor has anybody before what is told began.
    """
    months = facts[column].n_unique()
    ordinary = facts.filter(pl.Series(telling.may_change(facts)))
    blocks = [
        ordinary.with_columns(
            pl.col(column).dt.offset_by(f"-{months * block}mo"),
            pl.col(ROW) + pl.lit(block << 40, dtype=pl.UInt64),
        )
        for block in range(MONTHS_OF_HISTORY // max(months, 1) - 1, 0, -1)
    ]
    history = pl.concat([*blocks, facts])
    if "entitled_from" in history.columns:
        begun = pl.col("entitled_from").dt.month_start() <= pl.col(column)
        history = history.filter(begun.fill_null(value=True) | (pl.col(ROW) < _FIRST_HISTORY_ROW))
    return history


def _of_new_month(facts: pl.DataFrame, column: str, month: dt.date) -> pl.DataFrame:
    """Return the latest month's rows, told of `month`."""
    latest = facts[column].max()
    return facts.filter(pl.col(column) == latest).with_columns(
        pl.lit(month, dtype=pl.Date).alias(column)
    )


def _supplement(telling: Telling, document: DocumentType, facts: pl.DataFrame) -> pl.DataFrame:
    """Return some of what was told; a row that was cancelled or reversed must not come back."""
    untouched = facts.filter(pl.Series(~is_corrected(draws_for(document, facts, telling.seed))))
    lots = draws_for(document, untouched, telling.seed)
    some = pl.Series(lots.chance("supplement", SUPPLEMENT_PER_MILLION))
    return untouched.filter(some) if some.any() else untouched.head(1)


def _state(telling: Telling, plan: Plan, facts: pl.DataFrame, month: str | None) -> pl.DataFrame:
    """Return the state that is told anew: of some people, of a new month, or of nearly all."""
    document = plan.document
    draws = draws_for(document, facts, telling.seed)
    if document.cycle is Cycle.ON_REQUEST:
        asked = draws.chance(f"request {plan.made_at:%Y%m%d}", REQUESTED_PER_MILLION)
        return facts.filter(pl.Series(asked))
    if month is not None:
        return _of_new_month(facts, month, _month_of(plan.period))
    left_out = draws.chance(f"left out {plan.period}", LEFT_OUT_PER_MILLION)
    return facts.filter(pl.Series(~(left_out & telling.may_change(facts))))


def _rows_of(telling: Telling, plan: Plan, facts: pl.DataFrame, family: Family) -> pl.DataFrame:
    """Return the rows of the planned file, of the facts that its type tells on any night."""
    document = plan.document
    month = str(family.valid_from) if _is_monthly_state(family, document) else None
    if plan.reason is Reason.SUPPLEMENT:
        return _supplement(telling, document, _told_on(telling, document, facts, 0))
    if plan.reason is not Reason.DUE:
        if month is not None and family.code in HISTORY_FAMILIES:
            return _with_history(telling, facts, month)
        return _told_on(telling, document, facts, 0)
    if document.mode is not Mode.FULL or document.cycle in EVERY_DAY:
        return _told_on(telling, document, facts, plan.turn)
    return _state(telling, plan, _as_of(facts, plan), month)


def fill_plan(telling: Telling, plan: Plan, version: SchemaVersion) -> pl.DataFrame:
    """Return the rows of the planned file: canonical and own columns, won, with `person_number`."""
    document, seed = plan.document, telling.seed
    family = telling.catalogue.families[document.family]
    facts = facts_of(telling, document, version)
    facts = _rows_of(telling, plan, facts, family)
    if facts.is_empty():
        return facts
    draws = draws_for(document, facts, seed)
    facts = add_own_columns(version, facts, family, draws, telling.people, telling.first_night)
    facts = round_amounts(facts, version)
    may_change = telling.may_change(facts)
    facts = add_noise(document, facts, family, draws, telling.people, telling.noise, may_change)
    if plan.reason is Reason.CORRECTION:
        facts = restate_some(version, facts, draws, may_change, f"correction {plan.made_at}")
    elif plan.reason is Reason.DUE:
        rate = RESTATED_MONTHLY_PER_MILLION
        facts = restate_some(version, facts, draws, may_change, plan.period, rate)
    if plan.reason is Reason.SUPPLEMENT:
        return facts
    return add_correcting_rows(document, version, facts, draws, may_change)


def facts_of(telling: Telling, document: DocumentType, version: SchemaVersion) -> pl.DataFrame:
    """Return the facts that `document` tells on any night of this country."""
    family = telling.catalogue.families[document.family]
    carried = telling.carried.get(document.code)
    if carried is not None:
        return carried_facts(document, version, carried, family, telling.seed)
    facts = telling.facts[document.family]
    facts = facts.filter(pl.Series(telling.may_change(facts)))
    return stand_in_facts(document, version, facts, family, telling.seed)
