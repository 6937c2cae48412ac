"""Rows of a delivery: who tells a fact, when, in which words, and how rows correct rows."""

import dataclasses
import datetime as dt

import numpy as np
import polars as pl
import pytest

from hub.catalogue import Column, Cycle, Format, SchemaVersion
from sources.country.rendering.calendar import (
    Reason,
    is_due,
    period_of,
    plan_first_night,
    plan_later_night,
)
from sources.country.rendering.corrections import add_correcting_rows, restate_some
from sources.country.rendering.draws import Draws
from sources.country.rendering.own_columns import People, add_own_columns
from sources.country.rendering.selection import (
    ROW,
    add_rows,
    carried_facts,
    index_carriers,
    stand_in_facts,
)
from sources.registry import load_catalogue

CATALOGUE = load_catalogue()
DOCUMENTS = tuple(CATALOGUE.documents.values())
FIRST = dt.date(2026, 3, 31)
DAY = dt.timedelta(days=1)
PENSION = CATALOGUE.documents["I23-F15-02"]
WAGE = CATALOGUE.documents["I03-F11-02"]


def draws(rows, seed=1):
    return Draws(seed, "test", np.arange(rows, dtype=np.uint64))


def may_change(rows):
    return np.ones(rows, dtype=np.bool_)


@pytest.mark.parametrize(
    ("cycle", "day", "period"),
    [
        (Cycle.DAILY, dt.date(2026, 3, 31), "20260331"),
        (Cycle.REALTIME, dt.date(2026, 3, 31), "20260331"),
        (Cycle.ON_REQUEST, dt.date(2026, 3, 31), "20260331"),
        (Cycle.WEEKLY, dt.date(2026, 3, 31), "20260330"),
        (Cycle.WEEKLY, dt.date(2026, 3, 30), "20260330"),
        (Cycle.MONTHLY, dt.date(2026, 3, 31), "202602"),
        (Cycle.MONTHLY, dt.date(2026, 1, 1), "202512"),
        (Cycle.QUARTERLY, dt.date(2026, 3, 31), "202512"),
        (Cycle.QUARTERLY, dt.date(2026, 4, 1), "202603"),
        (Cycle.HALF_YEARLY, dt.date(2026, 6, 30), "202512"),
        (Cycle.YEARLY, dt.date(2026, 3, 31), "2025"),
    ],
)
def test_period_is_the_last_one_that_has_ended(cycle, day, period):
    assert period_of(cycle, day) == period


def test_the_first_night_has_one_file_of_every_type():
    plans = plan_first_night(DOCUMENTS, FIRST, 7)
    assert [plan.document.code for plan in plans] == list(CATALOGUE.documents)


def test_every_type_with_a_new_version_speaks_on_the_day_it_comes_into_force():
    day = dt.date(2026, 4, 1)
    spoken = {plan.document.code for plan in plan_later_night(DOCUMENTS, [], FIRST, day, 7)}
    switching = {
        document.code
        for document in DOCUMENTS
        if any(version.valid_from == day for version in document.versions)
    }
    assert switching
    assert switching <= spoken


def test_cycles_come_round_once_each():
    month = [dt.date(2026, 5, 1) + DAY * number for number in range(31)]
    days = {document.code: sum(is_due(document, day, 7) for day in month) for document in DOCUMENTS}
    assert {days[d.code] for d in DOCUMENTS if d.cycle is Cycle.MONTHLY} == {1}
    assert {days[d.code] for d in DOCUMENTS if d.cycle is Cycle.DAILY} == {31}
    assert {days[d.code] for d in DOCUMENTS if d.cycle is Cycle.WEEKLY} == {4}
    assert {days[d.code] for d in DOCUMENTS if d.cycle is Cycle.YEARLY} == {0}


def test_no_two_plans_of_a_month_share_an_identity_unless_one_corrects_the_other():
    seen = {(p.document.code, p.period, p.sequence) for p in plan_first_night(DOCUMENTS, FIRST, 7)}
    for number in range(1, 31):
        for plan in plan_later_night(DOCUMENTS, DOCUMENTS, FIRST, FIRST + DAY * number, 7):
            identity = (plan.document.code, plan.period, plan.sequence)
            assert (identity in seen) == (plan.reason is Reason.CORRECTION)
            seen.add(identity)


def pension_facts(words=("disability", "disability_lump_sum", "old_age")):
    rows = len(words)
    return pl.DataFrame(
        {
            "national_id": ["6001011234567"] * rows,
            "full_name": ["김철수"] * rows,
            "pension_no": [str(number) for number in range(rows)],
            "pension_type": list(words),
            "period": [dt.date(2026, 2, 1)] * rows,
            "amount": [500_000] * rows,
            "payment_status": ["paying"] * rows,
            "entitled_from": [dt.date(2020, 1, 1)] * rows,
            "entitled_to": [None] * rows,
            "person_number": list(range(rows)),
            "carried_by": [["I23-F15-02"], ["I23-F15-02", "I23-F15-03"], ["I23-F15-01"]],
        }
    )


