"""Receipts that count against the quota of house repair, and the dwelling they were for."""

from __future__ import annotations

import datetime as dt

from hub.programmes.catalogue import interaction_frame

HOME, OLD_HOME = 11, 22


def lived(town, person, key, moved_in, moved_out=None):
    town.add(
        "f02",
        person,
        "I01-F02-01",
        address_key=key,
        moved_in_on=moved_in,
        moved_out_on=moved_out,
        registration_status="resident",
    )


def granted(town, person, day, status="granted"):
    town.add("f34", person, "I11-F34-02", programme_code="P261", status=status, decided_on=day)


def repaired(town, person, month, amount=5_000_000, **columns):
    town.paid(person, "P129", month, amount, document_type="I32-F35-01", **columns)


def test_repairs_with_their_dwelling(empty_town):
    """Kim moved after a repair; Lee's repair was taken back; Ahn was granted and refused; Han is in kind."""
    town = empty_town
    for name in ("Kim", "Lee", "Ahn", "Han", "Roh"):
        town.person(name, dt.date(1960, 1, 1))
    lived(town, "Kim", OLD_HOME, dt.date(2015, 1, 1), dt.date(2024, 5, 10))
    lived(town, "Kim", HOME, dt.date(2024, 5, 10))
    repaired(town, "Kim", dt.date(2023, 7, 1))
    repaired(town, "Kim", dt.date(2026, 2, 1), 2_000_000)
    repaired(town, "Kim", dt.date(2026, 2, 1), 1_000_000)
    repaired(town, "Lee", dt.date(2025, 7, 1))
    repaired(town, "Lee", dt.date(2025, 7, 1), -5_000_000)
    granted(town, "Ahn", dt.date(2025, 9, 3))
    granted(town, "Ahn", dt.date(2024, 9, 3), status="refused")
    repaired(town, "Han", dt.date(2025, 1, 1), None, in_kind=True)
    town.paid("Roh", "P001", dt.date(2026, 2, 1), 500_000)
    bench = town.open()
    bench.add("programme_interaction", interaction_frame())
    bench.build("decisions", "quota_receipt")
    rows = bench.frame(
        "SELECT person_id, programme_code, month, role, amount, address_key, quota_group"
        " FROM quota_receipt"
    ).rows()
    group = "MX-HOUSEREPAIR"
    assert rows == [
        ("person-Ahn", "P261", dt.date(2025, 9, 1), "grant", None, None, group),
        ("person-Han", "P129", dt.date(2025, 1, 1), "payment", None, None, group),
        ("person-Kim", "P129", dt.date(2023, 7, 1), "payment", 5_000_000, OLD_HOME, group),
        ("person-Kim", "P129", dt.date(2026, 2, 1), "payment", 3_000_000, HOME, group),
    ]
