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
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hub.identity.advance import IndexSettings, advance_index
from hub.identity.blocking import BLOCKING_RULES
from hub.identity.linkage_model import LinkageModel, shipped_model
from hub.identity.resolution import Thresholds
from hub.identity.statements import drop, keep, run
from pipelines.steps.index_decisions import ask_about_decisions, load_decisions, read_demands
from pipelines.steps.index_people import Before, carry_membership, load_members, name_people
from pipelines.steps.index_records import (
    LAYER,
    NeighbourKeys,
    count_registered,
    load_records,
    load_signatures,
    no_neighbours,
    registered_people,
)
from pipelines.steps.index_tables import build_person_index, build_person_tokens, has_tables
from warehouse.index_state import attach_state, state_rows, write_state
from warehouse.workbench import Workbench

__all__ = [
    "Before",
    "IndexResult",
    "NeighbourKeys",
    "build_index",
    "index_settings",
    "no_neighbours",
    "registered_people",
]

UNREGISTERED_SHARE = 0.05
"""Of the people whom senders name, those of whom no register knows."""
HOUSEMATES = 2
"""Other people of somebody's household."""


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
    released = None if before.state is None else before.tables
    has_state = released is not None and has_tables(released)
    released = released if has_state else None
    news = load_signatures(bench, released, before.rewritten)
    used = settings or index_settings(count_registered(bench))
    connection = bench.connection
    rows = None
    if before.state is not None and has_state:
        attach_state(connection, bench.zone, before.state, holds=True)
        rows = state_rows(bench.zone, before.state)
    demands = load_decisions(bench, decisions)
    load_records(bench, neighbour_keys, has_state=has_state)
    load_members(bench, before, has_state=has_state)
    then = None if before.decisions is None else read_demands(bench, before.decisions)
    advance_index(
        connection,
        used,
        demands.told,
        has_state=has_state,
        rows=rows,
        former=None if then is None else then.told,
        unpinned=() if then is None else set(then.pinned).difference(demands.pinned),
        is_calm=before.is_same_model,
    )
    named = name_people(bench, before, key, demands.pinned, has_state=has_state)
    build_person_index(bench, news)
    build_person_tokens(bench, released)
    run(
        connection,
        f"CREATE OR REPLACE TEMP VIEW said_signature AS FROM {'signature' if has_state else 'signature_record'}",
    )
    bench.build(LAYER, "person")
    bench.add("person_event", named.assigned.events)
    _name_dropped_blocks(bench)
    when = night or bench.value("SELECT as_of FROM night")
    carry_membership(bench, before, named, when, has_state=has_state)
    ask_about_decisions(bench, demands)
    bench.build(LAYER, "review_candidate")
    if state_folder is not None:
        write_state(
            bench,
            state_folder,
            used.describe(),
            used.model,
            origin=f"{when:%Y%m%d}",
            before=before.state if has_state else None,
        )
    counts = _counts(bench)
    drop(connection, "signature_record", "record")
    return IndexResult(named.assigned.events, named.assigned.next_sequence, counts, used)


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
        "pairs_scored": "SELECT pairs FROM scored_pair_count",
        "reviews": "SELECT count(*) FROM review_candidate",
    }.items():
        counts[name] = int(bench.value(query))
    return counts
