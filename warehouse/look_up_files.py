"""What look-ups need of the current index, kept in files beside its state, in the vault.

Here: writing them once a release, opening them without reading them. Never here: what is in them
(`hub.identity.look_up`). Next: `hub index find`, or a service that keeps one look-up open.

Records hold names and addresses: they lie encrypted (`warehouse.identity_zone`) and are read into
memory when a look-up is opened. Keys are hashes, in two arrays a rule that are mapped into memory, so
that the operating system keeps what is asked for often. All go when the state of their release goes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np

from hub.identity.blocking import BLOCKING_RULES
from hub.identity.comparisons import RECORD_COLUMNS
from hub.identity.linkage_model import LinkageModel
from hub.identity.look_up import RECORDS_SQL, IndexLookUp, look_up_keys, make_look_up_records
from warehouse.durable import write_text
from warehouse.identity_zone import Bound, IdentityFile, IdentityZone, identity_zone, stems
from warehouse.index_state import open_index_state, state_folder
from warehouse.layout import Layout

FOLDER = "look_up"
RECORDS = "records"
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
    zone = identity_zone(layout)
    with open_index_state(layout) as state:
        folder = state_folder(layout, state.release_id) / FOLDER
        if not is_prepared(folder, state.model):
            announce(f"preparing look-ups of release {state.release_id}; this is done once")
            prepare_look_up(state.connection, zone, state.model, folder)
        model = state.model
    with open_prepared(folder, zone, model) as look_up:
        yield look_up


def is_prepared(folder: Path, model: LinkageModel) -> bool:
    """Return whether the files in `folder` were made for this model, and by these programs."""
    told = folder / MADE_FOR
    return told.exists() and told.read_text("utf-8") == _made_for(model)


def prepare_look_up(
    connection: duckdb.DuckDBPyConnection, zone: IdentityZone, model: LinkageModel, folder: Path
) -> None:
    """Write the files of look-ups into `folder`, which is made anew.

    Args:
        connection: holds `linkage_record`, `number_neighbour` and `entity_cluster` of a state.
        zone: writes the records.
        model: the model of the state.
        folder: where the files go.
    """
    make_look_up_records(connection, model)
    _write(connection, zone, folder)
    write_text(folder / MADE_FOR, _made_for(model))


@contextmanager
def open_prepared(folder: Path, zone: IdentityZone, model: LinkageModel) -> Iterator[IndexLookUp]:
    """Open the files that `prepare_look_up` has written for this model."""
    path = stems(folder, f"{RECORDS}*")[RECORDS]
    # One batch: few are quick to pick from.
    records = zone.read(IdentityFile(path, records_bound(folder))).combine_chunks()
    look_up = IndexLookUp(
        records.to_batches(),
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


def records_bound(folder: Path) -> Bound:
    """Return what the records in a folder of look-ups are bound to."""
    return Bound("look_up_record", f"index {folder.parent.name}", "")


def _write(connection: duckdb.DuckDBPyConnection, zone: IdentityZone, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    zone.write_query(connection, RECORDS_SQL, zone.target(folder, RECORDS), records_bound(folder))
    # A rule at a time: all keys at once would be the largest table of the index.
    for rule in BLOCKING_RULES:
        hashes, places = look_up_keys(connection, rule)
        np.save(_path(folder, rule.name, "hash"), hashes)
        np.save(_path(folder, rule.name, "place"), places)
