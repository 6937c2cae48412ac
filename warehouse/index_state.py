"""Where the person index keeps what it knows between nights, one folder a release, in the vault.

Here: writing, finding and opening the state's tables (`hub.identity.state.STATE`). Never here:
what they mean or how a night changes them. Next: the next night starts from the state of the
current release; `hub index why` and `how` read it.

The state is a cache: where it is missing, or was made under other settings, the night builds the
index from nothing, with the same partition, and people keep their IDs through the release.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from hub.identity.linkage_model import LinkageModel
from hub.identity.state import CHANGES, STATE
from warehouse import durable
from warehouse.connection import open_scratch
from warehouse.layout import Layout
from warehouse.releases import current

SETTINGS = "settings.json"
MODEL = "model.json"
_KEPT_STATES = 3
_MOST_SEGMENTS = 8
"""Nights whose changes lie beside one another before they are written into one."""
_FORMAT = "2"
"""Changes with what the tables of a state hold: a state of another format is not read."""
_PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"


@dataclass(frozen=True, slots=True)
class IndexState:
    """An opened state.

    `connection` has a view for each table of `STATE`, and `signature_member` (`signature_id`,
    `record_id`, `description_id`, `entity_id`, `person_id`) of the current release.
    """

    connection: duckdb.DuckDBPyConnection
    model: LinkageModel
    release_id: str


def state_folder(layout: Layout, release_id: str) -> Path:
    """Return where the state of a release lies."""
    return layout.vault / "index" / release_id


def write_state(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    settings: Mapping[str, str],
    model: LinkageModel,
    *,
    before: Path | None = None,
) -> None:
    """Write tonight's state into `folder`.

    With a state `before`, its segments are linked, not copied, and only what tonight added and took
    away is written (`hub.identity.state.CHANGES`), until there are too many segments. Otherwise
    the tables `all_<table>` are written whole.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    for table in STATE:
        old = _segments(before, table) if before is not None and table in CHANGES else []
        if not old or len(old) >= _MOST_SEGMENTS:
            _copy(connection, f"FROM all_{table}", folder / f"{table}.0000.parquet")
            continue
        for segment in [*old, *_gone_of(before, table)]:
            os.link(segment, folder / segment.name)
        number = f"{len(old):04}"
        _copy(connection, f"FROM added_{table}", folder / f"{table}.{number}.parquet")
        change = CHANGES[table]
        if change.gone:
            gone = f"SELECT DISTINCT {', '.join(change.columns)} FROM {change.gone}"
            _copy(connection, gone, folder / f"{table}.{number}.gone.parquet")
    (folder / MODEL).write_text(model.dumps(), "utf-8")
    # Last: a folder without settings is no state.
    (folder / SETTINGS).write_text(json.dumps(_with_engine(settings), indent=1), "utf-8")


def _copy(connection: duckdb.DuckDBPyConnection, select: str, target: Path) -> None:
    path = str(target).replace("'", "''")
    connection.execute(f"COPY ({select}) TO '{path}' {_PARQUET}").fetchall()


def _segments(folder: Path | None, table: str) -> list[Path]:
    return sorted(folder.glob(f"{table}.[0-9][0-9][0-9][0-9].parquet")) if folder else []


def _gone_of(folder: Path | None, table: str) -> list[Path]:
    return sorted(folder.glob(f"{table}.*.gone.parquet")) if folder else []


def keep_state(layout: Layout, written: Path, release_id: str) -> None:
    """Make the state in `written` that of a release; older states but the last few are removed."""
    if not (written / SETTINGS).exists():
        return
    target = state_folder(layout, release_id)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    durable.fsync_tree(written)
    written.rename(target)
    durable.fsync_path(target.parent)
    for old in sorted(target.parent.iterdir())[:-_KEPT_STATES]:
        if old != target:
            shutil.rmtree(old, ignore_errors=True)


def find_state(layout: Layout, settings: Mapping[str, str]) -> Path | None:
    """Return the state of the current release, if there is one and it was made so."""
    release = current(layout)
    folder = state_folder(layout, release.release_id) if release else None
    if folder is None or not (folder / SETTINGS).exists():
        return None
    kept = json.loads((folder / SETTINGS).read_text("utf-8"))
    return folder if kept == _with_engine(settings) else None


def kept_model(layout: Layout) -> LinkageModel | None:
    """Return the model that the current release's state was made with."""
    release = current(layout)
    path = state_folder(layout, release.release_id) / MODEL if release else None
    if path is None or not path.exists():
        return None
    return LinkageModel.loads(path.read_text("utf-8"))


def attach_state(connection: duckdb.DuckDBPyConnection, folder: Path, prefix: str = "old_") -> None:
    """Make a view `<prefix><table>` of every table of the state in `folder`."""
    for table in STATE:
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {prefix}{table} AS {_segments_sql(folder, table)}"
        ).fetchall()


def _segments_sql(folder: Path, table: str) -> str:
    """Return the SQL of a table's rows: of every segment those that no later night took away."""
    segments = _segments(folder, table)
    gone = {path.name.split(".")[1]: path for path in _gone_of(folder, table)}
    parts = []
    for segment in segments:
        number = segment.name.split(".")[1]
        later = [path for at, path in gone.items() if at > number]
        part = f"SELECT o.* FROM read_parquet({_quoted([segment])}) AS o"
        if later:
            change = CHANGES[table]
            part += f" {change.anti_join(f'read_parquet({_quoted(later)})', 'g')}"
        parts.append(part)
    return " UNION ALL BY NAME ".join(parts)


def _quoted(paths: list[Path]) -> str:
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"[{listed}]"


@contextmanager
def open_index_state(layout: Layout) -> Iterator[IndexState]:
    """Open the state of the current release for reading.

    Raises:
        LookupError: there is no release, or its state was removed.
    """
    release = current(layout)
    if release is None:
        raise LookupError("no release yet; run `hub night` first")
    folder = state_folder(layout, release.release_id)
    if not (folder / SETTINGS).exists():
        raise LookupError(
            f"release {release.release_id}: the state of its person index is no longer kept; "
            "the next `hub night` makes one"
        )
    connection = open_scratch(layout.home / "spill")
    try:
        attach_state(connection, folder, prefix="")
        index = str(release.table("person_index")).replace("'", "''")
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP VIEW signature_member AS
            SELECT i.signature_id, i.record_id, d.description_id, e.entity_id, i.person_id
            FROM read_parquet('{index}') AS i
            JOIN record_description AS d ON d.record_id = i.record_id
            JOIN entity_description AS e ON e.description_id = d.description_id
            """
        ).fetchall()
        yield IndexState(
            connection,
            LinkageModel.loads((folder / MODEL).read_text("utf-8")),
            release.release_id,
        )
    finally:
        connection.close()


def _with_engine(settings: Mapping[str, str]) -> dict[str, str]:
    # The state holds hashes of DuckDB's, which another version may compute otherwise.
    return {**settings, "duckdb": duckdb.__version__, "format": _FORMAT}
