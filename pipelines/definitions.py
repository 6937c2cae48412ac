"""The one entry for Dagster: `pipelines.definitions.defs`.

Add here: nothing but new lists of definitions. Importing this module must stay light: it imports
neither Great Expectations nor Splink nor pandas (a test asserts it), for every process pays.
"""

from __future__ import annotations

import dagster as dg

from pipelines.assets.documents import document_assets
from pipelines.assets.night import night_assets
from pipelines.jobs import night_job, scrub_job
from pipelines.resources import HubResource
from pipelines.schedules import nightly, nightly_scrub
from pipelines.sensors import arrival_sensor
from sources.registry import load_catalogue


def gather_definitions(hub: HubResource) -> dg.Definitions:
    """Gather everything that Dagster runs, working on `hub`."""
    catalogue = load_catalogue()
    return dg.Definitions(
        assets=[*document_assets(catalogue), *night_assets(catalogue)],
        jobs=[night_job, scrub_job],
        schedules=[nightly, nightly_scrub],
        sensors=[arrival_sensor],
        resources={"hub": hub},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions that `workspace.yaml` names."""
    return gather_definitions(HubResource())
