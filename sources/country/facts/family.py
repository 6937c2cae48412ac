"""Facts of kin and of births and deaths: family relations (F03) and vital events (F04).

Here: relations, marriages, guardians, births, deaths and what other bodies saw of them. Never
here: households. Next: `family_facts`.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from sources.country.facts.drafting import Draft
from sources.country.facts.programmes import holds_something

KOREAN = ~pl.col("is_foreign")
PAPER_DIVORCE_DAYS = 390
"""How long ago the couples of D39 divorced."""


def _relation(people: pl.DataFrame, column: str, relation: str) -> pl.DataFrame:
    return people.filter(pl.col(column).is_not_null()).with_columns(
        relative_national_id_person_number=pl.col(column), relation=pl.lit(relation)
    )


def _with_relative_name(draft: Draft, frame: pl.DataFrame) -> pl.DataFrame:
    numbers = frame["relative_national_id_person_number"].cast(pl.UInt32)
    return frame.with_columns(relative_name=draft.people["full_name"].gather(numbers))


def draft_relations(draft: Draft) -> None:
    """F03: parents, spouses and children as registered, marriages, divorces, guardians."""
    people = draft.pick(KOREAN, with_planted=True, with_dead=True)
    parents = pl.concat(
        [_relation(people, "father_number", "father"), _relation(people, "mother_number", "mother")]
    )
    spouses = (
        _relation(people, "spouse_number", "spouse")
        .with_columns(
            married_on=pl.max_horizontal(
                pl.col("birth_date").dt.offset_by("26y"),
                pl.col("moved_in_on") - pl.duration(days=60),
            )
        )
        .with_columns(
            married_on=pl.min_horizontal("married_on", pl.lit(draft.as_of) - pl.duration(days=30))
        )
    )
    children = parents.with_columns(
        relative_national_id_person_number=pl.col("person_number"),
        person_number=pl.col("relative_national_id_person_number"),
        relation=pl.lit("child"),
        child_birth=pl.col("birth_date"),
    )
    who = {"relation": pl.col("relation"), "relative_name": pl.col("relative_name")}
    current = {"event": pl.lit("current")}
    draft.add(
        _with_relative_name(draft, parents),
        "I02-F03-01",
        **who,
        **current,
        effective_on=pl.col("birth_date"),
    )
    draft.add(
        _with_relative_name(draft, children),
        "I02-F03-01",
        **who,
        **current,
        effective_on=pl.col("child_birth"),
    )
    married = _with_relative_name(draft, spouses)
    draft.add(married, "I02-F03-01", **who, **current, effective_on=pl.col("married_on"))
    recent = married.filter(pl.col("married_on") > draft.months(36)[0])
    draft.add(recent, "I02-F03-02", **who, event="marriage", effective_on=pl.col("married_on"))
    alone = draft.pick(
        KOREAN & pl.col("age").is_between(35, 70) & pl.col("spouse_number").is_null(), 0.16
    )
    partners = draft.pick(
        KOREAN & pl.col("age").is_between(35, 70) & pl.col("spouse_number").is_null(), 0.16
    )
    size = min(len(alone), len(partners)) - 1
    divorced = (
        alone.head(size)
        .with_columns(
            relative_national_id_person_number=partners["person_number"].slice(1, size),
            relation=pl.lit("spouse"),
        )
        .filter(pl.col("person_number") != pl.col("relative_national_id_person_number"))
    )
    divorced = _with_relative_name(draft, divorced)
    divorced = divorced.with_columns(ended=draft.days_ago(divorced, 30, 3_000))
    draft.add(
        divorced,
        "I02-F03-02",
        **who,
        event=draft.choice(
            divorced, ["divorce_by_agreement", "divorce_by_court", "annulment"], [76, 22, 2]
        ),
        effective_on=pl.col("ended") - pl.duration(days=4_000),
        ended_on=pl.col("ended"),
    )
    _draft_paper_divorces(draft)
    _draft_adoption_and_guardians(draft, parents)
    listed = _with_relative_name(
        draft, parents.filter(pl.col("age") > 30).sample(fraction=0.3, seed=draft.country.seed)
    )
    draft.add(listed, "I02-F03-08", **who, **current, effective_on=pl.col("birth_date"))


def _draft_paper_divorces(draft: Draft) -> None:
    """Divorces of D39, told of both; the two live on at one address."""
    carriers = draft.planted("D39").with_columns(
        ended=draft.as_of - dt.timedelta(days=PAPER_DIVORCE_DAYS)
    )
    partners = draft.people.join(
        carriers.select(person_number="partner_number", other="person_number", ended="ended"),
        on="person_number",
        maintain_order="left",
    )
    both = pl.concat(
        [
            carriers.select("person_number", "ended", other="partner_number"),
            partners.select("person_number", "ended", "other"),
        ]
    ).with_columns(relative_national_id_person_number=pl.col("other").cast(pl.Int64))
    draft.add(
        _with_relative_name(draft, both),
        "I02-F03-02",
        relation="spouse",
        relative_name=pl.col("relative_name"),
        event="divorce_by_agreement",
        effective_on=pl.col("ended") - pl.duration(days=9_000),
        ended_on=pl.col("ended"),
    )


def _draft_adoption_and_guardians(draft: Draft, parents: pl.DataFrame) -> None:
    def some(condition: pl.Expr, count: int, seed: int) -> pl.DataFrame:
        found = parents.filter(condition & pl.col("planted_rule").is_null() & pl.col("is_alive"))
        wanted = min(len(found), max(count, len(found) // 600))
        return _with_relative_name(draft, found.sample(wanted, seed=draft.country.seed + seed))

    child, adult = pl.col("age") < 18, pl.col("age") >= 19
    name = {"relative_name": pl.col("relative_name")}
    for seed, (document, frame) in enumerate(
        (
            ("I02-F03-03", some(adult, 14, 1)),
            ("I02-F03-04", some(child, 12, 2)),
            ("I02-F03-05", some(child, 14, 3)),
            ("I02-F03-06", some(adult, 16, 4)),
            ("I02-F03-07", some(child, 20, 5)),
        )
    ):
        relation = (
            {"relation": pl.col("relation")}
            if document == "I02-F03-05"
            else {
                "relation": draft.choice(
                    frame, draft.words(document, "relation") or ["guardian_of_minor"]
                )
            }
        )
        draft.add(
            frame, document, **name, **relation, effective_on=draft.days_ago(frame, 20 + seed, 900)
        )


def draft_vital_events(draft: Draft) -> None:
    """F04: births and deaths by every body that sees them; D02 deaths are in no register."""
    dead = draft.pick(pl.col("death_date").is_not_null(), with_planted=True, with_dead=True)
    registered = dead.filter(pl.col("planted_rule").fill_null("") != "D02")
    place = {"place": pl.col("address")}
    when = {"occurred_on": pl.col("death_date"), "reported_on": pl.col("death_reported_on")}
    for document in ("I01-F04-01", "I02-F04-02"):
        draft.add(registered, document, **place, **when, event="death")
    seen = {
        "occurred_on": pl.col("death_date"),
        "reported_on": pl.col("death_date").dt.offset_by("2d"),
    }
    cremated = dead.filter(draft.chance(dead) < 0.9)
    draft.add(
        pl.concat([cremated, dead.filter(pl.col("planted_rule") == "D02")]).unique(
            "person_number", maintain_order=True
        ),
        "I06-F04-01",
        **place,
        **seen,
        event="cremation",
    )
    buried = registered.filter(draft.chance(registered) < 0.1)
    draft.add(buried, "I37-F04-01", **place, **seen)
    old = registered.filter(pl.col("age") > 74)
    in_care = pl.concat(
        [old.filter(draft.chance(old) < 0.35), dead.filter(pl.col("planted_rule") == "D02")]
    )
    draft.add(in_care, "I24-F04-01", **place, **seen, event="death_in_facility")
    claimed = registered.filter(draft.chance(registered) < 0.6)
    draft.add(claimed, "I25-F04-01", **place, **seen, event="death_in_claim")
    alone = registered.filter(draft.chance(registered) < 0.06)
    draft.add(alone, "I06-F04-02", **place, **seen)
    unnatural = registered.filter((draft.chance(registered) < 0.12) & (pl.col("age") < 80))
    draft.add(unnatural, "I16-F04-02", **place, **seen, event="death_identified")
    restored = draft.pick(KOREAN & (pl.col("age") > 40), 0.0003, 8)
    draft.add(
        restored,
        "I01-F04-03",
        **place,
        occurred_on=draft.days_ago(restored, 60, 300),
        reported_on=draft.days_ago(restored, 5, 50),
    )
    # Nobody has seen those of D09.
    unseen = pl.col("planted_rule").fill_null("") == "D09"
    very_old = draft.pick((pl.col("age") >= 98) & ~unseen, with_planted=True)
    draft.add(
        very_old,
        "I01-F04-04",
        **place,
        event="alive_confirmed",
        occurred_on=draft.days_ago(very_old, 30, 120),
        reported_on=draft.days_ago(very_old, 10, 29),
    )
    missing = draft.pick(
        KOREAN & pl.col("age").is_between(30, 80) & ~holds_something(draft.country), 0.0004, 8
    )
    draft.add(
        missing,
        "I02-F04-03",
        **place,
        occurred_on=draft.days_ago(missing, 400, 2_000),
        reported_on=draft.days_ago(missing, 10, 390),
    )
    born = draft.pick((pl.col("age") < 2) & KOREAN, with_planted=True)
    named = born.with_columns(registered_on=pl.col("birth_date").dt.offset_by("9d")).filter(
        pl.col("registered_on") <= draft.as_of
    )
    birth = {"occurred_on": pl.col("birth_date"), "reported_on": pl.col("registered_on")}
    draft.add(named, "I01-F04-02", **place, **birth, event="birth")
    draft.add(named, "I02-F04-01", **place, **birth, event="birth")
    draft.add(
        born,
        "I25-F04-02",
        **place,
        occurred_on=pl.col("birth_date"),
        reported_on=pl.min_horizontal(pl.col("birth_date").dt.offset_by("3d"), pl.lit(draft.as_of)),
        event="live_birth",
    )
    sought = draft.pick((pl.col("age") < 18) | (pl.col("age") > 70), 0.003)
    draft.add(
        sought,
        "I16-F04-01",
        **place,
        occurred_on=draft.days_ago(sought, 20, 400),
        reported_on=draft.days_ago(sought, 1, 19),
    )
