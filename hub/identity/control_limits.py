"""What a night's person index may look like before it is used without a person's look.

Here: the figures of a night, their limits, and the sentences that say which limit was passed.
Never here: stopping a night (the step that indexes does), or the figures' origin. Next: the step
stops before anything is published when there is a breach.

Limits fail closed: a figure that is absent, null or not a number is a breach.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from hub.identity.measures import IdentifierChurn, ratio


@dataclass(frozen=True, slots=True)
class ControlLimit:
    """The range in which one figure of a night may lie, and what the figure is, in words."""

    figure: str
    meaning: str
    highest: float | None = None
    lowest: float | None = None


@dataclass(frozen=True, slots=True)
class LimitBreach:
    """A figure out of its range, or not there; `sentence` is for people."""

    figure: str
    value: float | None
    sentence: str


SHAPE_LIMITS = (
    ControlLimit("clusters_beyond_limits_share", "share of clusters worth a look", highest=0.01),
    ControlLimit(
        "several_numbers_share", "share of clusters with several supported numbers", highest=0.001
    ),
    ControlLimit("largest_cluster", "members of the largest cluster", highest=200),
)
"""Limits of any night, the first one too."""

CHANGE_LIMITS = (
    ControlLimit("moved_share", "share of known members under another person", highest=0.005),
    ControlLimit("ended_share", "share of known persons that ended in a merge", highest=0.005),
    ControlLimit("new_person_share", "share of persons that are new", highest=0.05),
)
"""Limits of a night that follows another."""


def night_figures(
    metrics: pl.DataFrame, churn: IdentifierChurn | None = None
) -> dict[str, float | None]:
    """Return a night's figures from `cluster_metrics` and the churn since the night before."""
    clusters = metrics.height
    figures: dict[str, float | None] = {
        "clusters_beyond_limits_share": ratio(int(metrics["is_beyond_limits"].sum()), clusters),
        "several_numbers_share": ratio(int((metrics["numbers"] > 1).sum()), clusters),
        "largest_cluster": int(metrics["size"].max()) if clusters else None,  # type: ignore[arg-type]
    }
    if churn is not None:
        known = churn.identifiers_kept + churn.identifiers_ended
        persons = churn.identifiers_kept + churn.identifiers_created
        figures |= {
            "moved_share": churn.moved_share,
            "ended_share": ratio(churn.identifiers_ended, known),
            "new_person_share": ratio(churn.identifiers_created, persons),
        }
    return figures


def check_limits(
    figures: Mapping[str, float | None],
    limits: Sequence[ControlLimit] = (*SHAPE_LIMITS, *CHANGE_LIMITS),
) -> list[LimitBreach]:
    """Return every limit that the figures pass, in the limits' order.

    A first night has nothing to compare with: give it `SHAPE_LIMITS`.
    """
    breaches: list[LimitBreach] = []
    for limit in limits:
        value = figures.get(limit.figure)
        told = f"{limit.figure} ({limit.meaning})"
        if value is None or math.isnan(value):
            breaches.append(
                LimitBreach(limit.figure, None, f"{told} is not known; it has to be measured.")
            )
        elif limit.highest is not None and value > limit.highest:
            breaches.append(
                LimitBreach(
                    limit.figure, value, f"{told} is {value:g}; at most {limit.highest:g} may be."
                )
            )
        elif limit.lowest is not None and value < limit.lowest:
            breaches.append(
                LimitBreach(
                    limit.figure, value, f"{told} is {value:g}; it must reach {limit.lowest:g}."
                )
            )
    return breaches
