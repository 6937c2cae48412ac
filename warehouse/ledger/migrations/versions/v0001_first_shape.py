"""The first shape of the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# SQLite numbers rows by itself only for a column of type INTEGER.
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "delivery",
        sa.Column("delivery_id", sa.String(length=80), nullable=False),
        sa.Column("document_type", sa.String(length=10), nullable=False),
        sa.Column("institution", sa.String(length=10), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("last_made_at", sa.DateTime(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=True),
        sa.Column("part_count", sa.Integer(), nullable=True),
        sa.Column("landed_at", sa.DateTime(), nullable=True),
        sa.Column("rows_received", sa.BigInteger(), nullable=True),
        sa.Column("rows_accepted", sa.BigInteger(), nullable=True),
        sa.Column("rows_quarantined", sa.BigInteger(), nullable=True),
        sa.Column("rows_superseded", sa.BigInteger(), nullable=True),
        sa.Column("won_received", sa.BigInteger(), nullable=True),
        sa.Column("won_accepted", sa.BigInteger(), nullable=True),
        sa.Column("won_quarantined", sa.BigInteger(), nullable=True),
        sa.Column("won_superseded", sa.BigInteger(), nullable=True),
        sa.Column("stop_rule", sa.String(length=60), nullable=True),
        sa.Column("stop_line", sa.BigInteger(), nullable=True),
        sa.Column("stop_column", sa.String(length=120), nullable=True),
        sa.Column("stop_detail", sa.String(length=2000), nullable=True),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "document_type",
            "period",
            "sequence",
            "sha256",
            name=op.f("uq_delivery_document_type_period_sequence_sha256"),
        ),
    )
    op.create_index("ix_delivery_state", "delivery", ["state", "document_type"], unique=False)
    op.create_table(
        "finding_state",
        sa.Column("finding_id", sa.String(length=80), nullable=False),
        sa.Column("first_seen", sa.Date(), nullable=False),
        sa.Column("last_seen", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_finding_state")),
    )
    op.create_table(
        "household",
        sa.Column("household_id", sa.String(length=40), nullable=False),
        sa.Column("anchor", sa.String(length=200), nullable=True),
        sa.Column("minted_in", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_household")),
    )
    op.create_table(
        "night_run",
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("heartbeat", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_night_run")),
    )
    op.create_index("ix_night_run_night", "night_run", ["night"], unique=False)
    op.create_table(
        "person",
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("anchor", sa.String(length=200), nullable=True),
        sa.Column("minted_in", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person")),
    )
    op.create_table(
        "release",
        sa.Column("release_id", sa.String(length=20), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_release")),
    )
    op.create_table(
        "delivery_drop",
        sa.Column("drop_id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("institution", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("delivery_id", sa.String(length=80), nullable=True),
        sa.Column("rule", sa.String(length=60), nullable=True),
        sa.Column("dropped_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.delivery_id"],
            name=op.f("fk_delivery_drop_delivery_id_delivery"),
        ),
        sa.PrimaryKeyConstraint("drop_id", name=op.f("pk_delivery_drop")),
    )
    op.create_index("ix_delivery_drop_night", "delivery_drop", ["night"], unique=False)
    op.create_table(
        "expectation_result",
        sa.Column("delivery_id", sa.String(length=80), nullable=False),
        sa.Column("rule", sa.String(length=120), nullable=False),
        sa.Column("column_name", sa.String(length=120), nullable=False),
        sa.Column("evaluated", sa.BigInteger(), nullable=False),
        sa.Column("unexpected", sa.BigInteger(), nullable=False),
        sa.Column("allowed_ppm", sa.Integer(), nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.delivery_id"],
            name=op.f("fk_expectation_result_delivery_id_delivery"),
        ),
        sa.PrimaryKeyConstraint(
            "delivery_id", "rule", "column_name", name=op.f("pk_expectation_result")
        ),
    )
    op.create_table(
        "finding_decision",
        sa.Column("event_id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("finding_id", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["finding_state.finding_id"],
            name=op.f("fk_finding_decision_finding_id_finding_state"),
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_finding_decision")),
    )
    op.create_table(
        "household_event",
        sa.Column("event_id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("household_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("other_household_id", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.household_id"],
            name=op.f("fk_household_event_household_id_household"),
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_household_event")),
        sa.UniqueConstraint(
            "household_id",
            "kind",
            "night",
            "other_household_id",
            name=op.f("uq_household_event_household_id_kind_night_other_household_id"),
        ),
    )
    op.create_table(
        "person_event",
        sa.Column("event_id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("other_person_id", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.person_id"], name=op.f("fk_person_event_person_id_person")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_person_event")),
        sa.UniqueConstraint(
            "person_id",
            "kind",
            "night",
            "other_person_id",
            name=op.f("uq_person_event_person_id_kind_night_other_person_id"),
        ),
    )
    op.create_table(
        "release_event",
        sa.Column("event_id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("release_id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.release_id"], name=op.f("fk_release_event_release_id_release")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_release_event")),
    )
