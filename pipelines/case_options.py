"""Options that the commands of `hub cases` share, and what is made of them.

Here: reading what a person typed. Never here: judging it (`hub.findings.workflow`). Next:
`case_commands`.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

import polars as pl
import typer

from hub.findings.workflow import MoneyColumn, MoneyRow
from hub.output import fail
from pipelines.pair_views import opened_state
from warehouse.layout import Layout
from warehouse.ledger import DecisionKind
from warehouse.person_rows import PersonRows
from warehouse.releases import current

Named = Annotated[str, typer.Argument(help="A case, as `hub cases list` says.")]
Actor = Annotated[str, typer.Option("--by", help="Who does it, by login name.")]
Reason = Annotated[str, typer.Option(help="Why; auditors will read it.")]
Evidence = Annotated[str | None, typer.Option(help="File numbers, no names, no ID numbers.")]
On = Annotated[
    dt.datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The day it happened; the latest possible by default."),
]
Overpaid = Annotated[
    list[str] | None,
    typer.Option(help="Won overpaid in one month, as 2026-01=349700; may be given again."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]
_MONTH_AND_WON = re.compile(r"(\d{4})-(\d{2})=(\d+)")


def overpaid_rows(given: list[str] | None) -> tuple[MoneyRow, ...]:
    """Return a row of money for each `YYYY-MM=won`; ends the command where one is none."""
    rows = []
    for text in given or ():
        found = _MONTH_AND_WON.fullmatch(text.strip())
        if found is None or not 1 <= int(found[2]) <= 12:
            fail("--overpaid is a month and won, such as 2026-01=349700; a total has no month")
        month = dt.date(int(found[1]), int(found[2]), 1)
        rows.append(MoneyRow(MoneyColumn.OVERPAID_DETECTED, int(found[3]), month=month))
    return tuple(rows)


def linkage_of(
    left: str | None, right: str | None, *, same_person: bool
) -> tuple[tuple[str, str] | None, str]:
    """Return the two signatures of a linkage error and what is decided about them."""
    from hub.identity.pair_choice import find_subject

    if left is None or right is None:
        if left is not None or right is not None:
            fail("a linkage error names two: --left and --right")
        return None, DecisionKind.CANNOT_LINK.value
    with opened_state() as state:
        one, other = find_subject(state.connection, left), find_subject(state.connection, right)
    pair = (str(one.signature_id), str(other.signature_id))
    if same_person:
        return pair, DecisionKind.MUST_LINK.value
    is_joined = bool(set(one.person_ids) & set(other.person_ids))
    return pair, (DecisionKind.UNMERGE if is_joined else DecisionKind.CANNOT_LINK).value


def released_origin(finding_id: str) -> pl.DataFrame | None:
    """Return what the current release says of a finding beyond the ledger; None where it has none."""
    release = current(Layout.from_environment())
    if release is None:
        return None
    with PersonRows(release) as rows:
        if not rows.has("finding_origin"):
            return None
        found = rows.where("finding_origin", "finding_id", [finding_id])
    return found if found.height else None
