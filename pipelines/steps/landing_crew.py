"""Landing in worker processes, on machines with cores to spare.

Here: handing document types to workers, and entering in the ledger what they noted, in the order in
which the night asks. Never here: landing itself (`pipelines.steps.landing`). Next: the assets of
document types ask this module to land.

A worker reads, conforms, writes and validates; it has no ledger, only notes of what it would have
entered. The night enters them type by type, as if it had landed alone, so the ledger has one
writer and the lake the same bytes, however many workers there are. What a worker wrote before the
night was killed is written again, as after any crash.
"""

from __future__ import annotations

import atexit
import datetime as dt
import os
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context
from typing import Any, cast

from hub.command_line import silence_interpreter_exit
from pipelines.steps.context import NightContext, night_context
from pipelines.steps.landing import DocumentLanding, land_document
from warehouse.connection import THREADS_VARIABLE
from warehouse.layout import Layout
from warehouse.ledger import DeliveryRecord, Ledger

WORKERS_VARIABLE = "HUB_LANDING_WORKERS"
_MOST_WORKERS = 8
"""Each worker takes about half a GiB, most of it Great Expectations."""
_BYTES_WORTH_A_WORKER = 100_000_000


def landing_workers(waiting_bytes: int = 0) -> int:
    """Return how many processes land: HUB_LANDING_WORKERS, or by cores and work, eight at most.

    One for two cores, since much of landing uses two by itself. Where more than a few files wait, one
    for each core: what is not done in parallel, Great Expectations above all, is worth more then than
    the seconds in which a worker starts.
    """
    given = os.environ.get(WORKERS_VARIABLE)
    if given:
        return max(1, int(given))
    cores = os.cpu_count() or 1
    wanted = cores if waiting_bytes > _BYTES_WORTH_A_WORKER else cores // 2
    return max(1, min(wanted, _MOST_WORKERS))


@dataclass
class LedgerNotes:
    """What landing would have entered in the ledger: method and arguments, in order."""

    waiting: Sequence[DeliveryRecord]
    notes: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)

    def pending(self, _document: str | None = None) -> Sequence[DeliveryRecord]:
        """The deliveries that wait, as the night saw them."""
        return self.waiting

    def mark_landed(self, *given: Any, **named: Any) -> None:
        """Note that a delivery landed."""
        self.notes.append(("mark_landed", given, named))

    def mark_stopped(self, *given: Any, **named: Any) -> None:
        """Note that a delivery was stopped."""
        self.notes.append(("mark_stopped", given, named))

    def record_expectations(self, *given: Any, **named: Any) -> None:
        """Note what the expectations said."""
        self.notes.append(("record_expectations", given, named))


@dataclass(frozen=True, slots=True)
class NotedLanding:
    """A type that a worker landed, and its notes."""

    landing: DocumentLanding
    notes: tuple[tuple[str, tuple[Any, ...], dict[str, Any]], ...]


def _land_apart(
    layout: Layout, night: dt.date, code: str, waiting: Sequence[DeliveryRecord]
) -> NotedLanding:
    """Land one type in a worker."""
    context = night_context(layout, night)
    notes = LedgerNotes(waiting)
    # The context's own ledger is never opened: what is asked of a ledger here, `LedgerNotes` answers.
    context.ledger = cast("Ledger", notes)
    landing = land_document(context, code)
    return NotedLanding(landing, tuple(notes.notes))


class LandingCrew:
    """The workers of one night and what they are landing."""

    def __init__(self) -> None:
        self._workers: int | None = None
        self._pool: ProcessPoolExecutor | None = None
        self._has_failed = False
        self._coming: dict[str, Future[NotedLanding]] = {}

    def land(self, context: NightContext, code: str) -> DocumentLanding:
        """Land every delivery of type `code` that waits; others that wait are begun meanwhile.

        What landing raises in a worker is raised here.
        """
        if self._workers is None:
            waiting = sum(record.size_bytes for record in context.ledger.pending())
            self._workers = landing_workers(waiting)
        if self._workers == 1:
            return land_document(context, code)
        if code not in self._coming:
            self._begin(context, code, self._workers)
        if code not in self._coming:
            return land_document(context, code)
        future = self._coming.pop(code)
        try:
            noted = future.result()
        except BrokenProcessPool:
            # A worker that dies, for want of memory perhaps, costs speed and nothing else.
            self._coming.clear()
            self._dismiss()
            self._has_failed = True
            return land_document(context, code)
        if not self._coming:
            self._dismiss()
        for method, given, named in noted.notes:
            getattr(context.ledger, method)(*given, **named)
        context.announce("landing", code)
        return noted.landing

    def _begin(self, context: NightContext, code: str, workers: int) -> None:
        """Hand out all types that wait, an institution after another, if `code` is among them."""
        waiting: dict[str, list[DeliveryRecord]] = defaultdict(list)
        for record in context.ledger.pending():
            waiting[record.document_type].append(record)
        if self._has_failed or code not in waiting or len(waiting) == 1:
            return
        if self._pool is None:
            cores = int(os.environ.get(THREADS_VARIABLE) or os.cpu_count() or 1)
            self._pool = ProcessPoolExecutor(
                workers,
                mp_context=get_context("spawn"),
                initializer=_begin_worker,
                initargs=(max(1, cores // workers),),
            )
        documents = context.catalogue.documents
        for each in sorted(waiting, key=lambda one: (documents[one].institution, one)):
            if each not in self._coming:
                self._coming[each] = self._pool.submit(
                    _land_apart, context.layout, context.night, each, waiting[each]
                )

    def _dismiss(self) -> None:
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None


def _begin_worker(threads: int) -> None:
    atexit.register(silence_interpreter_exit)
    os.environ[THREADS_VARIABLE] = str(threads)


@lru_cache(maxsize=1)
def _crew(_layout: Layout, _night: dt.date, _told: str | None) -> LandingCrew:
    return LandingCrew()


def land_type(context: NightContext, code: str) -> DocumentLanding:
    """Land every delivery of type `code` that waits, with as many workers as there shall be."""
    crew = _crew(context.layout, context.night, os.environ.get(WORKERS_VARIABLE))
    return crew.land(context, code)
