"""How facts are drafted: pick people, say what is true of them, and get the family's columns.

Here: `Draft`, the one way in which the modules beside it write facts. Never here: what is true
of anybody. Next: `family_facts` returns the finished frame.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from hub.catalogue import DocumentType, Family, Kind
from sources.country.facts.spells import REASONS, end_some_spells, order_spells
from sources.country.population import Country
from sources.registry import load_catalogue

DTYPES: dict[Kind, pl.DataType] = {
    Kind.ID: pl.String(),
    Kind.TEXT: pl.String(),
    Kind.KEY: pl.String(),
    Kind.CODE: pl.String(),
    Kind.DATE: pl.Date(),
    Kind.MONTH: pl.Date(),
    Kind.YEAR: pl.Int32(),
    Kind.KRW: pl.Int64(),
    Kind.INT: pl.Int64(),
    Kind.DECIMAL: pl.Float64(),
    Kind.BOOL: pl.Boolean(),
}

NAME_COLUMNS = frozenset(
    {"full_name", "owner_name", "tenant_name", "holder_name", "debtor_name", "taxpayer_name",
     "representative_name"}
)  # fmt: skip

FULL_TOWN, FEWEST_IN_FULL_TOWN = 15_000, 26
"""People from whom on rare facts are told of so many people at least."""

KNOWN_TO_PAYERS = frozenset({"F34", "F35"})
"""Families that know carriers of D08, of whom nothing else is known."""

Column = pl.Expr | pl.Series | str | int | float | bool | dt.date | None
"""What `Draft.add` takes for a column: an expression over the rows, a series, or one value."""

Columns = dict[str, Column]


class Draft:
    """Collects facts of one family; every `add` says which document types hold its rows."""

    def __init__(self, country: Country, family: str) -> None:
        self.country = country
        self.people = country.people
        self.as_of = country.as_of
        catalogue = load_catalogue()
        self.family: Family = catalogue.families[family]
        self.documents: dict[str, DocumentType] = {d.code: d for d in catalogue.by_family[family]}
        self.rng = np.random.default_rng([country.seed, int(family[1:])])
        self._parts: list[pl.DataFrame] = []

    # Days and months

    def months(self, count: int = 3) -> list[dt.date]:
        """First days of the last `count` whole months before the country's day, oldest first."""
        month = self.as_of.replace(day=1)
        found: list[dt.date] = []
        for _ in range(count):
            month = (month - dt.timedelta(days=1)).replace(day=1)
            found.append(month)
        return found[::-1]

    @property
    def last_month_end(self) -> dt.date:
        """Last day of the month before."""
        return self.as_of.replace(day=1) - dt.timedelta(days=1)

    @property
    def last_year(self) -> int:
        """The last whole calendar year."""
        return self.as_of.year - 1

    def each_month(self, frame: pl.DataFrame, count: int = 3) -> pl.DataFrame:
        """`frame` once for each of the last months, with the column `period`."""
        months = pl.DataFrame({"period": pl.Series(self.months(count), dtype=pl.Date)})
        return frame.join(months, how="cross")

    # Chance

    def integers(self, frame: pl.DataFrame, low: int, high: int) -> pl.Series:
        """A whole number of [low, high) for each row."""
        return pl.Series(self.rng.integers(low, high, len(frame)))

    def chance(self, frame: pl.DataFrame) -> pl.Series:
        """A number of [0, 1) for each row."""
        return pl.Series(self.rng.random(len(frame)))

    def days_ago(self, frame: pl.DataFrame, low: int, high: int) -> pl.Series:
        """A day between `low` and `high` days before the country's day for each row."""
        days = self.rng.integers(low, high, len(frame)).astype("timedelta64[D]")
        return pl.Series(np.datetime64(self.as_of, "D") - days)

    def won(
        self, frame: pl.DataFrame, median: float, spread: float = 0.5, unit: int = 1_000
    ) -> pl.Series:
        """An amount around `median` won for each row (log-normal), in whole `unit` won."""
        amounts = np.exp(self.rng.normal(np.log(median), spread, len(frame)))
        return pl.Series((amounts // unit).astype(np.int64) * unit)

    def keys(
        self, frame: pl.DataFrame, width: int, pool: int | None = None, prefix: str = ""
    ) -> pl.Series:
        """A number of `width` digits for each row: distinct, or one of `pool` numbers."""
        span = 10**width - 10 ** (width - 1) - 7
        if pool is None:
            serial = (np.arange(len(frame)) * 7_654_321 + int(self.rng.integers(0, span))) % span
        else:
            serial = (self.rng.integers(0, pool, len(frame)) + 1) * 982_451_653 % span
        return pl.Series(serial + 10 ** (width - 1)).cast(pl.String).str.replace("^", prefix)

    def choice(
        self, frame: pl.DataFrame, words: Sequence[str], shares: Sequence[float] | None = None
    ) -> pl.Series:
        """One of `words` for each row; without `shares` the first words are the likelier ones."""
        weights = np.array(
            shares if shares is not None else [1.0 / (i + 1.5) for i in range(len(words))]
        )
        drawn = self.rng.choice(len(words), len(frame), p=weights / weights.sum())
        return pl.Series(list(words), dtype=pl.String).gather(drawn)

    # Vocabulary

    def words(self, document: str, column: str) -> list[str]:
        """Canonical words of the document type's code list, in the sender's order."""
        constant = self.documents[document].constants.get(column)
        if constant is not None:
            return [constant]
        for version in reversed(self.documents[document].versions):
            found = version.by_canonical(column)
            if found is not None and found.codes:
                return list(dict.fromkeys(found.codes.values()))
        return []

    def word(self, document: str, column: str, *wanted: str) -> str | None:
        """The first of `wanted` that the document type knows, else its first word."""
        known = self.words(document, column)
        return next((word for word in wanted if word in known), known[0] if known else None)

    def known_to(
        self, frame: pl.DataFrame, document: str, column: str, source: str
    ) -> pl.DataFrame:
        """Rows whose word in `source` the document type's list of `column` knows."""
        words = self.words(document, column)
        return frame.filter(pl.col(source).is_in(words)) if words else frame

    # People

    def pick(
        self,
        condition: pl.Expr | None = None,
        share: float = 1.0,
        at_least: int = 8,
        *,
        with_planted: bool = False,
        with_dead: bool = False,
    ) -> pl.DataFrame:
        """People of `condition`: a random `share`, but `at_least` so many where there are any.

        In a town of some size even rare documents have a few pages.
        """
        if at_least > 1 and len(self.people) >= FULL_TOWN:
            at_least = max(at_least, FEWEST_IN_FULL_TOWN)
        mask = pl.lit(value=True) if condition is None else condition.fill_null(value=False)
        if not with_dead:
            mask = mask & pl.col("is_alive")
        if not with_planted:
            mask = mask & pl.col("planted_rule").is_null()
        found = self.people.select(mask.alias("mask"))["mask"].arg_true()
        wanted = min(len(found), max(round(share * len(found)), at_least))
        if wanted < len(found):
            found = found.gather(np.sort(self.rng.choice(len(found), wanted, replace=False)))
        return self.people[found]

    def planted(self, rule: str) -> pl.DataFrame:
        """People who carry the planted pattern of a detection rule."""
        return self.people.filter(pl.col("planted_rule") == rule)

    # Facts

    def add(self, frame: pl.DataFrame, *documents: str, **columns: Column) -> None:
        """Add a fact for each row of `frame`, held by `documents`.

        `frame` has `person_number` and any columns that expressions in `columns` use. The main
        ID and the person's name come from the person; a further ID column `x` is given as
        `x_person_number`. Codes that are not given are drawn from the documents' code lists, and
        given words that a list does not know are replaced by words that it knows.
        """
        known = [document for document in documents if document in self.documents]
        if not known or frame.is_empty():
            return
        given = [
            value.alias(name)
            if isinstance(value, pl.Expr | pl.Series)
            else pl.lit(value).alias(name)
            for name, value in columns.items()
        ]
        made = frame.with_columns(given)
        made = self._with_person(made, columns)
        picked: list[pl.Expr] = []
        for column in self.family.columns:
            dtype = DTYPES[column.kind]
            if column.kind is Kind.CODE:
                made = self._with_code(made, column.name, known, is_given=column.name in columns)
            is_from_person = column.kind in (Kind.ID, Kind.CODE) or column.name in NAME_COLUMNS
            if column.name in columns or (is_from_person and column.name in made.columns):
                picked.append(pl.col(column.name).cast(dtype))
            else:
                picked.append(pl.lit(None, dtype=dtype).alias(column.name))
        numbers = [f"{name}_person_number" for name in self._further_ids()]
        picked += [
            pl.col(number).cast(pl.Int64)
            if number in made.columns
            else pl.lit(None, pl.Int64).alias(number)
            for number in numbers
        ]
        carried = pl.lit(pl.Series([known]))
        self._parts.append(
            made.select(
                *picked, pl.col("person_number").cast(pl.Int64), carried.first().alias("carried_by")
            )
        )

    def _further_ids(self) -> list[str]:
        ids = [column.name for column in self.family.columns if column.kind is Kind.ID]
        return ids[1:]

    def _with_person(self, made: pl.DataFrame, columns: dict[str, Column]) -> pl.DataFrame:
        main = self.family.person_column
        numbers = made["person_number"].cast(pl.Int64)
        exprs: list[pl.Series] = []
        if main is not None and main not in columns:
            exprs.append(self.people["national_id"].gather(numbers).alias(main))
        names = [
            column.name
            for column in self.family.columns
            if column.name in NAME_COLUMNS and column.name not in columns
        ]
        exprs += [self.people["full_name"].gather(numbers).alias(name) for name in names]
        for name in self._further_ids():
            number = f"{name}_person_number"
            if number in made.columns and name not in columns:
                others = made[number].cast(pl.Int64)
                exprs.append(self.people["national_id"].gather(others.cast(pl.UInt32)).alias(name))
        return made.with_columns(exprs)

    def _with_code(
        self, made: pl.DataFrame, name: str, documents: list[str], *, is_given: bool
    ) -> pl.DataFrame:
        lists = [words for words in (self.words(document, name) for document in documents) if words]
        if not lists:
            return made if is_given else made.drop(name, strict=False)
        shared = [word for word in lists[0] if all(word in words for words in lists[1:])] or lists[
            0
        ]
        drawn = self.choice(made, shared).alias("_drawn")
        if not is_given:
            return made.with_columns(drawn.alias(name))
        fits = pl.col(name).is_null() | pl.col(name).cast(pl.String).is_in(shared)
        return made.with_columns(
            pl.when(fits).then(pl.col(name).cast(pl.String)).otherwise(drawn).alias(name)
        )

    def _with_ends(self, made: pl.DataFrame) -> pl.DataFrame:
        numbers = made["person_number"].cast(pl.Int64).cast(pl.UInt32)
        is_ordinary = self.people["planted_rule"].is_null().gather(numbers)
        words = {
            name: {d: next(iter(self.words(d, name)), None) for d in self.documents}
            for name in REASONS
            if name in made.columns
        }
        ordered = order_spells(made, self.family)
        return end_some_spells(
            ordered, self.family, is_ordinary, words, self.as_of, self.country.seed
        )

    def _ghosts(self) -> pl.Series:
        return self.planted("D08")["person_number"].implode()

    def frame(self) -> pl.DataFrame:
        """The finished facts in a fixed order; one row for each natural key and carrier."""
        if self._parts:
            made = pl.concat(self._parts)
            if self.family.code not in KNOWN_TO_PAYERS:
                is_ghost = pl.col("person_number").is_in(self._ghosts()).fill_null(value=False)
                made = made.filter(~is_ghost)
            return self._with_ends(made)
        schema: dict[str, Any] = {
            column.name: DTYPES[column.kind] for column in self.family.columns
        }
        schema |= {f"{name}_person_number": pl.Int64() for name in self._further_ids()}
        return pl.DataFrame(
            schema=schema | {"person_number": pl.Int64(), "carried_by": pl.List(pl.String)}
        )
