"""A decision as a tree of sentences: outcome, conditions, amount, what would change it.

Here: from a replay, its programme and a case file to an explanation. Never here: reading a release or
printing. Next: `rendering` draws it; `hub explain` prints it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hub.programmes.evaluation.replay import Replay, TraceNode
from hub.programmes.explanation.amounts import given, interaction_text, worded
from hub.programmes.explanation.case_file import CaseFile, StoredDecision, parameter_text
from hub.programmes.explanation.changes import change, ends_on
from hub.programmes.explanation.conditions import (
    Judged,
    condition_point,
    judged,
    name_of,
    unknown_facts,
)
from hub.programmes.explanation.evidence import (
    receipt_points,
    settling_documents,
    unknown_points,
)
from hub.programmes.explanation.findings import (
    Seen,
    asked_words,
    fact_text,
    facts_seen,
    failure_text,
)
from hub.programmes.explanation.point import Point
from hub.programmes.explanation.texts import NOTHING, Text, day_text, joined, quantity, same
from hub.programmes.explanation.words import fact_name, fact_words
from hub.programmes.language import tree
from hub.programmes.programme import Programme

RECORDS_SHOWN = 4
"""Most records that are listed of one fact, for people."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one programme is or is not given to one subject."""

    replay: Replay
    programme: Programme
    headline: Text
    conditions: tuple[Point, ...]
    amount: tuple[Point, ...]
    changes: tuple[Point, ...]

    def mapping(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "subject_id": self.replay.subject_id,
            "programme_code": self.programme.code,
            "as_of": self.replay.day,
            "known_at": self.replay.known_at,
            "outcome": self.replay.outcome,
            "amount": self.replay.amount,
            "margin_amount": self.replay.margin_amount,
            "is_received": self.replay.is_received,
            "fail_mask": self.replay.fail_mask,
            "unknown_mask": self.replay.unknown_mask,
            "reasons": list(self.replay.reasons),
            "headline_en": self.headline.en,
            "headline_ko": self.headline.ko,
            "conditions": [point.mapping() for point in self.conditions],
            "amount_steps": [point.mapping() for point in self.amount],
            "changes": [point.mapping() for point in self.changes],
        }


def explain(
    replay: Replay,
    programme: Programme,
    case: CaseFile,
    stored: StoredDecision | None = None,
    *,
    records_shown: int | None = RECORDS_SHOWN,
) -> Explanation:
    """Put a replayed decision into words.

    Args:
        replay: the decision with its trace.
        programme: the programme that was replayed.
        case: records and names of the person and the unit.
        stored: what is stored after interactions, where it is.
        records_shown: most records to list of one fact; None lists all.
    """
    found = judged(replay, programme)
    person_id = case.person_id if programme.scope == "person" else None
    return Explanation(
        replay=replay,
        programme=programme,
        headline=_headline(replay, programme, case, found, stored),
        conditions=tuple(
            condition_point(each, programme, case, person_id, records_shown) for each in found
        ),
        amount=tuple(_amount_points(replay, programme, case, stored)),
        changes=tuple(_change_points(replay, found, programme, case, person_id)),
    )


def _headline(
    replay: Replay,
    programme: Programme,
    case: CaseFile,
    found: Sequence[Judged],
    stored: StoredDecision | None,
) -> Text:
    if replay.outcome == "not_in_force":
        day = day_text(replay.day)
        return Text(
            f"Not in force: there is no such programme on {day.en}.",
            f"시행 중 아님: {day.ko} 현재 시행되지 않는 급여입니다.",
        )
    received = (
        Text(" It is being received.", " 현재 수급 중입니다.") if replay.is_received else NOTHING
    )
    if replay.outcome == "eligible":
        return _eligible(replay, programme, stored) + received
    mark = "failed" if replay.outcome == "ineligible" else "unknown"
    reasons = [_reason(each, case) for each in found if each.mark == mark]
    if not reasons:
        reasons = [Text("the amount cannot be computed", "금액을 계산할 수 없음")]
    first, rest = reasons[0], len(reasons) - 1
    more = NOTHING
    if rest:
        more = Text(f"; and {rest} other condition{'s' if rest > 1 else ''}", f" 외 {rest}개 요건")
    opening = (
        Text("Not eligible: ", "해당 없음: ")
        if mark == "failed"
        else Text("Undetermined: ", "미정: ")
    )
    return opening + first + more + same(".") + received


def _eligible(replay: Replay, programme: Programme, stored: StoredDecision | None) -> Text:
    said = given(programme.amount, replay.amount)
    headline = Text(f"Eligible: {said.en}.", f"해당: {said.ko}.")
    if stored is None or stored.payable_amount == replay.amount:
        return headline
    payable = given(programme.amount, stored.payable_amount)
    return headline + Text(
        f" After other programmes payable: {payable.en}.",
        f" 다른 급여 반영 후 지급액: {payable.ko}.",
    )


