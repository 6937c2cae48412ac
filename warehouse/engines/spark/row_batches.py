"""DuckDB on the executors: the SQL of one part of a statement, over batches of rows.

Here: what an executor does with a batch. Never here: which parts (`row_parts`) or what they mean.
Next: `connection` gives it to Spark's `mapInArrow`.

Executors need Python with duckdb and pyarrow, not the hub. What a function here gives hangs on
DuckDB's version, so an executor of another version refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import duckdb

from warehouse.engines.spark.column_types import stored_type
from warehouse.engines.spark.row_parts import BATCH

if TYPE_CHECKING:
    import pyarrow as pa

OverBatches = Callable[[Iterator["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]


def over_batches(select: str, taken: Mapping[str, str], given: Mapping[str, str]) -> OverBatches:
    """Return what computes `select` over batches of rows.

    Args:
        select: one SELECT of DuckDB's over the table `BATCH`, which looks at one row at a time.
        taken: column → DuckDB type of that table; rows come in Spark's types.
        given: column → DuckDB type of the result; rows leave in Spark's types.

    The function raises RuntimeError, without a value of a row, where DuckDB fails or is of another
    version than here.
    """
    typed = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in taken.items())
    told = ", ".join(
        f'CAST("{name}" AS {stored_type(kind)}) AS "{name}"' for name, kind in given.items()
    )
    named = ", ".join(f'"{name}"' for name in given)
    query = f"WITH {BATCH} AS (SELECT {typed} FROM arrived) SELECT {told} FROM ({select}\n) AS t({named})"
    version = duckdb.__version__

    # Everything that it reads is a local name: the function travels alone, without this package.
    def compute(batches: Any) -> Any:
        import duckdb
        import pyarrow as pa

        if duckdb.__version__ != version:
            raise RuntimeError(
                f"an executor has duckdb {duckdb.__version__}, the hub {version}: install the hub's"
            )
        failure = ""
        with duckdb.connect(config={"threads": 1}) as connection:
            for batch in batches:
                connection.register("arrived", pa.Table.from_batches([batch]))
                try:
                    rows = connection.sql(query).to_arrow_table()
                except duckdb.Error as error:
                    failure = type(error).__name__
                if failure:
                    # Outside of the handler, and so without the error, which may quote a row.
                    raise RuntimeError(f"DuckDB on an executor: {failure}")
                connection.unregister("arrived")
                yield from rows.to_batches()

    return compute
