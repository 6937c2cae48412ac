"""`hub retention`: what is past its term by law, and removing it.

Here: arguments, printing and exit codes. Never here: terms (`warehouse/retention.toml`, the catalogue) or
the work (`warehouse.data_retention`). Releases have a command of their own, `hub release retain`.
"""

from __future__ import annotations

import datetime as dt
import getpass
from collections import Counter
from typing import Annotated

import typer

from hub.output import fail, print_rows
from sources.registry import load_catalogue
from warehouse.access_log.errors import AccessLogError
from warehouse.data_retention import plan_data_retention, remove_expired
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.night_lock import NightIsRunningError, night_lock


def retention(
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Remove it; without this only the plan is shown.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="List also what stays; otherwise it is counted.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON array and nothing else.")
    ] = False,
) -> None:
    """Show, and with --apply remove, received bytes, rows, quarantine and log months past their term."""
    layout = Layout.from_environment()
    today = dt.datetime.now(dt.UTC).date()
    try:
        with night_lock(layout), Ledger.open(layout.ledger_url) as ledger:
            plan = plan_data_retention(layout, ledger, load_catalogue().documents, today)
            if apply:
                remove_expired(layout, ledger, plan, actor=getpass.getuser())
    except (NightIsRunningError, AccessLogError, OSError) as error:
        fail(error)
    outcome = "removed" if apply else "would be removed"
    rows: list[dict[str, object]] = [
        {
            "kind": each.kind.value,
            "subject": each.subject,
            "until": each.until,
            "outcome": "stays" if each.is_kept else outcome,
            "basis": each.basis,
        }
        for each in plan
        if every or not each.is_kept
    ]
    print_rows(rows, as_json=as_json, title="retention" if apply else "retention (a plan)")
    if not as_json:
        kept = Counter(each.kind.value for each in plan if each.is_kept)
        said = ", ".join(f"{count} of kind {kind}" for kind, count in sorted(kept.items()))
        typer.echo(f"within their term: {said or 'nothing'}")
