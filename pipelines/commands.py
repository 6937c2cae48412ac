"""Commands that need the whole pipeline: `hub night`, `hub summary`, `hub quality`.

Here: options, progress bars, exit codes. Never here: work (`pipelines.steps`).
"""

from __future__ import annotations

import datetime as dt
import sys
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

from hub.output import print_rows
from warehouse.layout import Layout

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

    def __init__(self, console: Console, arrived: int) -> None:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description:<30}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[item]}"),
        )
        self.progress = Progress(*columns, console=console)
        totals = {"intake": arrived or None, "families": 41}
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
    as_json: JsonOption = False,
) -> None:
    """Run one night: land what arrived, rebuild what follows, publish a release and extracts."""
    from pipelines.night_run import run_night
    from pipelines.steps.intake import waiting_files

    warnings.simplefilter("ignore")
    day = _day(date)
    layout = Layout.from_environment()
    layout.prepare()
    if drops:
        _drop_night(drops / f"{day:%Y%m%d}", layout)
    console = Console(stderr=True)
    bars = _NightProgress(console, len(waiting_files(layout.landing)))
    with bars.progress:
        report = run_night(layout, day, bars.hear)
    if not report.success:
        console.print("[red]The night failed; the current release stays as it was.[/]")
        for failure in report.failed_steps:
            console.print(failure, markup=False)
        raise typer.Exit(1)
    row = {
        "night": day,
        "release": report.release_id,
        "digest": report.digest[:16],
        "document_types_landed": report.documents,
        "seconds": round(report.seconds, 1),
    }
    print_rows([row], as_json=as_json, title="Night")


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
