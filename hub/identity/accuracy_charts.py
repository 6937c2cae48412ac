"""The charts of the accuracy report, drawn as SVG that needs no script and no network.

Here: one function a chart, tables in and SVG text out. Never here: figures of single people, or
the page around the charts. Next: `hub.identity.accuracy_report`.
"""

from __future__ import annotations

import altair as alt
import polars as pl

from hub.pages.charts import BLUE, GREEN, INK, ORANGE, PLAIN, RED, WIDTH, name_axis, svg, told

PRECISION = BLUE
RECALL = ORANGE
TRUE_PAIRS = GREEN
FALSE_PAIRS = RED
_SCALE_ROOM = 0.02


def chart_groups(by_group: pl.DataFrame) -> str:
    """Draw precision and recall of each group as two dots on one line, a panel a dimension.

    `by_group` is that of `hub.identity.group_measures`; rows without a measure are not drawn.
    """
    shown = by_group.filter(pl.col("precision").is_not_null() | pl.col("recall").is_not_null())
    low = min(
        [1.0, *shown["precision"].drop_nulls().to_list(), *shown["recall"].drop_nulls().to_list()]
    )
    axis = alt.Scale(domain=[max(0.0, low - _SCALE_ROOM), 1.0], nice=False, zero=False)
    long = shown.unpivot(
        on=["precision", "recall"], index=["dimension", "group", "members"], variable_name="measure"
    ).drop_nulls("value")
    order = shown["dimension"].unique(maintain_order=True).to_list()
    panels = []
    for dimension in order:
        rows = long.filter(pl.col("dimension") == dimension)
        across = alt.Y("group:N", title=None, sort=None, axis=name_axis())
        last = dimension == order[-1]
        along = alt.X(
            "value:Q",
            scale=axis,
            title="share" if last else None,
            axis=alt.Axis(format=".1%", labels=last, ticks=last, tickCount=6),
        )
        base = alt.Chart(alt.InlineData(values=rows.to_dicts()))
        line = base.mark_line(color="#cbd2d9", strokeWidth=3).encode(
            x=along, y=across, detail="group:N"
        )
        dots = base.mark_point(size=90, filled=True, opacity=1).encode(
            x=along,
            y=across,
            color=alt.Color(
                "measure:N",
                title=None,
                scale=alt.Scale(domain=["precision", "recall"], range=[PRECISION, RECALL]),
                legend=alt.Legend(orient="top", direction="horizontal"),
            ),
            shape=alt.Shape(
                "measure:N",
                scale=alt.Scale(domain=["precision", "recall"], range=["circle", "diamond"]),
                legend=None,
            ),
            description=told("measure", "group", "value", "members"),
        )
        panels.append(
            (line + dots).properties(
                width=WIDTH - 200,
                height=alt.Step(22),
                title=alt.TitleParams(
                    dimension.replace("_", " "), anchor="start", frame="group", fontSize=12
                ),
            )
        )
    return svg(alt.vconcat(*panels, spacing=8))


def chart_weights(weights: pl.DataFrame, join_weight: float | None) -> str:
    """Draw the scored pairs by match weight in bits.

    `weights` has `weight_from`, `weight_to`, `pairs` and `kind` (`same person`, `two persons`,
    `not known`); `join_weight` is where clusters join.
    """
    base = alt.Chart(alt.InlineData(values=weights.filter(pl.col("pairs") > 0).to_dicts()))
    colors = {
        kind: color
        for kind, color in (
            ("same person", TRUE_PAIRS),
            ("two persons", FALSE_PAIRS),
            ("not known", PLAIN),
        )
        if kind in weights["kind"]
    }
    bars = base.mark_bar(stroke="white", strokeWidth=0.5).encode(
        x=alt.X("weight_from:Q", title="match weight, bits", bin="binned"),
        x2="weight_to:Q",
        y=alt.Y("pairs:Q", title="pairs", axis=alt.Axis(format="~s"), stack=True),
        color=alt.Color(
            "kind:N",
            title=None,
            scale=alt.Scale(domain=list(colors), range=list(colors.values())),
            legend=alt.Legend(orient="top") if len(colors) > 1 else None,
        ),
        description=told("kind", "weight_from", "weight_to", "pairs"),
    )
    layers: list[alt.Chart] = [bars]
    if join_weight is not None:
        mark = alt.Chart(
            alt.InlineData(values=[{"at": join_weight, "text": f"joins at {join_weight:g}"}])
        )
        layers += [
            mark.mark_rule(color=INK, strokeDash=[5, 4], strokeWidth=1.5).encode(x="at:Q"),
            mark.mark_text(align="left", dx=5, baseline="top", color=INK, fontSize=12).encode(
                x="at:Q", y=alt.value(2), text="text:N"
            ),
        ]
    return svg(alt.layer(*layers).properties(width=WIDTH, height=220))
