"""The ledger's shape over time, as Alembic migrations in `versions`.

To change the ledger: change `warehouse.ledger.schema`, add `versions/v<number>_<what>.py` with the
next revision, and set `warehouse.ledger.ledger.NEWEST`. Tests hold the three together.
"""
