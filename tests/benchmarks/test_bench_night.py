"""`hub bench night` on a few document types: every night in a process of its own, one of them killed."""

import json
import os

import night_scene as scene
import pytest

from pipelines.benchmarks.night import measure_night
from pipelines.benchmarks.night_stages import to_markdown


@pytest.mark.skipif(
    os.environ.get("HUB_PROMISES") != "1",
    reason="four nights in processes of their own take minutes; HUB_PROMISES=1 runs them",
)
def test_the_resumed_night_says_what_the_calm_one_says(tmp_path):
    types = scene.some_types(one_in=40)
    figures = measure_night(300, home=tmp_path / "bench", document_types=types)
    first, second, resumed = figures.nights
    assert figures.resumed_differs_in == ()
    assert first.digest != second.digest == resumed.digest
    assert 0 < second.deliveries < first.deliveries
    assert resumed.deliveries == 0
    rows = {night.name: _rows(night, "families") for night in figures.nights}
    assert rows["resumed"] < rows["second"] < rows["first"]
    assert json.loads(figures.to_json())["nights"][0]["stages"]
    assert "Killed in the middle" in to_markdown(figures)


def _rows(night, stage):
    return next(each.rows for each in night.stages if each.stage == stage)
