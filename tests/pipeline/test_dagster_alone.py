"""A run of Dagster's and a command of an operator never work on one hub at the same time."""

import dagster as dg
import pytest
from holder_scene import another_holder

from pipelines import resources
from pipelines.resources import READS_ONLY, HubResource
from warehouse import night_lock as lock
from warehouse.layout import Layout
from warehouse.night_lock import holds_night, night_lock


@dg.op
def look(hub: HubResource) -> bool:
    return holds_night(hub.context().layout)


@dg.op
def look_again(hub: HubResource, before: bool) -> bool:
    return before and holds_night(hub.context().layout)


@dg.job(executor_def=dg.in_process_executor)
def work():
    look_again(look())


@dg.job(executor_def=dg.in_process_executor, tags=READS_ONLY)
def reading():
    look_again(look())


def answer(job, home):
    result = job.execute_in_process(resources={"hub": HubResource(home=str(home))})
    return result.output_for_node("look_again")


@pytest.fixture
def another_process(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(lock, "SECONDS_BETWEEN_TRIES", 0.05)
    with another_holder(tmp_path) as holder:
        yield holder


def test_a_run_holds_the_hub_from_its_first_step_to_its_last(tmp_path):
    assert answer(work, tmp_path)
    assert not holds_night(Layout(tmp_path))


def test_a_run_waits_for_another_process_and_fails_in_the_end(tmp_path, another_process):
    with pytest.raises(dg.DagsterError) as failed:
        answer(work, tmp_path)
    assert "another process runs a night" in str(failed.value.__cause__)
    another_process.kill()
    another_process.communicate()
    assert answer(work, tmp_path)


def test_a_run_inside_a_command_that_holds_the_hub_uses_its_lock(tmp_path):
    with night_lock(Layout(tmp_path)):
        assert answer(work, tmp_path)
        assert holds_night(Layout(tmp_path))


@pytest.mark.usefixtures("another_process")
def test_a_job_that_only_reads_needs_no_lock(tmp_path):
    assert not answer(reading, tmp_path)


def test_the_scrub_reads_and_the_night_does_not():
    from pipelines.jobs import night_job, scrub_job

    assert READS_ONLY.items() <= scrub_job.tags.items()
    assert not READS_ONLY.items() <= (night_job.tags or {}).items()
