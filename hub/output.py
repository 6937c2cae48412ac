"""How commands speak: rows as a table for people or a JSON array for programs, errors as one line.

Here: printing, and nothing else. Never here: what the rows mean. Next: every `hub` command that
lists or measures prints through `print_rows`, and ends in `fail` where it cannot do what it was asked.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

_WIDTH_OF_A_FILE = 180
"""Columns of a table that goes to a file or a pipe, where no terminal says how wide it is."""


def _cell(value: object) -> str:
    """Write one value for a person: nothing as an empty cell, thousands marks in integers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {held}" for name, held in value.items())
    return str(value)


def fail(message: object) -> NoReturn:
    """Say on standard error what is wrong and end the command with exit code 1.

    Raises:
        typer.Exit: always.
    """
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(1)


def print_rows(
    rows: Sequence[Mapping[str, object]],
    *,
    as_json: bool,
    title: str = "",
    columns: Sequence[str] | None = None,
) -> None:
    """Print rows on standard output.

    Args:
        rows: one mapping a row; values that JSON does not know are written as their text.
        as_json: print one JSON array of objects and nothing else; all keys are kept.
        title: heading of the table, left out of JSON.
        columns: keys to show in the table, in this order; by default those of the first row.
    """
    if as_json:
        sys.stdout.write(json.dumps([dict(row) for row in rows], ensure_ascii=False, default=str))
        sys.stdout.write("\n")
        return
    shown = list(columns if columns is not None else rows[0] if rows else ())
    table = Table(title=escape(title) or None, title_justify="left", header_style="bold")
    for name in shown:
        numbers = [row.get(name) for row in rows if row.get(name) is not None]
        is_number = bool(numbers) and all(
            isinstance(value, (int, float)) and not isinstance(value, bool) for value in numbers
        )
        table.add_column(
            escape(name.replace("_", " ")),
            justify="right" if is_number else "left",
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(escape(_cell(row.get(name))) for name in shown))
    console = Console() if sys.stdout.isatty() else Console(width=_WIDTH_OF_A_FILE)
    if rows:
        console.print(table)
    else:
        console.print(f"{escape(title)}: no rows" if title else "no rows")


@contextmanager
def progress_bar(text: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show a progress bar on stderr; yield what it is told by, with the name of what was finished."""
    # Few commands show progress; the others start without it.
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task(text, total=total)
        yield lambda _finished: progress.update(task, advance=1)
