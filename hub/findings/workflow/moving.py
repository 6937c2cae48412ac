"""Whether a step is legal on a case, and where it leads.

Here: the table of transitions applied. Never here: single guards (`guards`), or keeping what was
done. Next: `warehouse.ledger.cases` writes down what `check_move` lets through.
"""

from __future__ import annotations

import datetime as dt
import re

from hub.findings.workflow.case import CaseFile, Move, actor_key
from hub.findings.workflow.guards import GUARDS
from hub.findings.workflow.table import (
    MACHINE,
    CaseState,
    RefusedStepError,
    Step,
    Workflow,
    load_workflow,
)

_LIKE_NATIONAL_ID = re.compile(r"(?:^|\D)\d{6}[-_ ]?\d{7}(?:$|\D)")


def legal_steps(state: CaseState, workflow: Workflow | None = None) -> tuple[Step, ...]:
    """Return the steps that people may take from `state`, guards aside, in the order of the table."""
    table = (workflow or load_workflow()).transitions
    return tuple(
        step
        for (start, step), transition in table.items()
        if start is state and not transition.is_machines
    )


def check_move(case: CaseFile, move: Move, workflow: Workflow | None = None) -> CaseState:
    """Return the state after `move`.

    Raises:
        RefusedStepError: the step is not legal; the message says why, and what is legal.
    """
    rules = workflow or load_workflow()
    check_words(move)
    transition = rules.transitions.get((case.state, move.step))
    is_machine = actor_key(move.actor) == MACHINE
    if transition is None or transition.is_machines != is_machine:
        legal = ", ".join(legal_steps(case.state, rules)) or "none; a closed case stays closed"
        raise RefusedStepError(f"{move.step} is not legal in state {case.state}; legal: {legal}")
    if move.on < case.last_on:
        raise RefusedStepError(
            f"{move.on} is before the newest step of the case, which was on {case.last_on}"
        )
    for name in transition.guards:
        GUARDS[name](case, move, rules)
    return transition.to or case.state


def check_words(move: Move) -> None:
    """Refuse a step without its actor and reason, or with what looks like an ID number.

    Raises:
        RefusedStepError: which of them it is.
    """
    for name, text in (("actor", move.actor), ("reason", move.reason)):
        if not text.strip():
            raise RefusedStepError(f"a step needs its {name}; nothing was written")
    said = (
        ("actor", move.actor),
        ("reason", move.reason),
        ("evidence", move.evidence),
        ("assignee", move.assignee),
    )
    for name, words in said:
        if words and _LIKE_NATIONAL_ID.search(words):
            raise RefusedStepError(f"the {name} holds what looks like an ID number; leave it out")


def appeal_until(on: dt.date, workflow: Workflow | None = None) -> dt.date:
    """Return the last day to appeal against what was carried out on `on`."""
    return on + dt.timedelta(days=(workflow or load_workflow()).limits.appeal_days)
