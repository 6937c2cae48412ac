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
from hub.programmes.explanation.evidence import (
    fact_points,
    settling_documents,
    unknown_points,
)
from hub.programmes.explanation.findings import (
    Seen,
    asked_words,
    compared,
    fact_text,
    facts_seen,
    failure_text,
    limit_text,
    number_text,
)
from hub.programmes.explanation.point import Point
from hub.programmes.explanation.texts import NOTHING, Text, day_text, joined, quantity, same
from hub.programmes.explanation.words import fact_name, fact_words, member_word
from hub.programmes.language import tree
from hub.programmes.programme import Condition, Programme

RECORDS_SHOWN = 4
"""Most records that are listed of one fact, for people."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A condition of the programme beside what the replay found of it."""

    condition: Condition
    seen: Seen
    mark: str
    is_missing: bool
    """Its evidence never arrived."""


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


def judged(replay: Replay, programme: Programme) -> tuple[Judged, ...]:
    """Return the conditions asked on the day, in order, with what was found of them."""
    rules = {each.code: each for each in programme.conditions_on(replay.day)}
    found = []
    for trace in replay.trace.children:
        if trace.kind != "condition":
            continue
        condition = rules[trace.text]
        inner = trace.children[0] if trace.children else None
        if replay.unknown_mask >> condition.bit & 1:
            mark = "unknown"
        else:
            mark = "failed" if replay.fail_mask >> condition.bit & 1 else "met"
        found.append(
            Judged(condition, Seen(condition.rule, inner), mark, trace.status == "missing")
        )
    return tuple(found)


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
            _condition_point(each, programme, case, person_id, records_shown) for each in found
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
        names = joined(dict.fromkeys(fact_name(fact) for fact, _ in _unknown_facts(each)))
        return Text(f"{names.en} not known", f"{names.ko} 확인되지 않음")
    said = failure_text(each.seen)
    if said is not None:
        return said
    facts = facts_seen(each.seen)
    value = fact_text(facts[0], case, asked_words(each.seen, _name(facts[0]))) if facts else NOTHING
    shown = Text(f" ({value.en})", f"({value.ko})") if value else NOTHING
    return (
        Text(f"“{each.condition.text_en}” does not hold", f"“{each.condition.text_ko}” 미충족")
        + shown
    )


def _name(seen: Seen) -> str:
    return seen.node.name if isinstance(seen.node, tree.Fact) else ""


def _unknown_facts(each: Judged) -> list[tuple[str, tuple[str, ...]]]:
    """Return the facts that leave a condition open, with the words that are asked of each."""
    conditions = [each.seen, *(inner for _, inner in each.seen.members)]
    facts = [(fact, whole) for whole in conditions for fact in facts_seen(whole)]
    unknown = [pair for pair in facts if pair[0].value is None] or facts
    return list(
        dict.fromkeys((_name(fact), asked_words(whole, _name(fact))) for fact, whole in unknown)
    )


def _condition_point(
    each: Judged,
    programme: Programme,
    case: CaseFile,
    person_id: str | None,
    limit: int | None,
) -> Point:
    children: list[Point] = []
    if each.is_missing:
        missing = case.gaps.get((programme.code, each.condition.bit), ())
        children += unknown_points(missing, case)
    children += _values(each.seen, case, person_id, limit)
    children.append(
        Point(
            Text(f"law: {each.condition.citation}", f"근거: {each.condition.citation}"), kind="law"
        )
    )
    return Point(
        Text(each.condition.text_en, each.condition.text_ko),
        mark=each.mark,
        kind="condition",
        details={
            "code": each.condition.code,
            "bit": each.condition.bit,
            "expression": each.condition.expression.strip(),
            "value": each.seen.value,
        },
        children=tuple(children),
    )


def _values(
    seen: Seen, case: CaseFile, person_id: str | None, limit: int | None
) -> Iterator[Point]:
    """Yield the values found, each with its limit and what it rests on."""
    if isinstance(seen.node, tree.Members):
        yield from _member_values(seen, case, limit)
        return
    limits = _limits(seen)
    for fact in facts_seen(seen):
        name = _name(fact)
        asked = asked_words(seen, name)
        words = fact_text(fact, case, asked)
        bound = joined(limits.get(name, ()), ", ", ", ")
        said = words + Text(f" (asked: {bound.en})", f" (기준: {bound.ko})") if bound else words
        yield Point(
            said,
            mark="unknown" if fact.value is None else "",
            kind="value",
            details={"fact": name, "value": fact.value},
            children=fact_points(fact, seen, case, person_id, limit),
        )
    for each in seen.walk():
        if isinstance(each.node, tree.Parameter):
            yield from _parameter_value(each, case)
        elif isinstance(each.node, tree.Members):
            yield from _member_values(each, case, limit)


def _limits(seen: Seen) -> dict[str, list[Text]]:
    found: dict[str, list[Text]] = {}
    for each in seen.walk():
        pair = compared(each)
        if pair is None or not isinstance(pair.left.node, tree.Fact):
            continue
        if pair.right.value is None:
            continue
        limit = number_text(pair.right.value, pair.unit)
        bound = limit_text(pair.comparator, limit)
        found.setdefault(pair.left.node.name, []).append(bound)
    return found


def _parameter_value(seen: Seen, case: CaseFile) -> Iterator[Point]:
    name = seen.node.name if isinstance(seen.node, tree.Parameter) else ""
    cells = [each for each in case.parameters if each.parameter == name]
    meaning = case.meanings.get(name, name)
    value = number_text(seen.value, seen.node.type.unit)
    below = tuple(Point(parameter_text(each), kind="notice") for each in cells[:1])
    yield Point(
        Text(f"{meaning}: {value.en}", f"{cells[0].notice if cells else name}: {value.ko}"),
        kind="parameter",
        details={"parameter": name, "value": seen.value},
        children=below,
    )


def _member_values(seen: Seen, case: CaseFile, limit: int | None) -> Iterator[Point]:
    roles = {member.person_id: member.role for member in case.members}
    for person_id, inner in seen.members:
        mark = "unknown"
        if inner.value is not None:
            mark = "met" if inner.value else "failed"
        values = tuple(_values(inner, case, person_id, 1 if limit is not None else None))
        said = joined((value.text for value in values), "; ", "; ")
        yield Point(
            same(f"{person_id} ")
            + member_word("role", roles.get(person_id, ""))
            + same(": ")
            + said,
            mark=mark,
            kind="member",
            details={"person_id": person_id, "value": inner.value},
            children=tuple(below for value in values for below in value.children),
        )
    if not seen.members:
        yield Point(Text("no counted member", "산정 대상 가구원 없음"))


def _amount_points(
    replay: Replay, programme: Programme, case: CaseFile, stored: StoredDecision | None
) -> Iterator[Point]:
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
                    for name, asked in _unknown_facts(each)
                    for code in settling_documents(name, asked, case)
                )
            )
        why = tuple(
            Point(words.why_unknown, kind="why_unknown")
            for name, _ in _unknown_facts(each)
            if (words := fact_words()[name]).why_unknown and not each.is_missing
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
