"""Income and asset kinds and feed ages, read from the TOML beside this module.

Here: reading and checking `kinds.toml` and `feeds.toml`. Never here: amounts of people, or which
document type feeds a kind (the source catalogue says that). Which of several kinds is believed:
`hub.profiles.precedence`. Next: `pipelines.steps.profiles` adds the frames to the workbench as
`profile_kind` and `feed_limit`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

_FOLDER = Path(__file__).parent

INCOME_FIGURES = ("earned", "business", "property_income", "public_transfer", "private_transfer")
ASSET_FIGURES = ("residential", "general", "financial", "vehicle", "debt")
NO_FIGURE = "none"
"""Figure of a kind that is listed as evidence but adds to nothing."""


class KindError(ValueError):
    """`kinds.toml` or `feeds.toml` breaks a rule; the message names file, entry and field."""


def _checked(entry: Mapping[str, Any], group: str, position: int) -> dict[str, Any]:
    place = f"kinds.toml, {group} {position} ({entry.get('code', 'no code')})"
    is_income = group == "income"
    needed: dict[str, type] = {"code": str, "name_ko": str, "name_en": str, "figure": str}
    needed |= {"attribution": str} if is_income else {"snapshot": bool}
    for name, kind in needed.items():
        if not isinstance(entry.get(name), kind):
            raise KindError(f"{place}, field {name}: expected {kind.__name__}")
    if unknown := set(entry) - set(needed):
        raise KindError(f"{place}, field {min(unknown)}: no such field")
    figures = (*(INCOME_FIGURES if is_income else ASSET_FIGURES), NO_FIGURE)
    if entry["figure"] not in figures:
        raise KindError(f"{place}, field figure: expected one of {', '.join(figures)}")
    if is_income and entry["attribution"] not in {"month", "year"}:
        raise KindError(f"{place}, field attribution: expected month or year")
    return {
        "income_asset_code": entry["code"],
        "is_income": is_income,
        "name_ko": entry["name_ko"],
        "name_en": entry["name_en"],
        "figure": entry["figure"],
        "attribution": entry.get("attribution"),
        "is_snapshot": entry.get("snapshot"),
    }


def profile_kinds(path: Path = _FOLDER / "kinds.toml") -> pl.DataFrame:
    """Return one row a kind: income_asset_code, is_income, names, figure, attribution, is_snapshot.

    Raises:
        KindError: an entry is incomplete, unknown or given twice.
    """
    content = tomllib.loads(path.read_text("utf-8"))
    rows = [
        _checked(entry, group, position)
        for group in ("income", "asset")
        for position, entry in enumerate(content[group], start=1)
    ]
    codes = [row["income_asset_code"] for row in rows]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise KindError(f"kinds.toml, field code: {twice[0]} is given twice")
    return pl.DataFrame(
        rows,
        schema_overrides={
            "attribution": pl.String,
            "is_snapshot": pl.Boolean,
        },
    ).sort("income_asset_code")


def feed_limits(path: Path = _FOLDER / "feeds.toml") -> pl.DataFrame:
    """Return one row a cycle: cycle, maximum_age_days (Int64)."""
    ages = tomllib.loads(path.read_text("utf-8"))["maximum_age_days"]
    for cycle, days in ages.items():
        if not isinstance(days, int) or days <= 0:
            raise KindError(f"feeds.toml, field {cycle}: expected a whole number of days")
    return pl.DataFrame(
        {"cycle": list(ages), "maximum_age_days": list(ages.values())},
        schema={"cycle": pl.String, "maximum_age_days": pl.Int64},
    ).sort("cycle")
