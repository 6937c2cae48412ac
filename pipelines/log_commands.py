"""`hub log`: check the access log, look at it, and settle what its rules ask.

Here: options, printing, exit codes. Never here: the log (`warehouse.access_log`), the rules, or who
decides (`warehouse.ledger.access_alerts`). Reading the log is an access itself and stands in it.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import polars as pl
import typer

from hub.output import fail, print_rows
from pipelines.pair_views import opened_ledger
from warehouse.access_log import AccessLog, AccessLogError, check
from warehouse.access_log.answering import Asker
from warehouse.access_log.detection import load_access_rules
from warehouse.access_log.frames import read_accesses, read_subjects
from warehouse.access_log.heads import Heads
from warehouse.access_log.options import By, Purpose, command_access
from warehouse.layout import Layout
from warehouse.ledger.access_alerts import AlertOutcome, AlertState

log_app = typer.Typer(
    help="The access log: check it, look at it, explain and review.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]
Limit = Annotated[int, typer.Option(min=1, help="Most rows to print; the newest.")]
Alert = Annotated[str, typer.Argument(help="An alert, as `hub log alerts` names it.")]
On = Annotated[
    dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; today by default.")
]
_SHOWN = ("number", "happened_at", "actor", "action", "object", "purpose", "case_id", "result",
          "people", "rows")  # fmt: skip
_ALERTS = ("alert_id", "rule", "actor", "happened_on", "statement", "accesses", "people", "state",
           "explain_until", "is_late", "outcome")  # fmt: skip


@log_app.command("verify")
def verify(*, as_json: AsJson = False) -> None:
    """Replay every line and compare it with all signed heads, here and in the folders outside."""
    found = check(Layout.from_environment())
    if as_json or found.problems:
        rows = [{"problem": problem} for problem in found.problems]
        print_rows(rows, as_json=as_json, title="the access log is not whole")
    else:
        open_end = found.lines - found.last_signed
        typer.echo(
            f"{found.lines} lines are what they were; {found.heads} signed heads fit, "
            f"{open_end} lines since the newest"
        )
    if found.problems:
        raise typer.Exit(1)


@log_app.command("heads")
def heads(
    *,
    sign: Annotated[bool, typer.Option("--sign", help="Sign a head now.")] = False,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List the signed heads, newest first, with the folders outside that hold them."""
    layout = Layout.from_environment()
    if sign:
        try:
            AccessLog(layout).sign_head()
        except AccessLogError as error:
            fail(error)
    keeper = Heads(layout)
    held: dict[str, list[str]] = {}
    for folder, path in keeper.everywhere():
        held.setdefault(path.name, []).append(str(folder))
    rows: list[dict[str, object]] = []
    for name, folders in sorted(held.items(), reverse=True)[:limit]:
        row: dict[str, object] = {"head": name}
        try:
            head = keeper.read(keeper.folder / name)
            row |= {"number": head.number, "at": head.at, "sha256": head.sha256, "is_sound": True}
        except AccessLogError:
            row |= {"number": None, "at": None, "sha256": None, "is_sound": False}
        rows.append({**row, "copies_outside": sum(each != str(keeper.folder) for each in folders)})
    print_rows(rows, as_json=as_json, title="signed heads")
    if len(keeper.copies) < 2:
        typer.echo("fewer than two folders outside: set HUB_ACCESS_HEAD_COPIES", err=True)


@log_app.command("show")
def show(
    *,
    actor: Annotated[str | None, typer.Option(help="Only accesses of this name.")] = None,
    person: Annotated[str | None, typer.Option(help="Only accesses to this person ID.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this action, such as query.")] = None,
    since: On = None,
    limit: Limit = 50,
    by: By = None,
    purpose: Purpose = None,
    as_json: AsJson = False,
) -> None:
    """Show accesses: who, when, what, why; the newest last."""
    layout = Layout.from_environment()
    subjects = [person] if person else []
    with command_access(
        "log show", "access log", subjects=subjects, by=by, purpose=purpose,
        categories=("accesses",),
    ):  # fmt: skip
        found = read_accesses(layout, since=since.date() if since else None)
        if found is None:
            fail("no access has been logged yet")
        if actor:
            found = found.filter(pl.col("actor") == actor)
        if action:
            found = found.filter(pl.col("action") == action)
        if person:
            of_person = read_subjects(layout, found).filter(person_id=person)
            found = found.join(of_person, on="number", how="semi")
        rows = found.tail(limit).rename({"subjects": "people"}).to_dicts()
        print_rows(rows, as_json=as_json, title=f"{found.height} accesses", columns=_SHOWN)


