"""A night of the person index: what changed is described, compared and resolved; the rest stays.

Here: which records, numbers, entities, pairs and components a night's changes touch, and the
merge of the new part with the old. Never here: what the steps mean (`engine`, `resolution`), where
the state lies (`warehouse.index_state`). Next: `pipelines.steps.index` names the clusters.

The state of an index is the tables in `STATE`. Before: views `old_<table>`. After: tables
`all_<table>`. Without an old state everything is new; the result is the same, because every step
works on parts that depend on nothing outside them: an ID number and its aliases, a block, a
component of scored pairs.

| change | touches |
|---|---|
| a record comes, goes, or is (no longer) a register's | its description |
| a description | its ID number, that number's aliases, and everybody who says the same |
| an ID number | all its descriptions, so the entities that they make |
| an entity | its linkage records: old ones go, new ones are compared with all |
| a block crosses the cap | all its records are compared anew |
| a pair of entities | the component that it is in |
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from hub.identity.blocking import DEFAULT_PAIR_LIMIT, BlockingRule, limit_sql
from hub.identity.engine import (
    DESCRIBED_COLUMNS,
    anchor_descriptions,
    describe_records,
    pair_entities,
    score_candidates,
)
from hub.identity.linkage_model import LinkageModel
from hub.identity.pairing import (
    compare_among,
    make_candidate_pairs,
    make_record_keys,
    records_of_toggled_blocks,
)
from hub.identity.resolution import Constraints, Thresholds, resolve_entities
from hub.identity.statements import drop, keep, make, run, value

if TYPE_CHECKING:
    import duckdb

STATE = {
    "record_description": "one row a record (a distinct identifying content) and its description",
    "description": "one row a distinct description, standardised",
    "entity_description": "one row a description and its entity",
    "linkage_record": "one row what the model compares",
    "record_key": "one row a blocking key of a linkage record; near keys are in number_neighbour",
    "number_neighbour": "one row an ID number's token and its near keys",
    "number_alias": "one row two numbers of one person, as an authority says",
    "pair_score": "one row a scored pair of linkage records",
    "entity_cluster": "one row an entity, its cluster and why",
    "review": "one row two entities that a person should look at",
    "decided_pair": "one row two records that a person has decided about",
}
"""The tables of an index's state; all but the last are in the identity zone."""


@dataclass(frozen=True, slots=True)
class Change:
    """How a night changes a table of the state: rows whose `columns` are in `gone` go.

    What it adds is the table `added_<table>`. `gone` is a table with the column `key`, or None.
    """

    gone: str | None = None
    key: str = ""
    columns: tuple[str, ...] = ()


CHANGES = {
    "record_description": Change("gone_row", "record_id", ("record_id",)),
    "description": Change("changed_description", "description_id", ("description_id",)),
    "entity_description": Change("redone_description", "description_id", ("description_id",)),
    "linkage_record": Change("redone_entity", "entity_id", ("entity_id",)),
    "record_key": Change("gone_record", "record_id", ("record_id",)),
    "number_neighbour": Change(),
    "pair_score": Change("outdated_record", "record_id", ("record_l", "record_r")),
    "entity_cluster": Change("settled_entity", "entity_id", ("entity_id",)),
}
"""The tables of which a night keeps most rows; the other ones are written anew."""


def merge(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make the view `all_<table>`: the old rows that did not go, and the added ones."""
    change = CHANGES[table]
    remaining = f"FROM old_{table} AS o"
    for number, column in enumerate(change.columns):
        remaining += f" ANTI JOIN {change.gone} AS g{number} ON g{number}.{change.key} = o.{column}"
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP VIEW all_{table} AS
        SELECT o.* {remaining} UNION ALL BY NAME FROM added_{table}
        """,
    )


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """What the partition depends on beside the records: a change means a build from nothing."""

    model: LinkageModel
    thresholds: Thresholds
    rules: tuple[BlockingRule, ...]
    pair_limit: int = DEFAULT_PAIR_LIMIT

    def describe(self) -> dict[str, str]:
        """Return the settings as text, to be kept with the state."""
        return {
            "model": self.model.digest,
            "thresholds": repr(self.thresholds),
            "rules": repr(self.rules),
            "pair_limit": str(self.pair_limit),
        }


