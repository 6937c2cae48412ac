"""The rules by which units are formed, read from `units.toml` as tables.

Here: reading and checking. Never here: forming units (`warehouse/sql/households`). Next:
`pipelines.steps.household_units` puts the tables on the workbench.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

UNITS_FILE = Path(__file__).parent / "units.toml"
REGISTERED_HOUSEHOLD, DWELLING = "registered_household", "dwelling"
STARTS = frozenset({REGISTERED_HOUSEHOLD, "couple", "person"})
MINTED = ("dwelling", "basic_pension", "single_parent")
"""Families whose units have IDs of their own. The others bear a household's or a person's ID."""

_RULE = {
    "unit_family": pl.String,
    "rule": pl.String,
    "value": pl.Int64,
    "meaning": pl.String,
    "citation": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
}
_EXCLUSION = {
    "unit_family": pl.String,
    "reason": pl.String,
    "citation": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
}
_FAMILY = {
    "unit_family": pl.String,
    "name_ko": pl.String,
    "starts_from": pl.String,
    "legal_basis": pl.String,
}
_FACILITY = {"facility_kind": pl.String, "keeps_family": pl.Boolean}


class UnitRuleError(ValueError):
    """`units.toml` breaks a rule; the message names family, rule, and what to do."""


@dataclass(frozen=True, slots=True)
class UnitRules:
    """Tables of `units.toml`.

    `families` (unit_family, name_ko, starts_from, legal_basis), `rules` (unit_family, rule, value,
    meaning, citation, valid_from, valid_to), `exclusions` (unit_family, reason, citation,
    valid_from, valid_to), `facilities` (facility_kind, keeps_family). Dates are inclusive; values
    are years, days, people or ppm, as `meaning` says.
    """

    families: pl.DataFrame
    rules: pl.DataFrame
    exclusions: pl.DataFrame
    facilities: pl.DataFrame

    def in_force(self, day: dt.date) -> UnitRules:
        """Return the rules and exclusions in force on `day`."""
        holds = (pl.col("valid_from") <= day) & (
            pl.col("valid_to").is_null() | (pl.col("valid_to") >= day)
        )
        return UnitRules(
            self.families,
            self.rules.filter(holds),
            self.exclusions.filter(holds),
            self.facilities,
        )


def load_unit_rules(file: Path = UNITS_FILE) -> UnitRules:
    """Read the rules of `file`.

    Raises:
        UnitRuleError: a family starts from nothing known, or two values of a rule overlap.
    """
    told = tomllib.loads(file.read_text("utf-8"))
    families = told["family"]
    for family in families:
        if family["starts_from"] not in STARTS:
            message = (
                f"{file.name}, family {family['name']}, starts_from: one of {sorted(STARTS)} needed"
            )
            raise UnitRuleError(message)
    rules = pl.DataFrame([*_rules(families), *_settings(told)], schema=_RULE, orient="row")
    _check_overlaps(file, rules)
    facilities = told["facilities"]
    together = set(facilities["families_stay_together"])
    if unknown := together - set(facilities["residential"]):
        message = (
            f"{file.name}, families_stay_together: {sorted(unknown)} must be in residential too"
        )
        raise UnitRuleError(message)
    return UnitRules(
        families=pl.DataFrame(
            [(f["name"], f["name_ko"], f["starts_from"], f["legal_basis"]) for f in families],
            schema=_FAMILY,
            orient="row",
        ),
        rules=rules,
        exclusions=pl.DataFrame(
            [
                (f["name"], e["reason"], e["citation"], e["valid_from"], e.get("valid_to"))
                for f in families
                for e in f.get("exclusion", [])
            ],
            schema=_EXCLUSION,
            orient="row",
        ),
        facilities=pl.DataFrame(
            [(kind, kind in together) for kind in sorted(facilities["residential"])],
            schema=_FACILITY,
            orient="row",
        ),
    )


def _rules(families: list[dict[str, Any]]) -> Iterator[tuple[object, ...]]:
    for family in families:
        for rule in family.get("rule", []):
            yield (
                family["name"],
                rule["name"],
                rule["value"],
                rule["meaning"],
                rule["citation"],
                rule["valid_from"],
                rule.get("valid_to"),
            )


def _settings(told: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    """Settings that are nobody's law: what counts as an absence, and as an institution."""
    since = dt.date(2000, 1, 1)
    for table in ("absence", DWELLING):
        for name, value in told[table].items():
            if name != "citation":
                citation = told[table].get("citation", "")
                yield (table, name, value, name.replace("_", " "), citation, since, None)


def _check_overlaps(file: Path, rules: pl.DataFrame) -> None:
    key = ["unit_family", "rule"]
    earlier_to = pl.col("valid_to").shift(1).over(key)
    ordered = rules.sort([*key, "valid_from"]).with_columns(
        is_first=pl.int_range(pl.len()).over(key) == 0, earlier_to=earlier_to
    )
    wrong = ordered.filter(
        ~pl.col("is_first")
        & (pl.col("earlier_to").is_null() | (pl.col("earlier_to") >= pl.col("valid_from")))
    )
    if wrong.height:
        first = wrong.row(0, named=True)
        message = (
            f"{file.name}, family {first['unit_family']}, rule {first['rule']}: two values overlap;"
            " end the earlier one the day before"
        )
        raise UnitRuleError(message)
