"""Rules of units are data: what is in force when, and what may not stand in the file."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
import sqlglot

from hub.households.units import UNITS_FILE, UnitRuleError, load_unit_rules
from warehouse.workbench import SQL_FOLDER


def told(tmp_path, old, new):
    file = tmp_path / "units.toml"
    text = UNITS_FILE.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    return file


def test_a_rule_holds_from_its_day():
    rules = load_unit_rules()
    named = pl.col("rule") == "youth_from_age"
    assert rules.in_force(dt.date(2020, 12, 31)).rules.filter(named).is_empty()
    assert rules.in_force(dt.date(2021, 1, 1)).rules.filter(named)["value"].to_list() == [19]


def test_every_rule_and_exclusion_cites_the_law():
    rules = load_unit_rules()
    ours = rules.rules.filter(pl.col("unit_family") != "dwelling")
    assert ours.filter(pl.col("citation") == "").is_empty()
    assert rules.exclusions.filter(pl.col("citation") == "").is_empty()


def test_a_changed_limit_needs_an_end_of_the_earlier_one(tmp_path):
    second = """
  [[family.rule]]
  name = "child_elsewhere_age_limit"
  value = 26
  valid_from = 2027-01-01
  meaning = "Unmarried children below this age (years) who live elsewhere belong to the unit."
  citation = "시행령"
"""
    with pytest.raises(UnitRuleError, match="child_elsewhere_age_limit: two values overlap"):
        load_unit_rules(
            told(tmp_path, "  [[family.exclusion]]", second + "\n  [[family.exclusion]]")
        )


def test_a_unit_that_starts_from_nothing_known_is_an_error(tmp_path):
    with pytest.raises(UnitRuleError, match="family child, starts_from"):
        load_unit_rules(
            told(
                tmp_path,
                'name = "child"\nname_ko = "아동"\nstarts_from = "person"',
                'name = "child"\nname_ko = "아동"\nstarts_from = "school"',
            )
        )


@pytest.mark.parametrize(
    "file", sorted((SQL_FOLDER / "households").glob("*.sql")), ids=lambda file: file.stem
)
def test_sql_of_households_can_be_carried_to_spark(file):
    tree = sqlglot.parse_one(file.read_text("utf-8"), read="duckdb")
    spark = tree.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert sqlglot.parse_one(spark, read="spark") is not None
