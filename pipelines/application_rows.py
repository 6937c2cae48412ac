"""One application in a release: who belongs to the applicant, what all of them receive, what is on file.

Here: point look-ups, and putting them together. Never here: what they mean for a grant
(`hub.applications.judging`). Next: `hub check-application` prints the check.

Every table is looked up by the column that it is sorted by, so that only row groups that can hold the
person are read; findings and quota receipts are sorted otherwise and small.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import lru_cache

import polars as pl

from hub.applications.facts import (
    DWELLING,
    RELATIONS,
    ApplicationFacts,
    FindingOnFile,
    KnownProgramme,
    Receipt,
)
from hub.applications.judging import ApplicationCheck, judge
from hub.findings.rules import Rule, load_rules
from hub.programmes.catalogue import CATALOGUE_FOLDER
from hub.programmes.explanation.texts import Text
from hub.programmes.programme import UNITS, Programme
from hub.programmes.reading import read_programmes
from pipelines.application_decision import decided, not_told
from pipelines.application_surroundings import (
    QUOTA_GROUP,
    is_limited,
    quota_receipts,
    surroundings,
)
from warehouse.person_rows import PersonRows
from warehouse.releases import Release

QUOTA_RULE = "D21"
"""The detection rule whose window is the quota's: one number for both."""


class NoApplicationError(LookupError):
    """There is nothing to check; the message says why and what to do."""


def check_application(
    release: Release,
    person_id: str,
    programme_code: str,
    state_of: Callable[[str], str] = lambda _finding_id: "open",
) -> ApplicationCheck:
    """Check an application before a grant.

    Args:
        release: whose tables are asked.
        person_id: the applicant, an ID of the release.
        programme_code: what is applied for, `P001` to `P292`.
        state_of: finding ID → its state, as the ledger has it; by default every finding is open.

    Raises:
        NoApplicationError: the release has no such person, or there is no such programme.
    """
    programme = _programme(programme_code)
    with PersonRows(release) as rows:
        return judge(_read(rows, person_id, programme, state_of))


def _read(
    rows: PersonRows, person_id: str, programme: Programme, state_of: Callable[[str], str]
) -> ApplicationFacts:
    person = rows.where("person", "person_id", [person_id], ["person_id", "death_date"])
    night = rows.release.night
    if person.is_empty():
        raise NoApplicationError(
            f"no person {person_id} in the release of {night}; `hub index find` looks people up"
        )
    died = person["death_date"][0]
    known = _programmes(rows)
    around = surroundings(rows, person_id)
    quota = quota_receipts(rows, programme, around)
    people = around.people | {
        receipt.person_id: receipt.relation
        for receipt in quota
        if receipt.person_id not in around.people
    }
    subjects = rows.where("person_subject", "subject_id", {person_id, *around.counted})
    edges = _edges(rows, programme.code)
    return ApplicationFacts(
        release_id=rows.release.release_id,
        night=night,
        person_id=person_id,
        programme=programme,
        death_date=died if died is not None and died <= night else None,
        household_id=around.household_id,
        people=people,
        families_in_dwelling=around.families,
        receipts=_receipts(rows, around.people, known),
        edges=edges,
        quota_group=QUOTA_GROUP if is_limited(rows, programme.code) else "",
        quota_months=quota_months(),
        quota_receipts=quota,
        findings=_findings(rows, around.people, state_of),
        holds=_holds(rows, person_id),
        decided=decided(rows, programme, person_id, around, subjects),
        programmes=known,
        not_told=not_told(
            subjects.filter(pl.col("subject_id") == person_id), programme.code, edges
        ),
    )


def quota_months() -> int:
    """Return the months of the quota, as its detection rule has them."""
    return int(_rules()[QUOTA_RULE].settings["window_months"])


@lru_cache(maxsize=1)
def _rules() -> Mapping[str, Rule]:
    """Return the detection rules by ID; read once, as a desk checks one application after the other."""
    return {rule.id: rule for rule in load_rules()}


def _programme(code: str) -> Programme:
    wanted = code.strip().upper()
    paths = list(CATALOGUE_FOLDER.glob(f"{wanted}_*.toml")) if wanted.isalnum() else []
    if not paths:
        raise NoApplicationError(f"no programme {code}; see `hub programmes list`")
    return read_programmes(paths)[0]


