"""Cases in the ledger: what people do about findings, step by step, and the money that follows.

Here: taking one step in one transaction, after `hub.findings.workflow` has let it through. Never
here: which steps are legal, names, ID numbers, or what a night does (`case_nights`). Next: a decision
settles the findings, a linkage error goes to the person index, precision to the rules' standing.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from sqlalchemy import delete, insert, select, update

from hub.findings.workflow import CaseFile, CaseState, Move, RefusedStepError, Step, check_move
from warehouse.ledger.book import Book, frame_of, insert_frame, now
from warehouse.ledger.case_files import case_file, findings_of
from warehouse.ledger.case_rows import ORIGIN_SCHEMA, founding_rows
from warehouse.ledger.case_schema import (
    CASE_EVENT,
    CASE_EVENT_SCHEMA,
    CASE_FINDING,
    CASE_MONEY,
    CASE_MONEY_SCHEMA,
    CASE_STATE_SCHEMA,
    FINDING_CASE,
)
from warehouse.ledger.case_steps import (
    case_row,
    check_day,
    check_person,
    founder_of,
    free_case_id,
    last_day,
    link_decision,
    settle_case,
    values_after,
    write_event,
)
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.records import FindingState
from warehouse.ledger.schema import FINDING_STATE
from warehouse.ledger.seals import seal


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
            return case_file(connection, case_row(connection, case_id))

    def case_of_finding(self, finding_id: str) -> str | None:
        """Return the case to which a finding belongs; None where it has none."""
        query = select(CASE_FINDING.c.case_id).where(CASE_FINDING.c.finding_id == finding_id)
        with self._reading() as connection:
            return connection.execute(query).scalar()

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
            return last_day(connection)

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
            day = on or last_day(connection)
            check_day(connection, day)
            check_person(Move(step=Step.OPEN, actor=actor, on=day, reason=reason))
            founder = founder_of(connection, finding_id)
            case_id = free_case_id(connection, finding_id)
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
            write_event(
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
            row = case_row(connection, case_id)
            case = case_file(connection, row)
            check_person(move)
            check_day(connection, move.on)
            try:
                state = check_move(case, move)
            except RefusedStepError as refused:
                message = f"case {case_id}: {refused}"
                raise LedgerError(message) from None
            decision_id = link_decision(connection, case_id, move)
            write_event(connection, case_id, move, case.state, state, decision_id)
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
            values = values_after(case, move, state)
            connection.execute(
                update(FINDING_CASE).where(FINDING_CASE.c.case_id == case_id).values(**values)
            )
            settle_case(connection, case, move)
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
