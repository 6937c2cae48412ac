"""What a condition found: pairs of an expression and what the replay computed of it, in words.

Here: values, thresholds and comparisons of one condition. Never here: what would change them
(`changes`) or the whole decision (`explaining`). Next: both take these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hub.programmes.evaluation.replay import TraceNode
from hub.programmes.explanation.case_file import CaseFile
from hub.programmes.explanation.texts import NOTHING, Text, joined, quantity, same
from hub.programmes.explanation.words import UNKNOWN, fact_name, value_text, word
from hub.programmes.language import tree

FLIPPED: Mapping[str, str] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
OPPOSITE: Mapping[str, str] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


@dataclass(frozen=True, slots=True)
class Seen:
    """An expression beside what the replay found of it."""

    node: tree.Node
    trace: TraceNode | None
    """None for what is written out: numbers and words."""

    @property
    def value(self) -> object:
        """What it is; None where unknown."""
        if isinstance(self.node, (tree.Number, tree.Truth, tree.Word)):
            return self.node.value
        return self.trace.value if self.trace else None

    @property
    def below(self) -> tuple[Seen, ...]:
        """Return what stands directly below, in the order of writing; not those of members."""
        if isinstance(self.node, tree.Members):
            return ()
        traced = iter(self.trace.children if self.trace else ())
        return tuple(
            Seen(child, None)
            if isinstance(child, (tree.Number, tree.Truth, tree.Word))
            else Seen(child, next(traced, None))
            for child in tree.children(self.node)
        )

    @property
    def members(self) -> tuple[tuple[str, Seen], ...]:
        """Of an expression over members: each member and what it found."""
        if not isinstance(self.node, tree.Members) or self.trace is None:
            return ()
        operand = self.node.operand
        return tuple((each.text, Seen(operand, each.children[0])) for each in self.trace.children)

    def walk(self) -> Iterator[Seen]:
        """Yield this and everything below."""
        yield self
        for each in self.below:
            yield from each.walk()


@dataclass(frozen=True, slots=True)
class Compared:
    """A fact (or a computed number) against its limit."""

    left: Seen
    comparator: str
    right: Seen

    @property
    def unit(self) -> str:
        """Unit of both sides."""
        return self.left.node.type.unit or self.right.node.type.unit


_LIMIT = {
    "<=": ("at most {}", "{} 이하"),
    "<": ("less than {}", "{} 미만"),
    ">=": ("at least {}", "{} 이상"),
    ">": ("more than {}", "{} 초과"),
    "==": ("exactly {}", "{}"),
    "!=": ("other than {}", "{} 아님"),
}
_FAILED = {
    "<=": ("is above {}", "기준 {} 초과"),
    "<": ("is not below {}", "기준 {} 이상"),
    ">=": ("is below {}", "기준 {} 미달"),
    ">": ("is not above {}", "기준 {} 이하"),
    "==": ("is not {}", "{} 아님"),
    "!=": ("is {}", "{}"),
}


def compared(seen: Seen) -> Compared | None:
    """Return a comparison with the fact on its left; None for anything else."""
    node = seen.node
    if not isinstance(node, tree.Comparison):
        return None
    left, right = seen.below
    if isinstance(left.node, tree.Number):
        return Compared(right, FLIPPED[node.comparator], left)
    return Compared(left, node.comparator, right)


def number_text(number: object, unit: str) -> Text:
    """Return a number in words, or that it is unknown."""
    return quantity(number, unit) if isinstance(number, int) else UNKNOWN


def limit_text(comparator: str, limit: Text) -> Text:
    """Return a limit: at most, at least and so on."""
    en, ko = _LIMIT[comparator]
    return Text(en.format(limit.en), ko.format(limit.ko))


def subject_text(seen: Seen) -> Text:
    """Return what is compared: the fact's name, or the expression."""
    return fact_name(seen.node.name) if isinstance(seen.node, tree.Fact) else same(plain(seen.node))


def plain(node: tree.Node) -> str:
    """Return an expression as it is written, on one line."""
    return " ".join(node.text.split())


def failure_text(seen: Seen) -> Text | None:
    """Return in one sentence why an expression does not hold; None where there is none.

    For comparisons: the value is above or below the limit.
    """
    found = compared(seen)
    if found is None:
        return None
    name, value = subject_text(found.left), number_text(found.left.value, found.unit)
    limit = number_text(found.right.value, found.unit)
    en, ko = _FAILED[found.comparator]
    return Text(
        f"{name.en} {value.en} {en.format(limit.en)}",
        f"{name.ko} {value.ko}, {ko.format(limit.ko)}",
    )


def facts_seen(seen: Seen) -> tuple[Seen, ...]:
    """Return the facts of the subject that an expression reads, each once, in its order."""
    found: dict[str, Seen] = {}
    for each in seen.walk():
        if isinstance(each.node, tree.Fact):
            found.setdefault(each.node.name, each)
    return tuple(found.values())


def asked_words(seen: Seen, fact: str) -> tuple[str, ...]:
    """Return the words of `fact` that an expression asks for."""
    return tuple(
        word_
        for each in seen.walk()
        if isinstance(each.node, (tree.OneOf, tree.AnyOf))
        and isinstance(each.node.operand, tree.Fact)
        and each.node.operand.name == fact
        for word_ in each.node.words
    )


def fact_text(seen: Seen, case: CaseFile, asked: tuple[str, ...] = ()) -> Text:
    """Return a fact and its value; of a set only the words asked for, if any are held."""
    node = seen.node
    if not isinstance(node, tree.Fact):
        return NOTHING
    value = seen.value
    if isinstance(value, (list, tuple)) and asked:
        held = [each for each in value if each in asked]
        names = joined(word(node.name, each, case.programmes) for each in held)
        said = names if held else Text("none of those asked for on record", "해당 기록 없음")
        return fact_name(node.name) + same(": ") + said
    return fact_name(node.name) + same(": ") + value_text(node.name, value, case.programmes)  # type: ignore[arg-type]
