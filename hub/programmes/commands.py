"""`hub programmes`: what programmes there are, what one asks, and whether the files are right.

Never here: deciding anything. Next: `hub.command_line` hangs this in the `hub` command.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from hub.output import print_rows
from hub.programmes.catalogue import Programme, ProgrammeError, interaction_frame, load_programmes
from hub.programmes.parameters import ParameterError, load_parameters

programmes_app = typer.Typer(help="Programmes: list, show, check.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print a JSON array and nothing else.")]


def _row(programme: Programme) -> dict[str, object]:
    return {
        "code": programme.code,
        "name_ko": programme.name_ko,
        "name_en": programme.name_en,
        "ministry": programme.ministry,
        "unit": programme.unit,
        "amount_rule": programme.amount_rule,
        "conditions": len(programme.conditions),
        "status": programme.status,
        "legal_basis": programme.legal_basis,
    }


@programmes_app.command("list")
def list_programmes(as_json: AsJson = False) -> None:
    """List the programmes that the hub decides."""
    rows = [_row(programme) for programme in load_programmes()]
    shown = ["code", "name_ko", "name_en", "ministry", "unit", "conditions"]
    print_rows(rows, as_json=as_json, title="Programmes", columns=shown)


@programmes_app.command("show")
def show_programme(
    code: Annotated[str, typer.Argument(help="Code of the programme, for example P001.")],
    as_json: AsJson = False,
) -> None:
    """Show the conditions of one programme; `bit` is the condition's place in fail_mask."""
    found = next((p for p in load_programmes() if p.code == code), None)
    if found is None:
        typer.echo(f"no programme {code}; see: hub programmes list", err=True)
        raise typer.Exit(2)
    rows = [
        {
            "programme": found.code,
            "bit": condition.bit,
            "code": condition.code,
            "text_ko": condition.text_ko,
            "text_en": condition.text_en,
            "expression": condition.expression,
            "evidence": list(condition.evidence),
            "citation": condition.citation,
        }
        for condition in found.conditions
    ]
    title = f"{found.code} {found.name_ko} ({found.name_en}), {found.unit}, {found.amount_rule}"
    shown = ["bit", "code", "text_ko", "text_en", "citation"]
    print_rows(rows, as_json=as_json, title=title, columns=shown)


@programmes_app.command("check")
def check_programmes(as_json: AsJson = False) -> None:
    """Check programmes, parameters and interactions; exit code 1 where something is wrong."""
    from hub.programmes.compilation import evaluations

    rows: list[dict[str, object]] = []
    try:
        parameters = load_parameters()
        rows.append({"checked": "parameters", "count": len(parameters), "problem": None})
        programmes = load_programmes()
        evaluations(programmes, parameters, dt.datetime.now(tz=dt.UTC).date())
        rows.append({"checked": "programmes", "count": len(programmes), "problem": None})
        rows.append({"checked": "interactions", "count": len(interaction_frame()), "problem": None})
    except (ParameterError, ProgrammeError) as error:
        rows.append({"checked": "stopped", "count": 0, "problem": str(error)})
    print_rows(rows, as_json=as_json, title="Programme files")
    if any(row["problem"] for row in rows):
        raise typer.Exit(1)
