"""The vocabulary of facts agrees with the catalogue, the programmes and its page.

Renew the page with

    HUB_RENEW_SNAPSHOTS=1 python -m pytest tests/contract/test_facts_vocabulary.py
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from hub.programmes.catalogue import load_programmes
from hub.programmes.fact_pages import FACTS_PAGE, facts_page
from hub.programmes.fact_words import fact_word_frame, household_programmes, load_fact_words
from hub.programmes.facts import load_facts
from sources.registry import load_catalogue

PROJECT = Path(__file__).parents[2]
RENEW = bool(os.environ.get("HUB_RENEW_SNAPSHOTS"))
"""Read while pytest collects: a fixture removes the variables of the hub."""
CODE_COLUMN = {
    "F05": "stay_status",
    "F10": "employment_type",
    "F13": "industry_code",
    "F16": "transfer_code",
    "F18": "member_type",
    "F22": "lease_kind",
    "F31": "disability_kind",
    "F32": "care_kind",
    "F33": "status",
    "F34": "programme_code",
    "F35": "programme_code",
    "F36": "facility_kind",
    "F37": "signal_kind",
    "F40": "programme_code",
}
NOT_A_WORD_LIST = {"F07", "household"}
"""Releases from custody and deaths in the household are told by dates, not by words."""


@pytest.mark.parametrize(
    "told", load_fact_words(), ids=lambda told: f"{told.document}-{told.fact}-{told.value}"
)
def test_every_word_is_one_that_the_sender_uses(told):
    family = told.document if told.document == "household" else told.document[4:7]
    if family in NOT_A_WORD_LIST:
        return
    document = load_catalogue().documents[told.document]
    column = CODE_COLUMN[family]
    used = {document.constants.get(column)}
    for version in document.versions:
        found = version.by_canonical(column)
        used |= set(found.codes.values()) if found else set()
    assert set(told.words) <= used


def test_every_source_is_a_document_type_a_family_or_a_table():
    catalogue = load_catalogue()
    tables = {"person", "assistance_unit_member", "household_means", "couple_means", "asset"}
    tables |= {"parameter_in_force"}
    known = set(catalogue.documents) | set(catalogue.families) | tables
    for fact in load_facts().values():
        assert set(fact.sources) <= known, fact.name


def test_values_that_are_told_have_a_source_in_the_vocabulary():
    facts = load_facts()
    for told in load_fact_words():
        if told.document != "household":
            sources = facts[told.fact].sources
            assert told.document in sources or told.document[4:7] in sources, told


def test_receipts_are_the_292_programmes_in_the_order_of_their_numbers():
    codes = [f"P{number:03d}" for number in range(1, 293)]
    for name in ("receipts", "unit_receipts"):
        assert list(load_facts()[name].values) == codes
    assert set(load_catalogue().programmes) == set(codes)


def test_programmes_of_the_household_are_those_whose_unit_is_not_a_person():
    units = {"assistance_unit", "resident_household", "dwelling"}
    listed = household_programmes()
    for programme in load_programmes():
        assert (programme.code in listed) is (programme.unit in units), programme.code


def test_bits_of_the_word_table_are_those_of_the_vocabulary():
    frame = fact_word_frame(load_catalogue())
    facts = load_facts()
    for fact, value, number, mask in frame.select(
        "fact", "value", "word_number", "mask"
    ).iter_rows():
        if facts[fact].type == "set":
            place = facts[fact].values.index(value)
            assert (number, mask) == (place // 64, 1 << place % 64)
        else:
            assert (number, mask) == (0, 0)


def test_the_page_of_facts_is_current():
    page = PROJECT / FACTS_PAGE
    if RENEW:
        page.write_text(facts_page(), "utf-8")
    assert page.read_text("utf-8") == facts_page(), "renew docs/facts.md, see the top of this test"


def test_names_say_their_unit():
    for fact in load_facts().values():
        if fact.type == "boolean":
            assert re.match(r"(is|has|owns)_", fact.name), fact.name
        if fact.type in ("won", "won_per_month"):
            assert fact.name.endswith("_amount"), fact.name
        if fact.type in ("count", "days") and fact.name not in ("unit_size", "birth_order"):
            assert fact.name.endswith(("_count", "_decile")), fact.name
