"""Dated parameters of the law: median income, thresholds, deductions, rates, amounts.

Here: reading and checking the TOML in `parameters/`. Never here: computing one parameter from
another; what a notice published is stored as published. Next: `pipelines.steps.profiles` adds
them to the workbench as `parameter_value`, `parameter_in_force` and `property_region`.

A value is in force on a day when valid_from ≤ day ≤ valid_to, as far as it was published by the day
on which one knows. A correction is a second value for the same days, published later.
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
    "attested",
    "remark",
    "amounts",
    "step_above",
    "step_status",
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
    "remark": pl.String,
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
    remark: str = ""


def _checked(place: str, entry: Mapping[str, Any], *, has_dimensions: bool) -> None:
    if unknown := set(entry) - _FIELDS:
        raise ParameterError(f"{place}, field {min(unknown)}: no such field")
    for field, kind in (("valid_from", dt.date), ("published_at", dt.date), ("notice", str)):
        if not isinstance(entry.get(field), kind):
            raise ParameterError(f"{place}, field {field}: expected {kind.__name__}")
    for field in ("status", "step_status"):
        if entry.get(field, entry.get("status")) not in _STATUSES:
            expected = " or ".join(sorted(_STATUSES))
            raise ParameterError(f"{place}, field {field}: expected {expected}")
    last = entry.get("valid_to")
    if last is not None and last < entry["valid_from"]:
        raise ParameterError(f"{place}, field valid_to: lies before valid_from")
    amounts = entry.get("amounts", {})
    for key, amount in amounts.items():
        if not isinstance(amount, int) or isinstance(amount, bool):
            raise ParameterError(f"{place}, field amounts.{key}: expected a whole number")
    if not amounts or (not has_dimensions and set(amounts) != {"all"}):
        raise ParameterError(f"{place}, field amounts: expected keys (`all` without dimensions)")


def _status_of_keys(place: str, entry: Mapping[str, Any]) -> dict[str, str]:
    """Return the status of each key that differs from the value's."""
    found: dict[str, str] = {}
    for status in sorted(_STATUSES):
        for key in entry.get(status, []):
            if key not in entry["amounts"]:
                raise ParameterError(f"{place}, field {status}: names a key that has no amount")
            if key in found:
                raise ParameterError(f"{place}, field {status}: {key} has two statuses")
            found[key] = status
    return found


def _values(file: str, parameter: Mapping[str, Any], position: int) -> Iterator[ParameterValue]:
    entry = parameter["value"][position]
    place = f"{file}, parameter {parameter['name']}, value {position + 1}"
    _checked(place, entry, has_dimensions=bool(parameter["dimensions"]))
    statuses = _status_of_keys(place, entry)
    amounts = dict(entry["amounts"])
    if "step_above" in entry:
        size = max(int(key) for key in amounts)
        for larger in range(size + 1, LARGEST_HOUSEHOLD + 1):
            amounts[str(larger)] = amounts[str(size)] + entry["step_above"] * (larger - size)
            statuses[str(larger)] = entry.get("step_status", entry["status"])
    for key, amount in amounts.items():
        yield ParameterValue(
            parameter=parameter["name"],
            key=key,
            valid_from=entry["valid_from"],
            valid_to=entry.get("valid_to"),
            published_at=entry["published_at"],
            amount=amount,
            unit=parameter["unit"],
            status=statuses.get(key, entry["status"]),
            notice=entry["notice"],
            legal_basis=parameter["legal_basis"],
            remark=entry.get("remark", ""),
        )


def _check_overlaps(values: list[ParameterValue]) -> None:
    ordered = sorted(values, key=lambda value: (value.parameter, value.key, value.valid_from))
    for earlier, later in pairwise(ordered):
        same = (earlier.parameter, earlier.key) == (later.parameter, later.key)
        overlap = earlier.valid_to is None or earlier.valid_to >= later.valid_from
        if same and overlap and earlier.published_at == later.published_at:
            raise ParameterError(
                f"parameter {later.parameter}, key {later.key}, field valid_from: two values are "
                f"in force on {later.valid_from}; close the earlier one with valid_to, or give a "
                "correction its own published_at"
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


def in_force(
    values: tuple[ParameterValue, ...], day: dt.date, known_at: dt.date | None = None
) -> tuple[ParameterValue, ...]:
    """Return the values in force on `day`, one a cell, as they were published by `known_at`.

    Args:
        values: what `load_parameters` gives.
        day: the day whose law is asked for.
        known_at: the day on which one knows; by default `day`, so that a decision of a past day rests
            on nothing published later. Of a value and its corrections the newest published counts.
    """
    known = day if known_at is None else known_at
    cells: dict[tuple[str, str], ParameterValue] = {}
    for value in values:
        if value.valid_from > day or value.published_at > known:
            continue
        if value.valid_to is not None and value.valid_to < day:
            continue
        cell = (value.parameter, value.key)
        if cell not in cells or cells[cell].published_at < value.published_at:
            cells[cell] = value
    return tuple(cells[cell] for cell in sorted(cells))


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
