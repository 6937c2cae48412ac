"""Facts of taxes, fees and fines (F30) and of registered businesses (F33).

Here: what tax offices and local governments assess and register. Never here: income (`income`).
Next: `family_facts`.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.drafting import Draft

ADULT = pl.col("age") >= 20
WEALTHY = (pl.col("wealth").fill_null(0.0) > 0.6) & (pl.col("age") >= 25)

ASSESSMENTS: tuple[tuple[str, pl.Expr, float, int, int, bool], ...] = (
    ("I01-F30-01", pl.col("wealth").fill_null(0.0) > 0.45, 0.35, 150_000_000, 300, True),
    (
        "I01-F30-02",
        pl.col("age").is_between(24, 78) & ~pl.col("is_on_livelihood"),
        0.4,
        20_000_000,
        100,
        True,
    ),
    ("I01-F30-03", WEALTHY, 0.04, 240_000_000, 90, True),
    ("I01-F30-04", ADULT & (pl.col("relation_to_head") == "head"), 0.9, 1_000_000, 110, True),
    (
        "I01-F30-05",
        ADULT & ((pl.col("monthly_wage") > 0) | (pl.col("yearly_business_income") > 0)),
        0.7,
        28_000_000,
        120,
        True,
    ),
    ("I01-F30-06", ADULT, 0.02, 8_000_000, 500, False),
    ("I03-F30-01", WEALTHY & (pl.col("wealth") > 0.88), 0.12, 420_000_000, 30, True),
    ("I03-F30-02", WEALTHY, 0.02, 60_000_000, 1_800, True),
    ("I03-F30-03", WEALTHY, 0.008, 300_000_000, 1_500, True),
    ("I21-F30-01", ADULT & (pl.col("work") == "self_employed"), 0.04, 14_000_000, 800, True),
    ("I21-F30-02", ADULT & ~pl.col("is_on_livelihood"), 0.02, 800_000, 1_500, True),
    ("I37-F30-01", ADULT, 0.006, 12_000_000, 250, True),
    ("I37-F30-02", ADULT, 0.05, 2_000_000, 500, False),
    ("I37-F30-03", ADULT & (pl.col("relation_to_head") == "head"), 0.8, 1_500_000, 200, True),
    (
        "I37-F30-04",
        pl.col("is_disabled") & ADULT & ~pl.col("is_on_livelihood"),
        0.15,
        15_000_000,
        150,
        True,
    ),
    ("I37-F30-05", ADULT & (pl.col("sex") == "male"), 0.04, 1_500_000, 400, True),
)
"""Document type, taxpayers, share, median base in won, tax in ten-thousandths of it, mostly paid."""


def draft_assessments(draft: Draft) -> None:
    """F30: assessments of the last year by tax and object."""
    for document, who, share, median, rate, is_paid in ASSESSMENTS:
        people = draft.pick(who, share, 16, with_planted=False)
        base = draft.won(people, median, 0.8, 1_000)
        draft.add(
            people,
            document,
            period=draft.last_year,
            object_no=draft.keys(people, 12, prefix=document[5:7]),
            tax_base_amount=base,
            tax_amount=base * rate // 10_000 // 10 * 10,
            paid=draft.chance(people) < (0.95 if is_paid else 0.3),
        )


def draft_registrations(draft: Draft) -> None:
    """F33: sole proprietors, corporations, joint and small businesses, bodies and traders."""
    business = draft.country.businesses
    what = {name: pl.col(name) for name in ("brn", "business_name", "industry_code", "opened_on")}
    kind = draft.choice(
        business, ["individual_general", "individual_simplified", "individual_exempt"], [56, 36, 8]
    )
    draft.add(business, "I03-F33-01", **what, business_kind=kind, status="active")
    closed = draft.pick(
        ADULT
        & pl.col("work").is_in(["inactive", "unemployed", "employee"])
        & pl.col("age").is_between(30, 70)
        & ~pl.col("is_on_livelihood"),
        0.03,
        14,
    )
    old = {
        "brn": draft.keys(closed, 10, prefix=""),
        "business_name": draft.choice(closed, ["행복식당", "대박상회", "우리마트", "한빛카페"]),
        "opened_on": draft.days_ago(closed, 900, 4_000),
        "closed_on": draft.days_ago(closed, 5, 600),
    }
    draft.add(closed, "I03-F33-01", **old, status="closed", industry_code="561110")
    draft.add(closed, "I03-F33-02", **old, status="closed")
    for seed, (document, share) in enumerate(
        (
            ("I03-F33-04", 0.06),
            ("I03-F33-05", 0.05),
            ("I20-F33-01", 0.35),
            ("I21-F33-01", 0.05),
            ("I03-F33-02", 0.02),
        )
    ):
        wanted = min(len(business), max(14, int(share * len(business))))
        some = business.filter(
            ~pl.col("person_number").is_in(draft.planted("D29")["person_number"].implode())
        )
        some = some.sample(min(len(some), wanted), seed=draft.country.seed + seed)
        draft.add(
            some,
            document,
            **what,
            status="suspended"
            if document == "I03-F33-02"
            else draft.word(document, "status", "active", "valid"),
        )
    for document, share in (("I03-F33-03", 0.012), ("I03-F33-06", 0.004)):
        people = draft.pick(WEALTHY, share, 16)
        draft.add(
            people,
            document,
            brn=draft.keys(people, 10),
            business_name=draft.choice(
                people, ["주식회사 한결", "새봄재단", "다온테크", "푸른교육"]
            ),
            industry_code="620100",
            status="active",
            opened_on=draft.days_ago(people, 300, 5_000),
        )
