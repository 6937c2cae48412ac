"""The check of an application as lines of text.

Here: drawing. Never here: what is judged (`judging`). Next: `hub check-application` prints the lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.applications.facts import RELATIONS, Receipt
from hub.applications.judging import (
    CLEAR,
    CONFLICT,
    LOOK,
    NEEDS_A_LOOK,
    NOTE,
    ApplicationCheck,
    Ground,
)
from hub.applications.words import programme_text, relation_text
from hub.programmes.explanation.amounts import given
from hub.programmes.explanation.rendering import WIDTH, fold
from hub.programmes.explanation.texts import Text, day_text

_VERDICTS = {
    CLEAR: Text(
        "CLEAR: nothing on record stands in the way.", "이상 없음: 지급을 막는 기록이 없습니다."
    ),
    CONFLICT: Text(
        "CONFLICT: not to be granted as it stands.", "중복·제한: 이대로는 지급할 수 없습니다."
    ),
    NEEDS_A_LOOK: Text("NEEDS A LOOK before it is granted.", "확인 필요: 지급 전에 확인하십시오."),
}
_MARKS = {CONFLICT: "✗", LOOK: "?", NOTE: "·"}
_OUTCOMES = {
    "eligible": Text("entitled", "수급요건 충족"),
    "ineligible": Text("not entitled", "요건 미충족"),
    "undetermined": Text("not settled", "확인 필요"),
    "not_in_force": Text("not in force", "시행 중 아님"),
}


def render_check(
    check: ApplicationCheck, language: str, notes: Sequence[Text] = (), width: int = WIDTH
) -> list[str]:
    """Return the lines of a check in one language, none wider than `width`.

    Args:
        check: what to draw.
        language: en or ko.
        notes: said before everything else.
        width: columns; letters of full width take two.
    """
    facts = check.facts
    programme = facts.programme
    name = programme.name_ko if language == "ko" else programme.name_en
    lines = [line for note in notes for line in fold(note.said(language), width)]
    day = day_text(facts.night).said(language)
    lines += fold(f"{programme.code} {name}, {facts.person_id}, {day}", width)
    lines += fold(_VERDICTS[check.verdict].said(language), width)
    lines += _grounds((*check.of(CONFLICT), *check.of(LOOK)), language, width)
    lines += [
        "",
        Text("By the rules", "요건 판정").said(language),
        *_decision(check, language, width),
    ]
    lines += [
        "",
        Text("Received now", "현재 수급").said(language),
        *_receipts(check, language, width),
    ]
    quiet = check.of(NOTE)
    if quiet:
        lines += ["", Text("To be known", "참고").said(language), *_grounds(quiet, language, width)]
    if facts.not_told:
        told = Text(
            f"No sender tells who receives {', '.join(facts.not_told)}, which exclude it or share its"
            " quota; ask the authority in charge.",
            f"{', '.join(facts.not_told)}의 수급 자료는 연계되지 않습니다. 담당 기관에 확인하십시오.",
        )
        lines += ["", *fold(told.said(language), width)]
    return lines


def _grounds(grounds: Sequence[Ground], language: str, width: int) -> Iterator[str]:
    for ground in grounds:
        first, *rest = fold(ground.text.said(language), width - 4)
        yield f"  {_MARKS[ground.level]} {first}"
        for line in rest:
            yield f"    {line}"


def _decision(check: ApplicationCheck, language: str, width: int) -> Iterator[str]:
    decided = check.facts.decided
    if decided is None:
        yield Text("  nobody to decide about", "  판정 대상 없음").said(language)
        return
    said = _OUTCOMES[decided.outcome]
    if decided.outcome == "eligible":
        said += Text(": ", ": ") + given(check.facts.programme.amount, decided.amount)
        if decided.payable_amount not in {None, decided.amount}:
            payable = given(check.facts.programme.amount, decided.payable_amount)
            said += Text(
                f"; after other programmes {payable.en}", f"; 다른 급여 반영 후 {payable.ko}"
            )
    for line in fold(said.said(language), width - 2):
        yield f"  {line}"
    for _, text in decided.reasons:
        first, *rest = fold(text.said(language), width - 6)
        yield f"    {'✗' if decided.outcome == 'ineligible' else '?'} {first}"
        for line in rest:
            yield f"      {line}"


def _receipts(check: ApplicationCheck, language: str, width: int) -> Iterator[str]:
    current = [receipt for receipt in check.facts.receipts if receipt.is_current]
    if not current:
        yield Text("  nothing on record", "  기록 없음").said(language)
    for relation in RELATIONS:
        mine = [receipt for receipt in current if receipt.relation == relation]
        if not mine:
            continue
        yield f"  {relation_text(relation).said(language)}"
        for receipt in mine:
            first, *rest = fold(_receipt_line(check, receipt).said(language), width - 4)
            yield f"    {first}"
            for line in rest:
                yield f"      {line}"


def _receipt_line(check: ApplicationCheck, receipt: Receipt) -> Text:
    name = programme_text(check.facts, receipt.programme_code)
    month = f"{receipt.month:%Y-%m}" if receipt.month else ""
    if receipt.role == "entitlement":
        return name + Text(", entitled", ", 수급권 있음")
    if not receipt.amount:
        return name + Text(f", in kind, {month}", f", 현물, {month}")
    return name + Text(f", {receipt.amount:,} won, {month}", f", {receipt.amount:,}원, {month}")
