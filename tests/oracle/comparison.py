"""The same cases through the hub's SQL and through the oracle.

Never here: the law. `differences` returns one row a person or unit and answer on which the two
disagree; unknown on one side only is a disagreement, too.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl

from hub.profiles.precedence import ordered_kinds
from hub.programmes.parameters import in_force, load_parameters, parameter_frame, region_frame
from warehouse.workbench import sql_text

ANSWER = Path(__file__).parent / "answer.py"
BUILT = (
    ("profile", "vehicle_treatment"),
    ("decisions", "household_means"),
    ("decisions", "spouse_pair"),
    ("decisions", "couple_means"),
)
KINDS = ("passenger", "van", "truck", "motorcycle_small")
UNIT_COLUMNS = {
    "unit_size": "unit_size",
    "minor_count": "minor_count",
    "assessed_income": "assessed_income_amount",
    "converted_asset": "converted_asset_amount",
    "recognised_income": "recognised_income_amount",
    "recognised_ratio": "recognised_income_ratio_ppm",
    "scholarship_income": "scholarship_recognised_income_amount",
    "income_decile": "income_decile",
    "livelihood_threshold": "livelihood_threshold_amount",
    "medical_threshold": "medical_threshold_amount",
    "housing_threshold": "housing_threshold_amount",
    "education_threshold": "education_threshold_amount",
}


def tables(people: pl.DataFrame, units: pl.DataFrame, day: dt.date) -> dict[str, pl.DataFrame]:
    """Return the tables of a night that the hub's SQL on means reads, filled with the cases."""
    person = pl.col("person_id")
    zero = pl.lit(0, pl.Int64)
    head = people.filter("is_head").select("household_id", head_person_id="person_id")
    cars = pl.concat(
        people.filter(pl.col(f"car{n}_amount") > 0).select(
            "person_id",
            item_key=pl.lit(f"car{n}"),
            amount=pl.col(f"car{n}_amount"),
            figure=pl.lit("vehicle"),
            use=pl.lit("used"),
            delivery_id=pl.lit(f"cars{n}"),
            line=pl.int_range(pl.len(), dtype=pl.Int64),
            vehicle_use=pl.when(f"car{n}_is_commercial").then(pl.lit("commercial")).otherwise(pl.lit("private")),
            vehicle_class=pl.col(f"car{n}_kind").replace_strict(dict(enumerate(KINDS)), return_dtype=pl.String),
            engine_cc=pl.col(f"car{n}_cc"),
            seats=pl.col(f"car{n}_seats"),
            model_year=pl.col(f"car{n}_model_year"),
            disability_use=pl.col(f"car{n}_is_for_disability"),
        )
        for n in (1, 2)
    )  # fmt: skip
    amounts = [("A33", "home"), ("A35", "deposit"), ("A41", "membership")]
    months = people.filter((pl.col("help_months") > 0) & (pl.col("private_transfer") > 0))
    helped = months.select("person_id", "help_months").with_columns(
        month=pl.int_ranges("help_months")
    )
    return {
        "night": pl.DataFrame({"as_of": [day], "month": [day.replace(day=1)]}),
        "parameter_in_force": parameter_frame(in_force(load_parameters(), day)),
        "property_region": region_frame(),
        "profile_kind": ordered_kinds(),
        "household": units.select("household_id", "legal_dong_code"),
        "assistance_unit_member": people.join(head, on="household_id").select(
            "household_id",
            "person_id",
            "head_person_id",
            "is_counted",
            relation_to_head=pl.when("is_head")
            .then(pl.lit("head"))
            .when("is_spouse")
            .then(pl.lit("spouse"))
            .otherwise(pl.lit("other")),
        ),
        "person": people.select("person_id", "legal_dong_code"),
        "person_circumstance": people.select(
            "person_id",
            "is_disabled",
            "is_severely_disabled",
            "is_student",
            age_years="age",
            veteran_grade=pl.when(pl.col("veteran_grade") > 0).then("veteran_grade"),
        ),
        "profile_person": people.select(
            "person_id",
            earned_amount="earned",
            business_amount="business",
            property_income_amount="property_income",
            public_transfer_amount="public_transfer",
            private_transfer_amount="private_transfer",
            residential_amount=pl.col("home") + pl.col("deposit"),
            general_amount=pl.col("land") + pl.col("membership"),
            financial_amount="financial",
            vehicle_amount=pl.col("car1_amount") + pl.col("car2_amount"),
            debt_amount="debt",
            weakness=zero + 1,
        ),
        "asset": pl.concat(
            people.select("person_id", income_asset_code=pl.lit(code), amount=name).filter(
                pl.col("amount") > 0
            )
            for code, name in amounts
        ),
        "asset_item": cars.select(
            "person_id", "item_key", "amount", "figure", "use", "delivery_id", "line"
        ),
        "f23_vehicle": cars.select(
            "delivery_id", "line", "vehicle_class", "engine_cc", "seats", "model_year",
            "disability_use", use="vehicle_use",
        ),
        "income": helped.explode("month").select(
            person,
            income_asset_code=pl.lit("A31"),
            month=pl.lit(day.replace(day=1)).dt.offset_by(
                pl.format("-{}mo", pl.col("month"))
            ),
            monthly_amount=zero + 1,
        ),
        "income_of_month": people.filter("has_occupational_pension").select(
            "person_id", income_asset_code=pl.lit("A20"), monthly_amount=zero + 1
        ),
        "benefit_received": pl.DataFrame(
            schema={
                "person_id": pl.String, "programme_code": pl.String, "month": pl.Date, "amount": pl.Int64,
                "document_type": pl.String,
            }
        ),
        "document_type": pl.DataFrame(
            schema={"code": pl.String, "income_asset_code": pl.String}
        ),
        "programme_interaction": pl.DataFrame(
            schema={"programme_code": pl.String, "kind": pl.String, "other": pl.String}
        ),
        "f03_family_relation": pl.DataFrame(
            schema={
                "document_type": pl.String, "signature_id": pl.UInt64, "relation": pl.String,
                "event": pl.String, "ended_on": pl.Date, "relative_national_id_token": pl.Binary,
            }
        ),
        "person_index": pl.DataFrame(schema={"signature_id": pl.UInt64, "person_id": pl.String}),
        "person_token": pl.DataFrame(
            schema={"national_id_token": pl.Binary, "person_id": pl.String}
        ),
    }  # fmt: skip


