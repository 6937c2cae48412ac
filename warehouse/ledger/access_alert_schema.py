"""Tables of the ledger about accesses that somebody has to explain, and their frames.

Never here: steps between states (`access_alerts`). Next: `access_alerts` reads and writes them.
"""

from __future__ import annotations

import polars as pl
from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, String, Table

from warehouse.ledger.schema import METADATA, ROW_NUMBER, UtcDateTime

ACCESS_ALERT = Table(
    "access_alert",
    METADATA,
    Column("alert_id", String(40), primary_key=True),
    Column("rule_id", String(10), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("statement", String(500), nullable=False),
    Column("accesses", BigInteger, nullable=False),
    Column("people", BigInteger, nullable=False),
    Column("raised_on", Date, nullable=False),
    Column("explain_until", Date, nullable=False),
    Column("state", String(20), nullable=False),
    Column("outcome", String(20)),
    Column("closed_on", Date),
    Index("ix_access_alert_state", "state", "actor"),
)
ACCESS_ALERT_ENTRY = Table(
    "access_alert_entry",
    METADATA,
    Column("alert_id", String(40), ForeignKey("access_alert.alert_id"), primary_key=True),
    Column("entry_id", String(60), primary_key=True),
    Column("person_id", String(40)),
)
ACCESS_ALERT_EVENT = Table(
    "access_alert_event",
    METADATA,
    Column("row_number", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("alert_id", String(40), ForeignKey("access_alert.alert_id"), nullable=False),
    Column("step", String(20), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("text", String(2000), nullable=False),
    Column("outcome", String(20)),
    Index("ix_access_alert_event_alert_id", "alert_id"),
)
RAISED_SCHEMA = pl.Schema(
    {
        "alert_id": pl.String(),
        "rule_id": pl.String(),
        "actor": pl.String(),
        "happened_on": pl.Date(),
        "statement": pl.String(),
        "accesses": pl.Int64(),
        "people": pl.Int64(),
    }
)
"""Alerts as rules raise them; an alert of an ID that is known is the same alert."""
ALERT_SCHEMA = pl.Schema(
    {
        **RAISED_SCHEMA,
        "raised_on": pl.Date(),
        "explain_until": pl.Date(),
        "state": pl.String(),
        "outcome": pl.String(),
        "closed_on": pl.Date(),
    }
)
ALERT_ENTRY_SCHEMA = pl.Schema(
    {"alert_id": pl.String(), "entry_id": pl.String(), "person_id": pl.String()}
)
ALERT_EVENT_SCHEMA = pl.Schema(
    {
        "row_number": pl.Int64(),
        "alert_id": pl.String(),
        "step": pl.String(),
        "actor": pl.String(),
        "happened_on": pl.Date(),
        "recorded_at": pl.Datetime("us", "UTC"),
        "text": pl.String(),
        "outcome": pl.String(),
    }
)
TO_BE_TOLD_SCHEMA = pl.Schema(
    {
        "person_id": pl.String(),
        "alert_id": pl.String(),
        "outcome": pl.String(),
        "accesses": pl.Int64(),
    }
)
