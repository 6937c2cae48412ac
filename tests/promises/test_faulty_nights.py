"""Order, repetition, lateness, damage and kill -9 change nothing of what a release says."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import night_scene as scene
import polars as pl
import pytest

from hub.delivery import DeliveryName
from pipelines.steps import stages
from sources.registry import load_catalogue
from warehouse.durable import sha256_of
from warehouse.layout import Layout
from warehouse.ledger import DropOutcome, Ledger
from warehouse.releases import UNDIGESTED, current, list_releases

PEOPLE = 300
NIGHTS = (scene.FIRST, scene.SECOND, scene.THIRD)
PROJECT = Path(__file__).parents[2]
LARGEST_RESIDENT_KIB = 1 << 20
GIANT_LINE_BYTES = 3 << 30


def land_all(home: Path, drops: Path) -> None:
    """Land three nights, and release what they came to after the last."""
    for night in NIGHTS:
        context = scene.open_night(home, night)
        with context.ledger, scene.unflushed():
            scene.land_night(context, drops)
            if night == NIGHTS[-1]:
                scene.build_tables(context)
                stages.publish_release(context)


@pytest.fixture(scope="module")
def homes(shared):
    """Three hubs that got the same deliveries: on time, with faults, and shuffled."""

    def build(folder: Path) -> None:
        types = scene.some_types(10)
        for name in ("clean", "faulty"):
            is_faulty = name == "faulty"
            scene.tell(
                folder / name, PEOPLE, len(NIGHTS), faults=is_faulty, corrupt=is_faulty,
                types=types,
            )  # fmt: skip
            if is_faulty:
                delay(folder / name)
            land_all(folder / name / "home", folder / name / "nights")
        shuffle(folder / "faulty/nights", folder / "shuffled/nights")
        land_all(folder / "shuffled/home", folder / "shuffled/nights")

    return shared("faulty_nights", build)


def delay(country: Path) -> None:
    """Let some files of the second night arrive on the third."""
    second, third = (country / f"nights/{night:%Y%m%d}" for night in NIGHTS[1:])
    told = pl.read_parquet(country / f"truth/{second.name}/delivery.parquet")
    late = told.filter(pl.col("kind").is_in(["due", "supplement", "correction"]))[::3]
    assert late.height > 3
    for institution, name in late.select("institution", "file_name").iter_rows():
        place = third / institution / name
        place.parent.mkdir(exist_ok=True)
        (second / institution / name).rename(place)


def shuffle(nights: Path, target: Path) -> None:
    """Spread the files of all nights over the same nights by chance."""
    chance = random.Random(scene.SEED)  # noqa: S311 (no secret)
    for night in NIGHTS:
        (target / f"{night:%Y%m%d}").mkdir(parents=True)
    for file in sorted(nights.glob("*/*/*")):
        place = target / f"{chance.choice(NIGHTS):%Y%m%d}" / file.parent.name / file.name
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, place)


def layout_of(homes, name):
    return Layout(homes / name / "home")


def table_digests(layout):
    release = current(layout)
    return {name: sha256_of(release.table(name)) for name in release.tables}


def effective(layout):
    with Ledger.open(layout.ledger_url) as ledger:
        return {(record.delivery_id, record.made_at) for record in ledger.effective_deliveries()}


def truth(homes, name, table):
    return pl.read_parquet(homes / name / f"truth/*/{table}.parquet")


def test_the_faulty_nights_had_every_fault(homes):
    kinds = set(truth(homes, "faulty", "delivery")["kind"])
    assert {"duplicate", "hostile", "correction", "supplement", "due"} <= kinds
    assert {"duplicate", "hostile"}.isdisjoint(truth(homes, "clean", "delivery")["kind"])


@pytest.mark.parametrize("name", ["faulty", "shuffled"])
def test_the_same_deliveries_are_effective(homes, name):
    clean = effective(layout_of(homes, "clean"))
    assert clean
    assert effective(layout_of(homes, name)) == clean


@pytest.mark.parametrize("name", ["faulty", "shuffled"])
def test_every_table_but_those_about_deliveries_is_the_same(homes, name):
    clean = table_digests(layout_of(homes, "clean"))
    other = table_digests(layout_of(homes, name))
    assert len(clean) > 80
    assert other.keys() == clean.keys()
    # Scorecard and conservation count what was stopped.
    about_deliveries = {"delivery", "institution_scorecard", "row_conservation"}
    assert {table for table in clean if clean[table] != other[table]} == about_deliveries


@pytest.mark.parametrize("name", ["faulty", "shuffled"])
def test_the_table_of_deliveries_differs_by_what_was_stopped_only(homes, name):
    clean, other = (
        pl.read_parquet(current(layout_of(homes, each)).table("delivery"))
        for each in ("clean", name)
    )
    assert other.filter(pl.col("state") != "stopped").equals(clean)
    assert not other.filter(state="stopped")["is_effective"].any()


@pytest.mark.parametrize("name", ["faulty", "shuffled"])
def test_what_is_stopped_was_announced_with_its_rule(homes, name):
    announced = truth(homes, "faulty", "delivery").filter(kind="hostile")
    with Ledger.open(layout_of(homes, name).ledger_url) as ledger:
        stopped = {
            (each.file_name, each.stop_rule) for each in ledger.deliveries() if each.stop_rule
        }
        stopped |= {
            (drop.file_name, drop.rule)
            for drop in ledger.drops()
            if drop.outcome is DropOutcome.REFUSED
        }
    assert stopped == set(announced.select("file_name", "rule").iter_rows())
    assert len(stopped) > 8


def test_repeated_files_are_known_and_make_no_delivery(homes):
    repeated = truth(homes, "faulty", "delivery").filter(kind="duplicate")["file_name"]
    with Ledger.open(layout_of(homes, "faulty").ledger_url) as ledger:
        outcomes = {}
        for drop in ledger.drops():
            outcomes.setdefault(drop.file_name, []).append(drop.outcome)
        deliveries = ledger.deliveries()
    assert all(outcomes[name][-1] is DropOutcome.REPETITION for name in repeated)
    assert len(deliveries) == len(
        {(each.document_type, each.period, each.sequence, each.sha256) for each in deliveries}
    )


DEATHS = (
    ("land", "archive.after_copy:kill", ""),
    ("land", "archive.after_rename:kill", ""),
    ("land", "", "finish:3"),
    ("land", "", "mark_landed:3"),
    ("build", "", "build:30"),
    ("release", "publish.after_tables:kill", ""),
    ("publish", "publish.before_rename:kill", ""),
    ("publish", "publish.after_rename:kill", ""),
    ("publish", "publish.after_ledger:kill", ""),
)
"""See `night_scene`; one after the other on one hub."""


@pytest.mark.promise("R2", "R9")
def test_a_night_killed_everywhere_ends_as_one_that_was_not(tmp_path, record_figure):
    scene.tell(tmp_path, 100, 1, types=scene.INDISPENSABLE)
    scene.play_night(tmp_path / "calm", scene.FIRST, tmp_path / "nights")
    home = tmp_path / "killed"
    layout = Layout(home)
    died = subprocess.run(
        [sys.executable, scene.__file__, home, tmp_path / "nights", json.dumps(DEATHS)],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    told = [json.loads(line) for line in died.stdout.splitlines()]
    assert [each["signal"] for each in told] == [signal.SIGKILL] * len(DEATHS), died.stderr[-900:]
    assert [each["problems"] for each in told] == [[]] * len(DEATHS)
    assert [each["releases"] for each in told] == [[]] * 7 + [["r000001"]] * 2
    scene.play_night(home, scene.FIRST, None)
    calm, killed = current(Layout(tmp_path / "calm")), current(layout)
    assert (killed.release_id, killed.digest) == (calm.release_id, calm.digest)
    assert [each.release_id for each in list_releases(layout)] == [killed.release_id]
    calm_tables, killed_tables = table_digests(Layout(tmp_path / "calm")), table_digests(layout)
    differing = {name for name in calm_tables if calm_tables[name] != killed_tables[name]}
    assert differing <= UNDIGESTED
    assert leftovers(home) == []
    figure = f"a night killed at {len(DEATHS)} points came to the digest of a calm one"
    for promise in ("R2", "R9"):
        record_figure(promise, figure, held=True, kills=len(DEATHS))


def leftovers(home: Path) -> list[Path]:
    """Unfinished files where readers look, and drops that nobody took."""
    seen = [*(home / "releases").rglob(".staging-*"), *(home / "lake").rglob("part-*.parquet")]
    staged = [file for file in seen if any(part.startswith(".staging-") for part in file.parts)]
    return staged + [file for file in (home / "landing").rglob("*") if file.is_file()]


READ_GIANT_LINE = """
import re, sys
from pathlib import Path
from hub.delivery import DeliveryName, DeliveryStopped
from sources.readers import open_delivery
from sources.registry import load_catalogue

file = Path(sys.argv[1])
name = DeliveryName.parse(file.name)
try:
    opened = open_delivery(load_catalogue().documents[name.document], name, file)
    rows = sum(batch.frame.height for batch in opened.batches())
    print("read", rows)
except DeliveryStopped as stopped:
    print(stopped.rule, stopped.line)
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]))
"""


def test_a_line_larger_than_memory_stops_its_delivery_in_little_memory(tmp_path):
    document = next(
        each
        for each in load_catalogue().documents.values()
        if each.delivery.value == "csv" and each.encoding.value == "utf-8"
    )
    made_at = scene.dt.datetime.combine(scene.FIRST, scene.dt.time(1))
    version = document.version_on(scene.FIRST)
    file = tmp_path / str(DeliveryName(document.code, "202603", 1, made_at, "csv"))
    header = ",".join(column.name for column in version.columns)
    file.write_text(header + "\n" + "9" * 100, "utf-8")
    os.truncate(file, GIANT_LINE_BYTES)
    read = subprocess.run(
        [sys.executable, "-c", READ_GIANT_LINE, file],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    verdict, resident = read.stdout.splitlines()
    assert verdict.split()[0] == "line_too_long"
    assert int(resident) < LARGEST_RESIDENT_KIB
