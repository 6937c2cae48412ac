"""The person index of one night, step by step.

Here: the order of the identity steps, and which of their tables are kept. Never here: what a step
means (`hub.identity`, `warehouse/sql/identity`), Dagster, the ledger. Next: households, profiles
and every table that says person_id.

Names, addresses and phones stay in temporary tables of the workbench's connection and in the
state, which lies in the vault; what is released are `person_index`, `person_token`, `person`,
`person_event`, `person_membership` and `dropped_block`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from hub.identity.advance import IndexSettings, advance_index, missing_records
from hub.identity.blocking import BLOCKING_RULES, usable_rules
from hub.identity.components import connected_components
from hub.identity.decisions import constraints
from hub.identity.engine import filled_columns
from hub.identity.linkage_model import LinkageModel, shipped_model
from hub.identity.membership import advance_membership, no_history
from hub.identity.pairing import compare_among, make_candidate_pairs
from hub.identity.person_ids import assign_person_ids
from hub.identity.resolution import Thresholds
from hub.identity.standard import standardise_records
from hub.identity.statements import drop, keep, run, value
from hub.identity.training import train_model
from warehouse.index_state import attach_state, write_state
from warehouse.workbench import Workbench, sql_text

LAYER = "identity"
CHUNK = 500_000
"""Records that are standardised at a time, so that a first night fits into memory."""
UNREGISTERED_SHARE = 0.05
"""Of the people whom senders name, those of whom no register knows."""
HOUSEMATES = 2
"""Other people of somebody's household."""
TRAINING_RECORDS = 150_000
"""About how many records a model is trained on."""
LEAST_BEARERS = 5
"""Records that must bear a name for it to stand in a model by name."""

NeighbourKeys = Callable[[pl.Series], pl.Series]
"""Tokens to lists of near keys: `warehouse.vault.IdTokeniser.neighbour_keys`."""


@dataclass(frozen=True, slots=True)
class Before:
    """What an index remembers.

    `members`: (`signature_id`, `person_id`) of the last release, used where `state` is None.
    `state`: folder of the last state. `former`: (`record_id`, `person_id`) of ended IDs.
    """

    members: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(
            schema={"signature_id": pl.UInt64, "person_id": pl.String}
        )
    )
    state: Path | None = None
    history: pl.DataFrame = field(default_factory=no_history)
    redirects: pl.DataFrame | None = None
    next_sequence: int = 0


@dataclass(frozen=True, slots=True)
class IndexResult:
    """What the night must remember of its index.

    `events`: see `hub.identity.person_ids.PersonAssignment`. `counts`: signatures by match kind,
    people, and what tonight touched.
    """

    events: pl.DataFrame
    next_sequence: int
    counts: Mapping[str, int]
    settings: IndexSettings


def no_neighbours(tokens: pl.Series) -> pl.Series:
    """Return no near keys: for callers without the vault's key; mistyped numbers are not found."""
    return pl.Series(tokens.name, [None] * tokens.len(), dtype=pl.List(pl.UInt64))


def index_settings(
    population: int, model: LinkageModel | None = None, thresholds: Thresholds | None = None
) -> IndexSettings:
    """Return the settings of an index over `population` registered people.

    The prior is frozen for a size, rounded up to a power of two, so that scores do not drift with
    every birth: a record without a number is one of so many people, or unknown to the registers.
    """
    size = max(1 << max(population - 1, 1).bit_length(), 1024)
    used = (model or shipped_model()).with_prior(
        min(1 / (UNREGISTERED_SHARE * size), 0.3), min(HOUSEMATES / size, 0.3)
    )
    return IndexSettings(used, thresholds or Thresholds(), BLOCKING_RULES)


