"""`hub replay`: rebuild an old release and say whether it comes out the same.

Here: arguments, progress, printing, the exit code. Never here: work (`pipelines.steps.replay`).
"""

from __future__ import annotations

import warnings
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hub.output import fail, print_rows
from warehouse.layout import Layout

_FAMILIES = 41


def replay(
    release_id: Annotated[str, typer.Argument(help="The release to rebuild, such as r000123.")],
    *,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the rebuilt tables in the scratch folder.")
    ] = False,
    all_tables: Annotated[
        bool, typer.Option("--all", help="List also the tables that are the same.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="A JSON array of objects on stdout.")
    ] = False,
) -> None:
    """Rebuild a release from its deliveries as they were, and compare every table with it."""
    from pipelines.steps.replay import STAGES, CannotReplayError
    from pipelines.steps.replay import replay as rebuild
    from warehouse.keys import RootKeyError
    from warehouse.night_lock import NightIsRunningError, night_lock
    from warehouse.release_files import ReleaseError, read_release

    warnings.simplefilter("ignore")
    layout = Layout.from_environment()
    console = Console(stderr=True)
    try:
        compared = len(read_release(layout, release_id).tables)
        columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn())
        last = TextColumn("[dim]{task.fields[item]}")
        with Progress(*columns, TimeElapsedColumn(), last, console=console) as progress:
            tasks = {
                "families": progress.add_task("families", total=_FAMILIES, item=""),
                "stage": progress.add_task("stages", total=len(STAGES), item=""),
                "compare": progress.add_task("compare", total=compared, item=""),
            }

            def hear(stage: str, item: str) -> None:
                if stage in tasks:
                    progress.update(tasks[stage], advance=1, item=item)

            with night_lock(layout):
                result = rebuild(layout, release_id, announce=hear, keep=keep)
    except (ReleaseError, CannotReplayError, RootKeyError, NightIsRunningError) as error:
        fail(error)
    rows: list[dict[str, object]] = [
        asdict(table) for table in result.tables if as_json or all_tables or not table.is_same
    ]
    if rows:
        print_rows(rows, as_json=as_json, title=f"{release_id} rebuilt")
    elif as_json:
        print_rows([], as_json=True, title="")
    if result.other_versions:
        console.print(f"other than then: {', '.join(result.other_versions)}")
    differing = [table.table for table in result.tables if table.is_digested and not table.is_same]
    if differing:
        console.print(f"{len(differing)} of {len(result.tables)} tables differ")
        raise typer.Exit(1)
    console.print(f"{release_id}: {len(result.tables)} tables rebuilt, the digest is the same")
