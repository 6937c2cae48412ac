"""No small cell can be worked out from a table with totals (P5): linear programming is the attacker."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from warehouse.gateway.protection import Cell, protect, relations

MINIMUM, ROUNDING = 10, 5


def cube(counts: np.ndarray) -> list[Cell]:
    """Cells of a table by two columns, with all totals; empty cells have no row."""
    rows, columns = counts.shape
    cells = [
        Cell(((r,), (c,)), int(counts[r, c]))
        for r in range(rows)
        for c in range(columns)
        if counts[r, c]
    ]
    cells += [Cell(((r,), None), int(counts[r].sum())) for r in range(rows) if counts[r].sum()]
    cells += [Cell((None, (c,)), int(n)) for c, n in enumerate(counts.sum(axis=0)) if n]
    return [*cells, Cell((None, None), int(counts.sum()))]


def feasible(cells: list[Cell], shown: list[bool], place: int) -> tuple[float, float]:
    """Return the least and the most that a cell can be, for somebody who sees what is shown."""
    sums = relations(cells)
    equal = np.zeros((len(sums), len(cells)))
    for row, (total, parts) in enumerate(sums):
        equal[row, total] = -1
        equal[row, parts] = 1
    limits = []
    for cell, is_shown in zip(cells, shown, strict=True):
        number = (cell.count + ROUNDING // 2) // ROUNDING * ROUNDING
        limits.append((max(0, number - 2), number + 2) if is_shown else (0, None))
    found = []
    for sign in (1, -1):
        goal = np.zeros(len(cells))
        goal[place] = sign
        solved = linprog(goal, A_eq=equal, b_eq=np.zeros(len(sums)), bounds=limits)
        found.append(sign * solved.fun if solved.status == 0 else np.inf)
    return found[0], found[1]


tables = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda shape: st.lists(
        st.one_of(st.integers(0, 12), st.integers(0, 300)),
        min_size=shape[0] * shape[1],
        max_size=shape[0] * shape[1],
    ).map(lambda values: np.array(values).reshape(shape))
)


@settings(max_examples=60)
@given(tables.filter(lambda counts: counts.sum() > 0))
def test_a_small_cell_may_be_anything_small(counts: np.ndarray) -> None:
    cells = cube(counts)
    shown = protect(cells, MINIMUM, ROUNDING)
    for place, cell in enumerate(cells):
        if cell.count >= MINIMUM:
            continue
        assert not shown[place]
        least, most = feasible(cells, shown, place)
        assert least < 1 + 1e-6, (counts, place)
        assert most > MINIMUM - 1 - 1e-6, (counts, place)


def test_large_cells_are_shown() -> None:
    assert all(protect(cube(np.array([[40, 50], [60, 70]])), MINIMUM, ROUNDING))


def test_a_total_across_two_levels_is_known_too() -> None:
    cells = [Cell(((1,), (1,)), 3), Cell(((1,), (2,)), 40), Cell((None, None), 43)]
    assert protect(cells, MINIMUM, ROUNDING) == [False, False, True]
