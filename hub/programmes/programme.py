"""What a programme is: conditions, amount, evidence, dates, and how it bears on others.

Here: the types. Never here: reading files (`reading`) or deciding (`evaluation`). Next: everything
that decides, explains, prints or tests programmes takes these.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from hub.programmes.language import tree

UNITS: Mapping[str, str] = {
    "person": "person",
    "child": "person",
    "couple": "person",
    "assistance_unit": "household",
    "resident_household": "household",
    "dwelling": "household",
}
"""Unit of a programme → scope of its subject: who stands in a decision row."""

BENEFITS = (
    "cash",
    "voucher",
    "in_kind",
    "fee_waiver",
    "loan",
    "training",
    "job",
    "tenancy",
    "works",
)
LARGEST_BIT = 62
"""Greatest bit of a condition: masks are 64-bit integers with a sign."""
AMOUNT_UNKNOWN = "AMOUNT_UNKNOWN"
"""Reason of a decision whose conditions all hold, but whose amount is unknown."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both of it; None is open."""

    first: dt.date | None
    last: dt.date | None

    def holds(self, day: dt.date) -> bool:
        """Whether `day` lies in the span."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a programme: true, false, or unknown."""

    bit: int
    """Place in `fail_mask`; never given to another condition."""
    code: str
    """Reason code when the condition fails or is unknown."""
    expression: str
    rule: tree.Node
    """The expression as a typed tree."""
    evidence: tuple[str, ...]
    """Names of evidence sets without which the condition is unknown."""
    valid: Span
    """Days on which it is asked; variants of one condition share bit and code."""
    text_ko: str
    text_en: str
    citation: str


@dataclass(frozen=True, slots=True)
class Amount:
    """What a programme gives."""

    rule: str
    """Shape of the amount, in words."""
    expression: str | None
    value: tree.Node | None
    """The expression as a typed tree; None for benefits in kind."""
    period: str
    unit: str
    """What `value` is in: won, or what else is given."""
    margin_expression: str | None
    margin: tree.Node | None
    """Won between the threshold and the subject: positive is room, negative is excess."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """How a programme bears on others, by code."""

    exclusive: tuple[str, ...] = ()
    """Nobody has both; it is enough that one of the two says so."""
    counted_as_income_in: tuple[str, ...] = ()
    """Programmes in which what this one newly gives counts as income."""
    offset: tuple[str, ...] = ()
    """Programmes that pay less by what this one pays."""
    group: str = ""
    """Programmes of one group exclude one another."""
    is_claimed_first: bool = False
    """The law wants it claimed before others: it bears on them as soon as somebody is entitled."""


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme: who it is for, what it asks, what it gives."""

    code: str
    ministry: str
    ministry_ko: str
    family: str
    name_ko: str
    name_en: str
    template: str
    unit: str
    benefit: str
    legal_basis: str
    status: str
    """`attested` where the rule was read in the law, else `modelled`."""
    introduced: str
    in_force: tuple[Span, ...]
    payment_cycle: str
    payment_day: int | None
    needs_investigation: bool
    conditions: tuple[Condition, ...]
    amount: Amount
    interaction: Interaction
    file: str
    digest: str
    """SHA-256 of the file."""

    @property
    def scope(self) -> str:
        """Who stands in a decision row: `household` or `person`."""
        return UNITS[self.unit]

    def is_in_force(self, day: dt.date) -> bool:
        """Whether the programme exists on `day`."""
        return any(span.holds(day) for span in self.in_force)

    def conditions_on(self, day: dt.date) -> tuple[Condition, ...]:
        """Return the conditions asked on `day`: of dated variants the one that is valid."""
        return tuple(each for each in self.conditions if each.valid.holds(day))
