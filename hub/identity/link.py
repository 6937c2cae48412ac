"""Linking any table of people, without a warehouse: records in, clusters out.

Here: `link` and its steps. Never here: what is told of the clusters (`link_result`), files of the
hub, nights, IDs that last (`person_ids`). Next: the command `hub index link`, or a caller's own code.

Nothing is tuned to a population: the columns that have values decide what is compared and under
which keys, and the model is learnt from the records themselves, without labels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import polars as pl

from hub.identity.blocking import DEFAULT_PAIR_LIMIT, EVERY_RULE, limit_sql, usable_rules
from hub.identity.engine import (
    DESCRIBED_COLUMNS,
    anchor_descriptions,
    compare_all,
    describe_entities,
    describe_records,
    filled_columns,
    pair_entities,
)
from hub.identity.link_input import (
    INPUT_COLUMNS,
    LinkInputError,
    as_frame,
    check_records,
    decided_pairs,
    with_coarse_births,
)
from hub.identity.link_result import LinkResult, result_of
from hub.identity.linkage_model import LinkageModel
from hub.identity.pairing import compare_among, make_candidate_pairs
from hub.identity.resolution import Constraints, Resolution, Thresholds, resolve_entities
from hub.identity.scoring import score_pairs
from hub.identity.standard import standardise_records
from hub.identity.statements import drop, keep, make, run, value
from hub.identity.training import train_model

if TYPE_CHECKING:
    import duckdb

__all__ = ["INPUT_COLUMNS", "LINK_THRESHOLDS", "LinkInputError", "LinkResult", "link"]

LINK_THRESHOLDS = Thresholds(join_weight=1.0, keep_weight=0.0, margin=3.0, consensus=-1.5)
"""For a table of which nothing else is known: a link must be more likely right than wrong. A pair that
has little to compare stands below 0, so the pairs between two clusters may on average do so, too."""

TRAINING_RECORDS = 100_000
"""Records, drawn by their content, that a model is learnt from."""
_LEEWAY = 2.0
"""Nothing is known of the care of those who wrote the records: mistakes may be so many times as frequent
as in a country's registers."""
_FACTS = " + ".join(
    f"(r.{column} IS NOT NULL)::INT"
    for column in ("name_key", "birth_digits", "address_words", "phone", "email")
)
_TOKEN_KEY = hashlib.sha256(b"hub.identity.link").digest()
"""Tokens of ID numbers live only as long as the call; a fixed key makes it repeatable."""


def link(
    records: pl.DataFrame | pl.LazyFrame | Any,
    *,
    model: LinkageModel | None = None,
    thresholds: Thresholds | None = None,
    decisions: pl.DataFrame | None = None,
    previous: pl.DataFrame | None = None,
    pair_limit: int = DEFAULT_PAIR_LIMIT,
    connection: duckdb.DuckDBPyConnection | None = None,
    on_step: Callable[[str], object] | None = None,
) -> LinkResult:
    """Find out which records are the same person.

    Args:
        records: a polars frame, or what polars makes one of (pandas, Arrow, a dict of lists), with a
            row a record: `record_id` (any type, unique, never null) and any of
            `INPUT_COLUMNS`, as written by their sources, in any script. Other columns are ignored.
        model: by default one is learnt from the records.
        thresholds: what a weight must reach; by default `LINK_THRESHOLDS`.
        decisions: what people decided: `kind` (`must_link`, `cannot_link`), `left`, `right` (record
            IDs).
        previous: (`record_id`, `person_id`) of an earlier run, whose person IDs are kept by overlap.
        pair_limit: pairs that one blocking key may give; see `LinkResult.dropped_blocks`.
        connection: a DuckDB connection to work on; by default one in memory.
        on_step: told what is being done, before each step.

    Raises:
        LinkInputError: no rows, no `record_id`, null or repeated ones, nothing to compare by, or a
            decision about a record that is not there.
    """
    import duckdb

    frame = as_frame(records)
    check_records(frame)
    used = thresholds or LINK_THRESHOLDS
    known = [name for name in INPUT_COLUMNS if name in frame.columns]
    numbered = (
        frame.select(known)
        .with_row_index("row")
        .with_columns(key=pl.col("record_id").cast(pl.String).rank("ordinal").cast(pl.UInt64))
    )
    work = connection or duckdb.connect()
    tell = on_step or (lambda _: None)
    try:
        tell(f"standardising {frame.height:,} records")
        _load(work, numbered)
        pairs = decided_pairs(numbered, decisions)
        _describe(work, pairs)
        tell("learning what agreement is worth")
        trained = model or _learn(work, pair_limit)
        _separate_doubtful(work, trained, used)
        constraints = _anchor(work)
        tell("comparing records and joining them to people")
        resolution = _resolve(work, trained, used, pair_limit, constraints)
        return result_of(work, numbered, resolution, previous, trained, used)
    finally:
        if connection is None:
            work.close()


def _load(work: duckdb.DuckDBPyConnection, numbered: pl.DataFrame) -> None:
    """Make the engine's input tables."""
    described = standardise_records(
        numbered.select(
            pl.col("key").alias("record_id"),
            *(name for name in INPUT_COLUMNS[2:] if name in numbered.columns),
        ),
        key=_TOKEN_KEY,
    )
    has_source = "source" in numbered.columns
    source = pl.col("source").cast(pl.String).fill_null("") if has_source else pl.lit("")
    sources = numbered.select("key", source=source)
    whole = (
        with_coarse_births(described, numbered)
        .with_columns(is_register=pl.lit(value=False))
        .with_columns(sources["source"])
    )
    keep(
        work,
        "number_neighbour",
        whole.select("number", "number_near").drop_nulls("number").unique("number"),
    )
    keep(work, "record", whole.drop("number_near"))
    keep(
        work,
        "number_alias",
        pl.DataFrame(schema={"old_number": pl.String, "new_number": pl.String}),
    )


