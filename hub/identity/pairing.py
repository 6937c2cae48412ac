"""Which linkage records are compared: keys, open blocks, candidate pairs.

Here: running the blocking rules over all records, or over a night's delta against all. Never
here: the rules (`blocking`) or what pairs are worth (`scoring`). Next: `candidate_pair` is scored,
`dropped_block` is published.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from hub.identity.blocking import DEFAULT_PAIR_LIMIT, BlockingRule, key_sql, limit_sql
from hub.identity.statements import drop, make, run

if TYPE_CHECKING:
    import duckdb

_CARRIED = ("record_id", "entity_id", "is_registered", "is_delta")


def compare_among(
    connection: duckdb.DuckDBPyConnection, records: str, delta: str | None = None
) -> None:
    """Make the view `comparable_record`: the linkage records in `records`, near keys included.

    `is_delta` marks those in the table `delta` (`record_id`), or all.
    """
    is_delta = f"r.record_id IN (SELECT record_id FROM {delta})" if delta else "true"
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP VIEW comparable_record AS
        SELECT r.*, n.number_near, r.kind = 'registered' AS is_registered, {is_delta} AS is_delta
        FROM {records} AS r LEFT JOIN number_neighbour AS n ON n.number = r.number
        """,
    )


def make_candidate_pairs(
    connection: duckdb.DuckDBPyConnection,
    rules: Collection[BlockingRule],
    *,
    pair_limit: int = DEFAULT_PAIR_LIMIT,
    is_delta: bool = False,
) -> None:
    """Make `blocking_key`, `open_key` and `candidate_pair` of `comparable_record`.

    Args:
        connection: holds `comparable_record`; with `is_delta` also `gone_record`, the linkage
            records that there were before and no longer are.
        rules: the blocking rules to use.
        pair_limit: pairs that one key may give.
        is_delta: only pairs with a delta record.
    """
    # Only keys of the delta, and of somebody who is not registered, can give a pair: they are few,
    # and everybody else's keys are never kept.
    seeds = "is_delta" if is_delta else "NOT is_registered"
    chosen = key_sql(f"(FROM comparable_record WHERE {seeds})", rules, ())
    gone = f"UNION {key_sql('gone_record', rules, ())}" if is_delta else ""
    run(
        connection,
        f"CREATE OR REPLACE TEMP TABLE seed_key AS SELECT DISTINCT rule, key_hash FROM ({chosen} {gone})",
    )
    every = key_sql("comparable_record", rules, _CARRIED)
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE blocking_key AS
        SELECT k.* FROM ({every}) AS k
        SEMI JOIN seed_key AS s ON s.rule = k.rule AND s.key_hash = k.key_hash
        """,
    )
    drop(connection, "seed_key")
    make(connection, "open_key")
    make(connection, "paired_key", pair_limit=limit_sql(pair_limit))
    make(connection, "candidate_pair")
    drop(connection, "paired_key")


def records_of_toggled_blocks(
    connection: duckdb.DuckDBPyConnection, rules: Collection[BlockingRule], pair_limit: int
) -> None:
    """Make `toggled_record`: who is in a block that the delta has brought over or under the cap.

    Their pairs change though they themselves did not.
    """
    gone = key_sql("gone_record", rules, ("is_registered",))
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE gone_key AS
        SELECT rule, key_hash, count(*) AS records, count(*) FILTER (is_registered) AS registered
        FROM ({gone}) GROUP BY rule, key_hash
        """,
    )
    make(connection, "toggled_record", pair_limit=limit_sql(pair_limit))
    drop(connection, "gone_key")
