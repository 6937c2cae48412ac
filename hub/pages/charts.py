"""Charts as SVG text that needs no script and no network.

Here: colours, common marks, and drawing through vl-convert. Never here: what is drawn. Next: a card
of `hub.pages.page` holds the SVG.
"""

from __future__ import annotations

from typing import cast

import altair as alt
import polars as pl
import vl_convert
from lxml import etree

WIDTH = 560
INK = "#1f2933"
MUTED = "#7b8794"
PLAIN = "#4a7fb5"
BLUE = "#0b6e99"
ORANGE = "#e07a1f"
GREEN = "#2f9e6e"
RED = "#c2352b"
PALETTE = (BLUE, ORANGE, GREEN, RED, "#7a5195", "#b8860b", MUTED)
_SVG = "{http://www.w3.org/2000/svg}"
_TELLING_MARKS = ("point", "bar", "rect", "geoshape")
_ROOM_FOR_NAMES = 170


def chart_counts(rows: pl.DataFrame, name: str, count: str, color: str = PLAIN) -> str:
    """Draw one bar for each row, in the rows' order, with its count at the end.

    Bars are on a root scale, so that one oversized bar beside many small ones leaves them visible.
    """
    base = alt.Chart(
        alt.InlineData(values=[row | {"text": f"{row[count]:,}"} for row in _plain(rows)])
    ).encode(y=alt.Y(f"{name}:N", title=None, sort=None, axis=name_axis()))
    along = alt.X(f"{count}:Q", axis=None, scale=alt.Scale(type="pow", exponent=0.35))
    bars = base.mark_bar(color=color, cornerRadiusEnd=3, height={"band": 0.72}).encode(
        x=along, description=told(name, count)
    )
    text = base.mark_text(align="left", dx=6, color=INK, fontSize=12).encode(x=along, text="text:N")
    return svg((bars + text).properties(width=WIDTH - 260, height=alt.Step(26)))


def chart_stacks(rows: pl.DataFrame, name: str, count: str, kind: str) -> str:
    """Draw one bar for each `name`, in the order of first appearance, stacked by `kind`.

    Args:
        rows: one row a (name, kind).
        name: column of the bars' names.
        count: column of what is added up.
        kind: column of the parts; coloured in the order of first appearance.
    """
    kinds = rows[kind].unique(maintain_order=True).to_list()
    chart = (
        alt.Chart(alt.InlineData(values=_plain(rows)))
        .mark_bar(height={"band": 0.72})
        .encode(
            x=alt.X(
                f"{count}:Q",
                title=count.replace("_", " "),
                stack=True,
                axis=alt.Axis(format="~s", tickCount=5),
            ),
            y=alt.Y(f"{name}:N", title=None, sort=None, axis=name_axis()),
            color=alt.Color(
                f"{kind}:N",
                title=None,
                scale=alt.Scale(domain=kinds, range=list(PALETTE[: len(kinds)])),
                legend=alt.Legend(orient="top", direction="horizontal"),
            ),
            order=alt.Order("kind_order:Q"),
            description=told(name, kind, count),
        )
        .transform_calculate(kind_order=f"indexof({kinds!r}, datum['{kind}'])".replace('"', "'"))
        .properties(width=WIDTH - 200, height=alt.Step(24))
    )
    return svg(chart)


def chart_months(rows: pl.DataFrame, month: str, count: str, kind: str) -> str:
    """Draw a column for each month, stacked by `kind`; `month` is a date."""
    kinds = rows[kind].unique(maintain_order=True).to_list()
    chart = (
        alt.Chart(alt.InlineData(values=_plain(rows)))
        .mark_bar(width={"band": 0.78})
        .encode(
            x=alt.X(f"{month}:O", title=None, sort="ascending", axis=alt.Axis(labelAngle=0)),
            y=alt.Y(
                f"{count}:Q", title=count.replace("_", " "), axis=alt.Axis(format="~s", tickCount=5)
            ),
            color=alt.Color(
                f"{kind}:N",
                title=None,
                scale=alt.Scale(domain=kinds, range=list(PALETTE[: len(kinds)])),
                legend=alt.Legend(orient="top", direction="horizontal"),
            ),
            description=told(month, kind, count),
        )
        .properties(width=WIDTH, height=220)
    )
    return svg(chart)


def chart_matrix(rows: pl.DataFrame, across: str, down: str, count: str) -> str:
    """Draw a square for each pair of names, darker where the count is larger, with the count in it."""
    base = alt.Chart(
        alt.InlineData(values=[row | {"text": f"{row[count]:,}"} for row in _plain(rows)])
    ).encode(
        x=alt.X(f"{across}:N", title=None, sort=None, axis=alt.Axis(labelAngle=-40, orient="top")),
        y=alt.Y(f"{down}:N", title=None, sort=None, axis=name_axis()),
    )
    largest = max([1, *(int(value) for value in rows[count].drop_nulls())])
    squares = base.mark_rect(stroke="white").encode(
        color=alt.Color(
            f"{count}:Q",
            scale=alt.Scale(type="sqrt", range=["#eef4f9", BLUE], domain=[0, largest]),
            legend=None,
        ),
        description=told(down, across, count),
    )
    text = base.mark_text(fontSize=11).encode(
        text="text:N",
        color=alt.condition(
            f"datum['{count}'] > {largest * 0.4}", alt.value("white"), alt.value(INK)
        ),
    )
    return svg((squares + text).properties(width=alt.Step(52), height=alt.Step(26)))


def _plain(rows: pl.DataFrame) -> list[dict[str, object]]:
    """Rows as JSON can hold them; a first day of a month is its month."""
    return rows.with_columns(pl.col(pl.Date).dt.strftime("%Y-%m")).to_dicts()


def name_axis() -> alt.Axis:
    """Leave the same room for names in every chart: readers' fonts are wider than the renderer's."""
    return alt.Axis(
        title=None, minExtent=_ROOM_FOR_NAMES, domain=False, ticks=False, labelPadding=6
    )


def told(*names: str) -> alt.Description:
    """Say a mark's values in words, for its tooltip and for a screen reader."""
    parts = [f"'{name.replace('_', ' ')} ' + datum['{name}']" for name in names]
    return alt.Description(value=alt.expr(" + ', ' + ".join(parts)))


def svg(chart: alt.TopLevelMixin) -> str:
    """Return a chart as SVG text, with a tooltip on every mark."""
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
    return cast("str", etree.tostring(root, encoding="unicode"))
