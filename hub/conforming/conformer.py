"""The conformer of one document type and schema version: raw batch in, lake rows out.

Here: telling blanks from broken values, row conservation in rows and won. Never here: how a column
is converted (`hub.conforming.conversions`), formats of values (`hub.conforming.values`), files.
Next: `warehouse.lake` writes what is accepted and quarantined.

Conversion runs in two passes. The fast pass converts all columns as they are. Only a column in
which that leaves more nulls than the sender did is converted again with spaces and hyphens
removed, and what is still null then breaks its rule.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Protocol

import numpy as np
import polars as pl

from hub.catalogue import RECORD_ACTION, CodeSet, DocumentType, Family, Format, SchemaVersion
from hub.conforming import values
from hub.conforming.conversions import Compiler, Conversion
from hub.conforming.repetitions import RepetitionFinder
from hub.conforming.values import Rule
from hub.delivery import LINE, RawBatch, Reject

LATEST_DAY = dt.date(2029, 12, 31)
NEVER_SUPERSEDED = ("reversal", "cancel")
"""Record actions that are additive or void another row: two equal ones mean two."""

QUARANTINE_SCHEMA = pl.Schema(
    {
        "line": pl.Int64,
        "column": pl.String,
        "rule": pl.String,
        "detail": pl.String,
        "amount": pl.Int64,
    }
)
"""One row is one refused row of a delivery; the archive holds the row itself."""


class Tokeniser(Protocol):
    """What turns national IDs into tokens; `warehouse.vault` has the real one."""

    def tokens(self, ids: pl.Series) -> pl.Series:
        """Return the token (Binary, 16 bytes) of each thirteen-digit ID; null stays null."""
        ...


@dataclass(slots=True)
class ConformedBatch:
    """One batch after conforming; amounts in won.

    received = accepted + quarantined + superseded, in rows and in won. Amounts that cannot be read
    count as nothing on both sides.
    """

    accepted: pl.DataFrame
    """Lake rows: see docs/architecture.md."""
    quarantined: pl.DataFrame
    """line, column, rule, detail, amount; a row once, under its first broken rule."""
    received_rows: int
    received_amount: int
    accepted_amount: int
    quarantined_amount: int
    superseded_rows: int
    superseded_amount: int


@dataclass(frozen=True, slots=True)
class _Failure:
    mask: pl.Series
    column: str
    rule: Rule


class Conformer:
    """Conforms the batches of one delivery; make a new one for each delivery."""

    def __init__(
        self,
        document: DocumentType,
        version: SchemaVersion,
        family: Family,
        code_sets: Mapping[str, CodeSet],
        tokeniser: Tokeniser,
        *,
        made_on: dt.date = LATEST_DAY,
    ) -> None:
        """Compile the expressions of `version`.

        `made_on` is the delivery's day; a two-digit year of birth is never after its year.
        """
        self._tokeniser = tokeniser
        compiler = Compiler(version, family, code_sets, made_on)
        self._conversions = [compiler.compile(column) for column in version.columns]
        self._fast = [conversion.fast for conversion in self._conversions]
        steps = zip_longest(*(each.derived for each in self._conversions), fillvalue=())
        self._derived = [[expr for exprs in step for expr in exprs] for step in steps]
        self._names = [column.name for column in version.columns]
        self._has_action = version.by_canonical(RECORD_ACTION) is not None
        self._amount = document.amount_column
        if self._amount is not None and version.by_canonical(self._amount) is None:
            self._amount = None
        sent = {column.canonical for column in version.columns}
        self._constants: dict[str, str] = {
            canonical: word
            for canonical, word in document.constants.items()
            if canonical not in sent
        }
        self._lake_columns = ["line", RECORD_ACTION]
        for conversion in self._conversions:
            self._lake_columns += [o for o in conversion.outputs if o != RECORD_ACTION]
        self._lake_columns += list(self._constants)
        self._repetitions = RepetitionFinder()

    def conform(self, batch: RawBatch) -> ConformedBatch:
        """Convert one batch; batches must come in the order of their lines."""
        frame = batch.frame
        converted = frame.select(self._fast)
        for step in self._derived:
            converted = converted.with_columns(step)
        failures: list[_Failure] = []
        for conversion in self._conversions:
            converted = self._check(conversion, frame, converted, failures)
        amounts = (
            converted.get_column(self._amount)
            if self._amount is not None
            else pl.Series([None] * frame.height, dtype=pl.Int64)
        )
        quarantined, is_good = self._quarantine(frame, amounts, failures, batch.rejects)
        is_superseded = self._find_superseded(frame, converted, is_good)
        keep = is_good & ~is_superseded
        accepted = self._lake_rows(frame, converted, keep)
        return ConformedBatch(
            accepted=accepted,
            quarantined=quarantined,
            received_rows=frame.height + len(batch.rejects),
            received_amount=_sum(amounts),
            accepted_amount=_sum(amounts.filter(keep)),
            quarantined_amount=_sum(quarantined.get_column("amount")),
            superseded_rows=int(is_superseded.sum()),
            superseded_amount=_sum(amounts.filter(is_superseded)),
        )

    def _check(
        self,
        conversion: Conversion,
        frame: pl.DataFrame,
        converted: pl.DataFrame,
        failures: list[_Failure],
    ) -> pl.DataFrame:
        """Convert again what the fast pass could not, and note the rows that break the rule."""
        name = conversion.column.name
        raw, value = frame.get_column(name), converted.get_column(conversion.checked)
        if conversion.rule is None and (value == "").any():
            value = value.replace("", None)
            converted = converted.with_columns(value)
        if conversion.rule is not None and value.null_count() > raw.null_count():
            text = raw.str.strip_chars()
            # Step by step: one expression would work out the tidy text anew wherever it is used.
            tidied = text.to_frame().with_columns(conversion.tidy)
            others = [column for column in frame.iter_columns() if column.name != name]
            again = tidied.with_columns(others).select(conversion.fast)
            for step in conversion.derived:
                again = again.with_columns(step)
            converted = converted.with_columns(again)
            value = converted.get_column(conversion.checked)
            bad = value.is_null() & (text != "").fill_null(value=False)
            if bad.any():
                failures.append(_Failure(bad, name, conversion.rule))
        if conversion.is_prose:
            holds_id = values.holds_id(value)
            if holds_id is not None and holds_id.any():
                failures.append(_Failure(holds_id, name, values.ID_IN_TEXT))
        if conversion.column.required and value.null_count():
            missing = (raw.str.strip_chars() == "").fill_null(value=True)
            if missing.any():
                rule = Rule("required_missing", "expected a value")
                failures.append(_Failure(missing, name, rule))
        return converted

    def _quarantine(
        self,
        frame: pl.DataFrame,
        amounts: pl.Series,
        failures: list[_Failure],
        rejects: list[Reject],
    ) -> tuple[pl.DataFrame, pl.Series]:
        """Return the quarantine rows and which rows are good; the first broken rule counts."""
        is_good = pl.repeat(value=True, n=frame.height, dtype=pl.Boolean, eager=True)
        parts: list[pl.DataFrame] = []
        for failure in failures:
            first = failure.mask & is_good
            if not first.any():
                continue
            is_good = is_good & ~failure.mask
            parts.append(
                pl.DataFrame({"line": frame.get_column(LINE).filter(first)}).with_columns(
                    pl.lit(failure.column).alias("column"),
                    pl.lit(failure.rule.code).alias("rule"),
                    pl.lit(failure.rule.detail).alias("detail"),
                    amounts.filter(first).alias("amount"),
                )
            )
        if rejects:
            rows = [(each.line, each.column, each.rule, each.detail, None) for each in rejects]
            parts.append(pl.DataFrame(rows, schema=QUARANTINE_SCHEMA, orient="row"))
        if not parts:
            return pl.DataFrame(schema=QUARANTINE_SCHEMA), is_good
        return pl.concat([part.cast(QUARANTINE_SCHEMA) for part in parts]).sort("line"), is_good

    def _find_superseded(
        self, frame: pl.DataFrame, converted: pl.DataFrame, is_good: pl.Series
    ) -> pl.Series:
        may_repeat = is_good
        if self._has_action:
            action = converted.get_column(RECORD_ACTION)
            may_repeat = is_good & ~action.is_in(NEVER_SUPERSEDED).fill_null(value=False)
        rows = frame.select(self._names)
        if may_repeat.all():
            return pl.Series(self._repetitions.find(rows))
        repeats = np.zeros(frame.height, dtype=np.bool_)
        repeats[may_repeat.to_numpy()] = self._repetitions.find(rows.filter(may_repeat))
        return pl.Series(repeats)

    def _lake_rows(
        self, frame: pl.DataFrame, converted: pl.DataFrame, keep: pl.Series
    ) -> pl.DataFrame:
        rows = converted.with_columns(frame.get_column(LINE).alias("line"))
        if not keep.all():
            rows = rows.filter(keep)
        tokens = [
            self._tokens(conversion, rows).alias(conversion.token)
            for conversion in self._conversions
            if conversion.token is not None
        ]
        action = pl.col(RECORD_ACTION).fill_null("new") if self._has_action else pl.lit("new")
        constants = [pl.lit(word).alias(name) for name, word in self._constants.items()]
        rows = rows.with_columns(*tokens, action.alias(RECORD_ACTION), *constants)
        return rows.select(self._lake_columns)

    def _tokens(self, conversion: Conversion, rows: pl.DataFrame) -> pl.Series:
        if conversion.column.format is Format.ID_MASKED:
            return pl.repeat(None, rows.height, dtype=pl.Binary, eager=True)
        ids = rows.get_column(conversion.column.canonical)
        well_formed = rows.get_column(conversion.checked)
        if well_formed.null_count() > ids.null_count():
            # Blanks: a malformed ID is not among the accepted rows.
            ids = ids.to_frame().select(pl.when(well_formed.is_not_null()).then(pl.all()))[:, 0]
        return self._tokeniser.tokens(ids)


def _sum(amounts: pl.Series) -> int:
    """Sum without overflow: 64-bit amounts of many rows need more than 64 bits."""
    return int(amounts.cast(pl.Int128).sum() or 0)
