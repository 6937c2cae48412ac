"""Laws that every programme keeps, whatever the facts are.

The subjects are those of the golden cases, changed: other income, other members, facts taken away,
facts that nobody asks.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.programmes.catalogue import load_programmes, rule_versions
from hub.programmes.evaluation.run import SubjectTables, evaluate
from hub.programmes.evaluation.writing import write_decisions
from hub.programmes.facts import load_facts
from hub.programmes.golden_cases import load_cases
from hub.programmes.golden_runs import decide_cases
from hub.programmes.language import tree
from hub.programmes.parameters import in_force, load_parameters
from pipelines.benchmarks.decision_profiles import write_profiles

DAY = dt.date(2026, 4, 1)
PROGRAMMES = load_programmes()
BY_CODE = {programme.code: programme for programme in PROGRAMMES}
PARAMETERS = load_parameters()
FACTS = load_facts()
CASES = [replace(case, gaps=()) for case in load_cases()]
OF_HOUSEHOLDS = [c for c in CASES if BY_CODE[c.programme].scope == "household" and c.members]
FIRST_OF_EACH = list({case.programme: case for case in reversed(CASES) if case.day == DAY}.values())
MEDIAN, THRESHOLD = 2_564_238, 820_556
"""Median income and livelihood threshold of one person in 2026, won a month."""
LOWERED_BY_INCOME = ("top_up_to_threshold", "rent_up_to_standard", "points_less_copay")


def decide(cases):
    return [result.found for result in decide_cases(cases, PROGRAMMES, PARAMETERS)]


def trees(programme):
    """All expressions of a programme."""
    found = [condition.rule for condition in programme.conditions]
    return found + [n for n in (programme.amount.value, programme.amount.margin) if n is not None]


@cache
def nodes(code):
    return [node for root in trees(BY_CODE[code]) for node in tree.walk(root)]


def asks_for_more_income(programme):
    return any(
        condition.code.startswith(("INCOME_WITHIN_", "INCOME_AT_MOST_"))
        for condition in programme.conditions
    )


def with_income(case, income):
    """The subject with another recognised income, and everything that follows from it."""
    subject = dict(case.subject)
    subject |= {
        "recognised_income_amount": income,
        "pension_recognised_income_amount": income,
        "median_income_amount": MEDIAN,
        "recognised_income_ratio_ppm": -(-income * 1_000_000 // MEDIAN),
        "livelihood_threshold_amount": THRESHOLD,
    }
    return replace(case, subject=subject)


@settings(max_examples=10)
@given(income=st.integers(0, 6_000_000), more=st.sampled_from([1, 2, 10_000, 500_000]))
def test_more_income_neither_opens_a_programme_nor_raises_what_it_lowers(income, more):
    cases = [c for c in FIRST_OF_EACH if not asks_for_more_income(BY_CODE[c.programme])]
    before = decide([with_income(case, income) for case in cases])
    after = decide([with_income(case, income + more) for case in cases])
    for case, one, other in zip(cases, before, after, strict=True):
        if one["outcome"] == "ineligible":
            assert other["outcome"] == "ineligible", case.programme
        rule = BY_CODE[case.programme].amount.rule
        if rule in LOWERED_BY_INCOME and None not in (one["amount"], other["amount"]):
            assert other["amount"] <= one["amount"], case.programme


@settings(max_examples=50)
@given(threshold=st.integers(0, 5_000_000), income=st.integers(0, 5_000_000))
def test_livelihood_benefit_and_income_make_the_threshold(threshold, income):
    case = next(case for case in FIRST_OF_EACH if case.programme == "P001")
    facts = {"recognised_income_amount": income, "livelihood_threshold_amount": threshold}
    (found,) = decide([replace(case, subject=facts)])
    if income <= threshold:
        assert found["amount"] + income == threshold
    else:
        assert (found["outcome"], found["amount"]) == ("ineligible", None)
    assert found["margin_amount"] == threshold - income


@settings(max_examples=60)
@given(data=st.data(), case=st.sampled_from(OF_HOUSEHOLDS))
def test_the_order_of_members_is_irrelevant(data, case):
    others = data.draw(st.lists(st.sampled_from(OF_HOUSEHOLDS), min_size=1, max_size=3))
    members = [*case.members, *(member for other in others for member in other.members)]
    turned = data.draw(st.permutations(members))
    one, other = decide([replace(case, members=members), replace(case, members=turned)])
    assert one == other


def value_of(fact):
    """Some value that a fact can have."""
    if fact.type == "boolean":
        return st.booleans()
    if fact.type == "enum":
        return st.sampled_from(fact.values)
    if fact.type == "set":
        return st.lists(st.sampled_from(fact.values), max_size=3, unique=True)
    return st.integers(0, 1_000_000)


@settings(max_examples=100)
@given(data=st.data(), case=st.sampled_from(CASES))
def test_a_fact_that_nobody_asks_changes_nothing(data, case):
    asked = {node.name for node in nodes(case.programme) if isinstance(node, tree.Fact)}
    fact = FACTS[data.draw(st.sampled_from(sorted(set(FACTS) - asked)))]
    value = data.draw(value_of(fact))
    of_member = case.members and fact.scope == "person"
    if of_member:
        changed = replace(case, members=[{**each, fact.name: value} for each in case.members])
    else:
        changed = replace(case, subject={**case.subject, fact.name: value})
    one, other = decide([case, changed])
    assert one == other


@settings(max_examples=150)
@given(data=st.data(), case=st.sampled_from(CASES))
def test_more_evidence_settles_and_never_overturns(data, case):
    speaks_of_the_unknown = (tree.IsKnown, tree.KnownOr)
    if any(isinstance(node, speaks_of_the_unknown) for node in nodes(case.programme)):
        return
    names = sorted({*case.subject, *(name for member in case.members for name in member)})
    hidden = set(data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True)))

    def without(facts):
        return {name: value for name, value in facts.items() if name not in hidden}

    less = replace(
        case, subject=without(case.subject), members=[without(each) for each in case.members]
    )
    before, after = decide_cases([less, case], PROGRAMMES, PARAMETERS)
    if before.outcome != "undetermined":
        assert after.outcome == before.outcome
        assert before.found["amount"] in (None, after.found["amount"])
    assert before.fail_mask & ~after.fail_mask == 0


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Six hundred made-up people and their units."""
    return write_profiles(600, tmp_path_factory.mktemp("profiles"))


