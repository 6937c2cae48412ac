"""What stands in the way of a grant, and the verdict: clear, conflict, or needs a look.

Here: grounds and their weight. Never here: reading or printing. Next: `lines` draws them.

A conflict is what the law or a rule forbids as far as records go; a look is what a person must settle;
a note changes nothing about the grant. A verdict is advice to an official, never a decision.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hub.applications.facts import (
    DWELLING,
    FORMER,
    SELF,
    SPOUSE,
    UNIT,
    ApplicationFacts,
    FindingOnFile,
    QuotaReceipt,
    Receipt,
)
from hub.applications.words import STATES_KO, programme_text, receipt_text, relation_text
from hub.programmes.explanation.texts import NOTHING, Text, joined, same

CONFLICT, LOOK, NOTE = LEVELS = ("conflict", "look", "note")
CLEAR, NEEDS_A_LOOK = "clear", "needs_a_look"
"""Verdicts; the third is `conflict`."""
_ASKING = {"AUTO", "HOLD", "REV"}
"""Actions of detection rules that ask somebody to look."""
_STANDING = {"open", "confirmed"}


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason for the verdict, or a note."""

    level: str
    code: str
    text: Text
    programme_code: str | None = None

    def mapping(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "level": self.level,
            "code": self.code,
            "programme_code": self.programme_code,
            "text_en": self.text.en,
            "text_ko": self.text.ko,
        }


