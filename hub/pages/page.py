"""One static page: a heading, tiles with the first figures, notices, cards with charts, tables.

Here: the frame and escaping. Never here: what is said. Next: reports fill a `Page` and write its text
to a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib import resources
from string import Template

NOTHING = "–"  # noqa: RUF001  an en dash stands for an empty cell


@dataclass(slots=True)
class Page:
    """What a page says; texts are plain, charts are SVG of `hub.pages.charts`."""

    title: str
    lead: str = ""
    footer: str = ""
    tiles: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)

    def tile(self, name: str, value: str) -> None:
        """Add a figure; the first one stands out."""
        kind = "tile" if self.tiles else "tile first"
        self.tiles.append(
            f'<div class="{kind}"><span>{escape(name)}</span><b>{escape(value)}</b></div>'
        )

    def notice(self, heading: str, sentences: Sequence[str] = (), *, is_bad: bool = False) -> None:
        """Add a notice across the page: what is beyond limits, or that nothing is."""
        told = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
        listed = f"<ul>{told}</ul>" if told else ""
        kind = "stop" if is_bad else "fine"
        self.notices.append(
            f'<section class="card {kind}"><h2>{escape(heading)}</h2>{listed}</section>'
        )

    def card(self, heading: str, told: str, chart: str, *, is_right: bool = False) -> None:
        """Add a chart to the left or right column."""
        (self.right if is_right else self.left).append(
            f'<section class="card"><h2>{escape(heading)}</h2><p>{escape(told)}</p>{chart}</section>'
        )

    def wide(self, heading: str, told: str, content: str) -> None:
        """Add a chart or a table over the whole width, below the columns."""
        below = f"<p>{escape(told)}</p>" if told else ""
        self.tables.append(
            f'<section class="card wide"><h2>{escape(heading)}</h2>{below}{content}</section>'
        )

    def html(self) -> str:
        """Return the page."""
        template = resources.files(__package__).joinpath("page.html").read_text("utf-8")
        return Template(template).substitute(
            title=escape(self.title),
            lead=escape(self.lead),
            tiles="".join(self.tiles),
            notices="".join(self.notices),
            left="".join(self.left),
            right="".join(self.right),
            tables="".join(self.tables),
            footer=escape(self.footer),
        )


def table(rows: Sequence[Mapping[str, object]], headings: Mapping[str, str] | None = None) -> str:
    """Return rows as an HTML table, in the order of `headings` (key → heading), or of all keys."""
    if not rows:
        return f"<p>{NOTHING}</p>"
    named = headings or {key: key.replace("_", " ") for key in rows[0]}
    is_number = {
        key: all(isinstance(row[key], (int, float, type(None))) for row in rows) for key in named
    }
    head = "".join(
        f"<th{_alignment(is_number[key])}>{escape(name)}</th>" for key, name in named.items()
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td{_alignment(is_number[key])}>{escape(cell(row[key]))}</td>" for key in named)
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _alignment(is_number: bool) -> str:
    return "" if is_number else ' class="said"'


def cell(value: object) -> str:
    """Write one value: a dash for nothing, thousands marks in integers, shares as percentages."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return percent(value)
    return str(value)


def percent(share: float | None) -> str:
    """Write a share."""
    return NOTHING if share is None else f"{share:.2%}"