def load_signatures(bench: Workbench) -> int:
    """Make `signature_record`, `register_signature`, `number_alias`; return the registered people."""
    for table in ("register_signature", "signature_record", "number_alias"):
        _select(bench, table)
    aliases = bench.frame("FROM number_alias")
    names = pl.concat([aliases["old_number"], aliases["new_number"].alias("old_number")])
    places = names.unique().sort().to_frame("number").with_row_index("node")
    edges = aliases.join(places, left_on="old_number", right_on="number").join(
        places, left_on="new_number", right_on="number", suffix="_new"
    )
    groups = connected_components(edges.select(left="node", right="node_new"))
    keep(
        bench.connection,
        "alias_group",
        places.join(groups, on="node").select("number", alias_group="component"),
    )
    return int(
        bench.value(
            """
            SELECT count(DISTINCT s.national_id_token) FROM signature AS s
            SEMI JOIN register_signature AS r ON r.signature_id = s.signature_id
            """
        )
    )


def build_index(
    bench: Workbench,
    before: Before,
    key: bytes,
    *,
    neighbour_keys: NeighbourKeys = no_neighbours,
    decisions: pl.DataFrame | None = None,
    settings: IndexSettings | None = None,
    state_folder: Path | None = None,
    night: dt.date | None = None,
) -> IndexResult:
    """Build the person index in `bench`.

    Args:
        bench: holds `signature`, `night`, `f01_person_identity`,
            `f02_resident_household_address`, `f04_vital_event`, `f05_foreigner_nationality`.
        before: what earlier nights left.
        key: secret of the person IDs' permutation; the same for ever.
        neighbour_keys: near keys of national-ID tokens.
        decisions: active decisions of people (`warehouse.ledger`).
        settings: model, thresholds and blocking; by default the shipped ones.
        state_folder: where tonight's state is written, if anywhere.
        night: the day on which memberships change; by default the workbench's.
    """
    population = load_signatures(bench)
    used = settings or index_settings(population)
    connection = bench.connection
    has_state = before.state is not None
    if before.state is not None:
        attach_state(connection, before.state)
    pinned, told = _load_decisions(bench, decisions)
    _load_records(bench, neighbour_keys, has_state=has_state)
    _load_members(bench, before, has_state=has_state)
    keep(
        connection,
        "pinned_person",
        pl.DataFrame({"person_id": pinned}, schema={"person_id": pl.String}),
    )
    advance_index(connection, used, told, has_state=has_state)
    assigned_events, next_sequence, affected = _name_people(
        bench, before, key, pinned, has_state=has_state
    )
    for table in ("person_index", "person_token"):
        bench.build(LAYER, table)
    _select(bench, "stated_signature")
    bench.build(LAYER, "person")
    bench.add("person_event", assigned_events)
    _name_dropped_blocks(bench)
    bench.build(LAYER, "review_candidate")
    when = night or bench.value("SELECT as_of FROM night")
    members = affected.select(member="signature_id", identifier="person_id")
    history, _ = advance_membership(before.history, members, when, is_complete=not has_state)
    bench.add(
        "person_membership", history.rename({"member": "record_id", "identifier": "person_id"})
    )
    if state_folder is not None:
        write_state(connection, state_folder, used.describe(), used.model)
    counts = _counts(bench)
    drop(connection, "stated_signature", "signature_record", "record")
    return IndexResult(assigned_events, next_sequence, counts, used)


def _select(bench: Workbench, table: str) -> None:
    run(bench.connection, f"CREATE OR REPLACE TEMP TABLE {table} AS {sql_text(LAYER, table)}")


