"""G6: what was answered once can be answered again, on its release. G4: each citizen sees every access.

Officials ask many questions over two releases. Then each logged statement is asked again of the release
that its line names, and every citizen's own view is compared with the people of all answers.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import statistics
import time

import gateway_scene
import pytest
from promise_figures import FULL_SIZE

from warehouse import releases
from warehouse.access_log import AccessEntry, AccessLog, AccessResult
from warehouse.access_log.answering import Asker
from warehouse.access_log.citizen import citizen_accesses
from warehouse.gateway.gateway import answer, result_digest
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.mart import auditor_mart
from warehouse.workbench import Workbench

ROWS = (
    "SELECT person_id, amount FROM income WHERE amount % {} = 0 ORDER BY amount",
    "SELECT person_id, sum(amount) AS won FROM income WHERE amount % {} = 0 GROUP BY ALL",
    "SELECT p.person_id, i.kind FROM person p JOIN income i USING (person_id) WHERE i.amount % {} = 0",
    "SELECT person_id, row_number() OVER (ORDER BY amount DESC) AS n FROM income LIMIT {}",
    "SELECT kind, count(*) AS n FROM income WHERE amount % {} = 0 GROUP BY ALL",
)
COUNTS = ("SELECT kind, count(DISTINCT person_id) AS n FROM income WHERE amount > {} GROUP BY ALL",)
NUMBERS = range(2, 12 if FULL_SIZE else 3)
ASKERS = {
    "engineer": (Asker("engineer", "data_quality"), ROWS if FULL_SIZE else ROWS[1::3]),
    "local": (Asker("local", "data_quality"), ROWS[:2] if FULL_SIZE else ROWS[:1]),
    "counter": (Asker("counter", "supervision"), COUNTS),
}
LATER = dt.date(2027, 1, 1)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A hub of two releases, and whom each answer named."""
    home = tmp_path_factory.mktemp("asked") / "home"
    first = gateway_scene.build(home)
    layout = Layout(home)
    folder = layout.tables(gateway_scene.NIGHT)
    with Workbench(folder) as bench:
        bench.build_from(
            "income",
            "SELECT printf('P%010d', i % 50) AS person_id, CASE WHEN i % 50 < 4 THEN 'rent' ELSE "
            "'wage' END AS kind, ['north', 'south', 'east'][1 + i % 3] AS region, "
            "200000 + i AS amount FROM range(150) r(i)",
        )
    with Ledger.open(layout.ledger_url) as ledger:
        second = releases.publish(
            layout, ledger, gateway_scene.NIGHT, folder, inputs=ledger.effective_deliveries(),
            versions={"catalogue": "d" * 64}, build_marts=auditor_mart(),
        )  # fmt: skip
    named = []
    for release in (first, second):
        for asker, questions in ASKERS.values():
            for sql, number in itertools.product(questions, NUMBERS):
                given = ask(layout, asker, sql.format(number), release)
                columns = given.table.column_names
                people = (
                    given.table.column("person_id").to_pylist() if "person_id" in columns else []
                )
                named.append(set(people))
    return layout, named


def ask(layout, asker, sql, release):
    return answer(layout, asker, sql, release, today=lambda: gateway_scene.TODAY)


def logged_answers(layout):
    """Yield (actor, statement, release, digest) of every answer in the log."""
    entries = {}
    for file in sorted(layout.access.glob("log-*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            entry = json.loads(line)
            if entry.get("action") == "query":
                entries[entry["number"]] = entry
    for entry in list(entries.values()):
        if entry["result"] == "answered":
            began = entries[entry["completes"]]
            yield began["actor"], began["statement"], began["release"], entry["result_sha256"]


@pytest.mark.promise("G6")
def test_every_logged_question_has_the_same_answer_again(asked, record_figure):
    layout, named = asked
    told = list(logged_answers(layout))
    assert len(told) == len(named)
    assert len({release for _, _, release, _ in told}) == 2
    same = 0
    for actor, statement, release_id, digest in told:
        release = releases.open_release(layout, release_id)
        again = ask(layout, ASKERS[actor][0], statement, release)
        same += hashlib.sha256(result_digest(again.table).encode()).hexdigest() == digest
    record_figure(
        "G6",
        f"{same} of {len(told)} logged questions to 2 releases: the same digest",
        held=same == len(told),
        questions=len(told),
        same=same,
    )


@pytest.mark.promise("G4")
def test_the_citizen_s_view_holds_every_answer_of_the_gateway(asked, record_figure):
    layout, named = asked
    wrong, people, seconds = 0, sorted(set().union(*named)), []
    questions = sum(1 for _ in logged_answers(layout))
    for person in people:
        began = time.perf_counter()
        seen = citizen_accesses(layout, {person}, LATER)
        seconds.append(time.perf_counter() - began)
        # G6 may have asked all of it a second time.
        wrong += seen.height != sum(person in each for each in named) * questions // len(named)
    record_figure(
        "G4",
        f"{len(people)} people of {len(named)} answers: {wrong} views incomplete; "
        f"{statistics.median(seconds) * 1000:.0f} ms a person",
        held=wrong == 0,
        people=len(people),
        wrong=wrong,
    )


@pytest.mark.promise("G4")
def test_the_citizen_s_view_holds_every_line_and_nobody_else(tmp_path, record_figure):
    """Lines of all kinds: refused, covert, without people, of a hundred people at once."""
    layout = Layout(tmp_path / "home")
    layout.prepare()
    log = AccessLog(layout)
    today = dt.date(2026, 6, 1)
    start = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    count, population, sampled = (100_000, 5_000, 50) if FULL_SIZE else (300, 40, 40)
    entries, oracle = [], {}
    for number in range(count):
        people = {f"P{(number * step) % population}" for step in (1, 7)} if number % 9 else set()
        if number % 997 == 5:
            people |= {f"P{other}" for other in range(min(100, population))}
        covert = today + dt.timedelta(days=number % 5 - 2) if number % 11 == 0 else None
        result = AccessResult.REFUSED if number % 13 == 0 else AccessResult.ALLOWED
        moment = start + dt.timedelta(seconds=number)
        entries.append(AccessEntry(
            actor=f"official-{number % 3}", action="explain", object="decision", at=moment,
            subjects=sorted(people), purpose="application", covert_until=covert, result=result,
        ))  # fmt: skip
        if result is AccessResult.ALLOWED and (covert is None or covert < today):
            for person in people:
                oracle.setdefault(person, []).append(moment.replace(tzinfo=None))
    for place in range(0, count, 5000):
        log.append_many(entries[place : place + 5000])
    wrong, seconds = 0, []
    for number in range(0, population, population // sampled):
        person = f"P{number}"
        began = time.perf_counter()
        seen = citizen_accesses(layout, {person}, today)
        seconds.append(time.perf_counter() - began)
        said = str(seen.to_dicts())
        wrong += seen["happened_at"].to_list() != oracle.get(person, [])
        wrong += "official-" in said or "'P" in said
    record_figure(
        "G4",
        f"{len(seconds)} people in a log of {count:,} lines: {wrong} views wrong; "
        f"{statistics.median(seconds):.2f} s a person",
        held=wrong == 0,
        people=len(seconds),
        wrong=wrong,
    )
