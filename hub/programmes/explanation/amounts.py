"""How an amount came about, step by step: the rule with its numbers, then other programmes.

Here: expressions of amounts in words, interaction codes in words. Never here: computing either
(`hub.programmes.evaluation`). Next: `explaining` puts the steps under the outcome.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.programmes.explanation.case_file import CaseFile
from hub.programmes.explanation.findings import Seen, number_text, plain
from hub.programmes.explanation.texts import NOTHING, Text, amount_text, joined, percent, same
from hub.programmes.explanation.words import UNKNOWN, fact_name, value_text
from hub.programmes.language import tree
from hub.programmes.programme import Amount

_SIGNS: Mapping[str, str] = {"+": "+", "-": "−", "*": "×", "//": "÷"}  # noqa: RUF001  real minus
_PLAIN_LIMIT = 120
_INTERACTIONS = {
    "EXCLUDED_BY": (
        "not payable beside {}: nobody has both; the one already received stays, else the higher",
        "{}와(과) 중복 불가: 이미 받는 급여, 아니면 금액이 큰 급여가 남음",
    ),
    "COUNTED_AS_INCOME": ("lowered: {} counts as income", "{} 소득 반영으로 감액"),
    "OFFSET_BY": ("lowered by what {} pays", "{} 지급액만큼 감액"),
}


def worded(seen: Seen, case: CaseFile) -> Text:  # noqa: PLR0911  one case a kind of node
    """Return an expression of numbers with names and values in it."""
    node, below = seen.node, seen.below
    unit = node.type.unit
    match node:
        case tree.Number():
            return number_text(node.value, unit)
        case tree.Fact():
            value = value_text(node.name, seen.value, case.programmes)  # type: ignore[arg-type]
            return fact_name(node.name) + Text(f" ({value.en})", f"({value.ko})")
        case tree.Parameter():
            return _parameter(seen, case)
        case tree.Arithmetic():
            left, right = (worded(each, case) for each in below)
            return left + same(f" {_SIGNS[node.operator]} ") + right
        case tree.Extreme():
            each = joined((worded(part, case) for part in below), "; ", "; ")
            least = node.function == "least"
            return Text(
                f"the {'least' if least else 'greatest'} of [{each.en}]",
                f"[{each.ko}] 중 {'작은' if least else '큰'} 값",
            )
        case tree.Share():
            amount, rate = below
            of, ppm = worded(amount, case), rate.value
            share = percent(ppm) if isinstance(ppm, int) else "?"
            return Text(f"{share} % of {of.en}", f"{of.ko}의 {share}%")
        case tree.Choice():
            return _choice(seen, case)
        case tree.Members():
            return Text(
                f"over the counted members: {number_text(seen.value, unit).en}",
                f"가구원 전체: {number_text(seen.value, unit).ko}",
            )
    said = plain(node)
    return same(said if len(said) <= _PLAIN_LIMIT else said[:_PLAIN_LIMIT] + "…")


def _parameter(seen: Seen, case: CaseFile) -> Text:
    node = seen.node
    name = node.name if isinstance(node, tree.Parameter) else ""
    said = number_text(seen.value, node.type.unit)
    cells = [each for each in case.parameters if each.parameter == name]
    meaning = case.meanings.get(name, name.replace("_", " "))
    notice = cells[0].notice if cells else name
    return Text(f"{meaning} ({said.en})", f"{notice} ({said.ko})")


def _choice(seen: Seen, case: CaseFile) -> Text:
    """Return the branch that was taken."""
    *pairs, otherwise = seen.below
    for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
        if condition.value is None:
            return UNKNOWN
        if condition.value is True:
            because = joined(_reasons(condition, case), ", ", ", ")
            said = worded(value, case)
            why = Text(f", as {because.en}", f"({because.ko})") if because else NOTHING
            return said + why
    return worded(otherwise, case)


def _reasons(condition: Seen, case: CaseFile) -> list[Text]:
    found: dict[str, Text] = {}
    for each in condition.walk():
        if isinstance(each.node, tree.Fact):
            value = value_text(each.node.name, each.value, case.programmes)  # type: ignore[arg-type]
            found.setdefault(each.node.name, fact_name(each.node.name) + same(" ") + value)
    return list(found.values())


def interaction_text(code: str, case: CaseFile) -> Text:
    """Return why a payable amount differs from the amount."""
    kind, _, programme = code.rpartition("_")
    name = case.programmes.get(programme, NOTHING)
    said = same(f"{programme} ") + name
    if kind not in _INTERACTIONS:
        return same(code)
    en, ko = _INTERACTIONS[kind]
    return Text(en.format(said.en), ko.format(said.ko))


def given(amount: Amount, number: int | None) -> Text:
    """Return an amount of a programme; None is in kind, or unknown where there is a rule."""
    if number is None and amount.value is not None:
        return UNKNOWN
    return amount_text(number, amount.unit, amount.period)
