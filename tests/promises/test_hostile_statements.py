"""Whatever an auditor types, it reaches nothing that their grant does not give (S2, S3).

Two walls, each tested without the other: the judge refuses statements before anything is opened; and
the confined process holds where a statement is let through to it.
"""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import gateway_scene
import pytest

from warehouse.access_log import AccessRefusedError
from warehouse.access_log.answering import Asker
from warehouse.gateway.asking import Job, NoAnswerError, ask
from warehouse.gateway.confinement import Limits
from warehouse.gateway.gateway import answer
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
ENGINEER = Asker("engineer", "data_quality")
LIMITS = Limits(seconds=2, memory_bytes=1 << 30, rows=1000, result_bytes=1 << 20)
WHOLE = bool(os.environ.get("HUB_PROMISES"))
"""Read while pytest collects: a fixture removes the variables of the hub."""
FAST_SHARE = 6


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


def test_there_are_enough_of_them() -> None:
    assert len({statement for _, statement in STATEMENTS}) >= 150


def test_the_judge_lets_nothing_through_but_granted_tables(release: Release, outside: Path) -> None:
    passed = []
    for group, statement in STATEMENTS:
        try:
            question = judge(filled(statement, release, outside))
        except StatementRefusedError:
            continue
        if question.tables <= GRANTED and group not in {"bombs", "databases"}:
            passed.append((group, statement, question.tables))
    assert passed == []


def confined(statement: str, release: Release, limits: Limits = LIMITS):
    """Run a statement in the process, as if the judge had let it pass."""
    job = Job(
        sql=statement,
        marts={"main": {"file": str(release.mart()), "is_own": False, "families": {}}},
        tables={
            "person": None, "income": None, "night": None, "decision": ["subject_id", "outcome"],
        },
        limits=limits,
    )  # fmt: skip
    try:
        return ask(job)
    except NoAnswerError:
        return None


@pytest.mark.parametrize(
    ("group", "statement"),
    STATEMENTS if WHOLE else STATEMENTS[:: len(STATEMENTS) // FAST_SHARE],
)
def test_the_confined_process_gives_nothing_away(
    release: Release, outside: Path, group: str, statement: str
) -> None:
    before = outside.read_bytes()
    told = confined(filled(statement, release, outside), release)
    shown = "" if told is None else json.dumps(told.table.to_pylist(), default=str)
    for secret in (gateway_scene.NOBODYS, "OUTSIDE-CONTENT", "root:x:", "77777"):
        assert secret not in shown, group
    assert outside.read_bytes() == before
    assert verify(release) == []
    assert not Path("/tmp/hostile").exists()  # noqa: S108 (the statements name it)
    assert not Path("/tmp/hostile.duckdb").exists()  # noqa: S108


def test_a_question_that_never_ends_is_killed(release: Release) -> None:
    endless = "SELECT count(*) FROM range(10000) a, range(10000) b, range(10000) c"
    assert confined(endless, release, Limits(seconds=1)) is None


# Injection through every door (S3)

PAYLOADS = [
    "' OR 1=1 --", "'; DROP TABLE person; --", '" OR ""="', "') UNION SELECT 1 --", "1; SELECT 2",
    "../../etc/passwd", "/etc/passwd", "r000001/../../vault", "%00", "\x01", "$(id)", "`id`",
    "{{7*7}}", "{release}", "*", 'person" UNION SELECT "note', "a'b", "\uff41\uff07\uff42",
    "x" * 5000, "\n\r",
]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS if WHOLE else PAYLOADS[::4])
def test_a_payload_in_any_field_is_a_value_and_nothing_else(release: Release, payload: str) -> None:
    layout = release.layout
    for asker in (
        Asker(payload, "data_quality"),
        Asker("engineer", payload),
    ):
        with pytest.raises(AccessRefusedError):
            answer(layout, asker, "SELECT count(*) FROM person", release)
    with pytest.raises(AccessRefusedError):
        answer(layout, ENGINEER, "SELECT count(*) FROM person", release, role=payload)
    quoted = payload.replace('"', '""')
    with pytest.raises(AccessRefusedError):
        answer(layout, ENGINEER, f'SELECT count(*) FROM "{quoted}"', release)
    assert verify(release) == []
