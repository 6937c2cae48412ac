"""What a release adds to the ledger of IDs: people and households that nobody has minted, and events.

Here: comparing the night's tables with the current release and the ledger. Never here: who is whom
(`pipelines.steps.index`, `pipelines.steps.households`) or writing it down. Next:
`warehouse.releases.publish` gives it to the ledger, in one transaction with the release.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from pipelines.steps.context import NightContext
from pipelines.steps.index_memory import read_released
from warehouse.ledger import Minted
from warehouse.workbench import Workbench


def newly_minted(context: NightContext, bench: Workbench, model: str) -> Minted:
    """Return the people and households that tonight's tables show first, and why IDs changed.

    `model` is the digest of the link model that decided so.
    """
    ledger = context.ledger
    return Minted(
        people=_unknown(
            context,
            bench,
            ("person_index", "person_id", "min(signature_id)::VARCHAR"),
            ledger.minted_people,
        ),
        person_events=_events(bench, "person", "signatures", context).with_columns(
            run=pl.lit(f"night {context.night}"), model_version=pl.lit(model)
        ),
        households=_unknown(
            context,
            bench,
            ("household_stay", "household_id", "min(member)"),
            ledger.minted_households,
        ),
        household_events=_events(bench, "household", "stays", context),
    )


def _unknown(
    context: NightContext,
    bench: Workbench,
    held: tuple[str, str, str],
    minted: Callable[[list[str]], set[str]],
) -> pl.DataFrame:
    """The IDs that nobody has minted, each with its anchor; the known are not grouped.

    `held` is a table, its column of IDs, and SQL of the anchor; `minted` says which IDs the ledger has.
    Those of the current release were minted with it, so the ledger is asked about the others only.
    """
    table, key, anchor = held
    released = read_released(context, table, [key])
    known = bench.frame(f"SELECT {key} FROM {table} LIMIT 0") if released is None else released
    bench.connection.register("released_before", known)
    new = bench.frame(
        f"SELECT {key}, {anchor} AS anchor FROM {table} ANTI JOIN released_before USING ({key})"
        f" WHERE {key} IS NOT NULL GROUP BY {key} ORDER BY {key}"
    )
    bench.connection.unregister("released_before")
    known_before = pl.Series(key, sorted(minted(new[key].to_list())), dtype=pl.String)
    return new.filter(~pl.col(key).is_in(known_before.implode())).with_columns(
        pl.lit(context.night).alias("minted_in")
    )


def _events(bench: Workbench, subject: str, counted: str, context: NightContext) -> pl.DataFrame:
    events = bench.frame(f"SELECT * FROM {subject}_event")
    return events.with_columns(
        pl.lit(context.night).alias("night"),
        pl.format("{} " + counted, pl.col(counted)).alias("reason"),
    ).drop(counted)
