"""Decisions in words: outcome, value, limit, record and what would change it, in both languages."""

from __future__ import annotations

import datetime as dt

import pytest

from hub.programmes.explanation.case_file import StoredDecision
from hub.programmes.explanation.explaining import explain
from hub.programmes.explanation.rendering import columns, render

CITIZEN = {
    "stay_status": "citizen",
    "has_occupational_pension": False,
    "has_spouse_with_occupational_pension": False,
}
ELDER = {
    **CITIZEN,
    "age_years": 70,
    "pension_recognised_income_amount": 2_000_000,
    "pension_threshold_amount": 2_470_000,
    "has_spouse": False,
    "has_spouse_of_pension_age": False,
}


@pytest.fixture
def said(row, case_of, decided, programmes):
    """Return the lines of an explanation of a person in both languages."""

    def make(code, facts, *, stored=None, gaps=None, **about):
        subject = row("person", "PAAA", **facts)
        case = case_of(subject, gaps=gaps, **about)
        replayed = decided(subject, code, gaps=set(gaps or ()))
        explanation = explain(replayed, programmes[code], case, stored)
        return {language: render(explanation, language) for language in ("en", "ko")}

    return make


@pytest.mark.parametrize(
    ("code", "facts", "english", "korean"),
    [
        (
            "P029",
            {**ELDER, "pension_recognised_income_amount": 2_482_345},
            "Not eligible: Recognised income by the basic pension's rules 2,482,345 won a month",
            "해당 없음: 기초연금 소득인정액 월 2,482,345원, 기준 월 2,470,000원 초과.",
        ),
        (
            "P029",
            {**ELDER, "age_years": 64},
            "Not eligible: Age 64 years is below 65 years.",
            "해당 없음: 나이 64세, 기준 65세 미달.",
        ),
        (
            "P029",
            {**ELDER, "age_years": 64, "stay_status": "permanent"},
            "Not eligible: Age 64 years is below 65 years; and 1 other condition.",
            "해당 없음: 나이 64세, 기준 65세 미달 외 1개 요건.",
        ),
        (
            "P029",
            {**ELDER, "stay_status": None},
            "Undetermined: Right to stay not known.",
            "미정: 체류자격 확인되지 않음.",
        ),
        (
            "P049",
            {"age_years": 10, "disability": "none", "recognised_income_ratio_ppm": 400_000},
            "Not eligible: “Is registered with a disability” does not hold (Registered",
            "해당 없음: “장애인으로 등록” 미충족(등록장애: 없음).",
        ),
    ],
)
def test_the_outcome_is_one_sentence(said, code, facts, english, korean):
    lines = said(code, facts)
    assert " ".join(lines["en"][1:3]).strip().startswith(english)
    assert " ".join(lines["ko"][1:3]).strip().startswith(korean)


@pytest.mark.parametrize(
    ("code", "facts", "born", "english", "korean"),
    [
        (
            "P029",
            {**ELDER, "pension_recognised_income_amount": 2_482_345},
            None,
            "12,345 won a month lower (at most 2,470,000 won a month)",
            "월 12,345원 더 낮아야 함(월 2,470,000원 이하)",
        ),
        (
            "P029",
            {**ELDER, "age_years": 64},
            dt.date(1961, 7, 2),
            "turns 65 on 2026-07-02",
            "2026년 7월 2일에 65세가 됨",
        ),
        (
            "P049",
            {
                "age_years": 10,
                "disability": "mild",
                "recognised_income_ratio_ppm": 500_001,
                "recognised_income_amount": 1_000_002,
                "median_income_amount": 2_000_001,
            },
            None,
            "2 won a month lower (at most 1,000,000 won a month, 50 % of the median income)",
            "월 2원 더 낮아야 함(월 1,000,000원 이하, 기준 중위소득의 50%)",
        ),
        (
            "P049",
            {"age_years": 40, "disability": "mild", "recognised_income_ratio_ppm": 1},
            dt.date(1985, 7, 2),
            "nothing: the age passed the limit (at most 17 years)",
            "변동 불가: 나이 기준(17세 이하)을 벗어남",
        ),
        (
            "P049",
            {"age_years": 10, "disability": "none", "recognised_income_ratio_ppm": 1},
            None,
            "Registered disability: mild or severe",
            "등록장애: 심하지 않은 장애 또는 심한 장애",
        ),
    ],
)
def test_what_would_change_the_outcome(said, code, facts, born, english, korean):
    lines = said(code, facts, born=born)
    assert english in _folded(lines["en"], "What would change the outcome")
    assert korean in _folded(lines["ko"], "결과를 바꿀 수 있는 것")


