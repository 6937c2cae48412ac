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
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from hub.identity.components import connected_components

MATCH_KINDS = ("national_id", "linked", "clustered", "ambiguous", "single", "unidentifiable")
REVIEW_KINDS = {
    "ambiguous": "two people who exclude each other fit almost equally well; nobody was guessed",
    "could_also_be": "a link to another person is almost as strong as the one that was made",
    "household_or_same": "agrees as one person would, but as people of one household would, too",
    "kept": "the link has fallen below the join weight; it was kept because it was made before",
    "decision_contradicted": "the model strongly contradicts what a person decided",
    "decisions_conflict": "decisions of people contradict one another, or cannot be obeyed",
    "two_pinned": "two people whose IDs are pinned look like one",
    "pin_without_records": "no record is of a pinned person any longer",
}
"""Why a person is asked."""
REVIEW_SCHEMA = {
    "kind": pl.String,
    "entity_l": pl.UInt64,
    "entity_r": pl.UInt64,
    "match_weight": pl.Float64,
}
_WEAKEST, _STRONGEST = -15.0, 25.0
"""Bounds of a single pair's say in a consensus."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a weight must reach, in bits."""

    join_weight: float = 6.0
    """Evidence after the prior from which on two entities join: 6 bits are odds of 64 to 1."""
    keep_weight: float = 3.0
    """From which on those who were together stay so."""
    margin: float = 4.0
    """By how much the best candidate must beat another that excludes it."""
    consensus: float = 0.0
    """What the pairs between two clusters must reach on average."""

    @property
    def floor(self) -> float:
        """The least weight that can matter to anybody."""
        return min(self.keep_weight, self.join_weight - self.margin)


@dataclass(frozen=True, slots=True)
class Constraints:
    """What people decided, by entity."""

    must: Sequence[tuple[int, int]] = ()
    cannot: Sequence[tuple[int, int]] = ()
    pins: Mapping[int, str] = field(default_factory=dict)
    """Entities that hold members of a pinned person, and that person."""
    together: Mapping[int, str] = field(default_factory=dict)
    """Entities and the person that they belonged to last time."""


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
) -> Resolution:
    """Return the cluster of every entity.

    Args:
        entities: (`entity_id`, `kind`), each entity once; `kind` is `registered`, `numbered`,
            `loose` or `thin`. The thin get no cluster, unless a person links them.
        pairs: (`entity_l`, `entity_r`, `match_weight`, `stranger_weight`), each pair once.
        thresholds: what a weight must reach.
        constraints: what people decided.

    A cluster is named by its registered entity, else its numbered one, else its smallest.
    """
    decided = constraints or Constraints()
    links = _links(pairs, thresholds, decided)
    components = connected_components(links)
    kinds = dict(
        entities.filter(pl.col("entity_id").is_in(components["node"].implode())).iter_rows()
    )
    labelled = pairs.join(
        components.rename({"node": "entity_l", "component": "left"}), on="entity_l"
    ).join(components.rename({"node": "entity_r", "component": "right"}), on="entity_r")
    inner = labelled.filter(pl.col("left") == pl.col("right")).sort("left", "entity_l", "entity_r")
    simple = _simple_stars(inner, components, entities, thresholds, decided)
    assigned: list[tuple[int, int]] = []
    reviews: list[tuple[str, int, int, float | None]] = []
    rest = components.join(simple, left_on="node", right_on="entity_id", how="anti")
    scored = _by_component(
        inner.join(rest.select(left="component").unique(), on="left", how="semi")
    )
    decisions = _decisions_by_component(components, decided)
    for component, nodes in rest.group_by("component", maintain_order=True).agg("node").iter_rows():
        knot = _Knot(
            nodes,
            kinds,
            scored.get(component, {}),
            thresholds,
            decisions.get(component, ((), ())),
            decided,
        )
        assigned.extend(knot.resolve())
        reviews.extend(knot.reviews)
    clusters = pl.concat(
        [
            simple.select("entity_id", "cluster"),
            pl.DataFrame(
                assigned, schema={"entity_id": pl.UInt64, "cluster": pl.UInt64}, orient="row"
            ),
        ]
    )
    named = _name_clusters(entities, clusters)
    asked = pl.concat(
        [
            pl.DataFrame(reviews, schema=REVIEW_SCHEMA, orient="row"),
            _household_doubts(pairs, named, thresholds, decided),
        ]
    ).sort("kind", "entity_l", "entity_r")
    return Resolution(_explained(named, pairs, asked), asked)


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