def _reason(each: Judged, case: CaseFile) -> Text:
    if each.mark == "unknown":
        if each.is_missing:
            return Text(
                f"it is not known whether “{each.condition.text_en}” holds,"
                " because documents are missing",
                f"“{each.condition.text_ko}” 확인에 필요한 자료가 없음",
            )
        names = joined(dict.fromkeys(fact_name(fact) for fact, _ in unknown_facts(each)))
        return Text(f"{names.en} not known", f"{names.ko} 확인되지 않음")
    said = failure_text(each.seen)
    if said is not None:
        return said
    facts = facts_seen(each.seen)
    value = (
        fact_text(facts[0], case, asked_words(each.seen, name_of(facts[0]))) if facts else NOTHING
    )
    shown = Text(f" ({value.en})", f"({value.ko})") if value else NOTHING
    return (
        Text(f"“{each.condition.text_en}” does not hold", f"“{each.condition.text_ko}” 미충족")
        + shown
    )


def _amount_points(
    replay: Replay, programme: Programme, case: CaseFile, stored: StoredDecision | None
) -> Iterator[Point]:
    if replay.is_received:
        yield Point(
            Text("being received, as told by", "수급 중(근거 기록)"),
            kind="receipt",
            children=receipt_points(programme.code, case),
        )
    if replay.outcome != "eligible" or programme.amount.value is None:
        return
    said = given(programme.amount, replay.amount)
    yield Point(
        Text("by the rule: ", "산정액: ") + said,
        kind="amount",
        details={"amount": replay.amount},
        children=tuple(_rule(replay, programme, case)),
    )
    if stored is None:
        return
    lowered = (replay.amount or 0) - (stored.payable_amount or 0)
    for code in stored.interaction_codes:
        text = interaction_text(code, case)
        if len(stored.interaction_codes) == 1 and lowered:
            by = given(programme.amount, lowered)
            text += Text(f": {by.en} less", f": {by.ko} 감액")
        yield Point(text, kind="interaction", details={"code": code})
    payable = given(programme.amount, stored.payable_amount)
    yield Point(
        Text("payable: ", "지급액: ") + payable,
        kind="payable",
        details={"payable_amount": stored.payable_amount},
    )


def _rule(replay: Replay, programme: Programme, case: CaseFile) -> Iterator[Point]:
    node = programme.amount.value
    trace = next((each for each in replay.trace.children if each.kind == "amount"), None)
    if node is None or trace is None or isinstance(node, tree.Number):
        return
    yield Point(worded(Seen(node, _unwrapped(node, trace)), case), kind="rule")
    names = {each.name for each in tree.walk(node) if isinstance(each, tree.Parameter)}
    for name in sorted(names):
        cells = [each for each in case.parameters if each.parameter == name]
        for cell in cells[:1]:
            meaning = case.meanings.get(name, name)
            yield Point(
                Text(f"{meaning}: ", "") + parameter_text(cell),
                kind="notice",
                details={"parameter": name},
            )


def _unwrapped(node: tree.Node, trace: TraceNode) -> TraceNode:
    """The trace of an amount holds its parts, or itself where it has none."""
    traced = [
        each
        for each in tree.children(node)
        if not isinstance(each, (tree.Number, tree.Truth, tree.Word))
    ]
    return trace if traced else trace.children[0]


def _change_points(
    replay: Replay,
    found: Sequence[Judged],
    programme: Programme,
    case: CaseFile,
    person_id: str | None,
) -> Iterator[Point]:
    if replay.outcome == "eligible":
        for each in found:
            end = ends_on(each.seen, case, person_id)
            if end is not None:
                yield Point(end.text, kind="change", details={"on": end.on})
        if replay.margin_amount is not None and replay.margin_amount >= 0:
            room = quantity(replay.margin_amount, "won")
            yield Point(
                Text(f"room up to the threshold: {room.en}", f"선정기준까지 여유: {room.ko}"),
                kind="margin",
                details={"margin_amount": replay.margin_amount},
            )
        return
    for each in found:
        if each.mark == "met":
            continue
        yield _change_point(each, programme, case, replay, person_id)


def _change_point(
    each: Judged, programme: Programme, case: CaseFile, replay: Replay, person_id: str | None
) -> Point:
    if each.mark == "unknown":
        codes = case.gaps.get((programme.code, each.condition.bit), ())
        if not codes:
            codes = tuple(
                dict.fromkeys(
                    code
                    for name, asked in unknown_facts(each)
                    for code in settling_documents(name, asked, case)
                )
            )
        reasons = dict.fromkeys(fact_words()[name].why_unknown for name, _ in unknown_facts(each))
        why = tuple(
            Point(reason, kind="why_unknown")
            for reason in reasons
            if reason and not each.is_missing
        )
        return Point(
            Text(
                f"to be settled: {each.condition.text_en}", f"확인 필요: {each.condition.text_ko}"
            ),
            mark="unknown",
            kind="change",
            details={"code": each.condition.code},
            children=why or unknown_points(codes, case),
        )
    needed = change(each.seen, case, replay.day, person_id=person_id)
    text = needed.text if needed else Text(each.condition.text_en, each.condition.text_ko)
    return Point(
        text,
        mark="failed",
        kind="change",
        details={
            "code": each.condition.code,
            "by": needed.amount if needed else None,
            "unit": needed.unit if needed else None,
            "limit": needed.limit if needed else None,
            "on": needed.on if needed else None,
            "is_possible": needed.is_possible if needed else True,
        },
    )
