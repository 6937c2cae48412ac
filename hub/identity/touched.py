"""What a night's changed records touch, up to the linkage records that come and go.

Here: descriptions, ID numbers, entities and linkage records; the part of them that must be made
anew, and its merge with the rest. Never here: how they are made (`engine`), pairs
(`delta_pairing`), components (`affected`). Next: `advance`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.identity.engine import DESCRIBED_COLUMNS
from hub.identity.pairing import make_record_keys
from hub.identity.recall import StateRows, recall
from hub.identity.state import merge
from hub.identity.statements import drop, make, run, value

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb

    from hub.identity.blocking import BlockingRule


def merge_descriptions(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `all_record_description`, `changed_description` and `said_description`, their records' sums.

    Also `known_description` and `all_description_key` (`description_id`, `loose_key`, `number`): all
    descriptions as they were and as they are, and `added_description_key`, the changed ones.
    """
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE gone_row AS
        SELECT o.record_id, o.description_id FROM old_record_description AS o
        SEMI JOIN touched_record AS t ON t.record_id = o.record_id
        ANTI JOIN current_record AS c
            ON c.record_id = o.record_id
            AND c.is_register = o.is_register
            AND c.is_separate = o.is_separate
        """,
    )
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE added_record_description AS
        SELECT d.*, c.is_register, c.is_separate
        FROM record_description AS d JOIN current_record AS c ON c.record_id = d.record_id
        """,
    )
    merge(connection, "record_description")
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE changed_description AS
        SELECT description_id FROM gone_row UNION SELECT description_id FROM record_description
        """,
    )
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE known_description AS
        SELECT description_id, loose_key, number FROM old_description
        """,
    )
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE said_description AS
        SELECT d.description_id, any_value(d.loose_key) AS loose_key,
               bool_or(d.is_register) AS is_register, count(*) AS records,
               bool_or(d.is_separate) AS is_separate
        FROM all_record_description AS d
        SEMI JOIN changed_description AS c ON c.description_id = d.description_id
        GROUP BY d.description_id
        """,
    )
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE added_description_key AS
        SELECT s.description_id, s.loose_key, n.number
        FROM said_description AS s
        JOIN (
            SELECT description_id, number FROM description
            UNION
            SELECT o.description_id, o.number FROM known_description AS o
            SEMI JOIN changed_description AS c ON c.description_id = o.description_id
        ) AS n ON n.description_id = s.description_id
        """,
    )
    run(
        connection,
        """
        CREATE OR REPLACE TEMP VIEW all_description_key AS
        SELECT o.* FROM known_description AS o
        ANTI JOIN changed_description AS c ON c.description_id = o.description_id
        UNION ALL
        FROM added_description_key
        """,
    )


def find_touched_descriptions(connection: duckdb.DuckDBPyConnection, rows: StateRows) -> None:
    """Make `description` anew: all that must be anchored again, closed under number and content.

    Also `all_description`.
    """
    make(connection, "touched_number")
    while True:
        before = value(connection, "SELECT count(*) FROM touched_number")
        make(connection, "touched_number_closure", "touched_number_next")
        run(connection, "CREATE OR REPLACE TEMP TABLE touched_number AS FROM touched_number_next")
        if value(connection, "SELECT count(*) FROM touched_number") == before:
            break
    make(connection, "touched_description")
    wanted = """
        SELECT description_id FROM touched_description
        UNION
        SELECT description_id FROM changed_description
    """
    recall(connection, rows, "description", "description_id", wanted, into="recalled_description")
    columns = ", ".join(f"s.{column}" for column in DESCRIBED_COLUMNS)
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE added_description AS
        SELECT w.*, {columns}
        FROM said_description AS w
        JOIN (
            SELECT * FROM description
            UNION ALL BY NAME
            SELECT o.* FROM recalled_description AS o
            ANTI JOIN description AS d ON d.description_id = o.description_id
        ) AS s ON s.description_id = w.description_id
        """,
    )
    merge(connection, "description")
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE description AS
        SELECT o.* FROM recalled_description AS o
        ANTI JOIN changed_description AS c ON c.description_id = o.description_id
        UNION ALL BY NAME
        FROM added_description
        """,
    )
    drop(connection, "touched_number_next", "touched_description", "recalled_description")
    drop(connection, "said_description")


def merge_entities(
    connection: duckdb.DuckDBPyConnection, rules: Collection[BlockingRule], rows: StateRows
) -> None:
    """Make `all_entity_description`, `all_linkage_record`, `delta_record`, `gone_record`.

    Also `all_linkage_key`: who is compared tonight, by what blocks must know of a linkage record.
    """
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE redone_description AS
        SELECT description_id FROM description UNION SELECT description_id FROM changed_description
        """,
    )
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE redone_entity AS
        SELECT DISTINCT o.entity_id FROM old_entity_description AS o
        SEMI JOIN redone_description AS r ON r.description_id = o.description_id
        """,
    )
    for table in ("entity_description", "linkage_record"):
        run(connection, f"CREATE OR REPLACE TEMP VIEW added_{table} AS FROM {table}")
        merge(connection, table)
    run(
        connection,
        """
        CREATE OR REPLACE TEMP VIEW all_linkage_key AS
        SELECT o.record_id, o.entity_id, o.number, o.kind FROM old_linkage_record AS o
        ANTI JOIN redone_entity AS r ON r.entity_id = o.entity_id
        UNION ALL
        SELECT record_id, entity_id, number, kind FROM added_linkage_record
        """,
    )
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE added_number_neighbour AS
        SELECT n.* FROM number_neighbour AS n
        ANTI JOIN old_number_neighbour AS o ON o.number = n.number
        """,
    )
    merge(connection, "number_neighbour")
    # All that the redone entities were compared as; a record's ID holds its entity.
    redone = "SELECT entity_id FROM redone_entity"
    recall(connection, rows, "linkage_record", "entity_id", redone, into="former_record")
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE delta_record AS
        SELECT n.record_id FROM linkage_record AS n
        ANTI JOIN former_record AS o ON o.record_id = n.record_id
        """,
    )
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE gone_record AS
        SELECT o.*, b.number_near, o.kind = 'registered' AS is_registered
        FROM (
            SELECT f.* FROM former_record AS f
            ANTI JOIN linkage_record AS n ON n.record_id = f.record_id
        ) AS o
        LEFT JOIN all_number_neighbour AS b ON b.number = o.number
        """,
    )
    drop(connection, "former_record")
    make_record_keys(
        connection,
        "(SELECT n.* FROM linkage_record AS n SEMI JOIN delta_record AS d ON d.record_id = n.record_id)",
        rules,
        "added_record_key",
    )
    merge(connection, "record_key")
