"""The ledger's tables of cases, as SQLAlchemy Core, and the columns of those that only grow.

Here: tables and keys, as they are after the newest migration. Never here: what a case may do
(`hub.findings.workflow`). Next: `cases`, `case_nights` and `standings` read and write them.

Events, money and what happened to rules are never changed; the seals cover them. `finding_case` is
where a case stands after its newest event.
"""

from __future__ import annotations

import polars as pl
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
)

from warehouse.ledger.schema import METADATA, ROW_NUMBER, UtcDateTime

FINDING_CASE = Table(
    "finding_case",
    METADATA,
    Column("case_id", String(80), primary_key=True),
    Column("rule_id", String(10), nullable=False),
    Column("subject_kind", String(20), nullable=False),
    Column("subject_id", String(200), nullable=False),
    Column("person_id", String(40)),
    Column("programme_code", String(20)),
    Column("other_programme_code", String(20)),
    Column("action_cap", String(10), nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("state", String(20), nullable=False),
    Column("last_on", Date, nullable=False),
    Column("assignee", String(120)),
    Column("explain_until", Date),
    Column("appeal_until", Date),
    Column("cause", String(40)),
    Column("actions", String(200)),
    Column("institution", String(10)),
    Column("decided_on", Date),
    Column("closed_on", Date),
    Column("is_held", Boolean, nullable=False),
    Column("is_vanished", Boolean, nullable=False),
    Index("ix_finding_case_state", "state", "rule_id"),
    Index("ix_finding_case_subject", "subject_id", "rule_id"),
)

CASE_FINDING = Table(
    "case_finding",
    METADATA,
    Column("finding_id", String(80), ForeignKey("finding_state.finding_id"), primary_key=True),
    Column("case_id", String(80), ForeignKey("finding_case.case_id"), nullable=False),
    Column("attached_in", Date, nullable=False),
    Column("rule_version", String(64), nullable=False),
    Column("institutions", String(200), nullable=False),
    Column("evidence_rows", BigInteger, nullable=False),
    Column("is_averaged", Boolean, nullable=False),
    Index("ix_case_finding_case_id", "case_id"),
)

CASE_EVENT = Table(
    "case_event",
    METADATA,
    Column("row_number", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("case_id", String(80), ForeignKey("finding_case.case_id"), nullable=False),
    Column("step", String(20), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("from_state", String(20)),
    Column("to_state", String(20), nullable=False),
    Column("reason", String(2000), nullable=False),
    Column("evidence", String(8000)),
    Column("assignee", String(120)),
    Column("explain_until", Date),
    Column("cause", String(40)),
    Column("actions", String(200)),
    Column("institution", String(10)),
    Column("decision_id", String(20)),
    Index("ix_case_event_case_id", "case_id"),
)

CASE_MONEY = Table(
    "case_money",
    METADATA,
    Column("row_number", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("case_id", String(80), ForeignKey("finding_case.case_id"), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("reason", String(2000), nullable=False),
    Column("month", Date),
    Column("overpaid_detected", BigInteger),
    Column("recovered", BigInteger),
    Column("prevented_forward", BigInteger),
    Column("underpaid_restored", BigInteger),
    Column("method_id", String(60)),
    Column("multiplier_months", Integer),
    Column("monthly_amount", BigInteger),
    Index("ix_case_money_case_id", "case_id"),
)

RULE_STANDING_EVENT = Table(
    "rule_standing_event",
    METADATA,
    Column("row_number", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("rule_id", String(10), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("reason", String(2000), nullable=False),
)

_MOMENT = pl.Datetime("us", "UTC")
CASE_STATE_SCHEMA = {
    "case_id": pl.String,
    "rule_id": pl.String,
    "subject_kind": pl.String,
    "subject_id": pl.String,
    "person_id": pl.String,
    "programme_code": pl.String,
    "other_programme_code": pl.String,
    "action_cap": pl.String,
    "opened_on": pl.Date,
    "state": pl.String,
    "last_on": pl.Date,
    "assignee": pl.String,
    "explain_until": pl.Date,
    "appeal_until": pl.Date,
    "cause": pl.String,
    "actions": pl.String,
    "institution": pl.String,
    "decided_on": pl.Date,
    "closed_on": pl.Date,
    "is_held": pl.Boolean,
    "is_vanished": pl.Boolean,
}
CASE_FINDING_SCHEMA = {
    "finding_id": pl.String,
    "case_id": pl.String,
    "attached_in": pl.Date,
    "rule_version": pl.String,
    "institutions": pl.String,
    "evidence_rows": pl.Int64,
    "is_averaged": pl.Boolean,
}
CASE_EVENT_SCHEMA = {
    "row_number": pl.Int64,
    "case_id": pl.String,
    "step": pl.String,
    "actor": pl.String,
    "happened_on": pl.Date,
    "recorded_at": _MOMENT,
    "from_state": pl.String,
    "to_state": pl.String,
    "reason": pl.String,
    "evidence": pl.String,
    "assignee": pl.String,
    "explain_until": pl.Date,
    "cause": pl.String,
    "actions": pl.String,
    "institution": pl.String,
    "decision_id": pl.String,
}
CASE_MONEY_SCHEMA = {
    "row_number": pl.Int64,
    "case_id": pl.String,
    "actor": pl.String,
    "happened_on": pl.Date,
    "recorded_at": _MOMENT,
    "reason": pl.String,
    "month": pl.Date,
    "overpaid_detected": pl.Int64,
    "recovered": pl.Int64,
    "prevented_forward": pl.Int64,
    "underpaid_restored": pl.Int64,
    "method_id": pl.String,
    "multiplier_months": pl.Int64,
    "monthly_amount": pl.Int64,
}
RULE_STANDING_EVENT_SCHEMA = {
    "row_number": pl.Int64,
    "rule_id": pl.String,
    "kind": pl.String,
    "actor": pl.String,
    "happened_on": pl.Date,
    "recorded_at": _MOMENT,
    "reason": pl.String,
}
