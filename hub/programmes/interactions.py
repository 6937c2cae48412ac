"""How programmes bear on one another: the edges, checked, and the order in which they are settled.

Here: reading edges out of programmes, cycles, strata. Never here: amounts of anybody
(`evaluation.settling`). Next: `evaluation.settling` settles decisions along them, the pipeline stores
them as `programme_interaction`.
"""

from __future__ import annotations

import graphlib
from collections.abc import Sequence
from itertools import combinations, pairwise

import polars as pl

from hub.programmes.language.problems import Problem
from hub.programmes.programme import Programme

KINDS = ("exclusive", "counted_as_income_in", "offset", "group")


def exclusive_pairs(programmes: Sequence[Programme]) -> tuple[tuple[str, str], ...]:
    """Return the pairs that nobody has together, each once, the lower code first.

    Programmes of one group exclude one another, and so do pairs of which either says so. Pairs with a
    programme that is not loaded are left out.
    """
    loaded = {programme.code for programme in programmes}
    pairs = {
        (min(programme.code, other), max(programme.code, other))
        for programme in programmes
        for other in programme.interaction.exclusive
        if other in loaded
    }
    groups: dict[str, list[str]] = {}
    for programme in programmes:
        if programme.interaction.group:
            groups.setdefault(programme.interaction.group, []).append(programme.code)
    for codes in groups.values():
        pairs.update(combinations(sorted(codes), 2))
    return tuple(sorted(pairs))


def changed_by_others(programmes: Sequence[Programme]) -> frozenset[str]:
    """Return the programmes of which another may lower what is payable, or exclude them."""
    excluded = {code for pair in exclusive_pairs(programmes) for code in pair}
    lowered = {
        other
        for programme in programmes
        for other in (
            *programme.interaction.counted_as_income_in,
            *programme.interaction.offset,
        )
    }
    return frozenset(excluded | lowered)


def settled_alone(programmes: Sequence[Programme], scope: str) -> frozenset[str]:
    """Return the programmes of `scope` that none of another scope bears on, not even by way of others."""
    group_of = {programme.code: {programme.code} for programme in programmes}
    bearing = (
        (programme.code, other)
        for programme in programmes
        for other in (
            *programme.interaction.counted_as_income_in,
            *programme.interaction.offset,
        )
        if other in group_of
    )
    for one, other in (*bearing, *exclusive_pairs(programmes)):
        if group_of[one] is not group_of[other]:
            group_of[one] |= group_of[other]
            for code in group_of[other]:
                group_of[code] = group_of[one]
    others = {programme.code for programme in programmes if programme.scope != scope}
    return frozenset(code for code, group in group_of.items() if not group & others)


def settling_order(programmes: Sequence[Programme]) -> tuple[str, ...]:
    """Return codes so that whatever changes a programme's amount comes before it.

    Raises:
        graphlib.CycleError: amounts hang on one another in a circle; the circle is its second
            argument.
    """
    sorter: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter()
    loaded = {programme.code for programme in programmes}
    for programme in sorted(programmes, key=lambda each: each.code):
        sorter.add(programme.code)
        bearing = programme.interaction
        for other in sorted({*bearing.counted_as_income_in, *bearing.offset} & loaded):
            sorter.add(other, programme.code)
    return tuple(sorter.static_order())


def interaction_problems(programmes: Sequence[Programme]) -> list[Problem]:
    """Return what is wrong between programmes: amounts that hang on one another in a circle."""
    try:
        settling_order(programmes)
    except graphlib.CycleError as error:
        circle: list[str] = error.args[1]
        files = {programme.code: programme.file for programme in programmes}
        shown = " → ".join(reversed(circle))
        links = [
            kind
            for code, other in pairwise(reversed(circle))
            for programme in programmes
            if programme.code == code
            for kind in ("counted_as_income_in", "offset")
            if other in getattr(programme.interaction, kind)
        ]
        return [
            Problem(
                files[circle[0]],
                1,
                1,
                f"amounts hang on one another in a circle: {shown} ({', '.join(links)})",
                "take one of these out of the files",
            )
        ]
    return []


def interaction_frame(programmes: Sequence[Programme]) -> pl.DataFrame:
    """Return the table `programme_interaction`: programme_code, kind, other.

    Exclusive pairs stand in it once, the lower code first; those of a group are not written out.
    """
    rows = {
        (min(programme.code, other), "exclusive", max(programme.code, other))
        for programme in programmes
        for other in programme.interaction.exclusive
    }
    for programme in programmes:
        bearing = programme.interaction
        for kind in ("counted_as_income_in", "offset"):
            rows |= {(programme.code, kind, other) for other in getattr(bearing, kind)}
        if bearing.group:
            rows.add((programme.code, "group", bearing.group))
    schema = dict.fromkeys(("programme_code", "kind", "other"), pl.String)
    return pl.DataFrame(sorted(rows), schema=schema, orient="row")
