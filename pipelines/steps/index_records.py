"""Tonight's records of the person index: which there are, and the new ones as they are compared.

Here: loading signatures, registers, aliases and near keys into temporary tables of the workbench's
connection. Never here: comparing (`hub.identity`), what a column means (`hub.identity.standard`).
Next: `pipelines.steps.index` and `pipelines.steps.index_training`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import polars as pl

from hub.identity.advance import missing_records
from hub.identity.components import connected_components
from hub.identity.standard import standardise_records
from hub.identity.statements import drop, keep, run, value
from pipelines.steps.index_news import SignatureNews, find_record_news, find_signature_news
from warehouse.workbench import Workbench, sql_text

LAYER = "identity"
CHUNK = 500_000
"""Records that are standardised at a time, or nearly so many, so that a first night fits into memory."""

NeighbourKeys = Callable[[pl.Series], pl.Series]
"""Tokens to lists of near keys: `warehouse.vault.IdTokeniser.neighbour_keys`."""


def no_neighbours(tokens: pl.Series) -> pl.Series:
    """Return no near keys: for callers without the vault's key; mistyped numbers are not found."""
    return pl.Series(tokens.name, [None] * tokens.len(), dtype=pl.List(pl.UInt64))


def select_table(bench: Workbench, table: str) -> None:
    """Make the temporary table `table` from its SQL file; it is never released."""
    run(bench.connection, f"CREATE OR REPLACE TEMP TABLE {table} AS {sql_text(LAYER, table)}")


def registered_people(bench: Workbench) -> int:
    """Make `register_signature`; return how many people the registers know, by their ID numbers."""
    select_table(bench, "register_signature")
    return count_registered(bench)


def count_registered(bench: Workbench) -> int:
    """Return how many people `register_signature` is about, by their ID numbers."""
    return int(
        bench.value(
            """
            SELECT count(DISTINCT s.national_id_token) FROM signature AS s
            SEMI JOIN register_signature AS r ON r.signature_id = s.signature_id
            """
        )
    )


def load_signatures(
    bench: Workbench, tables: Path | None = None, rewritten: pl.Series | None = None
) -> SignatureNews | None:
    """Make `register_signature`, `signature_record`, `named_signature`, `number_alias`, `alias_group`.

    With the `tables` of a release only new signatures are named; see `pipelines.steps.index_news`.
    """
    news = None
    select_table(bench, "register_signature")
    if tables is None:
        run(bench.connection, "CREATE OR REPLACE TEMP VIEW named_signature AS FROM signature")
        select_table(bench, "signature_record")
    else:
        news = find_signature_news(bench, tables, rewritten)
    select_table(bench, "number_alias")
    aliases = bench.frame("FROM number_alias")
    names = pl.concat([aliases["old_number"], aliases["new_number"].alias("old_number")])
    places = names.unique().sort().to_frame("number").with_row_index("node")
    edges = aliases.join(places, left_on="old_number", right_on="number").join(
        places, left_on="new_number", right_on="number", suffix="_new"
    )
    groups = connected_components(edges.select(left="node", right="node_new"))
    keep(
        bench.connection,
        "alias_group",
        places.join(groups, on="node").select("number", alias_group="component"),
    )
    return news


def _hash_ranges(count: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last number of `count` ranges that hold all hashes, and equally many."""
    borders = [number * 2**64 // count for number in range(count + 1)]
    for first, after in pairwise(borders):
        yield first, after - 1


def _name_signatures(bench: Workbench) -> None:
    """Add to `named_signature` what it lacks of `described_signature`: known ones, of which more is told."""
    known = bench.frame(
        """
        SELECT d.signature_id FROM described_signature AS d
        ANTI JOIN named_signature AS n ON n.signature_id = d.signature_id
        """
    )["signature_id"]
    if known.is_empty():
        return
    bench.keep_rows("signature", "signature_id", known, "known_signature")
    run(bench.connection, "INSERT INTO named_signature BY NAME FROM known_signature")
    drop(bench.connection, "known_signature")


def load_records(bench: Workbench, neighbour_keys: NeighbourKeys, *, has_state: bool) -> None:
    """Make `current_record`, `record` (standardised) and `number_neighbour` of what is new."""
    connection = bench.connection
    if has_state:
        find_record_news(bench)
    else:
        select_table(bench, "current_record")
    run(
        connection,
        f"CREATE OR REPLACE TEMP TABLE missing_record AS {missing_records(has_state=has_state)}",
    )
    select_table(bench, "described_signature")
    if has_state:
        _name_signatures(bench)
    select_table(bench, "written_record")
    total = int(value(connection, "SELECT count(*) FROM written_record"))
    for first, last in _hash_ranges(max(-(-total // CHUNK), 1)):
        written = bench.frame(
            f"FROM written_record WHERE record_id BETWEEN {first} AND {last} ORDER BY record_id"
        )
        described = standardise_records(
            written.select("record_id", "full_name", "sex", "address", "phone"), bytes(32)
        ).with_columns(written["birth_digits"], written["number"], written["is_register"])
        chunk = described.drop("number_near")
        if first == 0:
            keep(connection, "record", chunk)
        else:
            connection.register("record_chunk", chunk)
            run(connection, "INSERT INTO record BY NAME FROM record_chunk")
            connection.unregister("record_chunk")
    drop(connection, "written_record", "described_signature", "missing_record")
    known = "ANTI JOIN old_number_neighbour AS o ON o.number = r.number" if has_state else ""
    numbers = bench.frame(
        f"SELECT DISTINCT r.number FROM record AS r {known} WHERE r.number IS NOT NULL ORDER BY 1"
    )["number"]
    keep(
        connection,
        "number_neighbour",
        pl.DataFrame([numbers, neighbour_keys(numbers).alias("number_near")]),
    )
