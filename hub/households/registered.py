"""The registered household's ID: opaque, minted once, kept by overlap of its members' stays.

Here: naming clusters of stays. Never here: who stays where
(`warehouse/sql/households/residence_spell.sql`). Next: `household_member` and `household`.

A member is a stay (person and move-in day), not a person: a household keeps its ID when the register
renumbers it, and a family that moves out leaves the old household's history in place.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hub.identity.carry_over import affected_part, carry_over
from hub.identity.person_ids import HOUSEHOLD_PREFIX, mint_identifiers


@dataclass(frozen=True, slots=True)
class HouseholdAssignment:
    """Tonight's household IDs.

    `members`: (`member`, `household_id`). `events`: `kind`, `household_id`, `other_household_id`,
    `stays`; the kinds are those of `hub.identity.identifier_events`.
    """

    members: pl.DataFrame
    events: pl.DataFrame
    next_sequence: int


def assign_household_ids(
    clusters: pl.DataFrame, previous: pl.DataFrame, next_sequence: int, key: bytes
) -> HouseholdAssignment:
    """Give every household its ID.

    Args:
        clusters: (`member`, `cluster`): the stays, and the register's household number.
        previous: (`member`, `household_id`) of the last night; empty on the first.
        next_sequence: first sequence number that has not been minted.
        key: secret of the permutation; the same for ever.
    """
    before = previous.select("member", identifier=pl.col("household_id").cast(pl.String))
    affected, was = affected_part(clusters.select("member", "cluster"), before)
    unchanged = before.join(was, on="identifier", how="anti")
    carried = carry_over(
        affected,
        was,
        next_sequence,
        lambda first, count: mint_identifiers(first, count, key, HOUSEHOLD_PREFIX),
    )
    return HouseholdAssignment(
        pl.concat([carried.members, unchanged.select("member", "identifier")])
        .sort("member")
        .rename({"identifier": "household_id"}),
        carried.events.rename(
            {
                "identifier": "household_id",
                "other": "other_household_id",
                "member_count": "stays",
            }
        ),
        carried.next_sequence,
    )
