"""`hub rules standing` and `hub rules reinstate`: how well rules stand, beside `hub rules list` and `show`.

Here: options and printing. Never here: judging (`hub.findings.standing`). Next: the frame of the
command line hangs `rules_app`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from hub.findings.commands import rules_app
from hub.findings.standing import ALL_INSTITUTIONS
from hub.output import print_rows
from pipelines.case_options import Actor, AsJson, On, Reason
from pipelines.pair_views import opened_ledger
from pipelines.steps.cases import standing_of_rules

__all__ = ["rules_app"]


@rules_app.command("standing")
def standing(
    rule_id: Annotated[str | None, typer.Argument(help="A rule, to see its institutions.")] = None,
    *,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The last day that counts; today by default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show precision, reversals and time to close by rule, and which rules are only counted."""
    with opened_ledger() as ledger:
        day = as_of.date() if as_of else ledger.last_day()
        table = standing_of_rules(ledger, day).table
    if rule_id is not None:
        table = table.filter(rule_id=rule_id)
        if table.is_empty():
            typer.echo(f"no rule {rule_id}; see: hub rules list", err=True)
            raise typer.Exit(2)
    elif not as_json:
        table = table.filter(institution=ALL_INSTITUTIONS)
    shown = ("rule_id", "institution", "decided", "confirmed", "precision_ppm", "reversal_ppm",
             "closed", "median_days_to_close", "precision_floor_ppm", "demoted_because")  # fmt: skip
    print_rows(table.to_dicts(), as_json=as_json, title=f"Rules on {day}", columns=shown)


@rules_app.command("reinstate")
def reinstate(
    rule_id: Annotated[str, typer.Argument(help="A rule that is only counted for a while.")],
    *,
    by: Actor,
    reason: Reason,
    on: On = None,
) -> None:
    """Let a demoted rule act again from the next night on; only later decisions count."""
    with opened_ledger() as ledger:
        ledger.reinstate_rule(
            rule_id, actor=by, reason=reason, on=on.date() if on else ledger.last_day()
        )
    typer.echo(f"{rule_id} acts again from the next night on")
