"""A confirmation round: everyone recomputed as of its day, and compared with what is being paid.

Here: the stages of a round, in a work folder of its own, and which of them a killed round has done.
Never here: what a stage means (`hub`, `warehouse/sql`), pages and CSV
(`pipelines.steps.confirmation_results`), publishing: a round changes no release and mints no ID.

Person and household IDs are those of the release that was current when the round began. Facts are those
of deliveries that the hub had received by the round's day.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from hub.confirmation.rounds import Calendar, Round, load_calendar, programme_frame, round_frame
from hub.identity.membership import no_history
from hub.programmes.catalogue import load_programmes
from pipelines.steps.confirmation_results import publish_results, rests_on
from pipelines.steps.context import Listener, NightContext
from pipelines.steps.decisions import build_decisions
from pipelines.steps.families import delivery_table, document_types, open_bench, programmes
from pipelines.steps.feed_guard import guard_feeds
from pipelines.steps.household_units import UnitsBefore, build_units
from pipelines.steps.households import build_households, no_stays
from pipelines.steps.index import build_index, index_settings, registered_people
from pipelines.steps.index_memory import read_released, remembered
from pipelines.steps.profiles import build_profiles
from pipelines.steps.stages import index_model
from warehouse import durable
from warehouse.families import EffectiveDelivery, build_families
from warehouse.faults import fault_point
from warehouse.index_state import find_state
from warehouse.job_record import JobRecord, job_lock
from warehouse.layout import Layout, RoundLayout
from warehouse.ledger import DeliveryRecord
from warehouse.manifest import code_version
from warehouse.releases import current
from warehouse.vault import sub_key

RESULT_TABLES = ("confirmation_receipt", "confirmation_result")
Counts = dict[str, int]


class NothingToConfirmError(LookupError):
    """A round cannot be run; the message says why and what to do."""


class ConfirmationRound:
    """One run of a round.

    Args:
        layout: the hub.
        chosen: the round of the calendar.
        as_of: another day than the calendar's, for a rehearsal; its results lie apart.
        announce: hears (stage, what was finished).
    """

    def __init__(
        self,
        layout: Layout,
        chosen: Round,
        *,
        as_of: dt.date | None = None,
        announce: Listener = lambda _stage, _item: None,
    ) -> None:
        self.calendar: Calendar = load_calendar()
        self.round = chosen if as_of is None else replace(chosen, as_of=as_of)
        is_rehearsal = self.round.as_of != chosen.as_of
        self.name = f"{chosen.code}-{self.round.as_of:%Y%m%d}" if is_rehearsal else chosen.code
        self.layout = layout
        self.context = NightContext(RoundLayout(layout.home, self.name), self.round.as_of, announce)

    @property
    def known(self) -> list[DeliveryRecord]:
        """The deliveries that were effective by the round's day."""
        return effective_by(self.context.ledger.deliveries(), self.round.as_of)

    @property
    def folder(self) -> Path:
        """Where the results lie once the round has ended."""
        return self.layout.confirmations / self.name

    def run(self, *, restart: bool = False) -> bool:
        """Run the stages that are not done yet; return whether there was anything to do.

        Args:
            restart: begin anew, whatever is done.

        Raises:
            NothingToConfirmError: no release, or nothing was known by the round's day.
            JobIsRunningError: another process runs this round.
        """
        work = self.context.layout.work(self.round.as_of)
        with job_lock(work):
            known = self.known
            self._check(known)
            basis = self._basis(known)
            if not restart and rests_on(self.folder, basis):
                shutil.rmtree(work)
                return False
            job = JobRecord.resume(work, basis)
            if restart:
                job.clear()
            if not self.context.layout.current.exists():
                durable.write_text(self.context.layout.current, self._release_id() + "\n")
            for name, build in self._stages(known):
                if job.has(name):
                    self.context.announce(name, "done before")
                    continue
                started = time.monotonic()
                counts = build()
                fault_point(f"confirm.in_{name}")
                job.finish(name, time.monotonic() - started, counts)
                self.context.announce(name, "done")
            # The work folder holds names and addresses of the identity zone: it does not stay.
            shutil.rmtree(work)
        return True

    def _stages(
        self, known: Sequence[DeliveryRecord]
    ) -> tuple[tuple[str, Callable[[], Counts]], ...]:
        return (
            ("families", lambda: self._build_families(known)),
            ("index", self._index_people),
            ("households", self._form_households),
            ("profile", self._profile_people),
            ("decisions", self._decide_programmes),
            ("confirmation", self._compare),
            ("results", lambda: self._write_results(known)),
        )

    def _check(self, known: Sequence[DeliveryRecord]) -> None:
        self._release_id()
        if not known:
            first = min(
                (record.received_on for record in self.context.ledger.deliveries()), default=None
            )
            raise NothingToConfirmError(
                f"no delivery had arrived by {self.round.as_of}; the first came on {first}."
                " --as-of rehearses the round on another day"
            )
        if not self.round.programmes:
            raise NothingToConfirmError(f"no programme takes part in {self.round.code}")

    def _release_id(self) -> str:
        release = current(self.layout)
        if release is None:
            raise NothingToConfirmError("no release yet; run `hub night` first")
        return release.release_id

    def _basis(self, known: Sequence[DeliveryRecord]) -> dict[str, str]:
        inputs = "\n".join(sorted(f"{record.delivery_id} {record.sha256}" for record in known))
        return {
            "round": self.round.code,
            "as_of": self.round.as_of.isoformat(),
            "deliveries": hashlib.sha256(inputs.encode()).hexdigest(),
            "code": code_version()[1],
        }

    def _build_families(self, known: Sequence[DeliveryRecord]) -> Counts:
        context = self.context
        shutil.rmtree(context.layout.tables(context.night), ignore_errors=True)
        arrived = {
            record.delivery_id
            for record in context.ledger.deliveries()
            if record.received_on <= context.night
        }
        told = delivery_table(context, list(known))
        folders = [
            EffectiveDelivery(
                record.delivery_id,
                record.document_type,
                record.period,
                record.sequence,
                record.schema_version or 1,
                context.layout.delivery(record.document_type, record.delivery_id),
            )
            for record in known
        ]
        with open_bench(context) as bench:
            chosen = self.round
            measures = [
                bench.add("confirmation_round", round_frame(self.calendar, chosen)),
                bench.add("confirmation_programme", programme_frame(chosen, load_programmes())),
                bench.add(
                    "night",
                    round_frame(self.calendar, chosen).select("as_of", "month"),
                ),
                bench.add("document_type", document_types(context.catalogue)),
                bench.add("programme", programmes()),
                bench.add("delivery", told.filter(told["delivery_id"].is_in(list(arrived)))),
                *build_families(
                    bench,
                    context.catalogue,
                    folders,
                    progress=lambda table: context.announce("families", table),
                ),
                *guard_feeds(bench, folders, read_released(context, "feed_measure")),
            ]
        return {measure.table: measure.rows for measure in measures}

    def _index_people(self) -> Counts:
        """Index people from the release's state; the memory of memberships is not carried on."""
        context = self.context
        with open_bench(context) as bench:
            model = index_model(context)
            settings = index_settings(registered_people(bench), model)
            before = remembered(context, find_state(context.layout, settings.describe()), model)
            result = build_index(
                bench,
                # A round looks back: its day may lie before days that the history knows already.
                replace(before, history=no_history()),
                sub_key(context.root_key, "person-id/v1"),
                neighbour_keys=context.tokeniser.neighbour_keys,
                decisions=context.ledger.active_decisions(),
                settings=settings,
                night=context.as_of,
            )
        return dict(result.counts)

    def _form_households(self) -> Counts:
        context = self.context
        stays = read_released(context, "household_stay", ["member", "household_id"])
        names = read_released(context, "unit_name")
        events = read_released(context, "unit_event")
        before = UnitsBefore()
        if names is not None and events is not None:
            before = replace(before, names=names, events=events)
        with open_bench(context) as bench:
            result = build_households(
                bench,
                no_stays() if stays is None else stays,
                context.ledger.next_household_sequence(),
                sub_key(context.root_key, "household-id/v1"),
            )
            units = build_units(bench, before, sub_key(context.root_key, "unit-id/v1"))
        return dict(result.coverage) | {f"in_{family}": people for family, people in units.items()}

    def _profile_people(self) -> Counts:
        with open_bench(self.context) as bench:
            return build_profiles(bench)

    def _decide_programmes(self) -> Counts:
        with open_bench(self.context) as bench:
            return build_decisions(bench)

    def _compare(self) -> Counts:
        with open_bench(self.context) as bench:
            for table in RESULT_TABLES:
                bench.build("confirmation", table)
            outcomes = bench.frame(
                "SELECT outcome, count(*) AS results FROM confirmation_result GROUP BY outcome"
                " ORDER BY outcome"
            )
        return dict(outcomes.iter_rows())

    def _write_results(self, known: Sequence[DeliveryRecord]) -> Counts:
        release_id = self.context.layout.current.read_text("utf-8").strip()
        with open_bench(self.context) as bench:
            return publish_results(
                bench,
                self.folder,
                self.calendar,
                self.round,
                basis=self._basis(known) | {"release": release_id},
                deliveries=[record.delivery_id for record in known],
            )


def effective_by(records: Iterable[DeliveryRecord], day: dt.date) -> list[DeliveryRecord]:
    """Return, of each identity, the landed delivery that was effective among those received by `day`.

    As `Ledger.effective_deliveries`, for an earlier day.
    """
    latest: dict[tuple[str, str, int], DeliveryRecord] = {}
    for record in records:
        if record.landed_at is None or record.received_on > day:
            continue
        other = latest.get(record.identity)
        if other is None or (other.last_made_at, other.sha256) < (
            record.last_made_at,
            record.sha256,
        ):
            latest[record.identity] = record
    return sorted(latest.values(), key=lambda record: record.delivery_id)
