"""How Alembic runs the ledger's migrations: on the connection that `Ledger.open` gives it.

Never here: a URL or logging settings; `warehouse.ledger.ledger` decides both. All migrations run
in the transaction that is open already, so a crash leaves the ledger as it was.
"""

from alembic import context

from warehouse.ledger.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
context.run_migrations()