def missing_records(connection: duckdb.DuckDBPyConnection, *, has_state: bool) -> str:
    """Return the SQL of the records of `current_record` that must be described tonight."""
    del connection
    if not has_state:
        return "SELECT record_id FROM current_record"
    return """
        SELECT c.record_id FROM current_record AS c
        ANTI JOIN old_record_description AS o
            ON o.record_id = c.record_id
            AND o.is_register = c.is_register
            AND o.is_separate = c.is_separate
    """


def advance_index(
    connection: duckdb.DuckDBPyConnection,
    settings: IndexSettings,
    constraints: Collection[tuple[str, int, int]] = (),
    *,
    has_state: bool,
) -> None:
    """Make the state's tables as they are tonight, each called `all_<table>`.

    Args:
        connection: holds `current_record` (`record_id`, `is_register`, `is_separate`: everybody
            tonight), `record` (those of `missing_records`, described), `number_alias`,
            `number_neighbour` (of the added numbers), `previous_member` (`record_id`, `person_id`),
            `pinned_person` (`person_id`) and, with a state, the views `old_<table>`, of which
            `old_entity_cluster` has a `person_id`.
        settings: model, thresholds, blocking.
        constraints: (`must_link` or `cannot_link`, record, record).
        has_state: whether there are the old tables.

    Also makes `affected_entity` (`entity_id`), those whose cluster may have changed, `resolved`,
    their clusters (of which `name_clusters` makes `all_entity_cluster`), and `dropped_block`.
    """
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE separated_record AS
        SELECT record_id FROM current_record WHERE is_separate
        """,
    )
    describe_records(connection)
    if has_state:
        _merge_descriptions(connection)
        _find_touched_descriptions(connection)
    else:
        _take_all(connection, "description")
        run(
            connection,
            """
            CREATE OR REPLACE TEMP TABLE all_record_description AS
            SELECT d.*, c.is_register, c.is_separate
            FROM record_description AS d JOIN current_record AS c ON c.record_id = d.record_id
            """,
        )
    anchor_descriptions(connection)
    if has_state:
        _merge_entities(connection, settings)
    else:
        _take_all(connection, "entity_description", "linkage_record", "number_neighbour")
        make_record_keys(connection, "all_linkage_record", settings.rules, "all_record_key")
    _take_all(connection, "number_alias")
    _compare(connection, settings, has_state=has_state)
    _resolve(connection, settings, constraints, has_state=has_state)


def _take_all(connection: duckdb.DuckDBPyConnection, *tables: str) -> None:
    for table in tables:
        run(connection, f"CREATE OR REPLACE TEMP VIEW all_{table} AS FROM {table}")


def _merge_descriptions(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `all_record_description`, `all_description` and `changed_description`."""
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE gone_row AS
        SELECT o.record_id, o.description_id FROM old_record_description AS o
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
    columns = ", ".join(f"s.{column}" for column in DESCRIBED_COLUMNS)
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE added_description AS
        WITH said AS (
            SELECT d.description_id, any_value(d.loose_key) AS loose_key,
                   bool_or(d.is_register) AS is_register, count(*) AS records,
                   bool_or(d.is_separate) AS is_separate
            FROM all_record_description AS d
            SEMI JOIN changed_description AS c ON c.description_id = d.description_id
            GROUP BY d.description_id
        )
        SELECT w.*, {columns}
        FROM said AS w
        JOIN (
            SELECT * FROM description
            UNION ALL BY NAME
            SELECT o.* FROM old_description AS o
            SEMI JOIN changed_description AS c ON c.description_id = o.description_id
            ANTI JOIN description AS d ON d.description_id = o.description_id
        ) AS s ON s.description_id = w.description_id
        """,
    )
    merge(connection, "description")


def _find_touched_descriptions(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `description` anew: all that must be anchored again, closed under number and content."""
    make(connection, "touched_number")
    while True:
        before = value(connection, "SELECT count(*) FROM touched_number")
        make(connection, "touched_number_closure", "touched_number_next")
        run(connection, "CREATE OR REPLACE TEMP TABLE touched_number AS FROM touched_number_next")
        if value(connection, "SELECT count(*) FROM touched_number") == before:
            break
    make(connection, "touched_description", "description")
    drop(connection, "touched_number_next")


