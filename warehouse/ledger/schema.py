"""The ledger's tables, as SQLAlchemy Core.

Here: tables and their keys, as they are after the newest migration (a test holds the two
together). Never here: how a ledger of an older shape gets there (`migrations/versions`).
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
)


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment in time: aware going in and coming out, UTC without zone in the database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Turn an aware moment into UTC."""
        del dialect
        return None if value is None else value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        """Give the moment its zone back."""
        del dialect
        return None if value is None else value.replace(tzinfo=dt.UTC)


METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    }
)

# SQLite numbers rows by itself only for a column of type INTEGER.
ROW_NUMBER = BigInteger().with_variant(Integer, "sqlite")

DELIVERY = Table(
    "delivery",
    METADATA,
    Column("delivery_id", String(80), primary_key=True),
    Column("document_type", String(10), nullable=False),
    Column("institution", String(10), nullable=False),
    Column("period", String(8), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("last_made_at", DateTime, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("file_name", String(255), nullable=False),
    Column("received_on", Date, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("schema_version", Integer),
    Column("part_count", Integer),
    Column("landed_at", UtcDateTime),
    Column("rows_received", BigInteger),
    Column("rows_accepted", BigInteger),
    Column("rows_quarantined", BigInteger),
    Column("rows_superseded", BigInteger),
    Column("won_received", BigInteger),
    Column("won_accepted", BigInteger),
    Column("won_quarantined", BigInteger),
    Column("won_superseded", BigInteger),
    Column("stop_rule", String(60)),
    Column("stop_line", BigInteger),
    Column("stop_column", String(120)),
    Column("stop_detail", String(2000)),
    UniqueConstraint("document_type", "period", "sequence", "sha256"),
    Index("ix_delivery_state", "state", "document_type"),
)

DELIVERY_DROP = Table(
    "delivery_drop",
    METADATA,
    Column("drop_id", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("file_name", String(255), nullable=False),
    Column("institution", String(60), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("night", Date, nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("delivery_id", String(80), ForeignKey("delivery.delivery_id")),
    Column("rule", String(60)),
    Column("dropped_at", UtcDateTime, nullable=False),
    Index("ix_delivery_drop_night", "night"),
)

EXPECTATION_RESULT = Table(
    "expectation_result",
    METADATA,
    Column("delivery_id", String(80), ForeignKey("delivery.delivery_id"), primary_key=True),
    Column("rule", String(120), primary_key=True),
    Column("column_name", String(120), primary_key=True),
    Column("evaluated", BigInteger, nullable=False),
    Column("unexpected", BigInteger, nullable=False),
    Column("allowed_ppm", Integer, nullable=False),
    Column("success", Boolean, nullable=False),
    Column("severity", String(20), nullable=False),
)

PERSON = Table(
    "person",
    METADATA,
    Column("person_id", String(40), primary_key=True),
    Column("anchor", String(200)),
    Column("minted_in", Date, nullable=False),
)

PERSON_EVENT = Table(
    "person_event",
    METADATA,
    Column("event_id", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("person_id", String(40), ForeignKey("person.person_id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("night", Date, nullable=False),
    Column("other_person_id", String(40), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("run", String(40), nullable=False, server_default=""),
    Column("model_version", String(64)),
    Column("actor", String(120)),
    Column("evidence", String(2000)),
    UniqueConstraint("person_id", "kind", "night", "other_person_id", "run"),
)

PERSON_DECISION = Table(
    "person_decision",
    METADATA,
    Column("row_number", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("decision_id", String(20), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("left", String(80)),
    Column("right", String(80)),
    Column("actor", String(120), nullable=False),
    Column("reason", String(2000), nullable=False),
    Column("evidence", String(8000)),
    Column("review_id", String(80)),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("revokes", String(20)),
    UniqueConstraint("decision_id"),
)

PERSON_REVIEW = Table(
    "person_review",
    METADATA,
    Column("review_id", String(80), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("night_opened", Date, nullable=False),
    Column("night_last_seen", Date, nullable=False),
    Column("state", String(20), nullable=False),
    Column("left", String(80)),
    Column("right", String(80)),
    Column("weight", Double),
    Column("detail", String(8000)),
    Column("decided_by_decision", String(20)),
    Index("ix_person_review_state", "state"),
)

HOUSEHOLD = Table(
    "household",
    METADATA,
    Column("household_id", String(40), primary_key=True),
    Column("anchor", String(200)),
    Column("minted_in", Date, nullable=False),
)

HOUSEHOLD_EVENT = Table(
    "household_event",
    METADATA,
    Column("event_id", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("household_id", String(40), ForeignKey("household.household_id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("night", Date, nullable=False),
    Column("other_household_id", String(40), nullable=False),
    Column("reason", String(500), nullable=False),
    UniqueConstraint("household_id", "kind", "night", "other_household_id"),
)

RELEASE = Table(
    "release",
    METADATA,
    Column("release_id", String(20), primary_key=True),
    Column("night", Date, nullable=False),
    Column("state", String(20), nullable=False),
    Column("manifest_sha256", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
)

RELEASE_EVENT = Table(
    "release_event",
    METADATA,
    Column("event_id", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("release_id", String(20), ForeignKey("release.release_id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("reason", String(2000), nullable=False),
    Column("happened_at", UtcDateTime, nullable=False),
)

FINDING_STATE = Table(
    "finding_state",
    METADATA,
    Column("finding_id", String(80), primary_key=True),
    Column("rule_id", String(10), nullable=False, server_default=""),
    Column("subject_id", String(200), nullable=False, server_default=""),
    Column("person_id", String(40)),
    Column("programme_code", String(20)),
    Column("other_programme_code", String(20)),
    Column("period", Date),
    Column("statement", String(2000), nullable=False, server_default=""),
    Column("amount_at_stake", BigInteger),
    Column("action", String(10), nullable=False, server_default=""),
    Column("first_seen", Date, nullable=False),
    Column("last_seen", Date, nullable=False),
    Column("state", String(20), nullable=False),
    Column("successor_id", String(80)),
    Index("ix_finding_state_subject", "subject_id", "rule_id"),
)

FINDING_EVENT = Table(
    "finding_event",
    METADATA,
    Column("event_id", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("finding_id", String(80), ForeignKey("finding_state.finding_id"), nullable=False),
    Column("night", Date, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("other_finding_id", String(80), nullable=False),
    UniqueConstraint("finding_id", "kind", "night", "other_finding_id"),
)

FINDING_DECISION = Table(
    "finding_decision",
    METADATA,
    Column("event_id", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("finding_id", String(80), ForeignKey("finding_state.finding_id"), nullable=False),
    Column("state", String(20), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("reason", String(2000), nullable=False),
    Column("happened_at", UtcDateTime, nullable=False),
)

NIGHT_RUN = Table(
    "night_run",
    METADATA,
    Column("run_id", String(40), primary_key=True),
    Column("night", Date, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("outcome", String(20), nullable=False),
    Column("heartbeat", UtcDateTime, nullable=False),
    Index("ix_night_run_night", "night"),
)

LEDGER_SEAL = Table(
    "ledger_seal",
    METADATA,
    Column("seal_id", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("sealed_table", String(40), nullable=False),
    Column("first_row", BigInteger, nullable=False),
    Column("last_row", BigInteger, nullable=False),
    Column("rows_sealed", BigInteger, nullable=False),
    Column("previous_sha256", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("sealed_at", UtcDateTime, nullable=False),
)
