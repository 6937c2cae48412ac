"""Pictures of an explained pair: two waterfalls side by side, Splink's own, a page, a PNG.

Here: charts and the page around them, which holds all that it shows and asks no other machine.
Never here: numbers that `explanation` has not given. Next: a reviewer's browser or file.

Splink's chart shows a pair against strangers only; the first chart adds the household and what the
two leave together.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from string import Template
from typing import Any

import polars as pl

from hub.identity.pair_explanation import PairExplanation, bits, odds, signed, spelt

_FONT = "Noto Sans, Noto Sans CJK KR, Apple SD Gothic Neo, Malgun Gothic, sans-serif"
_FOR, _AGAINST, _SUM, _INK, _FAINT = "#1b7f79", "#c2512d", "#3d4a57", "#1f2933", "#8794a1"
_ROW_PIXELS = 34
_LONGEST_VALUE = 26
_LABEL_SHARE = 0.42
"""Share of the bars' width that is kept free for the numbers beside them."""
_PNG_SCALE = 2.0
_SIDES = (
    ("stranger", "against two strangers"),
    ("household", "against two people of one household"),
)


def waterfall_chart(explanation: PairExplanation) -> dict[str, Any]:
    """Return both waterfalls as Vega-Lite: what, both values, weights and running totals in bits."""
    import altair as alt

    rows = pl.DataFrame(_bars(explanation))
    order = rows["what"].unique(maintain_order=True).to_list()
    y = alt.Y("what:N", sort=order, title=None)
    silent = alt.condition("datum.is_compared", alt.value(_INK), alt.value(_FAINT))
    height = _ROW_PIXELS * len(order)

    def words(column: str, title: str, width: int, *, labels: bool = False) -> Any:
        axis = alt.Axis(labelLimit=260, labelPadding=8) if labels else None
        return (
            alt.Chart(rows.filter(pl.col("side") == "stranger"))
            .mark_text(align="left", fontSize=12, limit=width)
            .encode(y=y.axis(axis), x=alt.value(4), text=f"{column}:N", color=silent)
            .properties(width=width, height=height, title=_titled(title))
        )

    span = _span(rows)

    def bars(side: str, title: str) -> Any:
        base = alt.Chart(rows.filter(pl.col("side") == side)).encode(y=y.axis(None))
        x = alt.X("start:Q", scale=alt.Scale(domain=span, nice=False), title="bits")
        zero = alt.Chart().mark_rule(color=_FAINT).encode(x=alt.datum(0))
        bar = base.mark_bar(height=18).encode(
            x=x.axis(alt.Axis(grid=True, gridColor="#e8ecf0", tickCount=6)),
            x2="end:Q",
            color=alt.Color(
                "direction:N",
                scale=alt.Scale(domain=["for", "against", "sum"], range=[_FOR, _AGAINST, _SUM]),
                legend=None,
            ),
            tooltip=["what:N", "left:N", "right:N", "label:N"],
        )
        number = base.mark_text(align="left", dx=5, fontSize=12).encode(
            x=alt.X("furthest:Q"), text="label:N", color=silent
        )
        return alt.layer(zero, bar, number, data=rows.filter(pl.col("side") == side)).properties(
            width=330, height=height, title=_titled(title)
        )

    parts = [words("level", "what, how they agree", 150, labels=True)]
    if any(one.value_left is not None for one in explanation.comparisons):
        parts += [words("left", "left", 185), words("right", "right", 185)]
    parts += [bars(side, title) for side, title in _SIDES]
    chart = (
        alt.hconcat(*parts, spacing=14)
        .resolve_scale(y="shared")
        .properties(
            title=alt.TitleParams(
                f"{bits(explanation.match_weight)} that both are one person "
                f"({odds(explanation.match_weight)})",
                subtitle=f"{bits(explanation.stranger_weight)} against two strangers, "
                f"{bits(explanation.household_weight)} against two people of one household; "
                f"one person must beat both. Beside a bar: its weight → the sum so far.",
                anchor="start",
                fontSize=17,
                subtitleFontSize=12,
                subtitleColor=_INK,
                offset=14,
            )
        )
        .configure(font=_FONT, background="white", padding=16)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=12, titleFontSize=11, labelColor=_INK, domain=False, ticks=False
        )
    )
    specification: dict[str, Any] = chart.to_dict()
    return specification