def test_the_change_named_is_enough_and_no_smaller_one_is(row, decided):
    """One won beside the change is not eligible; the change itself is."""
    facts = {"age_years": 10, "disability": "mild", "median_income_amount": 2_000_001}

    def outcome(recognised):
        ratio = -(-recognised * 1_000_000 // 2_000_001)
        return decided(
            row("person", "P", **facts, recognised_income_amount=recognised,
                recognised_income_ratio_ppm=ratio), "P049"
        ).outcome  # fmt: skip

    assert outcome(1_000_000) != "ineligible"
    assert outcome(1_000_001) == "ineligible"


def test_a_value_stands_with_the_record_that_told_it(said):
    source = ("age_years", None, "I01-F01-01", "D1", 267, dt.date(2026, 3, 30))
    lines = said("P029", {**ELDER, "age_years": 64}, sources=[source])
    assert "Resident register (I01-F01-01), delivery D1, line 267, received 2026-03-30" in _folded(
        lines["en"], "Conditions"
    )
    assert "주민등록 (I01-F01-01), 전송 D1, 267행, 접수 2026년 3월 30일" in _folded(
        lines["ko"], "요건"
    )


def test_a_document_that_never_arrived_is_named_with_its_sender(said):
    facts = {"age_years": 10, "recognised_income_ratio_ppm": 1}
    lines = said("P049", facts, gaps={("P049", 1): ("I06-F31-01",)})
    changes = _folded(lines["en"], "What would change")
    assert "would be settled by: Disability register (I06-F31-01), sent by MOHW" in changes
    assert "등록장애인 (I06-F31-01), 제공기관 복지부" in _folded(lines["ko"], "결과를")


def test_a_limit_of_the_law_stands_with_its_notice(said):
    text = _folded(said("P029", ELDER)["en"], "Conditions")
    assert "valid from 2026-01-01, 기초연금법 제3조" in text


def test_an_amount_that_another_programme_takes_away(said):
    stored = StoredDecision("eligible", 0, 0, 349_700, 0, ("EXCLUDED_BY_P001",), is_received=False)
    lines = said("P029", ELDER, stored=stored)
    assert "After other programmes payable: 0 won a month" in " ".join(lines["en"])
    assert "not payable beside P001 Livelihood benefit" in _folded(lines["en"], "Amount")
    assert "지급액: 월 0원" in _folded(lines["ko"], "금액")


def test_what_a_programme_of_an_age_will_end_by(said):
    facts = {"age_years": 10, "disability": "mild", "recognised_income_ratio_ppm": 1,
             "facility_kind": "none"}  # fmt: skip
    lines = said("P049", facts, born=dt.date(2016, 2, 29))
    assert "ends by itself: turns 18 on 2034-03-01" in _folded(lines["en"], "What would")


@pytest.mark.parametrize("code", ["P001", "P029", "P049", "P147"])
def test_no_line_is_wider_than_asked(row, case_of, decided, programmes, code):
    scope = programmes[code].scope
    subject = row(scope, "PAAA", unit_size=1, recognised_income_amount=900_000)
    explanation = explain(decided(subject, code), programmes[code], case_of(subject))
    for language in ("en", "ko"):
        assert max(map(columns, render(explanation, language, width=72))) <= 72


def test_every_programme_is_explained_in_both_languages(row, case_of, decided, programmes):
    """No kind of expression of the catalogue is without words, known or unknown."""
    for code, programme in programmes.items():
        known = {
            "age_years": 40, "months_since_birth": 480, "recognised_income_amount": 100_000_000,
            "median_income_amount": 2_564_238, "recognised_income_ratio_ppm": 38_000_000,
            "disability": "none", "employment": "employee", "receipts": (), "unit_receipts": (),
            "diseases": (), "crises": (), "unit_crises": (), "veteran_kinds": (), "sex": "male",
            "stay_status": "other_foreigner", "total_asset_amount": 9_000_000_000, "unit_size": 1,
        }  # fmt: skip
        if programme.scope == "household":
            person_facts = {"age_years", "months_since_birth", "disability", "employment",
                            "receipts", "diseases", "crises", "veteran_kinds", "sex",
                            "stay_status"}  # fmt: skip
            known = {name: value for name, value in known.items() if name not in person_facts}
        for facts in ({}, known):
            subject = row(programme.scope, "PAAA", **facts)
            found = explain(decided(subject, code), programme, case_of(subject))
            english, korean = render(found, "en"), render(found, "ko")
            assert len(english) > 4, code
            assert len(korean) > 4, code
            open_ends = [point for point in found.conditions if point.mark in {"failed", "unknown"}]
            if found.replay.outcome != "eligible":
                assert len(found.changes) == len(open_ends), code
            assert found.mapping()["outcome"] == found.replay.outcome


def _folded(lines, title):
    """Return the lines from a title on as one text without branches."""
    start = next(place for place, line in enumerate(lines) if line.startswith(title))
    return " ".join(" ".join(lines[start:]).replace("│", " ").split())


@pytest.mark.parametrize(("employment", "mark"), [("none", "✓"), ("employee", "✗")])
def test_of_what_no_member_may_be_a_member_who_is_not_is_as_asked(
    row, case_of, decided, programmes, employment, mark
):
    """Medical aid type 1 asks that nobody works."""
    unit = row("household", "HAAA", unit_size=1)
    members = row("person", "PAAA", employment=employment, stay_status="citizen")
    replayed = decided(unit, "P009", members=members)
    lines = render(explain(replayed, programmes["P009"], case_of(members)), "en")
    work = next(line for line in lines if "PAAA" in line and "Work:" in line)
    assert f"{mark} PAAA" in work


def test_a_receipt_stands_with_the_record_that_tells_it(said):
    source = ("receipts", "P029", "I01-F01-01", "D7", 3, None)
    other = ("receipts", "P001", "I01-F01-01", "D8", 4, None)
    lines = said("P029", {**ELDER, "age_years": 64, "receipts": ["P029"]}, sources=[source, other])
    assert "It is being received." in " ".join(lines["en"])
    receipt = _folded(lines["en"], "Amount and receipt")
    assert "delivery D7, line 3" in receipt
    assert "D8" not in receipt
