"""`hub report`: pages of figures about a release, without personal data.

Here: options, errors, and where the page lies. Never here: figures or what a page says. Next: a
reader opens the page in any browser, without a server or a network.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from hub.output import fail
from warehouse.layout import Layout
from warehouse.releases import Release, ReleaseError, current, open_release

report_app = typer.Typer(help="Pages of figures: findings, scorecard.", no_args_is_help=True)
ReleaseId = Annotated[
    str,
    typer.Option(
        "--release", help="Id of the release, for example r000001; by default the current."
    ),
]


@report_app.command("findings")
def report_findings(release: ReleaseId = "") -> None:
    """Write the page of a release's findings: rules, months, sources, ministries, provinces."""
    # Charts take a second to import, and no other command needs them.
    from pipelines.steps.finding_report import write_finding_report
    from warehouse.ledger import Ledger

    layout = Layout.from_environment()
    chosen = _release(layout, release)
    with Ledger.open(layout.ledger_url) as ledger:
        typer.echo(str(write_finding_report(layout, ledger, chosen)))


@report_app.command("scorecard")
def report_scorecard(
    release: ReleaseId = "",
    month: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m"], help="The month; that of the night by default."),
    ] = None,
) -> None:
    """Write the page of the institutions' scorecard: what came, how late, how clean, who erred."""
    from pipelines.steps.scorecard_report import write_scorecard_report

    layout = Layout.from_environment()
    chosen = _release(layout, release)
    if "institution_scorecard" not in chosen.tables:
        fail(f"release {chosen.release_id} has no scorecard; run a night")
    typer.echo(str(write_scorecard_report(layout, chosen, month.date() if month else None)))


def _release(layout: Layout, release_id: str) -> Release:
    try:
        chosen = open_release(layout, release_id) if release_id else current(layout)
    except ReleaseError as error:
        fail(error)
    if chosen is None:
        typer.echo("error: no release yet; run `hub night` first", err=True)
        raise typer.Exit(1)
    return chosen
