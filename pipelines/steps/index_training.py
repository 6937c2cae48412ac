"""Training a linkage model on a night's own records, without labels.

Here: which records, and how many. Never here: how a model learns (`hub.identity.training`). Next: a
person accepts the model, and the next night's index uses it.
"""

from __future__ import annotations

from hub.identity.blocking import usable_rules
from hub.identity.engine import filled_columns
from hub.identity.linkage_model import LinkageModel
from hub.identity.pairing import compare_among, make_candidate_pairs
from hub.identity.statements import drop, run
from hub.identity.training import train_model
from pipelines.steps.index_decisions import load_decisions
from pipelines.steps.index_records import (
    LAYER,
    NeighbourKeys,
    load_records,
    load_signatures,
    no_neighbours,
)
from warehouse.workbench import Workbench, sql_text

TRAINING_RECORDS = 150_000
"""About how many records a model is trained on."""
LEAST_BEARERS = 5
"""Records that must bear a name for it to stand in a model by name."""


def train_index_model(
    bench: Workbench, version: str, *, neighbour_keys: NeighbourKeys = no_neighbours
) -> LinkageModel:
    """Train a linkage model on tonight's records, without labels.

    The model that the hub ships is the document of such a model, in `hub/identity/models`. Names
    of fewer than `LEAST_BEARERS` records are not written into it: they could identify somebody.
    """
    load_signatures(bench)
    load_decisions(bench, None)
    load_records(bench, neighbour_keys, has_state=False)
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
