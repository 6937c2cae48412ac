"""DuckDB's SQL as Spark's, with the same meaning.

Here: reading a statement, knowing its types, writing it for Spark. Never here: what single
expressions become (`rewrites`, `date_rewrites`) or running anything (`workbench`). Next:
`workbench.SparkWorkbench` runs the translated text.

sqlglot does most of it. Names are resolved and types found first, because what an expression
becomes hangs on its type: `a - b` of dates is not `a - b` of numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from warehouse.engines.spark.expressions import UntranslatableError

if TYPE_CHECKING:
    from sqlglot import exp

TableTypes = Mapping[str, Mapping[str, str]]
"""Table → column → DuckDB type."""


def translate(sql: str, tables: TableTypes) -> str:
    """Return one SELECT of DuckDB's as Spark's.

    Args:
        sql: the text of one SELECT, of tables and views only (no `read_parquet`).
        tables: columns and types of every table that it reads.

    Raises:
        UntranslatableError: it uses what Spark has not, or a column that no table has.
    """
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.annotate_types import annotate_types
    from sqlglot.optimizer.qualify import qualify

    from warehouse.engines.spark.rewrites import rewrite
    from warehouse.engines.spark.shape_rewrites import rewrite_shape

    schema: dict[str, object] = {name: dict(columns) for name, columns in tables.items()}
    try:
        tree = rewrite_shape(parse(sql))
        tree = qualify(tree, schema=schema, dialect="duckdb", validate_qualify_columns=False)
        tree = annotate_types(tree, schema=schema, dialect="duckdb")
        return rewrite(tree).sql("spark")
    except SqlglotError as error:
        raise UntranslatableError(f"SQL that Spark cannot run: {error}") from error


def parse(sql: str) -> exp.Expr:
    """Parse one statement of DuckDB's.

    Raises:
        sqlglot.errors.ParseError: it is none.
    """
    import sqlglot

    return sqlglot.parse_one(sql, read="duckdb")


def tables_of(sql: str) -> list[str]:
    """Return the names of the tables that a SELECT reads, sorted; not those that it defines itself."""
    from sqlglot import exp

    tree = parse(sql)
    defined = {each.alias_or_name.lower() for each in tree.find_all(exp.CTE)}
    read = {each.name.lower() for each in tree.find_all(exp.Table) if each.name}
    return sorted(read - defined)
