"""`hub cases`: what people do about findings, step by step.

Here: options, printing, exit codes. Never here: which steps are legal (`hub.findings.workflow`) or
keeping them (`warehouse.ledger`). Next: the frame of the command line hangs `cases_app`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from hub.findings.prevention import prevented_forward
from hub.findings.workflow import (
    CaseState,
    Limits,
    MoneyColumn,
    MoneyRow,
    Move,
    RefusedStepError,
    Remedy,
    Step,
    load_workflow,
)
from hub.findings.workflow.due import with_due_day
from hub.output import fail, print_rows
from pipelines.case_options import (
    Actor,
    AsJson,
    Evidence,
    Named,
    On,
    Overpaid,
    Reason,
    linkage_of,
    overpaid_rows,
    released_origin,
)
from pipelines.case_story import print_story, read_story
from pipelines.pair_views import opened_ledger
from warehouse.access_log.options import By, Purpose, UnderCase, command_access
from warehouse.layout import Layout

cases_app = typer.Typer(help="Findings as people work on them.", no_args_is_help=True)
_SHOWN = (
    "case_id", "rule_id", "subject_kind", "programme_code", "state", "assignee", "opened_on",
    "due_on", "is_late", "is_held",
)  # fmt: skip


@cases_app.command("list")
def list_cases(
    *,
    state: Annotated[CaseState | None, typer.Option(help="Where the case stands.")] = None,
    rule: Annotated[str | None, typer.Option(help="Rule, such as D28.")] = None,
    assignee: Annotated[str | None, typer.Option(help="Who works on it.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only cases past their day.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Most rows to print.")] = 50,
    by: By = None,
    purpose: Purpose = None,
    as_json: AsJson = False,
) -> None:
    """List cases that are not closed (or those of --state), what is due first."""
    with opened_ledger() as ledger:
        found = with_due_day(ledger.cases(), ledger.last_day())
    if state is not None:
        found = found.filter(state=state.value)
    else:
        found = found.filter(found["state"] != CaseState.CLOSED.value)
    if rule is not None:
        found = found.filter(rule_id=rule)
    if assignee is not None:
        found = found.filter(assignee=assignee)
    if late:
        found = found.filter("is_late")
    told = {"by": by, "purpose": purpose, "categories": ("findings",)}
    with command_access("cases list", "cases", **told) as access:
        if access.permission is not None and access.permission.cases is not None:
            # Whoever sees the people of their cases sees the list of these.
            found = found.filter(found["case_id"].is_in(sorted(access.permission.cases)))
        shown = found.sort("due_on", "opened_on", "case_id", nulls_last=True).head(limit)
        subjects = shown["person_id"].drop_nulls().unique().to_list()
        access.about_cases(shown["case_id"].to_list())
        access.saw(subjects=subjects, rows=shown.height)
        title = f"{found.height} cases"
        print_rows(shown.to_dicts(), as_json=as_json, title=title, columns=_SHOWN)
    if found.height > limit:
        typer.echo(f"only the first {limit} of {found.height}; --limit gives more", err=True)


@cases_app.command("show")
def show(
    case_id: Named,
    *,
    by: By = None,
    purpose: Purpose = None,
    case: UnderCase = None,
    as_json: AsJson = False,
) -> None:
    """Show one case: findings, evidence, what happened, money, what clears it, legal next steps."""
    with command_access(
        "cases show",
        "case",
        by=by,
        purpose=purpose,
        case=case or case_id,
        categories=("findings", "case file"),
    ) as access:
        with opened_ledger() as ledger:
            story = read_story(Layout.from_environment(), ledger, case_id)
        about = story.case["person_id"]
        access.about_cases([case_id])
        access.saw(subjects=[about] if about else [])
        if as_json:
            print_rows([story.mapping()], as_json=True)
        else:
            print_story(story)


@cases_app.command("open")
def open_case(
    finding_id: Annotated[str, typer.Argument(help="A finding that opened no case by itself.")],
    *,
    by: Actor,
    reason: Reason,
    on: On = None,
) -> None:
    """Open a case by hand: for a rule that only counts, or for new facts of a decided month."""
    origin = released_origin(finding_id)
    with opened_ledger() as ledger:
        case_id = ledger.open_case(finding_id, actor=by, reason=reason, origin=origin, on=_day(on))
    typer.echo(f"{case_id}: OPEN; another person than {by} decides it")


@cases_app.command("assign")
def assign(
    case_id: Named,
    *,
    to: Annotated[str, typer.Option(help="Who works on the case.")],
    by: Actor,
    reason: Reason,
    evidence: Evidence = None,
    on: On = None,
) -> None:
    """Take a case up, or hand it to another."""
    _take(case_id, Step.ASSIGN, by, reason, evidence, on, assignee=to)


@cases_app.command("notice")
def notice(
    case_id: Named,
    *,
    by: Actor,
    reason: Reason,
    until: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last day to explain; the earliest by default."),
    ] = None,
    evidence: Evidence = None,
    on: On = None,
) -> None:
    """Enter that a notice was sent: the person may explain until a day at least 14 days ahead."""
    day = _day(on) or _last_day()
    earliest = day + dt.timedelta(days=_limits().explanation_days)
    last = _day(until) or earliest
    _take(case_id, Step.NOTICE, by, reason, evidence, on, explain_until=last)


@cases_app.command("explain")
def explain(
    case_id: Named,
    *,
    by: Actor,
    reason: Annotated[str, typer.Option(help="What was explained, without names or ID numbers.")],
    no_response: Annotated[
        bool, typer.Option("--no-response", help="The time is over and nothing came.")
    ] = False,
    evidence: Evidence = None,
    on: On = None,
) -> None:
    """Enter what the person explained, or that nothing came in time."""
    step = Step.NO_RESPONSE if no_response else Step.EXPLAIN
    _take(case_id, step, by, reason, evidence, on)


@cases_app.command("hold")
def hold(
    case_id: Named, *, by: Actor, reason: Reason, evidence: Evidence = None, on: On = None
) -> None:
    """Propose a provisional hold of the payment, where the rule's cap allows it."""
    _take(case_id, Step.HOLD, by, reason, evidence, on)


