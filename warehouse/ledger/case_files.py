"""One case read together from its tables: what the guards must know of it, and its findings.

Here: reading. Never here: judging (`hub.findings.workflow`) or writing (`cases`, `case_nights`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from sqlalchemy import Connection, Row, select

from hub.findings.rules import Action
from hub.findings.workflow import MACHINE, CaseFile, CaseState, MoneyColumn, Remedy, Step
from hub.findings.workflow.case import actor_key
from warehouse.ledger.book import frame_of
from warehouse.ledger.case_schema import CASE_EVENT, CASE_FINDING, CASE_FINDING_SCHEMA, CASE_MONEY
from warehouse.ledger.records import FindingState
from warehouse.ledger.schema import FINDING_STATE

_OF_FINDING = {
    "period": pl.Date,
    "programme_code": pl.String,
    "statement": pl.String,
    "amount_at_stake": pl.Int64,
    "action": pl.String,
    "first_seen": pl.Date,
    "last_seen": pl.Date,
    "state": pl.String,
    "successor_id": pl.String,
}
_PREPARES = (Step.OPEN.value, Step.ASSIGN.value, Step.NOTICE.value)
_STANDS = [FindingState.OPEN.value, FindingState.CONFIRMED.value]


def findings_of(connection: Connection, case_id: str) -> pl.DataFrame:
    """Return the findings of a case with what the ledger knows of them, by month."""
    schema = {**CASE_FINDING_SCHEMA, **_OF_FINDING}
    query = (
        select(
            *(CASE_FINDING.c[name] for name in CASE_FINDING_SCHEMA),
            *(FINDING_STATE.c[name] for name in _OF_FINDING),
        )
        .join(FINDING_STATE, FINDING_STATE.c.finding_id == CASE_FINDING.c.finding_id)
        .where(CASE_FINDING.c.case_id == case_id)
        .order_by(FINDING_STATE.c.period, CASE_FINDING.c.finding_id)
    )
    return frame_of(connection, query, schema)


def case_file(connection: Connection, row: Row[Any]) -> CaseFile:
    """Return the case of `row` (of `finding_case`) as the guards see it."""
    findings = findings_of(connection, row.case_id)
    standing = findings.filter(pl.col("state").is_in(_STANDS))
    table = CASE_EVENT.c
    events = connection.execute(
        select(table.step, table.actor).where(table.case_id == row.case_id)
    ).all()
    people = [(step, actor_key(actor)) for step, actor in events if actor != MACHINE]
    money, months = _money(connection, row.case_id)
    return CaseFile(
        case_id=row.case_id,
        rule_id=row.rule_id,
        state=CaseState(row.state),
        cap=Action(row.action_cap),
        last_on=row.last_on,
        handled_by=frozenset(actor for step, actor in people if step in _PREPARES),
        decided_by=frozenset(actor for step, actor in people if step == Step.DECIDE),
        explain_until=row.explain_until,
        appeal_until=row.appeal_until,
        cause=row.cause,
        actions=tuple(Remedy(name) for name in (row.actions or "").split(",") if name),
        is_held=row.is_held,
        months=frozenset(standing["period"].drop_nulls()),
        averaged_months=frozenset(standing.filter("is_averaged")["period"].drop_nulls()),
        institutions=frozenset(
            code for codes in findings["institutions"] for code in codes.split(",") if code
        ),
        money=money,
        overpaid_months=months,
    )


def _money(
    connection: Connection, case_id: str
) -> tuple[dict[MoneyColumn, int], frozenset[dt.date]]:
    sums: dict[MoneyColumn, int] = {}
    months: set[dt.date] = set()
    query = select(CASE_MONEY).where(CASE_MONEY.c.case_id == case_id)
    for row in connection.execute(query).mappings():
        for column in MoneyColumn:
            if row[column.value] is not None:
                sums[column] = sums.get(column, 0) + row[column.value]
        if row[MoneyColumn.OVERPAID_DETECTED.value] is not None:
            months.add(row["month"])
    return sums, frozenset(months)
