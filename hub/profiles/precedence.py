"""Which income kind is believed where several tell of the same money, read from `precedence.toml`.

Here: reading and checking the order, the tolerance and the validity. Never here: choosing for a
person (`warehouse/sql/profile/income_of_month.sql`). Next: `pipelines.steps.profiles` adds the frame
to the workbench as `profile_kind`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from hub.profiles.kinds import KindError, profile_kinds

_PATH = Path(__file__).parent / "precedence.toml"
_WHOLE = ("tolerance_amount", "tolerance_ppm")
_SCHEMA: Mapping[str, Any] = {
    "income_asset_code": pl.String,
    "overlap": pl.String,
    "rank": pl.Int64,
    "is_compared": pl.Boolean,
    "tolerance_amount": pl.Int64,
    "tolerance_ppm": pl.Int64,
}


def _whole(value: object, place: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise KindError(f"precedence.toml, {place}: expected a whole number of zero or more")
    return value


def _group_rows(group: Mapping[str, Any], position: int) -> list[dict[str, Any]]:
    place = f"group {position} ({group.get('name', 'no name')})"
    if unknown := set(group) - {"name", "order", "not_compared", *_WHOLE}:
        raise KindError(f"precedence.toml, {place}, field {min(unknown)}: no such field")
    if not isinstance(group.get("name"), str) or not group.get("order"):
        raise KindError(f"precedence.toml, {place}, field order: expected a name and its kinds")
    tolerance = {name: _whole(group.get(name), f"{place}, field {name}") for name in _WHOLE}
    apart = set(group.get("not_compared", []))
    if stray := apart - set(group["order"]):
        raise KindError(
            f"precedence.toml, {place}, field not_compared: {min(stray)} is not in order"
        )
    return [
        {
            "income_asset_code": code,
            "overlap": group["name"],
            "rank": rank,
            "is_compared": code not in apart,
        }
        | tolerance
        for rank, code in enumerate(group["order"], start=1)
    ]


def ordered_kinds(path: Path = _PATH, kinds: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the table `profile_kind`: one row a kind.

    To the columns of `profile_kinds` come, for income, `overlap` (group), `rank` (1 is believed
    first), `is_compared`, `tolerance_amount` (won), `tolerance_ppm` and `validity_months`.

    Raises:
        KindError: a group is incomplete, names a kind twice, or a kind that is no income.
    """
    content = tomllib.loads(path.read_text("utf-8"))
    described = profile_kinds() if kinds is None else kinds
    incomes = described.filter("is_income")["income_asset_code"].to_list()
    rows = [
        row
        for position, group in enumerate(content.get("group", []), start=1)
        for row in _group_rows(group, position)
    ]
    codes = [row["income_asset_code"] for row in rows]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise KindError(f"precedence.toml, field order: {twice[0]} is given twice")
    if stray := sorted(set(codes) - set(incomes)):
        raise KindError(f"precedence.toml, field order: {stray[0]} is no income kind")
    alone = {"rank": 1, "is_compared": False, "tolerance_amount": 0, "tolerance_ppm": 0}
    rows += [
        {"income_asset_code": code, "overlap": code, **alone}
        for code in incomes
        if code not in codes
    ]
    validity = {
        attribution: _whole(months, f"validity_months, field {attribution}")
        for attribution, months in content.get("validity_months", {}).items()
    }
    if set(validity) != {"month", "year"}:
        raise KindError("precedence.toml, validity_months: expected month and year")
    return described.join(
        pl.DataFrame(rows, schema=_SCHEMA), on="income_asset_code", how="left"
    ).with_columns(
        validity_months=pl.col("attribution").replace_strict(
            validity, default=None, return_dtype=pl.Int64
        )
    )
