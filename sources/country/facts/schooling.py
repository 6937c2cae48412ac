"""Facts of school and military service: enrolment by age (F09), service of young men (F08).

Here: enrolment and service spells. Never here: education benefits. Next: `family_facts`.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from sources.country.facts.drafting import Draft
from sources.country.facts.transfers import BASIC

LEVELS = ((6, "elementary", 7), (12, "middle", 13), (15, "high", 16))
SCHOOL_WORDS = {"elementary": "초등학교", "middle": "중학교", "high": "고등학교", "university": "대학교",
                "college": "전문대학", "kindergarten": "유치원"}  # fmt: skip
SCHOOL_NAMES = ("한빛", "중앙", "새봄", "동산", "푸른", "은하", "송정", "신흥", "평화", "해솔")


def _school_age(draft: Draft) -> pl.Expr:
    """Age in the Korean school year: the year of birth decides, the year begins in March."""
    school_year = draft.as_of.year if draft.as_of.month >= 3 else draft.as_of.year - 1
    return school_year - pl.col("birth_date").dt.year()


def _named(
    draft: Draft, frame: pl.DataFrame, pool: int, kind: str
) -> dict[str, pl.Series | pl.Expr]:
    name = draft.choice(frame, SCHOOL_NAMES)
    return {
        "school_no": draft.keys(frame, 7, pool),
        "school_name": name + SCHOOL_WORDS.get(kind, "학교"),
    }


def draft_enrolment(draft: Draft) -> None:
    """F09: pupils and students of the year, changes of the roll, special education."""
    year = draft.as_of.year if draft.as_of.month >= 3 else draft.as_of.year - 1
    opening = dt.date(year, 3, 2)
    pupils = draft.pick(with_planted=True).with_columns(school_age=_school_age(draft))
    size = max(3, len(draft.people) // 6_000)
    # Recipients of education benefits go to school all year, unless a case is planted.
    free = pl.col("planted_rule").is_null() & ~pl.col("is_on_medical_aid") & ~pl.col("is_near_poor")
    for first, level, base in LEVELS:
        last = {"elementary": 12, "middle": 15, "high": 18}[level]
        of_age = pupils.filter(pl.col("school_age").is_between(first + 1, last))
        of_age = of_age.with_columns(grade=pl.col("school_age") - base + 1)
        enrolled = pl.lit(opening).dt.offset_by("0d") - pl.duration(
            days=365 * (pl.col("grade") - 1)
        )
        spell = {
            "level": pl.lit(level),
            "grade": pl.col("grade"),
            "enrolled_on": enrolled.dt.truncate("1mo"),
        }
        draft.add(
            of_age,
            "I08-F09-01",
            **spell,
            **_named(draft, of_age, size * 3, level),
            status=pl.when(free)
            .then(draft.choice(of_age, ["enrolled", "on_leave", "deferred"], [985, 10, 5]))
            .otherwise(pl.lit("enrolled")),
        )
        changed = of_age.filter(free).sample(fraction=0.02, seed=draft.country.seed)
        draft.add(
            changed,
            "I08-F09-02",
            **spell,
            **_named(draft, changed, size * 3, level),
            left_on=draft.days_ago(changed, 1, 90),
        )
        absent = of_age.filter(free).sample(fraction=0.006, seed=draft.country.seed)
        if level != "high":
            draft.add(absent, "I08-F09-07", **spell, **_named(draft, absent, size * 3, level))
    small = pupils.filter(
        (pl.col("childcare") == "kindergarten") & (pl.col("planted_rule").fill_null("") != "D20")
    )
    draft.add(
        small,
        "I08-F09-03",
        **_named(draft, small, size * 4, "kindergarten"),
        grade=pl.col("age"),
        status=draft.choice(small, ["enrolled", "left", "graduated"], [97, 2, 1]),
        enrolled_on=opening,
    )
    _draft_students(draft, pupils, opening, size)
    special = pupils.filter(pl.col("is_disabled") & (pl.col("age") < 19))
    draft.add(
        special,
        "I08-F09-05",
        **_named(draft, special, size, "special"),
        enrolled_on=opening,
        grade=1,
        status=draft.choice(special, ["selected", "placed", "cancelled"], [20, 77, 3]),
    )
    late = draft.pick(pl.col("age") > 55, 0.003)
    draft.add(late, "I08-F09-06", **_named(draft, late, size, "high"), enrolled_on=opening, grade=1)


def _draft_students(draft: Draft, pupils: pl.DataFrame, opening: dt.date, size: int) -> None:
    left = (pl.col("planted_rule") == "D16").fill_null(value=False)
    students = pupils.filter("is_student")
    grade = pl.min_horizontal(pl.max_horizontal(pl.col("age") - 18, 1), 4)
    entered = (pl.lit(opening) - pl.duration(days=365 * (grade - 1))).dt.truncate("1mo")
    draft.add(
        students,
        "I08-F09-04",
        **_named(draft, students, size, "university"),
        grade=grade,
        level=draft.choice(
            students,
            ["university", "college", "cyber_university", "master", "doctor"],
            [66, 22, 5, 5, 2],
        ),
        status=pl.when(left).then(pl.lit("dropped_out")).otherwise("student_state"),
        enrolled_on=entered,
        left_on=pl.when(left).then(pl.lit(draft.as_of) - pl.duration(days=100)),
    )
    soldiers = pupils.filter(pl.col("is_conscript") & pl.col("planted_rule").is_null())
    draft.add(
        soldiers,
        "I08-F09-04",
        **_named(draft, soldiers, size, "university"),
        grade=2,
        level="university",
        status="military_leave",
        enrolled_on=pl.lit(opening).dt.offset_by("-1y"),
    )


def draft_military_service(draft: Draft) -> None:
    """F08: examinations, conscripts, social and alternative service, career soldiers."""
    man = (pl.col("sex") == "male") & ~pl.col("is_foreign")
    career = draft.pick(pl.col("work") == "soldier", with_planted=True)
    draft.add(
        career,
        "I14-F08-01",
        enlisted_on=draft.days_ago(career, 400, 7_000),
        status=draft.choice(career, ["serving", "on_leave", "parental_leave"], [95, 3, 2]),
    )
    reserve = draft.pick(man & pl.col("age").is_between(27, 45) & ~BASIC, 0.004)
    draft.add(
        reserve,
        "I14-F08-02",
        enlisted_on=draft.days_ago(reserve, 100, 1_000),
        discharged_on=draft.days_ago(reserve, 1, 90),
    )
    examined = draft.pick(man & pl.col("age").is_between(18, 20))
    grade = draft.choice(
        examined,
        ["grade_1", "grade_2", "grade_3", "grade_4", "grade_5", "grade_6", "grade_7"],
        [30, 30, 22, 13, 3, 1, 1],
    )
    draft.add(
        examined,
        "I15-F08-01",
        fitness_grade=grade,
        status=draft.choice(examined, ["decided", "pending", "appealed"], [94, 5, 1]),
        service_type=grade.replace_strict(
            {
                "grade_4": "supplementary",
                "grade_5": "wartime_labour",
                "grade_6": "exempt",
                "grade_7": "reexamination",
            },
            default="active",
        ),
        enlisted_on=pl.lit(None),
    )
    conscripts = draft.pick(pl.col("is_conscript"), with_planted=True)
    branches = [
        "army_conscript",
        "navy_conscript",
        "air_force_conscript",
        "marine_conscript",
        "police_firefighter_duty",
    ]
    draft.add(
        conscripts,
        "I15-F08-02",
        enlisted_on=pl.col("enlisted_on"),
        status="serving",
        service_type=draft.choice(conscripts, branches, [70, 9, 12, 5, 4]),
    )
    discharged = draft.pick(man & pl.col("age").is_between(21, 25) & ~pl.col("is_conscript"), 0.3)
    ended = draft.days_ago(discharged, 20, 700)
    draft.add(
        discharged,
        "I15-F08-02",
        enlisted_on=ended - dt.timedelta(days=548),
        discharged_on=ended,
        status="discharged",
        service_type=draft.choice(discharged, branches, [70, 9, 12, 5, 4]),
    )
    for document, share in (
        ("I15-F08-03", 0.02),
        ("I15-F08-04", 0.008),
        ("I15-F08-05", 0.004),
        ("I15-F08-06", 0.003),
    ):
        young = draft.pick(
            man & pl.col("age").is_between(20, 27) & ~pl.col("is_conscript") & ~BASIC, share, 10
        )
        draft.add(young, document, enlisted_on=draft.days_ago(young, 30, 500))
