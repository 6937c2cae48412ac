"""The state of all ministries' tables on one night: one scan of decisions and findings for all.

Here: building `<home>/extracts/<date>-<release>/`, and what each extract reads of it. Never here:
pseudonyms, contracts' columns, files for ministries (`pipelines.steps.extracts`). Next: each ministry's
extract takes its programmes' rows out of the snapshot.

A snapshot holds digests of the hub's ids, so that it stays comparable when a ministry's key is
rotated. It never leaves the hub.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hub.extracts.offered import ELIGIBILITY, FINDING
from hub.quoting import literal
from warehouse.durable import published_folder
from warehouse.staging import sweep
from warehouse.workbench import Workbench, sql_text

STOPPED_DAYS = 92
"""Days for which a snapshot keeps rows that stopped; a contract may show fewer."""
_PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)"
_EMPTY = {
    ELIGIBILITY: "SELECT NULL::BLOB AS person_digest, NULL::BLOB AS subject_digest, "
    "NULL::VARCHAR AS programme_code, NULL::VARCHAR AS subject_kind, NULL::VARCHAR AS standing, "
    "NULL::DATE AS standing_since, NULL::DATE AS changed_on, NULL::BOOLEAN AS is_first_of_subject, "
    "NULL::BIGINT AS amount, NULL::BOOLEAN AS is_received WHERE FALSE",
    FINDING: "SELECT NULL::BLOB AS finding_digest, NULL::DATE AS found_since WHERE FALSE",
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of all ministries' tables on one night."""

    folder: Path

    @property
    def name(self) -> str:
        """`<YYYYMMDD>-<release>`."""
        return self.folder.name

    @property
    def business_date(self) -> dt.date:
        """The night's date."""
        return dt.datetime.strptime(self.name[:8], "%Y%m%d").replace(tzinfo=dt.UTC).date()

    def rows(self, table: str, programmes: Collection[str]) -> pl.DataFrame:
        """Return the rows of one table about some programmes."""
        path = self.folder / f"{table}.parquet"
        wanted = pl.col("programme_code").is_in(sorted(programmes))
        return pl.scan_parquet(path).filter(wanted).collect()

    def rule_versions(self, programmes: Collection[str]) -> dict[str, str]:
        """Return programme → SHA-256 of the rule that decided it."""
        return dict(self.rows("rule", programmes).sort("programme_code").iter_rows())

    def counts(self) -> dict[str, int]:
        """Return the rows of each table."""
        return {
            f"{table}_rows": pl.scan_parquet(self.folder / f"{table}.parquet")
            .select(pl.len())
            .collect()
            .item()
            for table in (ELIGIBILITY, FINDING)
        }

    def feeds(self) -> pl.DataFrame:
        """Return every document type with its state: current, stale or missing."""
        return pl.read_parquet(self.folder / "feed.parquet")


def snapshot_name(night: dt.date, release_id: str) -> str:
    """Return the name of a night's snapshot; names sort as the nights do."""
    return f"{night:%Y%m%d}-{release_id}"


def take_snapshot(
    bench: Workbench, root: Path, night: dt.date, release_id: str, in_use: Collection[str] = ()
) -> Snapshot:
    """Build the snapshot of a night, whole or not at all; one that is there is kept as it is.

    Args:
        bench: the tables of the release.
        root: `Layout.extracts`.
        night: the business date.
        release_id: the release that `bench` holds.
        in_use: snapshots that extracts were made from last; all others but the newest go.
    """
    name = snapshot_name(night, release_id)
    snapshot = Snapshot(root / name)
    if snapshot.folder.exists():
        return snapshot
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(root)
    earlier = sorted(each.name for each in root.glob("[0-9]*-r*") if each.name < name)
    before = root / earlier[-1] if earlier else None
    connection = bench.connection
    for table in (ELIGIBILITY, FINDING):
        held = _EMPTY[table] if before is None else f"FROM read_parquet({_file(before, table)})"
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {table}_before AS {held}")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE extract_night AS SELECT "
        f"DATE '{night}' AS business_date, DATE '{night - dt.timedelta(STOPPED_DAYS)}' AS stopped_after"
    )
    tonight = sql_text("extracts", "eligibility_tonight")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW eligibility_tonight AS {tonight}")
    selects = {
        ELIGIBILITY: sql_text("extracts", "eligibility_standing"),
        FINDING: sql_text("extracts", "finding_standing"),
        "rule": "SELECT programme_code, any_value(rule_version) AS rule_version FROM decision "
        "GROUP BY programme_code ORDER BY programme_code",
        "feed": "SELECT document_type, state, newest_period FROM feed ORDER BY document_type",
    }
    with published_folder(snapshot.folder) as staging:
        for table, select in selects.items():
            target = _file(staging, table)
            connection.execute(f"COPY ({select.strip()}\n) TO {target} {_PARQUET}").fetchall()
    for old in earlier[:-1]:
        if old not in in_use:
            shutil.rmtree(root / old)
    return snapshot


def _file(folder: Path, table: str) -> str:
    return literal(folder / f"{table}.parquet")
