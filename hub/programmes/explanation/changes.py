"""What would change an outcome: how much, when by itself, which document.

Here: the counterfactual of one expression. Never here: which conditions failed (`explaining`). Next:
an explanation lists them; consultations take their amounts as what is missing.

A change is about one condition with everything else as it is. An amount is the least that is enough:
recognised income is compared with the limit in won, also where the rule compares a share.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from hub.programmes.explanation.case_file import CaseFile
from hub.programmes.explanation.findings import (
    OPPOSITE,
    Compared,
    Seen,
    compared,
    limit_text,
    number_text,
    subject_text,
)
from hub.programmes.explanation.texts import (
    Text,
    age_on,
    birthday,
    day_text,
    joined,
    percent,
    quantity,
)
from hub.programmes.explanation.words import RECEIPTS, fact_name, word
from hub.programmes.language import tree

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would make an expression hold."""

    text: Text
    amount: int | None = None
    """By how much, in `unit`; always positive."""
    unit: str = ""
    limit: int | None = None
    """The limit itself, in `unit`."""
    on: dt.date | None = None
    """The day on which it changes by itself."""
    is_possible: bool = True
    """False for what time has taken: somebody is too old."""


def change(  # noqa: PLR0911  one case a kind of node
    seen: Seen, case: CaseFile, day: dt.date, *, person_id: str | None, wanted: bool = True
) -> Change | None:
    """Return what would make `seen` be `wanted`; None where it is so already.

    Args:
        seen: an expression and what the replay found.
        case: names and birth dates.
        day: the day of the decision.
        person_id: whom the facts are about; None for an assistance unit.
        wanted: true or false.
    """
    node = seen.node
    if seen.value is wanted:
        return None
    if isinstance(node, tree.Negation):
        return change(seen.below[0], case, day, person_id=person_id, wanted=not wanted)
    if isinstance(node, (tree.Both, tree.Either)):
        return _several(seen, case, day, person_id, wanted)
    if isinstance(node, tree.Members):
        return _member(seen, wanted=wanted)
    found = compared(seen)
    if found is not None and seen.value is not None:
        comparator = found.comparator if wanted else OPPOSITE[found.comparator]
        return _number(Compared(found.left, comparator, found.right), case, day, person_id)
    if isinstance(node, (tree.OneOf, tree.AnyOf)) and isinstance(node.operand, tree.Fact):
        return _words(node, case, wanted=wanted)
    if isinstance(node, tree.IsEmpty) and isinstance(node.operand, tree.Fact):
        name = fact_name(node.operand.name)
        return Change(
            Text(f"{name.en}: none on record", f"{name.ko}: 기록 없음")
            if wanted
            else Text(f"{name.en}: at least one on record", f"{name.ko}: 기록이 있어야 함")
        )
    if isinstance(node, tree.Fact):
        name = fact_name(node.name)
        return Change(
            Text(f"{name.en}: on record", f"{name.ko}: 등록되어야 함")
            if wanted
            else Text(f"{name.en}: not on record", f"{name.ko}: 해당하지 않아야 함")
        )
    if found is not None:
        name, limit = subject_text(found.left), number_text(found.right.value, found.unit)
        said = limit_text(found.comparator if wanted else OPPOSITE[found.comparator], limit)
        return Change(Text(f"{name.en} {said.en}", f"{name.ko} {said.ko}"))
    return None


def _several(
    seen: Seen, case: CaseFile, day: dt.date, person_id: str | None, wanted: bool
) -> Change | None:
    found = [
        each
        for below in seen.below
        if (each := change(below, case, day, person_id=person_id, wanted=wanted)) is not None
    ]
    if not found:
        return None
    needs_all = isinstance(seen.node, tree.Both) is wanted
    texts = [each.text for each in found]
    said = joined(texts, " and ", ", ") if needs_all else joined(texts, " or ", " 또는 ")
    return Change(said, is_possible=(all if needs_all else any)(each.is_possible for each in found))


def _member(seen: Seen, *, wanted: bool) -> Change:
    node = seen.node
    quantifier = node.quantifier if isinstance(node, tree.Members) else ""
    names = joined(
        {
            each.name: fact_name(each.name)
            for each in tree.walk(node)
            if isinstance(each, tree.Fact)
        }.values()
    )
    some, every = (
        Text("one counted member", "가구원 한 명"),
        Text("every counted member", "모든 가구원"),
    )
    if wanted:
        who = some if quantifier == "some" else every
        return Change(
            Text(f"{who.en} for whom it holds ({names.en})", f"{who.ko}이 요건을 충족({names.ko})")
        )
    return Change(
        Text(
            f"no counted member for whom it holds ({names.en})",
            f"해당하는 가구원이 없어야 함({names.ko})",
        )
    )


def _words(node: tree.OneOf | tree.AnyOf, case: CaseFile, *, wanted: bool) -> Change:
    fact = node.operand.name if isinstance(node.operand, tree.Fact) else ""
    asked = joined((word(fact, each, case.programmes) for each in node.words), " or ", " 또는 ")
    name = fact_name(fact)
    if fact in RECEIPTS:
        return Change(
            Text(f"to receive {asked.en}", f"{asked.ko} 수급")
            if wanted
            else Text(f"not to receive {asked.en}", f"{asked.ko} 미수급")
        )
    return Change(
        Text(f"{name.en}: {asked.en}", f"{name.ko}: {asked.ko}")
        if wanted
        else Text(f"{name.en}: not {asked.en}", f"{name.ko}: {asked.ko} 아님")
    )


