"""The conditions of a programme, each with its values, limits and what they rest on.

Here: pairing conditions with a replay, and their points. Never here: the outcome or what would change
it (`explaining`). Next: `explaining` puts the points together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.programmes.evaluation.replay import Replay
from hub.programmes.explanation.case_file import CaseFile, parameter_text
from hub.programmes.explanation.evidence import fact_points, unknown_points
from hub.programmes.explanation.findings import (
    Seen,
    asked_words,
    compared,
    fact_text,
    facts_seen,
    limit_text,
    number_text,
)
from hub.programmes.explanation.point import Point
from hub.programmes.explanation.texts import Text, joined, same
from hub.programmes.explanation.words import member_word
from hub.programmes.language import tree
from hub.programmes.programme import Condition, Programme


@dataclass(frozen=True, slots=True)
class Judged:
    """A condition of the programme beside what the replay found of it."""

    condition: Condition
    seen: Seen
    mark: str
    is_missing: bool
    """Its evidence never arrived."""


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


def name_of(seen: Seen) -> str:
    """Return the name of a fact; nothing of anything else."""
    return seen.node.name if isinstance(seen.node, tree.Fact) else ""


def unknown_facts(each: Judged) -> list[tuple[str, tuple[str, ...]]]:
    """Return the facts that leave a condition open, with the words that are asked of each."""
    conditions = [each.seen, *(inner for _, inner in each.seen.members)]
    facts = [(fact, whole) for whole in conditions for fact in facts_seen(whole)]
    unknown = [pair for pair in facts if pair[0].value is None] or facts
    return list(
        dict.fromkeys((name_of(fact), asked_words(whole, name_of(fact))) for fact, whole in unknown)
    )


def condition_point(
    each: Judged,
    programme: Programme,
    case: CaseFile,
    person_id: str | None,
    limit: int | None,
) -> Point:
    """Return a condition with its mark, values, limits, records and law."""
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
    limits = _limits(seen)
    for fact in facts_seen(seen):
        name = name_of(fact)
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
    for each, is_denied in _walk(seen):
        if isinstance(each.node, tree.Parameter):
            yield from _parameter_value(each, case)
        elif isinstance(each.node, tree.Members):
            yield from _member_values(each, case, limit, is_denied=is_denied)


def _walk(seen: Seen, *, is_denied: bool = False) -> Iterator[tuple[Seen, bool]]:
    """Yield an expression and everything below, each with whether its opposite is asked."""
    yield seen, is_denied
    for each in seen.below:
        turned = is_denied is not isinstance(seen.node, tree.Negation)
        yield from _walk(each, is_denied=turned)


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


def _member_values(
    seen: Seen, case: CaseFile, limit: int | None, *, is_denied: bool
) -> Iterator[Point]:
    roles = {member.person_id: member.role for member in case.members}
    for person_id, inner in seen.members:
        mark = "unknown"
        if inner.value is not None:
            # No member is to fit: whoever does not is as asked.
            mark = "met" if bool(inner.value) is not is_denied else "failed"
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
