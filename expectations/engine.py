"""The one module that drives Great Expectations, with DuckDB under it.

Here: the DuckDB execution engine that GX does not ship, and `Validator`, which runs suites on lake Parquet by pushdown SQL. Never here: which rules a type has.
Next: `pipelines` blocks a delivery on the `SuiteResult`. Import this module inside functions: it
loads Great Expectations, which takes many seconds.

No value of a row leaves DuckDB: the engine answers every metric that would fetch rows with
nothing, so neither results nor pages made from them can hold one.
"""

from __future__ import annotations

import builtins
import datetime as dt
import itertools
import logging
import os
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

# A closed network: no usage events, and this must be said before GX is imported.
os.environ["GX_ANALYTICS_ENABLED"] = "False"

import great_expectations as gx
import pyarrow.dataset as ds
import sqlalchemy as sa
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.data_context.data_context.abstract_data_context import AbstractDataContext
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.exceptions.exceptions import MetricResolutionError
from great_expectations.execution_engine.sqlalchemy_execution_engine import (
    SqlAlchemyExecutionEngine,
)
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.validator.metric_configuration import MetricConfiguration

from expectations.counting import FETCHING_METRICS
from expectations.derivation import rules_for
from expectations.results import Rows, RuleNotEvaluatedError, RuleResult, SuiteResult
from expectations.rules import Measure, Rule, horizons, literal
from expectations.suites import RULE_KEY, suite_name, suite_of
from hub.catalogue import Catalogue, DocumentType, SchemaVersion

DATABASE = "duckdb:///:memory:expectations"
"""A named database in memory, so that every connection of GX meets the same one; no lock."""

RESULT_FORMAT: dict[str, Any] = {"result_format": "SUMMARY", "exclude_unexpected_values": True}

# GX logs failing queries with what DuckDB says about them, and that can quote a value.
logging.getLogger("great_expectations").setLevel(logging.CRITICAL)


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """SQL pushdown to DuckDB, which GX does not ship.

    One connection is kept: a DuckDB result dies with the connection that made it, and GX reads
    results after it gave theirs back.
    """

    @contextmanager
    def get_connection(self) -> Generator[sa.Connection, None, None]:
        """Yield the engine's only connection; each statement is its own transaction.

        Otherwise one query that fails would take the answers of all later ones with it.
        """
        if self._connection is None:
            self._connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        yield self._connection

    def resolve_metrics(
        self,
        metrics_to_resolve: Iterable[MetricConfiguration],
        metrics: Any = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> dict[Any, Any]:
        """Resolve metrics; nothing that GX keeps from this may hold a value of a row.

        Metrics that would fetch rows are answered with nothing. Of a failed query only the kind
        of failure is told, because DuckDB quotes the value that it could not convert.
        """
        asked = list(metrics_to_resolve)
        withheld = {m.id: None for m in asked if m.metric_name.endswith(FETCHING_METRICS)}
        counted = [metric for metric in asked if metric.id not in withheld]
        if not counted:
            return withheld
        try:
            resolved = super().resolve_metrics(counted, metrics, runtime_configuration)
        except MetricResolutionError as error:
            kind = type(error.__cause__ or error).__name__
            raise MetricResolutionError(
                f"not evaluated: {kind}", failed_metrics=error.failed_metrics
            ) from None
        return {**resolved, **withheld}


class DuckDBDatasource(SQLDatasource):
    """Data source of the engine above; its class name registers `data_sources.add_duckdb`."""

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]

    @property
    def execution_engine_type(self) -> builtins.type[SqlAlchemyExecutionEngine]:
        """The engine that runs this source's SQL."""
        return DuckDBExecutionEngine


class DuckDBColumnValuesMatchRegex(ColumnMapMetricProvider):
    """`column_values.match_regex` for DuckDB, whose own `~` would match whole texts only."""

    condition_metric_name = "column_values.match_regex"
    condition_value_keys = ("regex",)

    @column_condition_partial(engine=DuckDBExecutionEngine)
    def _sqlalchemy(cls, column: Any, regex: str, **_: Any) -> Any:  # noqa: N805
        return sa.func.regexp_matches(column, regex)


