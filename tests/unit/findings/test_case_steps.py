"""What follows when a person takes a step: findings, money, the person index, scorecards, seals."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from sqlalchemy import create_engine, text

from hub.findings.prevention import prevented_forward
from hub.findings.rules import load_rules
from hub.findings.standing import judge_rules
from hub.findings.workflow import MoneyColumn, MoneyRow, Remedy, Step
from warehouse.ledger import LedgerError, Minted
from warehouse.ledger.case_nights import CaseChanges

NIGHT = dt.date(2026, 4, 1)
JANUARY = dt.date(2026, 1, 1)
FOR_NOTHING = (Remedy.NONE,)


def debt(month, amount):
    return MoneyRow(MoneyColumn.OVERPAID_DETECTED, amount, month=month)


def states(office, case_id):
    return office.ledger.case_findings(case_id)["state"].to_list()


@pytest.fixture
def case_id(office, found):
    """A case of two months whose person was heard."""
    office.night(found("P1", 1), found("P1", 2))
    office.heard(office.only_case())
    return office.only_case()


def test_a_case_from_notice_to_reversal(office, case_id):
    stop = (Remedy.STOP, Remedy.RECOVER)
    office.decide(case_id, actions=stop, money=(debt(JANUARY, 300),))
    assert states(office, case_id) == ["confirmed", "confirmed"]
    on = NIGHT + dt.timedelta(days=21)
    paid = (MoneyRow(MoneyColumn.RECOVERED, 200), prevented_forward(300, stop, on))
    office.step(case_id, Step.ACT, day=21, money=paid)
    assert office.ledger.case(case_id).appeal_until == on + dt.timedelta(days=90)
    office.step(case_id, Step.APPEAL, day=50)
    with pytest.raises(LedgerError, match="another person judges"):
        office.step(case_id, Step.REVERSE, "kim", day=60)
    office.step(case_id, Step.REVERSE, "park", day=60)
    assert states(office, case_id) == ["overturned", "overturned"]
    with pytest.raises(LedgerError, match="200 won were recovered"):
        office.step(case_id, Step.CLOSE, day=61)
    office.step(case_id, Step.ACT, day=61, money=(MoneyRow(MoneyColumn.UNDERPAID_RESTORED, 200),))
    office.step(case_id, Step.CLOSE, day=62)
    shown = ["month", *MoneyColumn, "method_id", "multiplier_months"]
    assert office.ledger.case_money(case_id).select(shown).rows() == [
        (JANUARY, 300, None, None, None, None, None),
        (None, None, 200, None, None, None, None),
        (None, None, None, 1_800, None, "stop_monthly", 6),
        (None, None, None, None, 200, None, None),
    ]
    events = office.ledger.case_events(case_id)
    assert events["step"].to_list() == [
        "open", "assign", "notice", "explain", "decide", "act", "appeal", "reverse", "act", "close"
    ]  # fmt: skip
    assert events["from_state"].to_list()[1:] == events["to_state"].to_list()[:-1]
    assert office.ledger.broken_seals() == []


def test_a_refused_step_writes_nothing(office, case_id):
    before = office.ledger.case_events(), office.ledger.cases()
    for told in (
        {"step": Step.DECIDE, "cause": "claimant_error", "actions": (Remedy.RECOVER,)},
        {"step": Step.HOLD},
        {"step": Step.EXPLAIN, "actor": "machine"},
        {"step": Step.EXPLAIN, "day": 4000},
        {"step": Step.EXPLAIN, "day": -1},
    ):
        with pytest.raises(LedgerError):
            office.step(case_id, told.pop("step"), **({"day": 5} | told))
    with pytest.raises(LedgerError, match="no case c0"):
        office.step("c0", Step.EXPLAIN)
    assert office.ledger.case_events().equals(before[0])
    assert office.ledger.cases().equals(before[1])
    assert office.ledger.case_money().is_empty()


def test_findings_of_further_months_share_the_decision_at_the_close(office, case_id, found):
    office.decide(case_id)
    further = found("P1", 1), found("P1", 2), found("P1", 3)
    assert office.night(*further, day=21) == CaseChanges(attached=1)
    assert states(office, case_id) == ["confirmed", "confirmed", "open"]
    office.step(case_id, Step.ACT, day=22)
    office.step(case_id, Step.CLOSE, day=113)
    assert states(office, case_id) == ["confirmed"] * 3
    assert office.night(*further, day=114) == CaseChanges()


def test_a_month_that_rests_on_a_yearly_total_owes_nothing(office, found):
    office.night(found("P1", 1, is_averaged=True), found("P1", 2))
    case_id = office.only_case()
    office.heard(case_id)
    with pytest.raises(LedgerError, match="no debt follows from an average"):
        office.decide(case_id, money=(debt(JANUARY, 300),))
    office.decide(case_id, money=(debt(dt.date(2026, 2, 1), 300),))


@pytest.mark.parametrize(
    ("linkage", "kind"), [("cannot_link", "cannot_link"), ("unmerge", "unmerge")]
)
def test_a_linkage_error_is_a_decision_about_two_signatures(office, case_id, found, linkage, kind):
    told = {"signatures": ("11", "22"), "linkage": linkage}
    office.decide(case_id, "linkage_error", FOR_NOTHING, **told)
    (decision,) = office.ledger.active_decisions().rows(named=True)
    assert (decision["kind"], decision["left"], decision["right"]) == (kind, "11", "22")
    assert (decision["actor"], decision["evidence"]) == ("kim", f"case {case_id}")
    assert states(office, case_id) == ["overturned", "overturned"]
    # Another case of the same mistake points to the same decision.
    office.night(found("P9", 1), day=21)
    (other,) = set(office.ledger.cases()["case_id"]) - {case_id}
    office.step(other, Step.ASSIGN, day=21, assignee="lee")
    office.decide(other, "linkage_error", FOR_NOTHING, day=22, **told)
    assert office.ledger.active_decisions().height == 1
    named = office.ledger.case_events().filter(step="decide")["decision_id"].to_list()
    assert named == [decision["decision_id"]] * 2


def test_a_linkage_decision_that_contradicts_another_undoes_the_whole_step(office, case_id):
    standing = office.ledger.decide("must_link", "11", "22", actor="choi", reason="one letter")
    with pytest.raises(LedgerError, match=standing):
        office.decide(case_id, "linkage_error", FOR_NOTHING, signatures=("11", "22"))
    assert office.ledger.case(case_id).state == "EXPLAINED"


def test_a_source_error_counts_against_the_institution_in_its_month(office, case_id):
    with pytest.raises(LedgerError, match="I03, I24"):
        office.decide(case_id, "source_data_error", FOR_NOTHING, institution="I35")
    office.decide(case_id, "source_data_error", FOR_NOTHING, institution="I24")
    day = NIGHT + dt.timedelta(days=20)
    assert office.ledger.source_errors().rows() == [("I24", NIGHT, 1)]
    assert office.ledger.source_errors(day).height == 1
    assert office.ledger.source_errors(day - dt.timedelta(days=1)).is_empty()


def test_a_decision_in_favour_lets_the_payment_go_on(office, found):
    office.night(found("P1", 1, rule="D01"), found("P2", 1, rule="D01"))
    one, other = sorted(office.ledger.cases()["case_id"])
    for case_id in (one, other):
        office.heard(case_id)
    office.decide(one, "administrative_error", (Remedy.CORRECT_RECORD,))
    office.decide(other, "administrative_error", (Remedy.STOP,))
    held = office.ledger.cases().filter("is_held")
    assert held["case_id"].to_list() == [other]


def test_a_merged_person_keeps_the_case(office, found):
    nobody = pl.DataFrame(
        {"person_id": ["P1", "P2"], "anchor": [None, None], "minted_in": [NIGHT] * 2}
    )
    office.ledger.mint(Minted(nobody))
    office.night(found("P1", 1))
    office.heard(office.only_case())
    merged = {"person_id": "P1", "kind": "merged", "night": NIGHT, "other_person_id": "P2"}
    office.ledger.mint(Minted(person_events=pl.DataFrame(merged | {"reason": ""})))
    assert office.night(found("P2", 1), found("P2", 2), day=5) == CaseChanges(attached=2)
    assert office.cases() == [("D28", "P2", "EXPLAINED", [1, 1, 2])]


def test_the_ledger_feeds_the_standing_of_rules_and_keeps_it(office, case_id):
    office.decide(case_id, "none_valid_explanation", FOR_NOTHING)
    office.step(case_id, Step.CLOSE, day=21)
    (judged,) = office.ledger.judged_cases().rows(named=True)
    assert (judged["institutions"], judged["finding"]) == ("I03,I24", "overturned")
    assert (judged["opened_on"], judged["closed_on"]) == (NIGHT, NIGHT + dt.timedelta(days=21))
    rules = tuple(rule for rule in load_rules() if rule.id == "D28")
    many = pl.concat([office.ledger.judged_cases()] * 20)
    events = office.ledger.standing_events()
    standing = judge_rules(rules, many, events, NIGHT + dt.timedelta(days=30))
    assert [office.ledger.keep_standing(standing.changes) for _ in range(2)] == [1, 0]
    with pytest.raises(LedgerError, match="needs its reason"):
        office.ledger.reinstate_rule("D28", actor="kim", reason="")
    office.ledger.reinstate_rule("D28", actor="kim", reason="mended")
    with pytest.raises(LedgerError, match="not demoted"):
        office.ledger.reinstate_rule("D28", actor="kim", reason="again")
    with pytest.raises(LedgerError, match="no rule D99"):
        office.ledger.reinstate_rule("D99", actor="kim", reason="why not")
    assert office.ledger.standing_events()["kind"].to_list() == ["demoted", "reinstated"]
    assert office.ledger.broken_seals() == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE case_event SET actor = 'choi' WHERE step = 'decide'",
        "DELETE FROM case_event WHERE step = 'notice'",
        "UPDATE case_money SET overpaid_detected = 1",
        (
            "INSERT INTO rule_standing_event (rule_id, kind, actor, happened_on, recorded_at, reason)"
            " VALUES ('D28', 'reinstated', 'kim', '2026-04-01', '2026-04-01', 'unseen')"
        ),
    ],
)
def test_what_is_changed_behind_the_ledgers_back_is_found(office, case_id, url, tampering):
    office.decide(case_id, money=(debt(JANUARY, 300),))
    assert office.ledger.broken_seals() == []
    with create_engine(url).begin() as connection:
        connection.execute(text(tampering))
    (table,) = [name for name in tampering.split() if name.startswith(("case_", "rule_standing"))]
    assert table in " ".join(office.ledger.broken_seals())
