"""Which entities a night may give another cluster, and what they were before.

Here: the components that tonight's pairs and decisions touch, who was which person, and
tonight's components. Never here: pairs (`delta_pairing`) or clusters (`resolution`). Next:
`advance` resolves the affected entities.

Every entity's component is remembered beside its cluster, so that what a night touches is found by
looking up components, not by following pairs from one entity to the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from hub.identity.calm import Calm
from hub.identity.components import connected_components
from hub.identity.statements import drop, keep, make, run
from hub.identity.thresholds import Constraints, Thresholds

if TYPE_CHECKING:
    import duckdb


def place_decisions(connection: duckdb.DuckDBPyConnection, *, has_state: bool) -> None:
    """Make `decided_entity` of `all_decided_pair` and, with a state, `formerly_decided`."""
    make(connection, "decided_entity")
    if has_state:
        make(connection, "formerly_decided")


def find_affected(
    connection: duckdb.DuckDBPyConnection, thresholds: Thresholds, *, has_state: bool
) -> None:
    """Make `affected_entity`, `together` and `pinned_entity` (`entity_id`, `person_id`).

    `together` is who was which person before tonight, as far as they are affected.
    """
    make(connection, "recalled")
    former = """
        SELECT o.entity_id, o.person_id FROM old_entity_cluster AS o
        ANTI JOIN redone_entity AS r ON r.entity_id = o.entity_id
        WHERE o.person_id IS NOT NULL
    """
    before = f"(FROM recalled UNION ALL {former})" if has_state else "recalled"
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE pinned_entity AS
        FROM {before} WHERE person_id IN (SELECT person_id FROM pinned_person)
        """,
    )
    if has_state:
        make(
            connection,
            "affected_entity",
            floor=thresholds.floor,
            join_weight=thresholds.join_weight,
        )
    else:
        run(
            connection,
            "CREATE OR REPLACE TEMP TABLE affected_entity AS SELECT DISTINCT entity_id FROM entity_description",
        )
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE together AS
        FROM {before} WHERE entity_id IN (SELECT entity_id FROM affected_entity)
        """,
    )


def affected_kinds(connection: duckdb.DuckDBPyConnection, *, has_state: bool) -> pl.DataFrame:
    """Return (`entity_id`, `kind`) of the affected entities."""
    rest = """
        UNION ALL
        SELECT DISTINCT ON (o.entity_id) o.entity_id, o.kind FROM old_entity_description AS o
        SEMI JOIN (
            FROM affected_entity AS a ANTI JOIN redone_entity AS r ON r.entity_id = a.entity_id
        ) AS a ON a.entity_id = o.entity_id
        ANTI JOIN entity_description AS n ON n.entity_id = o.entity_id
    """
    frame: pl.DataFrame = connection.sql(
        f"""
        SELECT entity_id, any_value(kind) AS kind FROM entity_description GROUP BY entity_id
        {rest if has_state else ""}
        """
    ).pl()
    return frame.sort("entity_id")


def name_components(connection: duckdb.DuckDBPyConnection, thresholds: Thresholds) -> None:
    """Make `entity_component` (`entity_id`, `component`) of affected entities that are not alone.

    Two entities are in one component when a pair that can matter connects them, for the cluster
    or for a question to a person, or a decision, or that they were one person of whom there is no news. `linked_component` holds those that are connected
    over match weights; it is only widened here. A component is named by its smallest entity.
    """
    wider = connection.sql(
        f"""
        SELECT coalesce(l.component, e.entity_l) AS "left", coalesce(r.component, e.entity_r) AS "right"
        FROM (
            SELECT entity_l, entity_r FROM entity_pair
            WHERE stranger_weight >= {thresholds.join_weight} AND match_weight < {thresholds.floor}
            UNION ALL
            SELECT entity_l, entity_r FROM decided_entity
            UNION ALL
            SELECT f.entity_id, t.entity_id
            FROM together AS t
            JOIN (
                SELECT person_id, min(entity_id) AS entity_id FROM together
                GROUP BY person_id HAVING count(*) > 1
            ) AS f ON f.person_id = t.person_id
            ANTI JOIN touched_person AS c ON c.person_id = t.person_id
        ) AS e
        LEFT JOIN linked_component AS l ON l.node = e.entity_l
        LEFT JOIN linked_component AS r ON r.node = e.entity_r
        """
    ).pl()
    keep(connection, "wider_component", connected_components(wider))
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE entity_component AS
        SELECT l.node AS entity_id, coalesce(w.component, l.component) AS component
        FROM linked_component AS l LEFT JOIN wider_component AS w ON w.node = l.component
        UNION ALL
        SELECT w.node, w.component
        FROM wider_component AS w ANTI JOIN linked_component AS l ON l.node = w.node
        """,
    )
    drop(connection, "wider_component")


def constraints_of(connection: duckdb.DuckDBPyConnection) -> Constraints:
    """Return what people decided about the affected entities, and who was which person."""
    by_kind: dict[str, list[tuple[int, int]]] = {"must_link": [], "cannot_link": []}
    for kind, left, right in connection.sql("FROM decided_entity ORDER BY ALL").fetchall():
        by_kind[kind].append((left, right))
    together = connection.sql("SELECT entity_id, person_id FROM together").pl()
    return Constraints(
        must=by_kind["must_link"],
        cannot=by_kind["cannot_link"],
        pins=dict(connection.sql("SELECT entity_id, person_id FROM pinned_entity").fetchall()),
        together=dict(together.iter_rows()),
    )


def calm_of(connection: duckdb.DuckDBPyConnection) -> Calm:
    """Return of whom the night brought something, and who was how many records of an entity."""
    touched = connection.sql("SELECT person_id FROM touched_person").pl()["person_id"]

    def records_of(entities: pl.Series) -> pl.DataFrame:
        keep(connection, "asked_entity", entities.alias("entity_id").to_frame())
        frame: pl.DataFrame = connection.sql(
            """
            SELECT e.entity_id, m.person_id, count(*) AS records
            FROM recalled_member AS m
            JOIN entity_description AS e ON e.description_id = m.description_id
            SEMI JOIN asked_entity AS a ON a.entity_id = e.entity_id
            WHERE m.person_id IS NOT NULL OR m.is_new
            GROUP BY e.entity_id, m.person_id
            UNION ALL
            SELECT e.entity_id, t.person_id, count(*) AS records
            FROM all_entity_description AS e
            JOIN together AS t ON t.entity_id = e.entity_id
            JOIN all_record_description AS d ON d.description_id = e.description_id
            SEMI JOIN asked_entity AS a ON a.entity_id = e.entity_id
            ANTI JOIN entity_description AS n ON n.entity_id = e.entity_id
            GROUP BY e.entity_id, t.person_id
            ORDER BY ALL
            """
        ).pl()
        drop(connection, "asked_entity")
        return frame

    return Calm(frozenset(touched), records_of)