def _load_decisions(
    bench: Workbench, decisions: pl.DataFrame | None
) -> tuple[list[str], list[tuple[str, int, int]]]:
    """Make `decided_signature` and `set_apart`; return pinned people and decisions by record."""
    pairs = pl.DataFrame(schema={"kind": pl.String, "left": pl.UInt64, "right": pl.UInt64})
    pinned: list[str] = []
    if decisions is not None and decisions.height:
        demanded = constraints(decisions)
        pinned = sorted(demanded.pinned)
        pairs = pl.concat(
            [
                frame.select(pl.lit(kind).alias("kind"), "left", "right").cast(pairs.schema)  # type: ignore[arg-type]
                for kind, frame in (
                    ("must_link", demanded.must_links),
                    ("cannot_link", demanded.cannot_links),
                )
            ]
        )
    keep(bench.connection, "decided_signature", pairs)
    _select(bench, "set_apart")
    told = bench.connection.sql(
        """
        SELECT DISTINCT d.kind, l.record_id, r.record_id
        FROM decided_signature AS d
        JOIN signature_record AS l ON l.signature_id = d."left"
        JOIN signature_record AS r ON r.signature_id = d."right"
        WHERE l.record_id <> r.record_id
        ORDER BY ALL
        """
    ).fetchall()
    return pinned, told


def _load_records(bench: Workbench, neighbour_keys: NeighbourKeys, *, has_state: bool) -> None:
    """Make `current_record`, `record` (standardised) and `number_neighbour` of what is new."""
    connection = bench.connection
    _select(bench, "current_record")
    run(
        connection,
        f"CREATE OR REPLACE TEMP TABLE missing_record AS {missing_records(connection, has_state=has_state)}",
    )
    _select(bench, "written_record")
    total = int(value(connection, "SELECT count(*) FROM written_record"))
    for start in range(0, max(total, 1), CHUNK):
        written = bench.frame(
            f"FROM written_record ORDER BY record_id LIMIT {CHUNK} OFFSET {start}"
        )
        described = standardise_records(
            written.select("record_id", "full_name", "sex", "address", "phone"), bytes(32)
        ).with_columns(written["birth_digits"], written["number"], written["is_register"])
        chunk = described.drop("number_near")
        if start == 0:
            keep(connection, "record", chunk)
        else:
            connection.register("record_chunk", chunk)
            run(connection, "INSERT INTO record BY NAME FROM record_chunk")
            connection.unregister("record_chunk")
    drop(connection, "written_record")
    known = "ANTI JOIN old_number_neighbour AS o ON o.number = r.number" if has_state else ""
    numbers = bench.frame(
        f"SELECT DISTINCT r.number FROM record AS r {known} WHERE r.number IS NOT NULL ORDER BY 1"
    )["number"]
    keep(
        connection,
        "number_neighbour",
        pl.DataFrame([numbers, neighbour_keys(numbers).alias("number_near")]),
    )


