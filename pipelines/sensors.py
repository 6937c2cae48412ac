"""Sensors: one that watches all landing folders.

Add here: a sensor of a job. Never here: intake itself (`pipelines.steps.intake`). One sensor, not
448: the daemon polls each. The cursor remembers what was seen, so that a file that intake has not
taken yet does not ask for a second run.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import dagster as dg

from hub.delivery import DeliveryName, DeliveryStopped
from pipelines.assets import naming
from pipelines.jobs import night_job
from pipelines.steps.intake import waiting_files
from sources.registry import load_catalogue
from warehouse.layout import Layout

_TYPE_CHARACTERS = 10
_WILL_RETRY = "dagster/will_retry"
_RETRIED_BY = "dagster/auto_retry_run_id"
_SECONDS_UNTIL_FORGOTTEN = 60
"""The daemon looks for failed runs every five seconds."""


@dg.sensor(
    job=night_job,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Runs the night for the document types that arrived, and for what follows from them.",
)
def arrival_sensor(
    context: dg.SensorEvaluationContext,
) -> dg.SensorResult | dg.SkipReason | dg.RunRequest:
    """Ask for one run over everything that arrived since the cursor, or again for one that died."""
    landing = Layout.from_environment().landing
    files = {
        _shown(file): [file.stat().st_size, file.stat().st_mtime_ns]
        for file in waiting_files(landing)
    }
    seen = json.loads(context.cursor) if context.cursor else {}
    arrived = {name: state for name, state in files.items() if seen.get(name) != state}
    if not arrived:
        again = forgotten_retry(context.instance, dt.datetime.now(tz=dt.UTC))
        return again or dg.SkipReason("nothing new in landing")
    documents = load_catalogue().documents
    codes = {name.split("/")[1][:_TYPE_CHARACTERS] for name in arrived}
    keys = [naming.document_key(documents[code]) for code in sorted(codes & set(documents))]
    fingerprint = hashlib.sha256(json.dumps(arrived, sort_keys=True).encode()).hexdigest()
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=fingerprint, asset_selection=night_selection(keys))],
        cursor=json.dumps(files, sort_keys=True),
    )


def forgotten_retry(instance: dg.DagsterInstance, now: dt.datetime) -> dg.RunRequest | None:
    """Ask again for the night's last run where it failed, was to be retried, and never was.

    Dagster's daemon reads that a run failed, looks whether its status says so, and passes on for good
    if the status is written a moment later.
    """
    newest = instance.get_run_records(dg.RunsFilter(job_name=night_job.name), limit=1)
    if not newest:
        return None
    run, ended = newest[0].dagster_run, newest[0].end_time
    is_forgotten = (
        run.status is dg.DagsterRunStatus.FAILURE
        and run.tags.get(_WILL_RETRY) == "true"
        and _RETRIED_BY not in run.tags
        and ended is not None
        and now.timestamp() - ended > _SECONDS_UNTIL_FORGOTTEN
    )
    if not is_forgotten:
        return None
    return dg.RunRequest(
        run_key=f"{run.run_id} again",
        asset_selection=sorted(run.asset_selection or (), key=dg.AssetKey.to_user_string) or None,
    )


def _shown(file: Path) -> str:
    """A file's name where it is that of a delivery; Dagster keeps the cursor, and others may say anything."""
    try:
        return f"{file.parent.name}/{DeliveryName.parse(file.name)}"
    except DeliveryStopped:
        return f"{file.parent.name}/{file.stat().st_ino}"


def night_selection(documents: list[dg.AssetKey]) -> list[dg.AssetKey]:
    """Intake, the document assets given, and every asset after landing."""
    catalogue = load_catalogue()
    families = [naming.family_key(family) for family in catalogue.families.values()]
    after = [
        naming.PERSON_INDEX,
        naming.HOUSEHOLDS,
        naming.PROFILES,
        naming.DECISIONS,
        naming.FINDINGS,
        naming.RELEASE,
        naming.ACCESS_REVIEW,
        naming.ELIGIBILITY,
        *naming.extract_keys(),
    ]
    return [naming.INTAKE, *documents, *families, *after]
