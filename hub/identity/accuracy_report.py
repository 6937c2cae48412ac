"""The accuracy of the person index as one page that people look at, and as files.

Here: the page and its files. Never here: measuring (`hub.identity.measures`), the figures and
what is left out of them (`hub.identity.accuracy_figures`) or drawing
(`hub.identity.accuracy_charts`). Next: `accuracy.html`, `accuracy.json` and
`accuracy_by_group.parquet` in the folder that the caller names.

The page is one static file: no script, no network, no personal data.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from hub.identity import accuracy_charts
from hub.identity.accuracy_figures import (
    LEAST_MEMBERS,
    AccuracyFigures,
    accuracy_rows,
    suppress_small_groups,
)
from hub.pages.charts import chart_counts
from hub.pages.page import NOTHING, Page, percent, table


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
    page = Page(
        title=figures.title,
        lead=f"{figures.records:,} records, {figures.pairwise.members:,} of them with a known "
        f"truth. {figures.made_on:%d %B %Y}. {figures.how_measured}".strip(),
        footer=f"Left out: {figures.pairwise.members_with_several_truths:,} members that several "
        f"persons share, {figures.pairwise.members_without_truth:,} whose person is not "
        f"known, and groups under {LEAST_MEMBERS} members. Precision: of the pairs linked, "
        "how many are one person. Recall: of the pairs that are one person, how many are "
        "linked. F1 is their harmonic mean; B³ averages over members instead of pairs.",
    )
    for name, value in _tiles(figures):
        page.tile(name, value)
    if figures.breaches:
        sentences = [breach.sentence for breach in figures.breaches]
        page.notice("Beyond control limits", sentences, is_bad=True)
    elif figures.breaches is not None:
        page.notice("Within all control limits")
    _add_cards(page, figures, groups)
    if groups is not None:
        page.wide("The same in numbers", "", table(_group_rows(groups)))
    return page.html()


def _tiles(figures: AccuracyFigures) -> list[tuple[str, str]]:
    pairs, persons, churn = figures.pairwise, figures.person_count, figures.churn
    tiles = [
        ("F1 of pairs", percent(pairs.f1)),
        ("precision", percent(pairs.precision)),
        ("recall", percent(pairs.recall)),
        ("B³ F1", percent(figures.b_cubed.f1)),
        (f"persons, of {persons.true_persons:,}", f"{persons.error:+,}"),
    ]
    if figures.reviews_per_10_000 is not None:
        tiles.append(("reviews per 10,000 records", f"{figures.reviews_per_10_000:,.1f}"))
    if churn is not None:
        tiles.append(("members with another ID", percent(churn.moved_share)))
    return tiles


def _add_cards(page: Page, figures: AccuracyFigures, groups: pl.DataFrame | None) -> None:
    if groups is not None and groups["f1"].count():
        page.card(
            "For whom linking works, and for whom less",
            "Precision and recall by group of people. The axis does not start at zero.",
            accuracy_charts.chart_groups(groups),
        )
    if figures.match_weights is not None and figures.match_weights.height:
        page.card(
            "How far apart the two kinds of pairs lie",
            "Scored pairs by match weight; two bits more are odds four times as good.",
            accuracy_charts.chart_weights(figures.match_weights, figures.join_weight),
            is_right=True,
        )
    if figures.cluster_sizes is not None:
        page.card(
            "How many records one person has",
            "Clusters by number of members. Bars on a root scale.",
            chart_counts(figures.cluster_sizes, "size_band", "clusters"),
            is_right=True,
        )
    if figures.dropped_blocks is not None and figures.dropped_blocks.height:
        page.card(
            "What was too common to compare",
            "Records under blocking keys that were dropped. Other rules may still pair them.",
            chart_counts(figures.dropped_blocks, "rule", "records", accuracy_charts.RECALL),
            is_right=True,
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
        page.card(
            "How calm person IDs were",
            f"Members since the last index; {churn.identifiers_created:,} IDs began and "
            f"{churn.identifiers_ended:,} ended.",
            chart_counts(changes, "change", "members", accuracy_charts.PRECISION),
        )


def _group_rows(groups: pl.DataFrame) -> list[dict[str, object]]:
    names = ("members", "precision", "recall", "F1", "missed pairs", "wrong pairs")
    return [
        {
            "dimension": str(row["dimension"]).replace("_", " "),
            "group": row["group"],
            **dict(zip(names, _group_cells(row), strict=True)),
        }
        for row in groups.iter_rows(named=True)
    ]


def _group_cells(row: dict[str, object]) -> list[str]:
    if row["is_suppressed"]:
        return ["too few to tell", *[NOTHING] * 5]
    true, predicted, shared = (
        int(str(row[f"{name}_pairs"])) for name in ("true", "predicted", "shared")
    )
    shares = (row[name] for name in ("precision", "recall", "f1"))
    return [
        f"{row['members']:,}",
        *(percent(share if isinstance(share, float) else None) for share in shares),
        f"{true - shared:,}",
        f"{predicted - shared:,}",
    ]
