"""Whatever an auditor types, it reaches nothing that their grant does not give (S2).

Two walls, each tested without the other: the judge refuses statements before anything is opened; and
the confined process holds where a statement is let through to it.
"""

from __future__ import annotations

import json
import resource
import tomllib
from pathlib import Path

import gateway_scene
import pytest
from promise_figures import FULL_SIZE

from warehouse.gateway.asking import Job, NoAnswerError, ask
from warehouse.gateway.confinement import Limits
from warehouse.gateway.statements import StatementRefusedError, judge
from warehouse.releases import Release, verify

STATEMENTS = [
    (group, statement)
    for group, statements in tomllib.loads(
        Path(__file__).with_name("hostile_statements.toml").read_text("utf-8")
    )["group"].items()
    for statement in statements
]
GRANTED = {"person", "income", "decision", "night", "f01_person_identity"}
LIMITS = Limits(seconds=2, memory_bytes=1 << 30, rows=1000, result_bytes=1 << 20)
FAST_SHARE = 6
SECRETS = (gateway_scene.NOBODYS, "OUTSIDE-CONTENT", "root:x:", "77777")
LEFT_BEHIND = ("/tmp/hostile", "/tmp/hostile.duckdb")  # noqa: S108 (the statements name them)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return gateway_scene.build(tmp_path_factory.mktemp("hostile") / "home")


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("outside") / "outside.csv"
    file.write_text("word\nOUTSIDE-CONTENT\n")
    return file


def filled(statement: str, release: Release, outside: Path) -> str:
    for name, value in {
        "outside": outside,
        "release": release.folder,
        "key": release.layout.key_file,
    }.items():
        statement = statement.replace("{" + name + "}", str(value))
    return statement


@pytest.mark.promise("S2")
def test_there_are_enough_of_them() -> None:
    assert len({statement for _, statement in STATEMENTS}) >= 150


@pytest.mark.promise("S2")
def test_the_judge_lets_nothing_through_but_granted_tables(release: Release, outside: Path) -> None:
    passed = []
    for group, statement in STATEMENTS[:: 1 if FULL_SIZE else 5]:
        try:
            question = judge(filled(statement, release, outside))
        except StatementRefusedError:
            continue
        if question.tables <= GRANTED and group not in {"bombs", "databases"}:
            passed.append((group, statement, question.tables))
    assert passed == []


def confined(statement: str, release: Release, limits: Limits = LIMITS):
    """Run a statement in the process, as if the judge had let it pass; return answer and seconds."""
    job = Job(
        sql=statement,
        marts={"main": {"file": str(release.mart()), "is_own": False, "files": {}}},
        tables={
            "person": None, "income": None, "night": None, "decision": ["subject_id", "outcome"],
        },
        limits=limits,
    )  # fmt: skip
    try:
        told = ask(job)
    except NoAnswerError as error:
        return None, error.seconds
    return told, told.seconds


def peak_of_children() -> int:
    """The most memory, in bytes, that any process started by this one ever held."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def shown(told) -> str:
    """All that an answer says; a day that Python has no word for makes the gateway refuse it."""
    if told is None:
        return ""
    try:
        return json.dumps(told.table.to_pylist(), default=str)
    except (OverflowError, ValueError):
        return "".join(column.to_string(window=1_000_000) for column in told.table.columns)


@pytest.mark.promise("S2")
def test_the_confined_process_gives_nothing_away(
    release: Release, outside: Path, record_figure
) -> None:
    chosen = STATEMENTS if FULL_SIZE else STATEMENTS[:: len(STATEMENTS) // FAST_SHARE]
    untouched, memory_before = outside.read_bytes(), peak_of_children()
    escapes, late, longest, bombs = [], [], 0.0, 0
    for group, statement in chosen:
        bombs += group == "bombs"
        told, seconds = confined(filled(statement, release, outside), release)
        longest = max(longest, seconds)
        if seconds > LIMITS.seconds + 1:
            late.append((group, statement, round(seconds, 1)))
        said = shown(told)
        if any(secret in said for secret in SECRETS) or outside.read_bytes() != untouched:
            escapes.append((group, statement))
    escapes += [path for path in LEFT_BEHIND if Path(path).exists()]
    damage = verify(release)
    memory = peak_of_children()
    is_within = memory <= max(LIMITS.memory_bytes, memory_before)
    record_figure(
        "S2",
        f"{len(chosen)} hostile statements past the judge, {bombs} of them bombs: {len(escapes)} "
        f"escapes; the longest ended after {longest:.1f} s (limit {LIMITS.seconds} s); "
        f"peak memory {memory >> 20:,} MiB (limit {LIMITS.memory_bytes >> 20:,} MiB)",
        held=not (escapes or late or damage) and is_within,
        statements=len(chosen),
        escapes=len(escapes),
        late=len(late),
        longest_seconds=round(longest, 2),
    )
    assert (escapes, late, damage) == ([], [], [])


@pytest.mark.promise("S2")
def test_a_question_that_never_ends_is_killed(release: Release) -> None:
    endless = "SELECT count(*) FROM range(10000) a, range(10000) b, range(10000) c"
    told, seconds = confined(endless, release, Limits(seconds=1))
    assert told is None
    assert 0 < seconds <= 2
