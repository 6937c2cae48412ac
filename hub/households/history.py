"""The bitemporal history of what is believed of people and their units or relatives.

Here: carrying a table's rows from night to night with their sources. Never here: the rules of
bitemporal time (`hub.identity.membership`), or who is in which unit (`warehouse/sql/households`).
Next: `unit_membership` and `family_tie`, which answer what was believed on a day.

A row's key is `member`. What is believed of it are the state columns: when they change, the old row
closes and another one begins. Other columns are its source, kept as they were when it was first believed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from hub.identity.membership import HISTORY_DATES, advance_membership, refuse_disorder

_SEPARATOR = "\x1f"
_KEY = ["member", "identifier", "valid_from", "recorded_from"]


def advance_history(
    history: pl.DataFrame,
    tonight: pl.DataFrame,
    state: Sequence[str],
    night: dt.date,
    ended: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the history as of `night`.

    Args:
        history: columns of `tonight` and `valid_to`, `recorded_from`, `recorded_to`; empty at first.
        tonight: `member` (UInt64, each once), `valid_from` (Date; null or later than the night is the
            night), the columns of `state`, and source columns.
        state: columns whose change is a change of belief.
        night: the day on which we learn of changes.
        ended: (`member`, `valid_from`): since when a member that is not in `tonight` is none.

    A repeated night changes nothing. Rows are sorted by member and time.

    Raises:
        ValueError: a member comes twice, or the history knows a later night.
    """
    columns = [*tonight.columns, *(name for name in HISTORY_DATES if name not in tonight.columns)]
    if history.is_empty():
        history = tonight.clear().with_columns(
            pl.lit(None, pl.Date).alias(name) for name in HISTORY_DATES
        )
    history = history.select(columns)
    refuse_disorder(history, tonight, night)
    # A night changes little: who is what they were keeps their rows, whoever was never heard of begins,
    # and the rest is small.
    same = _unchanged(history, tonight, state).implode()
    is_kept, is_said = history["member"].is_in(same), tonight["member"].is_in(same)
    changed, said = history.filter(~is_kept), tonight.filter(~is_said)
    is_known = said["member"].is_in(changed["member"].implode())
    parts = [
        history.filter(is_kept),
        _begin(said.filter(~is_known), night).select(columns),
        _advance(changed, said.filter(is_known), state, night, ended).select(columns),
    ]
    # Sorted by member alone: the rows of a member come in their order already.
    return pl.concat(parts).sort("member", maintain_order=True)


def _unchanged(history: pl.DataFrame, tonight: pl.DataFrame, state: Sequence[str]) -> pl.Series:
    """Return the members of whom tonight says what is believed and goes on."""
    believed = history.filter(pl.col("recorded_to").is_null(), pl.col("valid_to").is_null())
    both = believed.select("member", *state).join(
        tonight.select("member", *state), on="member", suffix="_tonight"
    )
    is_equal = both.select(
        pl.all_horizontal(_text(name) == _text(f"{name}_tonight") for name in state)
    ).to_series()
    equal, other = both["member"].filter(is_equal), both["member"].filter(~is_equal)
    return equal.filter(~equal.is_in(other.implode())) if other.len() else equal


def _begin(tonight: pl.DataFrame, night: dt.date) -> pl.DataFrame:
    """Return the rows of members of whom nothing was ever believed."""
    nothing = pl.lit(None, pl.Date)
    return tonight.with_columns(
        valid_from=pl.min_horizontal("valid_from", pl.lit(night)),
        valid_to=nothing,
        recorded_from=pl.lit(night),
        recorded_to=nothing,
    )


def _advance(
    history: pl.DataFrame,
    tonight: pl.DataFrame,
    state: Sequence[str],
    night: dt.date,
    ended: pl.DataFrame | None,
) -> pl.DataFrame:
    """Return the rows of members of whom something may change, sorted."""
    believed = _identified(history, state)
    said = _identified(tonight, state)
    # Evidence that is older than what is believed cannot say when the belief became wrong: who comes
    # home from custody is a member since tonight, and not since the move of years ago.
    latest = (
        believed.filter(pl.col("recorded_to").is_null())
        .group_by("member")
        .agg(latest=pl.col("valid_from").max())
    )
    since = said.join(latest, on="member", how="left").select(
        "member",
        valid_from=pl.when(pl.col("latest").is_null() | (pl.col("valid_from") > pl.col("latest")))
        .then("valid_from")
        .otherwise(pl.lit(night)),
    )
    if ended is not None:
        since = pl.concat([since, ended.join(said, on="member", how="anti")])
    advanced, _ = advance_membership(
        believed.select("member", "identifier", *HISTORY_DATES),
        said.select("member", "identifier"),
        night,
        corrected=since,
    )
    # Rows that went on keep the source they had; what begins tonight has tonight's. A part of a row
    # that tonight's belief cut short keeps what the whole had.
    source = [name for name in tonight.columns if name not in ("member", "valid_from")]
    kept = advanced.join(
        believed.select(*_KEY, *source).unique(_KEY, maintain_order=True), on=_KEY, how="inner"
    )
    new = advanced.join(believed.select(_KEY), on=_KEY, how="anti")
    begun = new.join(said.select("member", "identifier", *source), on=["member", "identifier"])
    cut = new.join(said.select("member", "identifier"), on=["member", "identifier"], how="anti")
    cut = cut.join(
        believed.sort("recorded_from")
        .select("member", "identifier", *source)
        .unique(["member", "identifier"], keep="last", maintain_order=True),
        on=["member", "identifier"],
    )
    order = ["member", "valid_from", "identifier", "recorded_from", "recorded_to", "valid_to"]
    return pl.concat([kept, begun, cut.select(kept.columns)]).sort(order)


def _identified(frame: pl.DataFrame, state: Sequence[str]) -> pl.DataFrame:
    """Add `identifier`: the state columns as one text, so that a change of any is a change."""
    said = [_text(name) for name in state]
    return frame.with_columns(identifier=pl.concat_str(said, separator=_SEPARATOR))


def _text(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).fill_null("")


def believed_on(
    history: pl.DataFrame, valid_on: dt.date, known_on: dt.date | None = None
) -> pl.DataFrame:
    """Return the rows that held on `valid_on`, as believed on `known_on` (by default: now)."""

    def holds(time: str, day: dt.date) -> pl.Expr:
        end = pl.col(f"{time}_to")
        return (pl.col(f"{time}_from") <= day) & (end.is_null() | (end > day))

    known = pl.col("recorded_to").is_null() if known_on is None else holds("recorded", known_on)
    return history.filter(known, holds("valid", valid_on))
