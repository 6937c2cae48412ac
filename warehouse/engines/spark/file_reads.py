"""Statements that read the lake's files by name, on Spark.

Here: each `read_parquet` becomes a view of the same rows. Never here: which files (`warehouse.families`).
Next: `translation` sees tables only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

from warehouse.engines.spark.translation import parse


class FileViewer(Protocol):
    """Shows files under a name."""

    def view_of_files(self, files: Sequence[str], name: str) -> str:
        """Show Parquet files together, with the column `filename`; return the name."""
        ...


def without_file_reads(select: str, viewer: FileViewer) -> str:
    """Return the SELECT with a view in the place of every `read_parquet`."""
    if "read_parquet(" not in select:
        return select
    from sqlglot import exp

    tree = parse(select)
    for read in list(tree.find_all(exp.ReadParquet)):
        files = [each.this for each in read.find_all(exp.Literal) if each.is_string]
        name = "files_" + hashlib.sha256("\n".join(files).encode()).hexdigest()[:16]
        viewer.view_of_files(files, name)
        table = read.parent
        alias = table.args.get("alias") if table else None
        (table if isinstance(table, exp.Table) else read).replace(
            exp.Table(this=exp.to_identifier(name), alias=alias)
        )
    return tree.sql("duckdb")
