"""From scored pairs to people: which entities are one person, and when nobody guesses.

Here: the join weight, the keep weight, the margin, human decisions as constraints, and clusters
by consensus. Never here: scoring, IDs. Next: `hub.identity.person_ids` names the clusters.

The result for a component (entities connected by scored pairs) depends on nothing outside it, so
a night need resolve only the components that it touched.

1. What people decided comes first: must-links join, whatever the model says; nothing ever joins a
   cannot-link, two registered people, or two pinned ones.
2. An entity whose best two candidates exclude each other (two registered people) and lie within
   the margin is ambiguous: it joins nobody, and a person is asked.
3. The rest joins by consensus, strongest first: two clusters join while their best pair reaches
   the join weight and their pairs on average are not evidence against it. Who was together last
   time stays together from the keep weight on, and a person is told.
4. Whom a night brought nothing of keeps their ID, whatever that would change (`calm`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from hub.identity.calm import Calm, CalmKnot, Former, disturbed, former_of, identified
from hub.identity.components import connected_components
from hub.identity.knot import Knot, Pairs, Weights
from hub.identity.resolved import explain, household_doubts, name_clusters
from hub.identity.thresholds import (
    MATCH_KINDS,
    REVIEW_KINDS,
    REVIEW_SCHEMA,
    Constraints,
    Thresholds,
)

__all__ = [
    "MATCH_KINDS",
    "REVIEW_KINDS",
    "REVIEW_SCHEMA",
    "Constraints",
    "Resolution",
    "Thresholds",
    "resolve_entities",
]


@dataclass(frozen=True, slots=True)
class Resolution:
    """`entities`: `entity_id`, `cluster`, `match_kind`, `match_weight`; `reviews`: `REVIEW_SCHEMA`."""

    entities: pl.DataFrame
    reviews: pl.DataFrame


def resolve_entities(
    entities: pl.DataFrame,
    pairs: pl.DataFrame,
    thresholds: Thresholds,
    constraints: Constraints | None = None,
    calm: Calm | None = None,
) -> Resolution:
    """Return the cluster of every entity.

    Args:
        entities: (`entity_id`, `kind`), each entity once; `kind` is `registered`, `numbered`,
            `loose` or `thin`. The thin get no cluster, unless a person links them.
        pairs: (`entity_l`, `entity_r`, `match_weight`, `stranger_weight`), each pair once.
        thresholds: what a weight must reach.
        constraints: what people decided.
        calm: of whom a night brought something; without it everybody may change.

    A cluster is named by its registered entity, else its numbered one, else its smallest.
    """
    decided = constraints or Constraints()
    known = entities if calm is None else identified(entities, calm, decided.together)
    links = _links(pairs, thresholds, decided)
    components = connected_components(links)
    inner = _inner_pairs(pairs, components)
    simple = _simple_stars(inner, components, known, thresholds, decided)
    rest = components.join(simple, left_on="node", right_on="entity_id", how="anti")
    clusters, reviews = _untie(rest, known, inner, thresholds, decided)
    clusters = pl.concat([simple.select("entity_id", "cluster"), clusters])
    if calm is not None:
        clusters, reviews = _calm_down(
            clusters, reviews, known, pairs, links, thresholds, decided, calm
        )
    named = name_clusters(known, clusters)
    asked = pl.concat([reviews, household_doubts(pairs, named, thresholds, decided)]).sort(
        "kind", "entity_l", "entity_r"
    )
    return Resolution(explain(named, pairs, asked), asked)


def _inner_pairs(pairs: pl.DataFrame, components: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of which both ends are in one component, with it as `left`, in order."""
    labelled = pairs.join(
        components.rename({"node": "entity_l", "component": "left"}), on="entity_l"
    ).join(components.rename({"node": "entity_r", "component": "right"}), on="entity_r")
    return labelled.filter(pl.col("left") == pl.col("right")).sort("left", "entity_l", "entity_r")


