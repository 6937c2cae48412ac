"""The table of transitions, causes and actions, read from `transitions.toml`.

Here: reading and checking the data. Never here: judging a step (`guards`, `moving`). Next:
`load_workflow` is what guards, ledger and commands read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

TRANSITION_FILE = Path(__file__).parent / "transitions.toml"
MACHINE = "machine"
"""Actor of what the night does; no person may be called so."""


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "OPEN"
    TRIAGED = "TRIAGED"
    NOTICE_SENT = "NOTICE_SENT"
    EXPLAINED = "EXPLAINED"
    NO_RESPONSE = "NO_RESPONSE"
    DECIDED = "DECIDED"
    ACTION = "ACTION"
    APPEAL = "APPEAL"
    UPHELD = "UPHELD"
    REVERSED = "REVERSED"
    CLOSED = "CLOSED"


UNDECIDED = (
    CaseState.OPEN,
    CaseState.TRIAGED,
    CaseState.NOTICE_SENT,
    CaseState.EXPLAINED,
    CaseState.NO_RESPONSE,
)
"""States in which nobody has decided yet."""


class Step(StrEnum):
    """What is done to a case."""

    OPEN = "open"
    ATTACH = "attach"
    ASSIGN = "assign"
    NOTICE = "notice"
    EXPLAIN = "explain"
    NO_RESPONSE = "no_response"
    HOLD = "hold"
    RELEASE = "release"
    DECIDE = "decide"
    ACT = "act"
    APPEAL = "appeal"
    UPHOLD = "uphold"
    REVERSE = "reverse"
    CLOSE = "close"
    VANISH = "vanish"
    RETURN = "return"


class Remedy(StrEnum):
    """What a decision leads to."""

    NONE = "none"
    CORRECT_RECORD = "correct_record"
    REDUCE = "reduce"
    SUSPEND = "suspend"
    STOP = "stop"
    RECOVER = "recover"
    INCREASE = "increase"
    GRANT = "grant"
    REFER = "refer"


class RefusedStepError(ValueError):
    """A step is not legal; the message says why and what is."""


class WorkflowError(ValueError):
    """The table of transitions contradicts itself; the message names the entry."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Days that the workflow counts."""

    explanation_days: int
    appeal_days: int
    triage_days: int


@dataclass(frozen=True, slots=True)
class Transition:
    """One way from a state to a state."""

    step: Step
    to: CaseState | None
    """None where the case stays as it is."""
    guards: tuple[str, ...]
    is_machines: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a finding came about, as a person decided."""

    name: str
    meaning: str
    finding: str
    """`confirmed` or `overturned`: what becomes of the findings."""
    actions: tuple[Remedy, ...]
    needs: str
    """`institution`, `signatures` or nothing: what the decision must also name."""
    required_action: Remedy | None
    blames_person: bool
    finds_overpayment: bool


@dataclass(frozen=True, slots=True)
class ActionTerms:
    """What one action means for the person and for the money."""

    is_burden: bool
    money: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Workflow:
    """The whole table."""

    limits: Limits
    transitions: Mapping[tuple[CaseState, Step], Transition]
    causes: Mapping[str, Cause]
    actions: Mapping[Remedy, ActionTerms]

    def burdens(self, cause: str | None, actions: tuple[Remedy, ...]) -> bool:
        """Say whether a decision is against the person: by its blame or by what follows."""
        blames = cause is not None and self.causes[cause].blames_person
        return blames or any(self.actions[action].is_burden for action in actions)


@lru_cache
def load_workflow(path: Path = TRANSITION_FILE) -> Workflow:
    """Read the table.

    Raises:
        WorkflowError: an entry names an unknown word, or two entries begin alike.
    """
    content = tomllib.loads(path.read_text("utf-8"))
    try:
        return Workflow(
            Limits(**content["limits"]),
            _transitions(content["transition"]),
            {entry["name"]: _cause(entry) for entry in content["cause"]},
            {
                Remedy(entry["name"]): ActionTerms(
                    entry.get("is_burden", False), tuple(entry["money"])
                )
                for entry in content["action"]
            },
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WorkflowError(f"{path.name}: {error}") from None


def _transitions(entries: list[dict[str, Any]]) -> dict[tuple[CaseState, Step], Transition]:
    table: dict[tuple[CaseState, Step], Transition] = {}
    for entry in entries:
        step = Step(entry["step"])
        to = CaseState(entry["to"]) if "to" in entry else None
        transition = Transition(step, to, tuple(entry["guards"]), entry.get("by") == MACHINE)
        for state in map(CaseState, entry["from"]):
            if (state, step) in table:
                raise WorkflowError(f"{step} from {state} stands there twice")
            table[state, step] = transition
    return table


def _cause(entry: dict[str, Any]) -> Cause:
    required = entry.get("required_action")
    return Cause(
        entry["name"],
        entry["meaning"],
        entry["finding"],
        tuple(map(Remedy, entry["actions"])),
        entry.get("needs", ""),
        Remedy(required) if required else None,
        entry.get("blames_person", False),
        entry.get("finds_overpayment", False),
    )
