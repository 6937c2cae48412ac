"""Which cells of a table with totals may be shown, so that no small one can be worked out.

Here: a pure function of cells. Never here: what a cell counts. Next: `cells` withholds the others.

Small cells are withheld. Then whatever anybody can compute is computed here as well: each shown count
lies within the rounding of its number, a withheld one is 0 or more, and a total is the sum of its parts.
While these bounds, tightened until they stand, say too much about a small cell, the smallest shown cell
beside it (or its total) is withheld, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

_ENDLESS = float("inf")
Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cell:
    """One count. `key` has a value in a tuple of one, or None for the total over that column."""

    key: tuple[tuple[object] | None, ...]
    count: int
    is_dominated: bool = False
    """One record makes up most of a sum."""


def protect(cells: Sequence[Cell], minimum: int, rounding: int) -> list[bool]:
    """Return, cell by cell, whether it may be shown."""
    small = [cell.count < minimum or cell.is_dominated for cell in cells]
    shown = [not each for each in small]
    groups = relations(cells)
    while True:
        victim = _beside_a_lone_one(cells, shown, groups, minimum)
        if victim is None:
            victim = _beside_a_known_one(cells, shown, small, groups, minimum, rounding)
        if victim is None:
            return shown
        shown[victim] = False


def relations(cells: Sequence[Cell]) -> list[tuple[int, list[int]]]:
    """Return (total, its parts) as places in `cells`, for every level below it."""
    levels: dict[frozenset[int], list[int]] = defaultdict(list)
    for place, cell in enumerate(cells):
        levels[frozenset(n for n, value in enumerate(cell.key) if value is not None)].append(place)
    groups: dict[tuple[int, frozenset[int]], list[int]] = defaultdict(list)
    for coarse, totals in levels.items():
        columns = sorted(coarse)
        by_key = {tuple(cells[total].key[n] for n in columns): total for total in totals}
        for fine, parts in levels.items():
            if coarse < fine:
                for part in parts:
                    total = by_key.get(tuple(cells[part].key[n] for n in columns))
                    if total is not None:
                        groups[total, fine].append(part)
    return [(total, parts) for (total, _), parts in groups.items()]


def bounds(
    cells: Sequence[Cell],
    shown: Sequence[bool],
    groups: Sequence[tuple[int, list[int]]],
    rounding: int,
) -> list[Bounds]:
    """Return what anybody can work out of each count from what is shown."""
    low = [0.0] * len(cells)
    high = [_ENDLESS] * len(cells)
    for place, cell in enumerate(cells):
        if shown[place]:
            number = (cell.count + rounding // 2) // rounding * rounding
            low[place] = max(0, number - rounding // 2)
            high[place] = number + rounding // 2
    changed = True
    while changed:
        changed = False
        for total, parts in groups:
            lows, highs = sum(low[part] for part in parts), sum(high[part] for part in parts)
            changed |= _tighten(low, high, total, (lows, highs))
            for part in parts:
                others = sum(high[each] for each in parts if each != part)
                least = low[total] - others
                most = high[total] - (sum(low[each] for each in parts) - low[part])
                changed |= _tighten(low, high, part, (least, most))
    return list(zip(low, high, strict=True))


def _tighten(low: list[float], high: list[float], place: int, to: Bounds) -> bool:
    changed = False
    if to[0] > low[place]:
        low[place], changed = to[0], True
    if to[1] < high[place]:
        high[place], changed = to[1], True
    return changed


def _beside_a_lone_one(
    cells: Sequence[Cell],
    shown: Sequence[bool],
    groups: Sequence[tuple[int, list[int]]],
    minimum: int,
) -> int | None:
    """Return a cell to withhold where parts of a shown total are few when taken together."""
    for total, parts in groups:
        withheld = [part for part in parts if not shown[part]]
        if shown[total] and withheld:
            together = sum(cells[part].count for part in withheld)
            if len(withheld) == 1 or together < minimum:
                other = _smallest(cells, [part for part in parts if shown[part]])
                return total if other is None else other
        if not shown[total] and not withheld:
            return _smallest(cells, parts)
    return None


def _beside_a_known_one(
    cells: Sequence[Cell],
    shown: Sequence[bool],
    small: Sequence[bool],
    groups: Sequence[tuple[int, list[int]]],
    minimum: int,
    rounding: int,
) -> int | None:
    known = bounds(cells, shown, groups, rounding)
    for place, is_small in enumerate(small):
        low, high = known[place]
        if not is_small or (low <= 1 and high >= minimum - 1):
            continue
        beside = {
            each
            for total, parts in groups
            if place == total or place in parts
            for each in (total, *parts)
            if shown[each]
        }
        if beside:
            return _smallest(cells, sorted(beside))
        anywhere = [each for each, is_shown in enumerate(shown) if is_shown]
        if anywhere:
            return _smallest(cells, anywhere)
    return None


def _smallest(cells: Sequence[Cell], places: Sequence[int]) -> int | None:
    return min(places, key=lambda place: (cells[place].count, place), default=None)
