"""Facts of benefit entitlement (F34): decisions by person, programme and spell.

Here: decisions, granted and refused. Never here: payments (`benefits`). Next: `family_facts`.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.applications import with_applications
from sources.country.facts.drafting import Columns, Draft
from sources.country.facts.look_alikes import draft_old_repairs
from sources.country.facts.planted_identities import draft_second_entitlements
from sources.country.facts.programmes import held_programmes, programme_word

GOOD = (
    "entitled",
    "granted",
    "registered",
    "active",
    "eligible",
    "decided",
    "waiting",
    "surveyed",
    "advance_support",
)
BAD_SHARE = 0.06
REPAIR_GRANTED = "P261"
"""Improvement of farm houses; no other repair of the home is granted for three years."""


def draft_entitlements(draft: Draft) -> None:
    """F34: a row a decision; those who are paid in F35 hold their programme here too."""
    held = held_programmes(draft.country)
    held = held.filter(pl.col("document").is_in(list(draft.documents)))
    for document in draft.documents:
        rows = held.filter(pl.col("document") == document)
        if rows.is_empty():
            rows = draft.pick(pl.col("age").is_between(30, 60), 0.001, 12).select("person_number")
            words = draft.words(document, "programme_code") or ["local_benefit"]
            rows = rows.with_columns(draft.choice(rows, words).alias("programme_code"))
        people = draft.people.select("person_number", "head_number", "birth_date", "planted_rule")
        rows = rows.join(people, on="person_number", how="left", maintain_order="left")
        _add(draft, rows, document)
    _add_planted(draft)


def _add(draft: Draft, rows: pl.DataFrame, document: str) -> None:
    known = draft.words(document, "status")
    good = [word for word in GOOD if word in known]
    status = draft.choice(rows, good[:1] or ["entitled"])
    bad = [
        word
        for word in ("refused", "ended", "suspended", "rejected", "ineligible", "withdrawn")
        if word in known
    ]
    granted_before = rows["planted_rule"].is_not_null()
    if bad:
        # A few decisions are refusals of people who do not receive the programme.
        is_core = document in (
            "I06-F34-01",
            "I06-F34-03",
            "I06-F34-05",
            "I06-F34-06",
            "I06-F34-04",
            "I08-F34-02",
        )
        refused = (draft.chance(rows) < (0.0 if is_core else BAD_SHARE)) & ~granted_before
        status = rows.select(
            pl.when(refused).then(draft.choice(rows, bad)).otherwise(status)
        ).to_series()
    since = pl.max_horizontal(draft.days_ago(rows, 120, 1_500), pl.col("birth_date"))
    rows = rows.with_columns(
        since.alias("since"),
        status.alias("status"),
        unit_head_national_id_person_number=pl.col("head_number"),
    )
    rows = with_applications(draft, rows)
    draft.add(
        rows,
        document,
        applied_on=pl.col("applied_on"),
        application_contact_key=pl.col("application_contact_key"),
        programme_code=pl.col("programme_code"),
        status=pl.col("status"),
        entitled_from=pl.col("since"),
        decided_on=pl.max_horizontal(pl.col("since").dt.offset_by("-10d"), pl.col("birth_date")),
    )


def _add_planted(draft: Draft) -> None:
    draft_second_entitlements(draft)
    _add_refused(draft)
    _add_repaired(draft)
    draft_old_repairs(draft)
    since: Columns = {
        "entitled_from": draft.months(3)[0],
        "decided_on": draft.months(4)[0],
    }
    children = draft.planted("D20").filter(pl.col("age") < 19)
    children = children.with_columns(unit_head_national_id_person_number=pl.col("head_number"))
    for document, name, who in (
        ("I06-F34-06", "home_care_allowance", pl.col("age") >= 0),
        ("I06-F34-06", "childcare_fee", pl.col("age") < 3),
        ("I08-F34-02", "nuri_kindergarten", pl.col("age") >= 3),
    ):
        since["status"] = draft.word(document, "status", *GOOD)
        draft.add(
            children.filter(who),
            document,
            **since,
            programme_code=programme_word(draft, document, name),
        )
    claimed = draft.planted("D22").with_columns(
        unit_head_national_id_person_number=pl.col("mother_number")
    )
    own_homes = claimed["household_number"].implode()
    strangers = draft.pick(
        pl.col("age").is_between(30, 45)
        & (pl.col("sex") == "male")
        & ~pl.col("household_number").is_in(own_homes),
        0.0,
        max(len(claimed), 1),
    )
    twice = claimed.head(len(strangers)).with_columns(
        unit_head_national_id_person_number=strangers["person_number"].head(
            min(len(claimed), len(strangers))
        )
    )
    document = "I06-F34-05"
    since["status"] = draft.word(document, "status", *GOOD)
    draft.add(
        twice, document, **since, programme_code=programme_word(draft, document, "child_allowance")
    )


def _add_refused(draft: Draft) -> None:
    """D38, the other way: refused, or ended, and poor again since."""
    document = "I06-F34-01"
    poor = draft.planted("D38").filter(pl.col("hidden_monthly_amount").is_null())
    poor = poor.with_columns(unit_head_national_id_person_number=pl.col("head_number"))
    before = pl.col("person_number") % 4 == 1
    for who, status, begun, ended in (
        (before, "ended", draft.months(20)[0], draft.months(9)[0]),
        (~before, "refused", draft.months(9)[0], None),
    ):
        draft.add(
            poor.filter(who),
            document,
            programme_code=programme_word(draft, document, "livelihood"),
            status=status,
            entitled_from=begun,
            entitled_to=ended,
            decided_on=ended or begun,
        )


def _add_repaired(draft: Draft) -> None:
    """D21: a home repaired for farmers a year before it is repaired for poor owners."""
    document = "I11-F34-02"
    owners = draft.planted("D21").with_columns(
        unit_head_national_id_person_number=pl.col("head_number")
    )
    draft.add(
        owners,
        document,
        programme_code=REPAIR_GRANTED,
        status=draft.word(document, "status", "completed", "granted"),
        entitled_from=draft.months(14)[0],
        decided_on=draft.months(15)[0],
    )
