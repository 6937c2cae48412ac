"""What does a night do to cases? The months of a case's findings are those of 2026."""

from __future__ import annotations

import itertools

import pytest

from hub.findings.workflow import Step
from warehouse.ledger import LedgerError
from warehouse.ledger.case_nights import CaseChanges


def test_a_case_is_a_rule_a_subject_and_a_programme(office, found):
    changes = office.night(
        found("P1", 1),
        found("P1", 2),
        found("P1", 2, programme="P002"),
        found("P1", 1, rule="D10"),
        found("P2", 1),
    )
    assert changes == CaseChanges(opened=4)
    assert sorted(office.cases()) == [
        ("D10", "P1", "OPEN", [1]),
        ("D28", "P1", "OPEN", [1, 2]),
        ("D28", "P1", "OPEN", [2]),
        ("D28", "P2", "OPEN", [1]),
    ]
    assert office.ledger.broken_seals() == []


def test_repeating_a_night_changes_nothing(office, found):
    findings = [
        found("P1", 1),
        found("P1", 2),
        found("P2", 1, rule="D01"),
        found("P3", 1, rule="D25"),
    ]
    office.night(*findings)
    before = office.ledger.cases(), office.ledger.case_events()
    assert office.night(*findings) == CaseChanges()
    assert office.ledger.cases().equals(before[0])
    assert office.ledger.case_events().equals(before[1])


def test_ten_thousand_findings_open_their_cases_at_once(quick_office, found):
    findings = [found(f"P{number}", month) for number in range(5_000) for month in (1, 2)]
    assert quick_office.night(*findings) == CaseChanges(opened=5_000)
    assert quick_office.night(*findings) == CaseChanges()
    assert quick_office.ledger.case_events()["step"].value_counts().rows() == [("open", 5_000)]


def test_a_further_month_joins_and_after_the_close_a_new_month_opens(office, found):
    first, second, third = (found("P1", month) for month in (1, 2, 3))
    office.night(first)
    assert office.night(first, second, day=1) == CaseChanges(attached=1)
    office.close_for_nothing(office.only_case(), day=2)
    assert office.night(first, second, day=3) == CaseChanges()
    assert office.night(first, second, third, day=4) == CaseChanges(opened=1)
    assert sorted(office.cases()) == [("D28", "P1", "CLOSED", [1, 2]), ("D28", "P1", "OPEN", [3])]


def test_a_decided_month_opens_no_case_with_other_facts_but_a_person_may(office, found):
    office.night(found("P1", 1))
    case_id = office.only_case()
    office.close_for_nothing(case_id)
    other = found("P1", 1, statement="wage 200")
    assert office.night(other, day=3) == CaseChanges(attached=1)
    assert office.cases() == [("D28", "P1", "CLOSED", [1, 1])]
    opened = office.ledger.open_case(other["finding_id"], actor="lee", reason="new facts")
    assert opened != case_id
    assert office.night(other, day=4) == CaseChanges()
    with pytest.raises(LedgerError, match=f"case {opened} is at hand"):
        office.ledger.open_case(other["finding_id"], actor="lee", reason="again")


def test_a_finding_that_goes_on_with_other_facts_stays_in_its_case(office, found):
    office.night(found("P1", 1), found("P1", 2))
    case_id = office.only_case()
    office.heard(case_id)
    assert office.night(found("P1", 1, statement="wage 200"), found("P1", 2), day=5) == CaseChanges(
        attached=1
    )
    findings = office.ledger.case_findings(case_id)
    assert findings.sort("period", "statement").select("statement", "state").rows() == [
        ("wage 100", "superseded"),
        ("wage 200", "open"),
        ("wage 100", "open"),
    ]
    assert office.ledger.case(case_id).state == "EXPLAINED"


def test_without_evidence_the_machine_closes_what_nobody_decided(office, found):
    office.night(found("P1", 1), found("P1", 2))
    case_id = office.only_case()
    office.heard(case_id)
    assert office.night(found("P1", 2), day=20) == CaseChanges()
    assert office.night(day=21) == CaseChanges(vanished=1)
    last = office.ledger.case_events(case_id).row(-1, named=True)
    assert (last["step"], last["actor"], last["to_state"]) == ("vanish", "machine", "CLOSED")
    assert "no finding of the case has evidence" in last["reason"]
    assert office.night(day=22) == CaseChanges()