@cases_app.command("release")
def release(
    case_id: Named, *, by: Actor, reason: Reason, evidence: Evidence = None, on: On = None
) -> None:
    """Let a held payment go on."""
    _take(case_id, Step.RELEASE, by, reason, evidence, on)


@cases_app.command("decide")
def decide(
    case_id: Named,
    *,
    cause: Annotated[str, typer.Option(help=f"One of: {', '.join(load_workflow().causes)}.")],
    action: Annotated[list[Remedy], typer.Option(help="What follows; may be given again.")],
    by: Actor,
    reason: Reason,
    overpaid: Overpaid = None,
    institution: Annotated[
        str | None, typer.Option(help="Of a source error: who erred, such as I03.")
    ] = None,
    left: Annotated[
        str | None, typer.Option(help="Of a linkage error: a signature ID or person ID.")
    ] = None,
    right: Annotated[str | None, typer.Option(help="The other one.")] = None,
    same_person: Annotated[
        bool, typer.Option("--same-person", help="The two are one person, not two.")
    ] = False,
    evidence: Evidence = None,
    on: On = None,
) -> None:
    """Decide: why the finding came about and what follows; by somebody who did not prepare it."""
    signatures, linkage = linkage_of(left, right, same_person=same_person)
    _take(
        case_id,
        Step.DECIDE,
        by,
        reason,
        evidence,
        on,
        cause=cause,
        actions=tuple(action),
        institution=institution,
        signatures=signatures,
        linkage=linkage,
        money=overpaid_rows(overpaid),
    )


@cases_app.command("act")
def act(
    case_id: Named,
    *,
    by: Actor,
    reason: Reason,
    overpaid: Overpaid = None,
    recovered: Annotated[int | None, typer.Option(help="Won paid back.")] = None,
    monthly: Annotated[
        int | None,
        typer.Option(
            help="Won a month no longer paid: estimates what is prevented, by its method."
        ),
    ] = None,
    restored: Annotated[int | None, typer.Option(help="Won paid later to the person.")] = None,
    evidence: Evidence = None,
    on: On = None,
) -> None:
    """Enter that what was decided was carried out, with its money; may be given again."""
    money = list(overpaid_rows(overpaid))
    if recovered is not None:
        money.append(MoneyRow(MoneyColumn.RECOVERED, recovered))
    if restored is not None:
        money.append(MoneyRow(MoneyColumn.UNDERPAID_RESTORED, restored))
    if monthly is not None:
        with opened_ledger() as ledger:
            decided = ledger.case(case_id).actions
        try:
            money.append(prevented_forward(monthly, decided, _day(on) or _last_day()))
        except RefusedStepError as refused:
            fail(f"case {case_id}: {refused}")
    _take(case_id, Step.ACT, by, reason, evidence, on, money=tuple(money))


@cases_app.command("appeal")
def appeal(
    case_id: Named,
    *,
    by: Actor,
    reason: Reason,
    upheld: Annotated[bool, typer.Option("--upheld", help="The decision stands.")] = False,
    reversed_: Annotated[bool, typer.Option("--reversed", help="The decision falls.")] = False,
    evidence: Evidence = None,
    on: On = None,
) -> None:
    """Enter an appeal, or what became of it: --upheld or --reversed, by somebody else."""
    if upheld and reversed_:
        fail("an appeal is upheld or reversed, not both")
    step = Step.UPHOLD if upheld else Step.REVERSE if reversed_ else Step.APPEAL
    _take(case_id, step, by, reason, evidence, on)


@cases_app.command("close")
def close(
    case_id: Named, *, by: Actor, reason: Reason, evidence: Evidence = None, on: On = None
) -> None:
    """Close a case that was carried out and can no longer be appealed against."""
    _take(case_id, Step.CLOSE, by, reason, evidence, on)


def _take(
    case_id: str,
    step: Step,
    by: str,
    reason: str,
    evidence: str | None,
    on: dt.datetime | None,
    **told: object,
) -> None:
    with opened_ledger() as ledger:
        day = _day(on) or max(ledger.last_day(), ledger.case(case_id).last_on)
        move = Move(
            step=step,
            actor=by,
            on=day,
            reason=reason,
            evidence=evidence,
            **told,  # type: ignore[arg-type]
        )
        state = ledger.move_case(case_id, move)
    typer.echo(f"{case_id}: {step} on {day}; the case is {state}")


def _day(moment: dt.datetime | None) -> dt.date | None:
    return moment.date() if moment else None


def _last_day() -> dt.date:
    with opened_ledger() as ledger:
        return ledger.last_day()


def _limits() -> Limits:
    return load_workflow().limits
