"""What an asset calls: each step composes the rooms and knows nothing of Dagster.

Here: the order of work inside one step, and what is told to the ledger. Never here: Dagster,
rules, conversions or SQL. Next: `pipelines.assets` wraps each step in an asset.
"""
