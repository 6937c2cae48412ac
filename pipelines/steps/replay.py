"""Rebuilding an old release from its deliveries, and comparing it with what was released.

Here: the night as it was, in a scratch folder of its own, and the comparison table by table. Never
here: the stages (`pipelines.steps.stages`), printing (`pipelines.replay_command`), publishing: a
replay changes nothing.

The night as it was: the effective deliveries that the manifest names, what the ledger and the logs
said then (`warehouse.night_memory`), the release that was current then, the link model of then. Code
and rules are those of now; the report says where they are others.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from pipelines.steps import stages
from pipelines.steps.context import Listener, NightContext
from pipelines.steps.families import build_night_tables
from warehouse import durable
from warehouse.connection import open_scratch
from warehouse.layout import Layout, ReplayLayout
from warehouse.ledger import Ledger, LedgerError
from warehouse.ledger.remembering import RememberedLedger
from warehouse.manifest import Manifest, code_version
from warehouse.night_memory import NightMemory
from warehouse.release_files import Release, ReleaseError, open_release
from warehouse.releases import UNDIGESTED

STAGES: tuple[tuple[str, Callable[[NightContext], object]], ...] = (
    ("families", build_night_tables),
    ("people", stages.index_people),
    ("households", stages.form_households),
    ("profiles", stages.profile_people),
    ("decisions", stages.decide_programmes),
    ("findings", stages.find_improper_receipt),
)


class CannotReplayError(LookupError):
    """A release cannot be rebuilt; the message says what it lacks."""


@dataclass(frozen=True, slots=True)
class TableComparison:
    """A released table beside the rebuilt one."""

    table: str
    is_same: bool
    """Byte for byte."""
    is_digested: bool
    """Whether the release's digest covers it."""
    rows_released: int
    rows_rebuilt: int | None
    """None: the table was not rebuilt."""
    only_released: int | None = None
    """Rows that only the release has; None where the columns differ."""
    only_rebuilt: int | None = None
    columns: str = ""
    """Columns that only one of them has."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay came to."""

    release_id: str
    tables: tuple[TableComparison, ...]
    other_versions: tuple[str, ...]
    """Code, catalogue, rules and models that are not those of the release."""

    @property
    def is_same(self) -> bool:
        """Whether all digested tables are the same bytes."""
        return all(table.is_same for table in self.tables if table.is_digested)


