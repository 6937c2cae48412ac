"""Facts without a person: public code lists (F38); and consents to ask banks (F39).

Here: dong and road codes, consents. Never here: what the codes are used for. Next:
`family_facts`.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from sources.country.facts.drafting import Draft
from sources.country.places import DISTRICTS, DONG_NAMES, ROAD_NAMES

CODES_FROM = dt.date(2014, 1, 1)


def draft_codes(draft: Draft) -> None:
    """F38: legal dongs, roads, and administrative dongs; `person_number` is null."""
    nobody = pl.lit(None, pl.Int64)
    dongs = pl.DataFrame(
        [
            {
                "code": f"{code}{101 + index}00",
                "name_ko": f"{province} {district} {name}".replace("  ", " "),
                "parent_code": f"{code}00000",
            }
            for code, province, district, _, _ in DISTRICTS
            for index, name in enumerate(DONG_NAMES)
        ]
    ).with_columns(person_number=nobody)
    roads = pl.DataFrame(
        [
            {"code": f"{code}{3_000_000 + road * 11 + dong}", "name_ko": name, "parent_code": code}
            for code, *_ in DISTRICTS
            for road, name in enumerate(ROAD_NAMES)
            for dong in range(3)
        ]
    ).with_columns(person_number=nobody)
    for document, frame, code_set in (
        ("I01-F38-01", dongs, "legal_dong"),
        ("I01-F38-02", roads, "road_name"),
        ("I01-F38-03", dongs, "administrative_dong"),
    ):
        draft.add(
            frame,
            document,
            code_set=code_set,
            code=pl.col("code"),
            name_ko=pl.col("name_ko"),
            name_en=pl.lit("DISTRICT ") + pl.col("code"),
            valid_from=CODES_FROM,
            parent_code=pl.col("parent_code"),
        )


def draft_consents(draft: Draft) -> None:
    """F39: consents of recipients and their households."""
    asked = draft.pick(
        pl.col("is_on_housing") | pl.col("is_on_basic_pension") | pl.col("is_near_poor"),
        with_planted=True,
    )
    given = draft.days_ago(asked, 20, 900)
    draft.add(
        asked,
        "I06-F39-01",
        consent_kind=draft.choice(
            asked, ["all_three", "financial", "credit", "insurance"], [85, 10, 3, 2]
        ),
        channel=draft.choice(asked, ["counter", "web", "mobile", "post"], [60, 20, 15, 5]),
        given_on=given,
        expires_on=given.dt.offset_by("3y"),
    )
