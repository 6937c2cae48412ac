"""`hub confirm`: run a confirmation round, or go on with one that was interrupted.

Here: options, progress, printing. Never here: work (`pipelines.steps.confirmation`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import polars as pl
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

from hub.confirmation.rounds import CalendarError, Round, load_calendar
from hub.output import fail, print_rows
from warehouse.job_record import JobIsRunningError
from warehouse.layout import Layout
from warehouse.releases import current

STAGES = (
    ("families", "conform what was known"),
    ("index", "index people"),
    ("households", "form households and units"),
    ("profile", "profile income and assets"),
    ("decisions", "decide programmes"),
    ("confirmation", "compare with what is paid"),
    ("results", "write results"),
)
_FAMILIES = 41


class _RoundProgress:
    """Turns what the stages announce into bars on stderr."""

    def __init__(self, console: Console) -> None:
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<30}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[item]}"),
            console=console,
        )
        self._tasks = {
            stage: self.progress.add_task(
                text, total=_FAMILIES if stage == "families" else 1, item="", start=False
            )
            for stage, text in STAGES
        }
        self.progress.start_task(self._tasks[STAGES[0][0]])

    def hear(self, stage: str, item: str) -> None:
        """Take one announcement: a table, or that the stage has ended."""
        task = self._tasks[stage]
        self.progress.start_task(task)
        if not item.startswith("done"):
            self.progress.update(task, advance=1, item=item)
            return
        total = next(each.total for each in self.progress.tasks if each.id == task)
        self.progress.update(task, completed=total, item=item)
        stages = [name for name, _ in STAGES]
        after = stages[stages.index(stage) + 1 :]
        if after:
            self.progress.start_task(self._tasks[after[0]])


def confirm(
    round_code: Annotated[
        str, typer.Option("--round", help="Round of the calendar; by default the newest past one.")
    ] = "",
    *,
    home: Annotated[
        Path | None, typer.Option(help="The hub's folder; HUB_HOME by default.")
    ] = None,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Rehearse the round on another day; its results lie apart."
        ),
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew, whatever is done already.")
    ] = False,
    cases: Annotated[
        bool, typer.Option("--cases", help="Also write lists of cases with person IDs.")
    ] = False,
    calendar: Annotated[
        bool, typer.Option("--calendar", help="Show the rounds and who takes part; run nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="A JSON array of objects on stdout.")
    ] = False,
) -> None:
    """Run a confirmation round: recompute everyone as of its day, compare with what is being paid.

    A round that was interrupted goes on where it stopped. Nights are not disturbed by it.
    """
    from pipelines.steps.confirmation import ConfirmationRound, NothingToConfirmError
    from pipelines.steps.confirmation_results import write_cases

    if calendar:
        _show_calendar(as_json=as_json)
        return
    layout = Layout(home.absolute()) if home else Layout.from_environment()
    console = Console(stderr=True)
    bars = _RoundProgress(console)
    try:
        chosen = _chosen(layout, round_code)
        run = ConfirmationRound(
            layout, chosen, as_of=as_of.date() if as_of else None, announce=bars.hear
        )
        with bars.progress:
            has_run = run.run(restart=restart)
    except (CalendarError, NothingToConfirmError, JobIsRunningError) as error:
        fail(error)
    if not has_run:
        console.print(f"{run.name} is complete; --restart would compute it again")
    if cases:
        files = write_cases(run.folder)
        console.print(f"{len(files)} lists of cases in {run.folder / 'cases'}")
    _print_result(run.folder, run.name, as_json=as_json)
    console.print(f"{run.folder / 'report.html'}", soft_wrap=True)


def _chosen(layout: Layout, code: str) -> Round:
    if code:
        return load_calendar().find(code)
    release = current(layout)
    if release is None:
        raise CalendarError("no release yet; run `hub night` first, or name a round with --round")
    return load_calendar().latest(release.night)


def _print_result(folder: Path, name: str, *, as_json: bool) -> None:
    results = pl.read_parquet(folder / "tables" / "confirmation_result.parquet")
    names = pl.read_parquet(
        folder / "tables" / "programme.parquet", columns=["code", "name_en"]
    ).rename({"code": "programme_code"})
    outcomes = ("confirmed", "amount_change", "unqualified", "undetermined", "newly_qualified")
    counted = (
        results.group_by("programme_code")
        .agg((pl.col("outcome") == each).sum().alias(each) for each in outcomes)
        .join(names, on="programme_code")
        .sort("programme_code")
        .select("programme_code", "name_en", *outcomes)
    )
    rows = counted.to_dicts()
    total = {"programme_code": "all", "name_en": ""} | {
        each: int(counted[each].sum()) for each in outcomes
    }
    print_rows([*rows, total], as_json=as_json, title=f"Confirmation round {name}")


def _show_calendar(*, as_json: bool) -> None:
    rows = [
        {
            "round": each.code,
            "as_of": each.as_of,
            "participations": [part.name for part in each.participations],
            "programmes": len(each.programmes),
        }
        for each in load_calendar().rounds
    ]
    print_rows(rows, as_json=as_json, title="Confirmation rounds")
