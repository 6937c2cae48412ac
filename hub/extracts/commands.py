"""Commands about contracts: `hub contract list`, `show`, `diff`, `lock`.

Here: arguments, printing and exit codes. Never here: the work (`contracts`, `contract_changes`).
Next: `hub.command_line` hangs the group in its frame.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.extracts.contract_changes import (
    ChangeClass,
    contract_terms,
    differences,
    publish_version,
    published_terms,
)
from hub.extracts.contracts import (
    Contract,
    ContractError,
    contracted_ministries,
    load_contract,
    read_contract,
)
from hub.output import fail, print_rows

contract_app = typer.Typer(
    help="What each ministry may have: contracts, and how they may change.", no_args_is_help=True
)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]


def _loaded(ministry: str) -> Contract:
    try:
        return load_contract(ministry.removesuffix("-eligibility").upper())
    except ContractError as error:
        fail(error)


@contract_app.command("list")
def list_all(*, as_json: AsJson = False) -> None:
    """List the contracts of all ministries."""
    contracts = [_loaded(ministry) for ministry in contracted_ministries()]
    rows = [
        {
            "contract": each.id,
            "version": each.version,
            "ministry": each.ministry_ko,
            "columns": sum(len(table.columns) for table in each.tables),
            "formats": list(each.formats),
            "sealing": each.sealing,
            "key_epoch": each.key_epoch,
            "full_every_days": each.full_every_days,
        }
        for each in contracts
    ]
    print_rows(rows, as_json=as_json, title="contracts")


@contract_app.command("show")
def show(
    ministry: Annotated[str, typer.Argument(help="Ministry, for example MOHW.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show which columns a ministry gets, what they mean, for what purpose and on which legal basis."""
    contract = _loaded(ministry)
    if not as_json:
        terms = {
            name: value for name, value in contract_terms(contract).items() if name != "tables"
        }
        facts: list[dict[str, object]] = [
            {"term": name, "value": ", ".join(value) if isinstance(value, list) else str(value)}
            for name, value in terms.items()
        ]
        print_rows(facts, as_json=False, title=contract.id)
    rows = [
        {
            "table": table.name,
            "column": column.name,
            "type": column.type,
            "is_key": column.is_key,
            "is_required": column.is_required,
            "meaning": column.meaning,
        }
        for table in contract.tables
        for column in table.columns
    ]
    print_rows(rows, as_json=as_json, title="columns")


@contract_app.command("diff")
def diff(
    old: Annotated[
        str, typer.Argument(help="A file, or ID@VERSION, such as mohw-eligibility@1.0.0.")
    ],
    new: Annotated[str, typer.Argument(help="Likewise.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show what changes between two contracts and how grave it is; exit code 1 where it is breaking."""
    try:
        changes = differences(_terms(old), _terms(new))
    except ContractError as error:
        fail(error)
    rows = [
        {"class": each.change_class.name.lower(), "place": each.place, "change": each.what}
        for each in changes
    ]
    if rows or as_json:
        print_rows(rows, as_json=as_json, title="changes")
    gravest = max((each.change_class for each in changes), default=None)
    if not as_json:
        needed = {None: "no", 1: "a patch", 2: "a minor", 3: "a major"}[gravest]
        typer.echo(f"needs {needed} version")
    if gravest is ChangeClass.BREAKING:
        raise typer.Exit(1)


def _terms(name: str) -> dict[str, Any]:
    contract_id, at, version = name.partition("@")
    if at:
        published = published_terms(contract_id)
        if version not in published:
            known = ", ".join(published) or "none"
            raise ContractError(f"{contract_id} {version} was never published; published: {known}")
        return published[version]
    if not Path(name).is_file():
        raise ContractError(f"{name}: no such file; name a published one as ID@VERSION")
    return contract_terms(read_contract(Path(name)))


@contract_app.command("lock")
def lock(*, as_json: AsJson = False) -> None:
    """Enter new versions of the contracts in the lock, from where they may not change any more."""
    try:
        rows = [
            {"contract": each.id, "version": each.version, "is_new": publish_version(each)}
            for each in map(load_contract, contracted_ministries())
        ]
    except ContractError as error:
        fail(error)
    print_rows(rows, as_json=as_json, title="published versions")
