"""Schedules: when the night runs by itself.

Add here: a schedule of a job. Never here: jobs.
"""

from __future__ import annotations

import dagster as dg

from pipelines.jobs import night_job, scrub_job


@dg.schedule(
    job=night_job,
    cron_schedule="0 2 * * *",
    execution_timezone="Asia/Seoul",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every night at 02:00 Korean time, for the day that has just begun.",
)
def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Ask for the night of the scheduled day; a second tick of the same day is the same run."""
    night = context.scheduled_execution_time.date().isoformat()
    return dg.RunRequest(
        run_key=f"night-{night}",
        run_config=dg.RunConfig(resources={"hub": {"config": {"night": night}}}),
        tags={"hub/night": night},
    )


nightly_scrub = dg.ScheduleDefinition(
    name="nightly_scrub",
    job=scrub_job,
    cron_schedule="0 6 * * *",
    execution_timezone="Asia/Seoul",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every morning at 06:00 Korean time, when the night is over: are releases what they were?",
)
