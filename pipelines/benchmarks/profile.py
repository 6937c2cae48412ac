"""Profiles of a month at size, against landing the same rows.

A simulated country of at most `BASE_PEOPLE` lands the document types of the families that a profile
reads; for more people their conformed tables are repeated with people of their own, and then nothing
is said of landing, whose cost a file would be counted many times. Identity comes from the country's own numbers: the person index is not measured here.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from pipelines.benchmarks.landing import peak_memory_mib
from pipelines.steps.context import NightContext, night_context
from pipelines.steps.families import build_night_tables, open_bench
from pipelines.steps.intake import drop, take_deliveries
from pipelines.steps.landing import write_delivery_rows
from pipelines.steps.profiles import build_profiles
from warehouse.layout import Layout
from warehouse.workbench import Workbench

NIGHT = dt.date(2026, 3, 31)
BASE_PEOPLE = 100_000
FAMILIES = (
    *(f"F{number}" for number in range(11, 18)),
    *(f"F{number}" for number in range(19, 31)),
    *("F09", "F31", "F35"),
)
TABLES = ("income", "asset_item", "profile_evidence", "profile_person", "profile_household")


def measure_profile(people: int) -> list[dict[str, object]]:
    """Measure landing and profiling in processes of their own; one row."""
    base = min(people, BASE_PEOPLE)
    copies = max(1, round(people / base))
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as scratch:
        folder = Path(scratch)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            landing_seconds = process.submit(_land, folder, base).result()
        tables = folder / "tables"
        rows = _repeat(Layout(folder / "hub"), tables, copies)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            seconds, peak, built = process.submit(_profile, tables).result()
    landing = landing_seconds if copies == 1 else None
    return [
        {
            "people": base * copies,
            "rows": rows,
            "landing_seconds": landing and round(landing, 1),
            "profile_seconds": round(seconds, 1),
            "ratio": landing and round(seconds / landing, 2),
            "rows_per_second": round(rows / seconds),
            "people_per_second": round(base * copies / seconds),
            "peak_rss_mib": peak,
        }
        | built
    ]


def _land(folder: Path, people: int) -> float:
    """Simulate, land what profiles read, conform it; return the seconds that landing took."""
    from sources.country.nights import PopulatedCountry, render_nights

    country = PopulatedCountry(people, 7, NIGHT)
    nights = folder / "nights"
    render_nights(country, 7, NIGHT, 1, nights, folder / "truth")
    for file in nights.rglob("*.*"):
        if file.is_file() and file.name.split("-")[1][:3] not in FAMILIES:
            file.unlink()
    layout = Layout(folder / "hub")
    layout.prepare()
    drop(next(nights.iterdir()), layout.landing)
    shutil.rmtree(nights)
    context = night_context(layout, NIGHT)
    started = time.perf_counter()
    take_deliveries(context)
    _land_all(context)
    seconds = time.perf_counter() - started
    build_night_tables(context)
    return seconds


def _land_all(context: NightContext) -> None:
    for code, document in context.catalogue.documents.items():
        for record in context.ledger.pending(code):
            opened, counts = write_delivery_rows(context, document, record)
            folder = context.layout.delivery(code, record.delivery_id)
            context.ledger.mark_landed(
                record.delivery_id,
                counts,
                schema_version=opened.version.number,
                part_count=len(list(folder.glob("part-*.parquet"))),
            )


def _repeat(layout: Layout, tables: Path, copies: int) -> int:
    """Write the night's tables `copies` times over, with people of their own; return family rows."""
    with open_bench(NightContext(layout, NIGHT)) as base, Workbench(tables) as bench:
        bench.connection.execute(f"CREATE TEMP TABLE copy AS FROM range({copies}) AS c(number)")
        for path in sorted(base.folder.glob("*.parquet")):
            bench.connection.execute(
                f"CREATE OR REPLACE TEMP VIEW base_{path.stem} AS FROM read_parquet('{path}')"
            )
        for name in ("night", "document_type", "delivery"):
            bench.build_from(name, f"FROM base_{name}")
        # Names stay in the base's identity zone: only whom a signature means goes on.
        bench.connection.register(
            "base_signature",
            base.frame(
                "SELECT signature_id, dense_rank() OVER (ORDER BY national_id_token) AS person_number"
                " FROM signature WHERE national_id_token IS NOT NULL"
            ),
        )
        shift = "xor(signature_id, hash(copy.number))"
        bench.build_from(
            "person_index",
            f"SELECT {shift} AS signature_id, 'KP' || lpad(CAST(copy.number AS"
            " VARCHAR), 4, '0') || lpad(CAST(person_number AS VARCHAR), 9, '0') AS person_id"
            " FROM base_signature CROSS JOIN copy ORDER BY 1",
        )
        rows = 0
        for path in sorted(base.folder.glob("f[0-9][0-9]_*.parquet")):
            name = path.stem
            measure = bench.build_from(
                name,
                f"SELECT * REPLACE ({shift} AS signature_id) FROM base_{name} CROSS JOIN copy",
            )
            rows += measure.rows
        bench.build_from(
            "person",
            "SELECT person_id, DATE '1950-01-01' + CAST(hash(person_id) % 25000 AS INTEGER)"
            " AS birth_date, '1111010100' AS legal_dong_code, CAST(NULL AS DATE) AS death_date"
            " FROM (SELECT DISTINCT person_id FROM person_index) AS known ORDER BY person_id",
        )
        bench.build_from(
            "household_member",
            "SELECT 'KH' || substr(person_id, 3, 12) AS household_id, person_id, CAST(NULL AS DATE)"
            " AS valid_from, CAST(NULL AS DATE) AS valid_to FROM person ORDER BY person_id",
        )
        bench.build_from(
            "household",
            "SELECT DISTINCT household_id, '1111010100' AS legal_dong_code FROM household_member"
            " ORDER BY household_id",
        )
    return rows


def _profile(tables: Path) -> tuple[float, int, dict[str, int]]:
    """Build the profile tables; return seconds, peak memory (MiB) and rows of the largest tables."""
    with Workbench(tables) as bench:
        started = time.perf_counter()
        built = build_profiles(bench)
        seconds = time.perf_counter() - started
    return seconds, peak_memory_mib(), {f"{table}_rows": built[table] for table in TABLES}
