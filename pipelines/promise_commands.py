"""`hub promises`: what is promised, and what tests measured.

Never here: measuring; `make promises` runs the tests. Next: `hub.command_line` hangs this in the
`hub` command.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from hub.output import print_rows
from hub.promises.declared import load_promises
from hub.promises.figures import commit_rows, read_rows
from hub.promises.page import PAGE_PATH, with_table
from warehouse.layout import Layout

FIGURES_VARIABLE = "HUB_PROMISE_FIGURES"

promises_app = typer.Typer(
    help="What the hub promises, with the figures that tests measured.",
    invoke_without_command=True,
)


def figures_path() -> Path:
    """Where this machine's runs note their figures: HUB_PROMISE_FIGURES, or in the hub's home."""
    given = os.environ.get(FIGURES_VARIABLE)
    return Path(given) if given else Layout.from_environment().promises / "promises.json"


@promises_app.callback()
def show(
    context: typer.Context,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON array and nothing else.")
    ] = False,
) -> None:
    """Show each promise, its target, the figure measured, whether it held, when, and how to repeat it."""
    if context.invoked_subcommand is None:
        rows = read_rows(load_promises().values(), figures_path())
        print_rows(rows, as_json=as_json, title="Promises")


@promises_app.command()
def write() -> None:
    """Write the figures of this machine's runs to `hub/promises/figures.json` and `docs/promises.md`."""
    rows = read_rows(load_promises().values(), figures_path())
    commit_rows(rows)
    PAGE_PATH.write_text(with_table(PAGE_PATH.read_text("utf-8"), rows), "utf-8")
    typer.echo(f"{len(rows)} promises in {PAGE_PATH}")
