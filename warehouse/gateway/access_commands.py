"""`hub access`: which grants there are, whether one covers an access, and the matrix of all decisions.

Here: options and printing. Never here: deciding (`hub.access`). Next: the frame of the command line
hangs `access_app`. Nothing here shows data of people, so nothing of it is logged.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Annotated

import typer

from hub.access import (
    AccessRequest,
    Grant,
    GrantError,
    Post,
    Refused,
    decide,
    load_grants,
    load_policy,
)
from hub.access.matrix import grant_matrix, role_matrix
from hub.output import fail, print_rows
from warehouse.access_log import AccessLogError
from warehouse.gateway.standing_grants import GRANTS
from warehouse.layout import Layout
from warehouse.ledger import Ledger, LedgerError

access_app = typer.Typer(
    help="Grants: who may see what, for which purpose, until when.", no_args_is_help=True
)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]
On = Annotated[
    dt.datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Day; today by default.")
]
_TO_TRY = """try:
  hub query "SELECT * FROM person_cell" --by cho.counter --purpose supervision
  hub cases list --by lee.head --purpose finding_review
  hub cases assign CASE --to kim.auditor --by lee.head --reason "first case"
  hub query "SELECT * FROM finding" --by kim.auditor --purpose finding_review --case CASE
  hub log show --by lim.reviewer"""


def _grants(layout: Layout) -> tuple[Grant, ...]:
    try:
        grants = load_grants(layout.home / GRANTS)
    except GrantError as error:
        fail(error)
    if grants is None:
        fail("this hub has no folder `grants`; docs/access.md says how to set grants up")
    return grants


def _posts(layout: Layout) -> list[Post]:
    try:
        with Ledger.open(layout.ledger_url) as ledger:
            officials = ledger.officials()
    except LedgerError as error:
        fail(error)
    columns = ("actor", "valid_from", "valid_to")
    return [Post(*row) for row in officials.select(columns).iter_rows()]


def _day(on: dt.datetime | None) -> dt.date:
    return on.date() if on else dt.datetime.now(dt.UTC).date()


@access_app.command("init")
def init(
    *,
    example: Annotated[
        bool,
        typer.Option("--example", help="Grants of a simulated authority, to try the hub with."),
    ] = False,
) -> None:
    """Lay down the first grants: operator mode ends, and from then on what no grant gives is refused."""
    from warehouse.gateway.first_grants import GrantsThereError, lay_first_grants

    try:
        file = lay_first_grants(
            Layout.from_environment(), dt.datetime.now().astimezone().date(), is_example=example
        )
    except (GrantsThereError, LedgerError, AccessLogError, GrantError) as error:
        fail(error)
    typer.echo(f"wrote {GRANTS}/{file.name}; operator mode has ended")
    if example:
        typer.echo(_TO_TRY)


@access_app.command("list")
def list_grants(
    *,
    roles: Annotated[bool, typer.Option("--roles", help="List roles, not grants.")] = False,
    person: Annotated[str | None, typer.Option(help="Only of this official.")] = None,
    as_json: AsJson = False,
) -> None:
    """List grants, or the roles that they fill."""
    if roles:
        told = [
            {
                "role": role.name,
                "meaning": role.meaning,
                "actions": sorted(role.actions),
                "purposes": sorted(role.purposes),
                "output": role.output.value,
                "needs_case": role.needs_case,
            }
            for role in load_policy().roles.values()
        ]
        print_rows(told, as_json=as_json, title="roles")
        return
    rows: list[dict[str, object]] = [
        {
            "grant": grant.id,
            "person": grant.person,
            "role": grant.role,
            "purpose": grant.purpose,
            "objects": sorted(grant.objects),
            "rows": grant.rows,
            "from": grant.valid_from,
            "to": grant.valid_to,
            "approved_by": [each.by for each in grant.approvals],
            "legal_basis": grant.legal_basis,
            "columns": sorted(grant.columns),
            "file": grant.file,
        }
        for grant in _grants(Layout.from_environment())
        if person in {None, grant.person}
    ]
    shown = ("grant", "person", "role", "purpose", "objects", "rows", "from", "to", "approved_by")
    print_rows(rows, as_json=as_json, title="grants", columns=shown)


@access_app.command("check")
def check(
    actor: Annotated[str, typer.Argument(help="The official, by the name under which they act.")],
    *,
    action: Annotated[str, typer.Option(help="query, explain, reidentify …")] = "query",
    table: Annotated[
        list[str] | None, typer.Option(help="Table, or table.column; repeat it.")
    ] = None,
    purpose: Annotated[str | None, typer.Option(help="Such as finding_review.")] = None,
    case: Annotated[str | None, typer.Option(help="A case, taken as assigned to them.")] = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Say whether an access would be granted, by which grant, or what is missing; code 1 if not."""
    layout = Layout.from_environment()
    objects: dict[str, list[str]] = {}
    for each in table or ():
        name, _, column = each.partition(".")
        objects.setdefault(name, []).extend([column] if column else [])
    request = AccessRequest(
        actor=actor, action=action, objects=objects, purpose=purpose, case_id=case, on_day=_day(on)
    )
    said = decide(_grants(layout), _posts(layout), request, assigned_cases=[case] if case else [])
    row = {
        "actor": actor,
        "is_allowed": not isinstance(said, Refused),
        "grant": None if isinstance(said, Refused) else said.grant.id,
        "reason": said.reason if isinstance(said, Refused) else None,
    }
    print_rows([row], as_json=as_json, title="decision")
    if isinstance(said, Refused):
        raise typer.Exit(1)


@access_app.command("matrix")
def matrix(
    *,
    roles: Annotated[bool, typer.Option("--roles", help="Of roles, not of grants.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Also the cells that are refused.")] = False,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Show what is allowed: person, purpose, action and table by grants; or role, purpose and action."""
    if roles:
        cells = role_matrix()
    else:
        layout = Layout.from_environment()
        grants = _grants(layout)
        objects = sorted({name for grant in grants for name in grant.objects})
        cells = list(grant_matrix(grants, _posts(layout), objects, _day(on)))
    rows = [asdict(cell) for cell in cells if every or cell.is_allowed]
    print_rows(rows, as_json=as_json, title="matrix")
