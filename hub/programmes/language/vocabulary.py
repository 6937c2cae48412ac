"""Types of values: what a fact of `facts.toml` is to an expression, and how large it can be.

Here: types and bounds. Never here: reading the vocabulary (`hub.programmes.facts`). Next: the parser
types every name by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hub.programmes.facts import Fact

Family = Literal["boolean", "number", "word", "set"]
LARGEST_INTEGER = 2**63 - 1

LIMITS: Mapping[str, tuple[int, int]] = {
    "": (-(10**15), 10**15),
    "count": (0, 10**6),
    "years": (0, 10**3),
    "months": (0, 10**4),
    "days": (0, 10**6),
    "won": (-(10**15), 10**15),
    "won_per_month": (-(10**13), 10**13),
    "won_per_year": (-(10**14), 10**14),
    "ppm": (0, 10**12),
}
"""Unit → least and greatest value. A product that could leave 64 bits is refused at load."""


@dataclass(frozen=True, slots=True)
class ValueType:
    """What a value is: its family, the unit of a number, the words of an enum or a set."""

    family: Family
    unit: str = ""
    """Empty for a plain number, which takes the unit of what it meets."""
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.family == "number":
            return self.unit or "a plain number"
        return {"boolean": "true or false", "word": "a word", "set": "a set of words"}[self.family]


BOOLEAN = ValueType("boolean")
PLAIN = ValueType("number")
COUNT = ValueType("number", "count")


def type_of(fact: Fact) -> ValueType:
    """Return the type of a fact."""
    if fact.type == "boolean":
        return BOOLEAN
    if fact.type in {"enum", "set"}:
        return ValueType("word" if fact.type == "enum" else "set", words=fact.values)
    return ValueType("number", fact.type)


def limits_of(unit: str) -> tuple[int, int]:
    """Return the least and the greatest value that a number of `unit` has."""
    return LIMITS.get(unit, LIMITS[""])
