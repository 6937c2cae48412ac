"""The review queue: questions of the person index that only people may answer.

Here: which questions are open, since when, and which decision closed them. Never here: names or ID
numbers; a question is about signature IDs and person IDs. Next: a person looks at a question and
decides (`warehouse.ledger.decisions`), and the next night obeys.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, select, update

from warehouse.ledger.book import Book, OnKnown, frame_of, insert_frame
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.records import ReviewChanges, ReviewState
from warehouse.ledger.schema import PERSON_REVIEW

_ASKED = {
    "review_id": pl.String,
    "kind": pl.String,
    "left": pl.String,
    "right": pl.String,
    "weight": pl.Float64,
    "detail": pl.String,
}
REVIEW_SCHEMA = {
    "review_id": pl.String,
    "kind": pl.String,
    "night_opened": pl.Date,
    "night_last_seen": pl.Date,
    "state": pl.String,
    "left": pl.String,
    "right": pl.String,
    "weight": pl.Float64,
    "detail": pl.String,
    "decided_by_decision": pl.String,
}
# Six digits that end in a day of the calendar, and seven more.
_LIKE_NATIONAL_ID = r"(?:^|\D)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[-_ ]?\d{7}(?:$|\D)"


class ReviewBook(Book):
    """Questions to people."""

    def see_reviews(self, night: dt.date, asked: pl.DataFrame) -> ReviewChanges:
        """Bring the queue up to `night`, which asks the questions in `asked`.

        `asked` has review_id and kind, and where known left, right, weight (bits) and detail. A new
        question opens; an open one that is asked no longer is gone; a gone one that is asked again
        opens again. What a person decided stays so. Repeating a night changes nothing.

        Raises:
            LedgerError: a question is asked twice, has no kind, or its detail holds a number like an
                ID.
        """
        tonight = _asked(asked)
        with self._writing() as connection:
            known = frame_of(connection, _reviews(), REVIEW_SCHEMA)
            new, continued, gone = _changes(known, tonight, night)
            after = pl.concat([new, continued, gone])
            changed = after.join(known, on=list(REVIEW_SCHEMA), how="anti", nulls_equal=True)
            insert_frame(connection, PERSON_REVIEW, changed, OnKnown.REPLACE)
        return ReviewChanges(new.height, continued.height, gone.height)

    def reviews(self, state: ReviewState | str | None = None) -> pl.DataFrame:
        """Return the questions, `REVIEW_SCHEMA`, by review_id; in one state or in all."""
        query = _reviews()
        if state is not None:
            query = query.where(PERSON_REVIEW.c.state == ReviewState(state).value)
        with self._reading() as connection:
            return frame_of(connection, query, REVIEW_SCHEMA)


def close_review(connection: Connection, review_id: str, decision_id: str) -> None:
    """Say that a decision answered a question.

    Raises:
        LedgerError: no such question, or another decision answered it.
    """
    table = PERSON_REVIEW.c
    asked = connection.execute(select(PERSON_REVIEW).where(table.review_id == review_id)).first()
    if asked is None:
        message = f"no review {review_id} in the ledger; nothing was decided"
        raise LedgerError(message)
    if asked.state == ReviewState.DECIDED.value:
        message = (
            f"review {review_id} was decided by {asked.decided_by_decision}; "
            "revoke that first if it was wrong"
        )
        raise LedgerError(message)
    values = {"state": ReviewState.DECIDED.value, "decided_by_decision": decision_id}
    connection.execute(update(PERSON_REVIEW).where(table.review_id == review_id).values(**values))


def reopen_reviews(connection: Connection, decision_id: str) -> None:
    """Open the questions again that a decision closed which holds no longer."""
    values = {"state": ReviewState.OPEN.value, "decided_by_decision": None}
    closed = PERSON_REVIEW.c.decided_by_decision == decision_id
    connection.execute(update(PERSON_REVIEW).where(closed).values(**values))


def _reviews() -> Select[Any]:
    return select(*(PERSON_REVIEW.c[name] for name in REVIEW_SCHEMA)).order_by(
        PERSON_REVIEW.c.review_id
    )


def _asked(asked: pl.DataFrame) -> pl.DataFrame:
    tonight = asked.select(
        (pl.col(name) if name in asked.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in _ASKED.items()
    )
    if tonight["review_id"].is_duplicated().any():
        message = "reviews: one review_id is asked twice in a night; its key must hold its subjects"
        raise LedgerError(message)
    for name in ("review_id", "kind"):
        if tonight[name].null_count():
            message = f"reviews: column {name} is empty in {tonight[name].null_count()} rows"
            raise LedgerError(message)
    if tonight["detail"].str.contains(_LIKE_NATIONAL_ID).any():
        message = "reviews: column detail holds what looks like an ID number; leave it out"
        raise LedgerError(message)
    return tonight


def _changes(
    known: pl.DataFrame, tonight: pl.DataFrame, night: dt.date
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the rows after `night` of questions that are new, asked again and asked no longer."""
    new = (
        tonight.join(known, on="review_id", how="anti")
        .with_columns(
            night_opened=pl.lit(night),
            night_last_seen=pl.lit(night),
            state=pl.lit(ReviewState.OPEN.value),
            decided_by_decision=pl.lit(None, pl.String),
        )
        .select(list(REVIEW_SCHEMA))
    )
    kept = ["review_id", "night_opened", "night_last_seen", "state", "decided_by_decision"]
    continued = (
        known.select(kept)
        .join(tonight, on="review_id")
        .with_columns(
            pl.col("state").replace(ReviewState.GONE.value, ReviewState.OPEN.value),
            pl.max_horizontal("night_last_seen", pl.lit(night)).alias("night_last_seen"),
        )
        .select(list(REVIEW_SCHEMA))
    )
    gone = (
        known.join(tonight, on="review_id", how="anti")
        .filter(pl.col("state") == ReviewState.OPEN.value)
        .with_columns(state=pl.lit(ReviewState.GONE.value))
    )
    return new, continued, gone
