"""Cases: from a finding to a decision of people, and what follows.

Here: states, steps and guards as pure functions over plain records; the table of transitions is
data (`transitions.toml`). Never here: keeping cases (`warehouse.ledger.cases`) or finding anything.
Next: the ledger asks `check_move` before it writes a step down, and every refusal says what is legal.
"""

from hub.findings.workflow.case import CaseFile, MoneyColumn, MoneyRow, Move
from hub.findings.workflow.moving import check_move, legal_steps
from hub.findings.workflow.table import (
    MACHINE,
    CaseState,
    Limits,
    RefusedStepError,
    Remedy,
    Step,
    Workflow,
    load_workflow,
)

__all__ = [
    "MACHINE",
    "CaseFile",
    "CaseState",
    "Limits",
    "MoneyColumn",
    "MoneyRow",
    "Move",
    "RefusedStepError",
    "Remedy",
    "Step",
    "Workflow",
    "check_move",
    "legal_steps",
    "load_workflow",
]