def _number(found: Compared, case: CaseFile, day: dt.date, person_id: str | None) -> Change | None:
    value, limit = found.left.value, found.right.value
    if not isinstance(value, int) or not isinstance(limit, int):
        return None
    node = found.left.node
    if isinstance(node, tree.Fact) and node.name == "age_years":
        return _age(found.comparator, limit, case.births.get(person_id or ""), day)
    if isinstance(node, tree.Fact) and node.name == "months_since_birth":
        return _months(found.comparator, limit, value)
    if isinstance(node, tree.Fact) and node.name == "recognised_income_ratio_ppm":
        return _ratio(found.comparator, limit, case)
    return _distance(subject_text(found.left), found.comparator, value, limit, found.unit)


def _distance(name: Text, comparator: str, value: int, limit: int, unit: str) -> Change:
    targets: Mapping[str, int] = {
        "<=": limit, "<": limit - 1, ">=": limit, ">": limit + 1, "==": limit, "!=": limit + 1,
    }  # fmt: skip
    target = targets[comparator]
    distance, said = abs(target - value), limit_text(comparator, quantity(limit, unit))
    by = quantity(distance, unit)
    lower = target < value
    return Change(
        Text(
            f"{name.en} {by.en} {'lower' if lower else 'higher'} ({said.en})",
            f"{name.ko}: {by.ko} 더 {'낮아야' if lower else '높아야'} 함({said.ko})",
        ),
        distance,
        unit,
        limit,
    )


def _ratio(comparator: str, limit: int, case: CaseFile) -> Change | None:
    """Turn a share of the median income into won a month."""
    recognised, median = case.value("recognised_income_amount"), case.value("median_income_amount")
    if not isinstance(recognised, int) or not isinstance(median, int):
        return None
    # The share is rounded up: at most `limit` is exactly at most floor(median * limit).
    highest = median * (limit if comparator in {"<=", ">"} else limit - 1) // _MILLION
    lower = comparator in {"<=", "<"}
    target = highest if lower else highest + 1
    distance = abs(target - recognised)
    name, by, edge = (
        fact_name("recognised_income_amount"),
        quantity(distance, "won_per_month"),
        quantity(target, "won_per_month"),
    )
    share = percent(limit)
    return Change(
        Text(
            f"{name.en} {by.en} {'lower' if lower else 'higher'}"
            f" ({'at most' if lower else 'at least'} {edge.en}, {share} % of the median income)",
            f"{name.ko}: {by.ko} 더 {'낮아야' if lower else '높아야'} 함"
            f"({edge.ko} {'이하' if lower else '이상'}, 기준 중위소득의 {share}%)",
        ),
        distance,
        "won_per_month",
        target,
    )


def _age(comparator: str, limit: int, born: dt.date | None, day: dt.date) -> Change:
    least = {">=": limit, ">": limit + 1}.get(comparator)
    if comparator == "==" and born is not None and age_on(born, day) < limit:
        least = limit
    if least is None:
        said = limit_text(comparator, quantity(limit, "years"))
        return Change(
            Text(
                f"nothing: the age passed the limit ({said.en})",
                f"변동 불가: 나이 기준({said.ko})을 벗어남",
            ),
            is_possible=False,
        )
    if born is None:
        return Change(
            Text(f"turns {least} (birth date unknown)", f"{least}세가 되는 날(생년월일 알 수 없음)")
        )
    turns = birthday(born, least)
    said = day_text(turns)
    return Change(
        Text(f"changes by itself: turns {least} on {said.en}", f"{said.ko}에 {least}세가 됨"),
        on=turns,
    )


def _months(comparator: str, limit: int, value: int) -> Change:
    least = {">=": limit, ">": limit + 1}.get(comparator)
    if least is None or least <= value:
        said = limit_text(comparator, quantity(limit, "months"))
        return Change(
            Text(
                f"nothing: the age passed the limit ({said.en})",
                f"변동 불가: 월령 기준({said.ko})을 벗어남",
            ),
            is_possible=False,
        )
    left = quantity(least - value, "months")
    return Change(Text(f"changes by itself in {left.en}", f"{left.ko} 후 충족"))


def ends_on(seen: Seen, case: CaseFile, person_id: str | None) -> Change | None:
    """Return when an upper limit of age that holds will fail by itself, where the birth is known."""
    found = compared(seen)
    born = case.births.get(person_id or "")
    if found is None or born is None or not isinstance(found.left.node, tree.Fact):
        return None
    limit = found.right.value
    if found.left.node.name != "age_years" or found.comparator not in {"<=", "<"}:
        return None
    if not isinstance(limit, int) or seen.value is not True:
        return None
    years = limit + 1 if found.comparator == "<=" else limit
    turns = birthday(born, years)
    said = day_text(turns)
    return Change(
        Text(f"ends by itself: turns {years} on {said.en}", f"{said.ko}에 {years}세가 되어 종료"),
        on=turns,
    )
