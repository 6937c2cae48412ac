"""Findings in the ledger: since when each is known, where it stands, and what happened to it.

Here: which findings opened, went on, lost their evidence, came back, or went on under other evidence
or another person ID. Never here: what a rule looks for, or the work of people on a finding (the
cases). Next: `hub explain finding` and the cases read it.

A finding is its facts: rule, subject, programmes, month and statement. Where the facts change (a
correction arrives) or the person's ID is merged into another, the old finding names its successor,
so that nobody is asked twice.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, func, insert, select, update

from warehouse.ledger.book import Book, OnKnown, frame_of, insert_frame, now
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.records import FindingChanges, FindingEventKind, FindingState
from warehouse.ledger.redirects import follow, leading_events, next_steps
from warehouse.ledger.schema import FINDING_DECISION, FINDING_EVENT, FINDING_STATE

FOUND_SCHEMA = {
    "finding_id": pl.String,
    "rule_id": pl.String,
    "subject_id": pl.String,
    "person_id": pl.String,
    "programme_code": pl.String,
    "other_programme_code": pl.String,
    "period": pl.Date,
    "statement": pl.String,
    "amount_at_stake": pl.Int64,
    "action": pl.String,
}
FINDING_STATE_SCHEMA = FOUND_SCHEMA | {
    "first_seen": pl.Date,
    "last_seen": pl.Date,
    "state": pl.String,
    "successor_id": pl.String,
}
_EVENT_SCHEMA = {
    "finding_id": pl.String,
    "night": pl.Date,
    "kind": pl.String,
    "other_finding_id": pl.String,
}
_SAME = ["rule_id", "subject_id", "programme_code", "other_programme_code", "period"]
"""What a finding and its successor have in common, once person IDs are resolved."""

_DECIDED = [FindingState.CONFIRMED.value, FindingState.OVERTURNED.value]


class FindingBook(Book):
    """States and events of findings."""

    def see_findings(
        self, night: dt.date, found: pl.DataFrame, judged: pl.DataFrame
    ) -> FindingChanges:
        """Bring the findings' states up to `night`.

        A new finding opens. An open one that is no longer found is cleared, if its rule spoke
        tonight and still looks at its month; a rule that keeps silent for want of a feed clears
        nothing. A cleared one that is found again is open again, and a `returned` event says so.
        Where a finding goes on with other facts or under the ID into which the person was merged,
        the old one is superseded and names its successor; the merged one keeps its state. What a
        person confirmed or overturned stays so. Repeating a night changes nothing.

        Args:
            night: the night's date.
            found: the night's findings, `FOUND_SCHEMA`.
            judged: rules that spoke tonight: rule_id and first_period, the earliest month judged.
        """
        tonight = found.select(
            pl.col(name).cast(kind) for name, kind in FOUND_SCHEMA.items()
        ).unique("finding_id")
        # Read where it is written, so that a person's decision in between is not overwritten.
        with self._writing() as connection:
            known = frame_of(connection, _states(), FINDING_STATE_SCHEMA)
            changes = _Changes(known, tonight, judged, night, _resolved(connection, night))
            insert_frame(connection, FINDING_STATE, changes.rows(), OnKnown.REPLACE)
            insert_frame(connection, FINDING_EVENT, changes.events(), OnKnown.SKIP)
        return changes.counts()

    def finding_states(self) -> pl.DataFrame:
        """Return every finding ever seen, `FINDING_STATE_SCHEMA`, by finding_id."""
        with self._reading() as connection:
            return frame_of(connection, _states(), FINDING_STATE_SCHEMA)

    def finding_state(self, finding_id: str) -> dict[str, Any]:
        """Return one finding by column, `FINDING_STATE_SCHEMA`; empty where it was never seen."""
        query = _states().where(FINDING_STATE.c.finding_id == finding_id)
        with self._reading() as connection:
            row = connection.execute(query).mappings().first()
        return dict(row) if row else {}

    def finding_events(self, finding_id: str) -> pl.DataFrame:
        """Return night, kind and the other finding of all that happened to one finding, in order."""
        query = (
            select(*(FINDING_EVENT.c[name] for name in _EVENT_SCHEMA))
            .where(FINDING_EVENT.c.finding_id == finding_id)
            .order_by(FINDING_EVENT.c.event_id)
        )
        with self._reading() as connection:
            return frame_of(connection, query, _EVENT_SCHEMA)

    def count_finding_events(self, night: dt.date) -> dict[str, int]:
        """Return how many findings a night opened, cleared and so on, by kind."""
        kind = FINDING_EVENT.c.kind
        query = select(kind, func.count()).where(FINDING_EVENT.c.night == night).group_by(kind)
        with self._reading() as connection:
            return {str(name): int(count) for name, count in connection.execute(query)}

    def decide_finding(
        self, finding_id: str, state: FindingState, *, actor: str, reason: str
    ) -> None:
        """Write down a person's decision about a finding.

        Raises:
            LedgerError: no such finding.
        """
        with self._writing() as connection:
            settle_finding(connection, finding_id, state, actor=actor, reason=reason)


def settle_finding(
    connection: Connection, finding_id: str, state: FindingState, *, actor: str, reason: str
) -> None:
    """Write a person's decision about a finding, in the open transaction.

    Raises:
        LedgerError: no such finding.
    """
    statement = update(FINDING_STATE).where(FINDING_STATE.c.finding_id == finding_id)
    if connection.execute(statement.values(state=state.value)).rowcount != 1:
        message = f"no finding {finding_id} in the ledger"
        raise LedgerError(message)
    connection.execute(
        insert(FINDING_DECISION).values(
            finding_id=finding_id,
            state=state.value,
            actor=actor,
            reason=reason,
            happened_at=now(),
        )
    )


def _states() -> Select[Any]:
    return select(*(FINDING_STATE.c[name] for name in FINDING_STATE_SCHEMA)).order_by(
        FINDING_STATE.c.finding_id
    )


def _resolved(connection: Connection, night: dt.date) -> pl.DataFrame:
    """Return (`subject_id`, `resolved`) of the people whose IDs lead elsewhere on `night`."""
    ended, _ = follow(next_steps(leading_events(connection), night))
    return ended.rename({"person_id": "subject_id", "other_person_id": "resolved"})


class _Changes:
    """What one night changes: rows to write, events, and counts."""

    def __init__(
        self,
        known: pl.DataFrame,
        tonight: pl.DataFrame,
        judged: pl.DataFrame,
        night: dt.date,
        resolved: pl.DataFrame,
    ) -> None:
        self._known = known
        self._night = night
        new = tonight.join(known, on="finding_id", how="anti")
        spoke = judged.select("rule_id", "first_period").unique("rule_id")
        unseen = (
            known.join(tonight, on="finding_id", how="anti")
            .join(spoke, on="rule_id", how="left")
            # Of before rules were written down with their findings: judged by whatever spoke.
            .filter(
                (pl.col("rule_id") == "")
                | (pl.col("period") >= pl.col("first_period")) & (pl.col("period") <= night)
            )
            .drop("first_period")
        )
        self._succeeded = _successors(unseen, new, resolved)
        open_unseen = unseen.filter(pl.col("state") == FindingState.OPEN.value)
        self._cleared = open_unseen.join(self._succeeded, on="finding_id", how="anti")
        self._new = new.join(
            self._succeeded.select(
                pl.col("successor_id").alias("finding_id"),
                pl.when("is_moved").then("state").alias("inherited"),
                pl.when("is_moved").then("first_seen").alias("since"),
            ),
            on="finding_id",
            how="left",
        )
        self._continued = known.select(
            "finding_id", "first_seen", "last_seen", "state", "successor_id"
        ).join(tonight, on="finding_id")
        self._returned = self._continued.filter(
            pl.col("state").is_in([FindingState.CLEARED.value, FindingState.SUPERSEDED.value])
        )

    def rows(self) -> pl.DataFrame:
        """Rows of `finding_state` that are not as they were."""
        opened = self._new.with_columns(
            first_seen=pl.coalesce("since", pl.lit(self._night)),
            last_seen=pl.lit(self._night),
            state=pl.coalesce("inherited", pl.lit(FindingState.OPEN.value)),
            successor_id=pl.lit(None, pl.String),
        )
        is_returned = pl.col("finding_id").is_in(self._returned["finding_id"].implode())
        continued = self._continued.with_columns(
            state=pl.when(is_returned).then(pl.lit(FindingState.OPEN.value)).otherwise("state"),
            successor_id=pl.when(~is_returned).then("successor_id"),
            last_seen=pl.max_horizontal("last_seen", pl.lit(self._night)),
        )
        # A person's decision stands, also where the facts have changed since.
        superseded = self._succeeded.with_columns(
            state=pl.when(pl.col("state").is_in(_DECIDED) & ~pl.col("is_moved"))
            .then("state")
            .otherwise(pl.lit(FindingState.SUPERSEDED.value))
        )
        cleared = self._cleared.with_columns(state=pl.lit(FindingState.CLEARED.value))
        after = pl.concat(
            frame.select(list(FINDING_STATE_SCHEMA))
            for frame in (opened, continued, superseded, cleared)
        )
        return after.join(self._known, on=list(FINDING_STATE_SCHEMA), how="anti", nulls_equal=True)

    def events(self) -> pl.DataFrame:
        """Rows of `finding_event`."""
        first = self._new.join(
            self._succeeded, left_on="finding_id", right_on="successor_id", how="anti"
        )
        moved = pl.col("is_moved")
        kind = FindingEventKind
        return pl.concat(
            [
                self._event(first, kind.OPENED),
                self._event(self._cleared, kind.CLEARED),
                self._event(self._returned, kind.RETURNED),
                self._event(self._succeeded.filter(moved), kind.MOVED, "successor_id"),
                self._event(self._succeeded.filter(~moved), kind.SUPERSEDED, "successor_id"),
            ]
        )

    def _event(
        self, frame: pl.DataFrame, kind: FindingEventKind, other: str | None = None
    ) -> pl.DataFrame:
        return frame.select(
            "finding_id",
            night=pl.lit(self._night),
            kind=pl.lit(kind.value),
            other_finding_id=pl.col(other) if other else pl.lit(""),
        )

    def counts(self) -> FindingChanges:
        """How many findings changed, by kind."""
        moved = self._succeeded.filter("is_moved").height
        return FindingChanges(
            opened=self._new.height - self._succeeded.height,
            continued=self._continued.height,
            cleared=self._cleared.height,
            returned=self._returned.height,
            superseded=self._succeeded.height - moved,
            moved=moved,
        )


def _successors(unseen: pl.DataFrame, new: pl.DataFrame, resolved: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `unseen` that go on as one of `new`.

    Columns: `FINDING_STATE_SCHEMA` with successor_id, and is_moved: the facts are the same, only the
    person's ID is another. Each finding has at most one successor and each successor one forerunner.
    """
    standing = unseen.filter(pl.col("state").is_in([FindingState.OPEN.value, *_DECIDED])).drop(
        "successor_id"
    )
    named = (
        standing.join(resolved, on="subject_id", how="left")
        .with_columns(own_subject_id=pl.col("subject_id"))
        .with_columns(subject_id=pl.coalesce("resolved", "subject_id"))
    )
    offered = new.select(*_SAME, successor_id="finding_id", successor_statement="statement")
    return (
        named.join(offered, on=_SAME, nulls_equal=True)
        .with_columns(
            is_moved=(pl.col("statement") == pl.col("successor_statement"))
            & (pl.col("subject_id") != pl.col("own_subject_id")),
            subject_id=pl.col("own_subject_id"),
        )
        .sort(~pl.col("is_moved"), "finding_id", "successor_id")
        .unique("finding_id", keep="first", maintain_order=True)
        .unique("successor_id", keep="first", maintain_order=True)
        .select(*FINDING_STATE_SCHEMA, "is_moved")
    )
