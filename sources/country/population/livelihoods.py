"""What people live on: work, employers, wages, businesses and public pensions.

Here: one true livelihood a person; every source of the hub reports the same wage with its own
lag. Never here: benefits (`receipts`) or offices' records (`facts`). Next: receipts, then facts.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sources.country.employer_names import EMPLOYER_WORDS
from sources.country.population.numbers import business_number, distinct_numbers, padded

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

KINDS = (
    "employee",
    "civil_servant",
    "private_school",
    "special_post",
    "soldier",
    "daily",
    "contractor",
    "self_employed",
    "farmer",
    "fisher",
    "forester",
    "unemployed",
    "inactive",
)
WAGE_KINDS = ("employee", "civil_servant", "private_school", "special_post", "soldier")

MIX_BY_AGE: tuple[tuple[int, tuple[float, ...]], ...] = (
    (15, (0.05, 0, 0, 0, 0, 0.01, 0.01, 0, 0, 0, 0, 0.01, 0.92)),
    (20, (0.42, 0.015, 0.003, 0.0004, 0.012, 0.03, 0.05, 0.02, 0.001, 0, 0, 0.035, 0.40)),
    (25, (0.60, 0.035, 0.010, 0.0008, 0.012, 0.02, 0.05, 0.04, 0.003, 0.001, 0, 0.035, 0.19)),
    (35, (0.58, 0.045, 0.013, 0.0012, 0.010, 0.02, 0.05, 0.10, 0.006, 0.001, 0.0005, 0.025, 0.148)),
    (50, (0.48, 0.040, 0.012, 0.0012, 0.004, 0.045, 0.05, 0.17, 0.018, 0.003, 0.001, 0.025, 0.15)),
    (60, (0.33, 0.006, 0.003, 0.0004, 0, 0.06, 0.04, 0.17, 0.050, 0.006, 0.003, 0.02, 0.31)),
    (70, (0.09, 0, 0, 0, 0, 0.03, 0.02, 0.07, 0.090, 0.010, 0.005, 0, 0.685)),
    (80, (0.01, 0, 0, 0, 0, 0.004, 0.003, 0.02, 0.045, 0.003, 0.002, 0, 0.913)),
)
"""From age → share of each of `KINDS`."""

EMPLOYEES_PER_EMPLOYER = 9.0
PENSION_KINDS = ("none", "national", "civil_servant", "private_school", "military", "special_post")


def employers_of(count: int, rng: np.random.Generator) -> pl.DataFrame:
    """One row an employer: number, brn (ten digits with check digit), name, workplace number."""
    first, second = EMPLOYER_WORDS
    one, two = rng.integers(0, len(first), count), rng.integers(0, len(second), count)
    names = np.char.add(np.array(first)[one], np.array(second)[two])
    form = np.where(rng.random(count) < 0.6, "주식회사 ", "")
    serial = distinct_numbers(count, 101_810_001, 899_889_983, rng)
    return pl.DataFrame(
        {
            "employer_number": np.arange(count),
            "employer_brn": padded(business_number(serial), 10),
            "employer_name": np.char.add(form, names),
            "workplace_no": padded(distinct_numbers(count, 10_000_000, 99_999_989, rng), 11),
        }
    )


def _work_kinds(people: pl.DataFrame, rng: np.random.Generator) -> Ints:
    age = people["age"].to_numpy()
    male = (people["sex"] == "male").to_numpy()
    foreign = people["is_foreign"].to_numpy()
    kind = np.full(len(age), KINDS.index("inactive"))
    for index, (low, mix) in enumerate(MIX_BY_AGE):
        high = MIX_BY_AGE[index + 1][0] if index + 1 < len(MIX_BY_AGE) else 200
        rows = np.flatnonzero((age >= low) & (age < high))
        shares = np.array(mix)
        kind[rows] = rng.choice(len(KINDS), len(rows), p=shares / shares.sum())
    # Women of 30 and over work somewhat less often than the average, men more often.
    inactive, employee = KINDS.index("inactive"), KINDS.index("employee")
    stops = (kind == employee) & ~male & (age >= 30) & (rng.random(len(age)) < 0.16)
    starts = (kind == inactive) & male & (age >= 28) & (age < 66) & (rng.random(len(age)) < 0.55)
    kind[stops], kind[starts] = inactive, employee
    # Heads live on their own work more often than members who are kept by them.
    idle = np.isin(kind, [inactive, KINDS.index("unemployed")]) & (age >= 25) & (age < 65)
    heads = (people["relation_to_head"] == "head").to_numpy()
    kind[idle & heads & (rng.random(len(age)) < 0.66)] = employee
    public = np.isin(
        kind,
        [KINDS.index(k) for k in ("civil_servant", "private_school", "special_post", "soldier")],
    )
    kind[public & foreign] = employee
    kind[np.isin(kind, [8, 9, 10]) & foreign] = KINDS.index("daily")
    kind[(kind == KINDS.index("soldier")) & (~male & (rng.random(len(age)) < 0.8))] = employee
    farm = np.isin(kind, [8, 9, 10])
    city = people["region"].is_in(["seoul", "metropolitan"]).to_numpy()
    kind[farm & city & (rng.random(len(age)) < 0.6)] = inactive
    kind[people["institution"].to_numpy() == 1] = inactive
    return kind


def _monthly_wage(age: Ints, male: NDArray[np.bool_], kind: Ints, rng: np.random.Generator) -> Ints:
    peak = np.interp(age, [18, 25, 35, 45, 55, 62, 75], [1.7, 2.35, 3.25, 3.75, 3.5, 2.3, 1.25])
    level = peak * np.where(male, 1.10, 0.82) * np.exp(rng.normal(0.0, 0.46, len(age)))
    public = np.isin(kind, [1, 2, 3, 4])
    level = np.where(public, peak * 1.12 * np.exp(rng.normal(0, 0.2, len(age))), level)
    wage: Ints = (np.clip(level, 0.35, 25.0) * 100).astype(np.int64) * 10_000
    return wage


def livelihoods_of(people: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """People with livelihood columns.

    Amounts are won: `monthly_wage`, `monthly_daily_wage`, `yearly_business_income`,
    `monthly_public_pension`, `monthly_private_transfer`, yearly rent and interest.
    """
    count = len(people)
    age, male = people["age"].to_numpy(), (people["sex"] == "male").to_numpy()
    kind = _work_kinds(people, rng)
    words = np.array(KINDS)[kind]
    wages = np.where(np.isin(words, WAGE_KINDS), _monthly_wage(age, male, kind, rng), 0)
    daily_rate = rng.integers(11, 22, count) * 10_000
    daily_days = rng.integers(4, 20, count)
    daily = np.where(words == "daily", daily_rate * daily_days, 0)
    contract = np.where(words == "contractor", np.exp(rng.normal(14.55, 0.5, count)), 0.0) * 12
    trade = np.where(words == "self_employed", np.exp(rng.normal(17.05, 0.75, count)), 0.0)
    field = np.where(
        np.isin(words, ["farmer", "fisher", "forester"]), np.exp(rng.normal(16.2, 0.7, count)), 0.0
    )
    business = np.floor((contract + trade + field) / 10_000).astype(np.int64) * 10_000
    pension_kind, pension = _public_pensions(age, male, people["is_foreign"].to_numpy(), rng)
    wealthy = rng.random(count) < np.interp(age, [20, 45, 70, 90], [0.005, 0.05, 0.10, 0.06])
    renting = np.where(wealthy, np.exp(rng.normal(15.9, 0.7, count)), 0.0).astype(np.int64)
    gift = rng.integers(20, 71, count) * 10_000
    supported = np.where((age >= 68) & (rng.random(count) < 0.45) & (pension < 900_000), gift, 0)
    interest = np.where(
        (age >= 20) & (rng.random(count) < 0.55), np.exp(rng.normal(10.8, 1.6, count)), 0.0
    ).astype(np.int64)
    return people.with_columns(
        pl.Series("work", words),
        pl.Series("monthly_wage", wages),
        pl.Series("daily_rate", daily_rate),
        pl.Series("daily_days", np.where(words == "daily", daily_days, 0)),
        pl.Series("monthly_daily_wage", daily),
        pl.Series("yearly_business_income", business),
        pl.Series("pension_kind", pension_kind),
        pl.Series("monthly_public_pension", pension),
        pl.Series("monthly_private_transfer", supported),
        pl.Series("yearly_rental_income", renting),
        pl.Series("yearly_interest_income", interest),
    )


def business_jobs_of(
    people: pl.DataFrame, as_of: dt.date, rng: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """(employers, jobs, businesses) of people with livelihoods."""
    employers = employers_of(max(20, int(len(people) * 0.45 / EMPLOYEES_PER_EMPLOYER)), rng)
    return employers, _jobs(people, employers, as_of, rng), _businesses(people, as_of, rng)


def _public_pensions(
    age: Ints, male: NDArray[np.bool_], foreign: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.str_], Ints]:
    count = len(age)
    kind = np.zeros(count, dtype=np.int64)
    share = np.interp(age, [61, 63, 72, 85], [0.0, 0.62, 0.60, 0.22]) * np.where(male, 1.15, 0.75)
    kind[(rng.random(count) < share) & (age >= 62)] = 1
    special = rng.random(count)
    old = (age >= 60) & ~foreign
    kind[old & (special < 0.050)] = 2
    kind[old & (special >= 0.050) & (special < 0.064)] = 3
    kind[(age >= 47) & ~foreign & male & (special >= 0.064) & (special < 0.078)] = 4
    kind[old & (special >= 0.078) & (special < 0.0815)] = 5
    kind[foreign & (kind > 1)] = 0
    national = np.clip(np.exp(rng.normal(13.15, 0.5, count)), 200_000, 2_300_000)
    occupational = np.clip(np.exp(rng.normal(14.75, 0.3, count)), 900_000, 5_000_000)
    amount = np.where(kind == 1, national, np.where(kind > 1, occupational, 0.0))
    return np.array(PENSION_KINDS)[kind], (amount // 10 * 10).astype(np.int64)


def _jobs(
    people: pl.DataFrame, employers: pl.DataFrame, as_of: dt.date, rng: np.random.Generator
) -> pl.DataFrame:
    today = np.datetime64(as_of, "D")
    working = people.filter(pl.col("work").is_in(WAGE_KINDS))
    count = len(working)
    tenure = np.minimum(
        rng.exponential(1_500, count) + 120, np.maximum((working["age"].to_numpy() - 17) * 330, 130)
    ).astype(np.int64)
    hired = today - tenure.astype("timedelta64[D]")
    draw = rng.random(count)
    wage = working["monthly_wage"].to_numpy()
    type_now = np.where(draw < 0.70, "regular", np.where(draw < 0.90, "fixed_term", "part_time"))
    type_now = np.where(wage > 2_500_000, np.where(draw < 0.92, "regular", "fixed_term"), type_now)
    size = len(employers)
    current = pl.DataFrame(
        {
            "person_number": working["person_number"],
            "employer_number": np.minimum(rng.zipf(1.25, count) * 7, 10**9) % size,
            "employment_type": type_now,
            "hired_on": hired,
            "left_on": np.full(count, np.datetime64("NaT"), dtype="datetime64[D]"),
            "hours_per_week": np.where(type_now == "part_time", rng.integers(10, 31, count), 40),
            "monthly_wage": wage,
        }
    )
    # Recipients of basic benefits have been without work for longer.
    basic = pl.any_horizontal("is_on_livelihood", "is_on_medical_aid", "is_on_housing")
    leavers = people.filter(~basic, ~pl.col("is_obligor")).filter(
        (pl.col("work") == "unemployed")
        | ((pl.col("work") == "inactive") & pl.col("age").is_between(25, 66))
    )
    keep = (leavers["work"] == "unemployed").to_numpy() | (rng.random(len(leavers)) < 0.15)
    leavers = leavers.filter(pl.Series(keep))
    days = rng.integers(40, 230, len(leavers))
    # Claimants of D18 left early enough to have claimed for months.
    days = np.where((leavers["planted_rule"] == "D18").fill_null(value=False), days + 100, days)
    gone = today - days.astype("timedelta64[D]")
    past = pl.DataFrame(
        {
            "person_number": leavers["person_number"],
            "employer_number": rng.integers(0, size, len(leavers)),
            "employment_type": rng.choice(["regular", "fixed_term"], len(leavers)),
            "hired_on": gone - rng.integers(200, 2_500, len(leavers)).astype("timedelta64[D]"),
            "left_on": gone,
            "hours_per_week": np.full(len(leavers), 40),
            "monthly_wage": rng.integers(190, 420, len(leavers)) * 10_000,
        }
    )
    jobs = pl.concat([current, past], how="vertical_relaxed")
    return jobs.with_columns(
        pl.when(pl.col("left_on").is_not_null()).then(pl.col("left_on")).alias("left_on")
    ).join(employers, on="employer_number", how="left", maintain_order="left")


def _businesses(people: pl.DataFrame, as_of: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    owners = people.filter(pl.col("work") == "self_employed")
    count = len(owners)
    income = owners["yearly_business_income"].to_numpy()
    revenue = (income / rng.uniform(0.08, 0.45, count)).astype(np.int64) // 10_000 * 10_000
    serial = (
        distinct_numbers(count, 900_101_001, 999_989_987, rng) if count else np.zeros(0, np.int64)
    )
    opened = np.datetime64(as_of, "D") - rng.integers(500, 5_000, count).astype("timedelta64[D]")
    industries = np.array(
        ["561110", "471120", "552101", "602201", "701201", "851101", "930203", "451104"]
    )
    return pl.DataFrame(
        {
            "person_number": owners["person_number"],
            "brn": padded(business_number(serial), 10),
            "business_name": np.char.add(
                np.array(EMPLOYER_WORDS[0])[rng.integers(0, len(EMPLOYER_WORDS[0]), count)],
                rng.choice(
                    np.array(
                        ["식당", "상회", "마트", "미용실", "카페", "공업사", "학원", "세탁소"]
                    ),
                    count,
                ),
            ),
            "industry_code": rng.choice(industries, count),
            "opened_on": opened,
            "revenue_amount": revenue,
            "income_amount": income,
        }
    )
