"""The engine of the person index: from records to scored pairs of entities.

Here: the steps over one DuckDB connection, for all records or for the part that a night touched.
Never here: where records come from and where tables are kept (`link`, `pipelines.steps.index`),
which part a night touches (`advance`), clusters (`resolution`). Next: `resolution`.

Input tables, temporary on the connection: `record` (`record_id` UBIGINT, `is_register` and the
description columns but number_near), `number_alias` (`old_number`, `new_number`),
`number_neighbour` (`number`, `number_near`), `separated_record` (`record_id`).
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TYPE_CHECKING

from hub.identity.blocking import DEFAULT_PAIR_LIMIT, BlockingRule
from hub.identity.comparisons import RECORD_COLUMNS
from hub.identity.components import connected_components
from hub.identity.linkage_model import LinkageModel
from hub.identity.pairing import make_paired_keys
from hub.identity.scoring import scores_sql
from hub.identity.statements import drop, keep, make, run, statement, value
from hub.identity.thresholds import Thresholds

if TYPE_CHECKING:
    import duckdb

NAME_SIMILARITY = "0.85"
"""Jaro-Winkler over letters, from which on two names support that a number is shared rightly."""
GIVEN_SIMILARITY = "0.75"
"""The same over given names of people of one family name."""
PEOPLE_LIMIT = "3"
"""More different people than this under one number: the number is no key."""
COMPLETED_SIZE = 40
"""Entities of a component, up to which all its pairs are scored."""
LEAST_WEIGHT = -10.0
"""Bits, below which a pair is forgotten: no sum with other pairs could bring it back."""

PAIRS_AT_A_TIME = 100_000_000
"""Pairs that lie side by side before their scores are known: some ten GB."""

CONTENT_COLUMNS = (
    "name_key",
    "family_key",
    "given_key",
    "middle_key",
    "birth_digits",
    "sex",
    "address_key",
    "building_key",
    "address_words",
    "phone",
    "email",
)
DESCRIBED_COLUMNS = tuple(column for column in RECORD_COLUMNS if column != "number_near")


def describe_records(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `record_description` and `description` from `record`."""
    make(connection, "record_description", content=", ".join(f"r.{c}" for c in CONTENT_COLUMNS))
    make(
        connection,
        "description",
        columns=", ".join(f"r.{c}" for c in DESCRIBED_COLUMNS),
    )


def anchor_descriptions(connection: duckdb.DuckDBPyConnection, least_facts: int = 2) -> None:
    """Make `entity_description`: the guarded national-ID pass. Next: `describe_entities`.

    Descriptions with fewer than `least_facts` facts are compared with nobody.
    """
    guard = {
        "name_similarity": NAME_SIMILARITY,
        "given_similarity": GIVEN_SIMILARITY,
        "people_limit": PEOPLE_LIMIT,
    }
    make(connection, "number_support", **guard)
    make(connection, "number_node")
    make(connection, "alias_edge", **guard)
    edges = connection.sql("FROM alias_edge").pl()
    keep(connection, "number_component", connected_components(edges))
    make(connection, "entity_description", least_facts=least_facts)


def describe_entities(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `linkage_record` of `entity_description`."""
    make(connection, "linkage_record")


def filled_columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Return the description columns of `table` in which there is any value.

    With an ID number there are its near keys.
    """
    columns = [
        row[0] for row in connection.sql(f"DESCRIBE {table}").fetchall() if row[0] in RECORD_COLUMNS
    ]
    counts = connection.sql(
        f"SELECT {', '.join(f'count({column})' for column in columns)} FROM {table}"
    ).fetchall()[0]
    filled = [column for column, count in zip(columns, counts, strict=True) if count]
    return [*filled, "number_near"] if "number" in filled else filled


def score_candidates(
    connection: duckdb.DuckDBPyConnection, model: LinkageModel, pairs: str, into: str
) -> None:
    """Make the table `into` (see `sql/pair_score.sql`) from the pairs of `comparable_record`."""
    make(
        connection,
        "pair_score",
        into,
        scores=scores_sql(connection, "comparable_record", pairs, model, ("entity_id",)),
        least_weight=LEAST_WEIGHT,
    )
    drop(connection, "scored_record")


def compare_all(
    connection: duckdb.DuckDBPyConnection,
    model: LinkageModel,
    rules: Collection[BlockingRule],
    into: str,
    *,
    pair_limit: int = DEFAULT_PAIR_LIMIT,
    keys: str | None = None,
) -> int:
    """Make the table `into` (see `sql/pair_score.sql`) of all pairs of `comparable_record`; count them.

    Also makes `crowded_key`. In a large country pairs grow faster than people, and nearly all come to
    nothing: of more than `PAIRS_AT_A_TIME` some keys' pairs are scored after the other's. A pair that meets
    under keys of two such parts is scored, and counted, in both.

    Args:
        connection: holds `comparable_record`.
        model: what weighs a pair.
        rules: the blocking rules to use.
        into: the table's name.
        pair_limit: pairs that one key may give.
        keys: a table of the keys of all records, where there is one.
    """
    pairs = make_paired_keys(connection, rules, pair_limit=pair_limit, keys=keys)
    parts = max(math.ceil(pairs / PAIRS_AT_A_TIME), 1)
    scored = 0
    for part in range(parts):
        some = f"(FROM paired_key WHERE key_hash % {parts} = {part})" if parts > 1 else "paired_key"
        make(connection, "candidate_pair", keys=some)
        scored += value(connection, "SELECT count(*) FROM candidate_pair")
        if part == 0:
            score_candidates(connection, model, "candidate_pair", into)
            continue
        score_candidates(connection, model, "candidate_pair", "score_of_part")
        run(
            connection,
            f"INSERT INTO {into} BY NAME FROM score_of_part"
            f" ANTI JOIN {into} AS known USING (record_l, record_r)",
        )
    drop(connection, "paired_key", "score_of_part")
    return scored


def pair_entities(
    connection: duckdb.DuckDBPyConnection,
    model: LinkageModel,
    thresholds: Thresholds,
    scores: str = "pair_score",
) -> None:
    """Make `entity_pair` from `scores`; inside small components no pair is left unscored.

    Also makes `linked_component` (`node`, `component`): entities connected by match weights.
    """
    make(connection, "entity_pair", scores=scores)
    links = connection.sql(
        f"""
        SELECT entity_l AS "left", entity_r AS "right"
        FROM entity_pair WHERE match_weight >= {thresholds.floor}
        """
    ).pl()
    keep(connection, "linked_component", connected_components(links))
    make(connection, "missing_pair", size_limit=COMPLETED_SIZE, records="comparable_record")
    score_candidates(connection, model, "missing_pair", "completing_score")
    run(
        connection,
        f"INSERT INTO entity_pair BY NAME {statement('entity_pair', scores='completing_score')}",
    )
    drop(connection, "missing_pair", "completing_score")