def _untie(
    components: pl.DataFrame,
    entities: pl.DataFrame,
    inner: pl.DataFrame,
    thresholds: Thresholds,
    decided: Constraints,
    former: Former | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return (`entity_id`, `cluster`) and the reviews of `components` (`node`, `component`)."""
    assigned: list[tuple[int, int]] = []
    reviews: list[tuple[str, int, int, float | None]] = []
    kinds = dict(
        entities.filter(pl.col("entity_id").is_in(components["node"].implode())).iter_rows()
    )
    scored = _by_component(
        inner.join(components.select(left="component").unique(), on="left", how="semi")
    )
    decisions = _decisions_by_component(components, decided)
    for component, nodes in (
        components.group_by("component", maintain_order=True).agg("node").iter_rows()
    ):
        weights, told = scored.get(component, {}), decisions.get(component, ((), ()))
        knot = (
            Knot(nodes, kinds, weights, thresholds, told, decided)
            if former is None
            else CalmKnot(nodes, kinds, weights, thresholds, told, decided, former)
        )
        assigned.extend(knot.resolve())
        reviews.extend(knot.reviews)
    schema = {"entity_id": pl.UInt64, "cluster": pl.UInt64}
    return (
        pl.DataFrame(assigned, schema=schema, orient="row"),
        pl.DataFrame(reviews, schema=REVIEW_SCHEMA, orient="row"),
    )


def _calm_down(
    clusters: pl.DataFrame,
    reviews: pl.DataFrame,
    entities: pl.DataFrame,
    pairs: pl.DataFrame,
    links: pl.DataFrame,
    thresholds: Thresholds,
    decided: Constraints,
    calm: Calm,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Weigh up again the components in which a person changed of whom there is no news."""
    ties = disturbed(clusters, calm, decided.together)
    if ties.is_empty():
        return clusters, reviews
    components = connected_components(pl.concat([links, ties]))
    again = components.join(
        components.join(ties, left_on="node", right_on="right", how="semi"),
        on="component",
        how="semi",
        maintain_order="left",
    )
    inner = _inner_pairs(pairs, again)
    former = former_of(calm, again["node"], clusters)
    calmer, asked = _untie(again, entities, inner, thresholds, decided, former)
    stays = clusters.join(again, left_on="entity_id", right_on="node", how="anti")
    open_ones = reviews.join(again, left_on="entity_l", right_on="node", how="anti")
    return pl.concat([stays, calmer]), pl.concat([open_ones, asked])


def _links(pairs: pl.DataFrame, thresholds: Thresholds, decided: Constraints) -> pl.DataFrame:
    schema = {"left": pl.UInt64, "right": pl.UInt64}
    machine = pairs.filter(pl.col("match_weight") >= thresholds.floor)
    by_person = [*decided.must, *decided.cannot]
    return pl.concat(
        [
            machine.select(left="entity_l", right="entity_r").cast(schema),  # type: ignore[arg-type]
            pl.DataFrame(by_person, schema=schema, orient="row"),
        ]
    )


def _simple_stars(
    inner: pl.DataFrame,
    components: pl.DataFrame,
    entities: pl.DataFrame,
    thresholds: Thresholds,
    decided: Constraints,
) -> pl.DataFrame:
    """Return (`entity_id`, `cluster`) of components in which there is nothing to weigh up.

    One entity with a number, every other loose, linked to it at the join weight, and no pair that
    speaks against another. They are nearly all, and need no look at each.
    """
    touched = {entity for pair in (*decided.must, *decided.cannot) for entity in pair}
    touched |= set(decided.pins)
    members = components.join(entities, left_on="node", right_on="entity_id").select(
        "node",
        "component",
        is_numbered=pl.col("kind").is_in(["registered", "numbered"]),
        is_touched=pl.col("node").is_in(pl.Series(sorted(touched), dtype=pl.UInt64).implode()),
    )
    stars = (
        members.group_by("component")
        .agg(
            pl.col("node").filter("is_numbered").first().alias("centre"),
            pl.col("is_numbered").sum().alias("numbered"),
            pl.col("is_touched").any(),
            pl.len().alias("size"),
        )
        .filter((pl.col("numbered") == 1) & ~pl.col("is_touched"))
    )
    spokes = (
        inner.join(stars, left_on="left", right_on="component")
        .with_columns(
            is_spoke=(
                (pl.col("entity_l") == pl.col("centre")) | (pl.col("entity_r") == pl.col("centre"))
            )
        )
        .group_by("left")
        .agg(
            (pl.col("is_spoke") & (pl.col("match_weight") >= thresholds.join_weight))
            .sum()
            .alias("spokes"),
            pl.col("match_weight").min().alias("weakest"),
            pl.col("size").first(),
            pl.col("centre").first(),
        )
        .filter(
            (pl.col("spokes") == pl.col("size") - 1) & (pl.col("weakest") >= thresholds.consensus)
        )
    )
    return components.join(
        spokes.select(component="left", cluster="centre"), on="component"
    ).select(entity_id="node", cluster="cluster")


def _by_component(inner: pl.DataFrame) -> dict[int, Weights]:
    scored: dict[int, Weights] = defaultdict(dict)
    for component, left, right, weight, against_strangers in inner.select(
        "left", "entity_l", "entity_r", "match_weight", "stranger_weight"
    ).iter_rows():
        scored[component][left, right] = (weight, against_strangers)
    return scored


def _decisions_by_component(
    components: pl.DataFrame, decided: Constraints
) -> dict[int, tuple[Pairs, Pairs]]:
    if not decided.must and not decided.cannot:
        return {}
    component_of = dict(components.iter_rows())
    grouped: dict[int, tuple[list[tuple[int, int]], list[tuple[int, int]]]] = defaultdict(
        lambda: ([], [])
    )
    for place, decisions in enumerate((decided.must, decided.cannot)):
        for left, right in sorted(decisions):
            if left in component_of:
                grouped[component_of[left]][place].append((left, right))
    return {key: (tuple(must), tuple(cannot)) for key, (must, cannot) in grouped.items()}
