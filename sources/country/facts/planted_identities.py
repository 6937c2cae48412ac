"""Facts of people under a second number (D06), or under one that cannot be (D07).

Here: what registers and payers write under the other number. Never here: the numbers themselves
(`population.other_numbers`). Next: `family_facts`.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.drafting import Draft
from sources.country.facts.paying import add_payments
from sources.country.facts.programmes import programme_word

OTHER = pl.col("other_national_id")
SECOND_HOUSEHOLD = "9"
"""First digit of the household number under which a second identity is entered."""
JOB_PAY = 290_000


def draft_second_identities(draft: Draft) -> None:
    """F01: the second number of D06, with the same name, birth date and sex."""
    people = draft.planted("D06")
    draft.add(
        people,
        "I01-F01-01",
        national_id=OTHER,
        previous_national_id=None,
        changed_on=pl.col("birth_date"),
        change_reason="birth",
        status="active",
        **same_as_own("name_roman", "birth_date", "sex", "nationality"),
    )


def same_as_own(*names: str) -> dict[str, pl.Expr]:
    """Columns in which the other number's record says what the person's own columns say."""
    return {name: pl.col(name) for name in names}


def draft_second_homes(draft: Draft) -> None:
    """F02: the second number of D06 is a household of its own at the same address."""
    people = draft.planted("D06").with_columns(
        household_no=pl.concat_str(
            "district_code",
            pl.lit(SECOND_HOUSEHOLD),
            pl.col("household_number").cast(pl.String).str.zfill(8),
        )
    )
    draft.add(
        people,
        "I01-F02-01",
        national_id=OTHER,
        head_national_id=OTHER,
        relation_to_head="head",
        registration_status="resident",
        **same_as_own(
            "household_no", "address", "road_address_code", "legal_dong_code", "moved_in_on"
        ),
    )


def draft_second_entitlements(draft: Draft) -> None:
    """F34: the basic pension under the second number of D06."""
    same = draft.planted("D06").filter(~has_another_programme())
    document = "I06-F34-03"
    draft.add(
        same,
        document,
        national_id=OTHER,
        unit_head_national_id=OTHER,
        programme_code=programme_word(draft, document, "basic_pension"),
        status=draft.word(document, "status", "entitled", "granted"),
        entitled_from=draft.months(8)[0],
        decided_on=draft.months(9)[0],
    )


def has_another_programme() -> pl.Expr:
    """Carriers of D06 who are paid another programme under the second number."""
    return pl.col("person_number") % 2 == 1


def draft_second_payments(draft: Draft, impossible: pl.DataFrame, doubled: pl.DataFrame) -> None:
    """F35: payments of D07 under the number that cannot be, of D06 under the second number, too.

    Both frames are payments of the basic pension, with `other_national_id`.
    """
    add_payments(draft, impossible, "I06-F35-02", under=OTHER)
    own_account = pl.col("account_no").str.replace("^.", "2").alias("account_no")
    doubled = doubled.with_columns(own_account)
    add_payments(draft, doubled.filter(~has_another_programme()), "I06-F35-02", under=OTHER)
    jobs = "I06-F35-06"
    add_payments(
        draft,
        doubled.filter(has_another_programme()).with_columns(
            programme_code=pl.lit(draft.word(jobs, "programme_code")),
            amount=pl.lit(JOB_PAY, pl.Int64),
        ),
        jobs,
        under=OTHER,
    )
