"""`hub rules`: the detection rules, what each may do and what clears its findings.

Never here: finding anything. Next: `hub.command_line` hangs this in the `hub` command.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.findings.pages import PAGES_FOLDER, rule_pages
from hub.findings.rules import load_rules
from hub.generated_pages import renew_pages
from hub.output import print_rows

rules_app = typer.Typer(help="Detection rules: list, show.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print a JSON array and nothing else.")]


@rules_app.command("list")
def list_rules(as_json: AsJson = False) -> None:
    """List the detection rules."""
    rows = [
        {
            "id": rule.id,
            "version": rule.version,
            "name_ko": rule.name_ko,
            "name_en": rule.name_en,
            "action": rule.action.value,
            "severity": rule.severity,
            "grain": rule.grain,
            "lookback_months": rule.lookback_months,
            "legal_basis": rule.legal_basis,
        }
        for rule in load_rules()
    ]
    shown = ["id", "name_ko", "name_en", "action", "severity", "grain"]
    print_rows(rows, as_json=as_json, title="Detection rules", columns=shown)


@rules_app.command("show")
def show_rule(
    rule_id: Annotated[str, typer.Argument(help="Id of the rule, for example D01.")],
    as_json: AsJson = False,
) -> None:
    """Show one rule: what it needs, tolerates and is cleared by."""
    rule = next((rule for rule in load_rules() if rule.id == rule_id), None)
    if rule is None:
        typer.echo(f"no rule {rule_id}; see: hub rules list", err=True)
        raise typer.Exit(2)
    row = {
        "id": rule.id,
        "version": rule.version,
        "name_ko": rule.name_ko,
        "name_en": rule.name_en,
        "grain": rule.grain,
        "inputs": [" or ".join(group) for group in rule.inputs],
        "suppress_when": rule.suppress_when,
        "lookback_months": rule.lookback_months,
        "tolerance": rule.tolerance,
        "severity": rule.severity,
        "action": rule.action.value,
        "legal_basis": rule.legal_basis,
        "clears_when_ko": rule.clears_when_ko,
        "clears_when_en": rule.clears_when_en,
        "programmes": list(rule.programmes),
        "parameters": dict(rule.parameters),
        "digest": rule.digest,
    }
    if as_json:
        print_rows([row], as_json=True)
        return
    lines = [{"field": name, "value": value} for name, value in row.items()]
    print_rows(lines, as_json=False, title=f"{rule.id} {rule.name_en}")


@rules_app.command("pages")
def write_reference_page(
    check_only: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; exit with 1 where the page is not current."),
    ] = False,
    folder: Annotated[Path, typer.Option(help="Folder of the page.")] = PAGES_FOLDER,
) -> None:
    """Write the reference page of the detection rules."""
    pages = rule_pages(load_rules())
    renew_pages(folder, pages, check_only=check_only, command="hub rules pages")
