"""The findings of a night as one page that people look at.

Here: what the page says. Never here: counting (`warehouse/sql/reports`), or the frame of a page
(`hub.pages`). Next: `findings.html`, which any reader may open: it holds counts only, and none
of fewer than `LEAST_PEOPLE` people by region.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from hub.pages.charts import chart_counts, chart_matrix, chart_months, chart_stacks
from hub.pages.page import Page, table
from hub.provinces import provinces

LEAST_PEOPLE = 5
"""Cells of fewer people are shown as fewer than this."""
_ACTIONS = ("AUTO", "HOLD", "REV", "INFO")
_BARS = 15


@dataclass(frozen=True, slots=True)
class FindingFigures:
    """What a night's findings come to."""

    release_id: str
    night: dt.date
    by_rule: pl.DataFrame
    by_month: pl.DataFrame
    by_source: pl.DataFrame
    by_ministry: pl.DataFrame
    by_province: pl.DataFrame
    changes: Mapping[str, int]
    """What the night did to findings, by kind of event (opened, cleared, …)."""


def finding_page(figures: FindingFigures) -> str:
    """Return the page as HTML."""
    rules = figures.by_rule
    found = rules.filter(pl.col("findings") > 0)
    page = Page(
        title=f"Findings of the night of {figures.night}",
        lead=(
            f"Release {figures.release_id}. A finding is a question to people, never a verdict; only a"
            " registered death holds a payment by itself."
        ),
        footer=(
            "AUTO holds the next payment at once, HOLD proposes a hold after notice, REV asks a person"
            " to look, INFO is only counted. Won at stake is what was paid in the months in question;"
            f" it is not money recovered. By region, fewer than {LEAST_PEOPLE} people are not told"
            " apart. A finding that rests on records of several institutions counts for each."
        ),
    )
    page.tile("findings", f"{rules['findings'].sum():,}")
    for name in ("opened", "cleared", "returned", "superseded"):
        page.tile(f"{name} tonight", f"{figures.changes.get(name, 0):,}")
    page.tile("won at stake", f"{rules['won_at_stake'].sum():,}")
    _notices(page, rules)
    if found.height:
        _cards(page, figures, found)
    page.wide("Rules", "Also those that found nothing or keep silent.", table(_rule_rows(rules)))
    page.wide(
        "Programmes with most findings",
        "",
        table(figures.by_ministry.head(20).drop("subjects").to_dicts()),
    )
    return page.html()


def _notices(page: Page, rules: pl.DataFrame) -> None:
    silent = rules.filter("is_suppressed")
    demoted = rules.filter(pl.col("demoted_because").is_not_null())
    if silent.height:
        page.notice(
            f"{silent.height} rules keep silent for want of evidence",
            [
                f"{row['rule_id']} {row['name']} waits for {row['waits_for']}"
                for row in silent.iter_rows(named=True)
            ],
            is_bad=True,
        )
    if demoted.height:
        page.notice(
            f"{demoted.height} rules are only counted for now",
            [
                f"{row['rule_id']} {row['name']}: {row['demoted_because']}"
                for row in demoted.iter_rows(named=True)
            ],
            is_bad=True,
        )
    if not silent.height and not demoted.height:
        page.notice("Every rule speaks, none is demoted")


def _cards(page: Page, figures: FindingFigures, found: pl.DataFrame) -> None:
    named = found.with_columns(rule=pl.format("{} {}", "rule_id", "name")).sort(
        "findings", descending=True
    )
    page.card(
        "Which rules point at most",
        f"Findings by rule, the first {_BARS}. Bars on a root scale.",
        chart_counts(named.head(_BARS), "rule", "findings"),
    )
    page.card(
        "Which months are in question",
        "Findings by month of payment and by what a rule may do.",
        chart_months(_in_order(figures.by_month), "month", "findings", "action"),
        is_right=True,
    )
    page.card(
        "Where the people live",
        "Findings by province.",
        chart_stacks(_by_province(figures.by_province), "province", "findings", "action"),
        is_right=True,
    )
    matrix = _matrix(figures, named)
    if matrix.height:
        page.wide(
            "Whose records are evidence",
            "Findings by rule and by institution whose records they rest on.",
            chart_matrix(matrix, "institution", "rule", "findings"),
        )


def _matrix(figures: FindingFigures, named: pl.DataFrame) -> pl.DataFrame:
    return (
        figures.by_source.join(named.select("rule_id", "rule"), on="rule_id")
        .sort("rule_id", "institution")
        .select("rule", "institution", "findings")
    )


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    order = pl.DataFrame({"action": _ACTIONS, "place": range(len(_ACTIONS))})
    return rows.join(order, on="action").sort("place", maintain_order=True).drop("place")


def _by_province(rows: pl.DataFrame) -> pl.DataFrame:
    named = (
        rows.filter(pl.col("people") >= LEAST_PEOPLE)
        .join(provinces(), left_on="province_code", right_on="prefix", how="left")
        .with_columns(province=pl.col("name_en").fill_null("not known"))
    )
    summed = named.group_by("province", "action").agg(pl.col("findings").sum())
    totals = summed.group_by("province").agg(pl.col("findings").sum().alias("all"))
    return _in_order(
        summed.join(totals, on="province").sort("all", "province", descending=[True, False])
    ).drop("all")


def _rule_rows(rules: pl.DataFrame) -> list[dict[str, object]]:
    return [
        {
            "rule": row["rule_id"],
            "name": row["name"],
            "may": row["action"],
            "severity": row["severity"],
            "findings": row["findings"],
            "subjects": row["subjects"],
            "won at stake": row["won_at_stake"],
            "state": "silent"
            if row["is_suppressed"]
            else "demoted"
            if row["demoted_because"]
            else "speaks",
        }
        for row in rules.iter_rows(named=True)
    ]
