"""What a country's word lists hold: how people are called, housed and numbered there.

Here: the shape, and how lists are written. Never here: the lists. Next: `population_names_european`
and `population_names_asian` fill it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

LATIN = "abcdefghijklmnoprstuvwz"


@dataclass(frozen=True, slots=True)
class Country:
    """One country's words and customs; see `populations` for how they are used."""

    family_names: tuple[str, ...]
    male_names: tuple[str, ...]
    female_names: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[str, ...]
    address: str
    unit: str
    order: str = "{given}{middle} {family}"
    other_order: str = "{family}, {given}{middle}"
    letters: str = LATIN
    variants: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, str] = field(default_factory=dict)
    id_digits: int = 9
    phone_digits: int = 9
    phone_prefix: str = "+49 "
    middle_share: float = 0.0
    shared_family_name: float = 0.8
    renames: bool = False
    has_two_families: bool = False
    is_month_first: bool = False
    is_latin: bool = True
    least_mistyped: int = 2


def words(text: str) -> tuple[str, ...]:
    """Return the words of `text`."""
    return tuple(text.split())


def joined(starts: str, ends: str, separator: str = "") -> tuple[str, ...]:
    """Return every start with every end, the diagonals first, so that none dominates."""
    pairs = sorted(
        product(enumerate(starts.split()), enumerate(ends.split())),
        key=lambda pair: (pair[0][0] + pair[1][0], pair[0][0]),
    )
    return tuple(dict.fromkeys(start + separator + end for (_, start), (_, end) in pairs))
