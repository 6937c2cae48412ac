"""The charts of the accuracy report, drawn as SVG that needs no script and no network.

Here: one function a chart, tables in and SVG text out. Never here: figures of single people, or
the page around the charts. Next: `hub.identity.accuracy_report`.
"""

from __future__ import annotations

import altair as alt
import polars as pl
import vl_convert
from lxml import etree

WIDTH = 560
INK = "#1f2933"
MUTED = "#7b8794"
PRECISION = "#0b6e99"
RECALL = "#e07a1f"
TRUE_PAIRS = "#2f9e6e"
FALSE_PAIRS = "#c2352b"
PLAIN = "#4a7fb5"
_SVG = "{http://www.w3.org/2000/svg}"
_TELLING_MARKS = ("point", "bar")
_ROOM_FOR_NAMES = 170
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
        across = alt.Y("group:N", title=None, sort=None, axis=_names())
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
            description=_told("measure", "group", "value", "members"),
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
    return _svg(alt.vconcat(*panels, spacing=8))


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
        description=_told("kind", "weight_from", "weight_to", "pairs"),
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
    return _svg(alt.layer(*layers).properties(width=WIDTH, height=220))


def chart_counts(rows: pl.DataFrame, name: str, count: str, color: str = PLAIN) -> str:
    """Draw one bar for each row, in the rows' order, with its count at the end.

    Bars are on a root scale, so that one oversized cluster beside millions of single ones is
    still seen.
    """
    base = alt.Chart(
        alt.InlineData(values=[row | {"text": f"{row[count]:,}"} for row in rows.to_dicts()])
    ).encode(y=alt.Y(f"{name}:N", title=None, sort=None, axis=_names()))
    along = alt.X(f"{count}:Q", axis=None, scale=alt.Scale(type="pow", exponent=0.35))
    bars = base.mark_bar(color=color, cornerRadiusEnd=3, height={"band": 0.72}).encode(
        x=along, description=_told(name, count)
    )
    text = base.mark_text(align="left", dx=6, color=INK, fontSize=12).encode(x=along, text="text:N")
    return _svg((bars + text).properties(width=WIDTH - 260, height=alt.Step(26)))


def _names() -> alt.Axis:
    """Leave the same room for names in every chart: readers' fonts are wider than the renderer's."""
    return alt.Axis(
        title=None, minExtent=_ROOM_FOR_NAMES, domain=False, ticks=False, labelPadding=6
    )


def _told(*names: str) -> alt.Description:
    """Say a mark's values in words, for its tooltip and for a screen reader."""
    parts = [f"'{name.replace('_', ' ')} ' + datum['{name}']" for name in names]
    return alt.Description(value=alt.expr(" + ', ' + ".join(parts)))


def _svg(chart: alt.TopLevelMixin) -> str:
    styled = chart.configure(
        font="system-ui, sans-serif",
        background="transparent",
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=INK,
            titleColor=MUTED,
            gridColor="#eceff2",
            domainColor="#cbd2d9",
            tickColor="#cbd2d9",
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelLimit=260,
        ),
        legend=alt.LegendConfig(labelFontSize=12, labelColor=INK, symbolSize=90),
    )
    root = etree.fromstring(vl_convert.vegalite_to_svg(styled.to_dict()).encode())
    for mark in root.iter(f"{_SVG}path"):
        if mark.get("aria-roledescription") in _TELLING_MARKS:
            # Browsers show a title as a tooltip, without any script.
            title = etree.SubElement(mark, f"{_SVG}title")
            title.text = mark.get("aria-label")
    root.set("role", "img")
    root.set("overflow", "visible")
    return str(etree.tostring(root, encoding="unicode"))
