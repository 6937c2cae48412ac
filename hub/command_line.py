"""The `hub` command: a frame that the rooms hang their commands in.

Here: finding commands, one tidy error on stderr, the exit code. Never here: what a command does.
Each room offers commands through the entry-point group `hub.commands` (see `pyproject.toml`):
an entry is a `typer.Typer` (a group of commands) or a plain function (one command). So the
command line lives in `hub` and still imports nothing but `hub`.
"""

from __future__ import annotations

import atexit
import os
import sys
import traceback
from importlib.metadata import EntryPoint, entry_points

import typer

from hub.expected_error import ExpectedError
from hub.full_disk import is_disk_full
from hub.unquoted_error import unquoted

COMMAND_GROUP = "hub.commands"
SUMMARY = "National welfare data hub: land documents, index people, decide programmes, find improper receipt."


def commands() -> dict[str, EntryPoint]:
    """Return the commands that the installed rooms offer, by name."""
    return {entry.name: entry for entry in sorted(entry_points(group=COMMAND_GROUP))}


def build_application(names: list[str] | None = None) -> typer.Typer:
    """Build the application with all commands, or only `names` (start-up then loads one room)."""
    application = typer.Typer(help=SUMMARY, no_args_is_help=True, pretty_exceptions_enable=False)

    @application.callback()
    def frame() -> None:
        """National welfare data hub."""

    for name, entry in commands().items():
        if names is not None and name not in names:
            continue
        loaded = entry.load()
        if isinstance(loaded, typer.Typer):
            application.add_typer(loaded, name=name)
        else:
            application.command(name)(loaded)
    return application


def main() -> None:
    """Run `hub`."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    atexit.register(silence_interpreter_exit)
    try:
        build_application([asked] if asked in commands() else None)(prog_name="hub")
    except ExpectedError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(1) from None
    except Exception as error:  # noqa: BLE001  a fault of the program: its trace, not what it quotes
        is_fault = not is_disk_full(error)
        trace = "".join(traceback.format_tb(error.__traceback__)) if is_fault else ""
        typer.echo(f"{trace}error: {unquoted(error)}", err=True)
        raise SystemExit(1) from None


def silence_interpreter_exit() -> None:
    """Drop what libraries print while the interpreter ends: DuckDB lists harmless leaks there."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