def test_a_decided_case_outlives_its_evidence(office, found):
    office.night(found("P1", 1))
    office.heard(office.only_case())
    office.decide(office.only_case())
    assert office.night(day=21) == CaseChanges()
    assert office.cases() == [("D28", "P1", "DECIDED", [1])]


def test_a_rule_that_keeps_silent_closes_nothing(office, found):
    office.night(found("P1", 1))
    assert office.night(day=1, silent=["D28"]) == CaseChanges()
    assert office.cases() == [("D28", "P1", "OPEN", [1])]


@pytest.mark.parametrize("statement", ["wage 100", "wage 200"])
def test_with_its_evidence_a_case_comes_back_and_needs_a_new_notice(office, found, statement):
    office.night(found("P1", 1))
    case_id = office.only_case()
    office.heard(case_id)
    office.night(day=20)
    back = office.night(found("P1", 1, statement=statement), day=21)
    assert (back.returned, back.opened) == (1, 0)
    assert office.ledger.case(case_id).explain_until is None
    assert [(case[0], case[2]) for case in office.cases()] == [("D28", "OPEN")]
    with pytest.raises(LedgerError, match="decide is not legal in state OPEN"):
        office.decide(case_id, day=22)


def test_what_comes_back_joins_the_case_that_is_at_hand(office, found):
    office.night(found("P1", 1))
    office.night(day=1)
    office.night(found("P1", 2), day=2)
    assert office.night(found("P1", 1), found("P1", 2), day=3) == CaseChanges(attached=1)
    assert sorted(office.cases()) == [("D28", "P1", "CLOSED", []), ("D28", "P1", "OPEN", [1, 2])]


def test_a_rule_that_only_counts_opens_nothing_by_itself(office, found):
    counted = found("P1", 1, rule="D25")
    assert office.night(counted) == CaseChanges()
    case_id = office.ledger.open_case(counted["finding_id"], actor="lee", reason="worth a look")
    assert office.night(counted, found("P1", 2, rule="D25"), day=1) == CaseChanges(attached=1)
    assert office.ledger.case(case_id).handled_by == {"lee"}


def test_a_demoted_rule_opens_its_cases_once_it_acts_again(office, found):
    assert office.night(found("P1", 1, action="INFO")) == CaseChanges()
    assert office.night(found("P1", 1), day=1) == CaseChanges(opened=1)


def test_only_a_registered_death_holds_at_once_and_a_person_may_release_it(office, found):
    changes = office.night(found("P1", 1, rule="D01"), found("P2", 1, rule="D10"), found("P3", 1))
    assert (changes.opened, changes.held) == (3, 1)
    held = office.ledger.cases().filter("is_held")
    assert held["rule_id"].to_list() == ["D01"]
    assert office.ledger.released_holds().is_empty()
    office.step(held["case_id"][0], Step.RELEASE)
    assert office.ledger.released_holds()["finding_id"].to_list() == ["D01P1P0011wage100"]


@pytest.mark.parametrize("name", ["no such", "D28P1P0011wage100"])
def test_a_case_is_opened_by_hand_for_a_finding_that_stands(office, found, name):
    office.night(found("P1", 1))
    office.close_for_nothing(office.only_case())
    with pytest.raises(LedgerError, match="no open finding"):
        office.ledger.open_case(name, actor="lee", reason="look again")


STORY = [("P1", 1), ("P1", 2), ("P2", 2), ("P1", 3), ("P2", 3), ("P3", 3)]
"""Subject and month, in the order in which nights find them; each stays found."""


@pytest.mark.parametrize("cuts", list(itertools.combinations(range(1, 6), 2)), ids=str)
def test_three_nights_open_the_same_cases_however_they_are_cut(quick_office, found, cuts):
    for day, cut in enumerate([*cuts, len(STORY)]):
        quick_office.night(*(found(*each) for each in STORY[:cut]), day=day)
    known = quick_office.ledger.cases().sort("case_id").select("case_id", "subject_id", "state")
    assert known.rows() == [
        ("cD28P1P0011wage100", "P1", "OPEN"),
        ("cD28P2P0012wage100", "P2", "OPEN"),
        ("cD28P3P0013wage100", "P3", "OPEN"),
    ]
    assert quick_office.cases() == [
        ("D28", "P1", "OPEN", [1, 2, 3]),
        ("D28", "P2", "OPEN", [2, 3]),
        ("D28", "P3", "OPEN", [3]),
    ]