def _titled(text: str) -> Any:
    import altair as alt

    return alt.TitleParams(text, anchor="start", fontSize=12, fontWeight="bold", color=_INK)


def _bars(explanation: PairExplanation) -> list[dict[str, object]]:
    bars: list[dict[str, object]] = []
    for side, _ in _SIDES:
        before = 0.0
        for row in explanation.rows():
            weight, total = float(row[f"{side}_weight"]), float(row[f"{side}_total"])  # type: ignore[arg-type]
            bars.append(
                {
                    "side": side,
                    "what": spelt(str(row["comparison"])),
                    "level": row["level"],
                    "left": _short(row["value_left"]),
                    "right": _short(row["value_right"]),
                    "start": before,
                    "end": total,
                    "furthest": max(before, total),
                    "direction": "for" if weight >= 0 else "against",
                    "is_compared": row["level"] != "nothing to compare",
                    "label": f"{signed(weight)} → {signed(total)}" if weight else "",
                }
            )
            before = total
        for what, level, total in (
            ("sum", "of this column", before),
            ("together", "it must beat both", explanation.match_weight),
        ):
            bars.append(
                {
                    "side": side,
                    "what": what,
                    "level": level,
                    "left": "",
                    "right": "",
                    "start": 0.0,
                    "end": total,
                    "furthest": max(total, 0.0),
                    "direction": "sum",
                    "is_compared": True,
                    "label": bits(total),
                }
            )
    return bars


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _span(rows: pl.DataFrame) -> list[float]:
    ends = [*rows["start"], *rows["end"], 0.0]
    low, high = min(ends), max(ends)
    width = max(high - low, 1.0)
    return [low - 0.04 * width, high + _LABEL_SHARE * width]


def waterfall_png(explanation: PairExplanation) -> bytes:
    """Return the two waterfalls as a PNG."""
    import vl_convert

    chart = waterfall_chart(explanation)
    return bytes(vl_convert.vegalite_to_png(chart, scale=_PNG_SCALE, allowed_base_urls=[]))


def pair_page(explanation: PairExplanation, heading: str, notes: Sequence[str] = ()) -> str:
    """Return a page about the pair that needs no network.

    Args:
        explanation: of the pair.
        heading: what the pair is, such as `Signature 12 and signature 34`.
        notes: sentences to put before the explanation, such as why a person is asked.
    """
    import vl_convert

    charts = {"waterfall": waterfall_chart(explanation), "splink": dict(explanation.splink_chart)}
    # Without the menu: its "open in editor" would send the values to another machine.
    snippet = "".join(
        f"vegaEmbed('#{place}', {_script_text(chart)}, {{actions: false, renderer: 'svg'}});\n"
        for place, chart in charts.items()
    )
    page = (resources.files("hub.identity") / "pages" / "pair.html").read_text("utf-8")
    return Template(page).substitute(
        heading=html.escape(heading),
        together=bits(explanation.match_weight),
        odds=odds(explanation.match_weight),
        strangers=bits(explanation.stranger_weight),
        household=bits(explanation.household_weight),
        notes="".join(f"<p>{html.escape(note)}</p>" for note in notes),
        sentences="".join(f"<li>{html.escape(one)}</li>" for one in explanation.sentences()),
        rows="".join(map(_table_row, explanation.rows())),
        rules=html.escape(", ".join(map(spelt, explanation.meeting_rules)) or "none"),
        model=html.escape(explanation.model_version),
        script=vl_convert.javascript_bundle(snippet),
    )


def _table_row(row: Mapping[str, Any]) -> str:
    texts = (spelt(row["comparison"]), row["level"], row["value_left"], row["value_right"])
    frequency = row["frequency_adjustment"]
    numbers = (
        signed(row["stranger_weight"]),
        signed(frequency) if round(frequency, 1) else "",
        signed(row["stranger_total"]),
        signed(row["household_weight"]),
        signed(row["household_total"]),
    )
    return (
        "<tr>"
        + "".join(f"<td>{html.escape(text or '')}</td>" for text in texts)
        + "".join(f'<td class="number">{number}</td>' for number in numbers)
        + "</tr>"
    )


def _script_text(chart: Mapping[str, Any]) -> str:
    """Return JSON that no value can break out of."""
    text = json.dumps(chart, ensure_ascii=True, default=str)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
