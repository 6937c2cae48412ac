"""Whether the deliveries of tonight are as usual: the feed guard, before anybody reads facts.

Here: the order of its two tables. Never here: what a delivery is like (`warehouse.feed_measures`),
what is usual (`warehouse/sql/families/feed_guard.sql`, numbers in `hub/findings/rules/D45.toml`).
Next: `feed` calls a suspect feed stale, `rule_state` silences the rules that need it, D45 tells.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from hub.findings.rules import load_rules
from pipelines.steps.findings import show_settings
from warehouse.families import EffectiveDelivery
from warehouse.feed_measures import measure_deliveries
from warehouse.workbench import TableMeasure, Workbench

GUARD_RULE = "D45"
FEED_GUARD_SCHEMA = pl.Schema(
    {
        "document_type": pl.String,
        "delivery_id": pl.String,
        "state": pl.String,
        "reason": pl.String,
        "detail": pl.String,
        "preceding_deliveries": pl.Int64,
    }
)


def guard_feeds(
    bench: Workbench, deliveries: Sequence[EffectiveDelivery], known: pl.DataFrame | None
) -> list[TableMeasure]:
    """Build `feed_measure` and `feed_guard` from tonight's effective deliveries.

    Needs `night`, `document_type` and `delivery`. `known` is the `feed_measure` of the current
    release: only deliveries that are not in it are measured.
    """
    measured = bench.add("feed_measure", measure_deliveries(bench.zone, deliveries, known))
    return [measured, judge_feeds(bench)]


def judge_feeds(bench: Workbench) -> TableMeasure:
    """Build `feed_guard` from `feed_measure` and `delivery`."""
    show_settings(bench, next(rule for rule in load_rules() if rule.id == GUARD_RULE))
    return bench.build("families", "feed_guard")


def nothing_guarded() -> pl.DataFrame:
    """Return a `feed_guard` that suspects no feed."""
    return pl.DataFrame(schema=FEED_GUARD_SCHEMA)
