"""What came out of a suite: counts by rule, and nothing of the data.

Here: frozen results that the ledger, the Dagster check and the command line can show to anyone.
Never here: a value of a row, Great Expectations. Next: `pipelines` blocks a delivery on
`SuiteResult.success` and the ledger keeps the rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from hub.catalogue import DocumentType, SchemaVersion

if TYPE_CHECKING:
    import pyarrow.dataset as ds


class Severity(StrEnum):
    """What a broken rule does: `critical` blocks the delivery, `warning` is only shown."""

    CRITICAL = "critical"
    WARNING = "warning"


class RuleNotEvaluatedError(Exception):
    """Great Expectations could not evaluate a rule although the delivery has the right shape."""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule on one column of one delivery."""

    rule: str
    column: str | None
    """Lake column, several joined by a comma, or None where the rule is about the table."""
    evaluated: int
    """Rows (or columns, for rules about the table's shape) that the rule speaks of."""
    unexpected: int
    allowed_fraction: float
    success: bool
    severity: Severity

    @property
    def blocks(self) -> bool:
        """True where this result keeps the delivery out of the night."""
        return not self.success and self.severity is Severity.CRITICAL


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """One suite on one delivery."""

    document: str
    rows: tuple[RuleResult, ...]

    @property
    def success(self) -> bool:
        """True where no critical rule is broken; broken warnings do not count."""
        return not self.blocking_failures

    @property
    def blocking_failures(self) -> tuple[RuleResult, ...]:
        """The broken critical rules."""
        return tuple(row for row in self.rows if row.blocks)

    @property
    def warnings(self) -> tuple[RuleResult, ...]:
        """The broken rules that do not block."""
        return tuple(row for row in self.rows if not row.success and not row.blocks)

    def records(self) -> list[dict[str, object]]:
        """Return the rows as plain records, for the ledger, a check's metadata or JSON."""
        return [{"document_type": self.document, **asdict(row)} for row in self.rows]


Rows: TypeAlias = "Sequence[Path] | ds.Dataset"
"""The rows of a delivery: Parquet files that DuckDB can read, or what opens those that it cannot."""


@dataclass(frozen=True, slots=True)
class LandedDelivery:
    """What a suite is run on: the accepted rows of one delivery in the lake."""

    document: DocumentType
    version: SchemaVersion
    rows: Rows
    """All parts, without `quarantine.parquet`."""
    made_at: dt.datetime
