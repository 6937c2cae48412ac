"""The people of the simulated country and their lives, by seed, as they truly are.

Here: `Country` and `simulate_population`; the modules beside it make persons, households,
livelihoods, receipts, events and planted cases. Never here: documents, noise, deliveries.
Next: `sources.country.facts` says what is true of them, family by family.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from sources.country.population.apart import with_members_apart
from sources.country.population.events import journeys_of, with_deaths, with_status
from sources.country.population.livelihoods import business_jobs_of, livelihoods_of
from sources.country.population.people import people_of
from sources.country.population.planting import plant_cases
from sources.country.population.receipts import households_of, receipts_of

__all__ = ["Country", "simulate_population"]


@dataclass(frozen=True, eq=False)
class Country:
    """The simulated country on one day; amounts are won, dates are `pl.Date`."""

    people: pl.DataFrame
    """One row a person, dead ones of the last two years included, by `person_number` 0 to n-1."""
    households: pl.DataFrame
    """One row a household with living members: size, monthly_income, income_ratio, dwelling."""
    as_of: dt.date
    """The day on which the country is seen."""
    seed: int
    employers: pl.DataFrame
    """One row an employer: employer_number, employer_brn, employer_name, workplace_no."""
    jobs: pl.DataFrame
    """One row a job, past ones of the last months included, with its monthly_wage."""
    businesses: pl.DataFrame
    """One row a sole proprietor's business with its yearly revenue and income."""
    journeys: pl.DataFrame
    """One row a stay abroad of the last year."""


def simulate_population(people: int, seed: int, as_of: dt.date) -> Country:
    """Simulate `people` persons as seen on `as_of`; the same arguments give the same country.

    Raises:
        ValueError: fewer than 50 people, for whom no mix of households exists.
    """
    if people < 50:
        raise ValueError("people: at least 50 are needed for a mix of households")
    stages = iter(np.random.default_rng(seed).spawn(9))
    persons, dwellings = people_of(people, as_of, next(stages))
    persons = with_deaths(persons, as_of, next(stages))
    persons = livelihoods_of(persons, next(stages))
    households = households_of(persons, dwellings)
    persons = receipts_of(persons, households, next(stages))
    persons = plant_cases(persons, as_of, next(stages))
    persons = with_status(persons, as_of, next(stages))
    journeys = journeys_of(persons, as_of, next(stages))
    employers, jobs, businesses = business_jobs_of(persons, as_of, next(stages))
    persons = with_members_apart(persons, as_of, next(stages))
    return Country(persons, households, as_of, seed, employers, jobs, businesses, journeys)
