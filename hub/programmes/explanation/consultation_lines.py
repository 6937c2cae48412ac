"""A consultation as lines of text: what to apply for, what is received, what is nearly reached.

Here: drawing. Never here: what is decided (`consulting`). Next: `hub consult` prints the lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.programmes.explanation.amounts import given
from hub.programmes.explanation.consulting import (
    APPLY,
    ENDED,
    EXCLUDED,
    FAR,
    LOST,
    NEARLY,
    NO_UNIT,
    OPEN,
    RECEIVED,
    SETTLE,
    Advice,
    Consultation,
    counts_by_reason,
    interactions_text,
)
from hub.programmes.explanation.point import Point
from hub.programmes.explanation.rendering import WIDTH, columns, fold
from hub.programmes.explanation.texts import Text, day_text, quantity

_REASONS_SHOWN = 12
_TITLES = {
    APPLY: Text("Entitled and not received: apply for", "신청 가능(해당, 미수급)"),
    RECEIVED: Text("Received and still entitled", "수급 중(계속 해당)"),
    LOST: Text("Received, but not entitled any more", "수급 중이나 요건 미충족"),
    OPEN: Text("Received, but it is not known whether entitled", "수급 중이나 확인 필요"),
    EXCLUDED: Text("Entitled, but another programme excludes it", "해당하나 중복 불가"),
    NEARLY: Text("Nearly: one condition is missing", "거의 해당(요건 하나 부족)"),
    SETTLE: Text("To be settled: nothing fails, but something is not known", "확인하면 판정 가능"),
}
_FAR = Text("Not eligible, by condition that fails", "해당 없음(미충족 요건별 급여 수)")


def render_consultation(
    consultation: Consultation,
    language: str,
    notes: Sequence[Text] = (),
    width: int = WIDTH,
    *,
    everything: bool = False,
) -> list[str]:
    """Return the lines of a consultation in one language, none wider than `width`.

    Args:
        consultation: what to draw.
        language: en or ko.
        notes: said before everything else.
        width: columns; letters of full width take two.
        everything: list the programmes out of reach, too.
    """
    case, day = consultation.case, day_text(consultation.day)
    lines = [line for note in notes for line in fold(note.said(language), width)]
    unit = f", {case.household_id}" if case.household_id else ""
    head = Text(f"One-stop consultation, {day.en}", f"원스톱 상담, {day.ko}")
    lines += fold(f"{head.said(language)}: {case.person_id}{unit}", width)
    for state, title in _TITLES.items():
        found = consultation.of(state)
        if found:
            lines += ["", f"{title.said(language)} ({len(found)})"]
            if state == SETTLE:
                lines += _questions(found, language, width)
                continue
            for each in found:
                lines += _lines(each, consultation, language, width)
    lines += _rest(consultation, language, width, everything=everything)
    return [*lines, "", *_totals(consultation, language, width)]


def _lines(advice: Advice, consultation: Consultation, language: str, width: int) -> Iterator[str]:
    programme, case = advice.programme, consultation.case
    name = programme.name_ko if language == "ko" else programme.name_en
    said = ""
    if advice.outcome == "eligible":
        held = advice.amount if advice.state == EXCLUDED else advice.payable_amount
        said = given(programme.amount, held).said(language)
    opening = f"  {programme.code}  "
    amount_width = columns(said)
    room = width - columns(opening) - (amount_width + 2 if said else 0)
    first, *rest = fold(name, max(room, 20))
    gap = " " * max(width - columns(opening + first) - amount_width, 1) if said else ""
    yield f"{opening}{first}{gap}{said}"
    indent = " " * columns(opening)
    for line in rest:
        yield indent + line
    below = []
    if advice.interaction_codes:
        below.append(interactions_text(advice, case).said(language))
    if advice.state == LOST:
        texts = {each.code: each for each in programme.conditions}
        below += [
            "✗ " + (texts[code].text_ko if language == "ko" else texts[code].text_en)
            for code in advice.reasons
        ]
    for point in advice.missing:
        below.append(("? " if point.mark == "unknown" else "✗ ") + point.text.said(language))
        below += ["  " + each.text.said(language) for each in point.children]
    for text in below:
        shift = indent + ("  " if text.startswith("  ") else "")
        for line in fold(text, width - len(shift)):
            yield shift + line


def _questions(found: Sequence[Advice], language: str, width: int) -> Iterator[str]:
    """Yield each thing that is not known once, with the programmes that wait for it."""
    waiting: dict[str, tuple[Point, list[str]]] = {}
    for each in found:
        name = each.programme.name_ko if language == "ko" else each.programme.name_en
        for point in each.missing:
            text = point.text.said(language)
            waiting.setdefault(text, (point, []))[1].append(f"{each.programme.code} {name}")
    for text, (point, names) in waiting.items():
        first, *rest = fold(f"? {text}", width - 2)
        yield f"  {first}"
        below = [" " * 4 + line for line in rest]
        programmes = Text("for ", "관련 급여: ").said(language) + "; ".join(names)
        for line in (programmes, *(child.text.said(language) for child in point.children)):
            below += [" " * 6 + part for part in fold(line, width - 6)]
        yield from below


def _rest(
    consultation: Consultation, language: str, width: int, *, everything: bool
) -> Iterator[str]:
    far = consultation.of(FAR)
    texts = {
        condition.code: condition.text_ko if language == "ko" else condition.text_en
        for each in far
        for condition in each.programme.conditions
    }
    if far:
        yield ""
        yield f"{_FAR.said(language)} ({len(far)})"
    if everything:
        for each in far:
            name = each.programme.name_ko if language == "ko" else each.programme.name_en
            yield from fold(f"  {each.programme.code}  {name}", width)
            for code in each.reasons:
                for line in fold(f"✗ {texts[code]}", width - 8):
                    yield " " * 8 + line
    elif far:
        counts = counts_by_reason(consultation)
        for code in list(counts)[:_REASONS_SHOWN]:
            first, *rest = fold(texts[code], width - 8)
            yield f"  {counts[code]:4,}  {first}"
            for line in rest:
                yield " " * 8 + line
        if len(counts) > _REASONS_SHOWN:
            left = len(counts) - _REASONS_SHOWN
            more = Text(
                f"and {left} other conditions; --all lists every programme",
                f"그 밖의 요건 {left}개; --all로 전체 보기",
            )
            yield " " * 8 + more.said(language)
    ended, homeless = len(consultation.of(ENDED)), len(consultation.of(NO_UNIT))
    if ended:
        said = Text(f"Not in force on the day: {ended}", f"시행 중이 아닌 급여: {ended}")
        yield from ("", said.said(language))
    if homeless:
        said = Text(
            f"For households, and the person is counted in none: {homeless}",
            f"가구 단위 급여이나 보장가구가 없음: {homeless}",
        )
        yield from ("", said.said(language))


def _totals(consultation: Consultation, language: str, width: int) -> list[str]:
    new = quantity(consultation.monthly_won(APPLY), "won_per_month")
    held = quantity(consultation.monthly_won(RECEIVED), "won_per_month")
    counts = [len(consultation.of(state)) for state in (APPLY, RECEIVED, LOST, NEARLY, SETTLE)]
    all_ = len(consultation.advice)
    text = Text(
        f"Of {all_} programmes: {counts[0]} to apply for, {counts[1]} received and entitled, "
        f"{counts[2]} received and not entitled, {counts[3]} nearly, {counts[4]} to be settled. "
        f"Cash and vouchers by month: {new.en} to apply for, {held.en} received.",
        f"전체 {all_}개 중 신청 가능 {counts[0]}, 수급 중 {counts[1]}, 수급 중이나 미충족 {counts[2]}, "
        f"거의 해당 {counts[3]}, 확인 필요 {counts[4]}. "
        f"월 단위 현금·바우처: 신청 가능 {new.ko}, 수급 중 {held.ko}.",
    )
    return fold(text.said(language), width)