def _merge_entities(connection: duckdb.DuckDBPyConnection, settings: IndexSettings) -> None:
    """Make `all_entity_description`, `all_linkage_record`, `delta_record`, `gone_record`."""
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
    run(
        connection,
        "CREATE OR REPLACE TEMP TABLE added_entity_description AS FROM entity_description",
    )
    merge(connection, "entity_description")
    run(connection, "CREATE OR REPLACE TEMP TABLE added_linkage_record AS FROM linkage_record")
    merge(connection, "linkage_record")
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE added_number_neighbour AS
        SELECT n.* FROM number_neighbour AS n
        ANTI JOIN old_number_neighbour AS o ON o.number = n.number
        """,
    )
    merge(connection, "number_neighbour")
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE delta_record AS
        SELECT n.record_id FROM linkage_record AS n
        ANTI JOIN old_linkage_record AS o ON o.record_id = n.record_id
        """,
    )
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE gone_record AS
        SELECT o.*, b.number_near, o.kind = 'registered' AS is_registered
        FROM old_linkage_record AS o
        SEMI JOIN redone_entity AS r ON r.entity_id = o.entity_id
        ANTI JOIN linkage_record AS n ON n.record_id = o.record_id
        LEFT JOIN all_number_neighbour AS b ON b.number = o.number
        """,
    )
    make_record_keys(
        connection,
        "(SELECT n.* FROM linkage_record AS n SEMI JOIN delta_record AS d ON d.record_id = n.record_id)",
        settings.rules,
        "added_record_key",
    )
    merge(connection, "record_key")


def _compare(
    connection: duckdb.DuckDBPyConnection, settings: IndexSettings, *, has_state: bool
) -> None:
    """Make `all_pair_score`, `dropped_block` and, with a state, `compared_record`."""
    rules, limit = settings.rules, settings.pair_limit
    if not has_state:
        compare_among(connection, "all_linkage_record")
        make_candidate_pairs(connection, rules, pair_limit=limit, keys="all_record_key")
        make(connection, "dropped_block", pair_limit=limit_sql(limit))
        score_candidates(connection, settings.model, "candidate_pair", "all_pair_score")
        return
    run(connection, "CREATE OR REPLACE TEMP TABLE compared_record AS FROM delta_record")
    compare_among(connection, "all_linkage_record", "compared_record", "all_number_neighbour")
    known = {"keys": "all_record_key", "neighbours": "all_number_neighbour"}
    make_candidate_pairs(connection, rules, pair_limit=limit, is_delta=True, **known)
    records_of_toggled_blocks(connection, rules, limit)
    if value(connection, "SELECT count(*) FROM toggled_record"):
        run(connection, "INSERT INTO compared_record FROM toggled_record")
        make_candidate_pairs(connection, rules, pair_limit=limit, is_delta=True, **known)
    make(connection, "dropped_block", pair_limit=limit_sql(limit))
    score_candidates(connection, settings.model, "candidate_pair", "added_pair_score")
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE outdated_record AS
        SELECT record_id FROM compared_record UNION ALL SELECT record_id FROM gone_record
        """,
    )
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE outdated_score AS
        SELECT o.record_l, o.record_r, o.entity_l, o.entity_r FROM old_pair_score AS o
        WHERE
            o.record_l IN (SELECT record_id FROM outdated_record)
            OR o.record_r IN (SELECT record_id FROM outdated_record)
        """,
    )
    merge(connection, "pair_score")


def _resolve(
    connection: duckdb.DuckDBPyConnection,
    settings: IndexSettings,
    constraints: Collection[tuple[str, int, int]],
    *,
    has_state: bool,
) -> None:
    """Make `all_entity_cluster`, `all_review`, `all_decided_pair` and `affected_entity`."""
    decided = pl.DataFrame(
        sorted(constraints),
        schema={"kind": pl.String, "left": pl.UInt64, "right": pl.UInt64},
        orient="row",
    )
    keep(connection, "all_decided_pair", decided)
    make(connection, "decided_entity")
    _remember(connection, has_state=has_state)
    if has_state:
        make(connection, "affected_entity")
        while True:
            make(connection, "affected_entity_closure", "affected_entity_next",
                 floor=settings.thresholds.floor, join_weight=settings.thresholds.join_weight)  # fmt: skip
            grown = value(connection, "SELECT count(*) FROM affected_entity_next")
            if grown == value(connection, "SELECT count(*) FROM affected_entity"):
                break
            run(
                connection,
                "CREATE OR REPLACE TEMP TABLE affected_entity AS FROM affected_entity_next",
            )
        scores = """(
            SELECT p.* FROM all_pair_score AS p
            SEMI JOIN affected_entity AS l ON l.entity_id = p.entity_l
            SEMI JOIN affected_entity AS r ON r.entity_id = p.entity_r
        )"""
    else:
        run(
            connection,
            "CREATE OR REPLACE TEMP TABLE affected_entity AS SELECT DISTINCT entity_id FROM all_entity_description",
        )
        scores = "all_pair_score"
    pair_entities(connection, settings.model, settings.thresholds, scores)
    resolution = resolve_entities(
        connection.sql(
            """
            SELECT d.entity_id, any_value(d.kind) AS kind FROM all_entity_description AS d
            SEMI JOIN affected_entity AS a ON a.entity_id = d.entity_id
            GROUP BY d.entity_id ORDER BY d.entity_id
            """
        ).pl(),
        connection.sql("FROM entity_pair").pl(),
        settings.thresholds,
        _constraints(connection),
    )
    keep(connection, "resolved", resolution.entities)
    keep(connection, "asked", resolution.reviews)
    settled = "UNION SELECT entity_id FROM redone_entity" if has_state else ""
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE settled_entity AS
        SELECT entity_id FROM affected_entity {settled}
        """,
    )
    rest = """
        UNION ALL BY NAME
        SELECT o.* FROM old_review AS o
        ANTI JOIN settled_entity AS l ON l.entity_id = o.entity_l
        ANTI JOIN settled_entity AS r ON r.entity_id = o.entity_r
    """
    run(
        connection,
        f"CREATE OR REPLACE TEMP TABLE all_review AS FROM asked {rest if has_state else ''}",
    )
    drop(connection, "asked", "entity_pair")


