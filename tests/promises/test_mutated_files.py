"""Whatever a file contains, reading it ends soon, in a verdict or in rows that add up (R8)."""

from __future__ import annotations

import mutation_scene
import pytest
import readers_scene as scene
from promise_figures import FULL_SIZE

INPUTS = 10_000 if FULL_SIZE else 200
MOST_CPU_SECONDS = 1.0
"""Of one input; time of the processor, so that a busy machine changes nothing."""


@pytest.fixture(scope="module")
def readings():
    """All readings by format."""
    by_place = {place: [] for place in range(len(scene.FORMATS))}
    for reading in mutation_scene.readings(INPUTS):
        by_place[reading.place].append(reading)
    return by_place


@pytest.mark.promise("R8")
def test_no_mutated_file_crashes_or_hangs_a_reader(readings, record_figure):
    read = [reading for of_format in readings.values() for reading in of_format]
    broken = [each for each in read if each.problem]
    slow = [each for each in read if each.cpu_seconds > MOST_CPU_SECONDS]
    record_figure(
        "R8",
        f"{INPUTS:,} files in each of {len(readings)} formats, {len(broken)} crashes, "
        f"slowest {max(each.cpu_seconds for each in read):.2f} s",
        held=not broken and not slow,
        inputs=len(read),
        crashes=len(broken),
    )
    assert broken == []
    assert slow == []


@pytest.mark.parametrize("place", range(len(scene.FORMATS)))
def test_mutations_reach_more_than_the_first_check(readings, place):
    of_format = readings[place]
    assert [each.number for each in of_format] == list(range(INPUTS))
    assert len({each.rule for each in of_format}) >= 3
    assert 0.01 < sum(each.rule is None for each in of_format) / INPUTS < 0.95


def test_an_input_is_made_from_its_number_alone():
    assert mutation_scene.mutated(0, 7) == mutation_scene.mutated(0, 7)
    assert len({mutation_scene.mutated(0, number) for number in range(1, 200)}) > 190


def test_a_process_that_dies_is_told_and_the_rest_is_read(monkeypatch, tmp_path):
    dying = tmp_path / "dying.py"
    dying.write_text(
        "import json, os, sys\n"
        "inputs, first = map(int, sys.argv[1:])\n"
        f"for following in range(first, inputs * {len(scene.FORMATS)}):\n"
        "    if following == 3:\n"
        "        os.abort()\n"
        "    place, number = divmod(following, inputs)\n"
        "    row = dict(place=place, number=number, rule=None, cpu_seconds=0, problem='')\n"
        "    print(json.dumps(row), flush=True)\n"
    )
    monkeypatch.setattr(mutation_scene, "__file__", str(dying))
    readings = list(mutation_scene.readings(2))
    assert len(readings) == 2 * len(scene.FORMATS)
    broken = [(each.place, each.number) for each in readings if each.problem]
    assert broken == [(1, 1)]