Weights = dict[tuple[int, int], tuple[float, float]]
"""Of pairs of entities: the weight, and the weight against strangers alone."""


def _by_component(inner: pl.DataFrame) -> dict[int, Weights]:
    scored: dict[int, Weights] = defaultdict(dict)
    for component, left, right, weight, against_strangers in inner.select(
        "left", "entity_l", "entity_r", "match_weight", "stranger_weight"
    ).iter_rows():
        scored[component][left, right] = (weight, against_strangers)
    return scored


Pairs = tuple[tuple[int, int], ...]


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
            grouped[component_of[left]][place].append((left, right))
    return {key: (tuple(must), tuple(cannot)) for key, (must, cannot) in grouped.items()}


class _Knot:
    """One component in which something must be weighed up."""

    def __init__(
        self,
        nodes: Sequence[int],
        kinds: Mapping[int, str],
        weights: Weights,
        thresholds: Thresholds,
        decisions: tuple[Pairs, Pairs],
        decided: Constraints,
    ) -> None:
        self.thresholds = thresholds
        self.registered = {node for node in nodes if kinds.get(node) == "registered"}
        self.decided = decided
        self.must, self.cannot = decisions
        self.ruled_out: set[tuple[int, int]] = set()
        self.weights = {pair: weight for pair, (weight, _) in weights.items()}
        self.against_strangers = {pair: weight for pair, (_, weight) in weights.items()}
        self.neighbours: dict[int, dict[int, float]] = defaultdict(dict)
        for (left, right), weight in self.weights.items():
            self.neighbours[left][right] = weight
            self.neighbours[right][left] = weight
        self.members: dict[int, list[int]] = {node: [node] for node in sorted(nodes)}
        self.cluster_of = {node: node for node in nodes}
        self.reviews: list[tuple[str, int, int, float | None]] = []

    def resolve(self) -> list[tuple[int, int]]:
        """Return (entity, cluster) of all nodes."""
        self._obey()
        loose = self._ambiguous()
        self._agree(loose)
        self._doubt(loose)
        self._wonder_at_cannot_links()
        return sorted(self.cluster_of.items())

    def _weight(self, left: int, right: int) -> float | None:
        return self.neighbours[left].get(right)

    def _obey(self) -> None:
        """Join what people joined; a must-link that a cannot-link forbids is reported."""
        for left, right in self.must:
            if self.cluster_of[left] == self.cluster_of[right]:
                continue
            if self._forbidden(self.cluster_of[left], self.cluster_of[right], by_person=True):
                self.reviews.append(("decisions_conflict", left, right, self._weight(left, right)))
                continue
            self._merge(self.cluster_of[left], self.cluster_of[right])
        for left, right in self.must:
            weight = self._weight(left, right)
            if weight is not None and weight < -self.thresholds.join_weight:
                self.reviews.append(("decision_contradicted", left, right, weight))

    def _forbidden(self, left: int, right: int, *, by_person: bool = False) -> str | None:
        """Return why two clusters may not join, or None."""
        these, those = set(self.members[left]), set(self.members[right])
        for one, other in self.cannot:
            if (one in these and other in those) or (one in those and other in these):
                return "cannot"
        if by_person:
            return None
        for one, other in self.ruled_out:
            if (one in these and other in those) or (one in those and other in these):
                return "another fits better"
        if these & self.registered and those & self.registered:
            return "registered"
        pins = self.decided.pins
        here = {pins[node] for node in these if node in pins}
        there = {pins[node] for node in those if node in pins}
        if here and there and here != there:
            return "pinned"
        return None

    def _merge(self, left: int, right: int) -> int:
        keep, gone = min(left, right), max(left, right)
        self.members[keep] = sorted(self.members[keep] + self.members.pop(gone))
        for node in self.members[keep]:
            self.cluster_of[node] = keep
        return keep

    def _ambiguous(self) -> set[int]:
        """Return the entities that stay alone: two registered people fit almost equally well.

        How much better one candidate fits than another is the difference of their weights against
        strangers: that either could be a housemate of the other says nothing about which it is.
        """
        alone = set()
        bound = {node for pair in self.must for node in pair}
        for node in self.cluster_of:
            if node in self.registered or node in bound:
                continue
            fits = sorted(
                (-self.against_strangers[min(node, other), max(node, other)], other)
                for other, weight in self.neighbours[node].items()
                if other in self.registered
                and weight >= self.thresholds.floor
                and not self._forbidden(self.cluster_of[node], self.cluster_of[other])
            )
            close = [
                other for weight, other in fits if weight - fits[0][0] < self.thresholds.margin
            ]
            reached = [
                self.neighbours[node][other] >= self.thresholds.join_weight for other in close
            ]
            if fits and self.neighbours[node][fits[0][1]] >= self.thresholds.join_weight:
                # The others exclude the best one, so they are out of the question.
                self.ruled_out |= {(min(node, other), max(node, other)) for _, other in fits[1:]}
            if len(close) < 2 or not any(reached):
                continue
            before = self.decided.together.get(node)
            if before is not None and before == self.decided.together.get(close[0]):
                self.reviews.append(("kept", node, close[0], self.neighbours[node][close[0]]))
                continue
            alone.add(node)
            self.reviews.extend(
                ("ambiguous", node, other, self.neighbours[node][other]) for other in close
            )
        return alone

    def _agree(self, alone: set[int]) -> None:
        """Join clusters by consensus, strongest first."""
        queue: list[tuple[float, float, int, int]] = []
        for (left, right), weight in self.weights.items():
            if weight >= self.thresholds.keep_weight and not {left, right} & alone:
                self._offer(queue, self.cluster_of[left], self.cluster_of[right])
        offered = set()
        while queue:
            mean, best, left, right = heapq.heappop(queue)
            if left not in self.members or right not in self.members:
                continue
            if self._say(left, right)[:2] != (-mean, -best) or (left, right) in offered:
                continue
            offered.add((left, right))
            reason = self._forbidden(left, right)
            if reason == "pinned":
                self.reviews.append(("two_pinned", left, right, -best))
            if reason:
                continue
            if -best < self.thresholds.join_weight:
                self.reviews.append(("kept", *self._strongest(left, right), -best))
            keep = self._merge(left, right)
            touching = {
                self.cluster_of[other]
                for node in self.members[keep]
                for other, weight in self.neighbours[node].items()
                if weight >= self.thresholds.keep_weight and not {node, other} & alone
            }
            for other in sorted(touching - {keep}):
                self._offer(queue, keep, other)

    def _offer(self, queue: list[tuple[float, float, int, int]], left: int, right: int) -> None:
        left, right = min(left, right), max(left, right)
        if left == right:
            return
        mean, best, is_kept = self._say(left, right)
        needed = self.thresholds.keep_weight if is_kept else self.thresholds.join_weight
        if best >= needed and mean >= self.thresholds.consensus:
            heapq.heappush(queue, (-mean, -best, left, right))

    def _say(self, left: int, right: int) -> tuple[float, float, bool]:
        """Return the mean and the best weight between two clusters, and whether they were one."""
        total, count, best, is_kept = 0.0, 0, _WEAKEST, False
        together = self.decided.together
        for node in self.members[left]:
            near = self.neighbours[node]
            for other in self.members[right]:
                weight = near.get(other)
                if weight is None:
                    continue
                total += min(max(weight, _WEAKEST), _STRONGEST)
                count += 1
                best = max(best, weight)
                person = together.get(node)
                if (
                    weight >= self.thresholds.keep_weight
                    and person is not None
                    and person == together.get(other)
                ):
                    is_kept = True
        return (total / count if count else _WEAKEST), best, is_kept

    def _strongest(self, left: int, right: int) -> tuple[int, int]:
        return min(
            (
                (-weight, min(node, other), max(node, other))
                for node in self.members[left]
                for other, weight in self.neighbours[node].items()
                if self.cluster_of[other] == right
            ),
        )[1:]

    def _doubt(self, alone: set[int]) -> None:
        """Ask about links to other clusters that are almost as strong as the one that was made."""
        for (left, right), weight in sorted(self.weights.items()):
            if self.cluster_of[left] == self.cluster_of[right] or {left, right} & alone:
                continue
            if weight < self.thresholds.join_weight or (left, right) in self.ruled_out:
                continue
            # People who were kept apart by a decision are not asked about again.
            if self._forbidden(self.cluster_of[left], self.cluster_of[right], by_person=True):
                continue
            self.reviews.append(("could_also_be", left, right, weight))

    def _wonder_at_cannot_links(self) -> None:
        """Ask about decisions against the data, unless another fits about as well as the one refused.

        That one of several who fit is not it is what a person is asked for, and no contradiction.
        """
        for left, right in self.cannot:
            weight = self._weight(left, right)
            if weight is None or weight < 2 * self.thresholds.join_weight:
                continue
            if not any(
                self.neighbours[node].get(other, _WEAKEST) >= weight - self.thresholds.margin
                for node in (left, right)
                for other in self.members[self.cluster_of[node]]
            ):
                self.reviews.append(("decision_contradicted", left, right, weight))


