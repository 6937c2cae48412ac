"""The hub's SQL on means against the oracle: zero differences, exact integers."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import cases
import comparison
import pytest

from hub.programmes.parameter_entry import load_second_entry, parameter_differences
from hub.programmes.parameters import load_parameters

UNITS = int(os.environ.get("HUB_ORACLE_UNITS", "100000"))
APRIL = dt.date(2026, 4, 1)
SECOND_ENTRY = Path(__file__).parent / "parameters.toml"


@pytest.mark.parametrize(
    ("day", "units", "seed"), [(APRIL, UNITS, 7), (dt.date(2027, 1, 1), UNITS // 20, 8)]
)
def test_hub_and_oracle_agree_to_the_won(tmp_path, day, units, seed):
    people, generated = cases.generate(units, seed)
    found = comparison.differences(people, generated, day, tmp_path)
    assert found.is_empty(), found.head(20)


@pytest.mark.parametrize(
    ("table", "right", "wrong"),
    [
        ("vehicle_treatment", ">= threshold.age_years", "> threshold.age_years"),
        ("vehicle_treatment", "seats >= threshold.large_seats", "seats > threshold.large_seats"),
        ("household_means", "ORDER BY is_general, amount DESC", "ORDER BY amount"),
        ("household_means", "unit.minor_count >= rate", "unit.minor_count > rate"),
        ("household_means", "<= rate.young_last_age", "< rate.young_last_age"),
        ("household_means", ">= rate.private_months", "> rate.private_months"),
        ("household_means", "+ median_income_amount - 1)", "+ median_income_amount)"),
        ("household_means", "+ compared.median_income_amount - 1)", "+ 0)"),
        ("couple_means", "12 * added.wage_num", "12000000 * (added.wage_numerator // 1000000) --"),
    ],
)
def test_an_error_of_one_in_the_sql_is_seen(tmp_path, monkeypatch, table, right, wrong):
    """A comparison that cannot fail proves nothing."""
    sql_text = comparison.sql_text
    assert right in sql_text("profile" if table == "vehicle_treatment" else "decisions", table)
    monkeypatch.setattr(
        comparison,
        "sql_text",
        lambda layer, name: (
            sql_text(layer, name).replace(right, wrong) if name == table else sql_text(layer, name)
        ),
    )
    people, units = cases.generate(1_500, 7)
    answered = _answers(people, units, tmp_path)
    monkeypatch.setattr(comparison, "answers", lambda *_: answered)
    assert not comparison.differences(people, units, APRIL, tmp_path).is_empty()


def _answers(people, units, folder, made={}):  # noqa: B006  one process for all mutants
    if not made:
        made["answers"] = comparison.answers(people, units, APRIL, folder)
    return made["answers"]


def test_the_two_entries_of_the_parameters_agree():
    """No amount differs; what only one set has is what the hub itself calls modelled."""
    differences = parameter_differences(load_second_entry(SECOND_ENTRY))
    assert Counter((found.kind, found.status) for found in differences).keys() == {
        ("only_first", "modelled")
    }


def test_thresholds_are_the_rounded_share_but_where_the_notice_says_otherwise():
    """The list of published values that contradict rounding is complete, and short."""
    shares = {
        "livelihood": lambda year: 30 if year < 2024 else 32,
        "medical": lambda _: 40,
        "housing": lambda year: {2020: 45, 2021: 45, 2022: 46, 2023: 47}.get(year, 48),
        "education": lambda _: 50,
    }
    stored = {
        (value.parameter, value.key, value.valid_from.year): value.amount
        for value in load_parameters()
    }
    contradicting = {}
    for (parameter, key, year), amount in stored.items():
        name = parameter.removesuffix("_threshold")
        if name not in shares or parameter == name or int(key) > 7:
            continue
        share = Decimal(stored["median_income", key, year] * shares[name](year)) / 100
        rounded = int(share.quantize(Decimal(1), ROUND_HALF_UP))
        if rounded != amount:
            contradicting[name, key, year] = (amount, rounded)
    assert contradicting == {("livelihood", "2", 2023): (1_036_846, 1_036_847)}