class ReplayContext(NightContext):
    """The night of an old release, as it was."""

    manifest: Manifest

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger as it answered then."""
        ledger = RememberedLedger.open(self.layout.ledger_url)
        ledger.memory = self.kept
        ledger.manifest = self.manifest
        return ledger

    @property
    def kept(self) -> NightMemory:
        """What was written down then."""
        return NightMemory(self.layout.memory(self.manifest.release_id))

    def accesses(self) -> pl.DataFrame | None:
        """The log of accesses as it was."""
        return self.kept.frame("access_entries")


def replay(
    layout: Layout,
    release_id: str,
    *,
    announce: Listener = lambda _stage, _item: None,
    keep: bool = False,
) -> Replay:
    """Rebuild a release in a scratch folder and compare it with what was released.

    Args:
        layout: the hub.
        release_id: such as r000001.
        announce: hears (stage, what was finished).
        keep: leave the rebuilt tables where `ReplayLayout` says.

    Raises:
        ReleaseError: the release, or the one it goes on from, is missing or damaged.
        CannotReplayError: an older hub made it, or its memory or a delivery is gone.
    """
    release = open_release(layout, release_id)
    manifest = release.manifest
    apart = ReplayLayout(layout.home, release_id)
    _check(layout, manifest)
    with _scratch(apart, keep=keep):
        if manifest.base is not None:
            durable.write_text(apart.current, manifest.base.release_id + "\n")
        model = NightMemory(layout.memory(release_id)).text(stages.LINK_MODEL)
        durable.write_text(apart.models / stages.ACCEPTED_MODEL, model)
        context = ReplayContext(apart, manifest.night, announce)
        context.manifest = manifest
        with context.ledger:
            for name, build in STAGES:
                try:
                    build(context)
                except LedgerError as error:
                    raise CannotReplayError(str(error)) from None
                announce("stage", name)
            other_versions = _other_versions(context)
        compared = tuple(_compare(release, apart.tables(manifest.night), announce))
    return Replay(release_id, compared, other_versions)


def _check(layout: Layout, manifest: Manifest) -> None:
    release_id = manifest.release_id
    if manifest.memory_sha256 is None:
        message = f"{release_id}: an older hub made it and kept no memory of the ledger"
        raise CannotReplayError(message)
    folder = layout.memory(release_id)
    if not folder.exists() or NightMemory(folder).digest() != manifest.memory_sha256:
        message = f"{release_id}: what the ledger said then is missing or altered"
        raise CannotReplayError(message)
    base = manifest.base
    if base is not None:
        try:
            before = open_release(layout, base.release_id)
        except ReleaseError as error:
            message = f"{release_id} goes on from {base.release_id}: {error}"
            raise CannotReplayError(message) from None
        if durable.sha256_of(before.folder / "manifest.json") != base.manifest_sha256:
            message = f"{release_id} went on from another {base.release_id} than lies there now"
            raise CannotReplayError(message)


@contextmanager
def _scratch(apart: ReplayLayout, *, keep: bool) -> Iterator[None]:
    shutil.rmtree(apart.replay, ignore_errors=True)
    try:
        yield
    finally:
        if not keep:
            shutil.rmtree(apart.replay, ignore_errors=True)


def _other_versions(context: ReplayContext) -> tuple[str, ...]:
    manifest = context.manifest
    now = {"code": code_version()[1], **stages.versions(context)}
    then = {"code": manifest.code_sha256, **manifest.versions}
    return tuple(name for name in sorted({*now, *then}) if now.get(name) != then.get(name))


def _compare(release: Release, rebuilt: Path, announce: Listener) -> Iterator[TableComparison]:
    sums = {file.path: file for file in release.manifest.files}
    for table in release.tables:
        file = sums[f"tables/{table}.parquet"]
        ours = rebuilt / f"{table}.parquet"
        is_digested = table not in UNDIGESTED
        rows = file.rows or 0
        if not ours.exists():
            yield TableComparison(table, False, is_digested, rows, None)
        elif durable.sha256_of(ours) == file.sha256:
            yield TableComparison(table, True, is_digested, rows, rows, 0, 0)
        else:
            yield _difference(table, release.table(table), ours, is_digested=is_digested)
        announce("compare", table)


def _difference(table: str, released: Path, rebuilt: Path, *, is_digested: bool) -> TableComparison:
    with open_scratch(rebuilt.parent / "spill") as connection:
        then, now = connection.read_parquet(str(released)), connection.read_parquet(str(rebuilt))
        shapes = [
            dict(zip(each.columns, map(str, each.types), strict=True)) for each in (then, now)
        ]
        counts = [int((each.count("*").fetchall())[0][0]) for each in (then, now)]
        if shapes[0] != shapes[1]:
            differing = sorted(
                name
                for name in {*shapes[0], *shapes[1]}
                if shapes[0].get(name) != shapes[1].get(name)
            )
            columns = ", ".join(differing) or "their order"
            return TableComparison(table, False, is_digested, *counts, None, None, columns)
        connection.register("then_table", then)
        connection.register("now_table", now)
        only = [
            int(
                connection.execute(
                    f"SELECT count(*) FROM (FROM {a} EXCEPT ALL FROM {b})"
                ).fetchall()[0][0]
            )
            for a, b in (("then_table", "now_table"), ("now_table", "then_table"))
        ]
    return TableComparison(table, False, is_digested, *counts, *only)
