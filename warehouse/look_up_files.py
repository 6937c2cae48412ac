"""What look-ups need of the current index, kept in files beside its state, in the vault.

Here: writing them once a release, opening them without reading them. Never here: what is in them
(`hub.identity.look_up`). Next: `hub index find`, or a service that keeps one look-up open.

Records lie in an Arrow file, keys in two arrays a rule; all are mapped into memory, so opening
takes no time and the operating system keeps what is asked for often. They hold names and addresses
and go when the state of their release goes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from hub.identity.blocking import BLOCKING_RULES
from hub.identity.comparisons import RECORD_COLUMNS
from hub.identity.linkage_model import LinkageModel
from hub.identity.look_up import IndexLookUp, look_up_keys, look_up_records, make_look_up_records
from warehouse.durable import write_text
from warehouse.index_state import open_index_state, state_folder
from warehouse.layout import Layout

FOLDER = "look_up"
RECORDS = "records.arrow"
MADE_FOR = "made_for.json"


@contextmanager
def open_look_up(
    layout: Layout, announce: Callable[[str], None] = lambda _what: None
) -> Iterator[IndexLookUp]:
    """Open the current release's index for look-ups; the first call of a release prepares the files.

    Args:
        layout: where the index lies.
        announce: hears what takes long.

    Raises:
        LookupError: there is no release, or its state was removed.
    """
    with open_index_state(layout) as state:
        folder = state_folder(layout, state.release_id) / FOLDER
        if not is_prepared(folder, state.model):
            announce(f"preparing look-ups of release {state.release_id}; this is done once")
            prepare_look_up(state.connection, state.model, folder)
        model = state.model
    with open_prepared(folder, model) as look_up:
        yield look_up


def is_prepared(folder: Path, model: LinkageModel) -> bool:
    """Return whether the files in `folder` were made for this model, and by these programs."""
    told = folder / MADE_FOR
    return told.exists() and told.read_text("utf-8") == _made_for(model)


def prepare_look_up(
    connection: duckdb.DuckDBPyConnection, model: LinkageModel, folder: Path
) -> None:
    """Write the files of look-ups into `folder`, which is made anew.

    Args:
        connection: holds `linkage_record`, `number_neighbour` and `entity_cluster` of a state.
        model: the model of the state.
        folder: where the files go.
    """
    make_look_up_records(connection, model)
    _write(connection, folder)
    write_text(folder / MADE_FOR, _made_for(model))


@contextmanager
def open_prepared(folder: Path, model: LinkageModel) -> Iterator[IndexLookUp]:
    """Open the files that `prepare_look_up` has written for this model."""
    records = pa.ipc.open_file(pa.memory_map(str(folder / RECORDS)))
    look_up = IndexLookUp(
        [records.get_batch(number) for number in range(records.num_record_batches)],
        {
            rule.name: (
                np.load(_path(folder, rule.name, "hash"), mmap_mode="r"),
                np.load(_path(folder, rule.name, "place"), mmap_mode="r"),
            )
            for rule in BLOCKING_RULES
        },
        model,
    )
    try:
        yield look_up
    finally:
        look_up.close()


def _made_for(model: LinkageModel) -> str:
    return json.dumps(
        {
            "model": model.digest,
            "rules": [[rule.name, rule.key] for rule in BLOCKING_RULES],
            "columns": RECORD_COLUMNS,
            # Keys are hashes of DuckDB's, which another version may compute otherwise.
            "duckdb": duckdb.__version__,
        }
    )


def _path(folder: Path, rule: str, what: str) -> Path:
    return folder / f"{rule}.{what}.npy"


def _write(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    reader = look_up_records(connection)
    with pa.ipc.new_file(str(folder / RECORDS), reader.schema) as file:
        for batch in reader:
            file.write_batch(batch)
    # A rule at a time: all keys at once would be the largest table of the index.
    for rule in BLOCKING_RULES:
        hashes, places = look_up_keys(connection, rule)
        np.save(_path(folder, rule.name, "hash"), hashes)
        np.save(_path(folder, rule.name, "place"), places)
