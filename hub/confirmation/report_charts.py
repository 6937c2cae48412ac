"""The charts of a confirmation round.

Here: one function a chart, counts in and SVG text out. Never here: the page. Next:
`hub.confirmation.report`.
"""

from __future__ import annotations

import altair as alt
import polars as pl

from hub.confirmation.tallies import OUTCOMES, RECEIVED, WORDS
from hub.pages.charts import GREEN, MUTED, ORANGE, RED, WIDTH, name_axis, svg, told

COLORS = {
    "confirmed": "#9fb3c8",
    "amount_change": ORANGE,
    "unqualified": RED,
    "undetermined": MUTED,
    "newly_qualified": GREEN,
}


def chart_outcomes(counted: pl.DataFrame, name: str) -> str:
    """Draw, a bar a row, what share of those who receive came out how.

    `counted` has `name`, outcome, subjects; bars are in the order of the rows.
    """
    shown = counted.filter(pl.col("outcome").is_in(RECEIVED))
    totals = shown.group_by(name).agg(total=pl.col("subjects").sum())
    rows = (
        shown.join(totals, on=name)
        .with_columns(
            share=pl.col("subjects") / pl.col("total"),
            result=pl.col("outcome").replace_strict({each: WORDS[each][0] for each in OUTCOMES}),
            rank=pl.col("outcome").replace_strict(
                {each: place for place, each in enumerate(OUTCOMES)}, return_dtype=pl.Int64
            ),
        )
        .to_dicts()
    )
    order = counted[name].unique(maintain_order=True).to_list()
    base = alt.Chart(alt.InlineData(values=rows))
    bars = base.mark_bar(height={"band": 0.74}, stroke="white", strokeWidth=0.5).encode(
        x=alt.X(
            "share:Q",
            stack="zero",
            title="of those who receive",
            scale=alt.Scale(domain=[0, 1], nice=False),
            axis=alt.Axis(format="%", tickCount=5),
        ),
        y=alt.Y(f"{name}:N", title=None, sort=order, axis=name_axis()),
        color=alt.Color(
            "result:N",
            title=None,
            scale=alt.Scale(
                domain=[WORDS[each][0] for each in RECEIVED],
                range=[COLORS[each] for each in RECEIVED],
            ),
            legend=alt.Legend(orient="top", direction="horizontal"),
        ),
        order=alt.Order("rank:Q"),
        description=told(name, "result", "subjects"),
    )
    return svg(bars.properties(width=WIDTH - 200, height=alt.Step(24)))


def chart_shares(places: pl.DataFrame) -> str:
    """Draw the unqualified share by province as dots on one line each.

    `places` is `hub.confirmation.tallies.shares_by_place`; those without a share are not drawn.
    """
    shown = places.filter(pl.col("share").is_not_null())
    rows = shown.with_columns(
        place=pl.col("name_en") + " " + pl.col("name_ko"),
        percent=(pl.col("share") * 100).round(1),
    ).to_dicts()
    order = [row["place"] for row in rows]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("place:N", title=None, sort=order, axis=name_axis())
    )
    along = alt.X("share:Q", title="unqualified, of those who receive", axis=alt.Axis(format=".1%"))
    line = base.mark_rule(color="#cbd2d9", strokeWidth=3).encode(x=along, x2=alt.datum(0))
    dots = base.mark_point(size=90, filled=True, opacity=1, color=COLORS["unqualified"]).encode(
        x=along, description=told("place", "percent", "recipients")
    )
    return svg((line + dots).properties(width=WIDTH - 200, height=alt.Step(22)))