def _programmes(rows: PersonRows) -> dict[str, KnownProgramme]:
    columns = ["code", "name_en", "name_ko", "unit", "period"]
    return {
        code: KnownProgramme(code, Text(english, korean), UNITS[unit], cycle)
        for code, english, korean, unit, cycle in rows.whole("programme", columns).iter_rows()
    }


def _edges(rows: PersonRows, code: str) -> tuple[tuple[str, str, str], ...]:
    """Return the interactions of a programme; others of its group exclude it."""
    table = rows.whole("programme_interaction", ["programme_code", "kind", "other"])
    direct = table.filter(
        (pl.col("kind") != "group")
        & ((pl.col("programme_code") == code) | (pl.col("other") == code))
    )
    groups = table.filter((pl.col("kind") == "group") & (pl.col("programme_code") == code))
    together = table.filter(
        (pl.col("kind") == "group")
        & pl.col("other").is_in(groups["other"].to_list())
        & (pl.col("programme_code") != code)
    )
    edges = {(one, kind, other) for one, kind, other in direct.iter_rows()}
    edges |= {
        (min(code, other), "exclusive", max(code, other)) for other in together["programme_code"]
    }
    return tuple(sorted(edges))


def _receipts(
    rows: PersonRows, people: Mapping[str, str], known: Mapping[str, KnownProgramme]
) -> tuple[Receipt, ...]:
    """Return what people were paid over the last year, and what they are entitled to.

    Current is what was paid for the month before the last whole one or since, of yearly benefits what
    was paid within the year, and every open entitlement. Of a month's payments the sum is told.
    """
    night = rows.release.night
    last_whole = (night.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    since = (last_whole - dt.timedelta(days=1)).replace(day=1)
    paid = (
        rows.where(
            "benefit_received",
            "person_id",
            people,
            ["person_id", "programme_code", "month", "amount"],
        )
        .group_by("person_id", "programme_code", "month")
        .agg(pl.col("amount").sum())
        .sort("person_id", "programme_code", "month")
        .group_by("person_id", "programme_code", maintain_order=True)
        .last()
    )
    found = [
        Receipt(
            who,
            people[who],
            code,
            month,
            amount,
            "payment",
            is_current=month >= since or (code in known and known[code].payment_cycle == "yearly"),
        )
        for who, code, month, amount in paid.iter_rows()
    ]
    told = {(receipt.person_id, receipt.programme_code) for receipt in found if receipt.is_current}
    if rows.has("benefit_entitled"):
        entitled = rows.where(
            "benefit_entitled", "person_id", people, ["person_id", "programme_code", "month"]
        )
        found += [
            Receipt(who, people[who], code, month, None, "entitlement", is_current=True)
            for who, code, month in entitled.iter_rows()
            if (who, code) not in told
        ]
    return tuple(
        sorted(
            found,
            key=lambda each: (
                RELATIONS.index(each.relation),
                each.person_id,
                each.programme_code,
                each.role,
            ),
        )
    )


def _findings(
    rows: PersonRows, people: Mapping[str, str], state_of: Callable[[str], str]
) -> tuple[FindingOnFile, ...]:
    names = {rule.id: Text(rule.name_en, rule.name_ko) for rule in _rules().values()}
    asked = [who for who, relation in people.items() if relation != DWELLING]
    found = rows.where(
        "finding",
        "person_id",
        asked,
        ["finding_id", "rule_id", "action", "person_id", "programme_code", "period"],
    ).sort("rule_id", "period", "finding_id")
    return tuple(
        FindingOnFile(
            finding_id,
            rule_id,
            names.get(rule_id, Text(rule_id, rule_id)),
            action,
            state_of(finding_id),
            people[who],
            code,
            period,
        )
        for finding_id, rule_id, action, who, code, period in found.iter_rows()
    )


def _holds(rows: PersonRows, person_id: str) -> tuple[tuple[str, dt.date | None], ...]:
    if not rows.has("payment_hold"):
        return ()
    columns = ["programme_code", "held_from"]
    return tuple(rows.where("payment_hold", "person_id", [person_id], columns).iter_rows())
