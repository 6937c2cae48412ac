"""Which linkage records are compared: keys, open blocks, candidate pairs.

Here: running the blocking rules over all records, or over a night's delta against all. Never
here: the rules (`blocking`) or what pairs are worth (`scoring`). Next: `candidate_pair` is scored,
`dropped_block` is published.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from hub.identity.blocking import (
    BLOCKING_RULES,
    DEFAULT_PAIR_LIMIT,
    BlockingRule,
    key_sql,
    limit_sql,
)
from hub.identity.statements import drop, make, run

if TYPE_CHECKING:
    import duckdb

NEAR_RULES = tuple(rule for rule in BLOCKING_RULES if rule.columns == ("number_near",))
"""Rules over near keys: these are kept by ID number, not by record."""


def compare_among(
    connection: duckdb.DuckDBPyConnection,
    records: str,
    delta: str | None = None,
    neighbours: str = "number_neighbour",
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
        FROM {records} AS r LEFT JOIN {neighbours} AS n ON n.number = r.number
        """,
    )


def make_record_keys(
    connection: duckdb.DuckDBPyConnection, records: str, rules: Collection[BlockingRule], into: str
) -> None:
    """Make the table `into` (`rule`, `key_hash`, `record_id`) of the records' keys but near keys."""
    by_record = [rule for rule in rules if rule not in NEAR_RULES]
    keys = key_sql(records, by_record, ("record_id",)) if by_record else _NO_KEYS
    run(connection, f"CREATE OR REPLACE TEMP TABLE {into} AS {keys}")


_NO_KEYS = "SELECT 0::UTINYINT AS rule, 0::UBIGINT AS key_hash, 0::UBIGINT AS record_id WHERE false"


def make_candidate_pairs(
    connection: duckdb.DuckDBPyConnection,
    rules: Collection[BlockingRule],
    *,
    pair_limit: int = DEFAULT_PAIR_LIMIT,
    is_delta: bool = False,
    keys: str | None = None,
    neighbours: str = "number_neighbour",
) -> None:
    """Make `blocking_key`, `open_key` and `candidate_pair` of `comparable_record`.

    Args:
        connection: holds `comparable_record`; with `is_delta` also `gone_record`, the linkage
            records that there were before and no longer are.
        rules: the blocking rules to use.
        pair_limit: pairs that one key may give.
        is_delta: only pairs with a delta record.
        keys: a table of the keys of all records (see `make_record_keys`), where there is one.
        neighbours: the table of near keys by ID number.
    """
    near = [rule for rule in rules if rule in NEAR_RULES]
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE key_owner AS
        SELECT record_id, entity_id, number, is_registered, is_delta FROM comparable_record
        """,
    )
    if keys is None:
        make_record_keys(connection, "comparable_record", rules, "every_key")
    # Only keys of the delta, and of somebody who is not registered, can give a pair: they are few.
    seeds = "is_delta" if is_delta else "NOT is_registered"
    own = f"""
        SELECT k.rule, k.key_hash FROM {keys or "every_key"} AS k
        SEMI JOIN (FROM key_owner WHERE {seeds}) AS o ON o.record_id = k.record_id
    """
    near_own = _near_keys(
        near,
        f"(SELECT n.* FROM {neighbours} AS n SEMI JOIN (FROM key_owner WHERE {seeds}) AS o ON o.number = n.number)",
    )
    gone = f"UNION {key_sql('gone_record', rules, ())}" if is_delta else ""
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE seed_key AS
        SELECT rule, key_hash FROM ({own}) UNION SELECT rule, key_hash FROM ({near_own}) {gone}
        """,
    )
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE blocking_key AS
        SELECT k.rule, k.key_hash, o.record_id, o.entity_id, o.is_registered, o.is_delta
        FROM (
            SELECT k.* FROM {keys or "every_key"} AS k
            SEMI JOIN seed_key AS s ON s.rule = k.rule AND s.key_hash = k.key_hash
        ) AS k
        JOIN key_owner AS o ON o.record_id = k.record_id
        UNION ALL
        SELECT k.rule, k.key_hash, o.record_id, o.entity_id, o.is_registered, o.is_delta
        FROM (
            SELECT k.* FROM ({_near_keys(near, neighbours)}) AS k
            SEMI JOIN seed_key AS s ON s.rule = k.rule AND s.key_hash = k.key_hash
        ) AS k
        JOIN key_owner AS o ON o.number = k.number
        """,
    )
    drop(connection, "seed_key", "every_key", "key_owner")
    make(connection, "open_key")
    make(connection, "paired_key", pair_limit=limit_sql(pair_limit))
    make(connection, "candidate_pair")
    drop(connection, "paired_key")


def _near_keys(rules: Collection[BlockingRule], neighbours: str) -> str:
    """Return the SQL of (`rule`, `key_hash`, `number`) of near keys."""
    if not rules:
        return "SELECT 0::UTINYINT AS rule, 0::UBIGINT AS key_hash, '' AS number WHERE false"
    return key_sql(neighbours, rules, ("number",))


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
