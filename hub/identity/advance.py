"""A night of the person index: what changed is described, compared and resolved; the rest stays.

Here: the order of a night's steps, and the choice between all and what changed. Never here: what
a night touches (`touched`, `delta_pairing`, `affected`), what the steps mean (`engine`,
`resolution`), where the state lies (`warehouse.index_state`). Next: `pipelines.steps.index` names
the clusters.

Without an old state everything is new; the result is the same, because every step works on parts
that depend on nothing outside them: an ID number and its aliases, a block, a component of scored
pairs.

| change | touches |
|---|---|
| a record comes, goes, or is (no longer) a register's | its description |
| a description | its ID number, that number's aliases, and everybody who says the same |
| an ID number | all its descriptions, so the entities that they make |
| an entity | its linkage records: old ones go, new ones are compared with all |
| a block crosses the cap | the pairs that only it brings together |
| a pair of entities | the component that it is in |
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from hub.identity.affected import (
    affected_kinds,
    calm_of,
    constraints_of,
    find_affected,
    name_components,
    place_decisions,
)
from hub.identity.blocking import DEFAULT_PAIR_LIMIT, BlockingRule, limit_sql
from hub.identity.delta_pairing import pair_delta, take_out
from hub.identity.engine import (
    anchor_descriptions,
    compare_all,
    describe_entities,
    describe_records,
    pair_entities,
    score_candidates,
)
from hub.identity.linkage_model import LinkageModel
from hub.identity.news import Decided, find_touched_people, hold_anchors, keep_decisions
from hub.identity.pairing import compare_among, make_record_keys
from hub.identity.recall import StateRows, rows_of_tables
from hub.identity.resolution import Thresholds, resolve_entities
from hub.identity.state import merge, take_all
from hub.identity.statements import drop, keep, make, run, value
from hub.identity.touched import find_touched_descriptions, merge_descriptions, merge_entities

if TYPE_CHECKING:
    import duckdb


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


def missing_records(*, has_state: bool) -> str:
    """Return the SQL of the records of `current_record` that must be described tonight."""
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
    constraints: Decided = (),
    *,
    has_state: bool,
    rows: StateRows | None = None,
    former: Decided | None = None,
    unpinned: Collection[str] = (),
    is_calm: bool = True,
) -> None:
    """Make the state's tables as they are tonight, each called `all_<table>`.

    Args:
        connection: holds `current_record` (`record_id`, `is_register`, `is_separate`), `record` (those of
            `missing_records`, described), `number_alias`, `number_neighbour` (of the added numbers),
            `previous_member` (`record_id`, `person_id`) and `pinned_person` (`person_id`).
            Without a state `current_record` is everybody tonight. With one it is those of
            `touched_record`, of whom anything may have changed, and there are the views
            `old_<table>`, of which `old_entity_cluster` has a `person_id`.
        settings: model, thresholds, blocking.
        constraints: what people decided.
        has_state: whether there are the old tables.
        rows: looks wide tables of the state up; by default in the old tables.
        former: what people had decided last night, where no state tells.
        unpinned: people whose pin somebody withdrew since last night.
        is_calm: whether those of whom nothing came, changed or went since `previous_member` keep
            their IDs; not so under another model, of which people saw what it changes.

    Also makes `affected_entity` (`entity_id`), those whose cluster may have changed, `resolved`,
    their clusters (of which `name_clusters` makes `all_entity_cluster`), and `dropped_block`.
    """
    rows = rows or rows_of_tables(connection)
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE separated_record AS
        SELECT record_id FROM current_record WHERE is_separate
        """,
    )
    keep_decisions(connection, "all_decided_pair", constraints)
    describe_records(connection)
    if has_state:
        merge_descriptions(connection)
        find_touched_descriptions(connection, rows)
    else:
        take_all(connection, "description")
        run(
            connection,
            """
            CREATE OR REPLACE TEMP VIEW all_description_key AS
            SELECT description_id, loose_key, number FROM description
            """,
        )
        run(
            connection,
            """
            CREATE OR REPLACE TEMP TABLE all_record_description AS
            SELECT d.*, c.is_register, c.is_separate
            FROM record_description AS d JOIN current_record AS c ON c.record_id = d.record_id
            """,
        )
    anchor_descriptions(connection)
    find_touched_people(connection, former, unpinned, has_state=has_state)
    if is_calm:
        hold_anchors(connection, has_state=has_state)
    describe_entities(connection)
    if has_state:
        merge_entities(connection, settings.rules, rows)
    else:
        take_all(connection, "entity_description", "linkage_record", "number_neighbour")
        make_record_keys(connection, "all_linkage_record", settings.rules, "all_record_key")
    take_all(connection, "number_alias")
    _compare(connection, settings, rows, has_state=has_state)
    _resolve(connection, settings, rows, has_state=has_state, is_calm=is_calm)


