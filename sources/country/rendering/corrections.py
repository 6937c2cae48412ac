"""Rows that correct rows: cancellations, reissues and reversals within a delivery.

Here: the extra rows that a correcting sender adds behind its ordinary ones, and rows whose
amounts a later delivery states anew. Never here: errors that a sender does not know of
(`sources.country.noise`, `sources.country.faults`). Next: the rows are rendered with the others.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from hub.catalogue import RECORD_ACTION, WON_PER_UNIT, Corrections, DocumentType, SchemaVersion
from sources.country.rendering.draws import Draws, Flags, Ints

_LEAST_RESTATED = 3
CORRECTED_PER_MILLION = 3_000
"""Share of rows that a delivery corrects within itself."""
RESTATED_PER_MILLION = 10_000
"""Share of rows whose amounts a correcting delivery states anew."""
REISSUED_IN_FOUR = 3
"""Of four cancelled rows, this many are issued again."""


def _amounts(version: SchemaVersion, facts: pl.DataFrame) -> list[tuple[str, int]]:
    return [
        (column.canonical, WON_PER_UNIT[column.format])
        for column in version.columns
        if column.format in WON_PER_UNIT and column.canonical in facts.columns
    ]


def _restate(
    facts: pl.DataFrame, version: SchemaVersion, permille: Ints, sign: int = 1
) -> pl.DataFrame:
    """Return `facts` with each amount times `permille` / 1,000, whole in the sender's unit."""
    factor = pl.Series(permille)
    return facts.with_columns(
        ((facts[name] // unit * factor // 1_000) * unit * sign).alias(name)
        for name, unit in _amounts(version, facts)
    )


def _with_action(facts: pl.DataFrame, action: str) -> pl.DataFrame:
    return facts.with_columns(pl.lit(action).alias(RECORD_ACTION))


def _some(facts: pl.DataFrame, chosen: Flags, draws: Draws) -> tuple[pl.DataFrame, Draws]:
    rows = np.flatnonzero(chosen)
    return facts[rows], Draws(draws.seed, draws.place, draws.keys[rows])


def is_corrected(draws: Draws, per_million: int = CORRECTED_PER_MILLION) -> Flags:
    """Return True for the rows that their sender corrects, if it corrects rows at all."""
    return draws.chance("corrected", per_million)


def add_correcting_rows(
    document: DocumentType,
    version: SchemaVersion,
    facts: pl.DataFrame,
    draws: Draws,
    may_change: Flags,
    per_million: int = CORRECTED_PER_MILLION,
) -> pl.DataFrame:
    """Return `facts` and, behind them, the rows by which the sender corrects some of them.

    `facts` have own columns and rounded amounts; `may_change` flags the rows that may be corrected
    (planted cases may not).
    """
    column = version.by_canonical(RECORD_ACTION)
    known = set(column.codes.values()) if column is not None else set()
    if known <= {"new"}:
        return facts
    chosen = is_corrected(draws, per_million) & may_change
    if not chosen.any():
        return facts
    rows, own = _some(facts, chosen, draws)
    if document.corrections is Corrections.REVERSAL_ROWS and "reversal" in known:
        # Half take the whole row back, half a part of it.
        permille = np.where(own.below("whole", 2) == 0, 1_000, own.between("part", 1, 9) * 100)
        return pl.concat([facts, _with_action(_restate(rows, version, permille, -1), "reversal")])
    if "cancel" not in known:
        return facts
    again, again_draws = _some(rows, own.below("again", 4) < REISSUED_IN_FOUR, own)
    reissued = _restate(again, version, again_draws.between("restated", 800, 1_200))
    parts = [facts, _with_action(rows, "cancel")]
    if "reissue" in known and reissued.height:
        parts.append(_with_action(reissued, "reissue"))
    return pl.concat(parts)


def restate_some(
    version: SchemaVersion,
    facts: pl.DataFrame,
    draws: Draws,
    may_change: Flags,
    purpose: str,
    per_million: int = RESTATED_PER_MILLION,
) -> pl.DataFrame:
    """Return `facts` with the amounts of some rows stated anew, as a later delivery has them.

    At least one row changes, if any may.
    """
    chosen = draws.chance(purpose, per_million) & may_change
    if not chosen.any() and may_change.any():
        chosen[np.flatnonzero(may_change)[:_LEAST_RESTATED]] = True
    step = draws.between(f"{purpose} step", 50, 100)
    up = draws.below(f"{purpose} up", 2) == 1
    permille = np.where(chosen, np.where(up, 1_000 + step, 1_000 - step), 1_000)
    return _restate(facts, version, permille)
