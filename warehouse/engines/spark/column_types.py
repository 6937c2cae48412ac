"""What DuckDB's column types are on Spark.

Here: the mapping by type name. Never here: values (`parquet_files`) or SQL (`translation`). Next:
`parquet_files` reads by these types, `translation` casts to them.

Spark has no unsigned and no 128-bit integers and no UUID: numbers become decimals without a
fraction, UUIDs become their text. Both sort and compare as DuckDB's do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

SPARK_TYPE: Mapping[str, str] = {
    "BOOLEAN": "BOOLEAN",
    "TINYINT": "TINYINT",
    "SMALLINT": "SMALLINT",
    "INTEGER": "INT",
    "BIGINT": "BIGINT",
    "UTINYINT": "SMALLINT",
    "USMALLINT": "INT",
    "UINTEGER": "BIGINT",
    "UBIGINT": "DECIMAL(20,0)",
    "HUGEINT": "DECIMAL(38,0)",
    "FLOAT": "FLOAT",
    "DOUBLE": "DOUBLE",
    "VARCHAR": "STRING",
    "BLOB": "BINARY",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
    "UUID": "STRING",
    '"NULL"': "STRING",
}
_STORED_AS: Mapping[str, str] = {
    "UTINYINT": "SMALLINT",
    "USMALLINT": "INTEGER",
    "UINTEGER": "BIGINT",
    "UBIGINT": "DECIMAL(20,0)",
    "HUGEINT": "DECIMAL(38,0)",
    "UUID": "VARCHAR",
    '"NULL"': "VARCHAR",
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_STRUCT = re.compile(r"STRUCT\((.*)\)", re.DOTALL)


class UnknownColumnTypeError(TypeError):
    """A DuckDB type that has no counterpart on Spark."""


def spark_type(duckdb_type: str) -> str:
    """Return the Spark SQL type that holds a DuckDB type's values.

    Raises:
        UnknownColumnTypeError: there is none, for example of INTERVAL.
    """
    if duckdb_type in SPARK_TYPE:
        return SPARK_TYPE[duckdb_type]
    if _DECIMAL.fullmatch(duckdb_type):
        return duckdb_type
    if duckdb_type.endswith("[]"):
        return f"ARRAY<{spark_type(duckdb_type[:-2])}>"
    struct = _STRUCT.fullmatch(duckdb_type)
    if struct:
        fields = (_field(part) for part in _parts(struct[1]))
        return f"STRUCT<{', '.join(fields)}>"
    raise UnknownColumnTypeError(
        f"DuckDB type {duckdb_type}: Spark has no such column; cast it in the SQL file"
    )


def stored_type(duckdb_type: str) -> str:
    """Return the DuckDB type that has the form of Spark's type for a DuckDB type.

    Raises:
        UnknownColumnTypeError: there is none that goes to Spark and back in batches.
    """
    if duckdb_type.endswith("[]"):
        return f"{stored_type(duckdb_type[:-2])}[]"
    if duckdb_type.startswith(("TIMESTAMP", "STRUCT")):
        raise UnknownColumnTypeError(
            f"DuckDB type {duckdb_type}: not in a SELECT that DuckDB computes for Spark; "
            "name the columns that it needs"
        )
    spark_type(duckdb_type)
    return _STORED_AS.get(duckdb_type, duckdb_type)


def is_read_by_spark(duckdb_type: str) -> bool:
    """Whether Spark reads the Parquet that DuckDB writes for a column of this type."""
    return "UUID" not in duckdb_type and "NULL" not in duckdb_type


def _parts(fields: str) -> list[str]:
    """Split the fields of a struct at the commas that stand in no bracket."""
    depth, start, parts = 0, 0, []
    for place, letter in enumerate(fields):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(fields[start:place])
            start = place + 1
    return [*parts, fields[start:]]


def _field(part: str) -> str:
    name, _, kind = part.strip().partition(" ")
    return f"`{name.strip(chr(34))}`: {spark_type(kind)}"
