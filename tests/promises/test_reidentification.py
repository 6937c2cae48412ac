"""The person behind a token: two people, one case, one look, and a line of the log before each step."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import polars as pl
import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from hub.delivery import DeliveryName
from warehouse import releases
from warehouse.access_log import AccessLogError, AccessRefusedError, verify
from warehouse.access_log.answering import Asker
from warehouse.access_log.citizen import citizen_accesses
from warehouse.access_log.frames import read_accesses
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.ledger import DeliveryCounts, Ledger, LedgerError
from warehouse.ledger.case_schema import FINDING_CASE
from warehouse.ledger.reidentifications import VALID_FOR
from warehouse.mart import auditor_mart
from warehouse.reidentification import ReidentificationError, decide_request, request, show
from warehouse.reidentify_commands import reidentify_app
from warehouse.vault import IdTokeniser, root_key
from warehouse.workbench import Workbench

NIGHT = dt.date(2026, 4, 1)
PERSON, OTHER = "P0000000001", "P0000000002"
NUMBERS = {PERSON: ["9001011234567", "9001017654321"], OTHER: ["8505052345678"]}
LAW = "Criminal Procedure Act, article 199"
GRANT = """
[[grant]]
id = "G-{person}"
person = "{person}"
role = "{role}"
purpose = "{purpose}"
legal_basis = "act 13"
objects = ["national_id"]
columns = ["national_id.*"]
rows = "{rows}"
from = 2020-01-01
to = 2099-12-31
approved_by = [{{ by = "lee", on = 2019-12-01 }}, {{ by = "park", on = 2019-12-02 }}]
"""


def grant(person, role="vault_custodian", purpose="disclosure", rows="assigned_cases"):
    return GRANT.format(person=person, role=role, purpose=purpose, rows=rows)


@pytest.fixture
def layout(tmp_path, monkeypatch) -> Layout:
    """A hub with two people, three numbers, a case of `choi` about one of them, and grants."""
    layout = Layout(tmp_path / "home")
    layout.prepare()
    monkeypatch.setenv(HOME_VARIABLE, str(layout.home))
    folder = layout.tables(NIGHT)
    with Workbench(folder) as bench:
        rows = " UNION ALL ".join(
            f"SELECT '{token(layout, number)}'::UUID AS national_id_token, '{person}' AS person_id"
            for person, numbers in NUMBERS.items()
            for number in numbers
        )
        bench.build_from("person_token", f"{rows} ORDER BY ALL")
        bench.build_from("person", "SELECT UNNEST(['P0000000001', 'P0000000002']) AS person_id")
        bench.build_from("decision", "SELECT 'P0000000001' AS subject_id, 'eligible' AS outcome")
        bench.build_from("f01_person_identity", "SELECT 1 AS line")
    with Ledger.open(layout.ledger_url) as ledger:
        name = DeliveryName.parse("I03-F11-02_202603_001_20260401T013000.csv")
        ledger.receive(name, "I03", "a" * 64, 10, night=NIGHT)
        (record,) = ledger.pending()
        ledger.mark_landed(
            record.delivery_id, DeliveryCounts(1, 1, 0, 0), schema_version=1, part_count=1
        )
        for actor in ("choi", "jung", "auditor", "choi.second", "ungranted"):
            same = {"person_id": "P7777777777"} if actor.startswith("choi") else {}
            ledger.register_official(
                actor, area_code="", role="custodian", valid_from=dt.date(2019, 1, 1), **same
            )
        with ledger._writing() as connection:
            connection.execute(insert(FINDING_CASE).values(
                case_id="C-1", rule_id="D01", subject_kind="person", subject_id=PERSON,
                person_id=PERSON, action_cap="A2", opened_on=NIGHT, state="open", last_on=NIGHT,
                assignee="choi", is_held=False, is_vanished=False,
            ))  # fmt: skip
        releases.publish(
            layout, ledger, NIGHT, folder, inputs=ledger.effective_deliveries(),
            versions={"catalogue": "c" * 64}, build_marts=auditor_mart(),
        )  # fmt: skip
    (layout.home / "grants").mkdir()
    text = grant("choi") + grant("jung", rows="all") + grant("choi.second", rows="all")
    text += grant("auditor", role="auditor_case", purpose="finding_review")
    (layout.home / "grants" / "all.toml").write_text(text, "utf-8")
    return layout


def token(layout, number):
    block = IdTokeniser(root_key(layout)).tokens(pl.Series([number]))[0]
    return str(uuid.UUID(bytes=block))


def ask(layout, subject=PERSON, actor="choi", **changed):
    told = {"purpose": "disclosure", "case_id": "C-1", "legal_basis": LAW, **changed}
    return request(layout, Asker(actor, **told), subject)


def approve(layout, request_id, actor="jung", is_approved=True):
    decide_request(layout, actor, request_id, is_approved=is_approved, reason="court order 7")


def everything_written(layout) -> bytes:
    """What lies in log, ledger and releases."""
    files = [*layout.access.rglob("*"), *layout.home.glob("ledger.sqlite*")]
    return b"".join(file.read_bytes() for file in files if file.is_file())


def test_two_people_one_look_and_every_step_in_the_log(layout):
    request_id = ask(layout)
    approve(layout, request_id)
    assert sorted(show(layout, "choi", request_id)) == NUMBERS[PERSON]
    with pytest.raises(LedgerError, match="shown once; ask again"):
        show(layout, "choi", request_id)
    lines = read_accesses(layout).filter(action="reidentify")
    done = [
        (row["actor"], row["object"].split()[0].rstrip(","), row["result"])
        for row in lines.iter_rows(named=True)
    ]
    assert done == [
        ("choi", "request", "allowed"), ("jung", "approve", "allowed"), ("choi", "show", "allowed"),
        ("choi", "show", "answered"), ("choi", "show", "allowed"), ("choi", "show", "failed"),
    ]  # fmt: skip
    assert lines["case_id"].unique().to_list() == ["C-1"]
    seen = citizen_accesses(layout, {PERSON}, dt.date(2099, 1, 1))
    told = seen.filter(what_was_done="reidentify")
    assert told.height == 4
    assert set(told["legal_basis"]) == {LAW}
    assert set(told["purpose"]) == {"disclosure"}
    assert citizen_accesses(layout, {OTHER}, dt.date(2099, 1, 1)).is_empty()
    assert not any(number.encode() in everything_written(layout) for number in NUMBERS[PERSON])
    assert verify(layout) == []


def test_a_token_gives_its_own_number_only(layout):
    request_id = ask(layout, token(layout, NUMBERS[PERSON][1]))
    approve(layout, request_id)
    assert show(layout, "choi", request_id) == (NUMBERS[PERSON][1],)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"purpose": None}, "purpose is missing"),
        ({"purpose": "curiosity"}, "purpose is not one of"),
        ({"purpose": "supervision"}, "for the purpose disclosure only"),
        ({"case_id": None}, "case is missing"),
        ({"case_id": "C-2"}, "not open, or not assigned"),
        ({"actor": "jung"}, "not open, or not assigned"),
        ({"actor": "auditor", "purpose": "finding_review"}, "may not reidentify"),
        ({"actor": "ungranted"}, "no grant in your name"),
        ({"subject": OTHER}, "people of your case only"),
        ({"subject": "P0000000009"}, "does not know this subject"),
        ({"subject": str(uuid.UUID(int=7))}, "does not know this subject"),
    ],
)
def test_whatever_is_missing_refuses_the_request_and_stands_in_the_log(layout, changed, reason):
    with pytest.raises(AccessRefusedError, match=reason):
        ask(layout, **changed)
    assert read_accesses(layout).row(-1, named=True)["result"] == "refused"
    with Ledger.open(layout.ledger_url) as ledger:
        assert ledger.reidentifications().is_empty()


@pytest.mark.parametrize("basis", [None, " "])
def test_no_legal_basis_no_request(layout, basis):
    with pytest.raises(ReidentificationError, match="legal basis is missing"):
        ask(layout, legal_basis=basis)


def test_a_number_that_is_typed_is_not_repeated(layout):
    number = NUMBERS[PERSON][0]
    with pytest.raises(ReidentificationError) as refused:
        ask(layout, number)
    assert number not in str(refused.value)
    request_id = ask(layout, legal_basis=f"{LAW}, of {number}")
    decide_request(layout, "jung", request_id, is_approved=True, reason=f"it is {number}")
    assert number.encode() not in everything_written(layout)


def test_nobody_approves_their_own_request_under_any_name(layout):
    request_id = ask(layout)
    for actor in ("choi", "CHOI ", "choi.second"):
        with pytest.raises(AccessRefusedError, match="another person than the requester"):
            approve(layout, request_id, actor)
    for actor in ("auditor", "ungranted"):
        with pytest.raises(AccessRefusedError):
            approve(layout, request_id, actor)
    with pytest.raises(LedgerError, match="waits for another person's approval"):
        show(layout, "choi", request_id)


def test_only_the_requester_sees_it_and_a_refused_one_shows_nothing(layout):
    approved, refused = ask(layout), ask(layout)
    approve(layout, approved)
    approve(layout, refused, is_approved=False)
    with pytest.raises(AccessRefusedError, match="only the requester"):
        show(layout, "jung", approved)
    with pytest.raises(LedgerError, match="is refused"):
        show(layout, "choi", refused)
    with pytest.raises(LedgerError, match="is approved"):
        approve(layout, approved)
    assert len(show(layout, "choi", approved)) == 2


def test_a_grant_that_is_gone_by_now_shows_nothing(layout):
    request_id = ask(layout)
    approve(layout, request_id)
    (layout.home / "grants" / "all.toml").write_text(grant("jung", rows="all"), "utf-8")
    with pytest.raises(AccessRefusedError, match="no grant in your name"):
        show(layout, "choi", request_id)


def test_a_hub_without_grants_names_nobody(layout):
    (layout.home / "grants" / "all.toml").unlink()
    (layout.home / "grants").rmdir()
    with pytest.raises(AccessRefusedError, match="nobody is granted anything"):
        ask(layout)


def test_a_request_over_its_time_takes_no_step(layout):
    late = dt.datetime.now(dt.UTC) - VALID_FOR - dt.timedelta(minutes=1)
    with Ledger.open(layout.ledger_url) as ledger:
        told = {"requester": "choi", "purpose": "disclosure", "legal_basis": LAW, "case_id": "C-1"}
        waiting, approved = (
            ledger.request_reidentification(person_id=PERSON, token=None, at=late, **told)
            for _ in range(2)
        )
        ledger.decide_reidentification(
            approved, decider="jung", is_approved=True, reason="in time", at=late
        )
    with pytest.raises(LedgerError, match="over its time"):
        approve(layout, waiting)
    with pytest.raises(LedgerError, match="over its time"):
        show(layout, "choi", approved)


@pytest.mark.parametrize("fault", ["access.before_write:full", "access.before_fsync:full"])
def test_no_line_of_the_log_no_step(layout, monkeypatch, fault):
    approved = ask(layout)
    approve(layout, approved)
    waiting = ask(layout)
    with monkeypatch.context() as broken:
        broken.setenv("HUB_FAULT", fault)
        with pytest.raises(AccessLogError):
            ask(layout)
        with pytest.raises(AccessLogError):
            approve(layout, waiting)
        with pytest.raises(AccessLogError):
            show(layout, "choi", approved)
    with Ledger.open(layout.ledger_url) as ledger:
        states = dict(ledger.reidentifications().select("request_id", "state").iter_rows())
    assert states == {approved: "approved", waiting: "waiting"}


@pytest.mark.usefixtures("layout")
def test_the_commands():
    def run(*words, by, code=0):
        done = CliRunner().invoke(reidentify_app, [*words, "--by", by] if by else [*words])
        assert done.exit_code == code, done.output
        return done

    asked = ("request", PERSON, "--case", "C-1", "--purpose", "disclosure", "--legal-basis", LAW)
    request_id = json.loads(run(*asked, "--json", by="choi").stdout)[0]["request_id"]
    early = run("show", request_id, by="choi", code=1)
    assert "waits for another person" in early.stderr
    run("approve", request_id, "--reason", "court order 7", by="jung")
    shown = run("show", request_id, "--json", by="choi")
    assert sorted(row["national_id"] for row in json.loads(shown.stdout)) == NUMBERS[PERSON]
    listed = run("list", "--json", by=None).stdout
    assert json.loads(listed)[0]["state"] == "shown"
    assert PERSON not in listed
