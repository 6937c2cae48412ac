"""What came and went since the current release: its signatures, and the records that they touch.

Here: telling tonight's signatures from those of the release by their IDs, so that only new ones are
read and hashed. Never here: what the records' changes touch (`hub.identity.touched`). Next:
`pipelines.steps.index_records` describes the records that are new.

A signature's ID is a digest of what it says (`warehouse.family_statements`): the record of an ID that
the release has is the record that the release says. Whoever rewrites signatures under their IDs, as a
trial does, must name them (`Before.rewritten`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hub.identity.statements import drop, keep, run
from warehouse.workbench import sql_text

if TYPE_CHECKING:
    from warehouse.workbench import Workbench

LAYER = "identity"
INDEX_FILE = "person_index.parquet"


@dataclass(frozen=True, slots=True)
class SignatureNews:
    """What tonight's signatures have in common with a release.

    `tables`: folder of the release's tables. `known`: the signatures of its `person_index`, in order;
    `stays`: which of them are there tonight and say the same.
    """

    tables: Path
    known: pl.Series
    stays: NDArray[np.bool_]


def find_signature_news(
    bench: Workbench, tables: Path, rewritten: pl.Series | None = None
) -> SignatureNews:
    """Make `named_signature`, `signature_record`, `new_record` and `lost_signature`.

    `named_signature`: the new signatures, whole. `signature_record` (`signature_id`, `record_id`):
    everybody, in their order. `new_record` and `lost_signature` (`record_id`): of whom one came or went.

    Args:
        bench: holds `signature`.
        tables: those of the release.
        rewritten: IDs under which tonight's signatures say something else.

    Raises:
        ValueError: a signature has no record, or two.
    """
    tonight = bench.frame("SELECT signature_id FROM signature")["signature_id"].rechunk()
    if not tonight.is_sorted():
        tonight = tonight.sort()
    known = pl.read_parquet(tables / INDEX_FILE, columns=["signature_id", "record_id"]).rechunk()
    places, is_known = find_sorted(tonight, known["signature_id"])
    if rewritten is not None:
        is_known &= ~find_sorted(tonight, rewritten.sort())[1]
    stays = np.zeros(known.height, dtype=bool)
    stays[places[is_known]] = True
    connection = bench.connection
    bench.keep_rows(
        "signature", "signature_id", tonight.filter(pl.Series(~is_known)), "named_signature"
    )
    new = bench.frame(
        f"""
        SELECT signature_id, record_id FROM ({sql_text(LAYER, "signature_record")})
        ORDER BY signature_id
        """
    )
    every = known.filter(pl.Series(stays)).merge_sorted(new, key="signature_id")
    if not every["signature_id"].equals(tonight):
        message = "person index: the known and the new signatures are not tonight's"
        raise ValueError(message)
    keep(connection, "signature_record", every)
    keep(connection, "new_record", new.select("record_id").unique())
    keep(connection, "lost_signature", known.filter(pl.Series(~stays)).select("record_id"))
    return SignatureNews(tables, known["signature_id"], stays)


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
        SELECT record_id FROM lost_signature
        UNION
        SELECT record_id FROM toggled_record
        UNION
        SELECT record_id FROM set_apart
        UNION
        SELECT record_id FROM old_record_description WHERE is_separate
        """,
    )
    touched = bench.frame("FROM touched_record")["record_id"]
    here = every.filter(pl.col("record_id").is_in(touched.implode()))["record_id"].unique()
    separate = bench.frame("SELECT record_id FROM set_apart")["record_id"]
    keep(
        connection,
        "current_record",
        pl.DataFrame(
            {
                "record_id": here,
                "is_register": pl.Series(find_sorted(here, registered)[1]),
                "is_separate": here.is_in(separate.implode()),
            }
        ),
    )
    drop(connection, "toggled_record", "new_record", "lost_signature")


def find_sorted(values: pl.Series, among: pl.Series) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return where in `among`, which are sorted IDs, each of `values` would stand, and whether it does."""
    wanted, held = values.to_numpy(), among.to_numpy()
    places = np.searchsorted(held, wanted)
    if not held.size:
        return places, np.zeros(wanted.size, dtype=bool)
    return places, held[np.minimum(places, held.size - 1)] == wanted
