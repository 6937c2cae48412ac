"""Guards: what must be so before a step is taken, each with a refusal that says what would be legal.

Here: pure checks of one step on one case. Never here: which steps have which guards
(`transitions.toml`) or writing anything. Next: `moving.check_move` runs them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from hub.findings.rules import Action
from hub.findings.workflow.case import CaseFile, MoneyColumn, MoneyRow, Move, actor_key
from hub.findings.workflow.table import CaseState, RefusedStepError, Remedy, Step, Workflow

Guard = Callable[[CaseFile, Move, Workflow], None]


def names_assignee(_case: CaseFile, move: Move, _workflow: Workflow) -> None:
    """A case that is taken up has somebody who works on it."""
    if not (move.assignee or "").strip():
        raise RefusedStepError("an assignment names who works on the case")


def gives_time_to_explain(_case: CaseFile, move: Move, workflow: Workflow) -> None:
    """The person has enough days to explain."""
    earliest = move.on + dt.timedelta(days=workflow.limits.explanation_days)
    if move.explain_until is None or move.explain_until < earliest:
        raise RefusedStepError(
            f"the person needs at least {workflow.limits.explanation_days} days to explain; "
            f"set the last day to {earliest} or later"
        )


def time_to_explain_is_over(case: CaseFile, move: Move, _workflow: Workflow) -> None:
    """Silence counts from the day after the last day to explain."""
    if case.explain_until is not None and move.on <= case.explain_until:
        raise RefusedStepError(
            f"the time to explain is not over yet; it runs until {case.explain_until}. "
            "Legal before: explain"
        )


def four_eyes(case: CaseFile, move: Move, _workflow: Workflow) -> None:
    """Who prepared the case does not decide it."""
    if actor_key(move.actor) in case.handled_by:
        raise RefusedStepError(
            f"{move.actor} entered or triaged the case or sent its notice; another person decides"
        )


def fresh_eyes(case: CaseFile, move: Move, _workflow: Workflow) -> None:
    """Who decided, or prepared the decision, does not judge the appeal against it."""
    if actor_key(move.actor) in case.decided_by | case.handled_by:
        raise RefusedStepError(
            f"{move.actor} decided or prepared the case; another person judges the appeal"
        )


def cause_and_actions_fit(case: CaseFile, move: Move, workflow: Workflow) -> None:
    """A decision names a cause, what follows from it, and what the cause needs to be mended."""
    cause = workflow.causes.get(move.cause or "")
    if cause is None:
        raise RefusedStepError(f"a decision names its cause, one of: {', '.join(workflow.causes)}")
    if not move.actions:
        raise RefusedStepError(
            f"a decision for {cause.name} names what follows: {_listed(cause.actions)}"
        )
    for action in move.actions:
        if action not in cause.actions:
            raise RefusedStepError(
                f"{action} does not follow from {cause.name}; legal: {_listed(cause.actions)}"
            )
    if Remedy.NONE in move.actions and len(move.actions) > 1:
        raise RefusedStepError("none stands alone; name the other actions without it")
    if cause.required_action is not None and cause.required_action not in move.actions:
        raise RefusedStepError(
            f"a decision for {cause.name} has the action {cause.required_action}"
        )
    if cause.needs == "institution" and move.institution not in case.institutions:
        raise RefusedStepError(
            f"a decision for {cause.name} names the institution that erred, one whose records are "
            f"evidence: {', '.join(sorted(case.institutions)) or 'none is known'}"
        )
    if cause.needs == "signatures" and len(set(move.signatures or ())) != 2:
        raise RefusedStepError(
            f"a decision for {cause.name} names the two signatures or people concerned"
        )


def was_heard(case: CaseFile, move: Move, workflow: Workflow) -> None:
    """Nothing is decided against a person who could not explain."""
    if not workflow.burdens(move.cause, move.actions):
        return
    if case.state is CaseState.TRIAGED:
        raise RefusedStepError(
            "a notice is required before a decision against the person; legal: notice, or a "
            "decision without blame or burden"
        )
    if case.state is CaseState.NOTICE_SENT:
        raise RefusedStepError(
            f"the time to explain is not over yet; it runs until {case.explain_until}. Legal: "
            "explain, no_response after that day, or a decision without blame or burden"
        )


def cap_allows_hold(case: CaseFile, _move: Move, _workflow: Workflow) -> None:
    """Before a decision only AUTO holds at once and HOLD after notice; nothing else holds at all."""
    if case.is_held:
        raise RefusedStepError("the payment is held already; legal: release")
    if case.cap in (Action.REV, Action.INFO):
        raise RefusedStepError(
            f"rule {case.rule_id} has the action cap {case.cap}: nothing may be held before a "
            "decision; decide with the action suspend or stop"
        )
    if case.cap is Action.HOLD and case.state in (CaseState.OPEN, CaseState.TRIAGED):
        raise RefusedStepError(
            f"rule {case.rule_id} has the action cap HOLD: a hold may be proposed only after "
            f"notice; legal now: {'notice' if case.state is CaseState.TRIAGED else 'assign'}"
        )


def is_held(case: CaseFile, _move: Move, _workflow: Workflow) -> None:
    """Only what is held can be released."""
    if not case.is_held:
        raise RefusedStepError("no payment is held for this case")


def may_still_appeal(case: CaseFile, move: Move, workflow: Workflow) -> None:
    """An appeal is against a burden, and in time."""
    if not workflow.burdens(case.cause, case.actions):
        raise RefusedStepError("nothing was decided against the person; legal: act, close")
    if case.appeal_until is not None and move.on > case.appeal_until:
        raise RefusedStepError(
            f"the time to appeal ended on {case.appeal_until}; legal: act, close"
        )


def time_to_appeal_is_over(case: CaseFile, move: Move, workflow: Workflow) -> None:
    """A case against a person stays open as long as the person may appeal."""
    if not workflow.burdens(case.cause, case.actions):
        return
    if case.appeal_until is not None and move.on <= case.appeal_until:
        raise RefusedStepError(
            f"the person may appeal until {case.appeal_until}; close the case after that day. "
            "Legal: act, appeal"
        )


def nothing_to_carry_out(case: CaseFile, _move: Move, workflow: Workflow) -> None:
    """A decision is carried out before its case is closed, unless nothing follows from it."""
    if case.actions != (Remedy.NONE,) or workflow.burdens(case.cause, case.actions):
        raise RefusedStepError(
            f"{_listed(case.actions)} was decided and not carried out; legal: act"
        )


def what_was_recovered_is_restored(case: CaseFile, _move: Move, _workflow: Workflow) -> None:
    """After a reversal the person gets back what was recovered."""
    recovered = case.money.get(MoneyColumn.RECOVERED, 0)
    restored = case.money.get(MoneyColumn.UNDERPAID_RESTORED, 0)
    if restored < recovered:
        raise RefusedStepError(
            f"{recovered} won were recovered and {restored} won restored; legal: act with the rest "
            "as restored"
        )


def money_is_sound(case: CaseFile, move: Move, workflow: Workflow) -> None:
    """Every amount is above 0, in a column that fits the decision, and a debt has its month."""
    allowed = _columns(case, move, workflow)
    for row in move.money:
        if isinstance(row.amount, bool) or row.amount <= 0:
            raise RefusedStepError(f"{row.column}: an amount is a whole number of won above 0")
        if row.column not in allowed:
            raise RefusedStepError(
                f"{row.column} does not belong to this step; legal columns: "
                f"{', '.join(sorted(allowed)) or 'none'}"
            )
    _check_months(case, [row for row in move.money if row.column is MoneyColumn.OVERPAID_DETECTED])


def _columns(case: CaseFile, move: Move, workflow: Workflow) -> set[MoneyColumn]:
    if case.state is CaseState.REVERSED:
        return {MoneyColumn.UNDERPAID_RESTORED}
    name = move.cause if move.step is Step.DECIDE else case.cause
    cause = workflow.causes[name or ""]
    columns = {MoneyColumn.OVERPAID_DETECTED} if cause.finds_overpayment else set()
    if move.step is Step.DECIDE:
        return columns
    for action in case.actions:
        columns |= {MoneyColumn(column) for column in workflow.actions[action].money}
    return columns


def _check_months(case: CaseFile, debts: list[MoneyRow]) -> None:
    months = [row.month for row in debts]
    for month in months:
        if month is None:
            raise RefusedStepError(
                "a debt is stated month by month, never as a total or an average"
            )
        if month not in case.months:
            raise RefusedStepError(
                f"no finding of this case is about {month:%Y-%m}; legal: {_span(case)}"
            )
        if month in case.averaged_months:
            raise RefusedStepError(
                f"the finding of {month:%Y-%m} rests on an averaged amount that no source states "
                "for the month; ask the source for the month, no debt follows from an average"
            )
        if month in case.overpaid_months or months.count(month) > 1:
            raise RefusedStepError(f"{month:%Y-%m}: overpaid_detected stands there already")


def _span(case: CaseFile) -> str:
    return ", ".join(f"{month:%Y-%m}" for month in sorted(case.months)) or "none"


def _listed(actions: tuple[Remedy, ...]) -> str:
    return ", ".join(actions)


GUARDS: Mapping[str, Guard] = {
    guard.__name__: guard
    for guard in (
        names_assignee,
        gives_time_to_explain,
        time_to_explain_is_over,
        four_eyes,
        fresh_eyes,
        cause_and_actions_fit,
        was_heard,
        cap_allows_hold,
        is_held,
        may_still_appeal,
        time_to_appeal_is_over,
        nothing_to_carry_out,
        what_was_recovered_is_restored,
        money_is_sound,
    )
}
