"""How fast landing is, against DuckDB's own copy of the same rows.

The hub archives, hashes, reads, converts, checks, tokenises and writes typed Parquet; the rival
`COPY (FROM read_csv(…, all_varchar = true)) TO … (FORMAT parquet, COMPRESSION zstd)` only copies
text. Both run one after the other on the same bytes, warm.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import resource
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from hub.catalogue import Catalogue, Delivery, DocumentType, Encoding
from pipelines.benchmarks.big_files import write_big_delivery
from pipelines.steps.context import NightContext
from pipelines.steps.intake import take_deliveries
from pipelines.steps.landing import write_delivery_rows
from sources.registry import load_catalogue
from warehouse.connection import open_scratch
from warehouse.layout import Layout

NIGHT = dt.date(2026, 3, 1)
KINDS = (
    ("csv utf-8", Delivery.CSV, Encoding.UTF_8),
    ("csv cp949", Delivery.CSV, Encoding.CP949),
    ("fixed width cp949", Delivery.FIXED_WIDTH, Encoding.CP949),
)
TYPES_A_KIND = 3


def chosen_types(
    catalogue: Catalogue, delivery: Delivery, encoding: Encoding
) -> list[DocumentType]:
    """The first monthly types of a format with a national ID and an amount, one a family."""
    found: dict[str, DocumentType] = {}
    for document in catalogue.documents.values():
        fits = document.delivery is delivery and document.encoding is encoding
        if fits and document.person_key == "national_id" and document.amount_column:
            found.setdefault(document.family, document)
    return list(found.values())[:TYPES_A_KIND]


def measure_landing(megabytes: int) -> list[dict[str, object]]:
    """Measure each kind on about `megabytes` in all; one row a kind."""
    catalogue = load_catalogue()
    each = max(1, megabytes // (len(KINDS) * TYPES_A_KIND))
    rows = []
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as scratch:
        for name, delivery, encoding in KINDS:
            types = chosen_types(catalogue, delivery, encoding)
            rows.append(_measure(name, types, each, Path(scratch) / name.replace(" ", "-")))
    return rows


def _measure(
    kind: str, types: list[DocumentType], megabytes: int, folder: Path
) -> dict[str, object]:
    layout = Layout(folder / "hub")
    layout.prepare()
    written = 0
    twins = []
    for seed, document in enumerate(types):
        drop = layout.landing / document.institution
        delivery, twin, rows = write_big_delivery(document, drop, megabytes, seed)
        if twin != delivery:
            twin = Path(shutil.move(twin, folder / twin.name))
        else:
            twin = Path(shutil.copy(delivery, folder / f"{document.code}.csv"))
        twins.append(twin)
        written += rows
    os.sync()
    size = sum(file.stat().st_size for file in layout.landing.rglob("*.*") if file.is_file())
    rival = _copy_with_duckdb(twins, folder)
    # A process of its own, so that its peak memory is landing's and nothing else's.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        codes = [document.code for document in types]
        seconds, peak = process.submit(_land, layout, codes).result()
    shutil.rmtree(folder)
    return {
        "format": kind,
        "types": len(types),
        "megabytes": round(size / 1e6),
        "rows": written,
        "hub_seconds": round(seconds, 2),
        "duckdb_copy_seconds": round(rival, 2),
        "ratio": round(seconds / rival, 2),
        "rows_per_second": round(written / seconds),
        "peak_rss_mib": peak,
    }


def _land(layout: Layout, codes: list[str]) -> tuple[float, int]:
    """Take and land what waits; return seconds and peak memory (MiB)."""
    context = NightContext(layout, NIGHT)
    _ = context.ledger, context.tokeniser, context.catalogue
    started = time.perf_counter()
    take_deliveries(context)
    for code in codes:
        for record in context.ledger.pending(code):
            write_delivery_rows(context, context.catalogue.documents[code], record)
    seconds = time.perf_counter() - started
    return seconds, peak_memory_mib()


def peak_memory_mib() -> int:
    """Peak memory of this program; `ru_maxrss` would count that of the parent before the start."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text("ascii"), re.MULTILINE)
    return int(found[1]) // 1024 if found else 0


def _copy_with_duckdb(files: list[Path], folder: Path) -> float:
    connection = open_scratch(folder / "spill")
    started = time.perf_counter()
    for file in files:
        connection.execute(
            f"COPY (FROM read_csv('{file}', all_varchar = true)) TO '{file}.parquet' "
            "(FORMAT parquet, COMPRESSION zstd)"
        ).fetchall()
    seconds = time.perf_counter() - started
    connection.close()
    return seconds
