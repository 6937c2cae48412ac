"""Dated parameters of the law: median income, thresholds, deductions, rates, amounts.

Here: reading and checking the TOML in `parameters/`. Never here: computing one parameter from
another; what a notice published is stored as published. Next: `pipelines.steps.decisions` adds
them to the workbench as `parameter_value` and `property_region`.

A value is in force on a day when valid_from ≤ day ≤ valid_to and it was published by then.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

PARAMETER_FOLDER = Path(__file__).parent / "parameters"
LARGEST_HOUSEHOLD = 30
"""Household size up to which `step_above` is written out."""

_REGIONS = "regions.toml"
_STATUSES = {"attested", "modelled"}
_FIELDS = {
    "valid_from",
    "valid_to",
    "published_at",
    "notice",
    "status",
    "modelled",
    "amounts",
    "step_above",
}
_SCHEMA: Mapping[str, Any] = {
    "parameter": pl.String,
    "key": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "published_at": pl.Date,
    "amount": pl.Int64,
    "unit": pl.String,
    "status": pl.String,
    "notice": pl.String,
    "legal_basis": pl.String,
}


class ParameterError(ValueError):
    """A parameter file breaks a rule; the message names file, parameter, value and field."""


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """One cell: parameter and key (`all` where it has no dimension) in a span of days."""

    parameter: str
    key: str
    valid_from: dt.date
    valid_to: dt.date | None
    published_at: dt.date
    amount: int
    """In the parameter's unit; rates are parts per million."""
    unit: str
    status: str
    notice: str
    legal_basis: str


def _values(file: str, parameter: Mapping[str, Any], position: int) -> Iterator[ParameterValue]:
    entry = parameter["value"][position]
    place = f"{file}, parameter {parameter['name']}, value {position + 1}"
    if unknown := set(entry) - _FIELDS:
        raise ParameterError(f"{place}, field {min(unknown)}: no such field")
    for field, kind in (("valid_from", dt.date), ("published_at", dt.date), ("notice", str)):
        if not isinstance(entry.get(field), kind):
            raise ParameterError(f"{place}, field {field}: expected {kind.__name__}")
    if entry.get("status") not in _STATUSES:
        raise ParameterError(f"{place}, field status: expected {' or '.join(sorted(_STATUSES))}")
    last = entry.get("valid_to")
    if last is not None and last < entry["valid_from"]:
        raise ParameterError(f"{place}, field valid_to: lies before valid_from")
    amounts = dict(entry.get("amounts", {}))
    for key, amount in amounts.items():
        if not isinstance(amount, int) or isinstance(amount, bool):
            raise ParameterError(f"{place}, field amounts.{key}: expected a whole number")
    if not amounts or (not parameter["dimensions"] and set(amounts) != {"all"}):
        raise ParameterError(f"{place}, field amounts: expected keys (`all` without dimensions)")
    unread = set(entry.get("modelled", []))
    if unread - set(amounts):
        raise ParameterError(f"{place}, field modelled: names a key that has no amount")
    if "step_above" in entry:
        size = max(int(key) for key in amounts)
        for larger in range(size + 1, LARGEST_HOUSEHOLD + 1):
            amounts[str(larger)] = amounts[str(size)] + entry["step_above"] * (larger - size)
    for key, amount in amounts.items():
        yield ParameterValue(
            parameter=parameter["name"],
            key=key,
            valid_from=entry["valid_from"],
            valid_to=last,
            published_at=entry["published_at"],
            amount=amount,
            unit=parameter["unit"],
            status="modelled" if key in unread else entry["status"],
            notice=entry["notice"],
            legal_basis=parameter["legal_basis"],
        )


def _check_overlaps(values: list[ParameterValue]) -> None:
    ordered = sorted(values, key=lambda value: (value.parameter, value.key, value.valid_from))
    for earlier, later in pairwise(ordered):
        same = (earlier.parameter, earlier.key) == (later.parameter, later.key)
        if same and (earlier.valid_to is None or earlier.valid_to >= later.valid_from):
            raise ParameterError(
                f"parameter {later.parameter}, key {later.key}, field valid_from: two values are "
                f"in force on {later.valid_from}; close the earlier one with valid_to"
            )


@lru_cache(maxsize=4)
def load_parameters(folder: Path = PARAMETER_FOLDER) -> tuple[ParameterValue, ...]:
    """Read every parameter file of `folder`, in the order of parameter, key and date.

    Raises:
        ParameterError: a file breaks a rule.
    """
    values: list[ParameterValue] = []
    names: set[str] = set()
    for path in sorted(folder.glob("*.toml")):
        if path.name == _REGIONS:
            continue
        try:
            content = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ParameterError(f"{path.name}: no valid TOML: {error}") from None
        for number, parameter in enumerate(content.get("parameter", []), start=1):
            for field in ("name", "unit", "dimensions", "meaning", "legal_basis", "value"):
                if field not in parameter:
                    raise ParameterError(f"{path.name}, parameter {number}, field {field}: absent")
            if parameter["name"] in names:
                raise ParameterError(f"{path.name}, parameter {parameter['name']}: given twice")
            names.add(parameter["name"])
            for position in range(len(parameter["value"])):
                values.extend(_values(path.name, parameter, position))
    _check_overlaps(values)
    return tuple(sorted(values, key=lambda value: (value.parameter, value.key, value.valid_from)))


def in_force(values: tuple[ParameterValue, ...], day: dt.date) -> tuple[ParameterValue, ...]:
    """Return the values in force, and published, on `day`."""
    return tuple(
        value
        for value in values
        if value.valid_from <= day
        and (value.valid_to is None or day <= value.valid_to)
        and value.published_at <= day
    )


def parameter_frame(values: tuple[ParameterValue, ...]) -> pl.DataFrame:
    """Return `values` as the table `parameter_value`: one row a cell."""
    rows = [tuple(getattr(value, column) for column in _SCHEMA) for value in values]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def region_frame(folder: Path = PARAMETER_FOLDER) -> pl.DataFrame:
    """Return the table `property_region`: legal-dong prefix to the regions of the law."""
    regions = tomllib.loads((folder / _REGIONS).read_text("utf-8"))["region"]
    rows = [
        {
            "prefix": prefix,
            "property_region": region["property_region"],
            "pension_region": region["pension_region"],
            "rent_zone": region["rent_zone"],
        }
        for region in regions
        for prefix in region["prefixes"]
    ]
    return pl.DataFrame(rows).sort("prefix")
