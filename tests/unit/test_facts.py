"""Are facts complete, well-shaped, consistent, and free of improper receipt by accident?"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from country_scene import AS_OF, country, facts, paid, planted

from hub.catalogue import Kind
from sources.country.facts import family_facts, identifiers
from sources.country.facts.drafting import DTYPES
from sources.country.facts.exclusions import EXCLUSIVE
from sources.country.population import simulate_population
from sources.registry import load_catalogue

CATALOGUE = load_catalogue()
SPARSE = {"I01-F04-04", "I04-F07-04", "I08-F09-07"}
"""Types of rare events: a few rows at 20,000 people."""


@pytest.mark.parametrize("family", sorted(CATALOGUE.families))
def test_facts_have_the_familys_columns_and_types(family):
    frame, shape = facts(family), CATALOGUE.families[family]
    names = [column.name for column in shape.columns]
    assert frame.columns[: len(names)] == names
    for column in shape.columns:
        assert frame.schema[column.name] == DTYPES[column.kind], column.name
    others = [column.name for column in shape.columns if column.kind is Kind.ID][1:]
    assert set(frame.columns) - set(names) == {
        "person_number", "carried_by", *(f"{name}_person_number" for name in others)
    }  # fmt: skip


@pytest.mark.parametrize("family", sorted(CATALOGUE.families))
def test_every_document_type_carries_rows_in_words_that_it_knows(family):
    carried = facts(family).explode("carried_by")
    for document in CATALOGUE.by_family[family]:
        rows = carried.filter(pl.col("carried_by") == document.code)
        assert len(rows) >= (1 if document.code in SPARSE else 6), document.code
        for column in document.versions[-1].columns:
            if column.codes and not column.is_own and column.canonical in rows.columns:
                unknown = rows[column.canonical].drop_nulls().is_in(list(column.codes.values()))
                assert unknown.all(), (document.code, column.canonical)


@pytest.mark.parametrize("family", sorted(set(CATALOGUE.families) - {"F38"}))
def test_no_two_facts_of_a_type_share_their_natural_key(family):
    key = list(CATALOGUE.families[family].natural_key)
    carried = facts(family).explode("carried_by").select(*key, "carried_by")
    assert carried.is_duplicated().sum() == 0


@pytest.mark.parametrize("family", sorted(set(CATALOGUE.families) - {"F38"}))
def test_person_number_is_the_person_of_the_main_id(family):
    column = CATALOGUE.families[family].person_column
    numbers = identifiers(country()).select("person_number", pl.col("national_id").alias(column))
    own = facts(family).join(numbers, on=["person_number", column], how="semi")
    assert len(own) == len(facts(family))


def test_facts_are_the_same_for_the_same_seed():
    small = [simulate_population(300, 5, AS_OF) for _ in range(2)]
    for family in ("F01", "F19", "F35"):
        assert family_facts(small[0], family).equals(family_facts(small[1], family))


def test_wages_agree_across_sources_of_one_person():
    month = dt.date(2026, 3, 1)

    def of(family, document, amount):
        rows = facts(family).filter(
            pl.col("carried_by").list.contains(document), pl.col("period") == month
        )
        return rows.group_by("person_number").agg(pl.col(amount).sum().alias(document))

    sources = (
        of("F11", "I03-F11-02", "gross_amount")
        .join(of("F19", "I24-F19-01", "base_amount"), on="person_number")
        .join(of("F19", "I23-F19-01", "base_amount"), on="person_number")
        .join(of("F19", "I26-F19-01", "base_amount"), on="person_number")
    )
    assert len(sources) > 4_000
    apart = (pl.col("I24-F19-01") / pl.col("I03-F11-02") - 1).abs().max()
    assert sources.select(apart).item() < 0.06
    assert sources.select((pl.col("I24-F19-01") == pl.col("I26-F19-01")).all()).item()
    assert sources["I23-F19-01"].max() == 6_370_000
    middle = sources.filter(pl.col("I24-F19-01").is_between(400_000, 6_370_000))
    assert middle.select((pl.col("I24-F19-01") == pl.col("I23-F19-01")).all()).item()


@pytest.mark.parametrize("rule", ["D01", "D10", "D11", "D19", "D20", "D28"])
def test_six_cases_at_least_of_each_main_rule(rule):
    assert len(planted(rule)) >= 6


def test_only_planted_dead_are_paid_after_the_month_of_death():
    dead = country().people.filter(pl.col("death_date").is_not_null())
    late = facts("F35").join(dead.select("person_number", "death_date"), on="person_number")
    late = late.filter(pl.col("period") > pl.col("death_date"))
    assert sorted(late["person_number"].unique()) == sorted(planted("D01", "D02", "D03"))


def test_registered_deaths_leave_out_only_the_unregistered_cases():
    registered = facts("F04").filter(pl.col("carried_by").list.contains("I01-F04-01"))
    dead = country().people.filter(pl.col("death_date").is_not_null())["person_number"]
    assert set(dead) - set(registered["person_number"]) == set(planted("D02"))


def test_only_planted_prisoners_are_paid():
    held = facts("F07").filter(pl.col("released_on").is_null())["person_number"].unique()
    paid_in_custody = facts("F35").filter(
        pl.col("person_number").is_in(held.implode()), pl.col("period") == dt.date(2026, 3, 1)
    )
    assert sorted(paid_in_custody["person_number"].unique()) == sorted(planted("D10"))


def test_only_planted_recipients_stay_abroad_for_long():
    long_stays = country().journeys.filter(pl.col("days") >= 60)["person_number"]
    receiving = set(facts("F35")["person_number"]) & set(long_stays)
    assert receiving == set(planted("D11"))


def test_only_planted_people_are_paid_by_two_regions():
    regions = (
        facts("F35")
        .group_by("person_number", "programme_code", "period")
        .agg(pl.col("payer_region").n_unique())
    )
    twice = regions.filter(pl.col("payer_region") > 1)["person_number"].unique()
    assert sorted(twice) == sorted(planted("D19"))


def test_only_planted_people_hold_programmes_that_exclude_each_other():
    pairs = pl.DataFrame(
        [(one, other) for one, others in EXCLUSIVE.items() for other in others],
        schema=["programme_code", "other"], orient="row",
    )  # fmt: skip
    bad = ["refused", "ended", "suspended", "rejected", "ineligible", "withdrawn"]
    entitled = facts("F34").filter(~pl.col("status").is_in(bad).fill_null(value=False))
    held = pl.concat(
        [
            entitled.select("person_number", "programme_code"),
            facts("F35").select("person_number", "programme_code"),
        ]
    ).unique()
    both = held.join(pairs, on="programme_code").join(
        held.rename({"programme_code": "other"}), on=["person_number", "other"]
    )
    assert sorted(both["person_number"].unique()) == sorted(planted("D20"))


def test_only_planted_recipients_of_livelihood_have_wages_or_a_business():
    livelihood = paid("I06-F35-01", "P001")["person_number"].unique().implode()

    def on_livelihood(family):
        column = pl.col("person_number")
        earned = facts(family).filter(column.is_in(livelihood))
        if family == "F12":
            # A day of work a month is left out by the deductions for wages.
            earned = earned.filter(pl.col("gross_amount") > 70_000)
        return set(earned["person_number"])

    assert on_livelihood("F11") | on_livelihood("F12") <= set(planted("D28", "D38"))
    assert set(planted("D28")) <= on_livelihood("F11") & on_livelihood("F19")
    assert on_livelihood("F13") == set(planted("D29"))


def test_only_families_homes_and_planted_people_share_an_account():
    users = (
        facts("F35")
        .filter(pl.col("account_no").is_not_null())
        .select("bank_no", "account_no", "person_number")
        .unique()
        .join(
            country().people.select(
                pl.col("person_number").cast(pl.Int64), "household_number", "institution"
            ),
            on="person_number",
        )
        .filter(pl.col("institution") != 1)
        .group_by("bank_no", "account_no")
        .agg(
            pl.col("household_number").n_unique().alias("homes"),
            pl.col("person_number").alias("people"),
        )
    )
    shared = users.filter(pl.col("homes") >= 3)["people"].explode()
    assert sorted(shared) == sorted(planted("D24"))
    assert users.filter(pl.col("homes") == 1)["people"].list.len().max() >= 2


def test_one_agent_applies_for_all_people_of_a_burst_within_days():
    applied = facts("F34").filter(pl.col("application_contact_key").is_not_null())
    burst = applied.filter(pl.col("person_number").is_in(planted("D25")))
    assert burst["application_contact_key"].n_unique() == len(planted("D25")) // 12
    days = burst.group_by("application_contact_key").agg(
        (pl.col("applied_on").max() - pl.col("applied_on").min()).dt.total_days().alias("days")
    )
    assert days["days"].max() < 7
    others = applied.filter(~pl.col("person_number").is_in(planted("D25")))
    weekly = others.group_by("application_contact_key", pl.col("applied_on").dt.truncate("1w")).agg(
        pl.col("person_number").n_unique().alias("people")
    )
    assert weekly["people"].max() < 10


def test_only_planted_pensioners_draw_the_basic_pension():
    basic = set(paid("I06-F35-02")["person_number"])
    public = (
        facts("F15")
        .explode("carried_by")
        .filter(
            pl.col("carried_by").is_in(["I28-F15-01", "I29-F15-01", "I14-F15-01", "I30-F15-01"])
        )
    )
    assert basic & set(public["person_number"]) == set(planted("D27"))


def test_claimants_of_job_seekers_benefit_do_not_work_unless_planted():
    claims = facts("F16").filter(pl.col("transfer_code") == "job_seeker_allowance")
    worked = facts("F12").join(claims, on=["person_number", "period"])
    assert set(worked["person_number"]) == set(planted("D18"))
    wages = facts("F11").filter(pl.col("carried_by").list.contains("I03-F11-02"))
    assert wages.join(claims, on=["person_number", "period"]).is_empty()


def test_only_planted_claims_of_care_fall_into_a_stay_abroad():
    stays = country().journeys.select("person_number", "out_on", "in_on")
    care = facts("F32").join(stays, on="person_number")
    inside = care.filter(
        pl.col("care_from") > pl.col("out_on"),
        pl.col("care_from") < pl.col("in_on").fill_null(AS_OF),
    )
    assert set(inside["person_number"]) == set(planted("D12"))


def test_old_and_new_number_are_both_paid_only_where_planted():
    numbers = facts("F35").group_by("person_number").agg(pl.col("national_id").n_unique())
    both = numbers.filter(pl.col("national_id") > 1)["person_number"]
    assert set(planted("D05", "D06")) <= set(both) <= set(planted("D05", "D06", "D07"))
