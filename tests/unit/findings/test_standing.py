"""When is a rule only counted, and when does it act again?"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from hub.findings.rules import Action, load_rules
from hub.findings.standing import (
    CASE_SCHEMA,
    STANDING_EVENT_SCHEMA,
    Feedback,
    judge_rules,
    load_feedback,
)

NIGHT = dt.date(2026, 4, 1)
FEEDBACK = Feedback(
    8, 4, {Action.AUTO: 950_000, Action.HOLD: 900_000, Action.REV: 500_000, Action.INFO: 0}, {}
)
RULES = tuple(rule for rule in load_rules() if rule.id in ("D10", "D28"))


def decided(confirmed, overturned, *, days_ago=10, rule="D28", institutions="I03,I24", **told):
    """Cases of a rule that were decided `days_ago`, opened 20 days before that."""
    day = NIGHT - dt.timedelta(days=days_ago)
    base = dict.fromkeys(CASE_SCHEMA) | {
        "rule_id": rule,
        "institutions": institutions,
        "opened_on": day - dt.timedelta(days=20),
        "decided_on": day,
        **told,
    }
    findings = ["confirmed"] * confirmed + ["overturned"] * overturned
    return [
        base | {"case_id": f"{rule}-{days_ago}-{number}", "finding": finding}
        for number, finding in enumerate(findings)
    ]


def judged(cases, events=(), *, as_of=NIGHT, rules=RULES):
    return judge_rules(
        rules,
        pl.DataFrame(cases, schema=CASE_SCHEMA),
        pl.DataFrame(list(events), schema=STANDING_EVENT_SCHEMA),
        as_of,
        FEEDBACK,
    )


def happened(kind, days_ago, reason="because"):
    day = NIGHT - dt.timedelta(days=days_ago)
    return {"rule_id": "D28", "kind": kind, "actor": "kim", "happened_on": day, "reason": reason}


def figures(standing, rule="D28", institution="all"):
    return standing.table.filter(rule_id=rule, institution=institution).row(0, named=True)


@pytest.mark.parametrize(
    ("confirmed", "overturned", "is_demoted"),
    [(2, 2, False), (1, 3, True), (0, 3, False), (1, 2, False), (49, 51, True), (50, 50, False)],
)
def test_a_rule_is_demoted_below_its_floor_and_not_on_too_few_cases(
    confirmed, overturned, is_demoted
):
    standing = judged(decided(confirmed, overturned))
    assert ("D28" in standing.demoted) is is_demoted
    row = figures(standing)
    assert (row["decided"], row["confirmed"]) == (confirmed + overturned, confirmed)
    assert row["precision_ppm"] == confirmed * 1_000_000 // (confirmed + overturned)
    assert row["is_demoted"] is is_demoted
    if is_demoted:
        told = standing.demoted["D28"]
        assert told.startswith(f"{confirmed} of {confirmed + overturned} cases")
        assert row["demoted_because"] == told
        assert standing.changes["kind"].to_list() == ["demoted"]
    else:
        assert standing.changes.is_empty()


def test_the_floor_is_that_of_the_action_or_the_rules_own():
    assert "D10" in judged(decided(8, 2, rule="D10")).demoted
    feedback = load_feedback()
    assert feedback.floor("D39", Action.REV).precision_ppm == 500_000
    assert feedback.floor("D43", Action.REV).minimum_decided == 10
    assert feedback.floor("D10", Action.HOLD).precision_ppm == 900_000
    assert set(feedback.rules) <= {f"D{number:02}" for number in range(1, 46)}


@pytest.mark.parametrize(("days_ago", "counts"), [(0, True), (55, True), (56, False), (-1, False)])
def test_only_the_last_eight_weeks_count(days_ago, counts):
    assert figures(judged(decided(0, 4, days_ago=days_ago)))["decided"] == (4 if counts else 0)


def test_a_demotion_does_not_lapse_with_silence():
    event = happened("demoted", 100, "1 of 4")
    for cases in ([], decided(1, 1), decided(0, 5)):
        standing = judged(cases, [event])
        assert standing.demoted == {"D28": "1 of 4"}
        assert standing.changes.is_empty()


def test_precision_brings_a_rule_back():
    standing = judged(decided(3, 1), [happened("demoted", 20)])
    assert standing.demoted == {}
    assert standing.changes["kind"].to_list() == ["restored"]
    assert judged(
        decided(3, 1), [happened("demoted", 20), happened("restored", 0)]
    ).changes.is_empty()


def test_a_person_brings_a_rule_back_and_old_decisions_no_longer_count():
    events = [happened("demoted", 20), happened("reinstated", 5)]
    standing = judged(decided(0, 9, days_ago=10), events)
    assert standing.demoted == {}
    assert figures(standing)["decided"] == 0
    again = judged(decided(0, 9, days_ago=10) + decided(0, 4, days_ago=2), events)
    assert "0 of 4 cases" in again.demoted["D28"]


def test_a_night_knows_nothing_of_later_events():
    standing = judged(decided(2, 2), [happened("demoted", -3)])
    assert standing.demoted == {}


def test_a_case_that_an_appeal_reversed_is_not_confirmed():
    told = {"appeal_outcome": "reversed", "appeal_decided_on": NIGHT - dt.timedelta(days=1)}
    upheld = told | {"appeal_outcome": "upheld"}
    row = figures(
        judged(
            decided(2, 0, **told) + decided(1, 0, days_ago=9, **upheld) + decided(1, 0, days_ago=8)
        )
    )
    assert (row["decided"], row["confirmed"]) == (4, 2)
    assert (row["appeals_decided"], row["reversed"], row["reversal_ppm"]) == (3, 2, 666_666)
    before = figures(judged(decided(2, 0, **told), as_of=NIGHT - dt.timedelta(days=2)))
    assert before["confirmed"] == 2


def test_every_institution_of_the_evidence_has_its_own_figures():
    cases = decided(2, 0) + decided(0, 2, days_ago=9, institutions="I24")
    standing = judged(cases)
    assert figures(standing)["decided"] == 4
    assert figures(standing, institution="I03")["precision_ppm"] == 1_000_000
    assert figures(standing, institution="I24")["precision_ppm"] == 500_000
    assert set(standing.table["institution"]) == {"all", "I03", "I24"}


def test_days_to_close_are_counted_from_the_opening():
    day = NIGHT - dt.timedelta(days=3)
    closed = decided(1, 0, days_ago=9, closed_on=day) + decided(1, 0, days_ago=5, closed_on=day)
    row = figures(judged(closed))
    assert (row["closed"], row["median_days_to_close"]) == (2, 24)
    vanished = dict.fromkeys(CASE_SCHEMA) | {
        "case_id": "v", "rule_id": "D28", "institutions": "", "opened_on": day, "closed_on": day
    }  # fmt: skip
    row = figures(judged([vanished]))
    assert (row["decided"], row["closed"], row["precision_ppm"]) == (0, 1, None)


def test_what_the_night_itself_closes_counts_from_the_next_night_on():
    closed = decided(1, 0, closed_on=NIGHT)
    assert figures(judged(closed))["closed"] == 0
    tomorrow = judged(closed, as_of=NIGHT + dt.timedelta(days=1))
    assert figures(tomorrow)["closed"] == 1


def test_a_rule_that_only_counts_is_not_demoted():
    counting = tuple(rule for rule in load_rules() if rule.action is Action.INFO)
    cases = [row for rule in counting for row in decided(0, 30, rule=rule.id)]
    assert judged(cases, rules=counting).demoted == {}


def test_floors_that_are_no_share_are_refused(tmp_path):
    file = tmp_path / "feedback.toml"
    for text, message in [
        ("[floor_of_action]\nREV = 2_000_000", "between 0"),
        ("[floor_of_action]\nREV = 1\n[rule.D28]\nfloor = 1", "no field floor"),
    ]:
        file.write_text(f"window_weeks = 8\nminimum_decided = 1\n{text}\n", "utf-8")
        with pytest.raises(ValueError, match=message):
            load_feedback(file)
