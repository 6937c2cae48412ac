"""`hub quality`: the rule vocabulary and the suite of a document type.

Here: two commands that read the catalogue and no data. Never here: running suites on deliveries
and Data Docs, which need the ledger and the lake, or loading the catalogue, which is `sources`'
work: `pipelines.commands` hands the loader in and adds `hub quality docs`. Neither command waits
for Great Expectations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from expectations.derivation import rules_for
from expectations.rules import RULE_KINDS, Rule, RuleKind
from hub.catalogue import Catalogue, DocumentType, SchemaVersion
from hub.output import print_rows

AsJson = Annotated[bool, typer.Option("--json", help="Print a JSON array and nothing else.")]


def build_quality_app(load: Callable[[], Catalogue]) -> typer.Typer:
    """Build `hub quality` over the catalogue that `load` returns."""
    quality_app = typer.Typer(help="What must be true of deliveries.", no_args_is_help=True)

    @quality_app.command("rules")
    def show_rules(as_json: AsJson = False) -> None:
        """List the rule vocabulary."""
        print_rows(
            [_kind_row(kind) for kind in RULE_KINDS.values()],
            as_json=as_json,
            title="Rules that deliveries are held to",
        )

    @quality_app.command("suite")
    def show_suite(
        code: Annotated[str, typer.Argument(help="Document type, for example I03-F11-02.")],
        number: Annotated[
            int | None, typer.Option("--version", help="Schema version; by default the latest.")
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Show the suite of a document type: each rule with its column and limit."""
        catalogue = load()
        document, version = _find(catalogue, code, number)
        family = catalogue.families[document.family]
        print_rows(
            [_rule_row(r) for r in rules_for(document, version, family, catalogue.code_sets)],
            as_json=as_json,
            title=f"{document.code} {document.name_en}, schema version {version.number}",
            columns=("rule", "column", "severity", "allowed_fraction", "meaning"),
        )

    return quality_app


def _find(
    catalogue: Catalogue, code: str, number: int | None
) -> tuple[DocumentType, SchemaVersion]:
    document = catalogue.documents.get(code)
    if document is None:
        raise typer.BadParameter(
            f"no document type {code!r}; `hub catalogue list` shows them", param_hint="CODE"
        )
    version = document.versions[-1] if number is None else document.version(number)
    if version is None:
        known = ", ".join(str(each.number) for each in document.versions)
        raise typer.BadParameter(
            f"{code} has no schema version {number}; it has {known}", param_hint="--version"
        )
    return document, version


def _kind_row(kind: RuleKind) -> dict[str, object]:
    return {
        "rule": kind.id,
        "severity": kind.severity.value,
        "counts": kind.measure.value,
        "meaning": kind.meaning,
        "expectation": kind.expectation,
    }


def _rule_row(rule: Rule) -> dict[str, object]:
    return {
        "rule": rule.kind.id,
        "column": rule.column,
        "severity": rule.kind.severity.value,
        "allowed_fraction": rule.allowed_fraction,
        "meaning": rule.kind.meaning,
        "expectation": rule.kind.expectation,
        "arguments": dict(rule.arguments),
        "unexpected_where": rule.condition,
    }
