"""What the check of one application rests on.

Here: types. Never here: where they are read (`pipelines.application_rows`) or what they mean for a grant
(`judging`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.programmes.explanation.texts import Text
from hub.programmes.programme import Programme

SELF, UNIT, SPOUSE, DWELLING, FORMER = RELATIONS = (
    "self",
    "unit",
    "spouse",
    "dwelling",
    "former_resident",
)
"""Who somebody is to the applicant, the nearest first: a spouse in the unit is `unit`."""


@dataclass(frozen=True, slots=True)
class KnownProgramme:
    """A programme as far as the check must know others."""

    code: str
    name: Text
    scope: str
    """`person` or `household`."""
    payment_cycle: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one person was paid for a month, or is entitled to."""

    person_id: str
    relation: str
    programme_code: str
    month: dt.date | None
    amount: int | None
    role: str
    """`payment` or `entitlement`."""
    is_current: bool


@dataclass(frozen=True, slots=True)
class QuotaReceipt:
    """A receipt of a programme of the same quota group."""

    person_id: str
    relation: str
    programme_code: str
    month: dt.date
    amount: int | None
    role: str
    """`payment` or `grant`."""
    is_same_dwelling: bool | None
    """None where it is not known where one of the two is."""


@dataclass(frozen=True, slots=True)
class FindingOnFile:
    """A finding of the night about the person or somebody of the unit."""

    finding_id: str
    rule_id: str
    rule_name: Text
    action: str
    state: str
    relation: str
    programme_code: str | None
    period: dt.date | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What the rules say of the subject."""

    outcome: str
    reasons: tuple[tuple[str, Text], ...]
    amount: int | None
    payable_amount: int | None
    interaction_codes: tuple[str, ...]
    is_stored: bool
    """False where the night stored nothing and it was decided again, without interactions."""


@dataclass(frozen=True, slots=True)
class ApplicationFacts:
    """Everything the check looks at."""

    release_id: str
    night: dt.date
    person_id: str
    programme: Programme
    death_date: dt.date | None
    household_id: str | None
    people: Mapping[str, str]
    """Person → relation."""
    families_in_dwelling: int | None
    receipts: tuple[Receipt, ...]
    edges: tuple[tuple[str, str, str], ...]
    """(programme, kind, other), of those that touch the programme; groups are written out."""
    quota_group: str
    """Group of the programme that a quota limits; empty where there is none."""
    quota_months: int
    quota_receipts: tuple[QuotaReceipt, ...]
    findings: tuple[FindingOnFile, ...]
    holds: tuple[tuple[str, dt.date | None], ...]
    """(programme, since when) of payments that are held."""
    decided: Decided | None
    """None where there is no subject to decide about."""
    programmes: Mapping[str, KnownProgramme] = field(default_factory=dict)
    not_told: tuple[str, ...] = ()
    """Programmes that exclude this one and whose receipt no record can tell."""
