"""Of whom a night brought something, and whose anchors wait because it brought nothing of them.

Here: the people of last night whom records or decisions of tonight touch, and the descriptions that
an anchor would give to another person because somebody else's record went. Never here: clusters of
those who may not change (`calm`). Next: `advance` resolves with both.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import polars as pl

from hub.identity.statements import drop, keep, make, run, value

if TYPE_CHECKING:
    import duckdb

Decided = Collection[tuple[str, int, int]]
"""(`must_link` or `cannot_link`, record, record)."""


def keep_decisions(connection: duckdb.DuckDBPyConnection, table: str, decided: Decided) -> None:
    """Make `table` (`kind`, `left`, `right`) of decided pairs."""
    schema = {"kind": pl.String, "left": pl.UInt64, "right": pl.UInt64}
    keep(connection, table, pl.DataFrame(sorted(decided), schema=schema, orient="row"))


def find_touched_people(
    connection: duckdb.DuckDBPyConnection,
    former: Decided | None,
    unpinned: Collection[str],
    *,
    has_state: bool,
) -> None:
    """Make `recalled_member` and `touched_person` (`person_id`).

    Args:
        connection: holds `previous_member`, `current_record`, `all_decided_pair` and what tonight
            anchored; with a state `gone_row` and `old_decided_pair`.
        former: what people had decided last night, where no state tells; None is not known, and
            then every decision counts as new.
        unpinned: people whose pin somebody withdrew since.
        has_state: whether there are the old tables.
    """
    pins = pl.DataFrame({"person_id": sorted(unpinned)}, schema={"person_id": pl.String})
    keep(connection, "unpinned_person", pins)
    make(connection, "recalled_member")
    if has_state:
        run(
            connection,
            """
            CREATE OR REPLACE TEMP TABLE lost_record AS
            FROM gone_row AS g ANTI JOIN current_record AS c ON c.record_id = g.record_id
            """,
        )
        # A decision about a record that is gone does not count: the record does.
        then = """
            SELECT o.* FROM old_decided_pair AS o
            ANTI JOIN lost_record AS l ON l.record_id = o."left"
            ANTI JOIN lost_record AS r ON r.record_id = o."right"
        """
        lost = """
            SELECT c.person_id FROM lost_record AS g
            JOIN old_entity_description AS e ON e.description_id = g.description_id
            JOIN old_entity_cluster AS c ON c.entity_id = e.entity_id
            WHERE c.person_id IS NOT NULL
        """
    else:
        keep_decisions(connection, "former_decided_pair", former or ())
        then = "FROM former_decided_pair"
        lost = """
            SELECT p.person_id FROM previous_member AS p
            ANTI JOIN current_record AS c ON c.record_id = p.record_id
            WHERE p.person_id IS NOT NULL
        """
    run(connection, f"CREATE OR REPLACE TEMP TABLE lost_person AS SELECT DISTINCT * FROM ({lost})")
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE redecided_record AS
        SELECT DISTINCT unnest(["left", "right"]) AS record_id
        FROM (
            (FROM all_decided_pair EXCEPT ({then}))
            UNION ALL
            (({then}) EXCEPT FROM all_decided_pair)
        )
        """,
    )
    # Following who was whom reads all members; decisions seldom change.
    members = (
        "previous_member"
        if value(connection, "SELECT count(*) FROM redecided_record")
        else "(FROM recalled_member WHERE false)"
    )
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE redecided_person AS
        SELECT p.person_id FROM {members} AS p
        SEMI JOIN redecided_record AS r ON r.record_id = p.record_id
        WHERE p.person_id IS NOT NULL
        """,
    )
    make(connection, "touched_person")
    drop(connection, "redecided_person")
    drop(
        connection,
        "lost_person",
        "lost_record",
        "redecided_record",
        "former_decided_pair",
        "unpinned_person",
    )


def hold_anchors(connection: duckdb.DuckDBPyConnection, *, has_state: bool) -> None:
    """Take out of `entity_description` who would become another person without any news of them.

    Without a state it is not known which aliases were there last night, and each counts as new.
    """
    known = "EXCEPT SELECT old_number, new_number FROM old_number_alias" if has_state else ""
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE renumbered AS
        SELECT DISTINCT unnest([old_number, new_number]) AS number
        FROM (SELECT old_number, new_number FROM number_alias {known})
        """,
    )
    make(connection, "held_description")
    drop(connection, "renumbered")
    if not value(connection, "SELECT count(*) FROM held_description"):
        return
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE entity_description AS
        SELECT
            e.description_id,
            coalesce(
                h.entity_id, min(e.description_id) OVER (PARTITION BY e.entity_id, h.entity_id)
            ) AS entity_id,
            if(h.entity_id IS NULL, e.kind, 'loose') AS kind,
            if(h.entity_id IS NULL, e.support, 'held') AS support,
            e.believed_number,
            e.is_named
        FROM entity_description AS e
        LEFT JOIN held_description AS h ON h.description_id = e.description_id
        """,
    )
