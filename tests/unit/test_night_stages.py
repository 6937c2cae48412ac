"""What the stage table of a measured night says of the steps it was made from."""

import pytest

from pipelines.benchmarks.night import copy_hub
from pipelines.benchmarks.night_alone import Sample, Watch
from pipelines.benchmarks.night_stages import OUTSIDE, stages_of
from warehouse.layout import Layout


def step(name, started, ended, processor=0.0, written=0, peak=0):
    return {
        "step": name,
        "started": started,
        "ended": ended,
        "processor_seconds": processor,
        "written_bytes": written,
        "peak_rss_bytes": peak,
    }


FIGURES = {
    "began": 0.0,
    "ended": 20.0,
    "processor_seconds": 16.0,
    "written_bytes": 9_000_000,
    "rows_received": 1_000,
    "rows_released": 5_000,
    "steps": [
        step("intake", 1, 2, 1.0),
        step("landing__I01__I01_F01_01", 2, 4, 2.0, 1_000_000, 100 << 20),
        step("landing__I03__I03_F11_02", 5, 7, 1.0, 3_000_000, 300 << 20),
        step("families", 8, 12, 8.0, 4_000_000),
        step("identity__person_index", 12, 13, 1.0),
        step("release__current", 13, 15, 1.0),
        step("extract__mohw", 15, 16, 0.5),
        step("extract__eligibility", 16, 17, 0.5),
    ],
    "tables": [
        {"table": "f01_person_identity", "rows": 70, "bytes": 1, "written_at": 9.0},
        {"table": "signature", "rows": 30, "bytes": 1, "written_at": 11.0},
        {"table": "person_index", "rows": 30, "bytes": 1, "written_at": 12.5},
    ],
}


def test_steps_are_summed_into_stages_and_the_rest_is_told():
    by_name = {stage.stage: stage for stage in stages_of(FIGURES)}
    assert list(by_name) == [
        "intake", "landing", "families", "index", "release", "extracts", OUTSIDE,
    ]  # fmt: skip
    landing = by_name["landing"]
    assert (landing.steps, landing.rows, landing.seconds) == (2, 1_000, 4.0)
    assert (landing.rows_per_second, landing.mb_per_second) == (250, 1.0)
    assert (landing.peak_rss_mib, landing.written_mb, landing.share) == (300, 4.0, 0.2)
    assert (by_name["families"].rows, by_name["index"].rows) == (100, 30)
    assert by_name["release"].rows == 5_000
    rest = by_name[OUTSIDE]
    assert (rest.seconds, rest.processor_seconds, rest.written_mb) == (6.0, 1.0, 1.0)
    assert sum(stage.share for stage in by_name.values()) == pytest.approx(1)


def test_work_between_two_samples_is_taken_to_be_even():
    watch = Watch()
    watch.samples = [
        Sample(0.0, 10, 0, 0.0),
        Sample(10.0, 50, 1_000, 4.0),
        Sample(20.0, 20, 1_000, 8.0),
    ]
    assert watch.between(5.0, 15.0) == {
        "peak_rss_bytes": 50,
        "written_bytes": 500,
        "processor_seconds": 4.0,
    }


def test_a_copied_hub_shares_no_file_that_is_written_in_place(tmp_path):
    hub, twin = Layout(tmp_path / "hub"), Layout(tmp_path / "twin")
    files = {
        "ledger.sqlite": False,
        "releases/CURRENT": False,
        "access/2026-03.log": False,
        "lake/I01-F01-01/d/part-00000.parquet": True,
        "vault/archive/ab/abcd": True,
        "releases/r000001/tables/person.parquet": True,
    }
    for name in (*files, "scratch/20260330/tables/person.parquet"):
        path = hub.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    copy_hub(hub, twin)
    assert {n: (twin.home / n).samefile(hub.home / n) for n in files} == files
    assert all((twin.home / name).read_text() == name for name in files)
    assert not (twin.home / "scratch").exists()
