"""What people's decisions demand together: who must be one person, who must not, who stays.

Here: pure reading of the decisions, and what contradicts itself in them. Never here: keeping
decisions (the ledger) or clustering. Next: `hub.identity.resolution` obeys the constraints, and
contradictions go to people for review.

Where decisions contradict one another, keeping people apart goes before joining them, because a
wrong join shows one person's data to another; of the must-links the newest gives way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from hub.identity.components import connected_components

MUST_LINK_KINDS = ("must_link",)
CANNOT_LINK_KINDS = ("cannot_link", "unmerge")
PAIR_SCHEMA = {"left": pl.String, "right": pl.String, "decision_id": pl.String}
PIN_SCHEMA = {"identifier": pl.String, "member": pl.String, "decision_id": pl.String}
CONTRADICTION_SCHEMA: dict[str, Any] = {
    "kind": pl.String,
    "left": pl.String,
    "right": pl.String,
    "decision_id": pl.String,
    "decision_ids": pl.List(pl.String),
}
"""Columns of contradictions. The kinds:

- `must_link_gives_way`: the must-link `decision_id` of `left` and `right` would join what another
  decision keeps apart; it is not obeyed;
- `two_pins_of_one_member`: `left` was pinned to `right` by `decision_id`, and to another before;
- `must_link_of_two_pins`: must-links join `left` and `right`, members of two pinned people.

`decision_ids` are all decisions that have part in it, sorted.
"""


@dataclass(frozen=True, slots=True)
class Constraints:
    """What the index must obey; members are IDs as text.

    `must_links`, `cannot_links`: `PAIR_SCHEMA`, `left` before `right`, each pair once.
    `pins`: `PIN_SCHEMA`: person IDs that stay, and the member that was pinned to it, if one was
    named. `contradictions`: `CONTRADICTION_SCHEMA`.
    """

    must_links: pl.DataFrame
    cannot_links: pl.DataFrame
    pins: pl.DataFrame
    contradictions: pl.DataFrame

    @property
    def pinned(self) -> frozenset[str]:
        """The pinned person IDs."""
        return frozenset(self.pins["identifier"])


def constraints(decisions: pl.DataFrame) -> Constraints:
    """Read what active decisions demand.

    Args:
        decisions: `decision_id`, `kind`, `left`, `right`, in the order in which they were made;
            with a column `is_active`, only its true rows count. Pairs name two members, a pin the
            person ID (`right`) and perhaps a member (`left`). Other kinds demand nothing.
    """
    named = [pl.col(name).cast(pl.String) for name in ("decision_id", "kind", "left", "right")]
    held = decisions.filter("is_active") if "is_active" in decisions.columns else decisions
    active = held.select(named).with_row_index("order")
    must = _pairs(active, MUST_LINK_KINDS)
    cannot = _pairs(active, CANNOT_LINK_KINDS)
    pins = (
        active.filter(pl.col("kind") == "pin")
        .select(pl.coalesce("right", "left").alias("identifier"),
                pl.when(pl.col("right").is_not_null()).then("left").alias("member"),
                "decision_id", "order")
        .drop_nulls("identifier")
    )  # fmt: skip
    kept, given_way = _keep_apart_first(must, cannot)
    return Constraints(
        must_links=kept.select(list(PAIR_SCHEMA)),
        cannot_links=cannot.select(list(PAIR_SCHEMA)),
        pins=pins.select(list(PIN_SCHEMA)),
        contradictions=pl.concat([given_way, _pin_contradictions(kept, pins)]).sort(
            "kind", "decision_id", "left", "right"
        ),
    )


def _pairs(active: pl.DataFrame, kinds: Iterable[str]) -> pl.DataFrame:
    """Return each pair once, in the order of its first decision."""
    return (
        active.filter(pl.col("kind").is_in(list(kinds)))
        .drop_nulls(["left", "right"])
        .select(
            pl.min_horizontal("left", "right").alias("left"),
            pl.max_horizontal("left", "right").alias("right"),
            "decision_id",
            "order",
        )
        .filter(pl.col("left") != pl.col("right"))
        .unique(["left", "right"], keep="first", maintain_order=True)
    )


def _keep_apart_first(
    must: pl.DataFrame, cannot: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the must-links that can be obeyed, and contradictions about the others."""
    component = connected_components(must.select("left", "right"))
    torn = (
        cannot.join(component, left_on="left", right_on="node")
        .join(component, left_on="right", right_on="node", suffix="_right")
        .filter(pl.col("component") == pl.col("component_right"))
    )
    in_question = must.join(component, left_on="left", right_on="node").join(
        torn.select("component").unique(), on="component", how="semi", maintain_order="left"
    )
    rows = [
        row
        for (name,), links in in_question.group_by("component", maintain_order=True)
        for row in _must_links_that_give_way(links, torn.filter(component=name))
    ]
    given_way = pl.DataFrame(rows, schema=CONTRADICTION_SCHEMA, orient="row")
    return must.join(given_way, on="decision_id", how="anti", maintain_order="left"), given_way


