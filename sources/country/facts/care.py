"""Facts of disability (F31), care (F32), facilities (F36) and crisis signals (F37).

Here: health, care and distress as offices get to know them. Never here: benefits. Next:
`family_facts`.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from sources.country.facts.drafting import Draft

KOREAN = ~pl.col("is_foreign")
DISABILITIES = ("physical", "hearing", "visual", "brain_lesion", "intellectual", "mental", "kidney", "autistic", "speech", "heart",
                "liver", "respiratory", "ostomy", "epilepsy", "facial")  # fmt: skip
OLD = (pl.col("age") >= 66) & ~pl.col("is_foreign")

CARE: tuple[tuple[str, pl.Expr, float, int, int, int], ...] = (
    ("I24-F32-01", ~pl.col("is_on_medical_aid"), 0.75, 1, 2, 45_000),
    ("I25-F32-01", pl.col("age") >= 0, 0.03, 3, 15, 1_800_000),
    ("I25-F32-02", pl.col("age") >= 0, 0.60, 1, 2, 32_000),
    ("I25-F32-03", pl.col("is_on_medical_aid"), 0.85, 1, 6, 70_000),
    ("I25-F32-04", pl.col("age") >= 0, 0.45, 1, 15, 18_000),
    ("I25-F32-05", pl.col("age") >= 18, 0.008, 1, 10, 300_000),
    ("I25-F32-06", pl.col("age") >= 70, 0.03, 20, 80, 3_200_000),
    ("I24-F32-03", pl.col("age") >= 30, 0.03, 0, 1, 0),
    ("I24-F32-04", pl.col("age") >= 30, 0.02, 0, 1, 900_000),
    ("I24-F32-05", pl.col("age") >= 20, 0.25, 0, 1, 0),
)
"""Document type, patients, share, days of care from and below, median won."""


OLDEST_AGE = 97
"""From this age on nobody goes without care for long."""

SEVERAL_VISITS = ("I24-F32-01", "I25-F32-02", "I25-F32-03", "I25-F32-04")


def draft_disability(draft: Draft) -> None:
    """F31: registered disability and its reviews, veterans', pension and care grades."""
    disabled = draft.pick(pl.col("is_disabled"), with_planted=True)
    grade = pl.when("is_severely_disabled").then(pl.lit("severe")).otherwise(pl.lit("mild"))
    expired = pl.col("planted_rule").fill_null("") == "D17"
    disabled = disabled.with_columns(
        kind=draft.choice(
            disabled, DISABILITIES, [45, 16, 9, 9, 9, 4, 4, 1.5, 1, 0.5, 0.5, 0.4, 0.5, 0.3, 0.3]
        ),
        assessed=draft.days_ago(disabled, 300, 6_000),
        severity=grade,
    ).with_columns(
        valid_to=pl.when(expired).then(pl.lit(draft.months(4)[0] - dt.timedelta(days=20))),
    )
    what = {
        "disability_kind": pl.col("kind"),
        "severity": pl.col("severity"),
        "assessed_on": pl.col("assessed"),
        "valid_to": pl.col("valid_to"),
    }
    draft.add(disabled, "I06-F31-01", **what)
    reviewed = disabled.filter(pl.col("planted_rule").is_null())
    some = reviewed.sample(
        min(len(reviewed), max(14, len(reviewed) // 30)), seed=draft.country.seed
    )
    draft.add(
        some, "I06-F31-02", disability_kind=pl.col("kind"), assessed_on=draft.days_ago(some, 5, 300)
    )
    more = reviewed.sample(
        min(len(reviewed), max(14, len(reviewed) // 12)), seed=draft.country.seed + 1
    )
    draft.add(
        more,
        "I23-F31-01",
        disability_kind=pl.col("kind"),
        severity=pl.col("severity"),
        assessed_on=draft.days_ago(more, 5, 400),
    )
    for document, who, share, least in (
        ("I10-F31-01", KOREAN & (pl.col("sex") == "male") & (pl.col("age") > 22), 0.004, 14),
        ("I23-F31-02", pl.col("is_disabled") & pl.col("age").is_between(25, 62), 0.08, 14),
        ("I23-F31-03", pl.col("is_on_livelihood") & pl.col("age").is_between(19, 63), 0.15, 14),
        ("I24-F31-01", KOREAN & (pl.col("age") >= 66), 0.11, 16),
        ("I31-F31-01", pl.col("is_severely_disabled") & pl.col("age").is_between(18, 62), 0.06, 14),
    ):
        people = draft.pick(who, share, least)
        draft.add(
            people,
            document,
            assessed_on=draft.days_ago(people, 20, 900),
            assessor=draft.choice(
                people, draft.words(document, "assessor") or ["nhis_branch", "nps_review"]
            ),
        )


def draft_care_use(draft: Draft) -> None:
    """F32: claims of the last months; nobody ordinary is treated while abroad."""
    away = draft.country.journeys.filter(
        pl.col("in_on").is_null() | (pl.col("in_on") > draft.months(6)[0])
    )["person_number"]
    home = ~pl.col("person_number").is_in(away.implode())
    for document, who, share, low, high, median in CARE:
        people = draft.pick(who & home, share, 16, with_planted=False)
        if document in SEVERAL_VISITS:
            # People see one to five doctors in a quarter.
            visits = draft.integers(people, 1, 6)
            people = people.with_columns(visit=pl.int_ranges(visits)).explode("visit")
        days = draft.integers(people, low, max(high, low + 1))
        begun = draft.days_ago(people, 20, 100)
        lasting = (days * 86_400_000).cast(pl.Duration("ms"))
        draft.add(
            people,
            document,
            provider_no=draft.keys(people, 8),
            care_from=begun,
            # Who is registered for reduced copays is so for five years.
            care_to=begun.dt.offset_by("5y") if document == "I24-F32-03" else begun + lasting,
            days=days,
            cost_amount=draft.won(people, median, 0.7, 10) if median else None,
        )
    graded = draft.pick(OLD & home, 0.09, 16)
    for month in draft.months(3):
        draft.add(
            graded,
            "I24-F32-02",
            provider_no=draft.keys(graded, 8, 60),
            care_from=month,
            care_to=pl.lit(month).dt.month_end(),
            days=20,
            cost_amount=draft.won(graded, 1_200_000, 0.3, 10),
        )
    # The very old see a doctor every month; nobody has seen those of D09 for a year.
    oldest = draft.pick(
        (pl.col("age") >= OLDEST_AGE) & (pl.col("planted_rule").fill_null("") != "D09"),
        with_planted=True,
    )
    draft.add(
        draft.each_month(oldest),
        "I24-F32-01",
        provider_no=draft.keys(draft.each_month(oldest), 8, 60),
        care_from=pl.col("period").dt.offset_by("6d"),
        care_to=pl.col("period").dt.offset_by("6d"),
        days=1,
        cost_amount=23_000,
    )
    abroad = draft.planted("D12")
    draft.add(
        abroad,
        "I25-F32-02",
        provider_no=draft.keys(abroad, 8, 60),
        care_from=draft.days_ago(abroad, 40, 80),
        days=1,
        cost_amount=41_000,
        care_to=draft.days_ago(abroad, 30, 31),
    )


def draft_facilities(draft: Draft) -> None:
    """F36: residents of homes, foster children, shelters, public dwellings, centres."""
    in_home = draft.pick(pl.col("institution") == 1)
    planted = draft.planted("D15")
    residents = pl.concat([in_home, planted])
    stay = {
        "facility_no": draft.keys(residents, 8, max(6, len(draft.people) // 3_000)),
        "admitted_on": draft.days_ago(residents, 120, 1_800),
    }
    draft.add(residents, "I24-F36-01", **stay, facility_kind="nursing_home")
    draft.add(residents, "I06-F36-01", **stay, facility_kind="nursing_home")
    plans = (
        (
            "I06-F36-01",
            OLD & (pl.col("institution") == 0) & ~pl.col("is_on_basic_pension"),
            0.006,
            12,
            False,
        ),
        (
            "I06-F36-02",
            pl.col("is_severely_disabled")
            & pl.col("age").is_between(18, 64)
            & ~pl.col("is_on_disability_pension"),
            0.08,
            14,
            False,
        ),
        (
            "I06-F36-03",
            KOREAN & (pl.col("age") < 18) & ~pl.col("is_on_child_allowance"),
            0.004,
            16,
            False,
        ),
        (
            "I06-F36-04",
            KOREAN & pl.col("age").is_between(25, 64) & ~pl.col("is_on_livelihood"),
            0.001,
            12,
            False,
        ),
        (
            "I09-F36-01",
            pl.col("age").is_between(19, 45)
            & (pl.col("sex") == "female")
            & ~pl.col("is_on_livelihood"),
            0.003,
            12,
            False,
        ),
        (
            "I32-F36-01",
            pl.col("relation_to_head").eq("head") & (pl.col("wealth").fill_null(0.5) < 0.36),
            0.3,
            16,
            False,
        ),
        (
            "I32-F36-02",
            pl.col("age").is_between(19, 70) & ~pl.col("is_on_livelihood"),
            0.001,
            14,
            True,
        ),
        (
            "I37-F36-01",
            KOREAN
            & pl.col("age").is_between(25, 70)
            & (pl.col("sex") == "male")
            & ~pl.col("is_on_livelihood"),
            0.0015,
            12,
            True,
        ),
        ("I37-F36-02", pl.col("age") >= 62, 0.25, 16, False),
    )
    for document, who, share, least, ends in plans:
        people = draft.pick(who, share, least)
        left = {"left_on": draft.days_ago(people, 1, 59)} if ends else {}
        draft.add(
            people,
            document,
            facility_no=draft.keys(people, 8, 40),
            admitted_on=draft.days_ago(people, 60, 1_500),
            **left,
        )


def draft_signals(draft: Draft) -> None:
    """F37: signals of crisis: arrears, crime, illness, refused loans, shut-off water."""
    poor = pl.col("income_ratio").fill_null(0.5) < 0.7
    for document, who, share, amount in (
        ("I16-F37-01", pl.col("age") >= 1, 0.002, 0),
        ("I24-F37-01", poor & (pl.col("age") >= 22), 0.05, 620_000),
        ("I24-F37-02", pl.col("age") >= 40, 0.006, 4_000_000),
        ("I36-F37-01", pl.col("age").is_between(22, 70), 0.004, 9_000_000),
        ("I37-F37-01", poor & (pl.col("relation_to_head") == "head"), 0.06, 140_000),
        ("I37-F37-02", poor & (pl.col("age") >= 22), 0.02, 0),
    ):
        people = draft.pick(who, share, 16)
        draft.add(
            people,
            document,
            detected_on=draft.days_ago(people, 3, 90),
            months=draft.integers(people, 1, 13),
            amount=draft.won(people, amount, 0.6, 10) if amount else None,
        )
