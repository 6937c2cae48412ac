"""`hub catalogue …`: list, show, check the catalogue and write its reference pages.

Here: the command line of the catalogue. Never here: reading it (`sources.registry`) or what the
pages say (`sources.reference_pages`). Next: the frame in `hub.command_line` hangs the commands in.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from hub.catalogue import Catalogue, Column, Delivery, DocumentType, SchemaVersion
from hub.generated_pages import renew_pages
from hub.output import print_rows
from sources.reference_pages import PAGES_FOLDER, reference_pages
from sources.registry import CATALOGUE_FOLDER, CatalogueError, load_catalogue

catalogue_app = typer.Typer(help="The 448 document types: list, show, check.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print a JSON array and nothing else.")]
SUMMARY_COLUMNS = ("code", "name_en", "delivery", "encoding", "cycle", "mode", "columns")


def _summary(document: DocumentType) -> dict[str, object]:
    return {
        "code": document.code,
        "institution": document.institution,
        "family": document.family,
        "name_ko": document.name_ko,
        "name_en": document.name_en,
        "delivery": document.delivery.value,
        "encoding": document.encoding.value,
        "cycle": document.cycle.value,
        "mode": document.mode.value,
        "corrections": document.corrections.value,
        "person_key": document.person_key,
        "income_asset_code": document.income_asset_code,
        "status": document.status,
        "versions": len(document.versions),
        "columns": len(document.versions[-1].columns),
    }


def _column(column: Column) -> dict[str, object]:
    return {
        "name": column.name,
        "canonical": column.canonical,
        "own": column.is_own,
        "format": column.format.value,
        "width": column.width,
        "required": column.required,
        "code_set": column.code_set,
        "codes": dict(column.codes),
    }


def _known(value: str | None, known: Mapping[str, object], what: str) -> None:
    if value is not None and value not in known:
        raise typer.BadParameter(f"no {what} is called {value}; see `hub catalogue list`")


@catalogue_app.command("list")
def list_types(
    institution: Annotated[str | None, typer.Option(help="Only of this sender, as I03.")] = None,
    family: Annotated[str | None, typer.Option(help="Only of this record family, as F11.")] = None,
    delivery: Annotated[
        Delivery | None, typer.Option("--format", help="Only written in this format.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the document types."""
    catalogue = load_catalogue()
    _known(institution, catalogue.institutions, "institution")
    _known(family, catalogue.families, "family")
    rows = [
        _summary(document)
        for document in catalogue.documents.values()
        if institution in (None, document.institution)
        and family in (None, document.family)
        and delivery in (None, document.delivery)
    ]
    print_rows(rows, as_json=as_json, title=f"{len(rows)} document types", columns=SUMMARY_COLUMNS)


def _details(document: DocumentType, catalogue: Catalogue) -> dict[str, object]:
    return {
        **_summary(document),
        "institution_name": catalogue.institutions[document.institution].name_en,
        "family_name": catalogue.families[document.family].name,
        "describes": document.describes,
        "legal_basis": document.legal_basis,
        "used_for": list(document.used_for),
        "retention_years": document.retention_years,
        "sensitivity": document.sensitivity,
        "quarantine_limit_ppm": document.quarantine_limit_ppm,
        "constants": dict(document.constants),
        "natural_key": list(catalogue.families[document.family].natural_key),
    }


def _print_version(version: SchemaVersion) -> None:
    rows = [
        {
            **_column(column),
            "hub column": f"own: {column.canonical}" if column.is_own else column.canonical,
        }
        for column in version.columns
    ]
    shown = ["name", "hub column", "format", "required", "codes"]
    if any(column.width for column in version.columns):
        shown.insert(3, "width")
    print_rows(
        rows,
        as_json=False,
        title=f"Schema version {version.number}, from {version.valid_from}",
        columns=shown,
    )


@catalogue_app.command("show")
def show_type(
    code: Annotated[str, typer.Argument(help="Code of the document type, as I03-F11-02.")],
    as_json: AsJson = False,
) -> None:
    """Show one document type: what it is, its legal basis, and the columns of every version."""
    catalogue = load_catalogue()
    _known(code, catalogue.documents, "document type")
    document = catalogue.documents[code]
    details = _details(document, catalogue)
    if as_json:
        versions = [
            {
                "number": version.number,
                "valid_from": version.valid_from,
                "columns": [_column(column) for column in version.columns],
            }
            for version in document.versions
        ]
        print_rows([{**details, "versions": versions}], as_json=True)
        return
    facts = [{"field": name, "value": value} for name, value in details.items() if value]
    print_rows(facts, as_json=False, title=f"{document.code}  {document.name_ko}")
    for version in document.versions:
        _print_version(version)


@catalogue_app.command("check")
def check(
    folder: Annotated[
        Path, typer.Option(help="Folder of the catalogue's TOML files.")
    ] = CATALOGUE_FOLDER,
    as_json: AsJson = False,
) -> None:
    """Check the catalogue and list every problem; the exit code is 1 where there are any."""
    try:
        catalogue = load_catalogue(folder)
    except CatalogueError as error:
        rows = [problem.as_row() for problem in error.problems]
        print_rows(rows, as_json=as_json, title=f"{len(rows)} problems in the catalogue")
        raise typer.Exit(1) from None
    title = f"{len(catalogue.documents)} document types checked, no problem"
    if as_json:
        print_rows([], as_json=True)
    else:
        typer.echo(title)


@catalogue_app.command("pages")
def pages(
    check_only: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; exit with 1 where a page is not current."),
    ] = False,
    folder: Annotated[Path, typer.Option(help="Folder of the pages.")] = PAGES_FOLDER,
) -> None:
    """Write the reference pages of the catalogue."""
    made = reference_pages(load_catalogue())
    renew_pages(folder, made, check_only=check_only, command="hub catalogue pages")