def _name_clusters(entities: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """Return `entities` with `cluster` and `size`; the thin have no cluster of their own."""
    rank = {"registered": 0, "numbered": 1, "loose": 2, "thin": 3}
    joined = entities.join(clusters.rename({"cluster": "group"}), on="entity_id", how="left")
    return (
        joined.with_columns(
            group=pl.coalesce("group", "entity_id"),
            rank=pl.col("kind").replace_strict(rank, return_dtype=pl.Int8),
        )
        .with_columns(size=pl.len().over("group"))
        .with_columns(
            cluster=pl.when((pl.col("size") > 1) | (pl.col("kind") != "thin")).then(
                pl.col("entity_id").sort_by("rank", "entity_id").first().over("group")
            )
        )
        .drop("group", "rank")
    )


def _explained(named: pl.DataFrame, pairs: pl.DataFrame, reviews: pl.DataFrame) -> pl.DataFrame:
    cluster = named.select("entity_id", "cluster")
    both = (
        pairs.select("entity_l", "entity_r", "match_weight")
        .join(cluster.rename({"entity_id": "entity_l", "cluster": "left"}), on="entity_l")
        .join(cluster.rename({"entity_id": "entity_r", "cluster": "right"}), on="entity_r")
        .filter(pl.col("left") == pl.col("right"))
    )
    best = (
        pl.concat(
            [
                both.select("match_weight", entity_id="entity_l"),
                both.select("match_weight", entity_id="entity_r"),
            ]
        )
        .group_by("entity_id")
        .agg(pl.col("match_weight").max())
    )
    unclear = (
        reviews.filter(pl.col("kind") == "ambiguous")
        .select(entity_id="entity_l", is_unclear=pl.lit(value=True))
        .unique()
    )
    anchored = named.filter(pl.col("kind").is_in(["registered", "numbered"])).select(
        cluster="entity_id", is_anchored=pl.lit(value=True)
    )
    return (
        named.join(best, on="entity_id", how="left")
        .join(unclear, on="entity_id", how="left")
        .join(anchored, on="cluster", how="left")
        .with_columns(
            match_kind=pl.when(pl.col("cluster").is_null())
            .then(pl.lit("unidentifiable"))
            .when(
                pl.col("kind").is_in(["registered", "numbered"])
                & (pl.col("cluster") == pl.col("entity_id"))
            )
            .then(pl.lit("national_id"))
            .when(pl.col("is_unclear"))
            .then(pl.lit("ambiguous"))
            .when(pl.col("size") == 1)
            .then(pl.lit("single"))
            .when(pl.col("is_anchored"))
            .then(pl.lit("linked"))
            .otherwise(pl.lit("clustered"))
        )
        .select("entity_id", "cluster", "match_kind", "match_weight")
        .sort("entity_id")
    )


def _household_doubts(
    pairs: pl.DataFrame, named: pl.DataFrame, thresholds: Thresholds, decided: Constraints
) -> pl.DataFrame:
    """Return the pairs that only the household guard kept apart, and no decision."""
    cluster = named.select("entity_id", cluster=pl.coalesce("cluster", "entity_id"))

    def placed(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.join(
            cluster.rename({"entity_id": "entity_l", "cluster": "left"}), on="entity_l"
        ).join(cluster.rename({"entity_id": "entity_r", "cluster": "right"}), on="entity_r")

    schema = {"entity_l": pl.UInt64, "entity_r": pl.UInt64}
    apart = placed(pl.DataFrame(list(decided.cannot), schema=schema, orient="row"))
    return (
        placed(
            pairs.filter(
                (pl.col("stranger_weight") >= thresholds.join_weight)
                & (pl.col("match_weight") < thresholds.join_weight)
            )
        )
        .filter(pl.col("left") != pl.col("right"))
        .join(apart, on=["left", "right"], how="anti")
        .join(apart, left_on=["left", "right"], right_on=["right", "left"], how="anti")
        .select(pl.lit("household_or_same").alias("kind"), "entity_l", "entity_r", "match_weight")
        .cast(REVIEW_SCHEMA)  # type: ignore[arg-type]
    )
