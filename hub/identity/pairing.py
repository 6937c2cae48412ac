"""Which linkage records are compared: keys, open blocks, candidate pairs.

Here: running the blocking rules over all records. Never here: the rules (`blocking`), a night's
delta (`delta_pairing`) or what pairs are worth (`scoring`). Next: `candidate_pair` is scored,
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
from hub.identity.statements import drop, drop_relation, make, run, value

if TYPE_CHECKING:
    import duckdb

NEAR_RULES = tuple(rule for rule in BLOCKING_RULES if rule.columns == ("number_near",))
"""Rules over near keys: these are kept by ID number, not by record."""
PAIRS_OF_KEY = "records * (records - 1) / 2 - registered * (registered - 1) / 2"
"""SQL of the pairs that a key gives: registered people are not compared with one another."""


def compare_among(
    connection: duckdb.DuckDBPyConnection, records: str, neighbours: str = "number_neighbour"
) -> None:
    """Make the view `comparable_record`: the linkage records in `records`, near keys included."""
    drop_relation(connection, "comparable_record")
    run(
        connection,
        f"""
        CREATE TEMP VIEW comparable_record AS
        SELECT r.*, n.number_near FROM {records} AS r
        LEFT JOIN {neighbours} AS n ON n.number = r.number
        """,
    )


def own_keys(connection: duckdb.DuckDBPyConnection, records: str, delta: str | None = None) -> None:
    """Make `key_owner`: who is compared, by what a key must know of its records.

    `is_delta` marks those in the table `delta` (`record_id`), or all.
    """
    is_delta = f"record_id IN (SELECT record_id FROM {delta})" if delta else "true"
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE key_owner AS
        SELECT record_id, entity_id, number, kind = 'registered' AS is_registered,
               {is_delta} AS is_delta
        FROM {records}
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
    keys: str | None = None,
    neighbours: str = "number_neighbour",
) -> None:
    """Make `crowded_key` and `candidate_pair` of `comparable_record`; see `make_paired_keys`."""
    make_paired_keys(connection, rules, pair_limit=pair_limit, keys=keys, neighbours=neighbours)
    make(connection, "candidate_pair", keys="paired_key")
    drop(connection, "paired_key")


def make_paired_keys(
    connection: duckdb.DuckDBPyConnection,
    rules: Collection[BlockingRule],
    *,
    pair_limit: int = DEFAULT_PAIR_LIMIT,
    keys: str | None = None,
    neighbours: str = "number_neighbour",
) -> int:
    """Make `crowded_key` and `paired_key` of `comparable_record`; return how many pairs the latter give.

    A pair that meets under several keys counts for each.

    Args:
        connection: holds `comparable_record`.
        rules: the blocking rules to use.
        pair_limit: pairs that one key may give.
        keys: a table of the keys of all records (see `make_record_keys`), where there is one.
        neighbours: the table of near keys by ID number.
    """
    own_keys(connection, "comparable_record")
    if keys is None:
        make_record_keys(connection, "comparable_record", rules, "every_key")
    every = keys or "every_key"
    # Only keys of somebody who is not registered can give a pair: they are few.
    seeds = "(FROM key_owner WHERE NOT is_registered)"
    near_own = near_keys_sql(
        rules, f"(SELECT n.* FROM {neighbours} AS n SEMI JOIN {seeds} AS o ON o.number = n.number)"
    )
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE seed_key AS
        SELECT k.rule, k.key_hash FROM {every} AS k
        SEMI JOIN {seeds} AS o ON o.record_id = k.record_id
        UNION
        SELECT rule, key_hash FROM ({near_own})
        """,
    )
    gather_blocks(connection, rules, "seed_key", every, neighbours)
    drop(connection, "seed_key", "every_key", "key_owner")
    make(connection, "open_key")
    make(connection, "crowded_key", pairs=PAIRS_OF_KEY, pair_limit=limit_sql(pair_limit))
    make(connection, "paired_key")
    opened, crowded = (
        value(connection, f"SELECT CAST(coalesce(sum({PAIRS_OF_KEY}), 0) AS BIGINT) FROM {table}")
        for table in ("open_key", "crowded_key")
    )
    drop(connection, "open_key", "blocking_key")
    return int(opened - crowded)


def gather_blocks(
    connection: duckdb.DuckDBPyConnection,
    rules: Collection[BlockingRule],
    wanted: str,
    keys: str,
    neighbours: str,
) -> None:
    """Make `blocking_key`: every record of `key_owner` under the keys in the table `wanted`."""
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE blocking_key AS
        SELECT k.rule, k.key_hash, o.record_id, o.entity_id, o.is_registered, o.is_delta
        FROM (
            SELECT k.* FROM {keys} AS k
            SEMI JOIN {wanted} AS s ON s.rule = k.rule AND s.key_hash = k.key_hash
        ) AS k
        JOIN key_owner AS o ON o.record_id = k.record_id
        UNION ALL
        SELECT k.rule, k.key_hash, o.record_id, o.entity_id, o.is_registered, o.is_delta
        FROM (
            SELECT k.* FROM ({near_keys_sql(rules, neighbours)}) AS k
            SEMI JOIN {wanted} AS s ON s.rule = k.rule AND s.key_hash = k.key_hash
        ) AS k
        JOIN key_owner AS o ON o.number = k.number
        """,
    )


def near_keys_sql(rules: Collection[BlockingRule], neighbours: str) -> str:
    """Return the SQL of (`rule`, `key_hash`, `number`) of near keys."""
    near = [rule for rule in rules if rule in NEAR_RULES]
    if not near:
        return "SELECT 0::UTINYINT AS rule, 0::UBIGINT AS key_hash, '' AS number WHERE false"
    return key_sql(neighbours, near, ("number",))
