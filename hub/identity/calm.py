"""People of whom a night brought nothing keep their ID; what would change it is asked.

Here: whose person the clusters of tonight would change without any news of them, and the components
in which that happens, weighed up again under two more rules. Never here: of whom there is news
(`news`), or the rules of every knot (`knot`). Next: `resolution` takes these clusters instead.

1. A person of whom nothing came, changed or went stays whole, whoever fits better now, unless
   people decide otherwise or registers tell two of its entities apart. A person is asked (`kept`).
2. Two people of last night become one only where the one whose ID would end is one of whom
   something came, changed or went; a newcomer who fits it at the join weight counts. Otherwise they
   stay two, and a person is asked (`held`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from hub.identity.knot import Knot, Pairs, Weights
from hub.identity.thresholds import Constraints, Thresholds

RecordsOf = Callable[[pl.Series], pl.DataFrame]
"""Entities → (`entity_id`, `person_id`, `records`): how many of its records were whose last night.

Null is the person of newcomers. Records that were there and nobody's are missing.
"""


@dataclass(frozen=True, slots=True)
class Calm:
    """`touched`: the people of last night who may change tonight; `records_of`: who was how many."""

    touched: frozenset[str]
    records_of: RecordsOf


@dataclass(frozen=True, slots=True)
class Former:
    """What a calm knot knows of its entities.

    `records`: of each entity, how many of its records were whose; `newcomers`: entities with a
    record that is new; `free`: its cluster if only the model had a say; `touched`: see `Calm`.
    """

    records: Mapping[int, Mapping[str, int]]
    newcomers: frozenset[int]
    free: Mapping[int, int]
    touched: frozenset[str]


def former_of(calm: Calm, entities: pl.Series, clusters: pl.DataFrame) -> Former:
    """Return what knots of `entities` know; `clusters`: (`entity_id`, `cluster`) as the model has it."""
    records: dict[int, dict[str, int]] = defaultdict(dict)
    newcomers: set[int] = set()
    for entity, person, count in calm.records_of(entities).iter_rows():
        if person is None:
            newcomers.add(entity)
        else:
            records[entity][person] = count
    return Former(records, frozenset(newcomers), dict(clusters.iter_rows()), calm.touched)


def identified(entities: pl.DataFrame, calm: Calm, together: Mapping[int, str]) -> pl.DataFrame:
    """Return `entities`, in which those are loose who became thin without any news of them."""
    still = _still(calm, together).select("entity_id", is_still=pl.lit(value=True))
    return entities.join(still, on="entity_id", how="left", maintain_order="left").select(
        "entity_id",
        kind=pl.when((pl.col("kind") == "thin") & pl.col("is_still"))
        .then(pl.lit("loose"))
        .otherwise("kind"),
    )


def disturbed(clusters: pl.DataFrame, calm: Calm, together: Mapping[int, str]) -> pl.DataFrame:
    """Return (`left`, `right`): the entities, tied to one another, whose people `clusters` change.

    Every person of whom there is no news and who is torn apart, or is in one cluster with another
    person, is tied together, and to itself.
    """
    placed = (
        _people(together)
        .join(clusters, on="entity_id", how="left")
        .with_columns(cluster=pl.coalesce("cluster", "entity_id"), is_still=_is_still(calm))
    )
    torn = (
        placed.filter("is_still")
        .group_by("person_id")
        .agg(pl.col("cluster").n_unique().alias("clusters"))
        .filter(pl.col("clusters") > 1)
    )
    mixed = (
        placed.group_by("cluster")
        .agg(pl.col("person_id").n_unique().alias("people"), pl.col("is_still").any())
        .filter((pl.col("people") > 1) & pl.col("is_still"))
    )
    in_mixed = placed.join(mixed, on="cluster", how="semi")
    people = pl.concat([torn.select("person_id"), in_mixed.select("person_id")]).unique()
    changed = placed.join(people, on="person_id", how="semi")
    return changed.select(
        left=pl.when("is_still")
        .then(pl.col("entity_id").min().over("person_id"))
        .otherwise("entity_id"),
        right="entity_id",
    )


def _people(together: Mapping[int, str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"entity_id": list(together.keys()), "person_id": list(together.values())},
        schema={"entity_id": pl.UInt64, "person_id": pl.String},
    )


def _is_still(calm: Calm) -> pl.Expr:
    return ~pl.col("person_id").is_in(pl.Series(sorted(calm.touched), dtype=pl.String).implode())


def _still(calm: Calm, together: Mapping[int, str]) -> pl.DataFrame:
    return _people(together).filter(_is_still(calm))


class CalmKnot(Knot):
    """One component in which the night would change somebody of whom it brought nothing."""

    def __init__(
        self,
        nodes: Sequence[int],
        kinds: Mapping[int, str],
        weights: Weights,
        thresholds: Thresholds,
        decisions: tuple[Pairs, Pairs],
        decided: Constraints,
        former: Former,
    ) -> None:
        super().__init__(nodes, kinds, weights, thresholds, decisions, decided)
        self.former = former
        self.pinned = set(decided.pins.values())
        self.known = {decided.together.get(node) for node in self.registered}
        self.still: dict[str, list[int]] = defaultdict(list)
        for node in sorted(nodes):
            person = decided.together.get(node)
            if person is not None and person not in former.touched:
                self.still[person].append(node)

    def resolve(self) -> list[tuple[int, int]]:
        """Return (entity, cluster) of all nodes."""
        clusters = super().resolve()
        self._tell_who_was_kept()
        self._tell_who_waits()
        return clusters

    def _obey(self) -> None:
        super()._obey()
        for first, *others in self.still.values():
            for node in others:
                one, other = self.cluster_of[first], self.cluster_of[node]
                if one == other or not self._forbidden(one, other):
                    self.bound |= {first, node}
                    if one != other:
                        self._merge(one, other)

    def _refuses(self, left: int, right: int) -> bool:
        return self._who_would_end(left, right) is not None

    def _who_would_end(self, left: int, right: int) -> str | None:
        """Return a person of whom nothing came and whose ID would end if two clusters joined."""
        records: Counter[str] = Counter()
        for node in (*self.members[left], *self.members[right]):
            records.update(self.former.records.get(node, {}))
        # The order in which `carry_over` binds; of two equals of whom nothing came neither is to end.
        ending = sorted(
            records,
            key=lambda person: (
                person not in self.pinned,
                -records[person],
                person in self.former.touched,
                person not in self.known,
                person,
            ),
        )[1:]
        nodes = (*self.members[left], *self.members[right])
        return next(
            (one for one in ending if one in self.still and not self._is_fed(one, nodes)), None
        )

    def _is_fed(self, person: str, nodes: Sequence[int]) -> bool:
        """Return whether one of `nodes` is a newcomer who fits `person`."""
        return any(
            weight >= self.thresholds.join_weight and self.decided.together.get(other) == person
            for node in nodes
            if node in self.former.newcomers and node not in self.decided.together
            for other, weight in self.neighbours[node].items()
        )

    def _ask(self, left: int, right: int, weight: float) -> None:
        one, other = self.cluster_of[left], self.cluster_of[right]
        ending = self._who_would_end(one, other)
        if (
            ending is None
            or self._forbidden(one, other)
            or self._say(one, other)[0] < self.thresholds.consensus
        ):
            super()._ask(left, right, weight)
        elif self.decided.together.get(right) == ending:
            self.reviews.append(("held", right, left, weight))
        else:
            self.reviews.append(("held", left, right, weight))

    def _tell_who_was_kept(self) -> None:
        """Ask about people who are whole, and would not be if only the model had a say."""
        for nodes in self.still.values():
            parts = _grouped(nodes, self.former.free)
            base, *torn = sorted(parts, key=lambda part: (-len(part), part))
            for part in torn:
                if self.cluster_of[part[0]] == self.cluster_of[base[0]]:
                    others = [node for node in nodes if node not in part]
                    self.reviews.append(("kept", *self._between(part, others)))

    def _tell_who_waits(self) -> None:
        """Ask about whom only the model would have joined, where nothing else asks already."""
        asked = {
            node
            for kind, *nodes, _ in self.reviews
            if kind in {"held", "kept", "ambiguous"}
            for node in nodes
        }
        for together in _grouped(list(self.cluster_of), self.former.free):
            parts = _grouped(together, self.cluster_of)
            base, *apart = sorted(parts, key=lambda part: (-len(part), part))
            for part in apart:
                if asked.isdisjoint(part):
                    self.reviews.append(("held", *self._between(part, base)))

    def _between(self, these: Sequence[int], those: Sequence[int]) -> tuple[int, int, float | None]:
        """Return the strongest pair between two groups, the one of `these` first."""
        return max(
            ((node, other, self._weight(node, other)) for node in these for other in those),
            key=lambda pair: (pair[2] is not None, pair[2] or 0.0, -pair[0], -pair[1]),
        )


def _grouped(nodes: Sequence[int], cluster_of: Mapping[int, int]) -> list[list[int]]:
    groups: dict[int, list[int]] = defaultdict(list)
    for node in sorted(nodes):
        groups[cluster_of.get(node, node)].append(node)
    return list(groups.values())
