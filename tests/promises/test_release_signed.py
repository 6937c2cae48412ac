"""A release is what was signed, or it is refused; old ones are scrubbed, kept and removed by the rules."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import release_scene
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from promise_figures import FULL_SIZE
from typer.testing import CliRunner

from warehouse import mart, release_checks, releases
from warehouse.commands import query as query_command
from warehouse.commands import release_app
from warehouse.faults import FAULT_VARIABLE
from warehouse.key_commands import keys_app
from warehouse.keys import key_provider
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.ledger import Ledger, ReleaseState
from warehouse.release_files import Release, open_release, verify
from warehouse.release_retention import RetentionTerms, plan_retention, retain, retention_terms
from warehouse.release_scrub import scrub, sign_release
from warehouse.releases import ReleaseError
from warehouse.signing import SignatureError
from warehouse.statements import read_statements
from warehouse.workbench import Workbench

FLIPS = 1000 if FULL_SIZE else 40
TERMS = RetentionTerms(10, 100, "a least term", "a most term")
ROOT = Path(releases.__file__).parents[1]


@pytest.fixture(scope="module")
def three_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("three") / "home"
    for version in (1, 2, 3):
        release_scene.publish(home, version)
    return home


@pytest.fixture
def layout(three_releases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A hub with three releases, of its own for each test."""
    home = Path(shutil.copytree(three_releases, tmp_path / "home"))
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    return Layout(home)


@pytest.fixture
def ledger(layout: Layout):
    with Ledger.open(layout.ledger_url) as opened:
        yield opened


def fails_in_process(layout: Layout, fault: str, statement: str) -> int:
    """Run `statement` on the hub in a process that dies at `fault`; return its exit code."""
    program = f"""
from pathlib import Path
from warehouse import releases
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.release_retention import Kept, retain
layout = Layout(Path({str(layout.home)!r}))
with Ledger.open(layout.ledger_url) as ledger:
    {statement}
"""
    environment = {**os.environ, FAULT_VARIABLE: fault, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, check=False, stderr=subprocess.DEVNULL
    ).returncode


@pytest.mark.promise("R4")
def test_a_flipped_bit_anywhere_is_refused_on_every_path(layout: Layout, record_figure) -> None:
    release = open_release(layout, "r000003")
    files = sorted(path for path in release.folder.rglob("*") if path.is_file())
    good = {path: path.read_bytes() for path in files}
    for path in files:
        path.chmod(0o640)
    chance = random.Random(11)  # noqa: S311 (a fixed seed, no secret)
    silent = []
    for number in range(FLIPS):
        path = files[number % len(files)]
        bad = bytearray(good[path])
        place = chance.randrange(len(bad))
        bad[place] ^= 1 << chance.randrange(8)
        path.write_bytes(bad)
        for opening in (lambda: open_release(layout, "r000003"), lambda: releases.current(layout)):
            try:
                opening()
            except ReleaseError:
                continue
            silent.append((path.name, place))
        path.write_bytes(good[path])
    assert silent == []
    assert open_release(layout, "r000003").digest == release.digest
    record_figure("R4", f"{FLIPS} flips, opened anew: {len(silent)} accepted", held=not silent)


def test_commands_refuse_what_was_altered(layout: Layout) -> None:
    table = releases.current(layout).table("f01_person_identity")
    table.chmod(0o640)
    table.write_bytes(table.read_bytes()[:-1] + b"X")
    shown = CliRunner().invoke(release_app, ["show"])
    assert shown.exit_code == 1
    assert "f01_person_identity.parquet: altered" in shown.output
    asked = typer.Typer()
    asked.command()(query_command)
    answered = CliRunner().invoke(asked, ["SELECT 1"])
    assert answered.exit_code == 1
    assert "altered" in answered.output


