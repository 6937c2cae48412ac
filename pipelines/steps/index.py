"""The person index of one night, step by step.

Here: the order of the identity steps, and which of their tables are kept. Never here: what a step
means (`hub.identity`, `warehouse/sql/identity`), Dagster, the ledger. Next: households, profiles
and every table that says person_id.

Names, addresses and phones stay in temporary tables of the workbench's connection; what is
written are `person_index`, `person_token`, `person`, `person_event` and `dropped_block`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from hub.identity.addresses import standardise_addresses
from hub.identity.components import connected_components
from hub.identity.linkage_model import LinkageModel, score_pairs, shipped_model, train_model
from hub.identity.names import standardise_names
from hub.identity.person_ids import assign_person_ids
from hub.identity.resolution import Thresholds, resolve_entities
from warehouse.workbench import Workbench, sql_text

LAYER = "identity"
NAME_SIMILARITY = "0.85"
"""Jaro-Winkler over letters, from which on two names support that a number is shared rightly."""
PEOPLE_LIMIT = "3"
"""More different people than this under one number: the number is no key."""
PAIR_LIMIT = "20000"
"""Pairs that one blocking key may give; a bigger block is dropped and counted."""

_GUARD = {"name_similarity": NAME_SIMILARITY, "people_limit": PEOPLE_LIMIT}
_CAP = {"pair_limit": PAIR_LIMIT}


@dataclass(frozen=True, slots=True)
class IndexResult:
    """What the night must remember of its index.

    `members`: (`signature_id`, `person_id`), the `previous` of the next night. `events`: see
    `hub.identity.person_ids.PersonAssignment`. `counts`: signatures by match kind, and people.
    """

    members: pl.DataFrame
    events: pl.DataFrame
    next_sequence: int
    counts: Mapping[str, int]
    model_version: str


def no_members() -> pl.DataFrame:
    """Return the membership before the first night."""
    return pl.DataFrame(schema={"signature_id": pl.UInt64, "person_id": pl.String})


def _select(bench: Workbench, table: str, fill: Mapping[str, str] | None = None) -> None:
    text = sql_text(LAYER, table)
    for name, replacement in (fill or {}).items():
        text = text.replace("{{" + name + "}}", replacement)
    bench.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {text}").fetchall()


def _keep(bench: Workbench, table: str, frame: pl.DataFrame) -> None:
    bench.connection.register(f"{table}_frame", frame)
    bench.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS FROM {table}_frame"
    ).fetchall()
    bench.connection.unregister(f"{table}_frame")


def _drop(bench: Workbench, *tables: str) -> None:
    for table in tables:
        bench.connection.execute(f"DROP TABLE IF EXISTS temp.{table}").fetchall()


def standardise_signatures(bench: Workbench) -> None:
    """Make the temporary tables `register_signature` and `standard_signature`."""
    for table, column, standardise, result in (
        ("distinct_name", "full_name", standardise_names, "standard_name"),
        ("distinct_address", "address", standardise_addresses, "standard_address"),
    ):
        written = bench.frame(sql_text(LAYER, table)).get_column(column)
        _keep(bench, result, standardise(written))
    _select(bench, "register_signature")
    _select(bench, "standard_signature")


def anchor_signatures(bench: Workbench) -> None:
    """Make `entity_signature` and `linkage_record`: the guarded national-ID pass."""
    _select(bench, "token_support", _GUARD)
    _select(bench, "token_node")
    _select(bench, "alias_edge", _GUARD)
    _keep(bench, "token_component", connected_components(bench.frame("FROM alias_edge")))
    _select(bench, "entity_signature")
    _select(bench, "linkage_record")


def link_entities(bench: Workbench, model: LinkageModel, thresholds: Thresholds) -> None:
    """Make `entity_cluster`: the probabilistic pass over what has no usable number."""
    _select(bench, "blocking_key")
    _select(bench, "candidate_pair", _CAP)
    bench.build(LAYER, "dropped_block", _CAP)
    _select(bench, "entity")
    anchors = int(bench.value("SELECT count(*) FROM entity WHERE kind = 'anchor'"))
    scores = score_pairs(bench.connection, "linkage_record", "candidate_pair", model, anchors)
    _keep(bench, "pair_score", scores)
    _select(bench, "entity_pair")
    clusters = resolve_entities(
        bench.frame("FROM entity"), bench.frame("FROM entity_pair"), thresholds
    )
    _keep(bench, "entity_cluster", clusters)


def build_index(
    bench: Workbench,
    previous: pl.DataFrame,
    next_sequence: int,
    key: bytes,
    model: LinkageModel | None = None,
    thresholds: Thresholds | None = None,
) -> IndexResult:
    """Build the person index in `bench`.

    Args:
        bench: holds `signature`, `night`, `f01_person_identity`,
            `f02_resident_household_address`, `f04_vital_event`, `f05_foreigner_nationality`.
        previous: (`signature_id`, `person_id`) of the last night; see `no_members`.
        next_sequence: first sequence number that has not been minted.
        key: secret of the person IDs' permutation; the same for ever.
        model: the linkage model, by default the shipped one.
        thresholds: what a score must reach.
    """
    used = model or shipped_model()
    standardise_signatures(bench)
    anchor_signatures(bench)
    link_entities(bench, used, thresholds or Thresholds())
    clusters = bench.frame(
        """
        SELECT e.signature_id, c.cluster
        FROM entity_signature AS e JOIN entity_cluster AS c USING (entity_id)
        WHERE c.cluster IS NOT NULL ORDER BY e.signature_id
        """
    )
    assigned = assign_person_ids(clusters, previous, next_sequence, key)
    _keep(bench, "person_assignment", assigned.members)
    for table in ("person_index", "person_token", "person"):
        bench.build(LAYER, table)
    bench.add("person_event", assigned.events)
    counts = dict(
        bench.connection.sql(
            "SELECT match_kind, count(*) FROM person_index GROUP BY match_kind ORDER BY match_kind"
        ).fetchall()
    )
    counts["people"] = int(bench.value("SELECT count(*) FROM person"))
    _drop(
        bench,
        "standard_name",
        "standard_address",
        "standard_signature",
        "linkage_record",
        "blocking_key",
        "candidate_pair",
        "pair_score",
    )
    return IndexResult(
        assigned.members, assigned.events, assigned.next_sequence, counts, used.version
    )


def train_index_model(bench: Workbench, version: str) -> LinkageModel:
    """Train a linkage model on the signatures in `bench`, each description a record.

    The model that the hub ships is the text of such a model (`LinkageModel.dumps`) in
    `hub/identity/models`.
    """
    standardise_signatures(bench)
    _select(bench, "training_record")
    model = train_model(bench.connection, "training_record", version)
    _drop(bench, "standard_name", "standard_address", "standard_signature", "training_record")
    return model
