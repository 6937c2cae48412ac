"""`hub citizen`: what a citizen may see of the own data's use.

Here: options and printing. Never here: what is shown (`warehouse.access_log.citizen`). Looking is an
access itself and stands in the log.
"""

from __future__ import annotations

import datetime as dt
import os
from typing import Annotated

import polars as pl
import typer

from hub.output import print_rows
from pipelines.pair_views import opened_ledger
from warehouse.access_log.answering import ORGANISATION_VARIABLE
from warehouse.access_log.citizen import citizen_accesses
from warehouse.access_log.options import By, command_access
from warehouse.layout import Layout
from warehouse.ledger import Ledger, PersonEventKind

citizen_app = typer.Typer(
    help="What a citizen may see of the own data's use.", no_args_is_help=True
)
DEFAULT_ORGANISATION = "welfare authority"
_LEADS_AWAY = (PersonEventKind.MERGED.value, PersonEventKind.REDIRECTED.value)


@citizen_app.callback()
def _group() -> None:
    """What a citizen may see of the own data's use."""


@citizen_app.command("accesses")
def accesses(
    person: Annotated[str, typer.Argument(help="The person's ID.")],
    *,
    by: By = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON array and nothing else.")
    ] = False,
) -> None:
    """Show who looked at a person's data: day, organisation, role, purpose, law, kinds of data."""
    layout = Layout.from_environment()
    with command_access(
        "citizen view", "own accesses", subjects=[person], by=by, purpose="own request",
        legal_basis="개인정보 보호법 제35조", categories=("accesses",), role="citizen",
    ):  # fmt: skip
        with opened_ledger() as ledger:
            ids = {person, *_former_ids(ledger, person)}
            officials = ledger.officials()
        shown = citizen_accesses(
            layout,
            ids,
            dt.datetime.now(dt.UTC).date(),
            officials=officials,
            organisation=os.environ.get(ORGANISATION_VARIABLE) or DEFAULT_ORGANISATION,
        )
        print_rows(shown.to_dicts(), as_json=as_json, title="accesses to the data of one person")


def _former_ids(ledger: Ledger, person: str) -> set[str]:
    """Return the IDs that have ended and lead to `person`."""
    steps = ledger.person_events().filter(pl.col("kind").is_in(_LEADS_AWAY))
    found: set[str] = set()
    newest = {person}
    while newest:
        before = steps.filter(pl.col("other_person_id").is_in(sorted(newest)))
        newest = set(before["person_id"]) - found - {person}
        found |= newest
    return found
