"""Cases: where each stands, its findings, what people did, money, and how rules stand."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# SQLite numbers rows by itself only for a column of type INTEGER.
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "finding_case",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("rule_id", sa.String(length=10), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("programme_code", sa.String(length=20), nullable=True),
        sa.Column("other_programme_code", sa.String(length=20), nullable=True),
        sa.Column("action_cap", sa.String(length=10), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("assignee", sa.String(length=120), nullable=True),
        sa.Column("explain_until", sa.Date(), nullable=True),
        sa.Column("appeal_until", sa.Date(), nullable=True),
        sa.Column("cause", sa.String(length=40), nullable=True),
        sa.Column("actions", sa.String(length=200), nullable=True),
        sa.Column("institution", sa.String(length=10), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("is_vanished", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_finding_case")),
        sa.Index("ix_finding_case_state", "state", "rule_id"),
        sa.Index("ix_finding_case_subject", "subject_id", "rule_id"),
    )
    op.create_table(
        "case_finding",
        sa.Column("finding_id", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("attached_in", sa.Date(), nullable=False),
        sa.Column("rule_version", sa.String(length=64), nullable=False),
        sa.Column("institutions", sa.String(length=200), nullable=False),
        sa.Column("evidence_rows", sa.BigInteger(), nullable=False),
        sa.Column("is_averaged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_case_finding")),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["finding_state.finding_id"],
            name=op.f("fk_case_finding_finding_id_finding_state"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["finding_case.case_id"],
            name=op.f("fk_case_finding_case_id_finding_case"),
        ),
        sa.Index("ix_case_finding_case_id", "case_id"),
    )
    op.create_table(
        "case_event",
        sa.Column("row_number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=True),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("evidence", sa.String(length=8000), nullable=True),
        sa.Column("assignee", sa.String(length=120), nullable=True),
        sa.Column("explain_until", sa.Date(), nullable=True),
        sa.Column("cause", sa.String(length=40), nullable=True),
        sa.Column("actions", sa.String(length=200), nullable=True),
        sa.Column("institution", sa.String(length=10), nullable=True),
        sa.Column("decision_id", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("row_number", name=op.f("pk_case_event")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["finding_case.case_id"],
            name=op.f("fk_case_event_case_id_finding_case"),
        ),
        sa.Index("ix_case_event_case_id", "case_id"),
    )
    op.create_table(
        "case_money",
        sa.Column("row_number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("overpaid_detected", sa.BigInteger(), nullable=True),
        sa.Column("recovered", sa.BigInteger(), nullable=True),
        sa.Column("prevented_forward", sa.BigInteger(), nullable=True),
        sa.Column("underpaid_restored", sa.BigInteger(), nullable=True),
        sa.Column("method_id", sa.String(length=60), nullable=True),
        sa.Column("multiplier_months", sa.Integer(), nullable=True),
        sa.Column("monthly_amount", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("row_number", name=op.f("pk_case_money")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["finding_case.case_id"],
            name=op.f("fk_case_money_case_id_finding_case"),
        ),
        sa.Index("ix_case_money_case_id", "case_id"),
    )
    op.create_table(
        "rule_standing_event",
        sa.Column("row_number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("rule_id", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.PrimaryKeyConstraint("row_number", name=op.f("pk_rule_standing_event")),
    )
