"""Access alerts: what a rule saw in the access log, what was asked, explained and decided."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# SQLite numbers rows by itself only for a column of type INTEGER.
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "access_alert",
        sa.Column("alert_id", sa.String(length=40), nullable=False),
        sa.Column("rule_id", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("statement", sa.String(length=500), nullable=False),
        sa.Column("accesses", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("explain_until", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_access_alert")),
        sa.Index("ix_access_alert_state", "state", "actor"),
    )
    op.create_table(
        "access_alert_entry",
        sa.Column("alert_id", sa.String(length=40), nullable=False),
        sa.Column("entry_id", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("alert_id", "entry_id", name=op.f("pk_access_alert_entry")),
        sa.ForeignKeyConstraint(
            ["alert_id"],
            ["access_alert.alert_id"],
            name=op.f("fk_access_alert_entry_alert_id_access_alert"),
        ),
    )
    op.create_table(
        "access_alert_event",
        sa.Column("row_number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("alert_id", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("row_number", name=op.f("pk_access_alert_event")),
        sa.ForeignKeyConstraint(
            ["alert_id"],
            ["access_alert.alert_id"],
            name=op.f("fk_access_alert_event_alert_id_access_alert"),
        ),
        sa.Index("ix_access_alert_event_alert_id", "alert_id"),
    )
