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
from hub.quoting import literal
from pipelines.steps.index_news import INDEX_FILE, LAYER, SignatureNews, find_sorted
from warehouse.workbench import Workbench, filled_sql, sql_text

TOKENS = "person_token"


def has_tables(tables: Path) -> bool:
    """Return whether the tables of a release in `tables` are those that tonight's rows can be taken from."""
    return all((tables / name).exists() for name in (INDEX_FILE, f"{TOKENS}.parquet"))


def build_person_index(bench: Workbench, news: SignatureNews | None = None) -> None:
    """Build `person_index`; rows of whom nothing tonight touched are taken from the release of `news`.

    Raises:
        ValueError: not every signature has one row.
    """
    if news is None:
        index = bench.frame(sql_text(LAYER, "person_index"))
    else:
        index = _advanced_index(bench, news)
    if not index["signature_id"].is_sorted():
        index = index.sort("signature_id")
    # DuckDB's file differs with the chunks that its plan hands over, and a night from a state has
    # another plan than one from nothing: the same rows must give the same bytes. Signatures mostly
    # come in their order, and long rows are moved more cheaply here.
    bench.add("person_index", index.rechunk())


def _advanced_index(bench: Workbench, news: SignatureNews) -> pl.DataFrame:
    """Return tonight's rows: of an entity that was resolved tonight anew, the others as they were."""
    released = pl.read_parquet(news.tables / INDEX_FILE)
    resolved = bench.frame(sql_text(LAYER, "resolved_record"))
    tonight = bench.frame("FROM signature_record")
    changed = tonight.filter(pl.col("record_id").is_in(resolved["record_id"].implode()))
    joined = bench.frame(
        """
        SELECT s.signature_id, s.record_id FROM signature_record AS s
        SEMI JOIN named_signature AS n ON n.signature_id = s.signature_id
        """
    ).join(resolved, on="record_id", how="anti")
    # New signatures of records that stay as they were are whose the others of their records are.
    told = released.filter(pl.col("record_id").is_in(joined["record_id"].implode()))
    others = told.drop("signature_id").unique("record_id", maintain_order=True)
    anew = pl.concat(
        [changed.join(resolved, on="record_id"), joined.join(others, on="record_id")]
    ).sort("signature_id")
    stays = news.stays.copy()
    places, is_known = find_sorted(anew["signature_id"], news.known)
    stays[places[is_known]] = False
    index = released.filter(pl.Series(stays)).merge_sorted(anew, key="signature_id")
    if not index["signature_id"].equals(tonight["signature_id"]):
        message = (
            "person index: the rows that stay and those that changed are not tonight's signatures"
        )
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
        FROM read_parquet({literal(tables / f"{TOKENS}.parquet")}) AS o
        ANTI JOIN touched_token AS t ON t.number::UUID = o.national_id_token
        UNION ALL
        FROM ({filled_sql(LAYER, TOKENS, {"which": which})})
        ORDER BY national_id_token
        """,
    )
    drop(bench.connection, "touched_token")
