"""The rule vocabulary: what may be asked of a delivery, once for GX and once for DuckDB.

Here: every rule kind (id, meaning, severity) and `Rule`, one kind on one column, which knows its
Great Expectations class with arguments and the DuckDB predicate that counts the same unexpected
rows. Never here: Great Expectations itself (its import takes seconds) or which type gets which
rule (`expectations.derivation`). Next: `expectations.suites` makes GX suites of these rules;
`docs/expectations.md` explains each id to auditors.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from expectations.results import Severity
from hub import quoting


class Measure(StrEnum):
    """What a rule counts, and so what its allowed fraction is a fraction of."""

    VALUES = "values"
    """Rows in which the rule's columns are written."""
    ROWS = "rows"
    """All rows."""
    COLUMNS = "columns"
    """Columns of the lake row."""
    TABLE = "table"
    """The delivery as a whole: one."""


class Horizon(StrEnum):
    """How late a date may be, as the name of a GX suite parameter."""

    PAST = "latest_past_day"
    START = "latest_start_day"
    END = "latest_end_day"
    YEAR = "latest_year"


def horizons(made_on: dt.date) -> dict[str, dt.date | int]:
    """Return the value of each `Horizon` for a delivery made on `made_on`.

    What happened may lie a month ahead (payments are announced), what begins a year, what ends
    or matures sixty years (mortgages run for fifty).
    """
    return {
        Horizon.PAST.value: made_on + dt.timedelta(days=31),
        Horizon.START.value: made_on + dt.timedelta(days=366),
        Horizon.END.value: made_on + dt.timedelta(days=60 * 366),
        Horizon.YEAR.value: made_on.year + 1,
    }


@dataclass(frozen=True, slots=True)
class RuleKind:
    """One entry of the vocabulary."""

    id: str
    meaning: str
    expectation: str
    """Class in `expectations.counting`: a core expectation of GX that only counts."""
    severity: Severity
    measure: Measure


_NOT_NULL = "ExpectPresence"
_BETWEEN = "ExpectPlausibleRange"
ROWS_QUERY = "UnexpectedRowsAtMost"
"""This room's expectation: at most a fraction of the rows meets a SQL condition."""

RULE_KINDS: Mapping[str, RuleKind] = {
    kind.id: kind
    for kind in (
        RuleKind(
            "columns_expected",
            "The lake row has every column of its schema version and no other.",
            "ExpectColumnsOfLakeRow",
            Severity.CRITICAL,
            Measure.COLUMNS,
        ),
        RuleKind(
            "types_expected",
            "Every column has the type that its kind has in the lake.",
            ROWS_QUERY,
            Severity.CRITICAL,
            Measure.COLUMNS,
        ),
        RuleKind(
            "rows_expected",
            "A delivery of the full state has at least one row.",
            "ExpectRows",
            Severity.CRITICAL,
            Measure.TABLE,
        ),
        RuleKind(
            "required_present",
            "A column that the catalogue requires is never empty.",
            _NOT_NULL,
            Severity.CRITICAL,
            Measure.ROWS,
        ),
        RuleKind(
            "code_known",
            "A code is one of the words of its list.",
            "ExpectKnownCodes",
            Severity.CRITICAL,
            Measure.VALUES,
        ),
        RuleKind(
            "code_well_formed",
            "A code of an open list has the form that the list's issuer gives its codes.",
            "ExpectWellFormedCodes",
            Severity.CRITICAL,
            Measure.VALUES,
        ),
        RuleKind(
            "date_plausible",
            "A date, month or year is not before 1850 and not too far after the delivery was made.",
            _BETWEEN,
            Severity.CRITICAL,
            Measure.VALUES,
        ),
        RuleKind(
            "validity_ordered",
            "What a row says does not end before it begins.",
            "ExpectOrderedValidity",
            Severity.CRITICAL,
            Measure.VALUES,
        ),
        RuleKind(
            "amount_possible",
            "An amount is no larger than any one person or business could have.",
            _BETWEEN,
            Severity.CRITICAL,
            Measure.VALUES,
        ),
        RuleKind(
            "amount_scaled",
            "Most amounts are in the range that is usual for won, so the unit was not mistaken.",
            _BETWEEN,
            Severity.CRITICAL,
            Measure.VALUES,
        ),
        RuleKind(
            "person_key_present",
            "Most rows have the national ID that their type is keyed by.",
            _NOT_NULL,
            Severity.CRITICAL,
            Measure.ROWS,
        ),
        RuleKind(
            "person_identifiable",
            "A row has a national ID or a name, so that the person index can look for its person.",
            ROWS_QUERY,
            Severity.CRITICAL,
            Measure.ROWS,
        ),
        RuleKind(
            "natural_key_unique",
            "New rows do not repeat a natural key within one delivery.",
            ROWS_QUERY,
            Severity.WARNING,
            Measure.ROWS,
        ),
    )
}


def literal(value: str | int | dt.date) -> str:
    """Return `value` as a DuckDB literal."""
    if isinstance(value, dt.date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, int):
        return str(value)
    return quoting.literal(value)


@dataclass(frozen=True)
class Rule:
    """One rule kind on one column (or table) of one document type."""

    kind: RuleKind
    columns: tuple[str, ...]
    """Lake columns; none where the rule is about the table."""
    condition: str
    """DuckDB condition that is true for an unexpected row; `$name` stands for a horizon.
    For rules about columns or the table: a query of one number."""
    arguments: Mapping[str, object] = field(default_factory=dict)
    """Arguments of the GX expectation, without `mostly`; a horizon as `{"$PARAMETER": name}`."""
    allowed_fraction: float = 0.0
    columns_expected: int = 0
    """Number of columns, for rules that measure columns."""

    @property
    def key(self) -> str:
        """Return a name that no other rule of the suite has."""
        return ":".join((self.kind.id, *self.columns))

    @property
    def column(self) -> str | None:
        """Return the columns as one text, or None."""
        return ", ".join(self.columns) or None

    def unexpected_count_sql(self, relation: str, made_on: dt.date) -> str:
        """Return the query that counts unexpected rows (columns, tables) of `relation`."""
        condition = self.condition
        for name, value in horizons(made_on).items():
            condition = re.sub(rf"\${name}\b", literal(value), condition)
        if self.kind.measure in (Measure.COLUMNS, Measure.TABLE) or "{batch}" in condition:
            return f"SELECT count(*) FROM ({condition.format(batch=relation)})"
        return f"SELECT count(*) FROM {relation} WHERE {condition}"

    def evaluated_count_sql(self, relation: str) -> str:
        """Return the query that counts what the rule speaks of."""
        if self.kind.measure is Measure.COLUMNS:
            return f"SELECT {self.columns_expected}"
        if self.kind.measure is Measure.TABLE:
            return "SELECT 1"
        if self.kind.measure is Measure.ROWS:
            return f"SELECT count(*) FROM {relation}"
        written = " AND ".join(f"{quoting.name(column)} IS NOT NULL" for column in self.columns)
        return f"SELECT count(*) FROM {relation} WHERE {written}"
