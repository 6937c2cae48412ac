"""Golden cases of means: the TOML of `tests/golden`, from records to recognised income."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import polars as pl
import pytest

from hub.profiles.precedence import ordered_kinds
from hub.programmes.parameters import in_force, load_parameters, parameter_frame, region_frame
from pipelines.steps.profiles import build_profiles
from warehouse.connection import open_scratch
from warehouse.workbench import sql_text

GOLDEN = Path(__file__).parents[2] / "golden"
CASES = tomllib.loads((GOLDEN / "means.toml").read_text("utf-8"))["case"]
YEARS = tomllib.loads((GOLDEN / "thresholds.toml").read_text("utf-8"))["year"]
SHARE = {"share_numerator": 1, "share_denominator": 1}
BENEFITS = ("livelihood", "medical", "housing", "education")
NO_BENEFIT = pl.DataFrame(
    schema={
        "person_id": pl.String,
        "programme_code": pl.String,
        "month": pl.Date,
        "amount": pl.Int64,
        "document_type": pl.String,
    }
)
NO_TYPE = pl.DataFrame(schema={"code": pl.String, "income_asset_code": pl.String})
NO_INTERACTION = pl.DataFrame(
    schema={"programme_code": pl.String, "kind": pl.String, "other": pl.String}
)


def as_unit(members):
    """Everybody of a registered household is counted."""
    columns = ("household_id", "person_id", "head_person_id", "relation_to_head")
    return pl.DataFrame([{name: row[name] for name in columns} for row in members]).with_columns(
        is_counted=True
    )


def tell(town, case):
    people = list(case["members"].items())
    for name, born in people:
        town.person(name, born, dong=case["dong"])
    town.household(
        "H",
        *((name, "head" if n == 0 else "other") for n, (name, _) in enumerate(people)),
        dong=case["dong"],
    )
    if "arrived" in case:
        town.deliveries.clear()
        town.arrived(*case["arrived"])
    for row in case["evidence"]:
        columns = dict(row)
        family, document_type = columns.pop("family"), columns.pop("type")
        person, received = columns.pop("person"), columns.pop("received", None)
        if family in {"f20", "f21"}:
            columns = SHARE | columns
        town.add(family, person, document_type, **columns)
        if received:
            stamp = dt.datetime.combine(received, dt.time())
            town.rows[family][-1]["made_at"] = stamp


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_golden_case(town, case):
    tell(town, case)
    bench = town.open()
    known_at = case.get("known_at")
    build_profiles(bench, known_at and dt.datetime.combine(known_at, dt.time()))
    bench.add("assistance_unit_member", as_unit(town.members))
    bench.add("benefit_received", NO_BENEFIT)
    bench.add("programme_interaction", NO_INTERACTION)
    bench.build("decisions", "household_means")
    unit = bench.frame("SELECT * FROM household_means").to_dicts()[0]
    assert {name: unit[name] for name in case["expect"]} == case["expect"]
    unknown = case.get("expect_unknown", [])
    assert [unit[name] for name in unknown] == [None] * len(unknown)
    for person, expected in case.get("expect_person", {}).items():
        profile = bench.frame(
            f"SELECT * FROM profile_person WHERE person_id = 'person-{person}'"
        ).to_dicts()[0]
        assert {name: profile[name] for name in expected} == expected


def units_around_each_limit(year):
    """(household, size, income, benefit, offset): one won below, on and above every limit."""
    return [
        (f"{benefit}-{size}-{offset}", size, limit + offset, benefit, offset)
        for benefit in BENEFITS
        for size, limit in enumerate(year[benefit], start=1)
        for offset in (-1, 0, 1)
    ]


def means_of_incomes(units, day):
    """Build `household_means` of units whose heads have nothing but a public transfer."""
    amounts = ("earned", "business", "property_income", "private_transfer", "residential")
    amounts += ("general", "financial", "vehicle", "debt")
    member = pl.DataFrame(
        [
            {
                "household_id": name,
                "person_id": f"{name}-{number}",
                "public_transfer_amount": income if number == 0 else 0,
            }
            for name, size, income, *_ in units
            for number in range(size)
        ]
    )
    empty = {
        "asset": {"person_id": pl.String, "income_asset_code": pl.String, "amount": pl.Int64},
        "income": {
            "person_id": pl.String,
            "income_asset_code": pl.String,
            "month": pl.Date,
            "monthly_amount": pl.Int64,
        },
        "vehicle_treatment": {
            "person_id": pl.String,
            "item_key": pl.String,
            "amount": pl.Int64,
            "is_general_rate": pl.Boolean,
            "is_general_rate_of_large_unit": pl.Boolean,
            "exclusion": pl.String,
        },
    }
    return {name: pl.DataFrame(schema=schema) for name, schema in empty.items()} | {
        "night": pl.DataFrame({"as_of": [day], "month": [day.replace(day=1)]}),
        "parameter_in_force": parameter_frame(in_force(load_parameters(), day)),
        "property_region": region_frame(),
        "profile_kind": ordered_kinds(),
        "benefit_received": NO_BENEFIT,
        "document_type": NO_TYPE,
        "programme_interaction": NO_INTERACTION,
        "household": pl.DataFrame(
            {"household_id": [name for name, *_ in units], "legal_dong_code": "1111010100"}
        ),
        "assistance_unit_member": member.with_columns(is_counted=True),
        "person_circumstance": member.select(
            "person_id",
            age_years=40,
            is_disabled=False,
            is_severely_disabled=False,
            is_student=False,
        ),
        "profile_person": member.select(
            "person_id",
            "public_transfer_amount",
            weakness=1,
            **{f"{name}_amount": pl.lit(0, pl.Int64) for name in amounts},
        ),
    }


@pytest.mark.parametrize(
    "day", [day for year in YEARS for day in (year["first"], year["last"])], ids=str
)
def test_every_limit_to_the_won_on_the_first_and_last_day_of_its_year(tmp_path, day):
    year = next(year for year in YEARS if year["first"] <= day <= year["last"])
    units = units_around_each_limit(year)
    with open_scratch(tmp_path) as connection:
        for name, frame in means_of_incomes(units, day).items():
            connection.register(name, frame)
        found = connection.sql(
            "SELECT household_id, recognised_income_amount, livelihood_threshold_amount,"
            " medical_threshold_amount, housing_threshold_amount, education_threshold_amount"
            f" FROM ({sql_text('decisions', 'household_means')})"
        ).pl()
    rows = {row["household_id"]: row for row in found.to_dicts()}
    margins = {
        name: rows[name][f"{benefit}_threshold_amount"] - rows[name]["recognised_income_amount"]
        for name, _, _, benefit, _ in units
    }
    assert margins == {name: -offset for name, _, _, _, offset in units}


def test_a_size_without_a_published_amount_is_unknown(tmp_path):
    units = [("seven", 7, 1_000_000, "livelihood", 0)]
    with open_scratch(tmp_path) as connection:
        for name, frame in means_of_incomes(units, dt.date(2021, 5, 1)).items():
            connection.register(name, frame)
        row = connection.sql(sql_text("decisions", "household_means")).pl().to_dicts()[0]
    assert row["livelihood_threshold_amount"] is None
    assert row["recognised_income_amount"] is None
