"""The one place that opens DuckDB.

Here: connections with the hub's settings. Never here: SQL of a table (`warehouse/sql`). Next:
`warehouse.workbench` builds a night's tables, `warehouse.mart` answers auditors.

Nothing shared is written through a connection: DuckDB lets one process write and then shuts out
readers, so writers work in memory and publish Parquet, and readers open published files.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from warehouse.staging import staging_name, sweep

THREADS_VARIABLE = "HUB_THREADS"
MEMORY_VARIABLE = "HUB_MEMORY_LIMIT"
_FAST_MD5_NUMBER = (
    "CREATE OR REPLACE TEMP MACRO md5_number_lower(text) AS CAST(md5_number(text) >> 64 AS UBIGINT)"
)
"""The function's own number, four times as fast: DuckDB 2.0 takes it out of the digest's text."""
SMALL_BLOCK_BYTES = 16_384
"""Every table takes whole blocks; the usual ones are sixteen times as large as this."""


def open_scratch(spill: Path) -> duckdb.DuckDBPyConnection:
    """Open an in-memory database that spills to `spill`.

    Row order is kept, so that the same input gives the same bytes.
    """
    folder = spill_folder(spill)
    connection = duckdb.connect(
        config={
            "threads": int(os.environ.get(THREADS_VARIABLE) or os.cpu_count() or 2),
            "memory_limit": os.environ.get(MEMORY_VARIABLE) or "6GB",
            "temp_directory": str(folder),
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    # Progress is the caller's to show.
    connection.execute("SET enable_progress_bar = false").fetchall()
    connection.execute("SET TimeZone = 'UTC'").fetchall()
    connection.execute(_FAST_MD5_NUMBER).fetchall()
    return connection


def spill_folder(spill: Path) -> Path:
    """Return a folder in `spill` for what one connection cannot hold in memory; it is not made yet.

    Rows of people may lie in it, as they are: `spill` is open to its owner only, and what dead
    processes left is removed. DuckDB makes the folder when it needs it, and removes it at the end.
    """
    spill.mkdir(mode=0o700, parents=True, exist_ok=True)
    spill.chmod(0o700)
    sweep(spill)
    return spill / staging_name("spill")


def open_read_only(database: Path) -> duckdb.DuckDBPyConnection:
    """Open a published database file for reading."""
    return duckdb.connect(
        str(database),
        read_only=True,
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False},
    )


def create_database(database: Path) -> duckdb.DuckDBPyConnection:
    """Make a database file that nobody reads yet: a mart of small tables, so of small blocks."""
    return duckdb.connect(
        str(database),
        config={
            "default_block_size": SMALL_BLOCK_BYTES,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )


def open_reader() -> duckdb.DuckDBPyConnection:
    """Open an empty in-memory database for an auditor; it sees no variable of this process."""
    connection = duckdb.connect(
        config={
            "memory_limit": os.environ.get(MEMORY_VARIABLE) or "4GB",
            # Nothing that an auditor asks is written to the disk; what does not fit fails.
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        }
    )
    connection.execute("SET TimeZone = 'UTC'").fetchall()
    return connection