def _describe(work: duckdb.DuckDBPyConnection, pairs: pl.DataFrame) -> None:
    """Make the descriptions; records that people set apart have one of their own."""
    cannot = pairs.filter(pl.col("kind") == "cannot_link")
    keep(work, "decided_pair", pairs)
    keep(work, "separated_record", cannot.select(record_id="right").unique())
    describe_records(work)


def _separate_doubtful(
    work: duckdb.DuckDBPyConnection, model: LinkageModel, thresholds: Thresholds
) -> None:
    """Set apart records that say the same but so little that it proves nothing.

    Two records of a frequent name, with a year of birth at most, may well be two people; so may two
    that hold nothing but one birth date.
    """
    run(
        work,
        f"""
        CREATE OR REPLACE TEMP TABLE alike_pair AS
        SELECT 'alike' AS match_key, min(r.record_id) AS join_key_l, max(r.record_id) AS join_key_r
        FROM record AS r JOIN record_description AS d ON d.record_id = r.record_id
        WHERE
            r.number IS NULL AND (
                r.address_key IS NULL AND r.phone IS NULL AND r.email IS NULL
                AND coalesce(length(r.birth_digits), 0) < 8
                OR {_FACTS} < 2
            )
        GROUP BY d.description_id HAVING count(*) > 1
        """,
    )
    run(
        work,
        "CREATE OR REPLACE TEMP VIEW alike_record AS SELECT *, NULL::UBIGINT[] AS number_near FROM record",
    )
    scored = score_pairs(work, "alike_record", "alike_pair", model)
    keep(work, "alike", scored.filter(pl.col("match_weight") < thresholds.join_weight))
    drop(work, "alike_pair")
    run(
        work,
        """
        INSERT INTO separated_record
        SELECT d.record_id
        FROM alike AS a
        JOIN record_description AS one ON one.record_id = a.record_l
        JOIN record_description AS d ON d.description_id = one.description_id
        """,
    )
    if value(work, "SELECT count(*) FROM alike"):
        describe_records(work)


def _anchor(work: duckdb.DuckDBPyConnection) -> Constraints:
    """Make the entities and linkage records; return the decisions by entity."""
    # One fact may be all that a record tells; how much it proves, its weight says. Where nothing else
    # is known of anybody, a birth date, a dwelling or a phone proves nothing.
    kinds = {"name_key", "birth_digits", "address_words", "phone", "email", "number"}
    known = kinds & set(filled_columns(work, "description"))
    is_shared = len(known) == 1 and not known <= {"name_key", "email", "number"}
    anchor_descriptions(work, least_facts=2 if is_shared else 1)
    describe_entities(work)
    by_entity = work.sql(
        """
        SELECT p.kind, l.entity_id AS entity_l, r.entity_id AS entity_r
        FROM decided_pair AS p
        JOIN record_description AS dl ON dl.record_id = p."left"
        JOIN entity_description AS l ON l.description_id = dl.description_id
        JOIN record_description AS dr ON dr.record_id = p."right"
        JOIN entity_description AS r ON r.description_id = dr.description_id
        WHERE l.entity_id <> r.entity_id
        ORDER BY ALL
        """
    ).fetchall()
    return Constraints(
        must=[(left, right) for kind, left, right in by_entity if kind == "must_link"],
        cannot=[(left, right) for kind, left, right in by_entity if kind == "cannot_link"],
    )


def _learn(work: duckdb.DuckDBPyConnection, pair_limit: int) -> LinkageModel:
    """Learn a model from the records themselves, each compared as it was written."""
    columns = filled_columns(work, "description")
    # Ordered by what the records say, so that the model does not depend on their order or IDs.
    content = ", ".join(column for column in DESCRIBED_COLUMNS if column != "number")
    run(
        work,
        f"""
        CREATE OR REPLACE TEMP TABLE training_record AS
        SELECT * EXCLUDE (record_id), place AS record_id, place AS entity_id, 'loose' AS kind
        FROM (
            SELECT *, row_number() OVER (ORDER BY hash({content}), record_id)::UBIGINT AS place
            FROM record
        )
        WHERE place <= {TRAINING_RECORDS}
        """,
    )
    compare_among(work, "training_record")
    make_candidate_pairs(work, usable_rules(columns, EVERY_RULE), pair_limit=pair_limit)
    return train_model(
        work, "comparable_record", "candidate_pair", columns, "learnt", leeway=_LEEWAY
    )


def _resolve(
    work: duckdb.DuckDBPyConnection,
    model: LinkageModel,
    thresholds: Thresholds,
    pair_limit: int,
    constraints: Constraints,
) -> Resolution:
    columns = filled_columns(work, "linkage_record")
    compare_among(work, "linkage_record")
    rules = usable_rules(columns, EVERY_RULE)
    compare_all(work, model, rules, "pair_score", pair_limit=pair_limit)
    make(work, "dropped_block", pair_limit=limit_sql(pair_limit))
    pair_entities(work, model, thresholds)
    entities = work.sql(
        """
        SELECT entity_id, any_value(kind) AS kind FROM entity_description
        GROUP BY entity_id ORDER BY entity_id
        """
    ).pl()
    return resolve_entities(entities, work.sql("FROM entity_pair").pl(), thresholds, constraints)