def _remember(connection: duckdb.DuckDBPyConnection, *, has_state: bool) -> None:
    """Make `together` and `pinned_entity`: who was which person before tonight."""
    kept = """
        UNION ALL
        SELECT c.entity_id, c.person_id FROM old_entity_cluster AS c
        ANTI JOIN redone_entity AS r ON r.entity_id = c.entity_id
        WHERE c.person_id IS NOT NULL
    """
    make(
        connection,
        "together",
        entities="entity_description" if has_state else "all_entity_description",
        kept=kept if has_state else "",
    )
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE pinned_entity AS
        SELECT t.entity_id, t.person_id FROM together AS t
        SEMI JOIN pinned_person AS p ON p.person_id = t.person_id
        """,
    )


def name_clusters(connection: duckdb.DuckDBPyConnection, *, has_state: bool) -> None:
    """Make `all_entity_cluster` from `resolved` and `named_cluster` (`cluster`, `person_id`)."""
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE added_entity_cluster AS
        SELECT c.*, n.person_id
        FROM resolved AS c LEFT JOIN named_cluster AS n ON n.cluster = c.cluster
        """,
    )
    if has_state:
        merge(connection, "entity_cluster")
    else:
        run(
            connection,
            "CREATE OR REPLACE TEMP TABLE all_entity_cluster AS FROM added_entity_cluster",
        )


def _constraints(connection: duckdb.DuckDBPyConnection) -> Constraints:
    by_kind: dict[str, list[tuple[int, int]]] = {"must_link": [], "cannot_link": []}
    for kind, left, right in connection.sql("FROM decided_entity ORDER BY ALL").fetchall():
        by_kind[kind].append((left, right))
    return Constraints(
        must=by_kind["must_link"],
        cannot=by_kind["cannot_link"],
        pins=dict(connection.sql("SELECT entity_id, person_id FROM pinned_entity").fetchall()),
        together=dict(
            connection.sql(
                """
                SELECT t.entity_id, t.person_id FROM together AS t
                SEMI JOIN affected_entity AS a ON a.entity_id = t.entity_id
                """
            ).fetchall()
        ),
    )
