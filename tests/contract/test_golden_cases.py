"""Golden cases: all come out, and together they say every reason and every amount of every programme."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

from hub.programmes.catalogue import load_programmes
from hub.programmes.commands import programmes_app
from hub.programmes.evaluation.bitmaps import unpack
from hub.programmes.evaluation.kernel import Plan
from hub.programmes.facts import load_facts
from hub.programmes.golden_cases import GOLDEN_FOLDER, GoldenCaseError, load_cases
from hub.programmes.golden_runs import case_frame, decide_cases, run_cases
from hub.programmes.language import tree
from hub.programmes.parameters import in_force, load_parameters

PROGRAMMES = load_programmes()
PARAMETERS = load_parameters()
CASES = load_cases()
LARGEST_SIZE = 6
"""Notices name amounts up to this size of a household; above it each member adds the same."""


@pytest.fixture(scope="module")
def results():
    return decide_cases(CASES, PROGRAMMES, PARAMETERS)


def test_all_cases_come_out(results):
    assert len(results) > 10 * len(PROGRAMMES)
    assert [(r.case.file, r.case.name, r.different) for r in results if r.different] == []


def told(*, outcome, only=None):
    """(programme, reason) that cases expect with `outcome`; with `only`, of so many reasons."""
    return {
        (case.programme, reason)
        for case in CASES
        if case.expected.get("outcome") == outcome
        and (only is None or len(case.expected.get("reasons", ())) == only)
        for reason in case.expected.get("reasons", ())
    }


def asked():
    return {
        (programme.code, each.code) for programme in PROGRAMMES for each in programme.conditions
    }


def test_every_condition_fails_alone_in_a_case():
    assert asked() - told(outcome="ineligible", only=1) == set()


def test_every_condition_is_unknown_in_a_case():
    assert asked() - told(outcome="undetermined") == set()


def test_every_programme_has_an_eligible_case_and_none_is_forgotten():
    eligible = {case.programme for case in CASES if case.expected.get("outcome") == "eligible"}
    assert eligible == {programme.code for programme in PROGRAMMES}
    files = {path.stem for path in GOLDEN_FOLDER.glob("P*.toml")}
    assert files == {programme.code for programme in PROGRAMMES}


def test_every_programme_with_an_amount_has_a_case_that_says_it():
    said = {case.programme for case in CASES if case.expected.get("amount") is not None}
    assert {each.code for each in PROGRAMMES if each.amount.value is not None} == said


def branches(choice, frame, plan):
    """Number of the branch that each row of a frame takes; -1 where a condition is unknown."""
    taken = np.full(frame.rows, len(choice.conditions))
    for number in reversed(range(len(choice.conditions))):
        found = plan.result(plan.add(choice.conditions[number]), frame)
        taken[unpack(found.true, frame.rows)] = number
        if found.unknown is not None:
            taken[unpack(found.unknown, frame.rows)] = -1
    return set(taken.tolist())


def test_every_branch_of_an_amount_has_a_case_with_its_amount():
    facts = load_facts()
    missing = []
    for programme in PROGRAMMES:
        value = programme.amount.value
        choices = [] if value is None else [n for n in tree.walk(value) if type(n) is tree.Choice]
        if not choices:
            continue
        some = [c for c in CASES if c.programme == programme.code and "amount" in c.expected]
        day = some[0].day
        amounts = {(v.parameter, v.key): v.amount for v in in_force(PARAMETERS, day)}
        plan, frame = Plan(facts, amounts), case_frame(some, facts)
        for choice in choices:
            lacking = set(range(len(choice.conditions) + 1)) - branches(choice, frame, plan)
            missing += [(programme.code, choice.text, number) for number in lacking]
    assert missing == []


def test_every_amount_by_a_word_or_a_size_has_a_case():
    found = {}
    for value in in_force(PARAMETERS, CASES[0].day):
        is_of_many = value.key.isdigit() and int(value.key) > LARGEST_SIZE
        if not is_of_many:
            found.setdefault(value.parameter, set()).add(value.amount)
    missing = []
    for programme in PROGRAMMES:
        value = programme.amount.value
        if type(value) is tree.Parameter and value.keys and type(value.keys[0]) is tree.Fact:
            expected = {c.expected.get("amount") for c in CASES if c.programme == programme.code}
            missing += [(programme.code, amount) for amount in found[value.name] - expected]
    assert missing == []


WRONG = """
programme = "P073"
day = 2026-04-01
[base]
age_years = 3
stay_status = "citizen"
[[case]]
name = "A child of three gets nothing"
expected = { outcome = "ineligible", reasons = [] }
"""


def test_the_command_says_file_case_expected_and_got(tmp_path, monkeypatch):
    (tmp_path / "P073.toml").write_text(WRONG, "utf-8")
    (row,) = run_cases(PROGRAMMES, tmp_path)
    assert (row["file"], row["case"]) == ("P073.toml", "A child of three gets nothing")
    assert row["different"] == "outcome: expected ineligible, got eligible"
    monkeypatch.setattr("hub.programmes.golden_runs.run_cases", lambda _programmes: [row])
    found = CliRunner().invoke(programmes_app, ["test"])
    assert found.exit_code == 1
    for text in ("MOHW", "P073.toml", "expected", "got"):
        assert text in found.stdout


def test_the_command_passes():
    found = CliRunner().invoke(programmes_app, ["test"])
    assert found.exit_code == 0
    assert f"{len(CASES):,}" in found.stdout


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("age_years = 3", "age_yeers = 3", "fact age_yeers: not in facts.toml"),
        ("reasons = []", "reason = []", "expected.reason: one of"),
        ('name = "A', 'without = ["sex"]\nname = "A', "without sex: no such fact is given"),
        ('name = "A', 'gaps = ["NOBODY"]\nname = "A', "P073 has no reason NOBODY"),
        ('"P073"', '"P999"', "no programme P999"),
        ("[base]", "[basis]", "field basis: no such field"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path, old, new, says):
    (tmp_path / "P073.toml").write_text(WRONG.replace(old, new), "utf-8")
    with pytest.raises(GoldenCaseError, match=r"P073\.toml") as refused:
        run_cases(PROGRAMMES, tmp_path)
    assert says in str(refused.value)
