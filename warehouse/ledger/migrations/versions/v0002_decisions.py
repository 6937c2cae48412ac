"""People's decisions about the person index, its review queue, seals, and why an event came."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# SQLite numbers rows by itself only for a column of type INTEGER.
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables, and the columns of `person_event`."""
    op.create_table(
        "person_decision",
        sa.Column("row_number", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("decision_id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("left", sa.String(length=80), nullable=True),
        sa.Column("right", sa.String(length=80), nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("evidence", sa.String(length=8000), nullable=True),
        sa.Column("review_id", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("revokes", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("row_number", name=op.f("pk_person_decision")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_person_decision_decision_id")),
    )
    op.create_table(
        "person_review",
        sa.Column("review_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("night_opened", sa.Date(), nullable=False),
        sa.Column("night_last_seen", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("left", sa.String(length=80), nullable=True),
        sa.Column("right", sa.String(length=80), nullable=True),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("detail", sa.String(length=8000), nullable=True),
        sa.Column("decided_by_decision", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_person_review")),
        sa.Index("ix_person_review_state", "state"),
    )
    op.create_table(
        "ledger_seal",
        sa.Column("seal_id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("sealed_table", sa.String(length=40), nullable=False),
        sa.Column("first_row", sa.BigInteger(), nullable=False),
        sa.Column("last_row", sa.BigInteger(), nullable=False),
        sa.Column("rows_sealed", sa.BigInteger(), nullable=False),
        sa.Column("previous_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("seal_id", name=op.f("pk_ledger_seal")),
    )
    unique = op.f("uq_person_event_person_id_kind_night_other_person_id")
    with op.batch_alter_table("person_event") as table:
        table.add_column(sa.Column("run", sa.String(length=40), nullable=False, server_default=""))
        table.add_column(sa.Column("model_version", sa.String(length=60), nullable=True))
        table.add_column(sa.Column("actor", sa.String(length=120), nullable=True))
        table.add_column(sa.Column("evidence", sa.String(length=2000), nullable=True))
        table.drop_constraint(unique, type_="unique")
        table.create_unique_constraint(
            op.f("uq_person_event_person_id_kind_night_other_person_id_run"),
            ["person_id", "kind", "night", "other_person_id", "run"],
        )
