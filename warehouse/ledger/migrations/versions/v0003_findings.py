"""What a finding is about, its successor, and what each night did to it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# SQLite numbers rows by itself only for a column of type INTEGER.
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns of `finding_state`, and `finding_event`."""
    with op.batch_alter_table("finding_state") as table:
        for name, length in [
            ("rule_id", 10),
            ("subject_id", 200),
            ("statement", 2000),
            ("action", 10),
        ]:
            table.add_column(
                sa.Column(name, sa.String(length=length), nullable=False, server_default="")
            )
        for name, length in [
            ("person_id", 40),
            ("programme_code", 20),
            ("other_programme_code", 20),
            ("successor_id", 80),
        ]:
            table.add_column(sa.Column(name, sa.String(length=length), nullable=True))
        table.add_column(sa.Column("period", sa.Date(), nullable=True))
        table.add_column(sa.Column("amount_at_stake", sa.BigInteger(), nullable=True))
        table.create_index("ix_finding_state_subject", ["subject_id", "rule_id"])
    op.create_table(
        "finding_event",
        sa.Column("event_id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("finding_id", sa.String(length=80), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("other_finding_id", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_finding_event")),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["finding_state.finding_id"],
            name=op.f("fk_finding_event_finding_id_finding_state"),
        ),
        sa.UniqueConstraint(
            "finding_id",
            "kind",
            "night",
            "other_finding_id",
            name=op.f("uq_finding_event_finding_id_kind_night_other_finding_id"),
        ),
    )
