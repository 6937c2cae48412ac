"""Facts of work: employment spells and leave (F10), training and job support (F40).

Here: jobs as employers and offices see them. Never here: pay (`income`) or insurance. Next:
`family_facts`.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.drafting import Draft

PEOPLE_COLUMNS = ("person_number", "age", "sex", "is_foreign", "is_alive", "planted_rule", "work", "is_disabled",
                  "is_severely_disabled", "nationality")  # fmt: skip


def jobs_of(draft: Draft, *, current: bool = True) -> pl.DataFrame:
    """Jobs with the columns of their workers; the current ones, or those left lately."""
    is_open = pl.col("left_on").is_null()
    jobs = draft.country.jobs.filter(is_open if current else ~is_open)
    jobs = jobs.join(draft.people.select(PEOPLE_COLUMNS), on="person_number", maintain_order="left")
    return jobs.filter(pl.col("is_alive"))


def _some(
    draft: Draft, frame: pl.DataFrame, share: float, at_least: int, seed: int
) -> pl.DataFrame:
    plain = frame.filter(pl.col("planted_rule").is_null())
    wanted = min(len(plain), max(int(share * len(plain)), at_least))
    return plain.sample(wanted, seed=draft.country.seed * 31 + seed)


def draft_employment(draft: Draft) -> None:
    """F10: rosters, separations, leave, subsidies, mutual aid, daily and foreign workers."""
    employed = jobs_of(draft).filter(pl.col("work").is_in(["employee"]))
    employer = {"employer_brn": pl.col("employer_brn"), "employer_name": pl.col("employer_name")}
    spell = {
        **employer,
        "hired_on": pl.col("hired_on"),
        "left_on": pl.col("left_on"),
        "hours_per_week": pl.col("hours_per_week"),
    }
    kind = {"employment_type": pl.col("employment_type")}
    draft.add(employed, "I26-F10-01", **spell, **kind)
    left = jobs_of(draft, current=False)
    draft.add(left, "I27-F10-01", **spell)
    owed = _some(draft, left, 0.02, 12, 1)
    draft.add(owed, "I07-F10-01", **spell, **kind)
    parents = _some(draft, employed.filter(pl.col("age").is_between(27, 42)), 0.02, 16, 2)
    draft.add(parents, "I07-F10-02", **employer, hired_on=pl.col("hired_on"), hours_per_week=20)
    draft.add(_some(draft, employed, 0.01, 14, 3), "I07-F10-03", **spell)
    draft.add(
        _some(draft, employed.filter(pl.col("age") < 35), 0.02, 14, 4),
        "I07-F10-04",
        **spell,
        leave_reason=None,
    )
    ended = _some(draft, left.filter(pl.col("age") < 50), 0.02, 6, 14)
    draft.add(ended, "I07-F10-04", **spell)
    draft.add(_some(draft, employed, 0.01, 12, 5), "I26-F10-02", **spell)
    foreign = employed.filter("is_foreign")
    draft.add(_some(draft, foreign, 0.3, 12, 6), "I27-F10-02", **spell)
    draft.add(_some(draft, employed, 0.01, 14, 7), "I27-F10-04", **spell)
    disabled = employed.filter("is_disabled")
    draft.add(disabled, "I31-F10-01", **spell, **kind)
    draft.add(_some(draft, disabled, 0.4, 12, 8), "I31-F10-02", **spell, **kind)
    daily = draft.pick(pl.col("work") == "daily", with_planted=True)
    rows = draft.rng.integers(0, len(draft.country.employers), len(daily))
    hired = draft.country.employers[rows].select("employer_brn", "employer_name")
    daily = pl.concat([daily, hired], how="horizontal").with_columns(
        draft.days_ago(daily, 40, 200).alias("hired_on"),
        left_on=pl.lit(None, pl.Date),
        hours_per_week=pl.lit(40),
    )
    draft.add(daily, "I27-F10-03", **spell, employment_type="daily")
    draft.add(daily.filter(draft.chance(daily) < 0.4), "I07-F10-05", **spell)


def draft_training(draft: Draft) -> None:
    """F40: training, employment support, dual apprentices, direct jobs, assistants."""
    plans = (
        (
            "I07-F40-01",
            pl.col("age").is_between(20, 60) & pl.col("work").is_in(["inactive", "employee"]),
            0.012,
            1_500_000,
            200,
        ),
        (
            "I07-F40-02",
            pl.col("age").is_between(18, 64)
            & (pl.col("work") == "inactive")
            & ~pl.col("is_on_livelihood"),
            0.03,
            500_000,
            0,
        ),
        ("I07-F40-03", (pl.col("work") == "employee"), 0.03, 200_000, 16),
        (
            "I07-F40-04",
            (pl.col("work") == "employee") & pl.col("age").is_between(18, 30),
            0.02,
            700_000,
            300,
        ),
        (
            "I07-F40-05",
            pl.col("age").is_between(18, 32) & (pl.col("work") == "inactive"),
            0.02,
            600_000,
            120,
        ),
        (
            "I27-F40-01",
            pl.col("age").is_between(50, 80) & (pl.col("work") == "inactive"),
            0.02,
            900_000,
            60,
        ),
        (
            "I27-F40-02",
            pl.col("age").is_between(20, 60) & (pl.col("work") == "inactive"),
            0.01,
            316_000,
            140,
        ),
        (
            "I31-F40-01",
            pl.col("is_disabled") & pl.col("age").is_between(18, 60),
            0.04,
            300_000,
            200,
        ),
        ("I31-F40-02", pl.col("is_severely_disabled") & (pl.col("work") == "employee"), 0.2, 0, 40),
    )
    for document, who, share, amount, hours in plans:
        people = draft.pick(who, share, 14)
        begun = draft.days_ago(people, 30, 180)
        draft.add(
            people,
            document,
            provider_no=draft.keys(people, 8, 40),
            supported_from=begun,
            supported_to=begun.dt.offset_by("6mo"),
            hours=hours or None,
            amount=draft.won(people, amount, 0.3) if amount else 0,
            programme_code=_programme(draft, document, people),
        )


def _programme(draft: Draft, document: str, people: pl.DataFrame) -> pl.Series:
    words = draft.words(document, "programme_code") or [
        "direct_job",
        "training_allowance",
        "centre_training",
    ]
    return draft.choice(people, words)
