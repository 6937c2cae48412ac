"""Who belongs to an applicant, where the applicant lives, and what was repaired there.

Here: point look-ups of people and dwelling. Never here: receipts and decisions (`application_rows`), or
what any of it means for a grant (`hub.applications.judging`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from hub.applications.facts import DWELLING, FORMER, SELF, SPOUSE, UNIT, QuotaReceipt
from hub.programmes.programme import Programme
from warehouse.person_rows import PersonRows

QUOTA_GROUP = "MX-HOUSEREPAIR"
"""Group of programmes that a quota a dwelling limits."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Who belongs to the applicant, and where the applicant lives."""

    household_id: str | None
    counted: tuple[str, ...]
    people: dict[str, str]
    address_key: int | None
    families: int | None


def _membership(rows: PersonRows, family: str, person_id: str) -> str | None:
    """Return the unit of a family in which a person is now."""
    # As unit_member_tonight.sql names the member: the table is sorted by this number.
    digest = hashlib.md5(f"{family}/{person_id}".encode(), usedforsecurity=False).digest()
    member = int.from_bytes(digest[8:], "little")
    found = rows.where(
        "unit_membership",
        "member",
        [str(member)],
        ["unit_id"],
        also="recorded_to IS NULL AND valid_to IS NULL",
    )
    return None if found.is_empty() else str(found["unit_id"][0])


def surroundings(rows: PersonRows, person_id: str) -> Surroundings:
    """Look up who lives with, is married to, or is counted with a person, and the address."""
    people = {person_id: SELF}
    household_id, counted = None, ()
    unit_id = _membership(rows, "basic_livelihood", person_id)
    if unit_id is not None:
        members = rows.where(
            "assistance_unit_member", "household_id", [unit_id], ["person_id", "is_counted"]
        )
        counted = tuple(members.filter("is_counted")["person_id"].sort())
        household_id = unit_id if person_id in counted else None
        _join(people, counted if household_id else (), UNIT)
    spouses = rows.where("spouse_pair", "person_id", [person_id], ["spouse_id", "source_rank"])
    _join(people, spouses.sort("source_rank", "spouse_id")["spouse_id"].head(1), SPOUSE)
    address_key = families = None
    dwelling_id = _membership(rows, "dwelling", person_id)
    if dwelling_id is not None:
        dwelling = rows.where(
            "dwelling", "dwelling_id", [dwelling_id], ["address_key", "families", "is_institution"]
        )
        if not dwelling.is_empty():
            address_key, families, is_institution = dwelling.row(0)
            # Hundreds of people who share nothing but an institution's address are nobody's concern.
            if rows.has("dwelling_resident") and not is_institution:
                there = rows.where("dwelling_resident", "dwelling_id", [dwelling_id], ["person_id"])
                _join(people, there["person_id"], DWELLING)
    return Surroundings(
        household_id, counted if household_id else (), people, address_key, families
    )


def _join(people: dict[str, str], others: Collection[str], relation: str) -> None:
    for other in others:
        people.setdefault(other, relation)


def is_limited(rows: PersonRows, code: str) -> bool:
    """Whether the quota limits a programme."""
    table = rows.whole("programme_interaction", ["programme_code", "kind", "other"])
    return (code, "group", QUOTA_GROUP) in set(table.iter_rows())


def quota_receipts(
    rows: PersonRows, programme: Programme, around: Surroundings
) -> tuple[QuotaReceipt, ...]:
    """Return receipts of the quota group by the people around, and for the dwelling by anybody."""
    if not rows.has("quota_receipt") or not is_limited(rows, programme.code):
        return ()
    key = around.address_key
    near = [who for who, relation in around.people.items() if relation != DWELLING]
    receipts = rows.whole("quota_receipt")
    mine = receipts.filter(
        pl.col("person_id").is_in(near)
        | (pl.col("address_key") == key if key is not None else pl.lit(value=False))
    ).sort("month", "programme_code", "person_id", descending=[True, False, False])
    return tuple(
        QuotaReceipt(
            row["person_id"],
            around.people.get(row["person_id"], FORMER),
            row["programme_code"],
            row["month"],
            row["amount"],
            row["role"],
            None if key is None or row["address_key"] is None else bool(row["address_key"] == key),
        )
        for row in mine.iter_rows(named=True)
    )
