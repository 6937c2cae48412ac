"""The documents behind one person's case: which record said what, of whom, and when it arrived.

Here: looking evidence, members and document types up. Never here: ages on another day, choosing a
release (`pipelines.moments`). Next: `pipelines.case_files` puts them into the case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from hub.programmes.explanation.case_file import Document, Member, Source
from hub.programmes.explanation.evidence import ASSETS, FIGURES
from hub.programmes.explanation.texts import Text
from warehouse.person_rows import PersonRows

_FIGURES = ", ".join(f"'{figure}'" for figure in FIGURES)
_INCOMES = ", ".join(f"'{figure}'" for figure in FIGURES if figure not in {*ASSETS, "debt"})
_UNIT_OF_AMOUNT = f"""
CASE
    WHEN figure NOT IN ({_INCOMES}) THEN 'won'
    WHEN is_period_attributed THEN 'won_per_month'
    ELSE 'won_per_year'
END"""


def received_on(rows: PersonRows, records: pl.DataFrame) -> dict[str, dt.date]:
    """Return delivery → the day on which its sender made it."""
    ids = [each for each in records["delivery_id"].unique() if each is not None]
    if not ids:
        return {}
    found = rows.where("delivery", "delivery_id", ids, ["delivery_id", "made_at"])
    return {name: stamp.date() for name, stamp in found.iter_rows() if stamp is not None}


def case_members(
    unit: pl.DataFrame, people: pl.DataFrame, received: Mapping[str, dt.date]
) -> tuple[Member, ...]:
    """Return the members of a unit, counted ones first, each with the record that says so.

    Args:
        unit: rows of `assistance_unit_member`.
        people: rows of `person_subject`, ages as of the day.
        received: delivery → day, as `received_on` gives it.
    """
    ages = dict(zip(people["subject_id"], people["age_years"], strict=True))
    return tuple(
        Member(
            person_id=row["person_id"],
            role=row["role"] or row["relation_to_head"] or "",
            age_years=ages.get(row["person_id"], row["age_years"]),
            is_counted=row["is_counted"],
            reason=row["exclusion"] or row["reason"] or "",
            source=Source(
                row["person_id"],
                "unit_size",
                None,
                row["document_type"],
                row["delivery_id"],
                row["line"],
                received.get(row["delivery_id"]),
            )
            if row["delivery_id"]
            else None,
        )
        for row in unit.sort(~pl.col("is_counted"), "person_id").iter_rows(named=True)
    )


def sources_of(rows: PersonRows, people: set[str]) -> tuple[Source, ...]:
    """Return the records that facts and profiles of people rest on."""
    columns = ["person_id", "fact", "said", "document_type", "delivery_id", "line"]
    found: list[Source] = []
    if rows.has("fact_evidence"):
        facts = rows.where("fact_evidence", "person_id", people, columns)
        received = received_on(rows, facts)
        found += [Source(*row, received.get(row[4])) for row in facts.iter_rows()]
    if rows.has("profile_evidence"):
        means = rows.where(
            "profile_evidence",
            "person_id",
            people,
            [
                "person_id",
                "figure",
                "amount",
                *columns[3:],
                "CAST(received_at AS DATE)",
                _UNIT_OF_AMOUNT,
            ],
            also=f"use = 'used' AND figure IN ({_FIGURES})",
        )
        found += [Source(*row) for row in means.iter_rows()]
    return tuple(found)


def documents_of(rows: PersonRows) -> dict[str, Document]:
    """Return document type → its names and its institution's, in both languages."""
    found = rows.whole("document_type")
    return {
        row["code"]: Document(
            row["code"],
            Text(row["name_en"], row["name_ko"]),
            # What an institution is for stands in brackets behind its name.
            Text(
                row["institution_name"].split(" (")[0],
                (row.get("institution_name_ko") or row["institution_name"]).split("(")[0].strip(),
            ),
        )
        for row in found.iter_rows(named=True)
    }
