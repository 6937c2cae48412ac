"""Parameters: what was in force, as far as it was known, and the second entry."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from hub.programmes.parameter_entry import load_second_entry, parameter_differences
from hub.programmes.parameters import ParameterError, in_force, load_parameters

FIRST = """
[[parameter]]
name = "limit"
unit = "won_per_month"
dimensions = ["household_size"]
meaning = "A limit"
legal_basis = "a law"

[[parameter.value]]
valid_from = 2025-01-01
valid_to = 2025-12-31
published_at = 2024-08-01
notice = "first"
status = "attested"
modelled = ["2"]
amounts = { 1 = 100, 2 = 200 }
step_above = 90
step_status = "modelled"

[[parameter.value]]
valid_from = 2025-07-01
valid_to = 2025-12-31
published_at = 2025-08-15
notice = "correction"
status = "attested"
amounts = { 1 = 110 }
"""
SECOND = """
[limit]
keys = ["1", "2"]
2025-01-01 = [100, ""]
2025-07-01 = [111, 200]
2026-01-01 = []
"""
JUNE, SEPTEMBER = dt.date(2025, 6, 1), dt.date(2025, 9, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "limit.toml").write_text(FIRST, "utf-8")
    (tmp_path / "second.txt").write_text(SECOND, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("day", "known_at", "amount"),
    [
        (JUNE, None, 100),
        (SEPTEMBER, None, 110),
        (SEPTEMBER, dt.date(2025, 8, 14), 100),  # the correction was not published yet
        (SEPTEMBER, dt.date(2025, 8, 15), 110),
        (JUNE, dt.date(2024, 7, 31), None),  # nothing was
        (dt.date(2026, 1, 1), None, None),
    ],
)
def test_in_force_as_far_as_it_was_published(folder, day, known_at, amount):
    cells = {value.key: value.amount for value in in_force(load_parameters(folder), day, known_at)}
    assert cells.get("1") == amount


def test_sizes_above_the_table_go_on_by_the_step_and_bear_its_status(folder):
    cells = {value.key: value for value in in_force(load_parameters(folder), JUNE)}
    assert [cells[size].amount for size in ("2", "3", "4")] == [200, 290, 380]
    assert [cells[size].status for size in ("1", "2", "3")] == ["attested", "modelled", "modelled"]


def test_every_disagreement_of_the_two_entries_is_listed(folder):
    found = parameter_differences(load_second_entry(folder / "second.txt"), load_parameters(folder))
    assert [
        (each.key, f"{each.valid_from}", each.first_amount, each.second_amount, each.kind)
        for each in found
    ] == [
        ("1", "2025-07-01", 110, 111, "differs"),
        ("2", "2025-01-01", 200, None, "only_first"),
    ]
    assert [each.status for each in found] == ["attested", "modelled"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('modelled = ["2"]', 'modelled = ["9"]', "names a key that has no amount"),
        ('step_status = "modelled"', 'step_status = "sure"', "field step_status"),
        ("published_at = 2025-08-15", "published_at = 2024-08-01", "two values are in force"),
        ("1 = 110", "1 = 110.5", "expected a whole number"),
        ("valid_to = 2025-12-31\npublished_at = 2024", "valid_to = 2024-12-31\npublished_at = 2024", "before"),
    ],
)  # fmt: skip
def test_a_broken_value_names_what_is_wrong(tmp_path, old, new, message):
    assert old in FIRST
    (tmp_path / "limit.toml").write_text(FIRST.replace(old, new, 1), "utf-8")
    with pytest.raises(ParameterError, match=message):
        load_parameters(tmp_path)


def test_a_second_entry_of_another_length_is_refused(tmp_path):
    path = tmp_path / "second.txt"
    path.write_text(SECOND.replace("[111, 200]", "[111]"), "utf-8")
    with pytest.raises(ParameterError, match="expected 2 amounts"):
        load_second_entry(path)
