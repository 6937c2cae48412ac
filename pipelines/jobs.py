"""Jobs: the night as one unit.

Add here: a job over assets. Never here: when it runs (`pipelines.schedules`, `pipelines.sensors`).
Assets of a night form one unit with a fixed order, so a job and not automation conditions.
"""

from __future__ import annotations

import dagster as dg

NIGHT_JOB = "night"

night_job = dg.define_asset_job(
    NIGHT_JOB,
    selection=dg.AssetSelection.all(),
    description="Land what arrived, rebuild what follows from it, publish a release and extracts.",
    executor_def=dg.in_process_executor,
)
