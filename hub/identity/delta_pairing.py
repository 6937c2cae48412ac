"""Which pairs a night adds, and which it takes away.

Here: the blocks that a night's new and gone linkage records touch. Never here: all records
(`pairing`), the rules (`blocking`), what pairs are worth (`scoring`). Next: `advance` scores
`candidate_pair` and forgets `outdated_score`.

| a touched block | pairs that come | pairs that go |
|---|---|---|
| was and is open | those with a new record | those with a gone record |
| was and is crowded | none: its records are not even read, only counted | none |
| was crowded, is open | all its pairs that have no score | none |
| was open, is crowded | none | those whom no other open key brings together |

Two records that stayed as they were are worth what they were worth: nobody scores them again.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from hub.identity.blocking import BlockingRule, key_sql, limit_sql
from hub.identity.pairing import PAIRS_OF_KEY, gather_blocks, near_keys_sql, own_keys
from hub.identity.recall import StateRows, recall
from hub.identity.statements import drop, drop_relation, make, run

if TYPE_CHECKING:
    import duckdb


def pair_delta(
    connection: duckdb.DuckDBPyConnection,
    rules: Collection[BlockingRule],
    pair_limit: int,
    rows: StateRows,
) -> None:
    """Make `candidate_pair`, `comparable_record`, `toggled_on_pair`, `outdated_score`, `crowded_key`.

    Args:
        connection: holds `all_linkage_key`, `delta_record` (`record_id`, those that are new),
            `gone_record` (whole, with `number_near` and `is_registered`), `added_record_key`,
            `all_number_neighbour`, and of the state `old_crowded_key` and `old_pair_score`.
        rules: the blocking rules to use.
        pair_limit: pairs that one key may give.
        rows: looks the blocking keys and linkage records of the state up.
    """
    limit = limit_sql(pair_limit)
    own_keys(connection, "all_linkage_key", "delta_record")
    neighbours = "all_number_neighbour"
    near = near_keys_sql(
        rules,
        f"""(
            SELECT n.* FROM {neighbours} AS n
            SEMI JOIN (FROM key_owner WHERE is_delta) AS o ON o.number = n.number
        )""",
    )
    gone = key_sql("gone_record", rules, ("is_registered",))
    make(connection, "touched_key", near_keys=near, gone_keys=gone)
    make(connection, "still_crowded_key", pairs=PAIRS_OF_KEY, pair_limit=limit)
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE read_key AS
        SELECT t.rule, t.key_hash FROM touched_key AS t
        ANTI JOIN still_crowded_key AS c ON c.rule = t.rule AND c.key_hash = t.key_hash
        """,
    )
    read = "SELECT key_hash FROM read_key"
    recall(connection, rows, "record_key", "key_hash", read, into="recalled_key")
    # Keys of gone records find no owner.
    every = "(FROM recalled_key UNION ALL BY NAME FROM added_record_key)"
    gather_blocks(connection, rules, "read_key", every, neighbours)
    make(connection, "touched_block", pair_limit=limit)
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE crowded_key AS
        SELECT o.* FROM old_crowded_key AS o
        ANTI JOIN touched_key AS t ON t.rule = o.rule AND t.key_hash = o.key_hash
        UNION ALL BY NAME
        FROM still_crowded_key
        UNION ALL BY NAME
        SELECT rule, key_hash, records, registered FROM touched_block WHERE is_crowded
        """,
    )
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE paired_key AS
        SELECT k.* FROM blocking_key AS k
        SEMI JOIN (FROM touched_block WHERE delta > 0 AND records > 1 AND NOT is_crowded) AS b
            ON b.rule = k.rule AND b.key_hash = k.key_hash
        """,
    )
    make(connection, "candidate_pair", keys="paired_key")
    _find_toggled_pairs(connection, rules, rows)
    drop(connection, "recalled_key")
    drop(connection, "paired_key", "blocking_key", "touched_block", "touched_key")
    drop(connection, "read_key", "still_crowded_key", "key_owner")


def _find_toggled_pairs(
    connection: duckdb.DuckDBPyConnection, rules: Collection[BlockingRule], rows: StateRows
) -> None:
    """Make `toggled_on_pair` (also added to `candidate_pair`), `comparable_record`, `outdated_score`."""
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE toggled_key AS
        SELECT k.rule, k.key_hash, k.record_id, k.entity_id, k.is_registered, b.is_crowded
        FROM blocking_key AS k
        JOIN (FROM touched_block WHERE is_crowded <> was_crowded) AS b
            ON b.rule = k.rule AND b.key_hash = k.key_hash
        WHERE NOT k.is_delta
        """,
    )
    make(connection, "toggled_pair")
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE toggled_on_pair AS
        SELECT p.match_key, p.join_key_l, p.join_key_r FROM toggled_pair AS p
        ANTI JOIN old_pair_score AS o ON o.record_l = p.join_key_l AND o.record_r = p.join_key_r
        WHERE NOT p.is_crowded
        """,
    )
    run(connection, "INSERT INTO candidate_pair BY NAME FROM toggled_on_pair")
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE suspect_pair AS
        SELECT p.join_key_l, p.join_key_r FROM toggled_pair AS p
        SEMI JOIN old_pair_score AS o ON o.record_l = p.join_key_l AND o.record_r = p.join_key_r
        WHERE p.is_crowded
        """,
    )
    # Whom to compare and whom to look at again are taken out of the state at once.
    suspects = "SELECT join_key_l FROM suspect_pair UNION SELECT join_key_r FROM suspect_pair"
    wanted = "SELECT join_key_l FROM candidate_pair UNION SELECT join_key_r FROM candidate_pair"
    take_out(connection, rows, "record_id", f"{wanted} UNION {suspects}")
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE suspect_record AS
        FROM comparable_record
        WHERE record_id IN (SELECT unnest([join_key_l, join_key_r]) FROM suspect_pair)
        """,
    )
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE suspect_key AS
        SELECT k.* FROM ({key_sql("suspect_record", rules, ("record_id",))}) AS k
        ANTI JOIN crowded_key AS c ON c.rule = k.rule AND c.key_hash = k.key_hash
        """,
    )
    make(connection, "parted_pair")
    make(connection, "outdated_score")
    drop(connection, "toggled_key", "toggled_pair", "suspect_pair", "suspect_record", "suspect_key")
    drop(connection, "parted_pair")


def take_out(
    connection: duckdb.DuckDBPyConnection,
    rows: StateRows,
    column: str,
    wanted: str,
) -> None:
    """Make `comparable_record`: tonight's linkage records whose `column` is one that `wanted` selects.

    Near keys included. What tonight made is in `added_linkage_record`, all else in the state.
    """
    drop_relation(connection, "comparable_record")
    recall(connection, rows, "linkage_record", column, wanted, into="recalled_record")
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE taken_record AS
        SELECT o.* FROM recalled_record AS o
        ANTI JOIN redone_entity AS r ON r.entity_id = o.entity_id
        UNION ALL BY NAME
        FROM added_linkage_record WHERE {column} IN ({wanted})
        """,
    )
    run(
        connection,
        """
        CREATE TEMP TABLE comparable_record AS
        SELECT r.*, n.number_near FROM taken_record AS r
        LEFT JOIN (
            FROM all_number_neighbour WHERE number IN (SELECT number FROM taken_record)
        ) AS n ON n.number = r.number
        """,
    )
    drop(connection, "taken_record", "recalled_record")