def _must_links_that_give_way(
    links: pl.DataFrame, apart: pl.DataFrame
) -> list[tuple[str, str, str, str, list[str]]]:
    """Join one component's links in their order; those that would join what is apart give way.

    Row by row: only decisions that contradict one another come here, and those are few.
    """
    group: dict[str, set[str]] = {}
    joined_by: dict[int, list[str]] = {}
    bans = list(apart.select("left", "right", "decision_id").iter_rows())
    given_way = []
    for left, right, decision_id in links.select("left", "right", "decision_id").iter_rows():
        one = group.setdefault(left, {left})
        other = group.setdefault(right, {right})
        if one is other:
            joined_by.setdefault(id(one), []).append(decision_id)
            continue
        against = [
            ban
            for ban_left, ban_right, ban in bans
            if (ban_left in one and ban_right in other) or (ban_left in other and ban_right in one)
        ]
        part = [*joined_by.get(id(one), []), *joined_by.get(id(other), []), decision_id]
        if against:
            involved = sorted({*against, *part})
            given_way.append(("must_link_gives_way", left, right, decision_id, involved))
            continue
        joined_by.pop(id(other), None)
        joined_by[id(one)] = part
        one |= other
        for member in other:
            group[member] = one
    return given_way


def _pin_contradictions(must: pl.DataFrame, pins: pl.DataFrame) -> pl.DataFrame:
    named = pins.drop_nulls("member")
    of_one_member = named.join(named, on="member", suffix="_before").filter(
        (pl.col("order_before") < pl.col("order"))
        & (pl.col("identifier_before") != pl.col("identifier"))
    )
    two_pins = of_one_member.select(
        kind=pl.lit("two_pins_of_one_member"),
        left="member",
        right="identifier",
        decision_id="decision_id",
        decision_ids=pl.concat_list("decision_id_before", "decision_id").list.sort(),
    )
    component = connected_components(must.select("left", "right"))
    joined_by = (
        must.join(component, left_on="left", right_on="node")
        .group_by("component")
        .agg(links=pl.col("decision_id"))
    )
    placed = named.join(component, left_on="member", right_on="node").unique(
        ["component", "identifier"], keep="first", maintain_order=True
    )
    joined_pins = (
        placed.join(placed, on="component", suffix="_before")
        .filter(
            (pl.col("order_before") < pl.col("order"))
            & (pl.col("identifier_before") != pl.col("identifier"))
        )
        .join(joined_by, on="component")
        .select(
            kind=pl.lit("must_link_of_two_pins"),
            left="member_before",
            right="member",
            decision_id="decision_id",
            decision_ids=pl.concat_list("links", "decision_id_before", "decision_id")
            .list.unique()
            .list.sort(),
        )
    )
    return pl.concat([two_pins, joined_pins])
