"""The simulated country of tests of facts: 20,000 people and what is known of them, made once."""

from __future__ import annotations

import datetime as dt
from functools import cache

import polars as pl

from sources.country.facts import family_facts, planted_cases
from sources.country.population import Country, simulate_population

AS_OF = dt.date(2026, 4, 1)


@cache
def country() -> Country:
    return simulate_population(20_000, 7, AS_OF)


@cache
def facts(family):
    return family_facts(country(), family)


@cache
def cases():
    return planted_cases(country())


def planted(*rules):
    own = pl.col("rule_id").is_in(rules) & pl.col("must_be_found")
    return cases().filter(own)["person_number"].unique().to_list()


def paid(document, programme=None):
    rows = facts("F35").filter(pl.col("carried_by").list.contains(document))
    return rows if programme is None else rows.filter(pl.col("programme_code") == programme)
