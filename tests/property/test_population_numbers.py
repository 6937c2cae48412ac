"""Do made numbers keep their promises for any dates and counts?"""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.country.population import simulate_population
from sources.country.population.numbers import (
    business_number,
    distinct_numbers,
    padded,
    resident_number,
)

BIRTHS = st.lists(
    st.tuples(st.dates(dt.date(1890, 1, 1), dt.date(2026, 4, 1)), st.booleans(), st.booleans()),
    min_size=1,
    max_size=60,
)


@given(BIRTHS, st.integers(0, 2**31), st.booleans())
def test_resident_numbers_are_distinct_and_open_with_the_birth_date(people, seed, is_random):
    birth = np.array([day for day, _, _ in people], dtype="datetime64[D]")
    male = np.array([int(man) for _, man, _ in people])
    foreign = np.array([int(alien) for _, _, alien in people])
    kind = np.full(len(people), is_random)
    numbers = padded(
        resident_number(birth, male, foreign, kind, np.random.default_rng(seed)), 13
    ).tolist()
    assert len(set(numbers)) == len(numbers)
    for number, (day, man, alien) in zip(numbers, people, strict=True):
        assert number[:6] == f"{day:%y%m%d}"
        assert int(number[6]) % 2 == int(man)
        assert (number[6] in "5678") == (alien and day.year >= 1900)


@given(st.lists(st.integers(0, 999_999_999), min_size=1, max_size=50))
def test_business_numbers_pass_the_check_of_the_tax_office(serials):
    for number in padded(business_number(np.array(serials)), 10).tolist():
        digits = [int(digit) for digit in number]
        total = sum(d * w for d, w in zip(digits, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=False))
        assert (total + digits[8] * 5 // 10 + digits[9]) % 10 == 0


@given(st.integers(1, 400), st.integers(0, 10**9), st.integers(500, 10**9), st.integers(0, 99))
def test_distinct_numbers_are_distinct_and_in_range(count, lowest, span, seed):
    numbers = distinct_numbers(count, lowest, lowest + span, np.random.default_rng(seed))
    assert len(np.unique(numbers)) == count
    assert numbers.min() >= lowest
    assert numbers.max() < lowest + span


@settings(max_examples=8)
@given(
    st.integers(50, 900), st.integers(0, 2**31), st.dates(dt.date(2025, 6, 1), dt.date(2027, 1, 1))
)
def test_any_country_has_the_people_asked_for_and_a_head_in_each_household(people, seed, as_of):
    country = simulate_population(people, seed, as_of)
    persons = country.people
    assert len(persons) == people
    heads = persons.filter(persons["relation_to_head"] == "head")
    assert heads["household_number"].n_unique() == persons["household_number"].n_unique()
    assert persons["birth_date"].max() <= as_of
    assert (persons["death_date"].drop_nulls() <= as_of).all()
