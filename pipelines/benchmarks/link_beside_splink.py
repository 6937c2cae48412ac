"""`hub.identity.link` on tables that nothing was fitted to, beside plain Splink.

Here: a labelled table of one's own, or invented populations of nine countries with several choices of columns
and of noise; what both reach. Never here: linking, or how Splink is run (`index_rival`). Next:
`hub bench link`; its table stands in `docs/benchmarks.md`.

The rival gets the same standardised records, the same blocking rules, the usual comparisons, and the threshold
that fits the truth best. `link` gets the raw records and no threshold.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from hub.identity.blocking import DEFAULT_PAIR_LIMIT, EVERY_RULE
from hub.identity.link import INPUT_COLUMNS, LinkInputError, link
from hub.identity.measures import pairwise_measures
from hub.identity.standard import standardise_records
from pipelines.benchmarks.populations import Noise, make_population

NOISES = {
    "careful": Noise(),
    "careless": Noise(typo=0.2, missing=0.25, swapped=0.04, variant=0.1, moved=0.3),
}
POPULATIONS = (
    ("america", "all"),
    ("america", "name_birth"),
    ("arab", "no_id"),
    ("china", "no_id"),
    ("germany", "no_id"),
    ("japan", "name_contact"),
    ("korea", "name_birth_sex_address"),
    ("russia", "no_id"),
    ("spain", "full_name_birth"),
    ("vietnam", "no_id"),
)
"""Country, and a name in `populations.VIEWS`."""
_KEY = hashlib.sha256(b"hub bench link").digest()


class _Labelled(NamedTuple):
    name: str
    records: pl.DataFrame
    """Columns of `INPUT_COLUMNS`."""
    truth: pl.DataFrame
    """`member` (record ID), `truth`."""


def measure_link(
    file: Path | None, person: str, *, people: int, seed: int, rival: bool
) -> list[dict[str, Any]]:
    """Return a row a table: records, precision, recall and F1 of pairs, and what Splink reaches.

    Args:
        file: Parquet or CSV with columns of `INPUT_COLUMNS`; by default populations are invented.
        person: its column that says who each record is about.
        people: of each invented population.
        seed: of everything invented.
        rival: run plain Splink, too.

    Raises:
        LinkInputError: the file has no such column, or `link` cannot use it.
    """
    tables = _populations(people, seed) if file is None else iter([_labelled(file, person)])
    rows = []
    for table in tables:
        started = time.process_time()
        clusters = link(table.records).clusters
        seconds = time.process_time() - started
        row = {
            "table": table.name,
            "records": table.records.height,
            **_reached(clusters.select(member="record_id", cluster="person_id"), table.truth),
            "to_review": int(clusters["needs_review"].sum()),
            "processor_seconds": round(seconds, 1),
        }
        rows.append(row | (_rival(table) if rival else {}))
    return rows


def _populations(people: int, seed: int) -> Iterator[_Labelled]:
    for noise, shares in NOISES.items():
        for country, view in POPULATIONS:
            made = make_population(country, people=people, view=view, noise=shares, seed=seed)
            truth = made.truth.select(member="record_id", truth=pl.col("person").cast(pl.String))
            yield _Labelled(f"{made.name}, {noise}", made.records, truth)


def _labelled(file: Path, person: str) -> _Labelled:
    read = pl.read_parquet if file.suffix == ".parquet" else pl.read_csv
    whole = read(file, **({} if file.suffix == ".parquet" else {"infer_schema": False}))
    absent = [name for name in ("record_id", person) if name not in whole.columns]
    if absent:
        raise LinkInputError(
            f"{file.name} has no column {', '.join(absent)}; name the truth with --person"
        )
    records = whole.select(
        name for name in INPUT_COLUMNS if name in whole.columns and name != person
    )
    truth = whole.select(
        member=pl.col("record_id").cast(pl.String), truth=pl.col(person).cast(pl.String)
    )
    return _Labelled(file.name, records.with_columns(pl.col("record_id").cast(pl.String)), truth)


def _reached(clusters: pl.DataFrame, truth: pl.DataFrame) -> dict[str, float | None]:
    found = pairwise_measures(clusters, truth)
    shares = {"precision": found.precision, "recall": found.recall, "f1": found.f1}
    return {name: None if share is None else round(share, 4) for name, share in shares.items()}


def _rival(table: _Labelled) -> dict[str, Any]:
    """Return the best F1 of plain Splink; None where it cannot be trained on such columns."""
    import duckdb
    from splink.internals.exceptions import SplinkException

    from pipelines.benchmarks.index_rival import run_plain_splink
    from pipelines.benchmarks.index_rival_plans import blocking_keys, standard_plan

    numbered = table.records.with_row_index("place").with_columns(pl.col("place").cast(pl.UInt64))
    told = [name for name in INPUT_COLUMNS[2:] if name in numbered.columns]
    records = standardise_records(
        numbered.select(pl.col("place").alias("record_id"), *told), key=_KEY
    )
    columns = [name for name in records.columns if records[name].null_count() < records.height]
    rules = blocking_keys(set(columns) - {"number_near"}, EVERY_RULE)
    plan = standard_plan(columns)
    if not plan.certain_rules or not plan.training_rules:
        return {"splink_f1": None}
    truth = numbered.select(member="place", id=pl.col("record_id")).join(
        table.truth.select(id="member", truth="truth"), on="id"
    )
    with duckdb.connect() as connection:
        connection.register("loaded", records)
        connection.execute("CREATE TABLE records AS FROM loaded").fetchall()
        try:
            found = run_plain_splink(
                connection,
                "records",
                rules,
                truth.select("member", "truth"),
                plan=plan,
                pair_limit=DEFAULT_PAIR_LIMIT,
            )
        except SplinkException:
            # Its training rules hold every comparison fixed, or find no pair.
            return {"splink_f1": None}
    return {"splink_f1": round(found.f1, 4), "splink_threshold_bits": found.threshold}
