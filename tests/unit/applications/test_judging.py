"""Verdicts on applications: what is a conflict, what needs a look, what is only to be known."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from hub.applications.facts import (
    DWELLING,
    FORMER,
    SELF,
    SPOUSE,
    UNIT,
    ApplicationFacts,
    Decided,
    FindingOnFile,
    KnownProgramme,
    QuotaReceipt,
    Receipt,
)
from hub.applications.judging import judge
from hub.applications.lines import render_check
from hub.programmes.catalogue import load_programmes
from hub.programmes.explanation.rendering import columns
from hub.programmes.explanation.texts import Text

NIGHT = dt.date(2026, 4, 1)
MONTH = dt.date(2026, 3, 1)
PROGRAMMES = {programme.code: programme for programme in load_programmes()}
KNOWN = {
    code: KnownProgramme(code, Text(each.name_en, each.name_ko), each.scope, each.payment_cycle)
    for code, each in PROGRAMMES.items()
}
ELIGIBLE = Decided("eligible", (), 100_000, 100_000, (), is_stored=True)


def facts(programme, **changes):
    given = {
        "release_id": "r000001",
        "night": NIGHT,
        "person_id": "Kim",
        "programme": PROGRAMMES[programme],
        "death_date": None,
        "household_id": "H1",
        "people": {"Kim": SELF},
        "families_in_dwelling": 1,
        "receipts": (),
        "edges": (),
        "quota_group": "",
        "quota_months": 36,
        "quota_receipts": (),
        "findings": (),
        "holds": (),
        "decided": ELIGIBLE,
        "programmes": KNOWN,
    }
    return ApplicationFacts(**given | changes)


def paid(programme, relation=SELF, *, current=True, role="payment"):
    return Receipt("Lee", relation, programme, MONTH, 300_000, role, is_current=current)


def repaired(month, *, relation=SELF, same=True):
    return QuotaReceipt("Lee", relation, "P129", month, 5_000_000, "payment", same)


def found(action="HOLD", *, relation=SELF, state="open"):
    return FindingOnFile(
        "f1", "D10", Text("In custody", "수감"), action, state, relation, "P029", MONTH
    )


def codes(check):
    return [(ground.level, ground.code) for ground in check.grounds]


def test_an_entitled_person_without_anything_on_record_is_clear():
    check = judge(facts("P001"))
    assert (check.verdict, check.grounds) == ("clear", ())


def test_what_is_received_already_is_not_granted_again():
    assert codes(judge(facts("P029", receipts=(paid("P029"),)))) == [
        ("conflict", "ALREADY_RECEIVED")
    ]
    assert judge(facts("P029", receipts=(paid("P029", current=False),))).verdict == "clear"


@pytest.mark.parametrize(
    ("programme", "relation", "verdict"),
    [
        ("P029", UNIT, "clear"),
        ("P001", UNIT, "conflict"),
        ("P001", DWELLING, "clear"),
        ("P029", SPOUSE, "clear"),
    ],
)
def test_a_benefit_of_the_unit_is_had_once_by_all_its_members(programme, relation, verdict):
    """A member's basic pension is the member's own; livelihood is the unit's."""
    check = judge(facts(programme, receipts=(paid(programme, relation),)))
    assert check.verdict == verdict


EXCLUSIVE = (("P075", "exclusive", "P078"),)


def test_programmes_that_exclude_one_another_conflict_whichever_says_so():
    for mine, other in (("P075", "P078"), ("P078", "P075")):
        check = judge(facts(mine, edges=EXCLUSIVE, receipts=(paid(other),)))
        assert codes(check) == [("conflict", "EXCLUSIVE")]


def test_an_exclusive_entitlement_counts_and_an_old_payment_does_not():
    entitled = judge(facts("P078", edges=EXCLUSIVE, receipts=(paid("P075", role="entitlement"),)))
    assert entitled.verdict == "conflict"
    old = judge(facts("P078", edges=EXCLUSIVE, receipts=(paid("P075", current=False),)))
    assert old.verdict == "clear"


def test_a_spouse_with_an_exclusive_programme_is_only_told():
    check = judge(facts("P078", edges=EXCLUSIVE, receipts=(paid("P075", SPOUSE),)))
    assert (check.verdict, codes(check)) == ("clear", [("note", "SPOUSE_RECEIVES_EXCLUSIVE")])


def test_a_brothers_childcare_does_not_exclude_the_applicants():
    check = judge(facts("P078", edges=EXCLUSIVE, receipts=(paid("P075", UNIT),)))
    assert check.verdict == "clear"


