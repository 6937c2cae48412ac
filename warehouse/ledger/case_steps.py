"""The parts of one step on a case: may it be written, what changes, and what follows elsewhere.

Here: pieces of `cases.move_case` and `cases.open_case`, each in the transaction that is open. Never
here: which steps are legal (`hub.findings.workflow`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from sqlalchemy import Connection, Row, func, insert, select

from hub.findings.workflow import (
    MACHINE,
    CaseFile,
    CaseState,
    Move,
    RefusedStepError,
    Step,
    load_workflow,
)
from hub.findings.workflow.case import actor_key
from hub.findings.workflow.moving import appeal_until, check_words
from warehouse.ledger.book import frame_of, now
from warehouse.ledger.case_files import findings_of
from warehouse.ledger.case_rows import CASE_KEY
from warehouse.ledger.case_schema import CASE_EVENT, FINDING_CASE
from warehouse.ledger.decisions import standing_decision, write_decision
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.findings import settle_finding
from warehouse.ledger.records import FindingState
from warehouse.ledger.schema import FINDING_STATE, NIGHT_RUN

_SETTLES = {"confirmed": FindingState.CONFIRMED, "overturned": FindingState.OVERTURNED}


def case_row(connection: Connection, case_id: str) -> Row[Any]:
    """Return the row of a case.

    Raises:
        LedgerError: no such case.
    """
    row = connection.execute(select(FINDING_CASE).where(FINDING_CASE.c.case_id == case_id)).first()
    if row is None:
        message = f"no case {case_id}; `hub cases list` lists them"
        raise LedgerError(message)
    return row


def last_day(connection: Connection) -> dt.date:
    """Return the latest day that a step may bear: today, or the newest night if that is later."""
    # A simulated night may lie after today.
    days: list[dt.date] = [now().date()]
    for night in (NIGHT_RUN.c.night, FINDING_CASE.c.opened_on):
        newest = connection.execute(select(func.max(night))).scalar()
        if newest is not None:
            days.append(newest)
    return max(days)


def check_day(connection: Connection, day: dt.date) -> None:
    """Refuse a day to come.

    Raises:
        LedgerError: it names the latest day.
    """
    latest = last_day(connection)
    if day > latest:
        message = f"a step cannot be on {day}, a day to come; the latest day is {latest}"
        raise LedgerError(message)


def check_person(move: Move) -> None:
    """Refuse a step without words, and one under the name of the machine.

    Raises:
        LedgerError: which of them it is.
    """
    try:
        check_words(move)
    except RefusedStepError as refused:
        raise LedgerError(str(refused)) from None
    if actor_key(move.actor) == MACHINE:
        message = "a person takes a step under a name of their own"
        raise LedgerError(message)


def founder_of(connection: Connection, finding_id: str) -> pl.DataFrame:
    """Return the open finding that is to found a case: its key, person, month and action.

    Raises:
        LedgerError: it is not open, or a case is at hand for its key.
    """
    table = FINDING_STATE.c
    schema = {
        "finding_id": pl.String,
        **dict.fromkeys(CASE_KEY, pl.String),
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
    same = [FINDING_CASE.c[name].is_not_distinct_from(values[name]) for name in CASE_KEY]
    at_hand = connection.execute(
        select(FINDING_CASE.c.case_id).where(FINDING_CASE.c.state != CaseState.CLOSED.value, *same)
    ).scalar()
    if at_hand is not None:
        message = (
            f"case {at_hand} is at hand for the same rule, subject and programme; work on that"
        )
        raise LedgerError(message)
    return founder


def free_case_id(connection: Connection, finding_id: str) -> str:
    """Return the ID of a case that the finding founds; numbered where it founded one before."""
    case_id = f"c{finding_id}"
    taken = select(func.count()).where(FINDING_CASE.c.case_id.startswith(case_id))
    number = connection.execute(taken).scalar() or 0
    return case_id if number == 0 else f"{case_id}-{number + 1}"


def link_decision(connection: Connection, case_id: str, move: Move) -> str | None:
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


def write_event(
    connection: Connection,
    case_id: str,
    move: Move,
    before: CaseState | None,
    after: CaseState,
    decision_id: str | None = None,
) -> None:
    """Append what was done to the events of a case."""
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


def values_after(case: CaseFile, move: Move, state: CaseState) -> dict[str, Any]:
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


def settle_case(connection: Connection, case: CaseFile, move: Move) -> None:
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
