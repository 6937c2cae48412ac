"""A whole night in this process, by the same Dagster job that schedule and sensor run.

Add here: what a night run reports. Never here: printing (`pipelines.commands`) or work.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hub.delivery import DeliveryState
from hub.expected_error import ExpectedError
from pipelines.dagster_notes import quick_notes
from pipelines.steps.context import Listener, NightContext, night_context
from pipelines.steps.engines import EngineChoice, chosen_engine
from pipelines.steps.intake import take_deliveries
from warehouse.layout import Layout
from warehouse.ledger import DropOutcome, NightOutcome
from warehouse.night_lock import night_lock
from warehouse.releases import current, current_id

if TYPE_CHECKING:
    from dagster import DagsterInstance
    from dagster._utils.error import SerializableErrorInfo

    from warehouse.ledger import Ledger

INSTANCE_SETTINGS = Path(__file__).parent / "instance"
DAGSTER_URL_VARIABLE = "HUB_DAGSTER_URL"
"""SQLAlchemy URL of a PostgreSQL database for Dagster's storage; SQLite in its home if not set."""


class NightIsPastError(ExpectedError):
    """The current release is of a later night, and what that night knew is not unlearnt."""


@dataclass(frozen=True, slots=True)
class StepTime:
    """When a step of the night ran, in seconds since 1970."""

    step: str
    started: float
    ended: float


@dataclass(frozen=True, slots=True)
class NightReport:
    """How a night ended."""

    night: dt.date
    success: bool
    outcome: str
    """`published`, `unchanged` or `failed`, as the ledger has it."""
    seconds: float
    documents: int
    """Document types that had something to land."""
    release_id: str
    """The current release after the night; empty before the first."""
    digest: str
    failed_steps: tuple[str, ...]
    """Step and error of each failed step."""
    files_refused: int = 0
    """Files of this night that are no delivery: kept, and read by nobody."""
    deliveries_stopped: int = 0
    """Deliveries of this night of which nothing landed."""
    steps: tuple[StepTime, ...] = ()
    """When each step ran, in the order in which they began."""


def prepare_instance(layout: Layout) -> Path:
    """Make DAGSTER_HOME with the shipped settings, unless the operator has their own."""
    layout.dagster.mkdir(parents=True, exist_ok=True)
    settings = layout.dagster / "dagster.yaml"
    if not settings.exists():
        has_server = bool(os.environ.get(DAGSTER_URL_VARIABLE))
        shipped = "dagster-postgresql.yaml" if has_server else "dagster.yaml"
        shutil.copyfile(INSTANCE_SETTINGS / shipped, settings)
    return layout.dagster


def run_night(
    layout: Layout, night: dt.date, listener: Listener, engine: EngineChoice | None = None
) -> NightReport:
    """Run the night of `night` and enter the run in the ledger.

    `engine` runs the SQL of the stages that it can; by default the environment's (`HUB_ENGINE`).

    Raises:
        NightIsRunningError: another process works on this hub.
        NightIsPastError: the current release is of a later night; nothing was done.
        SparkMissingError: the engine is Spark, and pyspark or Java is not installed.
    """
    choice = engine or chosen_engine()
    choice.require()
    layout.prepare()
    with night_lock(layout):
        context = night_context(layout, night)
        context.announce = listener
        context.engine = choice
        # Whoever holds the lock is alone: a run that is still open was killed.
        context.ledger.abandon_runs(silent_since=dt.datetime.now(tz=dt.UTC))
        before = current_id(layout)
        _refuse_past(context, before)
        run = context.ledger.start_run(night)
        outcome = NightOutcome.FAILED
        try:
            report = _run_job(context)
            if report.success:
                same = before == report.release_id
                outcome = NightOutcome.UNCHANGED if same else NightOutcome.PUBLISHED
        finally:
            context.close_engine()
            context.ledger.finish_run(run.run_id, outcome)
        refused, stopped = count_not_landed(context.ledger, night)
    return replace(report, outcome=outcome.value, files_refused=refused, deliveries_stopped=stopped)


def count_not_landed(ledger: Ledger, night: dt.date) -> tuple[int, int]:
    """Return how many files of a night are no deliveries, and how many deliveries were stopped."""
    refused = sum(drop.outcome is DropOutcome.REFUSED for drop in ledger.drops(night))
    stopped = ledger.deliveries(state=DeliveryState.STOPPED)
    return refused, sum(record.received_on == night for record in stopped)


def _refuse_past(context: NightContext, release_id: str | None) -> None:
    for record in context.ledger.releases():
        if record.release_id == release_id and record.night > context.night:
            message = (
                f"the current release {release_id} is of the night {record.night}, after {context.night}; "
                "run that night again or a later one"
            )
            raise NightIsPastError(message)


def _run_job(context: NightContext) -> NightReport:
    """Run the job in this process; intake comes first, so that only types that arrived land."""
    started = time.monotonic()
    layout, night = context.layout, context.night
    os.environ.setdefault("DAGSTER_HOME", str(prepare_instance(layout)))
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
    import dagster as dg

    from pipelines.assets import naming
    from pipelines.definitions import gather_definitions
    from pipelines.jobs import NIGHT_JOB
    from pipelines.resources import HubResource
    from pipelines.sensors import night_selection

    logging.getLogger("dagster").setLevel(logging.ERROR)
    begun = time.time()
    take_deliveries(context)
    waiting = sorted({record.document_type for record in context.ledger.pending()})
    context.announce("plan", str(len(waiting)))
    keys = [naming.document_key(context.catalogue.documents[code]) for code in waiting]
    hub = HubResource(home=str(layout.home), night=night.isoformat())
    job = gather_definitions(hub).resolve_job_def(NIGHT_JOB)
    intake = StepTime("intake", begun, time.time())
    notes = Path(os.environ["DAGSTER_HOME"])
    with quick_notes(notes), dg.DagsterInstance.get() as instance:
        result = job.execute_in_process(
            instance=instance,
            asset_selection=night_selection(keys),
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={"hub/night": night.isoformat()},
        )
        steps = _step_times(instance, result.run_id)
    failures = [
        (event.step_key or "", event.step_failure_data.error)
        for event in result.all_events
        if event.is_step_failure
    ]
    release = current(layout)
    return NightReport(
        night=night,
        success=result.success,
        outcome="",
        seconds=time.monotonic() - started,
        documents=len(waiting),
        release_id=release.release_id if release else "",
        digest=release.digest if release else "",
        failed_steps=_described(failures),
        steps=(intake, *steps),
    )


def _step_times(instance: DagsterInstance, run_id: str) -> list[StepTime]:
    """Return when each step of a run began and ended, as Dagster noted it."""
    noted = (
        StepTime(stats.step_key, stats.start_time, stats.end_time)
        for stats in instance.get_run_step_stats(run_id)
        if stats.start_time is not None and stats.end_time is not None
    )
    return sorted(noted, key=lambda step: step.started)


def _described(failures: list[tuple[str, SerializableErrorInfo | None]]) -> tuple[str, ...]:
    described = []
    for step, failure in failures:
        error = failure
        while error and error.cause:
            error = error.cause
        described.append(f"{step}: {error.message.strip().splitlines()[0] if error else 'failed'}")
    return tuple(described)
