"""Does the simulated country look like Korea in 2026, and is it the same for the same seed?"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from sources.country.population import Country, simulate_population
from sources.country.population.households import AGE_SHARES
from sources.country.population.receipts import MEDIAN_INCOME_2026, median_income

AS_OF = dt.date(2026, 4, 1)


@pytest.fixture(scope="module")
def country() -> Country:
    return simulate_population(20_000, 7, AS_OF)


@pytest.fixture(scope="module")
def living(country):
    return country.people.filter("is_alive")


def test_people_are_numbered_from_zero_without_gaps(country):
    assert country.people["person_number"].to_list() == list(range(20_000))


def test_household_sizes_have_the_shares_of_2026(country):
    homes = country.households.filter(~pl.col("is_collective"))
    shares = [
        homes.select((pl.col("size").clip(1, 4) == size).mean()).item() for size in (1, 2, 3, 4)
    ]
    assert shares == pytest.approx([0.36, 0.29, 0.19, 0.16], abs=0.02)


def test_age_pyramid_follows_the_shares_of_2026(country):
    bands = np.bincount(
        np.minimum(country.people["age"].to_numpy() // 5, len(AGE_SHARES) - 1),
        minlength=len(AGE_SHARES),
    )
    assert 100 * bands / bands.sum() == pytest.approx(AGE_SHARES, abs=0.6)


def test_old_people_foreigners_and_sexes_have_realistic_shares(living):
    assert 0.18 <= living.select((pl.col("age") >= 65).mean()).item() <= 0.23
    assert 0.03 <= living.select(pl.col("is_foreign").mean()).item() <= 0.06
    men = living.select((pl.col("sex") == "male").sum()).item()
    assert 0.93 <= men / (len(living) - men) <= 1.07


def test_median_equivalised_income_meets_the_official_median(country):
    homes = country.households.filter(~pl.col("is_collective"))
    median = homes["income_ratio"].median() * MEDIAN_INCOME_2026[0]
    assert median == pytest.approx(MEDIAN_INCOME_2026[0], rel=0.15)
    assert 0.04 <= homes.select((pl.col("income_ratio") < 0.32).mean()).item() <= 0.12


def test_median_income_table_goes_on_above_seven_members():
    sizes = pl.DataFrame({"size": [1, 4, 7, 8, 9]})
    found = sizes.select(median_income(pl.col("size"))).to_series().to_list()
    assert found == [2_564_238, 6_494_738, 9_515_150, 10_474_348, 11_433_546]


def test_resident_numbers_are_distinct_and_say_birth_and_sex(country):
    people = country.people
    assert people["national_id"].n_unique() == len(people)
    assert people.select((pl.col("national_id").str.len_chars() == 13).all()).item()
    century = pl.col("national_id").str.slice(6, 1)
    opened = people.select(
        birth=(
            pl.col("national_id").str.slice(0, 6) == pl.col("birth_date").dt.strftime("%y%m%d")
        ).all(),
        sex=(century.is_in(["1", "3", "5", "7", "9"]) == (pl.col("sex") == "male")).all(),
        foreign=(century.is_in(["5", "6", "7", "8"]) == pl.col("is_foreign")).all(),
    )
    assert opened.row(0) == (True, True, True)


def test_most_old_numbers_have_a_right_check_digit_and_new_ones_do_not(country):
    weights = np.array([2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5])
    plain = country.people.filter(~pl.col("is_foreign") & pl.col("previous_national_id").is_null())

    def share_right(people):
        digits = np.array([[int(d) for d in number] for number in people["national_id"]])
        return ((11 - digits[:, :12] @ weights % 11) % 10 == digits[:, 12]).mean()

    assert share_right(plain.filter(pl.col("birth_date") < dt.date(2020, 10, 5))) > 0.999
    assert share_right(plain.filter(pl.col("birth_date") >= dt.date(2020, 10, 5))) < 0.25


def test_children_are_younger_than_their_parents_and_share_the_fathers_name(country):
    people = country.people
    parent = people.select(
        father_number="person_number", father_birth="birth_date", father_name="family_name",
        father_foreign="is_foreign",
    )  # fmt: skip
    pairs = people.filter(~pl.col("is_foreign")).join(parent, on="father_number")
    assert len(pairs) > 5_000
    assert pairs.select((pl.col("birth_date") > pl.col("father_birth")).all()).item()
    local = pairs.filter(~pl.col("father_foreign"))
    assert local.select((pl.col("family_name") == pl.col("father_name")).mean()).item() > 0.99


def test_nobody_has_dozens_of_children(country):
    for parent in ("mother_number", "father_number"):
        children = country.people[parent].drop_nulls().value_counts()["count"]
        assert children.max() <= 12
        assert children.median() <= 3


def test_spouses_are_each_others_spouses(country):
    pairs = country.people.select("person_number", "spouse_number").drop_nulls()
    back = pairs.join(pairs, left_on="spouse_number", right_on="person_number")
    assert back.select((pl.col("spouse_number_right") == pl.col("person_number")).all()).item()


def test_there_are_twins_and_shared_addresses(country):
    children = country.people.filter(pl.col("relation_to_head") == "child")
    same = children.group_by("household_number", "birth_date").len().filter(pl.col("len") > 1)
    assert len(same) >= 10
    doors = country.people.group_by("address").agg(pl.col("household_number").n_unique())
    assert doors["household_number"].max() >= 5


def test_same_seed_same_country_and_other_seed_another():
    one, same = simulate_population(600, 3, AS_OF), simulate_population(600, 3, AS_OF)
    other = simulate_population(600, 4, AS_OF)
    assert one.people.equals(same.people)
    assert one.jobs.equals(same.jobs)
    assert not one.people["national_id"].equals(other.people["national_id"])


def test_employers_numbers_have_the_right_check_digit(country):
    weights = np.array([1, 3, 7, 1, 3, 7, 1, 3, 5])
    digits = np.array([[int(d) for d in number] for number in country.employers["employer_brn"]])
    total = digits[:, :9] @ weights + digits[:, 8] * 5 // 10
    assert ((10 - total % 10) % 10 == digits[:, 9]).all()


def test_too_few_people_are_refused():
    with pytest.raises(ValueError, match="at least 50"):
        simulate_population(10, 1, AS_OF)
