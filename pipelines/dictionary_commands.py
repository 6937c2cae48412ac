"""`hub dictionary`: what tables and columns of a release mean.

Here: arguments and printing. Never here: the meanings (`warehouse.dictionary`; a release carries
them in `dictionary_table` and `dictionary_column`). Next: `hub.command_line` hangs this in `hub`.
No personal data is in a dictionary, so nothing is logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from hub.output import fail, print_rows
from pipelines.steps.marts import released_dictionary, write_dictionary_page
from warehouse import releases
from warehouse.layout import Layout
from warehouse.releases import Release, ReleaseError

dictionary_app = typer.Typer(
    help="What tables and columns of a release mean: show, search, write the page.",
    no_args_is_help=True,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print a JSON array and nothing else.")]
Named = Annotated[str | None, typer.Option("--release", help="Release; by default CURRENT.")]
_SHOWN = ("table_name", "column_name", "type", "meaning_en", "meaning_ko", "unit", "source")


def _chosen(release_id: str | None) -> Release:
    layout = Layout.from_environment()
    try:
        if release_id is not None:
            return releases.open_release(layout, release_id)
        release = releases.current(layout)
    except ReleaseError as error:
        fail(error)
    if release is None:
        fail("nothing has been released yet; run `hub night` first")
    return release


def _said(release_id: str | None) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    said = released_dictionary(_chosen(release_id))
    if said is None:
        fail("this release has no dictionary: an older hub published it")
    return said


@dictionary_app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="TABLE or TABLE.COLUMN.")],
    *,
    release_id: Named = None,
    as_json: AsJson = False,
) -> None:
    """Show what a table and its columns mean, or one column."""
    tables, columns = _said(release_id)
    table, _, column = name.partition(".")
    told = [each for each in tables if each["table_name"] == table]
    held = [
        each
        for each in columns
        if each["table_name"] == table and column in {"", each["column_name"]}
    ]
    if not told or not held:
        fail(f"no {name} in the dictionary; `hub dictionary search WORD` finds names")
    if as_json:
        print_rows([*told, *held] if not column else held, as_json=True)
        return
    if not column:
        for line in ("meaning_en", "meaning_ko", "source"):
            typer.echo(told[0][line])
    print_rows(held, as_json=False, title=table, columns=_SHOWN[1:])


@dictionary_app.command("search")
def search(
    words: Annotated[list[str], typer.Argument(help="Words, English or Korean; all must occur.")],
    *,
    release_id: Named = None,
    as_json: AsJson = False,
) -> None:
    """Find tables and columns whose name or meaning holds all the words."""
    tables, columns = _said(release_id)
    asked = [word.lower() for word in words]

    def fits(row: Mapping[str, str]) -> bool:
        text = " ".join(map(str, row.values())).lower()
        return all(word in text for word in asked)

    found = [{"column_name": "", "type": "table", "unit": "", **row} for row in tables if fits(row)]
    found += [row for row in columns if fits(row)]
    print_rows(found, as_json=as_json, title=" ".join(words), columns=_SHOWN)


@dictionary_app.command("html")
def html(*, release_id: Named = None, as_json: AsJson = False) -> None:
    """Write the dictionary of a release as a page, and say where."""
    page = write_dictionary_page(Layout.from_environment(), _chosen(release_id))
    if page is None:
        fail("this release has no dictionary: an older hub published it")
    if as_json:
        print_rows([{"page": str(page)}], as_json=True)
    else:
        typer.echo(page)
