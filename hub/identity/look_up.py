"""Who is this? One raw record against the index of a release, in milliseconds.

Here: what a look-up needs prepared, the candidates of one record, and the answer. Never here: files
(`warehouse.look_up_files` keeps what is prepared) or what a pair is worth (`look_up_score`). Next:
`hub index find` prints the answer; a service may keep one `IndexLookUp` open.

Which of several people it is, the weights against strangers decide: one dwelling is then a reason
for somebody. That it is anybody at all, the match weight must say, which also beats a household.

The index's own blocking rules find the candidates: the keys of every rule lie sorted beside the
places of their records, and a key is found by binary search. Blocks are taken smallest first until
`CANDIDATE_LIMIT` candidates; rules whose block no longer fits are named in the answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from hub.identity.blocking import BLOCKING_RULES, BlockingRule, key_sql
from hub.identity.comparisons import RECORD_COLUMNS, comparison_of
from hub.identity.linkage_model import LinkageModel
from hub.identity.look_up_score import look_up_sql
from hub.identity.pair_explanation import NOTHING_TO_COMPARE
from hub.identity.pair_weight import compared_columns, frequency_column
from hub.identity.resolution import Thresholds
from hub.identity.standard import standardise_record
from hub.identity.statements import keep, run

if TYPE_CHECKING:
    import duckdb

CANDIDATE_LIMIT = 500
"""Candidates that are scored for one record; more find nobody else (docs/person-index-accuracy.md)."""

Keys = tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]
"""Of one rule: key hashes in ascending order, and the place of the record of each."""


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person who may be meant; weights are bits.

    `match_weight` is the highest of the person's records, as for the index; all else is told of the
    record with the highest `stranger_weight`.
    """

    person_id: str
    match_weight: float
    stranger_weight: float
    household_weight: float
    levels: Mapping[str, str]
    """Comparison to the level of agreement that is reached."""
    level_weights: Mapping[str, float]
    """Comparison to its weight against strangers."""


@dataclass(frozen=True, slots=True)
class LookUpAnswer:
    """Who it is: `people`, best first.

    `verdict`: `found` (the first reaches the join weight, and nobody else is near), `ambiguous`
    (another who reaches it is within the margin of the first, or the first does not reach it and
    another does), `nobody` (none reaches it), or
    `too_little` (the record says nothing that anybody could be found by).
    """

    verdict: str
    people: tuple[FoundPerson, ...]
    candidates: int
    rules_skipped: tuple[str, ...] = field(default=())
    """Blocking rules whose key is shared by too many to compare them all."""

    @property
    def is_ambiguous(self) -> bool:
        """Whether several people fit about equally well."""
        return self.verdict == "ambiguous"


