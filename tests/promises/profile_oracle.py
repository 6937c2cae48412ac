"""Income and assets of people, computed a second and a third time: in plain Python, and in polars.

Here: what `warehouse/sql/profile/{income_of_month,asset,profile_figure}.sql` must come to, written from
their contract (docs/profile.md) a row at a time, and again as polars expressions. Never here: SQL. Next:
`test_engines_agree` compares all three, cell by cell.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import polars as pl

WEAKNESS = {"known": 1, "stale": 2, "assumed": 3, "conflict": 4}
_FRESH = {"known": 0, "stale": 1, "assumed": 2}
INCOME = ("status", "method", "is_period_attributed", "age_months", "figure", "is_valid",
          "is_contradicting", "is_used", "monthly_amount")  # fmt: skip
FIGURE = ("amount", "status", "is_period_attributed", "oldest_received_at", "sources", "weakness")


def months_between(early: dt.date, late: dt.date) -> int:
    return (late.year - early.year) * 12 + late.month - early.month


# Plain Python


def incomes(
    rows: list[dict], kinds: dict[str, dict], feeds: dict[str, str], month: dt.date
) -> dict[tuple, tuple]:
    """Return (person, kind, type) → the cells of `INCOME`."""
    newest: dict[str, dt.date] = {}
    for row in rows:
        document = row["document_type"]
        newest[document] = max(newest.get(document, row["month"]), row["month"])
    groups: dict[tuple, list[dict]] = defaultdict(list)
    for row in rows:
        if row["month"] != newest[row["document_type"]]:
            continue
        kind = kinds[row["income_asset_code"]]
        is_old = row["month"] < month
        is_stale = is_old or feeds[row["document_type"]] == "stale"
        age = months_between(row["stated_month"], month)
        groups[row["person_id"], kind["overlap"]].append(
            row
            | {
                "kind": kind,
                "status": "stale" if is_stale else row["status"],
                "method": "carried_forward" if is_old else row["method"],
                "is_period_attributed": row["is_period_attributed"] and not is_old,
                "age_months": age,
                "is_valid": age <= kind["validity_months"],
            }
        )
    found: dict[tuple, tuple] = {}
    for (person, _), group in groups.items():
        group.sort(
            key=lambda row: (not row["is_valid"], _FRESH[row["status"]], row["kind"]["rank"])
        )
        compared = [row for row in group if row["kind"]["is_compared"] and row["status"] == "known"]
        doubted = [_differs(row, compared) for row in group]
        for place, (row, is_other) in enumerate(zip(group, doubted, strict=True)):
            is_best = place == 0
            status = row["status"]
            if is_best and row["is_valid"] and row in compared and any(doubted):
                status = "conflict"
            figure = row["kind"]["figure"]
            found[person, row["income_asset_code"], row["document_type"]] = (
                status, row["method"], row["is_period_attributed"], row["age_months"], figure,
                row["is_valid"], is_other, figure != "none" and is_best and row["is_valid"],
                row["monthly_amount"],
            )  # fmt: skip
    return found


def _differs(row: dict, compared: list[dict]) -> bool:
    """Whether a report says something else than the best known one, beyond the tolerance."""
    if row not in compared:
        return False
    believed = compared[0]["monthly_amount"]
    difference = abs(row["monthly_amount"] - believed)
    kind = row["kind"]
    return (
        difference > kind["tolerance_amount"]
        and difference * 1_000_000 > abs(believed) * kind["tolerance_ppm"]
    )


def figures(
    incomes_found: dict[tuple, tuple], rows: list[dict], assets: list[dict], kinds: dict[str, dict]
) -> dict[tuple, tuple]:
    """Return (person, figure) → the cells of `FIGURE`."""
    received = {
        (row["person_id"], row["income_asset_code"], row["document_type"], row["month"]): row
        for row in rows
    }
    newest: dict[tuple, dict] = {}
    for key in sorted(received, key=lambda each: each[3]):
        newest[key[:3]] = received[key]
    used: dict[tuple, list[tuple]] = defaultdict(list)
    for (person, code, document), cells in incomes_found.items():
        told = dict(zip(INCOME, cells, strict=True))
        if told["is_used"]:
            at = newest[person, code, document]["received_at"]
            used[person, told["figure"]].append(
                (told["monthly_amount"], told["status"], told["is_period_attributed"], at, document)
            )
    things: dict[tuple, list[dict]] = defaultdict(list)
    for asset in assets:
        if asset["use"] in {"used", "not_counted"}:
            key = (asset["person_id"], asset["income_asset_code"], asset["document_type"])
            things[key].append(asset)
    for (person, code, document), owned in things.items():
        figure = kinds[code]["figure"]
        status = max(each["status"] for each in owned)
        if figure != "none":
            used[person, figure].append(
                (
                    sum(each["amount"] for each in owned), status, status == "known",
                    max(each["received_at"] for each in owned), document,
                )
            )  # fmt: skip
    return {key: _added(parts) for key, parts in used.items()}


def _added(parts: list[tuple]) -> tuple:
    weakness = max(WEAKNESS[part[1]] for part in parts)
    status = next(word for word, number in WEAKNESS.items() if number == weakness)
    return (
        sum(part[0] for part in parts), status, all(part[2] for part in parts),
        min(part[3] for part in parts), sorted({part[4] for part in parts}), weakness,
    )  # fmt: skip


# polars


def incomes_in_polars(
    rows: pl.DataFrame, kinds: pl.DataFrame, feeds: pl.DataFrame, month: dt.date
) -> pl.DataFrame:
    """Return `person_id`, `income_asset_code`, `document_type`, `received_at` and `INCOME`."""
    is_old = pl.col("month") < month
    age = (month.year - pl.col("stated_month").dt.year()) * 12 + (
        month.month - pl.col("stated_month").dt.month().cast(pl.Int64)
    )
    group = ["person_id", "overlap"]
    compared = pl.col("is_compared") & (pl.col("status") == "known")
    believed = pl.col("monthly_amount").filter(compared).first().over(group)
    difference = (pl.col("monthly_amount") - believed).abs().cast(pl.Int128)
    return (
        rows.filter(pl.col("month") == pl.col("month").max().over("document_type"))
        .join(kinds, on="income_asset_code")
        .join(feeds, on="document_type")
        .with_columns(
            age_months=age,
            method=pl.when(is_old).then(pl.lit("carried_forward")).otherwise("method"),
            status=pl.when(is_old | (pl.col("state") == "stale"))
            .then(pl.lit("stale"))
            .otherwise("status"),
            is_period_attributed=pl.col("is_period_attributed") & ~is_old,
        )
        .with_columns(is_valid=pl.col("age_months") <= pl.col("validity_months"))
        .sort(
            *group,
            ~pl.col("is_valid"),
            pl.col("status").replace_strict(_FRESH),
            "rank",
        )
        .with_columns(
            is_contradicting=compared
            & (difference > pl.col("tolerance_amount"))
            & (difference * 1_000_000 > believed.abs().cast(pl.Int128) * pl.col("tolerance_ppm")),
            is_best=pl.int_range(pl.len()).over(group) == 0,
            is_known=compared,
        )
        .with_columns(pl.col("is_contradicting").fill_null(value=False))
        .with_columns(
            status=pl.when(
                pl.col("is_best")
                & pl.col("is_valid")
                & pl.col("is_known")
                & pl.col("is_contradicting").any().over(group)
            )
            .then(pl.lit("conflict"))
            .otherwise("status"),
            is_used=pl.col("is_best") & pl.col("is_valid") & (pl.col("figure") != "none"),
        )
        .select("person_id", "income_asset_code", "document_type", "received_at", *INCOME)
    )


def figures_in_polars(
    incomes_found: pl.DataFrame, assets: pl.DataFrame, kinds: pl.DataFrame
) -> pl.DataFrame:
    """Return `person_id`, `figure` and `FIGURE`."""
    own = ["person_id", "income_asset_code", "document_type"]
    owned = (
        assets.filter(pl.col("use").is_in(["used", "not_counted"]))
        .group_by(own)
        .agg(pl.col("amount").sum(), pl.col("status", "received_at").max())
        .join(kinds.select("income_asset_code", "figure"), on="income_asset_code")
        .filter(pl.col("figure") != "none")
        .with_columns(is_period_attributed=pl.col("status") == "known")
    )
    columns = [
        "person_id", "figure", "amount", "status", "is_period_attributed", "received_at", "document_type",
    ]  # fmt: skip
    told = incomes_found.filter("is_used").rename({"monthly_amount": "amount"})
    words = {number: word for word, number in WEAKNESS.items()}
    return (
        pl.concat([told.select(columns), owned.select(columns)])
        .group_by("person_id", "figure")
        .agg(
            pl.col("amount").sum(),
            pl.col("status").replace_strict(WEAKNESS).max().alias("weakness"),
            pl.col("is_period_attributed").all(),
            pl.col("received_at").min().alias("oldest_received_at"),
            pl.col("document_type").unique().sort().alias("sources"),
        )
        .with_columns(status=pl.col("weakness").replace_strict(words, return_dtype=pl.String))
        .select("person_id", "figure", *FIGURE)
    )
