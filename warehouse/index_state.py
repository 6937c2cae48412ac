"""Where the person index keeps what it knows between nights, one folder a release, in the vault.

Here: writing, finding and opening the state's tables (`hub.identity.state.STATE`). Never here:
what they mean or how a night changes them. Next: the next night starts from the state of the
current release; `hub index why` and `how` read it.

The state is a cache: where it is missing, or was made under other settings or by other code, the night
builds the index from nothing, with the same partition, and people keep their IDs through the release.

Its tables hold names and addresses, so they are encrypted (`warehouse.identity_zone`). A segment is
`<table>.<number>[.gone].<night that wrote it>`; `files.json` lists those of a state.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from hub.identity.linkage_model import LinkageModel
from hub.identity.recall import StateRows
from hub.identity.state import CHANGES, LOOKED_UP, STATE
from hub.quoting import literal
from warehouse import durable
from warehouse.connection import open_scratch
from warehouse.identity_zone import (
    Bound,
    IdentityFile,
    IdentityZone,
    IdentityZoneError,
    identity_zone,
    name_parts,
    stems,
)
from warehouse.layout import Layout
from warehouse.manifest import code_version
from warehouse.releases import current
from warehouse.staging import FINISHED
from warehouse.workbench import Workbench

SETTINGS = "settings.json"
MODEL = "model.json"
_KEPT_STATES = 3
_MOST_SEGMENTS = 8
"""Nights whose changes lie beside one another before they are written into one."""
_FORMAT = "2"
"""Changes with what the tables of a state hold: a state of another format is not read."""
FILES = "files.json"
_SEGMENT = re.compile(
    r"(?P<table>\w+)\.(?P<number>\d{4})(?P<gone>\.gone)?(?:\.(?P<origin>[\w-]+))?"
)


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
    return layout.index_states / release_id


def write_state(
    bench: Workbench,
    folder: Path,
    settings: Mapping[str, str],
    model: LinkageModel,
    *,
    origin: str,
    before: Path | None = None,
) -> None:
    """Write tonight's state from `bench` into `folder`; its files are bound to `origin`, the night.

    With a state `before`, its segments are linked, not copied, and only what tonight added and took
    away is written (`hub.identity.state.CHANGES`), until there are too many segments. Otherwise, and
    where an older hub wrote a segment plain, the tables `all_<table>` are written whole.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)

    def write(select: str, table: str, part: str) -> None:
        path = bench.zone.target(folder, f"{table}.{part}.{origin}")
        bench.seal(select, path, _bound(table, part, origin))

    for table in STATE:
        old = _segments(before, table) if before is not None and table in CHANGES else []
        is_plain = bench.zone.has_keys and any(segment.file.epoch is None for segment in old)
        kept = [segment for segment in old if not segment.is_gone]
        if not kept or is_plain or len(kept) >= _MOST_SEGMENTS:
            write(f"FROM all_{table}", table, "0000")
            continue
        for segment in old:
            os.link(segment.file.path, folder / segment.file.path.name)
        number = f"{len(kept):04}"
        write(f"FROM added_{table}", table, number)
        change = CHANGES[table]
        if change.gone:
            gone = f"SELECT DISTINCT {', '.join(change.columns)} FROM {change.gone}"
            write(gone, table, f"{number}.gone")
    (folder / MODEL).write_text(model.dumps(), "utf-8")
    list_files(folder)
    # Last: a folder without settings is no state.
    (folder / SETTINGS).write_text(json.dumps(_with_engine(settings), indent=1), "utf-8")


@dataclass(frozen=True, slots=True)
class _Segment:
    file: IdentityFile
    number: str
    is_gone: bool


def _bound(table: str, part: str, origin: str) -> Bound:
    return Bound(table, f"index {origin}", part)


def segment_bound(path: Path, origin: str = "") -> Bound:
    """Return what a segment is bound to, by its name; `origin` where an older hub's name tells none."""
    match = _SEGMENT.fullmatch(name_parts(path)[0])
    if match is None:
        message = f"{path.name}: no file of an index's state"
        raise IdentityZoneError(message)
    part = match["number"] + (match["gone"] or "")
    return _bound(match["table"], part, match["origin"] or origin)