def means_by_sql(
    people: pl.DataFrame, units: pl.DataFrame, day: dt.date
) -> dict[str, pl.DataFrame]:
    """Return `vehicle_treatment`, `household_means` and `couple_means` of the cases by the hub's SQL."""
    return built(tables(people, units, day))


def built(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Build the means from the tables in `frames` in a database of their own."""
    with duckdb.connect() as connection:
        for name, frame in frames.items():
            connection.register(name, frame)
        for layer, table in BUILT:
            text = sql_text(layer, table)
            connection.execute(f"CREATE TABLE {table} AS {text}")
        return {table: connection.sql(f"FROM {table}").pl() for _, table in BUILT}


def answers(
    people: pl.DataFrame, units: pl.DataFrame, day: dt.date, folder: Path
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the oracle's answers (by unit, by person), from a process of its own."""
    people.write_parquet(folder / "people.parquet")
    units.write_parquet(folder / "units.parquet")
    subprocess.run([sys.executable, ANSWER, folder, f"{day:%Y-%m}"], check=True)
    return (
        pl.read_parquet(folder / "unit_answers.parquet"),
        pl.read_parquet(folder / "person_answers.parquet"),
    )


def _disagreeing(joined: pl.DataFrame, key: str, pairs: dict[str, str]) -> pl.DataFrame:
    rows = [
        joined.filter(pl.col(theirs).cast(pl.Int64).ne_missing(pl.col(ours).cast(pl.Int64))).select(
            subject=key,
            answer=pl.lit(theirs),
            oracle=pl.col(theirs).cast(pl.Int64),
            hub=pl.col(ours).cast(pl.Int64),
        )
        for theirs, ours in pairs.items()
    ]
    return pl.concat(rows)


def differences(
    people: pl.DataFrame, units: pl.DataFrame, day: dt.date, folder: Path
) -> pl.DataFrame:
    """Return subject, answer, oracle, hub: every answer on which the two disagree."""
    by_unit, by_person = answers(people, units, day, folder)
    found = means_by_sql(people, units, day)
    recognised = pl.col("recognised_income_amount")
    left = pl.col("livelihood_threshold_amount") - recognised
    means = by_unit.join(found["household_means"], on="household_id", how="left", suffix="_hub")
    means = means.with_columns(
        unit_size_hub=pl.col("unit_size_hub"),
        livelihood_hub=pl.when(left >= 0).then(left).otherwise(-1),
        **{
            f"{name}_hub": recognised <= pl.col(f"{name}_threshold_amount")
            for name in ("medical", "housing", "education")
        },
    )
    pairs = {
        name: column + "_hub" if column in by_unit.columns else column
        for name, column in UNIT_COLUMNS.items()
    } | {
        f"{name}_benefit": f"{name}_hub"
        for name in ("livelihood", "medical", "housing", "education")
    }
    disagreeing = [_disagreeing(means, "household_id", pairs)]
    if "pension_recognised" in by_person.columns:
        elders = found["couple_means"].join(by_person, on="person_id", how="left")
        disagreeing.append(
            _disagreeing(
                elders, "person_id", {"pension_recognised": "pension_recognised_income_amount"}
            )
        )
        old = people.filter(pl.col("age") >= 65)
        if len(elders) != len(old):
            raise AssertionError(f"{len(old)} people of 65 and over, {len(elders)} rows of the hub")
    return pl.concat(disagreeing)
