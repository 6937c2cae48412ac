"""Who was whom, when, and when we knew: the bitemporal history of memberships.

Here: pure functions that carry the history from night to night and ask it. Never here: where the
history is kept, or who belongs to whom (`hub.identity.person_ids`). Next: a payment made on a day
is explained by what was believed on that day.

A row says that `member` belonged to `identifier` from `valid_from` until the day before `valid_to`,
and that this was believed from the night `recorded_from` until the day before `recorded_to`; null
means that it goes on. Rows are never taken out: a change closes the recorded time of what it
supersedes and adds what is believed from now on.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

HISTORY_DATES = ("valid_from", "valid_to", "recorded_from", "recorded_to")
HISTORY_COLUMNS = ("member", "identifier", *HISTORY_DATES)


def no_history(member: pl.DataType | type[pl.DataType] = pl.UInt64) -> pl.DataFrame:
    """Return the history before the first night; `member` is the type of members."""
    dates = dict.fromkeys(HISTORY_DATES, pl.Date)
    return pl.DataFrame(schema={"member": member, "identifier": pl.String, **dates})


def advance_membership(
    history: pl.DataFrame,
    members: pl.DataFrame,
    night: dt.date,
    *,
    corrected: pl.DataFrame | None = None,
    is_complete: bool = True,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Carry the history on to what the night believes.

    Args:
        history: `HISTORY_COLUMNS`; see `no_history`.
        members: (`member`, `identifier`) of the night, each member once. Without an identifier
            the member belongs to nobody.
        night: valid day of changes, and the day on which we learn of them.
        corrected: (`member`) whose change says that the belief so far was wrong from its beginning;
            with a column `valid_from` (Date), wrong from that day on.
        is_complete: whether a member that is not in `members` belongs to nobody any longer;
            otherwise such a member stays as it is.

    Returns the new history, and the changes: rows that were closed (as they were, their
    `recorded_to` filled) and rows that were added, told apart by the column `action`, `closed` or
    `added`. A night that is repeated changes nothing.

    Raises:
        ValueError: a member comes twice, or the history knows a later night.
    """
    refuse_disorder(history, members, night)
    change = _changed(history, members, night, corrected, is_complete=is_complete)
    is_superseded = pl.col("recorded_to").is_null() & (
        pl.col("valid_to").is_null() | (pl.col("valid_to") > pl.col("since"))
    )
    marked = history.with_row_index("row").join(change.select("member", "since"), on="member")
    superseded = marked.filter(is_superseded)
    closed = superseded.with_columns(recorded_to=pl.lit(night)).select("row", *HISTORY_COLUMNS)
    before = superseded.filter(pl.col("valid_from") < pl.col("since")).select(
        "member", "identifier", "valid_from", valid_to="since"
    )
    after = change.drop_nulls("identifier").select(
        "member", "identifier", valid_from="since", valid_to=pl.lit(None, pl.Date)
    )
    added = (
        pl.concat([before, after])
        .with_columns(recorded_from=pl.lit(night), recorded_to=pl.lit(None, pl.Date))
        .select(HISTORY_COLUMNS)
        .sort("member", "valid_from")
    )
    stays = np.ones(history.height, dtype=bool)
    stays[closed["row"].to_numpy()] = False
    kept = history.filter(pl.Series(stays)).rechunk()
    closed = closed.drop("row").sort("member", "valid_from")
    changes = pl.concat(
        [
            closed.with_columns(action=pl.lit("closed")),
            added.with_columns(action=pl.lit("added")),
        ]
    )
    return pl.concat([kept, closed, added]), changes


def refuse_disorder(history: pl.DataFrame, members: pl.DataFrame, night: dt.date) -> None:
    """Refuse what cannot follow one another.

    Args:
        history: `recorded_from` and `recorded_to` of what is known.
        members: `member` of the night.
        night: the day on which we learn of changes.

    Raises:
        ValueError: a member comes twice, or the history knows a later night.
    """
    if members["member"].is_duplicated().any():
        message = "membership: a member comes twice in one night"
        raise ValueError(message)
    learnt = pl.concat([history["recorded_from"], history["recorded_to"]]).max()
    if isinstance(learnt, dt.date) and learnt > night:
        message = f"membership: the history knows the night {learnt}, which is after {night}"
        raise ValueError(message)


def membership_as_of(
    history: pl.DataFrame, valid_on: dt.date, known_on: dt.date | None = None
) -> pl.DataFrame:
    """Return (`member`, `identifier`) of the day `valid_on`, as believed on the day `known_on`.

    By default as believed now. Sorted by member.
    """
    believed_now = pl.col("recorded_to").is_null()
    is_known = believed_now if known_on is None else _holds("recorded", known_on)
    return (
        history.filter(is_known, _holds("valid", valid_on))
        .select("member", "identifier")
        .sort("member")
    )


def _holds(time: str, day: dt.date) -> pl.Expr:
    end = pl.col(f"{time}_to")
    return (pl.col(f"{time}_from") <= day) & (end.is_null() | (end > day))


def _changed(
    history: pl.DataFrame,
    members: pl.DataFrame,
    night: dt.date,
    corrected: pl.DataFrame | None,
    *,
    is_complete: bool,
) -> pl.DataFrame:
    """Return (`member`, `identifier`, `since`) of members who are somebody else than believed."""
    member = pl.col("member").cast(history.schema["member"])
    tonight = members.select(member, pl.col("identifier").cast(pl.String))
    believed = history.filter(
        pl.col("recorded_to").is_null() & pl.col("valid_to").is_null()
    ).select("member", "valid_from", believed="identifier")
    both = tonight.join(believed, on="member", how="full" if is_complete else "left", coalesce=True)
    change = both.filter(~pl.col("identifier").eq_missing(pl.col("believed")))
    if corrected is None:
        return change.select("member", "identifier", since=pl.lit(night))
    wrong = corrected.select(
        member,
        wrong_from=pl.col("valid_from").cast(pl.Date)
        if "valid_from" in corrected.columns
        else pl.lit(None, pl.Date),
        is_wrong=pl.lit(value=True),
    ).unique("member")
    from_beginning = pl.min_horizontal(pl.coalesce("wrong_from", "valid_from"), pl.lit(night))
    return change.join(wrong, on="member", how="left").select(
        "member",
        "identifier",
        since=pl.coalesce(pl.when("is_wrong").then(from_beginning), pl.lit(night)),
    )