class Validator:
    """Runs suites of one catalogue; make one for a night and keep it.

    The first suite costs the import of Great Expectations, later ones some hundredths of a second.

    Args:
        catalogue: where families and code sets are looked up.
        spill: folder for what does not fit into memory; without it nothing is ever written.
    """

    _tables = itertools.count(1)

    def __init__(self, catalogue: Catalogue, spill: Path | None = None) -> None:
        self._catalogue = catalogue
        self._suites: dict[tuple[str, int], tuple[gx.ExpectationSuite, tuple[Rule, ...]]] = {}
        self.table = f"delivery_{next(self._tables)}"
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(
            globally=False, metric_calculations=False
        )
        self._source = add_duckdb(context, spill)
        self._batch: BatchDefinition[Any] | None = None

    def suite(
        self, document: DocumentType, version: SchemaVersion
    ) -> tuple[gx.ExpectationSuite, tuple[Rule, ...]]:
        """Return the suite of a type and the rules that it was made of."""
        key = (document.code, version.number)
        if key not in self._suites:
            family = self._catalogue.families[document.family]
            rules = rules_for(document, version, family, self._catalogue.code_sets)
            self._suites[key] = (suite_of(suite_name(document, version), rules), rules)
        return self._suites[key]

    def validate(
        self,
        document: DocumentType,
        version: SchemaVersion,
        rows: Rows,
        made_at: dt.datetime,
    ) -> SuiteResult:
        """Run the suite of `document` on the rows of one delivery.

        Raises:
            RuleNotEvaluatedError: a rule could not be evaluated although the shape is right.
            FileNotFoundError: there is no file.
        """
        suite, rules = self.suite(document, version)
        results = self.run(suite, rows, made_at.date())
        return SuiteResult(document.code, rule_results(document.code, rules, results))

    def run(
        self, suite: gx.ExpectationSuite, rows: Rows, made_on: dt.date
    ) -> list[ExpectationValidationResult]:
        """Run any suite on `rows`; returns what GX found, in its own order."""
        load_rows(self._source, self.table, rows)
        if self._batch is None:
            asset = self._source.add_table_asset(name=self.table, table_name=self.table)
            self._batch = asset.add_batch_definition_whole_table(self.table)
        found = self._batch.get_batch().validate(
            suite, result_format=RESULT_FORMAT, expectation_parameters=horizons(made_on)
        )
        return list(found.results)

    def close(self) -> None:
        """Let go of the database."""
        self._source.get_execution_engine().close()


def add_duckdb(context: AbstractDataContext, spill: Path | None = None) -> DuckDBDatasource:
    """Add the data source of the lake to a GX `context`."""
    source: DuckDBDatasource = context.data_sources.add_or_update_duckdb(
        name="lake", connection_string=DATABASE
    )
    memory = os.environ.get("HUB_MEMORY_LIMIT") or "8GB"
    _execute(source, f"SET memory_limit = {literal(memory)}")
    _execute(source, f"SET temp_directory = {literal(str(spill) if spill else '')}")
    _execute(source, "SET autoinstall_known_extensions = false")
    _execute(source, "SET autoload_known_extensions = false")
    return source


def load_rows(source: DuckDBDatasource, table: str, rows: Rows) -> None:
    """Make `table` hold `rows`, in place of others.

    In memory, since GX asks many times, from several connections, and what is encrypted can be
    registered with one of them only; what does not fit goes to the spill.
    """
    with source.get_execution_engine().get_connection() as connection:
        database = connection.connection.driver_connection
        if not isinstance(rows, ds.Dataset):
            if not rows:
                raise FileNotFoundError("the delivery has no Parquet part to run its suite on")
            rows = ds.dataset([str(file) for file in rows])
        database.register("incoming_rows", rows)
        database.execute(f"CREATE OR REPLACE TABLE {table} AS FROM incoming_rows")
        database.unregister("incoming_rows")


def _execute(source: DuckDBDatasource, statement: str) -> None:
    with source.get_execution_engine().get_connection() as connection:
        # SQLAlchemy takes `:name` in text for a parameter.
        connection.execute(sa.text(statement.replace(":", r"\:")))


def rule_results(
    document: str, rules: Sequence[Rule], results: Sequence[ExpectationValidationResult]
) -> tuple[RuleResult, ...]:
    """Return GX's results as counts by rule, in the rules' order."""
    by_key: dict[str, ExpectationValidationResult] = {}
    for result in results:
        configuration = result.expectation_config
        if configuration is not None and configuration.meta:
            by_key[configuration.meta[RULE_KEY]] = result
    rows = tuple(_rule_result(rule, by_key[rule.key]) for rule in rules)
    shape_is_right = all(row.success for row in rows if row.rule in SHAPE_RULES)
    broken = [r.key for r in rules if shape_is_right and _raised(by_key[r.key])]
    if broken:
        raise RuleNotEvaluatedError(
            f"{document}: rules could not be evaluated: {', '.join(broken)}"
        )
    return rows


SHAPE_RULES = ("columns_expected", "types_expected")


def _raised(result: ExpectationValidationResult) -> bool:
    # GX puts one exception in a flat record, several in a record by metric.
    information = result.exception_info or {}
    nested = [value for value in information.values() if isinstance(value, Mapping)]
    return any(entry.get("raised_exception") for entry in (information, *nested))


def _rule_result(rule: Rule, result: ExpectationValidationResult) -> RuleResult:
    found = result.result or {}
    if _raised(result):
        evaluated = unexpected = 0
    elif rule.kind.measure is Measure.TABLE:
        evaluated, unexpected = 1, int(not result.success)
    elif rule.kind.id == "columns_expected":
        mismatched = found.get("details", {}).get("mismatched", {})
        evaluated = rule.columns_expected
        unexpected = sum(len(names) for names in mismatched.values())
    elif rule.kind.measure is Measure.COLUMNS:
        evaluated, unexpected = rule.columns_expected, found["unexpected_count"]
    else:
        # GX adds nothing up to nothing in an empty table.
        evaluated, unexpected = found["element_count"], found["unexpected_count"] or 0
        if rule.kind.measure is Measure.VALUES:
            evaluated -= found["missing_count"] or 0
    return RuleResult(
        rule=rule.kind.id,
        column=rule.column,
        evaluated=evaluated,
        unexpected=unexpected,
        allowed_fraction=rule.allowed_fraction,
        success=bool(result.success),
        severity=rule.kind.severity,
    )