def _segments(folder: Path, table: str) -> list[_Segment]:
    found = []
    for path in stems(folder, f"{table}.*").values():
        bound = segment_bound(path)
        number, _, gone = bound.part.partition(".")
        found.append(_Segment(IdentityFile(path, bound), number, bool(gone)))
    return found


def list_files(folder: Path) -> None:
    """Write down which files a state has."""
    durable.write_text(folder / FILES, json.dumps(_file_names(folder), indent=1))


def _is_whole(folder: Path) -> bool:
    """Whether a state has the files that were written; older hubs did not list them."""
    listed = folder / FILES
    return not listed.exists() or json.loads(listed.read_text("utf-8")) == _file_names(folder)


def _file_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob(FINISHED))


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
    if folder is None or not (folder / SETTINGS).exists() or not _is_whole(folder):
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


def attach_state(
    connection: duckdb.DuckDBPyConnection,
    zone: IdentityZone,
    folder: Path,
    prefix: str = "old_",
    *,
    holds: bool = False,
) -> None:
    """Make a view `<prefix><table>` of every table of the state in `folder`.

    With `holds` all but `LOOKED_UP` are temporary tables: a night reads them again and again, and of a
    stream DuckDB does not know how many rows it has.

    Raises:
        IdentityZoneError: a file of the state is missing, or one is too much.
    """
    if not _is_whole(folder):
        message = (
            f"the state of the person index of {folder.name} is not the one that was written; "
            "remove its folder, and the next `hub night` builds the index anew"
        )
        raise IdentityZoneError(message)
    for table in STATE:
        select = _segments_sql(
            connection, zone, _segments(folder, table), f"{prefix}{table}", table
        )
        kind = "TABLE" if holds and table not in LOOKED_UP else "VIEW"
        connection.execute(f"CREATE OR REPLACE TEMP {kind} {prefix}{table} AS {select}").fetchall()


def state_rows(zone: IdentityZone, folder: Path) -> StateRows:
    """Return what looks rows of the state in `folder` up.

    Polars decodes the columns of a file only where the column that is asked for has one of the values:
    a few rows of a wide table cost a tenth of what reading it costs.
    """

    def rows(table: str, column: str, values: pl.Series) -> pl.DataFrame:
        segments = _segments(folder, table)
        wanted = pl.col(column).is_in(values.implode())
        gone = {each.number: zone.scan([each.file]).collect() for each in segments if each.is_gone}
        found = []
        for segment in segments:
            if segment.is_gone:
                continue
            part = zone.scan([segment.file]).filter(wanted).collect()
            for number, taken in gone.items():
                if number > segment.number:
                    part = part.join(taken, on=CHANGES[table].columns, how="anti")
            found.append(part)
        return pl.concat(found, how="diagonal")

    return rows


def _segments_sql(
    connection: duckdb.DuckDBPyConnection,
    zone: IdentityZone,
    segments: list[_Segment],
    view: str,
    table: str,
) -> str:
    """Return the SQL of a table's rows: of every segment those that no later night took away."""
    names = {}
    for segment in segments:
        name = f"{view}_{segment.number}{'_gone' if segment.is_gone else ''}"
        zone.show(connection, name, segment.file)
        names[segment] = name
    parts = []
    for segment in segments:
        if segment.is_gone:
            continue
        part = f"SELECT o.* FROM {names[segment]} AS o"
        later = [each for each in segments if each.is_gone and each.number > segment.number]
        if later:
            gone = " UNION ALL ".join(f"FROM {names[each]}" for each in later)
            part += f" {CHANGES[table].anti_join(f'({gone})', 'g')}"
        parts.append(part)
    return " UNION ALL BY NAME ".join(parts)


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
    connection = open_scratch(layout.spill)
    try:
        attach_state(connection, identity_zone(layout), folder, prefix="")
        index = literal(release.table("person_index"))
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP VIEW signature_member AS
            SELECT i.signature_id, i.record_id, d.description_id, e.entity_id, i.person_id
            FROM read_parquet({index}) AS i
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
    # The state holds hashes of DuckDB's, which another version may compute otherwise, and rows that a night
    # leaves as other code made them.
    return {
        **settings,
        "duckdb": duckdb.__version__,
        "format": _FORMAT,
        "code": code_version()[1],
    }
