"""What came and went since the current release: its signatures, and the records that they touch.

Here: telling tonight's signatures from those of the release by their IDs, so that only new ones are
read and hashed. Never here: what the records' changes touch (`hub.identity.touched`). Next:
`pipelines.steps.index_records` describes the records that are new.

A signature's ID is a digest of what it says (`warehouse.family_statements`): the record of an ID that
the release has is the record that the release says. Whoever rewrites signatures under their IDs, as a
trial does, must name them (`Before.rewritten`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from hub.identity.statements import drop, keep, run
from warehouse.workbench import sql_text

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from warehouse.workbench import Workbench

LAYER = "identity"


def find_signature_news(bench: Workbench, index: Path, rewritten: pl.Series | None = None) -> None:
    """Make `named_signature`, `signature_record` and `gone_signature`.

    `named_signature`: the new signatures, whole; `signature_record` (`signature_id`, `record_id`):
    everybody, in their order; `gone_signature`: the same columns, of those that are no longer there.

    Args:
        bench: holds `signature`.
        index: `person_index` of the release, by which signatures are known.
        rewritten: IDs under which tonight's signatures say something else.
    """
    tonight = bench.frame("SELECT signature_id FROM signature")["signature_id"]
    if not tonight.is_sorted():
        tonight = tonight.sort()
    known = pl.read_parquet(index, columns=["signature_id", "record_id"])
    stays = is_among(known["signature_id"], tonight)
    is_known = is_among(tonight, known["signature_id"])
    if rewritten is not None:
        stays &= ~is_among(known["signature_id"], rewritten.sort())
        is_known &= ~is_among(tonight, rewritten.sort())
    connection = bench.connection
    bench.keep_rows("signature", "signature_id", tonight.filter(~is_known), "named_signature")
    new = bench.frame(
        f"""
        SELECT signature_id, record_id FROM ({sql_text(LAYER, "signature_record")})
        ORDER BY signature_id
        """
    )
    keep(connection, "gone_signature", known.filter(~stays))
    every = known.filter(stays).merge_sorted(new, key="signature_id")
    if every.height != tonight.len():
        message = f"person index: {tonight.len()} signatures, and records of {every.height}"
        raise ValueError(message)
    keep(connection, "signature_record", every)
    keep(connection, "new_record", new.select("record_id").unique())


def find_record_news(bench: Workbench) -> None:
    """Make `touched_record` (`record_id`) and `current_record`, those of them that are there tonight.

    Touched is a record of which a signature came or went, or that is said otherwise than in the state to
    stand in a register or to be set apart. Needs `set_apart`, `register_signature` and the state.
    """
    connection = bench.connection
    every = bench.frame("FROM signature_record")
    places = np.searchsorted(
        every["signature_id"].to_numpy(),
        bench.frame("FROM register_signature")["signature_id"].sort().to_numpy(),
    )
    registered = every["record_id"].gather(places).unique().sort()
    was_registered = bench.frame(
        "SELECT record_id FROM old_record_description WHERE is_register ORDER BY record_id"
    )["record_id"]
    toggled = np.setxor1d(registered.to_numpy(), was_registered.to_numpy(), assume_unique=True)
    keep(connection, "toggled_record", pl.DataFrame({"record_id": toggled}))
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE touched_record AS
        SELECT record_id FROM new_record
        UNION
        SELECT record_id FROM gone_signature
        UNION
        SELECT record_id FROM toggled_record
        UNION
        SELECT record_id FROM set_apart
        UNION
        SELECT record_id FROM old_record_description WHERE is_separate
        """,
    )
    touched = bench.frame("FROM touched_record")["record_id"].sort()
    here = touched.filter(touched.is_in(every["record_id"].filter(
        every["record_id"].is_in(touched.implode())
    ).implode()))
    separate = bench.frame("FROM set_apart")["record_id"]
    keep(
        connection,
        "current_record",
        pl.DataFrame(
            {
                "record_id": here,
                "is_register": is_among(here, registered),
                "is_separate": here.is_in(separate.implode()),
            }
        ),
    )
    drop(connection, "toggled_record", "new_record", "gone_signature")


def is_among(values: pl.Series, among: pl.Series) -> pl.Series:
    """Return whether each of `values` is in `among`; both are sorted IDs."""
    if among.is_empty():
        return pl.repeat(value=False, n=values.len(), dtype=pl.Boolean, eager=True)
    wanted, held = values.to_numpy(), among.to_numpy()
    places: NDArray[np.intp] = np.searchsorted(held, wanted)
    return pl.Series(held[np.minimum(places, held.size - 1)] == wanted)
