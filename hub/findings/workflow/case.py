"""A case as its guards see it, a step that somebody wants to take, and money.

Here: shapes only. Never here: what is legal (`guards`) or keeping (`warehouse.ledger.cases`). Next:
`moving.check_move` takes a `CaseFile` and a `Move`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hub.findings.rules import Action
from hub.findings.workflow.table import CaseState, Remedy, Step


class MoneyColumn(StrEnum):
    """The four columns of won. They are never added up with one another."""

    OVERPAID_DETECTED = "overpaid_detected"
    """Paid in a month without being due; one row a month."""
    RECOVERED = "recovered"
    """Paid back."""
    PREVENTED_FORWARD = "prevented_forward"
    """Estimate of what would have been paid on, by a method of `prevention.toml`."""
    UNDERPAID_RESTORED = "underpaid_restored"
    """Paid later to the person, because it was due."""


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One amount in one column, in won."""

    column: MoneyColumn
    amount: int
    month: dt.date | None = None
    """First day of the month that was overpaid."""
    method_id: str | None = None
    """Of an estimate: its method, and the numbers that give it."""
    multiplier_months: int | None = None
    monthly_amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """What the guards know of a case."""

    case_id: str
    rule_id: str
    state: CaseState
    cap: Action
    """The most that the rule may lead to."""
    last_on: dt.date
    """Day of the newest step."""
    handled_by: frozenset[str] = frozenset()
    """Who entered or triaged the case or sent the notice, as `actor_key` writes them."""
    decided_by: frozenset[str] = frozenset()
    explain_until: dt.date | None = None
    """Last day to explain; none before a notice."""
    appeal_until: dt.date | None = None
    cause: str | None = None
    actions: tuple[Remedy, ...] = ()
    is_held: bool = False
    months: frozenset[dt.date] = frozenset()
    """Months of its findings."""
    averaged_months: frozenset[dt.date] = frozenset()
    """Those of its months where a finding rests on an amount that no source states for the month."""
    institutions: frozenset[str] = frozenset()
    """Who sent the evidence."""
    money: Mapping[MoneyColumn, int] = field(default_factory=dict)
    """Sum of each column so far."""
    overpaid_months: frozenset[dt.date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A step that somebody wants to take."""

    step: Step
    actor: str
    on: dt.date
    reason: str
    evidence: str | None = None
    assignee: str | None = None
    explain_until: dt.date | None = None
    cause: str | None = None
    actions: tuple[Remedy, ...] = ()
    institution: str | None = None
    signatures: tuple[str, str] | None = None
    """Of a linkage error, the two signatures that it is about."""
    linkage: str = "cannot_link"
    """What is decided about them: `cannot_link`, `unmerge` or `must_link`."""
    money: tuple[MoneyRow, ...] = ()


def actor_key(actor: str) -> str:
    """Return the actor as guards compare actors: capitals and blanks make no other person."""
    return " ".join(actor.split()).casefold()
