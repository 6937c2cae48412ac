"""Every fact and every word of the vocabulary has a name in both languages; numbers are readable."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest

from hub.programmes.explanation.evidence import FIGURES
from hub.programmes.explanation.texts import age_on, amount_text, birthday, months_on, quantity
from hub.programmes.explanation.words import RECEIPTS, WORDS_PATH
from hub.programmes.facts import load_facts
from hub.programmes.parameters import load_parameters

CONTENT = tomllib.loads(WORDS_PATH.read_text("utf-8"))


def test_every_fact_has_a_name_and_nothing_else_has():
    assert set(CONTENT["fact"]) == set(load_facts())


@pytest.mark.parametrize(
    "fact", [fact for fact in load_facts().values() if fact.values and fact.name not in RECEIPTS]
)
def test_every_word_has_a_name_and_nothing_else_has(fact):
    name = "crises" if fact.name == "unit_crises" else fact.name
    assert set(CONTENT["word"][name]) == set(fact.values)


def test_names_are_in_both_languages():
    tables = [CONTENT[kind] for kind in ("fact", "figure", "role", "exclusion")]
    tables += CONTENT["word"].values()
    for table in tables:
        assert all(entry["en"] and entry["ko"] for entry in table.values())
    assert set(CONTENT["figure"]) == set(FIGURES)


def test_facts_that_repeat_the_law_name_a_parameter_and_facts_of_its_key():
    known = {value.parameter for value in load_parameters()}
    for entry in CONTENT["fact"].values():
        assert entry.get("parameter") is None or entry["parameter"] in known
        assert set(entry.get("key", ())) <= set(load_facts())


@pytest.mark.parametrize(
    ("number", "unit", "english", "korean"),
    [
        (1_234_567, "won", "1,234,567 won", "1,234,567원"),
        (820_556, "won_per_month", "820,556 won a month", "월 820,556원"),
        (325_000, "ppm", "32.5 %", "32.5%"),
        (500_001, "ppm", "50.0001 %", "50.0001%"),
        (1_400_000, "ppm", "140 %", "140%"),
        (1, "years", "1 year", "1세"),
        (180, "days", "180 days", "180일"),
        (3, "count", "3", "3"),
    ],
)
def test_numbers_in_words(number, unit, english, korean):
    said = quantity(number, unit)
    assert (said.en, said.ko) == (english, korean)


def test_amounts_say_for_what_they_are():
    assert amount_text(100_000, "won", "month").ko == "월 100,000원"
    assert amount_text(50, "percent", "event").en == "50 % each time"
    assert "in kind" in amount_text(None, "in_kind", "month").en


@pytest.mark.parametrize(
    ("born", "day", "years", "months"),
    [
        ((2000, 3, 31), (2026, 3, 31), 26, 312),
        ((2000, 4, 1), (2026, 3, 31), 25, 311),
        ((2024, 2, 29), (2026, 2, 28), 1, 24),
        ((2025, 12, 31), (2026, 2, 27), 0, 1),
    ],
)
def test_ages_are_those_of_the_night(born, day, years, months):
    born, day = dt.date(*born), dt.date(*day)
    assert (age_on(born, day), months_on(born, day)) == (years, months)


def test_whoever_is_born_on_29_february_turns_a_year_on_1_march():
    born = dt.date(2008, 2, 29)
    assert birthday(born, 18) == dt.date(2026, 3, 1)
    assert age_on(born, birthday(born, 18)) == 18
    assert age_on(born, birthday(born, 18) - dt.timedelta(days=1)) == 17
