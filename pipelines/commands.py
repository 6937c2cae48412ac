"""Commands that need the whole pipeline: `hub night`, `hub summary`, `hub quality`.

Here: options, progress bars, exit codes. Never here: work (`pipelines.steps`).
"""

from __future__ import annotations

import datetime as dt
import warnings
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from expectations.commands import build_quality_app
from hub.output import fail, print_rows
from sources.registry import load_catalogue
from warehouse.layout import Layout
from warehouse.night_lock import NightIsRunningError

JsonOption = Annotated[bool, typer.Option("--json", help="A JSON array of objects on stdout.")]

STAGES = (
    ("intake", "archive what arrived"),
    ("landing", "land document types"),
    ("families", "conform to families"),
    ("index", "index people and households"),
    ("profile", "profile income and assets"),
    ("decisions", "decide programmes"),
    ("findings", "find improper receipt"),
    ("release", "publish release and extracts"),
)


class _NightProgress:
    """Turns what the steps announce into bars on stderr."""

    def __init__(self, console: Console, arrived: int, ministries: int) -> None:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description:<30}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[item]}"),
        )
        self.progress = Progress(*columns, console=console)
        totals = {
            "intake": arrived,
            "landing": 0,
            "families": 41,
            "index": 2,
            # The release, the scan for all extracts, and the extract of each ministry.
            "release": 2 + ministries,
        }
        self._tasks = {
            stage: self.progress.add_task(text, total=totals.get(stage, 1), item="", start=False)
            for stage, text in STAGES
        }

    def hear(self, stage: str, item: str) -> None:
        """Take one announcement."""
        if stage == "plan":
            self.progress.update(self._tasks["landing"], total=int(item))
            return
        task = self._tasks[stage]
        self.progress.start_task(task)
        if item.startswith("start "):
            return
        self.progress.update(task, advance=1, item=item)


def night(
    date: Annotated[str, typer.Option(help="The night's day, YYYY-MM-DD; today if left out.")] = "",
    drops: Annotated[
        Path | None,
        typer.Option(
            help="Folder of simulated nights: first drop <drops>/<YYYYMMDD>/ into landing."
        ),
    ] = None,
    engine: Annotated[
        str, typer.Option(help="What runs the SQL: duckdb or spark; by default HUB_ENGINE.")
    ] = "",
    master: Annotated[
        str, typer.Option(help="Spark's master, for example local[4], yarn; HUB_SPARK_MASTER.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Run one night: land what arrived, rebuild what follows, publish a release and extracts."""
    from hub.extracts.contracts import contracted_ministries
    from pipelines.night_run import run_night
    from pipelines.steps.engines import chosen_engine
    from pipelines.steps.intake import waiting_files

    warnings.simplefilter("ignore")
    day = _day(date)
    choice = chosen_engine(engine, master)
    layout = Layout.from_environment()
    layout.prepare()
    if drops:
        _drop_night(drops / f"{day:%Y%m%d}", layout)
    console = Console(stderr=True)
    for told in choice.told():
        console.print(f"{told['stage']}: {told['runs_on']} ({told['what']})", markup=False)
    bars = _NightProgress(console, len(waiting_files(layout.landing)), len(contracted_ministries()))
    try:
        with bars.progress:
            report = run_night(layout, day, bars.hear, choice)
    except NightIsRunningError as error:
        console.print(f"[red]{error}[/]")
        raise typer.Exit(1) from None
    if not report.success:
        console.print("[red]The night failed; the current release stays as it was.[/]")
        for failure in report.failed_steps:
            console.print(failure, markup=False)
        raise typer.Exit(1)
    row = {
        "night": day,
        "outcome": report.outcome,
        "release": report.release_id,
        "digest": report.digest[:16],
        "document_types_landed": report.documents,
        "deliveries_stopped": report.deliveries_stopped,
        "files_refused": report.files_refused,
        "seconds": round(report.seconds, 1),
    }
    print_rows([row], as_json=as_json, title="Night")
    for count, what, option in (
        (report.deliveries_stopped, "deliveries were stopped", "--state stopped"),
        (report.files_refused, "files are no deliveries", "--refused"),
    ):
        if count:
            console.print(f"{count} {what}; hub deliveries {option} says why", markup=False)


def quarantine(
    code: Annotated[str, typer.Argument(help="Document type, for example I03-F11-02.")],
    limit: Annotated[int, typer.Option(help="Rows to show.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show why rows of a document type were refused: delivery, line, column, rule."""
    from pipelines.steps.quarantine import quarantined_rows

    _require_type(code)
    frame = quarantined_rows(Layout.from_environment(), code)
    shown = frame if as_json else frame.head(limit)
    title = f"Quarantine of {code}: {frame.height} rows"
    print_rows(shown.to_dicts(), as_json=as_json, title=title)


def reopen(
    delivery_id: Annotated[str, typer.Argument(help="Delivery, as `hub deliveries` names it.")],
) -> None:
    """Put a delivery back among those that wait, after a rule, reader or the catalogue was mended."""
    from warehouse.ledger import Ledger, LedgerError

    with Ledger.open(Layout.from_environment().ledger_url) as ledger:
        try:
            ledger.reopen(delivery_id)
        except LedgerError as error:
            fail(error)
    typer.echo(f"{delivery_id} waits; the next `hub night` lands it again from the archive")


def summary(as_json: JsonOption = False) -> None:
    """Show the current release in numbers that a person can read."""
    from pipelines.summary import print_summary
    from warehouse.releases import current

    release = current(Layout.from_environment())
    if release is None:
        typer.echo("nothing has been released yet; run `hub night` first", err=True)
        raise typer.Exit(1)
    print_summary(release, as_json=as_json)


quality_app = build_quality_app(load_catalogue)


@quality_app.command("docs")
def build_docs(
    codes: Annotated[
        list[str] | None,
        typer.Argument(help="Document types; those that were stopped if left out."),
    ] = None,
) -> None:
    """Build Data Docs of chosen document types, or of those whose latest delivery failed."""
    from pipelines.steps.quality_pages import build_quality_pages

    for code in codes or []:
        _require_type(code)
    page = build_quality_pages(Layout.from_environment(), codes or [])
    if page is None:
        typer.echo("no delivery failed its expectations; name a document type to see its pages")
    else:
        typer.echo(f"Data Docs: {page}")


def _require_type(code: str) -> None:
    if code not in load_catalogue().documents:
        typer.echo(f"no document type {code}; see `hub catalogue list`", err=True)
        raise typer.Exit(2)


def _drop_night(folder: Path, layout: Layout) -> None:
    from pipelines.steps.intake import drop

    if not folder.is_dir():
        typer.echo(f"no such night: {folder}; see `hub country simulate --help`", err=True)
        raise typer.Exit(2)
    drop(folder, layout.landing)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text) if text else dt.datetime.now(tz=dt.UTC).date()
    except ValueError:
        typer.echo(f"--date {text}: not a day; write it as YYYY-MM-DD", err=True)
        raise typer.Exit(2) from None