def test_files_are_read_once_and_again_when_they_change(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_release(layout, "r000002")
    read = []
    digest_of = release_checks.durable.sha256_of
    monkeypatch.setattr(
        release_checks,
        "read_anew",
        lambda path, _status: read.append(path) or digest_of(Path(path)),
    )
    open_release(layout, "r000002")
    assert read == []
    os.utime(layout.releases / "r000002/tables/person.parquet", ns=(1, 1))
    open_release(layout, "r000002")
    assert [Path(path).name for path in read] == ["person.parquet"]


@pytest.fixture
def carried(tmp_path: Path) -> Release:
    """A release whose files were read some time ago; the night's tables are the same files."""
    release = release_scene.publish(tmp_path / "home", 1)
    for name in release.tables:
        os.utime(release.table(name), ns=(1, 1))
    return open_release(release.layout, release.release_id)


def publish_other_people(layout: Layout) -> Release:
    """Publish a night in which nothing but the table of people is new."""
    folder = layout.tables(release_scene.NIGHT)
    with Workbench(folder) as bench:
        bench.build_from("person", "SELECT 'P7' AS person_id")
    with Ledger.open(layout.ledger_url) as ledger:
        return releases.publish(
            layout,
            ledger,
            release_scene.NIGHT,
            folder,
            inputs=ledger.effective_deliveries(),
            versions={},
            build_marts=mart.auditor_mart(),
        )


def test_a_file_that_was_carried_over_is_read_once_when_it_is_published(
    carried: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    digest_of = release_checks.durable.sha256_of
    monkeypatch.setattr(
        release_checks,
        "read_anew",
        lambda path, _status: read.append(Path(path).stem) or digest_of(Path(path)),
    )
    released = publish_other_people(carried.layout)
    assert read.count("f01_person_identity") == 1
    assert read.count("person") == 2
    assert verify(released) == []


def test_a_carried_file_that_rotted_is_not_published(carried: Release) -> None:
    table = carried.table("f01_person_identity")
    table.chmod(0o640)
    with table.open("r+b") as file:
        first = file.read(11)
        file.seek(10)
        file.write(bytes([first[-1] ^ 1]))
    os.utime(table, ns=(1, 1))
    with pytest.raises(ReleaseError, match=r"f01_person_identity\.parquet: altered"):
        publish_other_people(carried.layout)
    assert releases.current_id(carried.layout) == "r000001"


def test_a_reader_who_may_not_write_opens_all_the_same(layout: Layout) -> None:
    shutil.rmtree(layout.verified)
    layout.verified.write_text("in the way", "utf-8")
    assert open_release(layout, "r000001").release_id == "r000001"


@pytest.mark.parametrize("change", ["another release's", "of another key", "no envelope", "bytes"])
def test_a_signature_that_does_not_fit_is_refused(layout: Layout, change: str, tmp_path) -> None:
    envelope = layout.releases / "r000003/manifest.dsse.json"
    envelope.chmod(0o640)
    if change == "another release's":
        envelope.write_bytes((layout.releases / "r000002/manifest.dsse.json").read_bytes())
    elif change == "of another key":
        other = release_scene.publish(tmp_path / "other", 3)
        shutil.copyfile(other.folder / "manifest.dsse.json", envelope)
    elif change == "no envelope":
        envelope.write_text("{}", "utf-8")
    else:
        envelope.write_bytes(b"\xff\xfe")
    with pytest.raises(ReleaseError, match=r"manifest\.(dsse\.)?json: "):
        open_release(layout, "r000003")


def test_a_manifest_forged_with_its_check_sum_is_refused_without_the_ledger(layout: Layout) -> None:
    manifest = layout.releases / "r000003/manifest.json"
    forged = json.dumps({**json.loads(manifest.read_text("utf-8")), "versions": {}}).encode()
    for path, content in (
        (manifest, forged),
        (
            manifest.with_suffix(".json.sha256"),
            f"{hashlib.sha256(forged).hexdigest()}  manifest.json\n".encode(),
        ),
    ):
        path.chmod(0o640)
        path.write_bytes(content)
    with pytest.raises(ReleaseError, match="not what was signed"):
        open_release(layout, "r000003")


def unsign(layout: Layout, release_id: str) -> None:
    (layout.releases / release_id / "manifest.dsse.json").unlink()


def test_a_release_of_an_older_hub_is_named_and_refused_unless_asked_for(layout: Layout) -> None:
    unsign(layout, "r000003")
    with pytest.raises(ReleaseError, match=r"r000003 has no signature.*--unsigned"):
        releases.current(layout)
    assert open_release(layout, "r000003", unsigned=True).release_id == "r000003"
    shown = CliRunner().invoke(release_app, ["show", "--unsigned", "--json"])
    assert shown.exit_code == 0
    table = layout.releases / "r000003/tables/person.parquet"
    table.chmod(0o640)
    table.write_bytes(b"not what it was")
    with pytest.raises(ReleaseError, match=r"person\.parquet: altered"):
        open_release(layout, "r000003", unsigned=True)


def test_it_can_be_signed_if_it_is_what_the_ledger_knows(layout: Layout, ledger: Ledger) -> None:
    for name in ("r000001", "r000002"):
        unsign(layout, name)
    sign_release(layout, ledger, "r000001", actor="kim", reason="a newer hub")
    assert open_release(layout, "r000001").release_id == "r000001"
    (layout.releases / "r000002/tables/person.parquet").unlink()
    with pytest.raises(ReleaseError, match="not signed, it is damaged"):
        sign_release(layout, ledger, "r000002", actor="kim", reason="a newer hub")
    with pytest.raises(ReleaseError, match="signed already"):
        sign_release(layout, ledger, "r000003", actor="kim", reason="a newer hub")
    assert [each["kind"] for each in read_statements(layout)] == ["signing"]


def test_a_new_key_signs_and_the_older_releases_still_open(layout: Layout) -> None:
    rotated = CliRunner().invoke(keys_app, ["rotate", "release-signing", "--json"])
    assert [row["is_used"] for row in json.loads(rotated.stdout)] == [False, True]
    assert release_scene.publish(layout.home, 4).release_id == "r000004"
    for name in ("r000001", "r000004"):
        assert open_release(layout, name).release_id == name
    assert CliRunner().invoke(keys_app, ["rotate", "pid/v1"]).exit_code == 1


def test_no_secret_is_shown(layout: Layout) -> None:
    shown = CliRunner().invoke(keys_app, ["show", "--json"])
    rows = json.loads(shown.stdout)
    assert {row["label"] for row in rows} == {
        "release-signing",
        "log-signing",
        "archive",
        "identity",
    }
    assert layout.key_file.read_bytes().hex() not in shown.output
    for row in rows:
        secret = key_provider(layout).key(row["label"], row["epoch"])
        assert secret.hex() not in shown.output


def test_a_wide_open_key_publishes_nothing(layout: Layout) -> None:
    layout.key_file.chmod(0o644)
    with pytest.raises(Exception, match="open to others"):
        release_scene.publish(layout.home, 4)
    assert releases.current(layout).release_id == "r000003"
    assert max(path.name for path in layout.releases.iterdir()) == "r000003"


def problems_of(layout: Layout, ledger: Ledger) -> dict[str, tuple[str, ...]]:
    return {each.subject: each.problems for each in scrub(layout, ledger) if each.problems}


def test_the_scrub_finds_nothing_in_what_is_whole(layout: Layout, ledger: Ledger) -> None:
    found = scrub(layout, ledger)
    assert [each.subject for each in found] == ["r000001", "r000002", "r000003", "hub"]
    assert [each.problems for each in found] == [()] * 4
    assert found[0].size_bytes > 0


def test_the_scrub_reads_what_opening_remembers(layout: Layout, ledger: Ledger) -> None:
    table = open_release(layout, "r000002").table("person")
    status = table.stat()
    bad = bytearray(table.read_bytes())
    bad[100] ^= 1
    table.chmod(0o640)
    table.write_bytes(bad)
    os.utime(table, ns=(status.st_atime_ns, status.st_mtime_ns))
    # The bit rotted: neither time nor size tells.
    assert open_release(layout, "r000002").release_id == "r000002"
    assert problems_of(layout, ledger) == {"r000002": ("tables/person.parquet: altered",)}


def test_the_scrub_finds_a_moved_pointer_foreign_keys_and_a_lost_release(
    layout: Layout, ledger: Ledger
) -> None:
    layout.current.write_text("r000001\n", "utf-8")
    shutil.rmtree(layout.releases / "r000002")
    keys = layout.public_keys / "release-signing.json"
    told = json.loads(keys.read_text("utf-8"))
    told["public_keys"].append("ed25519:" + "A" * 43 + "=")
    keys.write_text(json.dumps(told), "utf-8")
    (problems,) = problems_of(layout, ledger).values()
    assert [problem.split(":")[0] for problem in problems] == ["r000002", "CURRENT", "keys"]


def test_the_scrub_command_fails_where_something_is_wrong(layout: Layout) -> None:
    assert CliRunner().invoke(release_app, ["scrub", "--json"]).exit_code == 0
    (layout.releases / "r000001/tables/person.parquet").unlink()
    scrubbed = CliRunner().invoke(release_app, ["scrub", "--json"])
    assert scrubbed.exit_code == 1
    assert [row["is_sound"] for row in json.loads(scrubbed.stdout)] == [False, True, True, True]


def test_a_rollback_is_stated_under_signature(layout: Layout, ledger: Ledger) -> None:
    releases.rollback(layout, ledger, "r000001", actor="kim", reason="wrong rates")
    releases.rollback(layout, ledger, "r000003", actor="lee", reason="rates were right")
    told = [
        (e["kind"], e["releases"], e["instead_of"], e["actor"]) for e in read_statements(layout)
    ]
    assert told == [
        ("rollback", ["r000001"], ["r000002", "r000003"], "kim"),
        ("rollback", ["r000003"], [], "lee"),
    ]
    first = layout.statements / "000001-rollback.dsse.json"
    content = first.read_bytes()
    first.write_bytes(content.replace(b"sig", b"sih"))
    with pytest.raises(SignatureError, match="000001-rollback"):
        read_statements(layout)
    first.unlink()
    with pytest.raises(SignatureError, match="before it is missing"):
        read_statements(layout)


@pytest.mark.parametrize("point", ["rollback.after_statement", "rollback.after_ledger"])
def test_a_killed_rollback_is_done_or_can_be_done_again(
    layout: Layout, ledger: Ledger, point: str
) -> None:
    statement = 'releases.rollback(layout, ledger, "r000001", actor="kim", reason="why")'
    assert fails_in_process(layout, f"{point}:kill", statement) == -signal.SIGKILL
    releases.heal(layout, ledger)
    if point == "rollback.after_statement":
        assert releases.current(layout).release_id == "r000003"
        releases.rollback(layout, ledger, "r000001", actor="kim", reason="why")
    assert releases.current(layout).release_id == "r000001"
    assert problems_of(layout, ledger) == {}


def fates(plan) -> str:
    return "".join("+" if each.is_kept else "-" for each in plan)


@pytest.mark.parametrize(
    ("days", "keep", "fate"),
    [
        (5, 1, "+++"),  # within the least term nothing goes
        (11, 1, "-++"),  # r000002 is the base of r000003
        (11, 2, "+++"),  # r000001 is the base of r000002
        (101, 3, "--+"),  # past the most term only the current one stays
    ],
)
def test_what_is_kept_follows_terms_and_number(
    layout: Layout, days: int, keep: int, fate: str
) -> None:
    today = release_scene.NIGHT + dt.timedelta(days=days)
    plan = plan_retention(layout, keep, today, TERMS)
    assert fates(plan) == fate


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.integers(-5, 400), keep=st.integers(1, 5), least=st.integers(0, 50),
    more=st.integers(0, 200), current=st.sampled_from(["r000001", "r000002", "r000003"]),
)  # fmt: skip
def test_the_current_release_and_the_legal_term_are_never_touched(
    layout: Layout, days, keep, least, more, current
) -> None:
    layout.current.write_text(current + "\n", "utf-8")
    terms = RetentionTerms(least, least + more, "", "")
    for each in plan_retention(layout, keep, release_scene.NIGHT + dt.timedelta(days), terms):
        if not each.is_kept:
            assert each.release_id != current
            assert days >= least
        elif each.release_id != current:
            assert days <= least + more


def test_the_shipped_terms_are_sound_and_unsound_ones_are_named(tmp_path: Path) -> None:
    assert 0 < retention_terms().least_days < retention_terms().most_days
    unsound = tmp_path / "retention.toml"
    unsound.write_text("[release]\nleast_days = 9\nmost_days = 3\n", "utf-8")
    with pytest.raises(ValueError, match="most_days"):
        retention_terms(unsound)


def test_a_plan_removes_nothing_and_removing_leaves_number_and_record(
    layout: Layout, ledger: Ledger
) -> None:
    today = release_scene.NIGHT + dt.timedelta(days=11)
    plan = plan_retention(layout, 1, today, TERMS)
    assert (layout.releases / "r000001").exists()
    removed = retain(layout, ledger, plan, actor="kim", announce=lambda _name: None)
    assert removed == ["r000001"]
    assert not (layout.releases / "r000001").exists()
    assert [record.state for record in ledger.releases()] == [
        ReleaseState.REMOVED,
        ReleaseState.PUBLISHED,
        ReleaseState.PUBLISHED,
    ]
    assert problems_of(layout, ledger) == {}
    assert release_scene.publish(layout.home, 4).release_id == "r000004"
    with pytest.raises(ReleaseError, match="no release r000001"):
        releases.rollback(layout, ledger, "r000001", actor="kim", reason="why")


@pytest.mark.parametrize("point", ["remove.after_ledger", "remove.after_rename"])
def test_a_killed_removal_is_finished_by_the_next_night(
    layout: Layout, ledger: Ledger, point: str
) -> None:
    statement = (
        "retain(layout, ledger, [Kept('r000001', None, 0, False, 'old')], actor='kim',"
        " announce=print)"
    )
    assert fails_in_process(layout, f"{point}:kill", statement) == -signal.SIGKILL
    releases.heal(layout, ledger)
    assert sorted(path.name for path in layout.releases.iterdir()) == [
        "CURRENT",
        "r000002",
        "r000003",
    ]
    assert problems_of(layout, ledger) == {}


def test_then_and_now_are_asked_together(layout: Layout) -> None:
    now, then = open_release(layout, "r000003"), open_release(layout, "r000001")
    both = (
        "SELECT (SELECT count(*) FROM now.person) AS now_people,"
        " (SELECT count(*) FROM past.person) AS then_people,"
        ' (SELECT count(*) FROM "then".f01_person_identity) AS then_rows'
    )
    answer = mart.query(now, both, then=then)
    assert answer.rows == [(4, 2, 5)]
    new = "SELECT person_id FROM now.person ANTI JOIN past.person USING (person_id) ORDER BY ALL"
    assert mart.query(now, new, then=then).rows == [("P2",), ("P3",)]
    assert mart.query(now, "SELECT count(*) FROM person", then=then).rows == [(4,)]
    with pytest.raises(mart.QueryError):
        mart.query(now, "SELECT * FROM past.person")


def test_a_mart_that_cannot_be_read_to_its_end_is_not_published(layout: Layout, ledger) -> None:
    def damage(folder: Path) -> None:
        mart.auditor_mart()(folder)
        database = folder / "marts/auditor.duckdb"
        content = bytearray(database.read_bytes())
        for place in range(12_300, len(content), 997):
            content[place] ^= 255
        database.write_bytes(content)

    with pytest.raises(ReleaseError, match="cannot be read after writing"):
        releases.publish(
            layout,
            ledger,
            release_scene.NIGHT,
            release_scene.build_tables(layout, 5),
            inputs=[],
            versions={},
            build_marts=damage,
        )
    assert releases.current(layout).release_id == "r000003"
