"""The 45 detection rules: complete, within their caps, planted in the simulated country, described."""

from __future__ import annotations

import re
from pathlib import Path

from hub.findings.pages import rule_pages
from hub.findings.rules import AUTOMATIC_RULES, Action, load_rules
from hub.generated_pages import stale_pages
from hub.programmes.catalogue import load_programmes
from sources.country.facts.planted import NOTES
from warehouse.mart import first_comment
from warehouse.workbench import sql_text

PROJECT = Path(__file__).parents[2]
ELSEWHERE = {"D43", "D44", "D45"}
"""Planted in what officials do, in what they read, and in feeds."""


def test_there_are_forty_five_rules_and_only_a_registered_death_acts_by_itself():
    rules = load_rules()
    assert [rule.id for rule in rules] == [f"D{number:02}" for number in range(1, 46)]
    assert {rule.id for rule in rules if rule.action is Action.AUTO} == AUTOMATIC_RULES == {"D01"}


def test_every_rule_has_planted_cases():
    assert {rule.id for rule in load_rules()} - ELSEWHERE <= set(NOTES)


def test_rules_about_programmes_name_programmes_that_exist():
    known = {programme.code for programme in load_programmes()}
    assert [
        (rule.id, code) for rule in load_rules() for code in rule.programmes if code not in known
    ] == []


def test_every_rule_reads_each_of_its_numbers():
    # The feed guard judges before the rules do, and D45 tells what it found.
    guard = sql_text("families", "feed_guard")
    for rule in load_rules():
        text = guard if rule.id == "D45" else sql_text("findings", rule.table)
        for name in rule.parameters:
            assert re.search(rf"\b{name}\b", text), f"{rule.id} does not read {name}"


def test_the_sql_of_a_rule_says_who_is_missing_and_which_source_wins():
    for rule in load_rules():
        comment = first_comment(sql_text("findings", rule.table))
        for words in ("One row:", "Who is missing:", "Which source wins:"):
            assert words in comment, (rule.id, words)


def test_the_reference_page_is_current():
    stale = stale_pages(PROJECT / "docs" / "detection-rules", rule_pages(load_rules()))
    assert stale == [], "run `hub rules pages`"
