"""Cases in the ledger: what people do about findings, step by step, and the money that follows.

Here: taking one step in one transaction, after `hub.findings.workflow` has let it through. Never
here: which steps are legal, names, ID numbers, or what a night does (`case_nights`). Next: a decision
settles the findings, a linkage error goes to the person index, precision to the rules' standing.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from hub.findings.workflow import (
    MACHINE,
    CaseFile,
    CaseState,
    Move,
    RefusedStepError,
    Step,
    check_move,
    load_workflow,
)
from hub.findings.workflow.case import actor_key
from hub.findings.workflow.moving import appeal_until, check_words
from warehouse.ledger.book import Book, frame_of, insert_frame, now
from warehouse.ledger.case_files import case_file, findings_of
from warehouse.ledger.case_nights import ORIGIN_SCHEMA, founding_rows
from warehouse.ledger.case_schema import (
    CASE_EVENT,
    CASE_EVENT_SCHEMA,
    CASE_FINDING,
    CASE_MONEY,
    CASE_MONEY_SCHEMA,
    CASE_STATE_SCHEMA,
    FINDING_CASE,
)
from warehouse.ledger.decisions import standing_decision, write_decision
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.findings import settle_finding
from warehouse.ledger.records import FindingState
from warehouse.ledger.schema import FINDING_STATE, NIGHT_RUN
from warehouse.ledger.seals import seal

_SETTLES = {"confirmed": FindingState.CONFIRMED, "overturned": FindingState.OVERTURNED}
_KEY = ("rule_id", "subject_id", "programme_code", "other_programme_code")


class CaseBook(Book):
    """Cases as people work on them."""

    def cases(self) -> pl.DataFrame:
        """Return all cases, `CASE_STATE_SCHEMA`, by opened_on and case_id."""
        columns = (FINDING_CASE.c[name] for name in CASE_STATE_SCHEMA)
        query = select(*columns).order_by(FINDING_CASE.c.opened_on, FINDING_CASE.c.case_id)
        with self._reading() as connection:
            return frame_of(connection, query, CASE_STATE_SCHEMA)

    def case(self, case_id: str) -> CaseFile:
        """Return one case as the guards see it.

        Raises:
            LedgerError: no such case.
        """
        with self._reading() as connection:
            return case_file(connection, _row(connection, case_id))

    def case_findings(self, case_id: str) -> pl.DataFrame:
        """Return the findings of a case with their states, in the order of their months."""
        with self._reading() as connection:
            return findings_of(connection, case_id)

    def case_events(self, case_id: str | None = None) -> pl.DataFrame:
        """Return what happened to a case (or to all), `CASE_EVENT_SCHEMA`, in order."""
        return self._grown(CASE_EVENT, CASE_EVENT_SCHEMA, case_id)

    def case_money(self, case_id: str | None = None) -> pl.DataFrame:
        """Return the money of a case (or of all), `CASE_MONEY_SCHEMA`, in order: four columns of won."""
        return self._grown(CASE_MONEY, CASE_MONEY_SCHEMA, case_id)

    def last_day(self) -> dt.date:
        """Return the latest day that a step may bear: today, or the newest night if that is later."""
        with self._reading() as connection:
            return _last_day(connection)

    def open_case(
        self,
        finding_id: str,
        *,
        actor: str,
        reason: str,
        origin: pl.DataFrame | None = None,
        on: dt.date | None = None,
    ) -> str:
        """Open a case by hand, for an open finding that has none at hand; return its ID.

        Args:
            finding_id: a finding of a rule that only counts, or other facts of a decided month.
            actor: who enters it, and so does not decide it.
            reason: why.
            origin: its row of `case_nights.ORIGIN_SCHEMA`, where a release tells it.
            on: the day; the last possible one by default.

        Raises:
            LedgerError: no such open finding, a case is at hand, or actor or reason are missing.
        """
        with self._writing() as connection:
            day = on or _last_day(connection)
            _check_day(connection, day)
            _check_person(Move(step=Step.OPEN, actor=actor, on=day, reason=reason))
            founder = _founder(connection, finding_id)
            case_id = _free_case_id(connection, finding_id)
            told = pl.DataFrame(schema=ORIGIN_SCHEMA) if origin is None else origin
            told = told.select(pl.col(name).cast(kind) for name, kind in ORIGIN_SCHEMA.items())
            founders = founder.with_columns(case_id=pl.lit(case_id))
            # Only the night holds by itself.
            rows = founding_rows(founders, told, day).with_columns(is_held=pl.lit(value=False))
            insert_frame(connection, FINDING_CASE, rows)
            connection.execute(delete(CASE_FINDING).where(CASE_FINDING.c.finding_id == finding_id))
            link = told.row(0, named=True) if told.height else {}
            connection.execute(
                insert(CASE_FINDING).values(
                    finding_id=finding_id,
                    case_id=case_id,
                    attached_in=day,
                    rule_version=link.get("rule_version") or "",
                    institutions=link.get("institutions") or "",
                    evidence_rows=link.get("evidence_rows") or 0,
                    is_averaged=bool(link.get("is_averaged")),
                )
            )
            _write_event(
                connection,
                case_id,
                Move(step=Step.OPEN, actor=actor, on=day, reason=reason),
                None,
                CaseState.OPEN,
            )
            seal(connection, CASE_EVENT.name)
        return case_id

    def move_case(self, case_id: str, move: Move) -> CaseState:
        """Take one step and return the state after it; all that follows is written with it.

        Raises:
            LedgerError: no such case, or the step is not legal; the message says what is.
        """
        with self._writing() as connection:
            row = _row(connection, case_id)
            case = case_file(connection, row)
            if actor_key(move.actor) == MACHINE:
                message = "a person takes a step under a name of their own"
                raise LedgerError(message)
            _check_day(connection, move.on)
            try:
                state = check_move(case, move)
            except RefusedStepError as refused:
                message = f"case {case_id}: {refused}"
                raise LedgerError(message) from None
            decision_id = _link_decision(connection, case_id, move)
            _write_event(connection, case_id, move, case.state, state, decision_id)
            for money in move.money:
                connection.execute(
                    insert(CASE_MONEY).values(
                        case_id=case_id,
                        actor=move.actor,
                        happened_on=move.on,
                        recorded_at=now(),
                        reason=move.reason,
                        month=money.month,
                        method_id=money.method_id,
                        multiplier_months=money.multiplier_months,
                        monthly_amount=money.monthly_amount,
                        **{money.column.value: money.amount},
                    )
                )
            values = _values_after(case, move, state)
            connection.execute(
                update(FINDING_CASE).where(FINDING_CASE.c.case_id == case_id).values(**values)
            )
            _settle(connection, case, move)
            seal(connection, CASE_EVENT.name)
            seal(connection, CASE_MONEY.name)
        return state

    def released_holds(self) -> pl.DataFrame:
        """Return findings whose payment a person let go on again: finding_id.

        The night leaves them out of `payment_hold`.
        """
        table = CASE_EVENT.c
        released = select(table.case_id).where(table.step == Step.RELEASE.value)
        of_released = (
            select(CASE_FINDING.c.finding_id)
            .join(FINDING_CASE, FINDING_CASE.c.case_id == CASE_FINDING.c.case_id)
            .where(FINDING_CASE.c.case_id.in_(released), FINDING_CASE.c.is_held.is_(False))
        )
        overturned = select(FINDING_STATE.c.finding_id).where(
            FINDING_STATE.c.state == FindingState.OVERTURNED.value
        )
        schema = {"finding_id": pl.String}
        with self._reading() as connection:
            found = [frame_of(connection, query, schema) for query in (of_released, overturned)]
        return pl.concat(found).unique().sort("finding_id")

    def _grown(self, table: Any, schema: dict[str, Any], case_id: str | None) -> pl.DataFrame:
        query = select(*(table.c[name] for name in schema)).order_by(table.c.row_number)
        if case_id is not None:
            query = query.where(table.c.case_id == case_id)
        with self._reading() as connection:
            return frame_of(connection, query, schema)


def _row(connection: Connection, case_id: str) -> Row[Any]:
    row = connection.execute(select(FINDING_CASE).where(FINDING_CASE.c.case_id == case_id)).first()
    if row is None:
        message = f"no case {case_id}; `hub cases list` lists them"
        raise LedgerError(message)
    return row


def _last_day(connection: Connection) -> dt.date:
    newest = connection.execute(select(func.max(NIGHT_RUN.c.night))).scalar()
    return max(now().date(), newest or dt.date.min)


def _check_day(connection: Connection, day: dt.date) -> None:
    latest = _last_day(connection)
    if day > latest:
        message = f"a step cannot be on {day}, a day to come; the latest day is {latest}"
        raise LedgerError(message)


def _check_person(move: Move) -> None:
    try:
        check_words(move)
    except RefusedStepError as refused:
        raise LedgerError(str(refused)) from None
    if actor_key(move.actor) == MACHINE:
        message = "a person takes a step under a name of their own"
        raise LedgerError(message)


def _founder(connection: Connection, finding_id: str) -> pl.DataFrame:
    table = FINDING_STATE.c
    schema = {
        "finding_id": pl.String,
        **dict.fromkeys(_KEY, pl.String),
        "person_id": pl.String,
        "period": pl.Date,
        "action": pl.String,
        "state": pl.String,
    }
    founder = frame_of(
        connection,
        select(*(table[name] for name in schema)).where(table.finding_id == finding_id),
        schema,
    )
    if founder.is_empty() or founder["state"][0] != FindingState.OPEN.value:
        message = f"no open finding {finding_id}; a case is opened for a finding that stands"
        raise LedgerError(message)
    values = founder.row(0, named=True)
    same = [FINDING_CASE.c[name].is_not_distinct_from(values[name]) for name in _KEY]
    at_hand = connection.execute(
        select(FINDING_CASE.c.case_id).where(FINDING_CASE.c.state != CaseState.CLOSED.value, *same)
    ).scalar()
    if at_hand is not None:
        message = (
            f"case {at_hand} is at hand for the same rule, subject and programme; work on that"
        )
        raise LedgerError(message)
    return founder


def _free_case_id(connection: Connection, finding_id: str) -> str:
    case_id = f"c{finding_id}"
    taken = select(func.count()).where(FINDING_CASE.c.case_id.startswith(case_id))
    number = connection.execute(taken).scalar() or 0
    return case_id if number == 0 else f"{case_id}-{number + 1}"


def _link_decision(connection: Connection, case_id: str, move: Move) -> str | None:
    """Hand a linkage error to the person index, as a decision of the same person."""
    if move.signatures is None or move.step is not Step.DECIDE:
        return None
    if load_workflow().causes[move.cause or ""].needs != "signatures":
        message = f"only a linkage error names two signatures; {move.cause} does not"
        raise LedgerError(message)
    left, right = move.signatures
    known = standing_decision(connection, move.linkage, left, right)
    return known or write_decision(
        connection,
        move.linkage,
        left,
        right,
        actor=move.actor,
        reason=move.reason,
        evidence=f"case {case_id}",
    )


def _write_event(
    connection: Connection,
    case_id: str,
    move: Move,
    before: CaseState | None,
    after: CaseState,
    decision_id: str | None = None,
) -> None:
    connection.execute(
        insert(CASE_EVENT).values(
            case_id=case_id,
            step=move.step.value,
            actor=move.actor,
            happened_on=move.on,
            recorded_at=now(),
            from_state=before.value if before else None,
            to_state=after.value,
            reason=move.reason,
            evidence=move.evidence,
            assignee=move.assignee,
            explain_until=move.explain_until,
            cause=move.cause,
            actions=",".join(move.actions) or None,
            institution=move.institution,
            decision_id=decision_id,
        )
    )


def _values_after(case: CaseFile, move: Move, state: CaseState) -> dict[str, Any]:
    """Return the columns of `finding_case` that the step changes."""
    workflow = load_workflow()
    values: dict[str, Any] = {"state": state.value, "last_on": move.on}
    match move.step:
        case Step.ASSIGN:
            values["assignee"] = move.assignee
        case Step.NOTICE:
            values["explain_until"] = move.explain_until
        case Step.HOLD:
            values["is_held"] = True
        case Step.RELEASE | Step.REVERSE:
            values["is_held"] = False
        case Step.DECIDE:
            values |= {
                "cause": move.cause,
                "actions": ",".join(move.actions),
                "institution": move.institution,
                "decided_on": move.on,
                "is_held": case.is_held and workflow.burdens(move.cause, move.actions),
            }
        case Step.ACT:
            if case.state is CaseState.DECIDED and workflow.burdens(case.cause, case.actions):
                values["appeal_until"] = appeal_until(move.on, workflow)
        case Step.CLOSE:
            values |= {"closed_on": move.on, "is_held": False}
    return values


def _settle(connection: Connection, case: CaseFile, move: Move) -> None:
    """Let the findings stand as the case was decided, also those that joined it later."""
    cause = load_workflow().causes.get((move.cause or case.cause) or "")
    if cause is None or move.step not in (Step.DECIDE, Step.REVERSE, Step.CLOSE):
        return
    state = _SETTLES[cause.finding]
    settled = [FindingState.OPEN.value]
    is_reversed = move.step is Step.REVERSE or case.state is CaseState.REVERSED
    if is_reversed:
        state = FindingState.OVERTURNED
        settled.append(FindingState.CONFIRMED.value)
    for finding_id, standing in (
        findings_of(connection, case.case_id).select("finding_id", "state").iter_rows()
    ):
        if standing in settled:
            settle_finding(connection, finding_id, state, actor=move.actor, reason=move.reason)