def test_a_type_tells_the_facts_that_name_it():
    carried = index_carriers(add_rows(pension_facts()))
    assert carried["I23-F15-02"][ROW].to_list() == [0, 1]
    assert carried["I23-F15-03"][ROW].to_list() == [1]
    assert "carried_by" not in carried["I23-F15-02"].columns


def test_words_that_a_type_does_not_know_are_told_in_its_own():
    facts = index_carriers(add_rows(pension_facts(("disability", "unheard_of", "old_age"))))
    family, version = CATALOGUE.families["F15"], PENSION.versions[-1]
    told = carried_facts(PENSION, version, facts["I23-F15-02"], family, 7)
    known = set(version.by_canonical("pension_type").codes.values())
    assert told["pension_type"][0] == "disability"
    assert set(told["pension_type"]) <= known


def test_nobody_dies_so_that_a_type_has_rows():
    deaths = CATALOGUE.documents["I02-F04-02"]
    births = pl.DataFrame(
        {
            "national_id": ["2501013234567"] * 5, "full_name": ["김아기"] * 5,
            "event": ["birth"] * 5, "occurred_on": [FIRST] * 5, "reported_on": [FIRST] * 5,
            "place": ["서울"] * 5, "reporter_type": ["father"] * 5, "person_number": range(5),
        }
    )  # fmt: skip
    family = CATALOGUE.families["F04"]
    assert stand_in_facts(deaths, deaths.versions[0], add_rows(births), family, 7).is_empty()


def test_reversals_are_negative_and_never_more_than_the_row():
    facts = pension_facts().drop("carried_by").with_columns(record_action=pl.lit("new"))
    told = add_correcting_rows(
        PENSION, PENSION.versions[-1], facts, draws(3), may_change(3), 1_000_000
    )
    assert told["record_action"].to_list() == ["new"] * 3 + ["reversal"] * 3
    assert told.head(3).equals(facts)
    reversals = told.tail(3)
    assert reversals["amount"].is_between(-500_000, -50_000).all()
    assert reversals["pension_no"].to_list() == facts["pension_no"].to_list()


def test_cancelled_rows_are_repeated_and_most_are_issued_again():
    rows = 400
    facts = pl.DataFrame(
        {
            "employer_brn": [str(number) for number in range(rows)],
            "gross_amount": [3_000_000] * rows,
            "record_action": ["new"] * rows,
        }
    )
    told = add_correcting_rows(
        WAGE, WAGE.versions[-1], facts, draws(rows), may_change(rows), 1_000_000
    )
    cancelled = told.filter(record_action="cancel")
    reissued = told.filter(record_action="reissue")
    assert cancelled.drop("record_action").equals(facts.drop("record_action"))
    assert 0.6 < reissued.height / rows < 0.9
    assert reissued["gross_amount"].is_between(2_400_000, 3_600_000).all()
    assert reissued["gross_amount"].n_unique() > 10


def test_rows_of_planted_cases_are_not_corrected():
    facts = pension_facts().drop("carried_by").with_columns(record_action=pl.lit("new"))
    nobody = np.zeros(3, dtype=np.bool_)
    told = add_correcting_rows(PENSION, PENSION.versions[-1], facts, draws(3), nobody, 1_000_000)
    assert told.equals(facts)


def test_restated_amounts_stay_whole_in_the_senders_unit():
    version = SchemaVersion(1, FIRST, (Column("A", "amount", Format.THOUSAND_WON),))
    facts = pl.DataFrame({"amount": [1_000, 55_000, None] * 100})
    told = restate_some(version, facts, draws(300), may_change(300), "again", 1_000_000)
    assert (told["amount"].drop_nulls() % 1_000 == 0).all()
    assert told["amount"].null_count() == 100
    assert not told.equals(facts)


@pytest.mark.parametrize("code", ["I03-F11-01", "I05-F23-04", "I26-F19-03", "I35-F26-08"])
def test_own_columns_are_drawn_from_row_keys_alone(code):
    document = CATALOGUE.documents[code]
    version = dataclasses.replace(
        document.versions[-1],
        columns=tuple(column for column in document.versions[-1].columns if column.is_own),
    )
    family = CATALOGUE.families[document.family]
    card = pl.DataFrame(
        {
            "person_number": range(50), "national_id": ["9001011234567"] * 50,
            "full_name": ["김철수"] * 50, "name_roman": ["KIM"] * 50,
            "birth_date": [dt.date(1990, 1, 1)] * 50, "sex": ["male"] * 50,
        }
    )  # fmt: skip
    facts = pl.DataFrame({"person_number": range(50)})
    told = add_own_columns(version, facts, family, draws(50), People(card), FIRST)
    last = add_own_columns(
        version, facts[10:], family, Draws(1, "test", np.arange(10, 50, dtype=np.uint64)),
        People(card), FIRST,
    )  # fmt: skip
    assert set(told.columns) == {column.canonical for column in version.columns} | {"person_number"}
    assert told[10:].equals(last)
