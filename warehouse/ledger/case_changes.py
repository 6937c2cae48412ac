"""The steps by which one night changes the cases, each on whole sets, in one transaction.

Here: successors, returns, joining, opening, closing. Never here: the shape of rows (`case_rows`) or
what people do (`cases`). Next: `case_nights` calls them in their order.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from sqlalchemy import Connection, exists, select

from hub.findings.rules import Action
from hub.findings.workflow import CaseState, Step
from hub.findings.workflow.table import UNDECIDED
from warehouse.ledger.book import OnKnown, frame_of, insert_frame
from warehouse.ledger.case_rows import CASE_KEY, founding_rows, machine_events, no_cases
from warehouse.ledger.case_schema import (
    CASE_EVENT,
    CASE_FINDING,
    CASE_FINDING_SCHEMA,
    CASE_STATE_SCHEMA,
    FINDING_CASE,
)
from warehouse.ledger.records import FindingState
from warehouse.ledger.schema import FINDING_STATE

_WAITING = {
    "finding_id": pl.String,
    **dict.fromkeys(CASE_KEY, pl.String),
    "person_id": pl.String,
    "period": pl.Date,
    "action": pl.String,
    "state": pl.String,
}
_OPENS_A_CASE = [Action.AUTO.value, Action.HOLD.value, Action.REV.value]
_UNDECIDED = [state.value for state in UNDECIDED]


class NightOfCases:
    """One night's changes, written in steps of one transaction."""

    def __init__(self, connection: Connection, night: dt.date, origins: pl.DataFrame) -> None:
        self._connection = connection
        self._night = night
        self._origins = origins.unique("finding_id")
        self._events: list[pl.DataFrame] = []
        self.counts: dict[str, int] = {
            "opened": 0, "attached": 0, "returned": 0, "vanished": 0, "held": 0
        }  # fmt: skip

    def follow_successors(self) -> None:
        """Let each finding that goes on as another take the other into its case."""
        successor = FINDING_STATE.alias("successor")
        query = (
            select(CASE_FINDING.c.case_id, *(successor.c[name] for name in _WAITING))
            .join(FINDING_STATE, FINDING_STATE.c.finding_id == CASE_FINDING.c.finding_id)
            .join(successor, successor.c.finding_id == FINDING_STATE.c.successor_id)
            .where(~exists().where(CASE_FINDING.c.finding_id == successor.c.finding_id).correlate(successor))
        )  # fmt: skip
        # A finding may have gone on twice since cases were last seen.
        while True:
            found = self._frame(query, {"case_id": pl.String, **_WAITING}).unique("finding_id")
            if found.is_empty():
                return
            cases = self._cases(FINDING_CASE.c.case_id.in_(self._case_ids(query)))
            moved = (
                found.sort("period", "finding_id")
                .unique("case_id", keep="last", maintain_order=True)
                .select("case_id", subject="subject_id", person="person_id")
            )
            self._write_cases(
                cases,
                cases.join(moved, on="case_id", how="left").with_columns(
                    subject_id=pl.coalesce("subject", "subject_id"),
                    person_id=pl.coalesce("person", "person_id"),
                ),
            )
            self._join(found, cases, "goes on as another finding")

    def return_cases(self) -> None:
        """Open again what the machine closed and whose evidence is back."""
        is_vanished = FINDING_CASE.c.is_vanished.is_(True)
        vanished = self._cases(FINDING_CASE.c.state == CaseState.CLOSED.value, is_vanished)
        if vanished.is_empty():
            return
        held = self._frame(
            select(*(CASE_FINDING.c[name] for name in ("case_id", "finding_id")),
                   *(FINDING_STATE.c[name] for name in ("period", "state")))
            .join(FINDING_CASE, FINDING_CASE.c.case_id == CASE_FINDING.c.case_id)
            .join(FINDING_STATE, FINDING_STATE.c.finding_id == CASE_FINDING.c.finding_id)
            .where(FINDING_CASE.c.state == CaseState.CLOSED.value, is_vanished),
            dict.fromkeys(("case_id", "finding_id"), pl.String)
            | {"period": pl.Date, "state": pl.String},
        )  # fmt: skip
        back = held.filter(pl.col("state") == FindingState.OPEN.value)
        # The same month with other facts is the same question.
        same_month = (
            vanished.join(held.select("case_id", "period").unique(), on="case_id")
            .join(self._waiting(), on=[*CASE_KEY, "period"], how="semi", nulls_equal=True)
            .select("case_id")
        )
        returned = (
            vanished.join(
                pl.concat([back.select("case_id"), same_month]).unique(), on="case_id", how="semi"
            )
            # Where the subject has a case at hand already, the findings join that one.
            .join(self._at_hand(), on=list(CASE_KEY), how="anti", nulls_equal=True)
            .sort("opened_on", "case_id")
            .unique(CASE_KEY, keep="last", maintain_order=True)
        )
        after = returned.with_columns(
            state=pl.lit(CaseState.OPEN.value),
            is_vanished=pl.lit(value=False),
            closed_on=pl.lit(None, pl.Date),
            explain_until=pl.lit(None, pl.Date),
            last_on=pl.max_horizontal("last_on", pl.lit(self._night)),
        )
        self._write_cases(returned, after)
        self._tell(returned, Step.RETURN, CaseState.OPEN, "the evidence is back")
        self.counts["returned"] = returned.height
        elsewhere = back.join(returned, on="case_id", how="anti")
        self._attach(
            elsewhere.select("case_id", "finding_id", "period")
            .join(vanished.select("case_id", *CASE_KEY), on="case_id")
            .drop("case_id")
        )

    def attach(self) -> None:
        """Let findings of further months join the case at hand."""
        self._attach(self._waiting())

    def _attach(self, waiting: pl.DataFrame) -> None:
        if waiting.is_empty():
            return
        at_hand = self._at_hand()
        joining = waiting.join(at_hand, on=list(CASE_KEY), nulls_equal=True)
        cases = self._cases(FINDING_CASE.c.state != CaseState.CLOSED.value)
        self._join(joining, cases, "findings of further months")

    def open_cases(self) -> None:
        """Open cases for what is left, unless the rule only counts or the month was decided."""
        waiting = self._waiting()
        if waiting.is_empty():
            return
        decided = self._frame(
            select(
                CASE_FINDING.c.case_id, *(FINDING_STATE.c[name] for name in [*CASE_KEY, "period"])
            )
            .join(FINDING_CASE, FINDING_CASE.c.case_id == CASE_FINDING.c.case_id)
            .join(FINDING_STATE, FINDING_STATE.c.finding_id == CASE_FINDING.c.finding_id)
            .where(FINDING_CASE.c.decided_on.is_not(None)),
            {"case_id": pl.String, **dict.fromkeys(CASE_KEY, pl.String), "period": pl.Date},
        ).unique([*CASE_KEY, "period"], keep="last")
        settled = waiting.join(decided, on=[*CASE_KEY, "period"], nulls_equal=True)
        self._join(
            settled,
            self._cases(FINDING_CASE.c.decided_on.is_not(None)) if settled.height else no_cases(),
            "other facts of a month that was decided; a person may open a case for them",
        )
        new = (
            waiting.join(settled, on="finding_id", how="anti")
            .filter(pl.col("action").is_in(_OPENS_A_CASE))
            .sort("period", "finding_id", nulls_last=True)
        )
        if new.is_empty():
            return
        # Named after the finding that founds it, which founds no other.
        founded = new.with_columns(
            case_id=pl.concat_str(pl.lit("c"), pl.col("finding_id").first().over(CASE_KEY))
        )
        cases = founding_rows(
            founded.unique("case_id", keep="first", maintain_order=True), self._origins, self._night
        )
        insert_frame(self._connection, FINDING_CASE, cases)
        insert_frame(self._connection, CASE_FINDING, self._links(founded))
        found = "findings of the night; a question to people, no verdict"
        self._tell(cases, Step.OPEN, CaseState.OPEN, found, from_state=None)
        held = cases.filter("is_held")
        self._tell(held, Step.HOLD, CaseState.OPEN, "the rule may hold the next payment at once")
        self.counts["opened"] = cases.height
        self.counts["held"] = held.height

    def close_empty(self) -> None:
        """Close what nobody has decided and whose evidence is gone."""
        left = exists().where(
            CASE_FINDING.c.case_id == FINDING_CASE.c.case_id,
            CASE_FINDING.c.finding_id == FINDING_STATE.c.finding_id,
            FINDING_STATE.c.state.not_in(
                [FindingState.CLEARED.value, FindingState.SUPERSEDED.value]
            ),
        )
        empty = self._cases(FINDING_CASE.c.state.in_(_UNDECIDED), ~left)
        after = empty.with_columns(
            state=pl.lit(CaseState.CLOSED.value),
            is_vanished=pl.lit(value=True),
            is_held=pl.lit(value=False),
            closed_on=pl.lit(self._night),
            last_on=pl.max_horizontal("last_on", pl.lit(self._night)),
        )
        self._write_cases(empty, after)
        gone = "no finding of the case has evidence any more, and nobody had decided"
        self._tell(empty, Step.VANISH, CaseState.CLOSED, gone)
        self.counts["vanished"] = empty.height

    def write_events(self) -> None:
        """Write down what was done, in its order."""
        if self._events:
            insert_frame(self._connection, CASE_EVENT, pl.concat(self._events))

    def _waiting(self) -> pl.DataFrame:
        """Findings that are open and belong to no case, with the case's key."""
        linked = exists().where(CASE_FINDING.c.finding_id == FINDING_STATE.c.finding_id)
        query = select(*(FINDING_STATE.c[name] for name in _WAITING)).where(
            FINDING_STATE.c.state == FindingState.OPEN.value, FINDING_STATE.c.rule_id != "", ~linked
        )
        return self._frame(query, _WAITING)

    def _at_hand(self) -> pl.DataFrame:
        """The oldest case of each key that is not closed."""
        cases = self._cases(FINDING_CASE.c.state != CaseState.CLOSED.value)
        return (
            cases.sort("opened_on", "case_id")
            .unique(CASE_KEY, keep="first", maintain_order=True)
            .select(*CASE_KEY, "case_id")
        )

    def _join(self, findings: pl.DataFrame, cases: pl.DataFrame, reason: str) -> None:
        if findings.is_empty():
            return
        insert_frame(self._connection, CASE_FINDING, self._links(findings), OnKnown.REPLACE)
        joined = cases.join(findings, on="case_id", how="semi")
        told = joined.select("case_id", "state").join(
            findings.group_by("case_id").agg(number=pl.len()), on="case_id"
        )
        self._events.append(
            machine_events(told, Step.ATTACH, self._night).with_columns(
                from_state=told["state"],
                to_state=told["state"],
                reason=told.select(pl.format("{}: " + reason, "number")).to_series(),
            )
        )
        self.counts["attached"] += findings.height

    def _links(self, findings: pl.DataFrame) -> pl.DataFrame:
        return (
            findings.select("finding_id", "case_id", attached_in=pl.lit(self._night))
            .join(self._origins, on="finding_id", how="left", maintain_order="left")
            .with_columns(
                pl.col("rule_version", "institutions").fill_null(""),
                pl.col("evidence_rows").fill_null(0),
                pl.col("is_averaged").fill_null(value=False),
            )
            .select(list(CASE_FINDING_SCHEMA))
        )

    def _tell(
        self,
        cases: pl.DataFrame,
        step: Step,
        to: CaseState,
        reason: str,
        from_state: str | None = "state",
    ) -> None:
        if cases.is_empty():
            return
        before = (
            cases[from_state] if from_state else pl.Series([None] * cases.height, dtype=pl.String)
        )
        self._events.append(
            machine_events(cases, step, self._night).with_columns(
                from_state=before, to_state=pl.lit(to.value), reason=pl.lit(reason)
            )
        )

    def _cases(self, *conditions: Any) -> pl.DataFrame:
        query = select(*(FINDING_CASE.c[name] for name in CASE_STATE_SCHEMA)).where(*conditions)
        return self._frame(query, CASE_STATE_SCHEMA)

    def _case_ids(self, query: Any) -> Any:
        return select(query.subquery().c.case_id)

    def _write_cases(self, before: pl.DataFrame, after: pl.DataFrame) -> None:
        changed = after.select(list(CASE_STATE_SCHEMA)).join(
            before, on=list(CASE_STATE_SCHEMA), how="anti", nulls_equal=True
        )
        insert_frame(self._connection, FINDING_CASE, changed, OnKnown.REPLACE)

    def _frame(self, query: Any, schema: dict[str, Any]) -> pl.DataFrame:
        return frame_of(self._connection, query, schema)
