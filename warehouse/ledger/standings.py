"""What happened to the standing of rules: demoted, restored, reinstated; and what is judged.

Here: keeping it, and the decided cases from which `hub.findings.standing` judges. Never here:
judging. Next: the night hands the demoted rules to `build_findings`.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
from sqlalchemy import Connection, and_, func, insert, select

from hub.findings.rules import load_rules
from hub.findings.standing import CASE_SCHEMA, STANDING_EVENT_SCHEMA, StandingEvent
from hub.findings.workflow import MACHINE, Move, RefusedStepError, Step, load_workflow
from hub.findings.workflow.case import actor_key
from hub.findings.workflow.moving import check_words
from warehouse.ledger.book import Book, frame_of, now
from warehouse.ledger.case_schema import (
    CASE_EVENT,
    CASE_FINDING,
    FINDING_CASE,
    RULE_STANDING_EVENT,
)
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.seals import seal

_APPEALED = {Step.UPHOLD.value: "upheld", Step.REVERSE.value: "reversed"}
_SOURCE_ERROR_SCHEMA = {"institution": pl.String, "month": pl.Date, "source_errors": pl.Int64}


class StandingBook(Book):
    """Standing of the detection rules."""

    def judged_cases(self) -> pl.DataFrame:
        """Return every case as its standing is judged, `hub.findings.standing.CASE_SCHEMA`."""
        table = FINDING_CASE.c
        query = select(
            table.case_id, table.rule_id, table.opened_on, table.decided_on, table.cause,
            table.closed_on,
        ).where(table.decided_on.is_not(None) | table.closed_on.is_not(None))  # fmt: skip
        cause = {cause.name: cause.finding for cause in load_workflow().causes.values()}
        with self._reading() as connection:
            cases = frame_of(
                connection,
                query,
                {
                    "case_id": pl.String,
                    "rule_id": pl.String,
                    "opened_on": pl.Date,
                    "decided_on": pl.Date,
                    "cause": pl.String,
                    "closed_on": pl.Date,
                },
            )
            sources = frame_of(
                connection,
                select(CASE_FINDING.c.case_id, CASE_FINDING.c.institutions)
                .join(FINDING_CASE, FINDING_CASE.c.case_id == CASE_FINDING.c.case_id)
                .where(table.decided_on.is_not(None) | table.closed_on.is_not(None))
                .distinct(),
                {"case_id": pl.String, "institutions": pl.String},
            )
            event = CASE_EVENT.c
            appeals = frame_of(
                connection,
                select(event.case_id, event.step, event.happened_on).where(
                    event.step.in_(list(_APPEALED))
                ),
                {"case_id": pl.String, "step": pl.String, "appeal_decided_on": pl.Date},
            )
        senders = (
            sources.with_columns(pl.col("institutions").str.split(","))
            .explode("institutions")
            .group_by("case_id")
            .agg(pl.col("institutions").unique().sort().str.join(","))
        )
        return (
            cases.join(senders, on="case_id", how="left")
            .join(appeals, on="case_id", how="left")
            .with_columns(
                pl.col("institutions").fill_null(""),
                finding=pl.col("cause").replace_strict(cause, default=None),
                appeal_outcome=pl.col("step").replace_strict(_APPEALED, default=None),
            )
            .select(pl.col(name).cast(kind) for name, kind in CASE_SCHEMA.items())
            .sort("case_id")
        )

    def standing_events(self) -> pl.DataFrame:
        """Return what happened to rules, `hub.findings.standing.STANDING_EVENT_SCHEMA`, in order."""
        table = RULE_STANDING_EVENT.c
        query = select(*(table[name] for name in STANDING_EVENT_SCHEMA)).order_by(
            table.happened_on, table.row_number
        )
        with self._reading() as connection:
            return frame_of(connection, query, STANDING_EVENT_SCHEMA)

    def keep_standing(self, changes: pl.DataFrame) -> int:
        """Write down what a night changes by itself; what stands there already adds nothing.

        Args:
            changes: `STANDING_EVENT_SCHEMA`, as `hub.findings.standing.judge_rules` gives them.

        Returns:
            How many were new.
        """
        written = 0
        with self._writing() as connection:
            for row in changes.iter_rows(named=True):
                if not _stands(connection, row["rule_id"], row["kind"], row["happened_on"]):
                    connection.execute(insert(RULE_STANDING_EVENT).values(**row, recorded_at=now()))
                    written += 1
            seal(connection, RULE_STANDING_EVENT.name)
        return written

    def reinstate_rule(
        self, rule_id: str, *, actor: str, reason: str, on: dt.date | None = None
    ) -> None:
        """Let a demoted rule act again; from `on` (today) on only later decisions count.

        Raises:
            LedgerError: no such rule, it is not demoted, or actor or reason are missing.
        """
        day = on or now().date()
        if rule_id not in {rule.id for rule in load_rules()}:
            message = f"no rule {rule_id}; `hub rules list` lists them"
            raise LedgerError(message)
        try:
            check_words(Move(step=Step.OPEN, actor=actor, on=day, reason=reason))
        except RefusedStepError as refused:
            raise LedgerError(str(refused)) from None
        if actor_key(actor) == MACHINE:
            message = "a rule is reinstated by a person"
            raise LedgerError(message)
        with self._writing() as connection:
            newest = connection.execute(
                select(RULE_STANDING_EVENT.c.kind, RULE_STANDING_EVENT.c.happened_on)
                .where(RULE_STANDING_EVENT.c.rule_id == rule_id)
                .order_by(
                    RULE_STANDING_EVENT.c.happened_on.desc(),
                    RULE_STANDING_EVENT.c.row_number.desc(),
                )
                .limit(1)
            ).first()
            if newest is None or newest.kind != StandingEvent.DEMOTED:
                message = f"rule {rule_id} is not demoted; `hub rules standing` shows which are"
                raise LedgerError(message)
            connection.execute(
                insert(RULE_STANDING_EVENT).values(
                    rule_id=rule_id,
                    kind=StandingEvent.REINSTATED.value,
                    actor=actor,
                    # A simulated night may lie after today.
                    happened_on=max(day, newest.happened_on),
                    recorded_at=now(),
                    reason=reason,
                )
            )
            seal(connection, RULE_STANDING_EVENT.name)

    def source_errors(self, as_of: dt.date | None = None) -> pl.DataFrame:
        """Return how many cases of a month were errors of an institution, as decided up to `as_of`.

        Columns institution, month (of the decision), source_errors.
        """
        table = FINDING_CASE.c
        query = select(table.institution, table.decided_on).where(
            table.cause == "source_data_error", table.institution.is_not(None)
        )
        if as_of is not None:
            query = query.where(table.decided_on <= as_of)
        with self._reading() as connection:
            decided = frame_of(connection, query, {"institution": pl.String, "decided_on": pl.Date})
        return (
            decided.group_by("institution", month=pl.col("decided_on").dt.truncate("1mo"))
            .agg(source_errors=pl.len().cast(pl.Int64))
            .select(pl.col(name).cast(kind) for name, kind in _SOURCE_ERROR_SCHEMA.items())
            .sort("institution", "month")
        )


def _stands(connection: Connection, rule_id: str, kind: str, happened_on: dt.date) -> bool:
    """Say whether the newest event of the rule says so already, or the same night did."""
    table = RULE_STANDING_EVENT.c
    same = and_(table.rule_id == rule_id, table.kind == kind, table.happened_on == happened_on)
    return bool(
        connection.execute(
            select(func.count()).select_from(RULE_STANDING_EVENT).where(same)
        ).scalar()
    )