def make_look_up_records(connection: duckdb.DuckDBPyConnection, model: LinkageModel) -> None:
    """Make the temporary table `look_up_record`: everything that can be found, with its place.

    People born on one day lie side by side, so that the candidates of a question are read from few
    places of the disk.

    `connection` holds `linkage_record`, `number_neighbour` and `entity_cluster` with `person_id`.
    """
    joins, frequencies = [], []
    for column, known in model.frequencies.items():
        keep(
            connection,
            f"known_{column}",
            pl.DataFrame(
                {"value": list(known), "frequency": list(known.values())},
                schema={"value": pl.String, "frequency": pl.Float64},
            ),
        )
        joins.append(f"LEFT JOIN known_{column} AS f_{column} ON f_{column}.value = r.{column}")
        frequencies.append(
            f", CASE WHEN r.{column} IS NOT NULL"
            f" THEN coalesce(f_{column}.frequency, {model.rare[column]!r}) END"
            f" AS {frequency_column(column)}"
        )
    columns = ", ".join(f"r.{column}" for column in RECORD_COLUMNS if column != "number_near")
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE look_up_record AS
        SELECT
            (row_number() OVER (ORDER BY r.birth_digits, r.name_key, r.record_id) - 1)::UINTEGER AS place,
            r.record_id, r.entity_id, c.person_id, {columns}, n.number_near{"".join(frequencies)}
        FROM linkage_record AS r
        JOIN entity_cluster AS c ON c.entity_id = r.entity_id
        LEFT JOIN number_neighbour AS n ON n.number = r.number
        {" ".join(joins)}
        WHERE c.person_id IS NOT NULL
        """,
    )


RECORDS_SQL = "SELECT * EXCLUDE (place) FROM look_up_record ORDER BY place"
"""The records of look-ups, in the order of their place."""


def look_up_keys(connection: duckdb.DuckDBPyConnection, rule: BlockingRule) -> Keys:
    """Return the keys of one rule over `look_up_record`."""
    keys = key_sql("look_up_record", [rule], ("place",))
    found = connection.sql(
        f"SELECT key_hash, place FROM ({keys}) ORDER BY key_hash, place"
    ).fetchnumpy()
    return (
        np.asarray(found["key_hash"], np.uint64),
        np.asarray(found["place"], np.uint32),
    )


class IndexLookUp:
    """The index of one release, opened for look-ups; not for use by several threads at once."""

    def __init__(
        self,
        records: Sequence[pa.RecordBatch],
        keys: Mapping[str, Keys],
        model: LinkageModel,
        thresholds: Thresholds | None = None,
    ) -> None:
        """Open an index.

        Args:
            records: batches of `RECORDS_SQL`; few batches are quick to pick from.
            keys: rule name to `look_up_keys`.
            model: the model that the index was made with, its prior included.
            thresholds: what a weight must reach.
        """
        import duckdb

        frequencies = tuple(map(frequency_column, model.frequencies))
        schema = records[0].schema if records else pa.schema([])
        self._asked_schema = pa.schema(
            [field for field in schema if field.name in (*RECORD_COLUMNS, *frequencies)]
        )
        kept = ["record_id", "entity_id", "person_id", *compared_columns(model), *frequencies]
        self._batches = [batch.select(kept) for batch in records]
        self._starts = np.cumsum([0, *(batch.num_rows for batch in records)])
        self._keys = keys
        self._model = model
        self._thresholds = thresholds or Thresholds()
        self._rules = tuple(rule for rule in BLOCKING_RULES if rule.name in keys)
        # One question is a few rows: more threads would only wait for one another.
        self._work = duckdb.connect(config={"threads": 1})
        self._prepare(schema)

    def close(self) -> None:
        """Close the connection; files that are mapped into memory are left alone."""
        self._work.close()

    def _prepare(self, schema: pa.Schema) -> None:
        """Plan both statements once, over empty tables that every question fills anew."""
        # Planning would take longer than the work on a few rows, and optimising even more.
        run(self._work, "PRAGMA disable_optimizer")
        if not self._batches:
            return
        self._work.register("no_record", schema.empty_table())
        kept, known = ", ".join(self._batches[0].schema.names), ", ".join(self._asked_schema.names)
        run(self._work, f"CREATE TABLE candidate_record AS SELECT {kept} FROM no_record")
        run(self._work, f"CREATE TABLE asked_record AS SELECT {known} FROM no_record")
        self._work.unregister("no_record")
        keys = key_sql("asked_record", self._rules, ())
        run(self._work, f"PREPARE asked_key AS SELECT DISTINCT rule, key_hash FROM ({keys})")
        run(
            self._work,
            f"""
            PREPARE found AS
            SELECT * REPLACE (max(match_weight) OVER (PARTITION BY person_id) AS match_weight)
            FROM ({look_up_sql(self._model, "asked_record", "candidate_record")})
            QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY stranger_weight DESC, record_id) = 1
            ORDER BY stranger_weight DESC, person_id
            """,
        )

    def _ask(self, described: Mapping[str, Any]) -> None:
        asked = {column: described[column] for column in RECORD_COLUMNS} | {
            frequency_column(column): self._frequency(column, described[column])
            for column in self._model.frequencies
        }
        self._fill("asked_record", pa.Table.from_pylist([asked], schema=self._asked_schema))

    def _fill(self, table: str, rows: pa.Table) -> None:
        run(self._work, f"TRUNCATE {table}")
        self._work.register("filling", rows)
        run(self._work, f"INSERT INTO {table} BY NAME FROM filling")
        self._work.unregister("filling")

    @property
    def records(self) -> int:
        """How many records can be found."""
        return int(self._starts[-1])

    def find(
        self,
        record: Mapping[str, object],
        *,
        number: str | None = None,
        number_near: Sequence[int] = (),
        limit: int = 5,
        as_of: dt.date | None = None,
    ) -> LookUpAnswer:
        """Find whom a raw record is about.

        Args:
            record: raw identity columns but `record_id` and `national_id`: `full_name`,
                `birth_date`, `sex`, `address`, `phone`, `email` …
            number: token of the national ID, as the index has it.
            number_near: its near keys.
            limit: people to return at most.
            as_of: birth dates after this day are not believed; by default today.
        """
        described = standardise_record(record, as_of=as_of)
        return self.find_described(
            {**described, "number": number, "number_near": list(number_near) or None}, limit=limit
        )

    def find_described(self, described: Mapping[str, Any], *, limit: int = 5) -> LookUpAnswer:
        """Find whom one standardised record is about: a row of `hub.identity.standard`."""
        if not self.records:
            return LookUpAnswer("nobody", (), 0)
        self._ask(described)
        keys = self._work.execute("EXECUTE asked_key").fetchall()
        if not keys:
            return LookUpAnswer("too_little", (), 0)
        places, skipped = self._places(keys)
        if not places.size:
            return LookUpAnswer("nobody", (), 0, skipped)
        self._fill("candidate_record", self._take(places))
        # By columns: a Python value for each person and level would take longer than the scoring.
        found = self._work.execute("EXECUTE found").fetchnumpy()
        shown = range(min(limit, found["person_id"].size))
        return LookUpAnswer(
            self._verdict(found),
            tuple(self._person({name: found[name][place] for name in found}) for place in shown),
            int(places.size),
            skipped,
        )

    def _frequency(self, column: str, said: str | None) -> float | None:
        if said is None:
            return None
        return self._model.frequencies[column].get(said, self._model.rare[column])

    def _places(
        self, keys: Sequence[tuple[int, int]]
    ) -> tuple[npt.NDArray[np.uint32], tuple[str, ...]]:
        """Return the places of candidates, and the rules that had too many."""
        blocks: list[tuple[int, int, int]] = []
        for rule, key_hash in keys:
            hashes, _ = self._keys[BLOCKING_RULES[rule].name]
            wanted = np.uint64(key_hash)
            first = int(np.searchsorted(hashes, wanted, "left"))
            size = int(
                np.searchsorted(hashes[first : first + CANDIDATE_LIMIT + 1], wanted, "right")
            )
            if size:
                blocks.append((size, rule, first))
        taken: list[npt.NDArray[np.uint32]] = []
        skipped: set[int] = set()
        total = 0
        for size, rule, first in sorted(blocks):
            if total + size > CANDIDATE_LIMIT:
                skipped.add(rule)
                continue
            total += size
            taken.append(self._keys[BLOCKING_RULES[rule].name][1][first : first + size])
        places = np.unique(np.concatenate(taken)) if taken else np.empty(0, np.uint32)
        return places, tuple(BLOCKING_RULES[rule].name for rule in sorted(skipped))

    def _take(self, places: npt.NDArray[np.uint32]) -> pa.Table:
        """Return the records at `places`, which are in ascending order."""
        ends = np.searchsorted(places, self._starts)
        return pa.Table.from_batches(
            [
                batch.take(pa.array(places[ends[at] : ends[at + 1]] - np.uint32(self._starts[at])))
                for at, batch in enumerate(self._batches)
                if ends[at] < ends[at + 1]
            ]
        )

    def _verdict(self, people: Mapping[str, npt.NDArray[Any]]) -> str:
        """Return the verdict on people, best first."""
        match_weights, stranger_weights = people["match_weight"], people["stranger_weight"]
        fitting = np.flatnonzero(match_weights >= self._thresholds.join_weight)
        if not fitting.size:
            return "nobody"
        if fitting[0] != 0:
            # Somebody is nearer, but as one of a household would be.
            return "ambiguous"
        near = stranger_weights[0] - stranger_weights[fitting[1:]] < self._thresholds.margin
        return "ambiguous" if near.any() else "found"

    def _person(self, row: Mapping[str, Any]) -> FoundPerson:
        levels, weights = {}, {}
        for name in (one.name for one in self._model.comparisons()):
            gamma = int(row[f"gamma_{name}"])
            told = comparison_of(name).levels
            levels[name] = told[len(told) - 1 - gamma].label if gamma >= 0 else NOTHING_TO_COMPARE
            weights[name] = round(float(row[f"weight_{name}"]), 6)
        return FoundPerson(
            str(row["person_id"]),
            float(row["match_weight"]),
            float(row["stranger_weight"]),
            float(row["household_weight"]),
            levels,
            weights,
        )
