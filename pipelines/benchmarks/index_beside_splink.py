"""Plain Splink on the night that the person index was built of.

Here: what the rival links (all signatures, or the distinct records where those are too many), in a
process of its own, and its row of the table. Never here: how it links (`index_rival`) or how it is
judged (`index_figures`). Next: `hub bench index` prints the row below the index's.

Of all signatures of a million people the rival would have to score about a billion pairs. Above
`MOST_SIGNATURES` it therefore gets every distinct description once, whoever tells it, which is the
first thing that its user would do; each record then stands for its signatures, and the same
signatures are judged. The row says which of the two it was, and how many it linked.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from pipelines.benchmarks.index_figures import accuracy, clear_truth
from pipelines.benchmarks.index_inputs import distinct_records, standard_records
from pipelines.benchmarks.landing import peak_memory_mib

MOST_SIGNATURES = 3_000_000
"""The rival links all signatures up to so many, and distinct records above."""
PAIR_LIMIT_OF_SIGNATURES = 50_000
"""Pairs a key may give the rival: with 13 signatures a person, the same people as 5,000 give us."""
MEMORY_LIMIT = "16GB"
"""What DuckDB may take for the rival: more than the index has, which joins fewer pairs at a time."""
PAIR_LIMIT_OF_RECORDS = 5_000
"""Ours: there are about as many distinct records as we have descriptions."""


@dataclass(frozen=True, slots=True)
class _Played:
    seconds: dict[str, float]
    threshold: float
    pairs: int
    records: int
    peak_mebibytes: int


def measure_beside_splink(
    tables: Path, truth: Path, seconds_of_ours: float, *, most_signatures: int = MOST_SIGNATURES
) -> dict[str, object]:
    """Return the rival's row, judged over the signatures that the index of `tables` is judged over."""
    signatures = pl.scan_parquet(tables / "signature.parquet").select(pl.len()).collect().item()
    is_distinct = signatures > most_signatures
    with tempfile.TemporaryDirectory(prefix="bench-rival-") as scratch:
        clusters = Path(scratch) / "cluster.parquet"
        with get_context("spawn").Pool(1) as pool:
            try:
                played = pool.apply(_play, (tables, truth, clusters, is_distinct))
            except Exception as error:  # noqa: BLE001  what the rival cannot do is a result, too
                told = str(error).strip().splitlines()
                out = next((line for line in told if "Error:" in line), type(error).__name__)
                return {
                    "step": "plain Splink 5",
                    "signatures": signatures,
                    "why": f"gave up: {out}",
                }
        figures = accuracy(pl.read_parquet(clusters), tables, truth)
    seconds = sum(played.seconds.values())
    return {
        "step": f"plain Splink 5, {'distinct records' if is_distinct else 'all signatures'}",
        "seconds": round(seconds, 1),
        "share of full build": round(seconds / seconds_of_ours, 2),
        "peak GiB": round(played.peak_mebibytes / 1024, 2),
        "signatures": signatures,
        "records described": played.records,
        "pairs scored": played.pairs,
        **figures,
        "why": f"best threshold by the truth: {played.threshold:g} bits; "
        + ", ".join(f"{step} {taken:.1f} s" for step, taken in played.seconds.items()),
    }


def _play(tables: Path, truth: Path, clusters: Path, is_distinct: bool) -> _Played:
    from hub.identity.blocking import BLOCKING_RULES
    from pipelines.benchmarks.index_rival import run_plain_splink
    from pipelines.benchmarks.index_rival_plans import blocking_keys, standard_plan
    from warehouse.connection import open_scratch

    connection = open_scratch(clusters.parent)
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'").fetchall()
    started = time.perf_counter()
    members: pl.DataFrame | None = None
    if is_distinct:
        records, members = distinct_records(tables)
    else:
        records = standard_records(tables)
    columns = [name for name in records.columns if records[name].null_count() < records.height]
    connection.register("records_frame", records)
    connection.execute("CREATE TABLE records AS FROM records_frame").fetchall()
    connection.unregister("records_frame")
    del records
    standardising = time.perf_counter() - started
    rules = blocking_keys(columns, BLOCKING_RULES)
    result = run_plain_splink(
        connection,
        "records",
        rules,
        clear_truth(truth),
        plan=standard_plan(columns),
        pair_limit=PAIR_LIMIT_OF_RECORDS if is_distinct else PAIR_LIMIT_OF_SIGNATURES,
        parquet=clusters.parent / "parquet",
        members=members,
    )
    result.clusters.write_parquet(clusters)
    return _Played(
        {"standardise": standardising, **result.seconds},
        result.threshold,
        result.pairs,
        result.records,
        peak_memory_mib(),
    )
