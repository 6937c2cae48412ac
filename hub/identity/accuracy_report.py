"""The accuracy of the person index as one page that people look at, and as files.

Here: the page and its files. Never here: measuring (`hub.identity.measures`), the figures and
what is left out of them (`hub.identity.accuracy_figures`) or drawing
(`hub.identity.accuracy_charts`). Next: `accuracy.html`, `accuracy.json` and
`accuracy_by_group.parquet` in the folder that the caller names.

The page is one static file: no script, no network, no personal data.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

import polars as pl

from hub.identity import accuracy_charts
from hub.identity.accuracy_figures import (
    LEAST_MEMBERS,
    AccuracyFigures,
    accuracy_rows,
    suppress_small_groups,
)
from hub.identity.control_limits import LimitBreach

_NOTHING = "–"  # noqa: RUF001  an en dash stands for an empty cell


def write_accuracy_report(figures: AccuracyFigures, folder: Path) -> Path:
    """Write the page and the files of figures into `folder`, and return the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "accuracy.html"
    page.write_text(accuracy_page(figures), encoding="utf-8")
    (folder / "accuracy.json").write_text(
        json.dumps(accuracy_rows(figures), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    if figures.by_group is not None:
        suppress_small_groups(figures.by_group).write_parquet(folder / "accuracy_by_group.parquet")
    return page


def accuracy_page(figures: AccuracyFigures) -> str:
    """Return the page as HTML."""
    groups = None if figures.by_group is None else suppress_small_groups(figures.by_group)
    template = resources.files(__package__).joinpath("accuracy_page.html").read_text("utf-8")
    left, right = _cards(figures, groups)
    return Template(template).substitute(
        title=escape(figures.title),
        lead=escape(
            f"{figures.records:,} records, {figures.pairwise.members:,} of them with a known "
            f"truth. {figures.made_on:%d %B %Y}. {figures.how_measured}".strip()
        ),
        tiles="".join(
            _tile(*each, is_first=not place) for place, each in enumerate(_tiles(figures))
        ),
        limits=_limits(figures.breaches),
        left="".join(left),
        right="".join(right),
        table="" if groups is None else _group_table(groups),
        footer=escape(
            f"Left out: {figures.pairwise.members_with_several_truths:,} members that several "
            f"persons share, {figures.pairwise.members_without_truth:,} whose person is not "
            f"known, and groups under {LEAST_MEMBERS} members. Precision: of the pairs linked, "
            "how many are one person. Recall: of the pairs that are one person, how many are "
            "linked. F1 is their harmonic mean; B³ averages over members instead of pairs."
        ),
    )


def _tiles(figures: AccuracyFigures) -> list[tuple[str, str]]:
    pairs, persons, churn = figures.pairwise, figures.person_count, figures.churn
    tiles = [
        ("F1 of pairs", _percent(pairs.f1)),
        ("precision", _percent(pairs.precision)),
        ("recall", _percent(pairs.recall)),
        ("B³ F1", _percent(figures.b_cubed.f1)),
        (f"persons, of {persons.true_persons:,}", f"{persons.error:+,}"),
    ]
    if figures.reviews_per_10_000 is not None:
        tiles.append(("reviews per 10,000 records", f"{figures.reviews_per_10_000:,.1f}"))
    if churn is not None:
        tiles.append(("members with another ID", _percent(churn.moved_share)))
    return tiles


def _cards(figures: AccuracyFigures, groups: pl.DataFrame | None) -> tuple[list[str], list[str]]:
    left, right = [], []
    if groups is not None and groups["f1"].count():
        left.append(
            _card(
                "For whom linking works, and for whom less",
                "Precision and recall by group of people. The axis does not start at zero.",
                accuracy_charts.chart_groups(groups),
            )
        )
    if figures.match_weights is not None and figures.match_weights.height:
        right.append(
            _card(
                "How far apart the two kinds of pairs lie",
                "Scored pairs by match weight; two bits more are odds four times as good.",
                accuracy_charts.chart_weights(figures.match_weights, figures.join_weight),
            )
        )
    if figures.cluster_sizes is not None:
        right.append(
            _card(
                "How many records one person has",
                "Clusters by number of members. Bars on a root scale.",
                accuracy_charts.chart_counts(figures.cluster_sizes, "size_band", "clusters"),
            )
        )
    if figures.dropped_blocks is not None and figures.dropped_blocks.height:
        right.append(
            _card(
                "What was too common to compare",
                "Records under blocking keys that were dropped. Other rules may still pair them.",
                accuracy_charts.chart_counts(
                    figures.dropped_blocks, "rule", "records", accuracy_charts.RECALL
                ),
            )
        )
    if figures.churn is not None:
        churn = figures.churn
        changes = pl.DataFrame(
            {
                "change": ["same ID", "another ID", "new", "gone"],
                "members": [
                    churn.members_kept, churn.members_moved, churn.members_new, churn.members_gone,
                ],
            }
        )  # fmt: skip
        left.append(
            _card(
                "How calm person IDs were",
                f"Members since the last index; {churn.identifiers_created:,} IDs began and "
                f"{churn.identifiers_ended:,} ended.",
                accuracy_charts.chart_counts(
                    changes, "change", "members", accuracy_charts.PRECISION
                ),
            )
        )
    return left, right


def _group_table(groups: pl.DataFrame) -> str:
    head = "".join(
        f"<th>{name}</th>"
        for name in ("dimension", "group", "members", "precision", "recall", "F1", "missed pairs",
                     "wrong pairs")
    )  # fmt: skip
    body = "".join(
        f"<tr><td>{escape(str(row['dimension']).replace('_', ' '))}</td>"
        f"<td>{escape(str(row['group']))}</td>"
        + "".join(f"<td>{cell}</td>" for cell in _group_cells(row))
        + "</tr>"
        for row in groups.iter_rows(named=True)
    )
    return (
        '<section class="card wide"><h2>The same in numbers</h2>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></section>"
    )


def _group_cells(row: dict[str, object]) -> list[str]:
    if row["is_suppressed"]:
        return ["too few to tell", *[_NOTHING] * 5]
    true, predicted, shared = (
        int(str(row[f"{name}_pairs"])) for name in ("true", "predicted", "shared")
    )
    shares = (row[name] for name in ("precision", "recall", "f1"))
    return [
        f"{row['members']:,}",
        *(_percent(share if isinstance(share, float) else None) for share in shares),
        f"{true - shared:,}",
        f"{predicted - shared:,}",
    ]


def _limits(breaches: Sequence[LimitBreach] | None) -> str:
    if breaches is None:
        return ""
    if not breaches:
        return '<section class="card fine"><h2>Within all control limits</h2></section>'
    told = "".join(f"<li>{escape(breach.sentence)}</li>" for breach in breaches)
    return f'<section class="card stop"><h2>Beyond control limits</h2><ul>{told}</ul></section>'


def _tile(name: str, value: str, *, is_first: bool) -> str:
    kind = "tile first" if is_first else "tile"
    return f'<div class="{kind}"><span>{escape(name)}</span><b>{escape(value)}</b></div>'


def _card(heading: str, told: str, chart: str) -> str:
    return f'<section class="card"><h2>{escape(heading)}</h2><p>{escape(told)}</p>{chart}</section>'


def _percent(share: float | None) -> str:
    return _NOTHING if share is None else f"{share:.2%}"
