"""What ministries answer: taken once, refused with a reason, and what is amiss is listed."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from extract_scene import FIRST, decided
from typer.testing import CliRunner

from hub.extracts.acknowledgements import PAYLOAD_TYPE, AcknowledgementError, read_acknowledgement
from pipelines.extract_commands import extract_app
from pipelines.steps.extract_acknowledgements import (
    Intake,
    extract_rows,
    standing_rows,
    take_acknowledgements,
)
from warehouse.layout import HOME_VARIABLE
from warehouse.signing import public_key_text, sign_dsse

SOON = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
LATE = SOON + dt.timedelta(hours=24)


@pytest.fixture
def sent(hub):
    """A hub that sent MOHW one extract of one person and 100,000 won."""
    hub.write(hub.night(FIRST, [decided("kim", "P029")]), "MOHW")
    return hub


def answer(hub, state="loaded", name="a.json", ministry="MOHW", signer=None, **changed):
    """Put an answer into the inbox; by default everything went well."""
    (record,) = hub.ledger.extracts("mohw-eligibility")
    content = {
        "contract": "mohw-eligibility",
        "sequence": 1,
        "manifest_sha256": record.manifest_sha256,
        "state": state,
        "told_at": "2026-03-31T09:00:00+09:00",
        "rows": {"eligibility": 1, "finding": 0},
        "totals": {"eligibility.amount": 100_000, "finding.amount_at_stake": 0},
    }
    content |= changed
    text = json.dumps({name: value for name, value in content.items() if value is not None})
    folder = hub.layout.inbox / ministry / "acks"
    folder.mkdir(parents=True, exist_ok=True)
    if signer is not None:
        text = sign_dsse(text.encode(), PAYLOAD_TYPE, signer)
    (folder / name).write_text(text, "utf-8")
    return take_acknowledgements(hub.layout, hub.ledger)


def amiss(hub, now=SOON):
    rows = {row["contract"]: row for row in standing_rows(hub.layout, hub.ledger, now)}
    return [each for each in rows["mohw-eligibility"]["problems"] if not each.startswith("no key")]


def test_an_extract_that_was_loaded_is_in_order(sent):
    assert answer(sent) == Intake(taken=1, repeated=0, refused=0)
    assert amiss(sent, LATE) == []
    (row,) = extract_rows(sent.ledger)
    assert row["acknowledged"] == "loaded"
    assert (sent.layout.inbox / "MOHW" / "acks" / "taken" / "a.json").exists()


def test_no_answer_in_time_is_listed_and_receipt_is_not_enough(sent):
    assert amiss(sent) == []
    assert "last heard: nothing" in amiss(sent, LATE)[0]
    answer(sent, "received")
    assert "late: not loaded in the agreed time; last heard: received" in amiss(sent, LATE)[0]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"rows": {"eligibility": 2, "finding": 0}}, "rows of eligibility"),
        ({"totals": {"eligibility.amount": 99_999, "finding.amount_at_stake": 0}}, "won of elig"),
        ({"totals": None}, "won of eligibility.amount, won of finding.amount_at_stake"),
        ({"manifest_sha256": "0" * 64}, "another manifest"),
    ],
)
def test_totals_that_differ_are_an_incident(sent, changed, words):
    answer(sent, **changed)
    (problem,) = amiss(sent)
    assert problem.startswith("1 incident")
    assert words in problem


def test_a_rejection_shows_its_reason(sent):
    answer(sent, "rejected", reason="column amount is empty", rejected_rows=3)
    assert amiss(sent) == ["1 rejected: column amount is empty (3 rows)"]


def test_the_same_answer_twice_is_one(sent):
    answer(sent)
    assert answer(sent, name="b.json") == Intake(taken=0, repeated=1, refused=0)
    assert len(sent.ledger.acknowledgements()) == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"sequence": 7}, "no extract mohw-eligibility 7 went out"),
        ({"sequence": "1"}, "sequence"),
        ({"manifest_sha256": "xyz"}, "manifest_sha256"),
        ({"state": "fine"}, "state"),
        ({"told_at": "yesterday"}, "told_at"),
        ({"told_at": "2026-03-31T09:00:00"}, "told_at"),
        ({"rows": {"eligibility": "1"}}, "rows"),
        ({"rows": None}, "rows"),
        ({"state": "rejected"}, "reason"),
        ({"rejected_rows": -1}, "rejected_rows"),
        ({"contract": None}, "contract"),
    ],
)
def test_an_answer_that_is_none_is_set_aside_with_the_reason(sent, changed, why):
    assert answer(sent, **changed) == Intake(taken=0, repeated=0, refused=1)
    text = (sent.layout.inbox / "MOHW" / "acks" / "refused" / "a.json.why.txt").read_text("utf-8")
    assert why in text
    assert sent.ledger.acknowledgements() == []


@pytest.mark.parametrize("text", ["", "[]", "[" * 100_000, "\x00", '{"state": []}'])
def test_junk_is_refused(text):
    with pytest.raises(AcknowledgementError):
        read_acknowledgement(text)


def test_another_ministry_cannot_answer(sent):
    assert answer(sent, ministry="MOE").refused == 1


def test_where_a_key_is_known_only_signed_answers_count(sent):
    own, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    sent.layout.recipients.mkdir(exist_ok=True)
    (sent.layout.recipients / "MOHW.ed25519").write_text(public_key_text(own) + "\n", "utf-8")
    assert answer(sent).refused == 1
    assert answer(sent, signer=other).refused == 1
    assert answer(sent, signer=own).taken == 1
    assert sent.ledger.acknowledgements()[0].is_signed


def test_what_was_taken_back_is_waited_for_no_more(sent):
    from pipelines.steps.extract_withdrawal import withdraw_extract

    withdraw_extract(
        sent.layout, sent.ledger, sent.keys, "mohw-eligibility", 1, actor="tester", reason="wrong"
    )
    assert amiss(sent, LATE + dt.timedelta(days=9)) == []


@pytest.fixture
def run(sent, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(sent.layout.home))

    def invoke(*arguments, code=0):
        result = CliRunner().invoke(extract_app, list(arguments))
        assert result.exit_code == code, result.output
        return result.output

    return invoke


def test_the_commands(sent, run, tmp_path):
    (folder,) = sent.packages("MOHW")
    (row,) = json.loads(run("list", "--json"))
    assert (row["contract"], row["sequence"], row["kind"]) == ("mohw-eligibility", 1, "full")
    assert run("verify", str(folder)).strip() == row["manifest_sha256"]
    assert "REFUSED" in run("verify", str(folder), "--previous", "0" * 64, code=1)
    file = tmp_path / "answer.json"
    file.write_text(
        json.dumps(
            {
                "contract": "mohw-eligibility",
                "sequence": 1,
                "manifest_sha256": row["manifest_sha256"],
                "state": "verified",
                "told_at": "2026-03-31T09:00:00+09:00",
            }
        )
    )
    (taken,) = json.loads(run("acknowledge", str(file), "--ministry", "MOHW", "--json"))
    assert taken == {"taken": 1, "repeated": 0, "refused": 0}
    assert json.loads(run("acknowledge", "--json")) == [{"taken": 0, "repeated": 0, "refused": 0}]
    stand = {each["contract"]: each for each in json.loads(run("status", "--json"))}
    assert len(stand) == 17
    assert stand["mohw-eligibility"]["acknowledged"] == "verified"
    run("withdraw", "mohw-eligibility", "1", "--reason", "wrong amounts")
    assert "already" in run("withdraw", "mohw-eligibility", "1", "--reason", "again", code=1)
    assert [each["is_withdrawn"] for each in json.loads(run("list", "--json"))] == [True, False]
    assert "no release yet" in run("write", code=1)
