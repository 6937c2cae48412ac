"""Do planted patterns show in the facts, and does nobody else show them by accident?"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from country_scene import cases, country, facts, paid, planted

from sources.country.facts import family_facts, identifiers
from sources.country.facts.planted_notes import NOTES
from sources.country.population import simulate_population
from sources.country.population.coming_true import MODEST_WAGE, OBLIGOR_WAGE


def test_tests_cover_every_planted_rule():
    assert {*NOTES} == {f"D{number:02}" for number in range(1, 43)}
    assert set(cases()["rule_id"]) == set(NOTES)
    must = cases().filter("must_be_found")
    assert must.group_by("rule_id").len()["len"].min() >= 3


def test_a_household_carries_one_pattern_at_most():
    carriers = country().people.filter(pl.col("planted_rule").is_not_null())
    assert carriers["household_number"].is_duplicated().sum() == 0


def test_only_second_and_impossible_numbers_are_no_persons_number():
    others = identifiers(country()).filter(kind="other")
    assert sorted(others["person_number"]) == sorted(planted("D06", "D07"))
    assert not set(others["national_id"]) & set(country().people["national_id"])
    impossible = others.filter(pl.col("person_number").is_in(planted("D07")))
    people = country().people.select("person_number", right="national_id")
    both = impossible.join(people, on="person_number")
    assert both.select(
        (pl.col("national_id").str.slice(0, 6) == pl.col("right").str.slice(0, 6)).all()
    ).item()
    assert both.select(
        (pl.col("national_id").str.slice(6, 1) != pl.col("right").str.slice(6, 1)).all()
    ).item()


def test_nothing_but_payers_knows_ghosts():
    ghosts = planted("D08")
    for family in ("F01", "F02", "F03", "F10", "F18", "F26", "F32"):
        assert not facts(family)["person_number"].is_in(ghosts).any(), family
    assert set(ghosts) <= set(facts("F35")["person_number"])


def test_everybody_very_old_is_seen_by_a_doctor_unless_planted():
    oldest = country().people.filter((pl.col("age") >= 100) & pl.col("is_alive"))["person_number"]
    unseen = set(oldest) - set(facts("F32")["person_number"])
    assert unseen == set(planted("D09"))


def test_only_planted_foreigners_are_paid_after_their_stay():
    last = facts("F05").group_by("person_number").agg(pl.col("stay_to").max())
    ended = last.filter(pl.col("stay_to") < dt.date(2025, 12, 1))["person_number"]
    assert set(ended) & set(facts("F35")["person_number"]) == set(planted("D13"))


def livelihood_of(month):
    rows = paid("I06-F35-01", "P001").filter(pl.col("period") == month)
    return rows.join(
        country().people.select("person_number", "household_size", "income_ratio", "planted_rule"),
        on="person_number",
    )


def test_livelihood_never_exceeds_the_threshold_of_its_year():
    spring = simulate_population(4_000, 7, dt.date(2026, 3, 31))
    rows = family_facts(spring, "F35").filter(
        pl.col("carried_by").list.contains("I06-F35-01"), pl.col("programme_code") == "P001"
    )
    single = rows.join(
        spring.people.filter(pl.col("household_size") == 1), on="person_number", how="semi"
    )
    most = dict(single.group_by("period").agg(pl.col("amount").max()).iter_rows())
    assert 0 < most[dt.date(2025, 12, 1)] <= 2_392_013 * 32 // 100
    assert most[dt.date(2025, 12, 1)] < most[dt.date(2026, 1, 1)] <= 2_564_238 * 32 // 100


def test_ordinary_livelihood_counts_the_basic_pension():
    basic = set(paid("I06-F35-02")["person_number"])
    of_pensioners = livelihood_of(dt.date(2026, 3, 1)).filter(
        pl.col("person_number").is_in(list(basic)), pl.col("household_size") == 1
    )
    room = 2_564_238 * 32 // 100 - of_pensioners["amount"]
    uncounted = of_pensioners.filter(room < 349_700 - 10_000)["person_number"]
    assert set(uncounted) <= set(planted("D26"))


def test_units_list_every_member_but_those_left_out():
    rows = facts("F34").filter(
        pl.col("carried_by").list.contains("I06-F34-01"),
        pl.col("programme_code") == "P001",
        pl.col("status") == "granted",
    )
    left_out = cases().filter(rule_id="D40")["other_person_number"].to_list()
    assert left_out
    assert not rows["person_number"].is_in(left_out).any()
    members = rows.group_by("unit_head_national_id_person_number").len()
    assert members["len"].max() > 1


def test_couples_divorced_on_paper_share_an_address_in_two_households():
    pairs = cases().filter(rule_id="D39").select("person_number", "other_person_number")
    homes = country().people.select("person_number", "address", "household_number", "spouse_number")
    both = pairs.join(homes, on="person_number").join(
        homes, left_on="other_person_number", right_on="person_number", suffix="_other"
    )
    assert len(both) == len(pairs)
    assert (both["address"] == both["address_other"]).all()
    assert (both["household_number"] != both["household_number_other"]).all()
    assert both["spouse_number"].null_count() == len(both)


def test_only_planted_recipients_share_a_door_with_another_household():
    homes = (
        facts("F35")
        .select("person_number")
        .unique()
        .join(country().people, on="person_number", how="semi")
    )
    people = country().people.filter("is_alive", pl.col("institution") == 0)
    crowded = people.filter(pl.col("household_number").n_unique().over("dwelling_number") > 1)
    poor = crowded.filter(
        pl.any_horizontal("is_on_livelihood", "is_on_medical_aid", "is_on_housing"),
        pl.col("person_number").is_in(homes["person_number"].to_list()),
    )
    around = people.filter(pl.col("planted_rule") == "D41")["household_number"].to_list()
    assert set(poor["household_number"]) <= set(around)


def test_relatives_of_recipients_are_modest_but_the_planted_ones():
    able = cases().filter(rule_id="D42")["other_person_number"].to_list()
    obligors = country().people.filter("is_obligor", ~pl.col("person_number").is_in(able))
    assert obligors["monthly_wage"].max() <= MODEST_WAGE
    wages = country().people.filter(pl.col("person_number").is_in(able))["monthly_wage"]
    assert wages.to_list() == [OBLIGOR_WAGE] * len(able)


def test_look_alikes_are_no_planted_cases():
    named = set(cases()["person_number"]) | set(cases()["other_person_number"].drop_nulls())
    small = facts("F22").filter(pl.col("deposit_amount") == 14_000_000)["person_number"]
    assert len(small) >= 5
    assert not set(small) & named
