"""What the index and the households knew in the current release.

Here: reading it. Never here: what is made of it (`index`, `households`). Next: the stages of a
night, and trials beside it, build upon it.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from hub.identity.linkage_model import LinkageModel
from hub.identity.membership import no_history
from pipelines.steps.context import NightContext
from pipelines.steps.index_people import Before
from warehouse.layout import Layout
from warehouse.night_memory import ForgottenError, NightMemory
from warehouse.releases import Release, current


def read_released(
    context: NightContext, table: str, columns: list[str] | None = None
) -> pl.DataFrame | None:
    """Read columns (by default all) of a table of the current release; None before there is one."""
    release = current(context.layout)
    path = release.table(table) if release else None
    if path is None or not path.exists():
        return None
    return pl.read_parquet(path, columns=columns)


def remembered(context: NightContext, state: Path | None, model: LinkageModel) -> Before:
    """Return what the index knew in the current release, for a night that links with `model`.

    `state` is the folder of the release's state, if there is one.
    """
    members = read_released(context, "person_index", ["signature_id", "record_id", "person_id"])
    release = current(context.layout)
    history = read_released(
        context,
        "person_membership",
        ["record_id", "person_id", "valid_from", "valid_to", "recorded_from", "recorded_to"],
    )
    return Before(
        members=Before().members if members is None or state else members,
        state=state,
        tables=None if release is None else release.table("person_index").parent,
        history=no_history()
        if history is None
        else history.rename({"record_id": "member", "person_id": "identifier"}),
        redirects=context.ledger.redirects(),
        next_sequence=context.ledger.next_person_sequence(),
        decisions=_decisions_then(context.layout, release),
        is_same_model=release is None
        or release.manifest.versions.get("link_model") == model.digest,
    )


def _decisions_then(layout: Layout, release: Release | None) -> pl.DataFrame | None:
    """Return the decisions that held in a release's night, if its memory has them."""
    if release is None:
        return None
    try:
        return NightMemory(layout.memory(release.release_id)).frame("active_decisions")
    except ForgottenError:
        return None
