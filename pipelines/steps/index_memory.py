"""What the index and the households knew in the current release.

Here: reading it. Never here: what is made of it (`index`, `households`). Next: the stages of a
night, and trials beside it, build upon it.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from hub.identity.membership import no_history
from pipelines.steps.context import NightContext
from pipelines.steps.index_people import Before
from warehouse.releases import current


def read_released(
    context: NightContext, table: str, columns: list[str] | None = None
) -> pl.DataFrame | None:
    """Read columns (by default all) of a table of the current release; None before there is one."""
    release = current(context.layout)
    path = release.table(table) if release else None
    if path is None or not path.exists():
        return None
    return pl.read_parquet(path, columns=columns)


def remembered(context: NightContext, state: Path | None) -> Before:
    """Return what the index knew in the current release; `state` is the folder of its state, if any."""
    members = read_released(context, "person_index", ["signature_id", "person_id"])
    history = read_released(
        context,
        "person_membership",
        ["record_id", "person_id", "valid_from", "valid_to", "recorded_from", "recorded_to"],
    )
    return Before(
        members=Before().members if members is None or state else members,
        state=state,
        history=no_history()
        if history is None
        else history.rename({"record_id": "member", "person_id": "identifier"}),
        redirects=context.ledger.redirects(),
        next_sequence=context.ledger.next_person_sequence(),
    )
