"""Jobs: the night as one unit, and the scrub of releases.

Add here: a job. Never here: when it runs (`pipelines.schedules`, `pipelines.sensors`).
Assets of a night form one unit with a fixed order, so a job and not automation conditions. The scrub
makes nothing, so it is no asset.
"""

import dagster as dg

from pipelines.assets.failures import quotes_nothing
from pipelines.resources import READS_ONLY, HubResource

NIGHT_JOB = "night"
SCRUB_JOB = "scrub"

night_job = dg.define_asset_job(
    NIGHT_JOB,
    selection=dg.AssetSelection.all(),
    description="Land what arrived, rebuild what follows from it, publish a release and extracts.",
    executor_def=dg.in_process_executor,
)


@dg.op(description="Read every byte of every release; fail where one is not what was signed.")
@quotes_nothing
def scrub_releases(context: dg.OpExecutionContext, hub: HubResource) -> None:
    """Scrub all releases; what is damaged is named in the failure, never a value of it."""
    from warehouse.release_scrub import scrub

    night = hub.context()
    found = scrub(night.layout, night.ledger)
    context.add_output_metadata(
        {"releases": len(found) - 1, "bytes": sum(each.size_bytes for each in found)}
    )
    damaged = [f"{each.subject}: {problem}" for each in found for problem in each.problems]
    if damaged:
        raise dg.Failure("; ".join(damaged), allow_retries=False)


@dg.job(
    name=SCRUB_JOB,
    executor_def=dg.in_process_executor,
    tags=READS_ONLY,
    description="Read all releases from their first byte to their last and check their signatures.",
)
def scrub_job() -> None:
    """One step."""
    scrub_releases()
