"""The expectations of this room: Great Expectations' own, told to count and never to fetch.

Here: one subclass of a core expectation a rule kind, and `UnexpectedRowsAtMost`. Never here: SQL
engines (`expectations.engine`), which type has which rule. Next: `expectations.suites` makes
suites of these classes. Loads Great Expectations, so import it inside functions.

Why subclasses: a core expectation plans queries for samples of unexpected values, which must not
leave the database, and computes its configuration anew some hundred times in one validation. With
both taken away a rule costs a third.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from great_expectations.compatibility.pydantic import Field, PrivateAttr
from great_expectations.expectations.core.expect_column_pair_values_a_to_be_greater_than_b import (
    ExpectColumnPairValuesAToBeGreaterThanB,
)
from great_expectations.expectations.core.expect_column_values_to_be_between import (
    ExpectColumnValuesToBeBetween,
)
from great_expectations.expectations.core.expect_column_values_to_be_in_set import (
    ExpectColumnValuesToBeInSet,
)
from great_expectations.expectations.core.expect_column_values_to_match_regex import (
    ExpectColumnValuesToMatchRegex,
)
from great_expectations.expectations.core.expect_column_values_to_not_be_null import (
    ExpectColumnValuesToNotBeNull,
)
from great_expectations.expectations.core.expect_table_columns_to_match_set import (
    ExpectTableColumnsToMatchSet,
)
from great_expectations.expectations.core.expect_table_row_count_to_be_between import (
    ExpectTableRowCountToBeBetween,
)
from great_expectations.expectations.core.unexpected_rows_expectation import (
    UnexpectedRowsExpectation,
)
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.validator.validator import ValidationDependencies

FETCHING_METRICS = (
    "unexpected_values",
    "unexpected_value_counts",
    "unexpected_rows",
    "unexpected_index_list",
    "unexpected_index_query",
    "unexpected_rows_query.table",
)
"""Metrics, by the end of their names, whose answer would be values of rows."""


class CountingExpectation(BatchExpectation):
    """Base of this room's expectations: plans counts only and remembers its configuration."""

    _arguments: dict[str, Any] | None = PrivateAttr(None)

    @property
    def configuration(self) -> ExpectationConfiguration:
        """The configuration, with arguments computed once.

        A new object each time, because GX replaces suite parameters in it in place.
        """
        if self._arguments is None:
            self._arguments = super().configuration.kwargs
        return ExpectationConfiguration(
            type=self.expectation_type,
            kwargs=dict(self._arguments),
            meta=self.meta,
            notes=self.notes,
            description=self.description,
            severity=self.severity,
            id=self.id,
            rendered_content=self.rendered_content,
        )

    def _get_domain_kwargs(self) -> dict[str, Any]:
        return self._given(self.domain_keys)

    def _get_success_kwargs(self) -> dict[str, Any]:
        return self._given((*self.success_keys, *self.domain_keys))

    def _given(self, keys: Iterable[str]) -> dict[str, Any]:
        """Return arguments or their defaults; GX makes a configuration for each of them."""
        arguments = self.configuration.kwargs
        return {
            key: arguments[key] if key in arguments else self._get_default_value(key)
            for key in keys
        }

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name != "_arguments":
            self._arguments = None

    def get_validation_dependencies(self, *args: Any, **kwargs: Any) -> ValidationDependencies:
        """Return the metrics that GX needs, without those that fetch rows."""
        needed = super().get_validation_dependencies(*args, **kwargs)
        needed.metric_configurations = {
            name: metric
            for name, metric in needed.metric_configurations.items()
            if not name.endswith(FETCHING_METRICS)
        }
        return needed

    @classmethod
    def is_abstract(cls) -> bool:
        """Return True for this base, which GX must not register."""
        return cls.__name__ == "CountingExpectation" or super().is_abstract()


class ExpectColumnsOfLakeRow(CountingExpectation, ExpectTableColumnsToMatchSet):
    """Rule `columns_expected`."""


class ExpectRows(CountingExpectation, ExpectTableRowCountToBeBetween):
    """Rule `rows_expected`."""


class ExpectPresence(CountingExpectation, ExpectColumnValuesToNotBeNull):
    """Rules `required_present` and `person_key_present`."""


class ExpectKnownCodes(CountingExpectation, ExpectColumnValuesToBeInSet):
    """Rule `code_known`."""


class ExpectWellFormedCodes(CountingExpectation, ExpectColumnValuesToMatchRegex):
    """Rule `code_well_formed`."""


class ExpectPlausibleRange(CountingExpectation, ExpectColumnValuesToBeBetween):
    """Rules `date_plausible`, `amount_possible` and `amount_scaled`."""


class ExpectOrderedValidity(CountingExpectation, ExpectColumnPairValuesAToBeGreaterThanB):
    """Rule `validity_ordered`."""


class UnexpectedRowsAtMost(CountingExpectation, UnexpectedRowsExpectation):
    """Expect the query to find at most the share `1 - mostly` of the table's rows."""

    mostly: float = Field(1.0, ge=0.0, le=1.0, description="Share of rows that must be expected.")

    metric_dependencies: ClassVar[tuple[str, ...]] = (
        "unexpected_rows_query.row_count",
        "table.row_count",
    )
    success_keys: ClassVar[tuple[str, ...]] = ("unexpected_rows_query", "mostly")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002 - GX passes it
        execution_engine: Any = None,  # noqa: ARG002 - GX passes it
    ) -> dict[str, Any]:
        unexpected: int = metrics["unexpected_rows_query.row_count"]
        rows: int = metrics["table.row_count"]
        success = unexpected == 0 or (rows > 0 and (rows - unexpected) / rows >= self.mostly)
        return {
            "success": success,
            "result": {
                "observed_value": unexpected,
                "element_count": rows,
                "unexpected_count": unexpected,
            },
        }
