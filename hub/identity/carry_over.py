"""Identifiers that stay: tonight's clusters take over last night's identifiers by overlap.

Here: the set-based greedy matching of clusters and identifiers, and the events that say why an
identifier began, ended or changed. Never here: what is clustered, or where last night's
membership is kept. Next: `hub.identity.person_ids` and `hub.households.registered`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

EVENT_SCHEMA = {
    "kind": pl.String,
    "identifier": pl.String,
    "other": pl.String,
    "member_count": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class CarryOver:
    """Tonight's identifiers.

    `members`: (`member`, `identifier`), sorted by member. `events`: `EVENT_SCHEMA`, where `kind` is

    - `created`: `identifier` is new;
    - `split`: `identifier` is new and took `member_count` members from `other`, which goes on;
    - `moved`: `identifier` went on and took members from `other`, which goes on too;
    - `merged`: `identifier` ended; `other` holds most of its members and is its redirect;
    - `retired`: `identifier` ended and none of its members is known any longer.
    """

    members: pl.DataFrame
    events: pl.DataFrame
    next_sequence: int


def bind_by_overlap(overlap: pl.DataFrame) -> pl.DataFrame:
    """Match clusters and identifiers one to one, largest overlap first.

    `overlap` has `cluster`, `identifier`, `shared` (members in both) and `first` (their smallest
    member). In a round every identifier and every cluster names its best partner; equal choices
    bind. Ties go to the smaller first member. Returns (`cluster`, `identifier`).
    """
    ranked = overlap.sort(
        ["shared", "first", "identifier"], descending=[True, False, False]
    ).with_row_index("rank")
    bound: list[pl.DataFrame] = []
    while ranked.height:
        best = ranked.filter(
            (pl.col("rank") == pl.col("rank").min().over("cluster"))
            & (pl.col("rank") == pl.col("rank").min().over("identifier"))
        ).select("cluster", "identifier")
        bound.append(best)
        ranked = ranked.join(best, on="cluster", how="anti").join(best, on="identifier", how="anti")
    if not bound:
        return overlap.select("cluster", "identifier").clear()
    return pl.concat(bound)


def carry_over(
    clusters: pl.DataFrame,
    previous: pl.DataFrame,
    next_sequence: int,
    mint: Callable[[int, int], pl.Series],
) -> CarryOver:
    """Give every cluster its identifier.

    Args:
        clusters: (`member`, `cluster`), each member once.
        previous: (`member`, `identifier`) of the last night, each member once.
        next_sequence: first sequence number that has not been minted.
        mint: (first sequence, count) → that many new identifiers.

    New identifiers are minted in the order of the clusters' smallest members.
    """
    shared = clusters.join(previous, on="member")
    overlap = shared.group_by("cluster", "identifier").agg(
        shared=pl.len().cast(pl.Int64), first=pl.col("member").min()
    )
    kept = bind_by_overlap(overlap)
    unbound = (
        clusters.join(kept, on="cluster", how="anti")
        .group_by("cluster")
        .agg(first=pl.col("member").min())
        .sort("first")
    )
    minted = unbound.select(
        "cluster", mint(next_sequence, unbound.height).cast(pl.String).alias("identifier")
    )
    names = pl.concat([kept.select("cluster", "identifier"), minted])
    members = clusters.join(names, on="cluster").select("member", "identifier").sort("member")
    flows = overlap.rename({"identifier": "old"}).join(names, on="cluster")
    events = _events(flows, minted, previous, names)
    return CarryOver(members, events, next_sequence + unbound.height)


def _events(
    flows: pl.DataFrame, minted: pl.DataFrame, previous: pl.DataFrame, names: pl.DataFrame
) -> pl.DataFrame:
    new = minted.select("identifier")
    alive = names.select(old="identifier")
    crossing = flows.filter(pl.col("old") != pl.col("identifier"))
    ended = previous.select(old="identifier").unique().join(alive, on="old", how="anti")
    taken = crossing.join(alive, on="old", how="semi")
    survivors = (
        crossing.join(ended, on="old", how="semi")
        .sort(["old", "shared", "first"], descending=[False, True, False])
        .group_by("old", maintain_order=True)
        .first()
    )
    gone = ended.join(survivors, on="old", how="anti")

    def event(kind: str, rows: pl.DataFrame, of: str, other: str | None) -> pl.DataFrame:
        return rows.select(
            kind=pl.lit(kind),
            identifier=pl.col(of),
            other=pl.col(other) if other else pl.lit(None, pl.String),
            member_count=pl.col("shared") if other else pl.lit(None, pl.Int64),
        ).cast(EVENT_SCHEMA)  # type: ignore[arg-type]

    return pl.concat(
        [
            event("created", new, "identifier", None),
            event("split", taken.join(new, on="identifier", how="semi"), "identifier", "old"),
            event("moved", taken.join(new, on="identifier", how="anti"), "identifier", "old"),
            event("merged", survivors, "old", "identifier"),
            event("retired", gone, "old", None),
        ]
    ).sort("kind", "identifier", "other", nulls_last=False)
