"""The options of `hub query` for saved questions.

Here: arguments and listing. Never here: the questions (`saved_queries`) or asking one. Next:
`warehouse.commands.query` asks what `chosen_sql` returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from hub.output import print_rows
from warehouse.saved_queries import SavedQueryError, saved_queries, saved_query

Saved = Annotated[str | None, typer.Option("--saved", help="Ask this saved question instead.")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", help="A parameter of it, as name=value; repeatable.")
]
ListSaved = Annotated[bool, typer.Option("--list-saved", help="List the saved questions.")]


def chosen_sql(sql: str | None, saved: str | None, settings: Sequence[str] | None) -> str:
    """Return the question: the one given, or a saved one with its parameters set.

    Raises:
        SavedQueryError: none or both are given, or the saved one cannot be asked so.
    """
    if (sql is None) == (saved is None):
        message = "give one question: SQL, or --saved NAME; `hub query --list-saved` lists them"
        raise SavedQueryError(message)
    pairs = [setting.partition("=") for setting in settings or []]
    if any(not mark for _, mark, _ in pairs):
        raise SavedQueryError("--set wants name=value, such as --set month=2026-03")
    if saved is None:
        if pairs:
            raise SavedQueryError("--set belongs to --saved")
        return sql or ""
    return saved_query(saved).statement({name: value for name, _, value in pairs})


def print_saved(*, as_json: bool) -> None:
    """List the saved questions with their titles and parameters."""
    rows = [
        {
            "name": query.name,
            "title": query.title,
            "title_ko": query.title_ko,
            "explains": query.explains,
            "parameters": [
                f"{each.name} ({each.kind}{f', by default {each.default}' if each.default else ''})"
                for each in query.parameters
            ],
        }
        for query in saved_queries().values()
    ]
    shown = ("name", "title", "title_ko", "parameters")
    print_rows(rows, as_json=as_json, title="saved questions", columns=shown)
