"""The version of a link model is its SHA-256: 64 characters, which PostgreSQL counts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Widen the column."""
    with op.batch_alter_table("person_event") as table:
        table.alter_column(
            "model_version", existing_type=sa.String(length=60), type_=sa.String(length=64)
        )
