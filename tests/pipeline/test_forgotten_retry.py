"""A night that failed, was to be retried and was not, is asked for again; any other failed night is not."""

from __future__ import annotations

import datetime as dt

import dagster as dg
import pytest

from pipelines.jobs import night_job
from pipelines.sensors import forgotten_retry

SELECTION = frozenset({dg.AssetKey(["release", "current"]), dg.AssetKey(["findings", "finding"])})


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def failed(instance, **tags):
    """A run of the night that died, with Dagster's tags."""
    run = dg.DagsterRun(
        job_name=night_job.name,
        status=dg.DagsterRunStatus.STARTED,
        asset_selection=SELECTION,
        tags={f"dagster/{name}": value for name, value in tags.items()},
    )
    instance.add_run(run)
    instance.report_run_failed(run)
    return run.run_id


def asked(instance, minutes=5):
    return forgotten_retry(instance, dt.datetime.now(tz=dt.UTC) + dt.timedelta(minutes=minutes))


def test_a_retry_that_never_came_is_asked_for_with_the_same_assets(instance):
    run_id = failed(instance, will_retry="true")
    request = asked(instance)
    assert run_id in request.run_key
    assert set(request.asset_selection) == SELECTION
    # The same run key starts no second run.
    assert asked(instance).run_key == request.run_key


def test_a_retry_may_still_come(instance):
    failed(instance, will_retry="true")
    assert asked(instance, minutes=0) is None


@pytest.mark.parametrize(
    "tags", [{}, {"will_retry": "false"}, {"will_retry": "true", "auto_retry_run_id": "another"}]
)
def test_what_was_retried_or_is_not_to_be_is_left_alone(instance, tags):
    failed(instance, **tags)
    assert asked(instance) is None


def test_a_later_night_that_runs_is_enough(instance):
    failed(instance, will_retry="true")
    instance.add_run(dg.DagsterRun(job_name=night_job.name, status=dg.DagsterRunStatus.STARTED))
    assert asked(instance) is None


def test_a_hub_without_runs_asks_for_nothing(instance):
    assert asked(instance) is None