def _load_members(bench: Workbench, before: Before, *, has_state: bool) -> None:
    """Make `previous_member`: which record was whom, for `together`."""
    connection = bench.connection
    if has_state:
        run(
            connection,
            """
            CREATE OR REPLACE TEMP VIEW previous_member AS
            SELECT d.record_id, c.person_id
            FROM old_record_description AS d
            JOIN old_entity_description AS e ON e.description_id = d.description_id
            JOIN old_entity_cluster AS c ON c.entity_id = e.entity_id
            WHERE c.person_id IS NOT NULL
            """,
        )
        return
    run(connection, "DROP VIEW IF EXISTS previous_member")
    keep(connection, "previous_signature", before.members.drop_nulls("person_id"))
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE previous_member AS
        SELECT s.record_id, mode(p.person_id ORDER BY p.person_id) AS person_id
        FROM previous_signature AS p
        JOIN signature_record AS s ON s.signature_id = p.signature_id
        GROUP BY s.record_id
        """,
    )
    drop(connection, "previous_signature")


def _name_people(
    bench: Workbench, before: Before, key: bytes, pinned: list[str], *, has_state: bool
) -> tuple[pl.DataFrame, int, pl.DataFrame]:
    """Give clusters their person IDs; return events, the next sequence and affected memberships."""
    connection = bench.connection
    clusters = bench.frame(sql_text(LAYER, "affected_record"))
    previous = (
        bench.frame(sql_text(LAYER, "affected_member"))
        if has_state
        else bench.frame(
            "SELECT record_id AS signature_id, person_id FROM previous_member ORDER BY 1"
        )
    )
    ended = before.history.filter(pl.col("recorded_to").is_not_null())
    assigned = assign_person_ids(
        clusters,
        previous,
        before.next_sequence,
        key,
        former=ended.select(signature_id="member", person_id="identifier").unique(),
        redirects=before.redirects,
        pinned=pinned,
    )
    named = (
        clusters.join(assigned.members, on="signature_id").select("cluster", "person_id").unique()
    )
    keep(connection, "named_cluster", named)
    kept = (
        """
        LEFT JOIN (
            SELECT o.cluster, any_value(o.person_id) AS person_id FROM old_entity_cluster AS o
            ANTI JOIN affected_entity AS a ON a.entity_id = o.entity_id
            ANTI JOIN redone_entity AS r ON r.entity_id = o.entity_id
            GROUP BY o.cluster
        ) AS o ON o.cluster = c.cluster
        """
        if has_state
        else ""
    )
    person = "coalesce(n.person_id, o.person_id)" if has_state else "n.person_id"
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE all_entity_cluster AS
        SELECT c.*, {person} AS person_id
        FROM all_entity_cluster AS c
        LEFT JOIN named_cluster AS n ON n.cluster = c.cluster
        {kept}
        """,
    )
    gone = previous.join(assigned.members, on="signature_id", how="anti").select(
        "signature_id", person_id=pl.lit(None, pl.String)
    )
    return assigned.events, assigned.next_sequence, pl.concat([assigned.members, gone])


def _name_dropped_blocks(bench: Workbench) -> None:
    connection = bench.connection
    run(connection, "CREATE OR REPLACE TEMP TABLE dropped_block_tonight AS FROM temp.dropped_block")
    drop(connection, "dropped_block")
    rules = pl.DataFrame({"name": [rule.name for rule in BLOCKING_RULES]}).with_row_index("rule")
    keep(connection, "blocking_rule", rules)
    bench.build(LAYER, "dropped_block")


def _counts(bench: Workbench) -> dict[str, int]:
    counts = dict(
        bench.connection.sql(
            "SELECT match_kind, count(*) FROM person_index GROUP BY match_kind ORDER BY match_kind"
        ).fetchall()
    )
    for name, query in {
        "people": "SELECT count(*) FROM person",
        "records": "SELECT count(*) FROM all_record_description",
        "records_described": "SELECT count(*) FROM record",
        "entities_affected": "SELECT count(*) FROM affected_entity",
        "pairs_scored": "SELECT count(*) FROM candidate_pair",
        "reviews": "SELECT count(*) FROM review_candidate",
    }.items():
        counts[name] = int(bench.value(query))
    return counts


def train_index_model(
    bench: Workbench, version: str, *, neighbour_keys: NeighbourKeys = no_neighbours
) -> LinkageModel:
    """Train a linkage model on tonight's records, without labels.

    The model that the hub ships is the document of such a model, in `hub/identity/models`. Names
    of fewer than `LEAST_BEARERS` records are not written into it: they could identify somebody.
    """
    load_signatures(bench)
    _load_decisions(bench, None)
    _load_records(bench, neighbour_keys, has_state=False)
    connection = bench.connection
    sample = sql_text(LAYER, "training_record").replace("{{records}}", str(TRAINING_RECORDS))
    run(connection, f"CREATE OR REPLACE TEMP TABLE training_record AS {sample}")
    columns = filled_columns(connection, "training_record")
    compare_among(connection, "training_record")
    make_candidate_pairs(connection, usable_rules(columns))
    model = train_model(
        connection,
        "comparable_record",
        "candidate_pair",
        columns,
        version,
        representatives="WHERE is_representative",
        least_bearers=LEAST_BEARERS,
    )
    drop(connection, "training_record", "record")
    return model
