"""The tables that say who is whom: made whole, or from the release with what tonight changed in its place.

Here: `person_index` and `person_token`. Never here: who is whom (`hub.identity.advance`), or which
signatures came and went (`pipelines.steps.index_news`). Next: `pipelines.steps.index` builds the tables
that read these.

Both ways end in the same write of the same rows in the same order, so that they give the same bytes.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from hub.identity.statements import drop, run
from pipelines.steps.index_news import LAYER, is_among
from warehouse.quoting import literal
from warehouse.workbench import Workbench, filled_sql, sql_text

INDEX = "person_index"
TOKENS = "person_token"


def released_file(tables: Path, table: str) -> Path:
    """Return the file of a table in the folder of a release's tables."""
    return tables / f"{table}.parquet"


def build_person_index(bench: Workbench, tables: Path | None = None) -> None:
    """Build `person_index`; of the release in `tables` rows of whom nothing tonight touched are taken.

    Raises:
        ValueError: not every signature has one row.
    """
    if tables is None:
        index = bench.frame(filled_sql(LAYER, INDEX, {"signatures": "signature_record"}))
    else:
        index = _advanced_index(bench, pl.read_parquet(released_file(tables, INDEX)))
    if not index["signature_id"].is_sorted():
        index = index.sort("signature_id")
    # DuckDB's file differs with the chunks that its plan hands over, and a night from a state has
    # another plan than one from nothing: the same rows must give the same bytes. Signatures mostly
    # come in their order, and long rows are moved more cheaply here.
    bench.add(INDEX, index.rechunk())


def _advanced_index(bench: Workbench, released: pl.DataFrame) -> pl.DataFrame:
    """Return tonight's rows: all of an entity that was resolved tonight anew, the others as they were."""
    run(
        bench.connection,
        f"CREATE OR REPLACE TEMP TABLE touched_signature AS {sql_text(LAYER, 'touched_signature')}",
    )
    touched = bench.frame(
        f"FROM ({filled_sql(LAYER, INDEX, {'signatures': 'touched_signature'})}) ORDER BY signature_id"
    )
    drop(bench.connection, "touched_signature")
    tonight = bench.frame("SELECT signature_id FROM signature_record")["signature_id"]
    known = released["signature_id"]
    stays = is_among(known, tonight) & ~is_among(known, touched["signature_id"])
    index = released.filter(stays).merge_sorted(touched, key="signature_id")
    if not index["signature_id"].equals(tonight):
        message = "person index: the rows that stay and those that changed are not tonight's signatures"
        raise ValueError(message)
    return index


def build_person_tokens(bench: Workbench, tables: Path | None = None) -> None:
    """Build `person_token`; of the release in `tables` rows of untouched numbers are taken."""
    if tables is None:
        bench.build_from(TOKENS, filled_sql(LAYER, TOKENS, {"which": ""}))
        return
    run(
        bench.connection,
        f"CREATE OR REPLACE TEMP TABLE touched_token AS {sql_text(LAYER, 'touched_token')}",
    )
    which = "SEMI JOIN touched_token AS t ON t.number = d.number"
    bench.build_from(
        TOKENS,
        f"""
        SELECT o.national_id_token, o.person_id
        FROM read_parquet({literal(released_file(tables, TOKENS))}) AS o
        ANTI JOIN touched_token AS t ON t.number::UUID = o.national_id_token
        UNION ALL
        FROM ({filled_sql(LAYER, TOKENS, {"which": which})})
        ORDER BY national_id_token
        """,
    )
    drop(bench.connection, "touched_token")