def _compare(
    connection: duckdb.DuckDBPyConnection,
    settings: IndexSettings,
    rows: StateRows,
    *,
    has_state: bool,
) -> None:
    """Make `all_pair_score`, `all_crowded_key`, `dropped_block` and `scored_pair_count` (`pairs`)."""
    rules, limit = settings.rules, settings.pair_limit
    if has_state:
        pair_delta(connection, rules, limit, rows)
        score_candidates(connection, settings.model, "candidate_pair", "added_pair_score")
        merge(connection, "pair_score")
        scored = value(connection, "SELECT count(*) FROM candidate_pair")
    else:
        compare_among(connection, "all_linkage_record")
        scored = compare_all(
            connection,
            settings.model,
            rules,
            "all_pair_score",
            pair_limit=limit,
            keys="all_record_key",
        )
    keep(connection, "scored_pair_count", pl.DataFrame({"pairs": [scored]}))
    make(connection, "dropped_block", pair_limit=limit_sql(limit))
    take_all(connection, "crowded_key")


_AFFECTED_SCORES = """(
    SELECT p.*
    FROM (
        SELECT o.* FROM old_pair_score AS o
        SEMI JOIN affected_entity AS l ON l.entity_id = o.entity_l
        SEMI JOIN affected_entity AS r ON r.entity_id = o.entity_r
    ) AS p
    ANTI JOIN outdated_score AS g ON g.record_l = p.record_l AND g.record_r = p.record_r
    UNION ALL BY NAME
    SELECT n.* FROM added_pair_score AS n
    SEMI JOIN affected_entity AS l ON l.entity_id = n.entity_l
    SEMI JOIN affected_entity AS r ON r.entity_id = n.entity_r
)"""


def _resolve(
    connection: duckdb.DuckDBPyConnection,
    settings: IndexSettings,
    rows: StateRows,
    *,
    has_state: bool,
    is_calm: bool,
) -> None:
    """Make `resolved`, `all_review` and `affected_entity`."""
    place_decisions(connection, has_state=has_state)
    find_affected(connection, settings.thresholds, has_state=has_state)
    scores = "all_pair_score"
    if has_state:
        scores = _AFFECTED_SCORES
        # Within components every pair is scored.
        take_out(connection, rows, "entity_id", "SELECT entity_id FROM affected_entity")
    pair_entities(connection, settings.model, settings.thresholds, scores)
    name_components(connection, settings.thresholds)
    resolution = resolve_entities(
        affected_kinds(connection, has_state=has_state),
        connection.sql("FROM entity_pair").pl(),
        settings.thresholds,
        constraints_of(connection),
        calm_of(connection) if is_calm else None,
    )
    keep(connection, "resolved_entity", resolution.entities)
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE resolved AS
        SELECT r.*, c.component
        FROM resolved_entity AS r LEFT JOIN entity_component AS c ON c.entity_id = r.entity_id
        """,
    )
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
    drop(connection, "asked", "entity_pair", "resolved_entity", "entity_component")
    drop(connection, "linked_component")


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
