"""One component of entities in which something must be weighed up.

Here: decisions of people, ambiguity, and consensus within one component. Never here: components
(`resolution`) or scores. Next: `resolution` puts the clusters together.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence

from hub.identity.thresholds import Constraints, Thresholds

_WEAKEST, _STRONGEST = -15.0, 25.0
"""Bounds of a single pair's say in a consensus."""


Weights = dict[tuple[int, int], tuple[float, float]]
"""Of pairs of entities: the weight, and the weight against strangers alone."""
Pairs = tuple[tuple[int, int], ...]


class Knot:
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
        self.bound = {node for pair in self.must for node in pair}
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

    def _refuses(self, left: int, right: int) -> bool:
        """Return whether two clusters that may join are to wait; none is by default."""
        del left, right
        return False

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
        for node in self.cluster_of:
            if node in self.registered or node in self.bound:
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
            kept = self._person_before(node, close)
            if kept is not None:
                # Whatever fits a little better now, a person's ID does not change unasked.
                self.ruled_out -= {(min(node, kept), max(node, kept))}
                self.ruled_out |= {
                    (min(node, other), max(node, other)) for _, other in fits if other != kept
                }
                self.reviews.append(("kept", node, kept, self.neighbours[node][kept]))
                continue
            alone.add(node)
            self.reviews.extend(
                ("ambiguous", node, other, self.neighbours[node][other]) for other in close
            )
        return alone

    def _person_before(self, node: int, close: Sequence[int]) -> int | None:
        """Return which of the candidates, about equally good, the entity belonged to last time."""
        before = self.decided.together.get(node)
        return next(
            (
                other
                for other in close
                if before is not None
                and self.decided.together.get(other) == before
                and self.neighbours[node][other] >= self.thresholds.keep_weight
            ),
            None,
        )

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
            if self._refuses(left, right):
                # Whoever joins one of them may bring what was wanting.
                offered.discard((left, right))
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
            self._ask(left, right, weight)

    def _ask(self, left: int, right: int, weight: float) -> None:
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
