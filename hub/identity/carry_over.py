"""Identifiers that stay: tonight's clusters take over last night's identifiers by overlap.

Here: the set-based greedy matching of clusters and identifiers, pins, ended identifiers that come
back, and the part of a night that can change at all. Never here: what is clustered, where last
night's membership is kept, or how a change is told (`hub.identity.identifier_events`). Next:
`hub.identity.person_ids` and `hub.households.registered`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import polars as pl

from hub.identity.identifier_events import pin_conflicts, tell_events


@dataclass(frozen=True, slots=True)
class CarryOver:
    """Tonight's identifiers.

    `members`: (`member`, `identifier`), sorted by member. `events`: see
    `hub.identity.identifier_events.EVENT_SCHEMA`. `conflicts`: what pins cannot have all at once,
    for review; see `hub.identity.identifier_events.CONFLICT_SCHEMA`.
    """

    members: pl.DataFrame
    events: pl.DataFrame
    conflicts: pl.DataFrame
    next_sequence: int


def bind_by_overlap(overlap: pl.DataFrame) -> pl.DataFrame:
    """Match clusters and identifiers one to one, the strongest claim first.

    `overlap` has `cluster`, `identifier`, `shared` (members in both) and `first` (their smallest
    member), and where known `is_pinned`, `is_touched` (something came or went of it), `sequence` (mint
    order of the identifier) and `cluster_size`. In a round every identifier and every cluster names its best partner; equal
    choices bind. A pinned identifier goes first, then the larger overlap, one of which nothing came or
    went, the older identifier, the cluster with fewer others, the smaller first member. Returns (`cluster`, `identifier`).
    """
    known = overlap.with_columns(
        pl.lit(value).alias(name)
        for name, value in (
            ("is_pinned", False),
            ("is_touched", False),
            ("sequence", None),
            ("cluster_size", None),
        )
        if name not in overlap.columns
    )
    ranked = known.sort(
        ["is_pinned", "shared", "is_touched", "sequence", "cluster_size", "first", "identifier"],
        descending=[True, True, False, False, False, False, False],
        nulls_last=True,
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


def affected_part(
    clusters: pl.DataFrame, previous: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of `clusters` and `previous` that a night can change at all.

    A cluster that holds exactly the members of one identifier keeps it whatever the rest does; it
    and that identifier are left out. `carry_over` of the two frames that come back mints, tells
    and names for them exactly what it would in a run over everything.
    """
    by_cluster = clusters.group_by("cluster").agg(cluster_size=pl.len())
    by_identifier = previous.group_by("identifier").agg(identifier_size=pl.len())
    unchanged = (
        clusters.join(previous, on="member")
        .group_by("cluster", "identifier")
        .agg(shared=pl.len())
        .join(by_cluster, on="cluster")
        .join(by_identifier, on="identifier")
        .filter(
            (pl.col("shared") == pl.col("cluster_size"))
            & (pl.col("shared") == pl.col("identifier_size"))
        )
    )
    return (
        clusters.join(unchanged, on="cluster", how="anti"),
        previous.join(unchanged, on="identifier", how="anti"),
    )


