"""`hub country`: simulate the country and write its deliveries.

Here: the command line of the simulated country. Never here: how anything is simulated. Next: the
folders that it fills are landed like real deliveries; the truth is for tests alone.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hub.output import print_rows
from sources.country.feed_faults import FeedFault
from sources.country.request import Request, read_request, write_request

country_app = typer.Typer(
    help="Simulate a country: people, their lives, and what 37 institutions tell of them.",
    no_args_is_help=True,
)


@country_app.callback()
def country() -> None:
    """Simulate a country: people, their lives, and what 37 institutions tell of them."""


def country_folder() -> Path:
    """Return where the simulated country lies: `country` in the hub's home."""
    return Path(os.environ.get("HUB_HOME", ".hub")) / "country"


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        message = f"{text}: expected a day as YYYY-MM-DD"
        raise typer.BadParameter(message) from None


def _feed_faults(texts: list[str]) -> list[FeedFault]:
    try:
        return [FeedFault.parse(text) for text in texts]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _is_answered(request: Request, out: Path, truth: Path) -> bool:
    """Say whether `out` holds just what is asked.

    Raises:
        typer.Exit: it holds the nights of another request.
    """
    found = read_request(out)
    if found is None:
        return False
    different = request.differences(found)
    if different:
        names = ", ".join(different)
        typer.echo(f"{out} holds another simulation ({names} differ); add --replace", err=True)
        raise typer.Exit(1)
    return truth.is_dir()


@country_app.command()
def simulate(
    people: Annotated[int, typer.Option(min=50, help="How many people live there.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Another seed, another country.")] = 7,
    first_night: Annotated[str, typer.Option(help="Day of the first night, YYYY-MM-DD.")] = (
        "2026-03-31"
    ),
    nights: Annotated[int, typer.Option(min=1, help="Nights, the first included.")] = 3,
    out: Annotated[Path | None, typer.Option(help="Folder for the nights.")] = None,
    truth: Annotated[Path | None, typer.Option(help="Folder for the truth.")] = None,
    faults: Annotated[bool, typer.Option(help="Late, repeated and a few damaged files.")] = True,
    corrupt: Annotated[
        bool, typer.Option("--corrupt", help="Add one damaged file of every kind.")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this document type; may be repeated.")
    ] = None,
    feed_fault: Annotated[
        list[str] | None,
        typer.Option(
            help="A feed that collapses, whose nulls jump, or that stops: KIND:TYPE@DAY, such as "
            "collapse:I23-F15-01@2026-03-01; may be repeated."
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove what the folders held before.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write nights of deliveries, and the truth about them beside.

    Asked the same again, it leaves what lies there; asked otherwise, it wants --replace.
    """
    # Imported here so that `hub --help` does not load the whole country.
    from sources.country.nights import PopulatedCountry, render_nights

    first_day = _day(first_night)
    out = out or country_folder() / "nights"
    truth = truth or country_folder() / "truth"
    faulty = _feed_faults(feed_fault or [])
    request = Request(
        people,
        seed,
        str(first_day),
        nights,
        faults,
        corrupt,
        tuple(only or ()),
        tuple(feed_fault or ()),
    )
    if not replace and _is_answered(request, out, truth):
        print_rows(
            [{"people": people, "seed": seed, "nights": nights, "state": "already there"}],
            as_json=as_json,
            title=f"{out} already holds these nights",
        )
        return
    if replace:
        for folder in (out, truth):
            shutil.rmtree(folder, ignore_errors=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("people", total=None)

        def show(night: dt.date, done: int, total: int) -> None:
            bar.update(task, description=f"night {night}", completed=done, total=total)

        try:
            summaries = render_nights(
                PopulatedCountry(people, seed, first_day),
                seed,
                first_day,
                nights,
                out,
                truth,
                faults=faults,
                corrupt=corrupt,
                document_types=only,
                feed_faults=faulty,
                progress=show,
            )
        except FileExistsError as error:
            bar.stop()
            typer.echo(f"{error}, or add --replace", err=True)
            raise typer.Exit(1) from None
    write_request(out, request)
    print_rows(
        [
            {
                "night": str(summary.night),
                "files": summary.files,
                "rows": summary.rows,
                "megabytes": round(summary.size_bytes / 1_000_000, 1),
                "rows_per_second": round(summary.rows / max(summary.seconds, 1e-9)),
            }
            for summary in summaries
        ],
        as_json=as_json,
        title=f"{people:,} people in {out}",
    )
