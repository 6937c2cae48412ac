"""A job's record: what is done stays done, unless it rests on something else."""

from __future__ import annotations

import pytest

from warehouse.job_record import JobIsRunningError, JobRecord, job_lock

BASIS = {"inputs": "a"}


def test_finished_stages_are_known_to_the_next_run(tmp_path):
    JobRecord.resume(tmp_path, BASIS).finish("first", 1.5, {"rows": 3})
    again = JobRecord.resume(tmp_path, BASIS)
    assert again.has("first")
    assert not again.has("second")
    assert [(stage.name, stage.counts) for stage in again.stages] == [("first", {"rows": 3})]


def test_another_basis_empties_the_folder(tmp_path):
    JobRecord.resume(tmp_path, BASIS).finish("first", 1, {})
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "half.parquet").touch()
    assert not JobRecord.resume(tmp_path, {"inputs": "b"}).has("first")
    assert not (tmp_path / "tables").exists()


@pytest.mark.parametrize("damage", ["", "{", "[]"])
def test_a_damaged_record_is_none(tmp_path, damage):
    JobRecord.resume(tmp_path, BASIS).finish("first", 1, {})
    (tmp_path / "job.json").write_text(damage, "utf-8")
    assert not JobRecord.resume(tmp_path, BASIS).stages


def test_one_process_at_a_time(tmp_path):
    with job_lock(tmp_path), pytest.raises(JobIsRunningError), job_lock(tmp_path):
        pass
    with job_lock(tmp_path):
        pass