def decisions(tables, programmes, folder):
    amounts = {(v.parameter, v.key): v.amount for v in in_force(PARAMETERS, DAY)}
    found = evaluate(tables, programmes, FACTS, amounts, DAY)
    path = folder / "decision.parquet"
    write_decisions(found, path, rule_versions(PROGRAMMES, PARAMETERS, DAY))
    return pl.read_parquet(path).sort("programme_code", "subject_id")


def with_other_ids(tables, folder):
    """The same people and units under IDs that turn their order round."""
    folder.mkdir()
    written = {}
    for name in SubjectTables.__slots__:
        frame = pl.read_parquet(getattr(tables, name))
        for column in ("subject_id", "person_id", "household_id"):
            if column in frame.columns:
                frame = frame.with_columns(turned(column))
        first = "subject_id" if "subject_id" in frame.columns else "household_id"
        written[name] = folder / f"{name}.parquet"
        frame.sort(first).write_parquet(written[name], row_group_size=100)
    return SubjectTables(**written)


def turned(column):
    """Digits of an ID complemented to nine: applied twice, the ID is as it was."""
    return pl.col(column).str.replace_many(list("0123456789"), list("9876543210"))


def test_ids_and_the_order_of_people_are_irrelevant(town, tmp_path):
    one = decisions(town, PROGRAMMES, tmp_path)
    other = decisions(with_other_ids(town, tmp_path / "turned"), PROGRAMMES, tmp_path)
    again = other.with_columns(turned("subject_id")).sort("programme_code", "subject_id")
    assert one.height > 500
    assert again.equals(one)


def test_the_order_of_programmes_is_irrelevant(town, tmp_path):
    """Who of two stays hangs on the codes of the programmes, not on who is decided first."""
    one = decisions(town, PROGRAMMES, tmp_path)
    other = decisions(town, tuple(reversed(PROGRAMMES)), tmp_path)
    assert one["is_excluded"].any()
    assert other.equals(one)


def test_a_programme_alone_is_decided_as_among_all(town, tmp_path):
    whole = decisions(town, PROGRAMMES, tmp_path)
    before_settling = ["subject_id", "outcome", "fail_mask", "unknown_mask", "amount"]
    for code in ("P001", "P029", "P073", "P243", "P280"):
        alone = decisions(town, (BY_CODE[code],), tmp_path)
        among = whole.filter(programme_code=code)
        assert alone.select(before_settling).equals(among.select(before_settling)), code
