"""The rows of one planned file: facts chosen, completed, misheard, corrected.

Here: the order in which selection, own columns, rounding, noise and corrections are applied.
Never here: bytes (`documents`) or folders (`sources.country.nights`). Next: the completed facts
are written in the type's format.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from hub.catalogue import Catalogue, Cycle, DocumentType, Family, Kind, Mode, SchemaVersion
from sources.country.noise import NoiseRates, add_noise
from sources.country.rendering.calendar import EVERY_DAY, Plan, Reason
from sources.country.rendering.corrections import add_correcting_rows, restate_some
from sources.country.rendering.documents import round_amounts
from sources.country.rendering.draws import Flags
from sources.country.rendering.own_columns import People, add_own_columns
from sources.country.rendering.selection import (
    FEWEST_ROWS,
    arrival_nights,
    carried_facts,
    draws_for,
    stand_in_facts,
)

SUPPLEMENT_PER_MILLION = 50_000
REQUESTED_PER_MILLION = 30_000
RESTATED_MONTHLY_PER_MILLION = 20_000
LEFT_OUT_PER_MILLION = 5_000


@dataclass(frozen=True)
class Telling:
    """The country as its institutions tell it.

    Attributes:
        facts: family code → all facts with row numbers (`selection.add_rows`).
        carried: document type → the facts that it tells, where the facts name their tellers.
        planted: numbers of the people of planted cases, whom chance must not touch.
    """

    catalogue: Catalogue
    facts: Mapping[str, pl.DataFrame]
    carried: Mapping[str, pl.DataFrame]
    people: People
    planted: pl.Series
    seed: int
    first_night: dt.date
    noise: NoiseRates

    def may_change(self, facts: pl.DataFrame) -> Flags:
        """Return True for the rows that chance may change."""
        if "person_number" not in facts.columns or self.planted.is_empty():
            return np.ones(facts.height, dtype=np.bool_)
        numbers = facts["person_number"].cast(pl.Int64)
        return ~numbers.is_in(self.planted.implode()).fill_null(False).to_numpy()


def _held_back(telling: Telling, document: DocumentType, facts: pl.DataFrame) -> pl.Series:
    """Return the turn on which each row is first told; 0 is the first night."""
    nothing = pl.Series("turn", np.zeros(facts.height, dtype=np.int64))
    if document.mode is Mode.FULL and document.cycle not in EVERY_DAY:
        return nothing
    if facts.height < 2 * FEWEST_ROWS:
        return nothing
    turns = arrival_nights(document, facts, telling.seed)
    return turns.zip_with(pl.Series(telling.may_change(facts)), nothing)


def _is_monthly_state(family: Family, document: DocumentType) -> bool:
    column = family.column(family.valid_from) if family.valid_from else None
    return column is not None and column.kind is Kind.MONTH and document.mode is Mode.FULL


def _of_new_month(facts: pl.DataFrame, column: str, month: dt.date) -> pl.DataFrame:
    """Return the latest month's rows, told of `month`."""
    latest = facts[column].max()
    return facts.filter(pl.col(column) == latest).with_columns(
        pl.lit(month, dtype=pl.Date).alias(column)
    )


def _rows_of(telling: Telling, plan: Plan, facts: pl.DataFrame, family: Family) -> pl.DataFrame:
    document = plan.document
    draws = draws_for(document, facts, telling.seed)
    turns = _held_back(telling, document, facts)
    match plan.reason:
        case Reason.FIRST | Reason.CORRECTION:
            return facts.filter(turns == 0)
        case Reason.SUPPLEMENT:
            some = facts.filter(pl.Series(draws.chance("supplement", SUPPLEMENT_PER_MILLION)))
            return some if some.height else facts.head(1)
    if document.mode is not Mode.FULL or document.cycle in EVERY_DAY:
        return facts.filter(turns == plan.turn)
    if document.cycle is Cycle.ON_REQUEST:
        person = draws.chance(f"request {plan.made_at:%Y%m%d}", REQUESTED_PER_MILLION)
        return facts.filter(pl.Series(person))
    if _is_monthly_state(family, document) and family.valid_from in facts.columns:
        month = dt.date(int(plan.period[:4]), int(plan.period[4:6] or "1"), 1)
        return _of_new_month(facts, family.valid_from, month)
    left_out = draws.chance(f"left out {plan.period}", LEFT_OUT_PER_MILLION)
    return facts.filter(pl.Series(~(left_out & telling.may_change(facts))))


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
    facts = add_noise(document, facts, family, draws, telling.people, telling.noise)
    may_change = telling.may_change(facts)
    if plan.reason is Reason.CORRECTION:
        facts = restate_some(version, facts, draws, may_change, f"correction {plan.made_at}")
    elif plan.reason is Reason.DUE:
        rate = RESTATED_MONTHLY_PER_MILLION
        facts = restate_some(version, facts, draws, may_change, plan.period, rate)
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
