"""What happened to people lately: deaths, journeys, custody, conscription, former homes.

Here: events as columns of people and small frames. Never here: how offices record them
(`facts`). Next: facts of identity, residence, borders, custody and service.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sources.country.places import DESTINATIONS, PORTS

Days = NDArray[np.datetime64]

YEARLY_DEATHS = (
    [0, 1, 20, 40, 50, 60, 70, 80, 90],
    [0.0006, 0.0001, 0.0003, 0.001, 0.002, 0.005, 0.014, 0.045, 0.15],
)
DEATH_YEARS = 2.0
TRAVELLER_SHARE = 0.22
LONG_STAY_SHARE = 0.008
CUSTODY_SHARE = 0.0025


def before(as_of: dt.date, days: NDArray[np.int64]) -> Days:
    """The days that lie `days` before `as_of`."""
    result: Days = np.datetime64(as_of, "D") - days.astype("timedelta64[D]")
    return result


def with_deaths(people: pl.DataFrame, as_of: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    """Add `death_date` and `death_reported_on`: deaths of the last two years, else null."""
    count = len(people)
    risk = np.interp(people["age"].to_numpy(), *YEARLY_DEATHS) * DEATH_YEARS
    days = rng.integers(3, int(365 * DEATH_YEARS), count)
    dead = (rng.random(count) < risk) & (people["age"].to_numpy() * 365 > days)
    death = before(as_of, days)
    reported = death + rng.integers(1, 16, count).astype("timedelta64[D]")
    today = np.datetime64(as_of, "D")
    return (
        people.with_columns(
            pl.Series("dead", dead),
            pl.Series("death_date", death),
            pl.Series("reported", np.minimum(reported, today)),
        )
        .with_columns(
            pl.when(pl.col("dead")).then(pl.col("death_date")).alias("death_date"),
            pl.when(pl.col("dead")).then(pl.col("reported")).alias("death_reported_on"),
        )
        .drop("dead", "reported")
    )


def with_status(people: pl.DataFrame, as_of: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    """Add registration status, custody and conscription of people who receive no benefit."""
    count = len(people)
    age = people["age"].to_numpy()
    free = ~receives_something(people) & people["planted_rule"].is_null().to_numpy()
    alive = people["is_alive"].to_numpy()
    status = np.full(count, "resident", dtype="<U24")
    draw = rng.random(count)
    adult = free & alive & (age >= 20)
    status[adult & (draw < 0.004)] = "unknown_residence"
    status[adult & (draw >= 0.004) & (draw < 0.006)] = "overseas_national"
    rule = people["planted_rule"].fill_null("").to_numpy()
    status[rule == "D04"] = "unknown_residence"
    custody = adult & (age < 75) & (rng.random(count) < CUSTODY_SHARE) & (status == "resident")
    custody |= rule == "D10"
    started = before(as_of, rng.integers(30, 900, count))
    started = np.where(rule == "D10", before(as_of, rng.integers(110, 300, count)), started)
    ended = before(as_of, rng.integers(1, 29, count))
    still = (rng.random(count) < 0.8) | (rule == "D10")
    man = (people["sex"] == "male").to_numpy() & ~people["is_foreign"].to_numpy()
    serving = free & man & alive & (age >= 19) & (age <= 24) & (rng.random(count) < 0.22) & ~custody
    serving &= people["work"].is_in(["inactive", "unemployed"]).to_numpy()
    serving |= rule == "D14"
    enlisted = before(as_of, rng.integers(30, 520, count))
    enlisted = np.where(rule == "D14", before(as_of, rng.integers(130, 480, count)), enlisted)
    return (
        people.with_columns(
            pl.Series("registration_status", status),
            pl.Series("in_custody", custody),
            pl.Series("custody_from", started),
            pl.Series("custody_to", ended),
            pl.Series("custody_goes_on", still),
            pl.Series("is_conscript", serving),
            pl.Series("enlisted_on", enlisted),
            pl.Series("is_student", _students(people, serving, rule, rng)),
            pl.Series(
                "student_state",
                rng.choice(["enrolled", "on_leave", "military_leave"], count, p=[0.9, 0.07, 0.03]),
            ),
        )
        .with_columns(
            pl.when(pl.col("in_custody")).then(pl.col("custody_from")).alias("custody_from"),
            pl.when(pl.col("in_custody") & ~pl.col("custody_goes_on"))
            .then(pl.col("custody_to"))
            .alias("custody_to"),
            pl.when(pl.col("is_conscript")).then(pl.col("enlisted_on")).alias("enlisted_on"),
        )
        .drop("custody_goes_on")
    )


def _students(
    people: pl.DataFrame,
    serving: NDArray[np.bool_],
    rule: NDArray[np.str_],
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """Who studies at a college or university: most people of 19 to 22, few later."""
    age = people["age"].to_numpy()
    odds = np.select([age < 19, age < 23, age < 26, age < 30], [0.0, 0.72, 0.35, 0.08], 0.0)
    free = people["work"].is_in(["inactive", "daily", "employee"]).to_numpy() & ~serving
    studies: NDArray[np.bool_] = (free & (rng.random(len(age)) < odds)) | (rule == "D16")
    studies &= people["is_alive"].to_numpy()
    return studies


def receives_something(people: pl.DataFrame) -> NDArray[np.bool_]:
    """True for people with a main receipt of their own or of their household."""
    names = [name for name in people.columns if name.startswith("is_on_")]
    receives: NDArray[np.bool_] = np.asarray(
        people.select(pl.any_horizontal(*names)).to_series().fill_null(value=False).to_numpy()
    )
    return receives


def journeys_of(people: pl.DataFrame, as_of: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    """One row a stay abroad: person_number, out_on, in_on (null: still away), country, ports.

    Recipients travel for three weeks at most, apart from the planted long stays (D11, D12).
    """
    count = len(people)
    rule = people["planted_rule"].fill_null("").to_numpy()
    alive = people["is_alive"].to_numpy()
    long_planted = np.isin(rule, ["D11", "D12"])
    free = alive & ~people["in_custody"].to_numpy() & ~people["is_conscript"].to_numpy()
    free &= (rule == "") & people["age"].is_between(1, 85).to_numpy()
    poor = people["is_on_livelihood"].to_numpy()
    travels = np.flatnonzero(free & (rng.random(count) < np.where(poor, 0.02, TRAVELLER_SHARE)))
    short_out = rng.integers(25, 360, len(travels))
    short_days = rng.integers(3, 21, len(travels))
    stays = free & ~receives_something(people) & people["age"].is_between(19, 60).to_numpy()
    away = np.flatnonzero(
        stays & (rng.random(count) < LONG_STAY_SHARE) & ~np.isin(np.arange(count), travels)
    )
    away_out = rng.integers(120, 340, len(away))
    back = rng.random(len(away)) < 0.4
    planted = np.flatnonzero(long_planted)
    # Ninety days abroad when the last month that is paid began, whatever the day of this month.
    planted_out = rng.integers(152, 190, len(planted))
    person = np.concatenate([travels, away, planted])
    out_days = np.concatenate([short_out, away_out, planted_out])
    stay_days = np.concatenate(
        [short_days, np.where(back, away_out - 15, 9_999), np.full(len(planted), 9_999)]
    )
    out_on = before(as_of, out_days)
    in_on = out_on + stay_days.astype("timedelta64[D]")
    frame = pl.DataFrame(
        {
            "person_number": person,
            "out_on": out_on,
            "in_on": in_on,
            "days": np.minimum(stay_days, out_days),
            "country": rng.choice(np.array(DESTINATIONS), len(person)),
            "out_port": rng.choice(np.array(PORTS), len(person)),
            "in_port": rng.choice(np.array(PORTS), len(person)),
        }
    )
    home = people["nationality"].to_numpy()[person]
    return frame.with_columns(
        pl.when(pl.col("in_on") <= as_of).then(pl.col("in_on")).alias("in_on"),
        pl.when(pl.Series(home) != "kor")
        .then(pl.Series(home))
        .otherwise(pl.col("country"))
        .alias("country"),
    ).sort("person_number", "out_on")
