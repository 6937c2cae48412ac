"""By when something must happen to a case, and which cases are late.

Here: the day that each state runs to. Never here: refusing anything (`guards`). Next: `hub cases list`.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from hub.findings.workflow.table import CaseState, Workflow, load_workflow


def with_due_day(
    cases: pl.DataFrame, today: dt.date, workflow: Workflow | None = None
) -> pl.DataFrame:
    """Add `due_on` and `is_late` to cases with state, opened_on, explain_until and appeal_until.

    An open case is due to be taken up, one with a notice to be explained, one that was carried out
    to be closed after the time to appeal; other states have no day.
    """
    limits = (workflow or load_workflow()).limits
    state = pl.col("state")
    due = (
        pl.when(state == CaseState.OPEN.value)
        .then(pl.col("opened_on").dt.offset_by(f"{limits.triage_days}d"))
        .when(state == CaseState.NOTICE_SENT.value)
        .then("explain_until")
        .when(state == CaseState.ACTION.value)
        .then("appeal_until")
    )
    return cases.with_columns(due_on=due).with_columns(
        is_late=(pl.col("due_on") < today).fill_null(value=False)
    )
