"""Rows that the night writes about cases: how a case begins, and what the machine says it did.

Here: shapes as frames. Never here: which cases (`case_changes`). Next: `insert_frame`.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from hub.findings.rules import Action
from hub.findings.workflow import MACHINE, CaseState, Step
from warehouse.ledger.book import now
from warehouse.ledger.case_schema import CASE_STATE_SCHEMA

ORIGIN_SCHEMA = {
    "finding_id": pl.String,
    "subject_kind": pl.String,
    "action_cap": pl.String,
    "rule_version": pl.String,
    "institutions": pl.String,
    "evidence_rows": pl.Int64,
    "is_averaged": pl.Boolean,
}
"""What the night says of its findings beyond the ledger: `institutions` are codes with commas."""
CASE_KEY = ("rule_id", "subject_id", "programme_code", "other_programme_code")
"""What findings of one case have in common."""


def founding_rows(founders: pl.DataFrame, origins: pl.DataFrame, night: dt.date) -> pl.DataFrame:
    """Return rows of `finding_case` for the findings that found them (`case_id` is given)."""
    is_auto = pl.col("action") == Action.AUTO.value
    absent = {
        name: pl.lit(None, kind)
        for name, kind in CASE_STATE_SCHEMA.items()
        if name
        in {
            "assignee", "explain_until", "appeal_until", "cause", "actions", "institution",
            "decided_on", "closed_on",
        }
    }  # fmt: skip
    return (
        founders.join(origins, on="finding_id", how="left", maintain_order="left")
        .with_columns(
            subject_kind=pl.coalesce("subject_kind", pl.lit("person")),
            action_cap=pl.coalesce("action_cap", "action"),
            opened_on=pl.lit(night),
            last_on=pl.lit(night),
            state=pl.lit(CaseState.OPEN.value),
            is_held=is_auto,
            is_vanished=pl.lit(value=False),
            **absent,
        )
        .select(list(CASE_STATE_SCHEMA))
    )


def machine_events(cases: pl.DataFrame, step: Step, night: dt.date) -> pl.DataFrame:
    """Return rows of `case_event` by the machine; states and reason are still to be filled."""
    return cases.select(
        "case_id",
        step=pl.lit(step.value),
        actor=pl.lit(MACHINE),
        happened_on=pl.lit(night),
        # As SQLAlchemy writes a moment in UTC.
        recorded_at=pl.lit(f"{now():%Y-%m-%d %H:%M:%S.%f}"),
        from_state=pl.lit(None, pl.String),
        to_state=pl.lit(""),
        reason=pl.lit(""),
    )


def no_cases() -> pl.DataFrame:
    """Return a frame of `finding_case` without a row."""
    return pl.DataFrame(schema=CASE_STATE_SCHEMA)