@dataclass(frozen=True, slots=True)
class ApplicationCheck:
    """The verdict on one application, its grounds, and what they rest on."""

    facts: ApplicationFacts
    verdict: str
    grounds: tuple[Ground, ...]

    def of(self, level: str) -> tuple[Ground, ...]:
        """Return the grounds of one level."""
        return tuple(ground for ground in self.grounds if ground.level == level)

    def mapping(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        facts, decided = self.facts, self.facts.decided
        return {
            "person_id": facts.person_id,
            "household_id": facts.household_id,
            "programme_code": facts.programme.code,
            "name_en": facts.programme.name_en,
            "name_ko": facts.programme.name_ko,
            "release_id": facts.release_id,
            "as_of": facts.night,
            "verdict": self.verdict,
            "grounds": [ground.mapping() for ground in self.grounds],
            "decision": None
            if decided is None
            else {
                "outcome": decided.outcome,
                "amount": decided.amount,
                "payable_amount": decided.payable_amount,
                "amount_unit": facts.programme.amount.unit,
                "interaction_codes": list(decided.interaction_codes),
                "is_stored": decided.is_stored,
                "reasons": [
                    {"code": code, "text_en": text.en, "text_ko": text.ko}
                    for code, text in decided.reasons
                ],
            },
            "people": [{"person_id": who, "relation": is_} for who, is_ in facts.people.items()],
            "receipts": [_mapping(receipt) for receipt in facts.receipts],
            "quota_receipts": [_mapping(receipt) for receipt in facts.quota_receipts],
            "not_told": list(facts.not_told),
        }


def _mapping(receipt: Receipt | QuotaReceipt) -> dict[str, Any]:
    return {name: getattr(receipt, name) for name in type(receipt).__slots__}


def judge(facts: ApplicationFacts) -> ApplicationCheck:
    """Return the verdict on an application with all its grounds, the weightiest first."""
    grounds = dict.fromkeys(
        [
            *_of_person(facts),
            *_of_decision(facts),
            *_of_receipts(facts),
            *_of_quota(facts),
            *_of_findings(facts),
        ]
    )
    ordered = tuple(sorted(grounds, key=lambda ground: LEVELS.index(ground.level)))
    levels = {ground.level for ground in ordered}
    verdict = CONFLICT if CONFLICT in levels else NEEDS_A_LOOK if LOOK in levels else CLEAR
    return ApplicationCheck(facts, verdict, ordered)


def _of_person(facts: ApplicationFacts) -> Iterator[Ground]:
    if facts.death_date is not None:
        day = facts.death_date
        yield Ground(
            CONFLICT,
            "DIED",
            Text(f"Registered as dead since {day}.", f"{day} 사망 등록."),
        )
    for code, since in facts.holds:
        yield Ground(
            CONFLICT,
            "PAYMENT_HELD",
            Text("Payment of ", "")
            + programme_text(facts, code)
            + Text(f" is held since {since}.", f" 지급 보류 중({since}부터)."),
            code,
        )


def _of_decision(facts: ApplicationFacts) -> Iterator[Ground]:
    decided = facts.decided
    if decided is None:
        if facts.death_date is None:
            yield Ground(
                LOOK,
                "NOBODY_TO_DECIDE_ABOUT",
                Text(
                    "The programme is given to a unit, and the person is counted in none.",
                    "가구 단위 급여이나 보장가구원으로 산정되지 않음.",
                ),
            )
        return
    reasons = joined((text for _, text in decided.reasons), "; ", "; ")
    match decided.outcome:
        case "eligible":
            return
        case "ineligible":
            yield Ground(
                CONFLICT,
                "NOT_ENTITLED",
                Text(f"Not entitled; fails: {reasons.en}.", f"요건 미충족: {reasons.ko}."),
            )
        case "not_in_force":
            yield Ground(
                CONFLICT,
                "NOT_IN_FORCE",
                Text("The programme is not in force.", "시행 중이 아닌 급여."),
            )
        case _:
            yield Ground(
                LOOK,
                "UNDETERMINED",
                Text(f"Not settled; unknown: {reasons.en}.", f"확인 필요: {reasons.ko}."),
            )


def _of_receipts(facts: ApplicationFacts) -> Iterator[Ground]:
    mine = facts.programme.code
    excluding = {
        *(other for code, kind, other in facts.edges if kind == "exclusive" and code == mine),
        *(code for code, kind, other in facts.edges if kind == "exclusive" and other == mine),
    }
    for receipt in facts.receipts:
        if not receipt.is_current:
            continue
        code = receipt.programme_code
        name, who = programme_text(facts, code), relation_text(receipt.relation)
        said = receipt_text(receipt)
        if code == mine and _is_shared(facts, receipt, code):
            yield Ground(
                CONFLICT,
                "ALREADY_RECEIVED",
                Text(
                    f"Already received: {who.en}, {said.en}.", f"이미 수급 중: {who.ko}, {said.ko}."
                ),
                code,
            )
        elif code in excluding and _is_shared(facts, receipt, code):
            yield Ground(
                CONFLICT,
                "EXCLUSIVE",
                Text(
                    f"Nobody has it together with {name.en}: {who.en}, {said.en}.",
                    f"{name.ko}와(과) 중복 불가: {who.ko}, {said.ko}.",
                ),
                code,
            )
        elif code in excluding and receipt.relation == SPOUSE:
            yield Ground(
                NOTE,
                "SPOUSE_RECEIVES_EXCLUSIVE",
                Text(
                    f"The spouse receives {name.en}, which excludes it for one person.",
                    f"배우자가 {name.ko} 수급 중(동일인 중복 불가).",
                ),
                code,
            )
        if _is_shared(facts, receipt, code):
            yield from _of_amounts(facts, code, name)


def _of_amounts(facts: ApplicationFacts, code: str, name: Text) -> Iterator[Ground]:
    """Notes about amounts that one of the two lowers."""
    mine = facts.programme.code
    words = {
        ("counted_as_income_in", False): (
            "COUNTED_AS_INCOME",
            Text(f"{name.en} counts as income here.", f"{name.ko}은(는) 소득으로 반영됨."),
        ),
        ("counted_as_income_in", True): (
            "COUNTS_AS_INCOME_IN",
            Text(
                f"Counts as income in {name.en}, which is received: that amount will fall.",
                f"수급 중인 {name.ko}의 소득으로 반영되어 그 급여가 줄어듦.",
            ),
        ),
        ("offset", False): (
            "OFFSET_BY",
            Text(f"Lowered by what {name.en} pays.", f"{name.ko} 지급액만큼 감액됨."),
        ),
        ("offset", True): (
            "OFFSETS",
            Text(f"Lowers {name.en}, which is received.", f"수급 중인 {name.ko}이(가) 감액됨."),
        ),
    }
    for one, kind, other in facts.edges:
        if {one, other} == {mine, code} and (kind, one == mine) in words:
            ground, text = words[kind, one == mine]
            yield Ground(NOTE, ground, text, code)


def _is_shared(facts: ApplicationFacts, receipt: Receipt, code: str) -> bool:
    """Whether a receipt bears on the applicant: the own, or the unit's where one is the unit's."""
    if receipt.relation == SELF:
        return True
    other = facts.programmes.get(code)
    is_of_unit = facts.programme.scope == "household" or (
        other is not None and other.scope == "household"
    )
    return receipt.relation == UNIT and is_of_unit


def _of_quota(facts: ApplicationFacts) -> Iterator[Ground]:
    for receipt in facts.quota_receipts:
        months = months_since(receipt.month, facts.night)
        name, who = programme_text(facts, receipt.programme_code), relation_text(receipt.relation)
        text = Text(
            f"{name.en}, {receipt.month:%Y-%m}, {who.en}: {months} of the "
            f"{facts.quota_months} months that the quota asks have passed",
            f"{name.ko}, {receipt.month:%Y-%m}, {who.ko}: {months}개월 전"
            f"(한도 {facts.quota_months}개월)",
        )
        if months >= facts.quota_months:
            yield Ground(NOTE, "QUOTA_PAST", text + same("."), receipt.programme_code)
        elif receipt.is_same_dwelling is None:
            why = Text("; for which dwelling is not known.", "; 대상 주택 확인 필요.")
            yield Ground(LOOK, "QUOTA_DWELLING_UNKNOWN", text + why, receipt.programme_code)
        elif not receipt.is_same_dwelling:
            why = Text("; for another dwelling.", "; 다른 주택.")
            yield Ground(NOTE, "QUOTA_OTHER_DWELLING", text + why, receipt.programme_code)
        elif receipt.relation in {DWELLING, FORMER} and (facts.families_in_dwelling or 0) > 1:
            why = Text("; several families live at the address.", "; 한 주소에 여러 가구.")
            yield Ground(LOOK, "QUOTA_SHARED_ADDRESS", text + why, receipt.programme_code)
        else:
            why = Text("; for the same dwelling.", "; 같은 주택.")
            yield Ground(CONFLICT, "QUOTA_USED", text + why, receipt.programme_code)


def _of_findings(facts: ApplicationFacts) -> Iterator[Ground]:
    """One ground a rule, person's place, programme and state; a finding is one month."""
    alike: dict[tuple[str, str, str | None, str], list[FindingOnFile]] = {}
    for finding in facts.findings:
        if finding.state in _STANDING:
            key = (finding.rule_id, finding.relation, finding.programme_code, finding.state)
            alike.setdefault(key, []).append(finding)
    for (rule_id, relation, code, state), found in alike.items():
        concerns = relation == SELF or (relation == UNIT and facts.programme.scope == "household")
        level = LOOK if concerns and found[0].action in _ASKING else NOTE
        who, rule = relation_text(relation), found[0].rule_name
        about = same(", ") + programme_text(facts, code) if code else NOTHING
        months = sorted({f"{each.period:%Y-%m}" for each in found if each.period})
        when = " to ".join(dict.fromkeys([*months[:1], *months[-1:]]))
        named = found[-1].finding_id
        yield Ground(
            level,
            f"FINDING_{rule_id}",
            Text(
                f"{rule_id} {rule.en}{about.en}: {who.en}, {when or 'no month'}, {state}"
                f" ({len(found)}; `hub explain finding {named}`).",
                f"{rule_id} {rule.ko}{about.ko}: {who.ko}, {when.replace(' to ', '~') or '월 없음'}, {STATES_KO[state]}"
                f"({len(found)}건; `hub explain finding {named}`).",
            ),
            code,
        )


def months_since(month: dt.date, day: dt.date) -> int:
    """Return how many months lie between a month and a day's month."""
    return (day.year - month.year) * 12 + day.month - month.month
