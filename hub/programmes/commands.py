"""`hub programmes`: what programmes there are, what one asks, and whether the files are right.

Never here: deciding anything. Next: `hub.command_line` hangs this in the `hub` command.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from hub.generated_pages import renew_pages
from hub.output import fail, print_rows
from hub.programmes.catalogue import interaction_frame, load_programmes
from hub.programmes.facts import FACTS_PATH, FactError, load_facts
from hub.programmes.language.problems import Problem, ProgrammeError
from hub.programmes.pages import PAGES_FOLDER, programme_pages
from hub.programmes.parameter_entry import load_second_entry, parameter_differences
from hub.programmes.parameters import PARAMETER_FOLDER, ParameterError, load_parameters
from hub.programmes.programme import Programme

programmes_app = typer.Typer(help="Programmes: list, show, check, pages.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print a JSON array and nothing else.")]


def _row(programme: Programme) -> dict[str, object]:
    return {
        "code": programme.code,
        "name_ko": programme.name_ko,
        "name_en": programme.name_en,
        "ministry": programme.ministry,
        "unit": programme.unit,
        "amount_rule": programme.amount.rule,
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
    title = f"{found.code} {found.name_ko} ({found.name_en}), {found.unit}, {found.amount.rule}"
    shown = ["bit", "code", "text_ko", "text_en", "citation"]
    print_rows(rows, as_json=as_json, title=title, columns=shown)


@programmes_app.command("check")
def check_programmes(
    second_entry: Annotated[
        Path | None,
        typer.Option(
            help="Parameters typed a second time from the notices; every difference is printed."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check facts, parameters and programmes; print all problems, exit code 1 where there is one."""
    problems = catalogue_problems()
    if problems:
        rows: list[dict[str, object]] = [
            {
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
                "problem": problem.wrong,
                "remedy": problem.remedy,
            }
            for problem in problems
        ]
        print_rows(rows, as_json=as_json, title="Problems of programme files")
        raise typer.Exit(1)
    programmes = load_programmes()
    counts = {
        "facts": len(load_facts()),
        "parameters": len({value.parameter for value in load_parameters()}),
        "programmes": len(programmes),
        "conditions": sum(len(programme.conditions) for programme in programmes),
        "interactions": len(interaction_frame(programmes)),
    }
    rows = [{"checked": name, "count": count, "problem": None} for name, count in counts.items()]
    if second_entry is not None:
        _hold_against(second_entry, as_json=as_json)
        return
    print_rows(rows, as_json=as_json, title="Programme files")


def _hold_against(second_entry: Path, *, as_json: bool) -> None:
    """Print where the second entry differs from an attested value, or has what the first lacks."""
    try:
        found = parameter_differences(load_second_entry(second_entry))
    except (OSError, ParameterError) as error:
        typer.echo(f"{second_entry}: {error}", err=True)
        raise typer.Exit(2) from None
    rows = [
        {"kind": each.kind, **asdict(each)}
        for each in found
        if each.kind != "only_first" or each.status == "attested"
    ]
    print_rows(rows, as_json=as_json, title="Differences of the two parameter sets")
    if rows:
        raise typer.Exit(1)


def catalogue_problems() -> tuple[Problem, ...]:
    """Return everything that is wrong with facts, parameters and programmes."""
    try:
        load_facts()
        load_parameters()
    except (FactError, ParameterError) as error:
        where = FACTS_PATH if isinstance(error, FactError) else PARAMETER_FOLDER
        return (Problem(where.name, 0, 0, str(error), "mend it first: programmes rest on it"),)
    try:
        load_programmes()
    except ProgrammeError as error:
        return error.problems
    return ()


@programmes_app.command("pages")
def write_reference_pages(
    check_only: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; exit with 1 where a page is not current."),
    ] = False,
    folder: Annotated[Path, typer.Option(help="Folder of the pages.")] = PAGES_FOLDER,
) -> None:
    """Write the reference pages of the programmes."""
    pages = programme_pages(load_programmes())
    renew_pages(folder, pages, check_only=check_only, command="hub programmes pages")


@programmes_app.command("test")
def run_golden_cases(as_json: AsJson = False) -> None:
    """Run the golden cases in hub/programmes/golden; exit code 1 where one comes out otherwise.

    Prints the counts by ministry, and each case that differs. `--json` prints all cases.
    """
    from hub.programmes.golden_cases import GoldenCaseError
    from hub.programmes.golden_runs import ministry_rows, run_cases

    try:
        rows = run_cases(load_programmes())
    except (GoldenCaseError, ProgrammeError) as error:
        fail(error)
    failed = [row for row in rows if not row["passed"]]
    if as_json:
        print_rows(rows, as_json=True)
    else:
        print_rows(list(ministry_rows(rows)), as_json=False, title="Golden cases")
        if failed:
            shown = ["file", "case", "different"]
            print_rows(failed, as_json=False, title="Cases that differ", columns=shown)
    if failed:
        raise typer.Exit(1)