def carry_over(
    clusters: pl.DataFrame,
    previous: pl.DataFrame,
    next_sequence: int,
    mint: Callable[[int, int], pl.Series],
    *,
    former: pl.DataFrame | None = None,
    redirects: pl.DataFrame | None = None,
    pinned: Collection[str] = (),
    minted: pl.DataFrame | None = None,
    touched: Collection[str] = (),
) -> CarryOver:
    """Give every cluster its identifier.

    Args:
        clusters: (`member`, `cluster`), each member once; all of tonight's, or the affected ones.
        previous: (`member`, `identifier`) of the last night, each member once; all members of
            every identifier that a member in `clusters` had.
        next_sequence: first sequence number that has not been minted.
        mint: (first sequence, count) → that many new identifiers.
        former: (`member`, `identifier`): what ended identifiers held when they ended, as far as
            the member is known tonight. Identifiers that go on are left out.
        redirects: (`identifier`, `other`): where an ended identifier leads to so far.
        pinned: identifiers that bind first and never end.
        minted: (`identifier`, `sequence`): in which order identifiers were minted.
        touched: identifiers of which something came, changed or went; of two equal claims the
            other one goes first.

    A cluster that gets none by overlap gets an ended identifier back if more than half of the
    cluster was that identifier's and it holds more than half of what the identifier held.
    The others are minted in the order of the clusters' smallest members.
    """
    overlap = _rank_columns(
        clusters.join(previous, on="member")
        .group_by("cluster", "identifier")
        .agg(shared=pl.len().cast(pl.Int64), first=pl.col("member").min())
        .join(clusters.group_by("cluster").agg(cluster_size=pl.len()), on="cluster"),
        pinned,
        minted,
        touched,
    )
    kept = bind_by_overlap(overlap)
    waiting = clusters.join(kept, on="cluster", how="anti")
    ended = previous.select("member", "identifier").clear() if former is None else former
    ended = ended.join(previous, on="identifier", how="anti").unique(["member", "identifier"])
    back = _bring_back(waiting, ended, pinned, minted)
    unbound = (
        waiting.join(back, on="cluster", how="anti")
        .group_by("cluster")
        .agg(first=pl.col("member").min())
        .sort("first")
    )
    new = unbound.select(
        "cluster", mint(next_sequence, unbound.height).cast(pl.String).alias("identifier")
    )
    names = pl.concat([kept, back, new])
    members = clusters.join(names, on="cluster").select("member", "identifier").sort("member")
    flows = overlap.select("cluster", "shared", "first", old="identifier").join(names, on="cluster")
    pins = pl.Series(sorted(pinned), dtype=pl.String)
    events = tell_events(flows, previous, members, new, back, ended, redirects, pins)
    conflicts = pin_conflicts(flows, previous, names, pins)
    return CarryOver(members, events, conflicts, next_sequence + unbound.height)


def _rank_columns(
    overlap: pl.DataFrame,
    pinned: Collection[str],
    minted: pl.DataFrame | None,
    touched: Collection[str] = (),
) -> pl.DataFrame:
    """Add `is_pinned`, `is_touched` and `sequence`, by which equal claims are told apart."""
    pins = pl.Series(sorted(pinned), dtype=pl.String).implode()
    news = pl.Series(sorted(touched), dtype=pl.String).implode()
    marked = overlap.with_columns(
        is_pinned=pl.col("identifier").is_in(pins), is_touched=pl.col("identifier").is_in(news)
    )
    if minted is None:
        return marked.with_columns(sequence=pl.lit(None, pl.Int64))
    order = minted.select("identifier", pl.col("sequence").cast(pl.Int64))
    return marked.join(order, on="identifier", how="left")


def _bring_back(
    waiting: pl.DataFrame,
    ended: pl.DataFrame,
    pinned: Collection[str],
    minted: pl.DataFrame | None,
) -> pl.DataFrame:
    """Return (`cluster`, `identifier`) of clusters that are an ended identifier come again.

    More than half on both sides: no two clusters can claim one identifier, and whoever asks for the
    old identifier finds most of what it meant.
    """
    claims = (
        waiting.join(ended, on="member")
        .group_by("cluster", "identifier")
        .agg(shared=pl.len().cast(pl.Int64), first=pl.col("member").min())
        .join(waiting.group_by("cluster").agg(cluster_size=pl.len()), on="cluster")
        .join(ended.group_by("identifier").agg(former_size=pl.len()), on="identifier")
        .filter(
            (2 * pl.col("shared") > pl.col("cluster_size"))
            & (2 * pl.col("shared") > pl.col("former_size"))
        )
    )
    return bind_by_overlap(_rank_columns(claims, pinned, minted))