@log_app.command("detect")
def detect_misuse(*, on: On = None, as_json: AsJson = False) -> None:
    """Run the rules over the last quarter; each new alert asks its actor for an explanation."""
    from pipelines.steps.access_review import review_accesses

    layout = Layout.from_environment()
    with opened_ledger() as ledger:
        new = review_accesses(layout, ledger, _day(on))
        waiting = ledger.access_alerts().filter(pl.col("state") != AlertState.CLOSED.value).height
    row = {"new_alerts": new, "open_alerts": waiting}
    print_rows([row], as_json=as_json, title="access rules")


@log_app.command("alerts")
def alerts(
    alert_id: Annotated[str | None, typer.Argument(help="One alert, with its history.")] = None,
    *,
    state: Annotated[AlertState | None, typer.Option(help="Only these.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only about this name.")] = None,
    to_be_told: Annotated[
        bool, typer.Option("--to-be-told", help="The people who must be told, with their alerts.")
    ] = False,
    by: By = None,
    purpose: Purpose = None,
    as_json: AsJson = False,
) -> None:
    """List alerts and where they stand; one alert with what was asked, explained and decided."""
    with opened_ledger() as ledger:
        found = ledger.access_alerts()
        events = ledger.access_alert_events(alert_id) if alert_id else None
        entries = ledger.access_alert_entries(alert_id) if alert_id else None
        told = ledger.people_to_be_told()
    if alert_id:
        found = found.filter(alert_id=alert_id)
        if found.is_empty():
            fail(f"no alert {alert_id}; `hub log alerts` lists them")
    if state:
        found = found.filter(state=state.value)
    if actor:
        found = found.filter(actor=actor)
    subjects = entries["person_id"].drop_nulls().unique().to_list() if entries is not None else []
    if to_be_told:
        subjects = told["person_id"].unique().to_list()
    with command_access(
        "log alerts", "access alerts", subjects=subjects, by=by, purpose=purpose,
        categories=("accesses",),
    ):  # fmt: skip
        if to_be_told:
            print_rows(told.to_dicts(), as_json=as_json, title="to be told")
            return
        today = _day(None)
        names = {rule.id: rule.name_en for rule in load_access_rules()}
        rows = [
            {
                **row,
                "rule": f"{row['rule_id']} {names.get(row['rule_id'], '')}",
                "is_late": row["state"] == AlertState.ASKED and today > row["explain_until"],
            }
            for row in found.to_dicts()
        ]
        if events is not None and entries is not None:
            history = events.drop("row_number", "alert_id").to_dicts()
            if as_json:
                rows[0] |= {"events": history, "entries": entries["entry_id"].to_list()}
                print_rows(rows, as_json=True)
                return
            print_rows(rows, as_json=False, title="alert: a question, no verdict", columns=_ALERTS)
            print_rows(history, as_json=False, title="what happened")
            print_rows(entries.drop("alert_id").to_dicts(), as_json=False, title="accesses")
            return
        print_rows(rows, as_json=as_json, title=f"{len(rows)} alerts", columns=_ALERTS)


@log_app.command("explain")
def explain(
    alert_id: Alert,
    *,
    text: Annotated[str, typer.Option(prompt=True, help="Why; no names, no ID numbers.")],
    by: By = None,
    on: On = None,
) -> None:
    """Explain an access that one is asked about; within five working days."""
    with opened_ledger() as ledger:
        ledger.explain_alert(alert_id, actor=Asker.told(by).actor, text=text, on=_day(on))
    typer.echo(f"{alert_id}: explained; somebody else reviews it")


@log_app.command("review")
def review(
    alert_id: Alert,
    *,
    outcome: Annotated[AlertOutcome, typer.Option(help="What the access was.")],
    reason: Annotated[str, typer.Option(prompt=True, help="Why; auditors will read it.")],
    by: By = None,
    on: On = None,
) -> None:
    """Decide an alert, as somebody else than the person it is about."""
    with opened_ledger() as ledger:
        ledger.review_alert(
            alert_id, actor=Asker.told(by).actor, outcome=outcome, text=reason, on=_day(on)
        )
        told = ledger.people_to_be_told().filter(alert_id=alert_id).height
    typer.echo(f"{alert_id}: {outcome}" + (f"; {told} people are to be told" if told else ""))


def _day(moment: dt.datetime | None) -> dt.date:
    return moment.date() if moment else dt.datetime.now(dt.UTC).date()
