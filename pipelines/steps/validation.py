"""The gate between lake and families: a delivery's suite is run and its verdict written down.

Never here: rules (`expectations.rules`) or Great Expectations (`expectations.engine`). A delivery
whose blocking expectations fail is stopped; nothing of it reaches a family table.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from expectations.results import RuleNotEvaluatedError
from hub.catalogue import DocumentType, SchemaVersion
from pipelines.steps.context import NightContext
from warehouse.lake import delivery_parts
from warehouse.ledger import DeliveryRecord, ExpectationResult


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a suite said of one delivery."""

    evaluated: int
    unsuccessful: int
    failed_rules: tuple[str, ...]

    @property
    def blocks(self) -> bool:
        """Whether the delivery may not go on."""
        return bool(self.failed_rules)

    def describe(self) -> str:
        """Name the failed rules; no value of the data."""
        return "blocking expectations failed: " + ", ".join(self.failed_rules)


def validate_delivery(
    context: NightContext,
    document: DocumentType,
    version: SchemaVersion,
    folder: Path,
    record: DeliveryRecord,
) -> Verdict:
    """Run the suite of `document` on the delivery in `folder` and enter the results."""
    rows = context.zone.dataset(delivery_parts(folder))
    try:
        result = context.validator.validate(document, version, rows, record.made_at)
    except RuleNotEvaluatedError as error:
        # A gate that cannot be asked stays shut, and the rest of the night goes on.
        return Verdict(0, 1, (f"not evaluated: {error}",))
    results = [
        ExpectationResult(
            record.delivery_id,
            row.rule,
            row.column or "",
            row.evaluated,
            row.unexpected,
            round(row.allowed_fraction * 1_000_000),
            row.success,
            row.severity.value,
        )
        for row in result.rows
    ]
    context.ledger.record_expectations(record.delivery_id, results)
    failed = tuple(
        f"{row.rule}({row.column})" if row.column else row.rule for row in result.blocking_failures
    )
    return Verdict(len(results), sum(not row.success for row in results), failed)