@pytest.mark.parametrize(
    ("mine", "received", "edge", "ground"),
    [
        ("P001", "P029", ("P029", "counted_as_income_in", "P001"), "COUNTED_AS_INCOME"),
        ("P029", "P001", ("P029", "counted_as_income_in", "P001"), "COUNTS_AS_INCOME_IN"),
        ("P016", "P036", ("P036", "offset", "P016"), "OFFSET_BY"),
        ("P036", "P016", ("P036", "offset", "P016"), "OFFSETS"),
    ],
)
def test_amounts_that_one_lowers_are_to_be_known(mine, received, edge, ground):
    check = judge(facts(mine, edges=(edge,), receipts=(paid(received),)))
    assert (check.verdict, codes(check)) == ("clear", [("note", ground)])


@pytest.mark.parametrize(
    ("receipt", "families", "expected"),
    [
        (repaired(dt.date(2023, 5, 1)), 1, ("conflict", "QUOTA_USED")),
        (repaired(dt.date(2023, 4, 1)), 1, ("note", "QUOTA_PAST")),
        (repaired(MONTH, same=False), 1, ("note", "QUOTA_OTHER_DWELLING")),
        (repaired(MONTH, same=None), 1, ("look", "QUOTA_DWELLING_UNKNOWN")),
        (repaired(MONTH, relation=FORMER), 1, ("conflict", "QUOTA_USED")),
        (repaired(MONTH, relation=FORMER), 4, ("look", "QUOTA_SHARED_ADDRESS")),
    ],
)
def test_a_dwelling_is_repaired_once_in_three_years(receipt, families, expected):
    check = judge(
        facts(
            "P248",
            quota_group="MX-HOUSEREPAIR",
            quota_receipts=(receipt,),
            families_in_dwelling=families,
        )
    )
    assert codes(check) == [expected]


@pytest.mark.parametrize(
    ("finding", "programme", "level"),
    [
        (found(), "P029", "look"),
        (found("INFO"), "P029", "note"),
        (found(relation=UNIT), "P029", "note"),
        (found(relation=UNIT), "P001", "look"),
        (found(state="confirmed"), "P029", "look"),
    ],
)
def test_open_findings_ask_for_a_look(finding, programme, level):
    assert codes(judge(facts(programme, findings=(finding,)))) == [(level, "FINDING_D10")]


def test_months_of_one_rule_are_one_ground():
    months = [dt.date(2026, month, 1) for month in (1, 2, 3)]
    findings = tuple(dataclasses.replace(found(), period=month) for month in months)
    (ground,) = judge(facts("P029", findings=findings)).grounds
    assert "2026-01 to 2026-03" in ground.text.en
    assert "3건" in ground.text.ko


@pytest.mark.parametrize("state", ["cleared", "superseded", "overturned"])
def test_findings_that_are_over_say_nothing(state):
    assert not judge(facts("P029", findings=(found(state=state),))).grounds


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("ineligible", ("conflict", "NOT_ENTITLED")),
        ("not_in_force", ("conflict", "NOT_IN_FORCE")),
        ("undetermined", ("look", "UNDETERMINED")),
    ],
)
def test_the_decision_counts(outcome, expected):
    decided = dataclasses.replace(
        ELIGIBLE, outcome=outcome, reasons=(("TOO_YOUNG", Text("is 65", "65세 이상")),)
    )
    check = judge(facts("P029", decided=decided))
    assert codes(check) == [expected]


def test_the_dead_and_those_in_no_unit():
    dead = judge(facts("P029", decided=None, death_date=dt.date(2026, 2, 1)))
    assert codes(dead) == [("conflict", "DIED")]
    alone = judge(facts("P001", decided=None, household_id=None))
    assert codes(alone) == [("look", "NOBODY_TO_DECIDE_ABOUT")]


def test_a_held_payment_is_a_conflict():
    check = judge(facts("P001", holds=(("P029", dt.date(2026, 2, 1)),)))
    assert codes(check) == [("conflict", "PAYMENT_HELD")]


def test_the_weightiest_ground_decides_and_comes_first():
    check = judge(
        facts(
            "P001",
            findings=(found(),),
            receipts=(paid("P001"), paid("P029")),
            edges=(("P029", "counted_as_income_in", "P001"),),
        )
    )
    assert [ground.level for ground in check.grounds] == ["conflict", "look", "note"]
    assert check.verdict == "conflict"


@pytest.mark.parametrize(
    ("language", "verdict", "received"),
    [("en", "NEEDS A LOOK", "Received now"), ("ko", "확인 필요", "현재 수급")],
)
def test_lines_say_the_verdict_first_and_fit(language, verdict, received):
    check = judge(
        facts(
            "P078",
            findings=(found(),),
            receipts=(paid("P029"), paid("P001", DWELLING)),
            not_told=("P231",),
        )
    )
    lines = render_check(check, language, width=70)
    assert lines[1].startswith(verdict)
    assert received in lines
    assert max(map(columns, lines)) <= 70
    assert any("P231" in line for line in lines)
