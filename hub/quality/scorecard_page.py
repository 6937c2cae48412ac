"""The institutions' scorecard of a month as one page.

Here: what the page says. Never here: measuring (`warehouse/sql/quality`) or the frame of a page
(`hub.pages`). Next: `scorecard.html` beside the findings' page of a release.
"""

from __future__ import annotations

import datetime as dt

import altair as alt
import polars as pl

from hub.pages.charts import BLUE, INK, ORANGE, RED, chart_counts, name_axis, svg, told
from hub.pages.page import NOTHING, Page, percent, table

_MILLION = 1_000_000
_COLUMNS = {
    "institution": "institution",
    "name": "name",
    "arrived": "arrived",
    "days_late": "median days late",
    "feeds_stale": "feeds stale",
    "deliveries": "deliveries",
    "deliveries_stopped": "stopped",
    "corrections": "corrections",
    "quarantine": "quarantined",
    "required_cells_empty": "required cells empty",
    "matched": "matched",
    "findings": "findings",
    "source_errors": "source errors",
}


def scorecard_page(scorecard: pl.DataFrame, names: pl.DataFrame, month: dt.date) -> str:
    """Return the page as HTML.

    Args:
        scorecard: `institution_scorecard`, one row an institution and month.
        names: institution and name.
        month: first day of the month that the page looks at.
    """
    named = scorecard.join(names, on="institution", how="left").sort("institution")
    rows = named.filter(month=month)
    page = Page(
        title=f"Institutions, {month:%B %Y}",
        lead=f"{rows.height} institutions: what they should have sent and sent, how late, how clean,"
        " whether their rows find a person, and where people decided that they erred.",
        footer="Arrived: document types that were due in the month and came. Quarantined: rows that"
        " broke a rule, of all received. Matched: rows that name a person, of whom the index knows"
        " who it is. Source errors: cases that people closed because the institution's record was"
        " wrong. Types that are sent on request are never due.",
    )
    page.tile("due types that came", _share(rows, "types_arrived", "types_expected"))
    page.tile("deliveries", f"{rows['deliveries'].sum():,}")
    page.tile("stopped", f"{rows['deliveries_stopped'].sum():,}")
    page.tile("rows quarantined", _share(rows, "rows_quarantined", "rows_received"))
    page.tile("rows matched", _share(rows, "rows_matched", "rows_named"))
    page.tile("source errors", f"{rows['source_errors'].sum():,}")
    late = rows.filter(pl.col("types_arrived") < pl.col("types_expected"))
    if late.height:
        told_late = [
            f"{row['institution']} {row['name']}: {row['types_expected'] - row['types_arrived']} of"
            f" {row['types_expected']} types did not come"
            for row in late.iter_rows(named=True)
        ]
        page.notice(f"{late.height} institutions are behind", told_late, is_bad=True)
    else:
        page.notice("Everything that was due came")
    _cards(page, named, rows)
    page.wide("All institutions", "", table(_rows(rows), _COLUMNS))
    return page.html()


def _cards(page: Page, named: pl.DataFrame, rows: pl.DataFrame) -> None:
    refused = rows.filter(pl.col("rows_quarantined") > 0).sort("rows_quarantined", descending=True)
    if refused.height:
        page.card(
            "Whose rows break rules",
            "Rows quarantined in the month, the first 12. Bars on a root scale.",
            chart_counts(refused.head(12), "name", "rows_quarantined", ORANGE),
        )
    unmatched = rows.with_columns(
        (pl.col("rows_named") - pl.col("rows_matched")).alias("rows_without_person")
    ).filter(pl.col("rows_without_person") > 0)
    if unmatched.height:
        page.card(
            "Whose rows find no person",
            "Rows that name somebody whom the index does not know, the first 12.",
            chart_counts(
                unmatched.sort("rows_without_person", descending=True).head(12),
                "name",
                "rows_without_person",
                RED,
            ),
        )
    months = (
        named.group_by("month")
        .agg(pl.col("types_expected", "types_arrived").sum())
        .filter(pl.col("types_expected") > 0)
        .sort("month")
        .with_columns(share=pl.col("types_arrived") / pl.col("types_expected"))
    )
    if months.height:
        page.card(
            "How complete the months are",
            "Of the document types that were due, the share that came.",
            _months(months),
            is_right=True,
        )


def _months(months: pl.DataFrame) -> str:
    values = months.with_columns(pl.col("month").dt.strftime("%Y-%m")).to_dicts()
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("month:N", title=None, sort=None, axis=name_axis())
    )
    along = alt.X("share:Q", title=None, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    bars = base.mark_bar(color=BLUE, height={"band": 0.72}).encode(
        x=along, description=told("month", "types_arrived", "types_expected")
    )
    text = base.mark_text(align="left", dx=6, color=INK).encode(
        x=along, text=alt.Text("share:Q", format=".0%")
    )
    return svg((bars + text).properties(width=300, height=alt.Step(24)))


def _rows(rows: pl.DataFrame) -> list[dict[str, object]]:
    return [
        {
            **row,
            "arrived": f"{row['types_arrived']} of {row['types_expected']}",
            "days_late": NOTHING
            if row["median_days_late"] is None
            else f"{row['median_days_late']:g}",
            "quarantine": _ppm(row["quarantine_ppm"]),
            "matched": _ppm(row["match_ppm"]),
        }
        for row in rows.iter_rows(named=True)
    ]


def _share(rows: pl.DataFrame, part: str, whole: str) -> str:
    parts, wholes = (int(rows[name].sum()) for name in (part, whole))
    return f"{parts / wholes:.1%}" if wholes else NOTHING


def _ppm(ppm: int | None) -> str:
    return percent(None if ppm is None else ppm / _MILLION)
