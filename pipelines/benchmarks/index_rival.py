"""The rival of the person index: plain Splink 5, as a good user of it would run it.

Here: Splink's own comparisons, training, prediction and connected components on standardised
records, all of them, with the best threshold chosen by the truth, which is a favour that no real
user has. Never here: any of the hub's linking. Next: the benchmarks of the person index print the
rival's figures beside the hub's.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.blocking_rule_library import CustomRule

from pipelines.benchmarks.index_rival_plans import RivalPlan, standard_plan

THRESHOLDS = (-4.0, 0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0)
"""Match weights in bits at which clusters are made; the best by truth counts."""
U_PAIRS = 1e6
EM_PAIRS = 5e6
RECALL_OF_CERTAIN_RULES = 0.8
SEED = 1

LIST_MARK = "unnest("
"""A blocking expression that begins so gives a record several keys."""


@dataclass(frozen=True, slots=True)
class RivalResult:
    """What plain Splink reached, and what it took.

    Attributes:
        seconds: wall time by step: prepare, train, predict, cluster (at the best threshold only).
        f1: of pairs, at the best threshold; so are `precision`, `recall` and `threshold` (bits).
        pairs: pairs that were compared.
        kept_pairs: pairs at or above the lowest threshold.
        records: how many records were linked.
        by_threshold: a row a threshold: threshold, precision, recall, f1, seconds.
        clusters: (member, cluster) at the best threshold.
    """

    seconds: dict[str, float]
    f1: float
    precision: float
    recall: float
    threshold: float
    pairs: int
    kept_pairs: int
    records: int
    by_threshold: pl.DataFrame
    clusters: pl.DataFrame


def run_plain_splink(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    blocking: Sequence[str],
    truth: pl.DataFrame,
    *,
    plan: RivalPlan | None = None,
    id_column: str = "record_id",
    thresholds: Sequence[float] = THRESHOLDS,
    pair_limit: int | None = None,
    parquet: Path | None = None,
    threads: int = 2,
    members: pl.DataFrame | None = None,
) -> RivalResult:
    """Link the records of `table` with plain Splink 5 and say how well, by `truth`, it did.

    Args:
        connection: DuckDB with `table`: one row a record, standardised columns.
        table: its name.
        blocking: SQL expressions; two records meet where one is equal. An expression that
            begins with `unnest(` gives several keys. A rule that names `l.` and `r.` is taken as
            Splink's own.
        truth: (member, truth): whom each record is about. Records of several people take part in
            the linking and in no figure.
        plan: comparisons and training; by default the usual ones for the columns that hold values.
        id_column: the record's ID.
        thresholds: match weights to try.
        pair_limit: keys whose block would give more pairs are not compared, as in the hub.
        parquet: a folder, to let Splink write its tables as Parquet instead of into DuckDB.
        threads: of DuckDB.
        members: (member, `id_column`) where a record stands for several members: `truth`, figures
            and clusters are then about those.
    """
    connection.execute(f"SET threads = {threads}").fetchall()
    connection.execute("SET preserve_insertion_order = false").fetchall()
    clock = _Clock()
    with clock.step("prepare"):
        records, rules = _with_blocking_keys(connection, table, blocking, pair_limit)
        plan = plan or standard_plan(_used_columns(connection, table))
        options: dict[str, Any] = (
            {"materialisation": "parquet", "materialisation_dir": str(parquet)} if parquet else {}
        )
        backend = DuckDBAPI(connection, **options)
        name = f"rival_{uuid.uuid4().hex[:8]}"
        data = backend.register(connection.table(records), dataset_display_name=name)
        settings = SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name=id_column,
            comparisons=list(plan.comparisons),
            blocking_rules_to_generate_predictions=rules,
        )
        linker = Linker(data, settings, log_level=None)
    with clock.step("train"):
        _train(linker, plan)
    with clock.step("predict"):
        blocked = linker.inference.compute_blocked_pairs_for_predict()
        pairs = _count(connection, blocked)
        predictions = linker.inference.predict(threshold_match_weight=min(thresholds))
    kept = _count(connection, predictions)
    known = _single_truth(truth)
    tried: list[dict[str, float]] = []
    linked = 0
    best: pl.DataFrame | None = None
    for threshold in thresholds:
        started = time.perf_counter()
        made = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predictions, threshold_match_weight=threshold
        )
        seconds = time.perf_counter() - started
        clusters = _frame(
            connection,
            f'SELECT "{id_column}" AS member, cluster_id AS cluster FROM {made.physical_name}',
        )
        linked = clusters.height
        if members is not None:
            clusters = clusters.rename({"member": id_column}).join(members, on=id_column)
            clusters = clusters.select("member", "cluster")
        figures = _pair_figures(clusters, known)
        if best is None or figures["f1"] > max(row["f1"] for row in tried):
            best, clock.seconds["cluster"] = clusters, seconds
        tried.append({"threshold": threshold, **figures, "seconds": seconds})
        made.drop_table_from_database_and_remove_from_cache()
    top = max(tried, key=lambda row: row["f1"])
    if best is None:
        raise ValueError("thresholds: name at least one match weight")
    return RivalResult(
        clock.seconds, top["f1"], top["precision"], top["recall"], top["threshold"], pairs, kept,
        linked, pl.DataFrame(tried), best,
    )  # fmt: skip


class _Clock:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started


def _used_columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Return the columns of `table` that hold at least one value."""
    names = connection.table(table).columns
    counts = ", ".join(f'count("{name}")' for name in names)
    row = connection.execute(f"SELECT {counts} FROM {table}").fetchall()[0]
    return [name for name, count in zip(names, row, strict=True) if count]


def _with_blocking_keys(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    blocking: Sequence[str],
    pair_limit: int | None,
) -> tuple[str, list[Any]]:
    """Return a table with a column a rule, and Splink's rules: equality, which DuckDB hash-joins."""
    made = f"{table}_for_rival"
    columns: list[str] = []
    rules: list[Any] = []
    for number, rule in enumerate(blocking):
        key = f"block_{number}"
        if "l." in rule and "r." in rule:
            rules.append(CustomRule(rule, sql_dialect="duckdb"))
            continue
        if rule.startswith(LIST_MARK):
            columns.append(f"{rule.removeprefix(LIST_MARK).removesuffix(')')} AS {key}")
            rules.append(block_on(key, arrays_to_explode=[key]))
        else:
            columns.append(f"{rule} AS {key}")
            rules.append(block_on(key))
    listed = ", ".join(["*", *columns])
    connection.execute(f"CREATE OR REPLACE TABLE {made} AS SELECT {listed} FROM {table}").fetchall()
    if pair_limit is not None:
        for column in columns:
            _drop_big_blocks(connection, made, column.rpartition(" AS ")[2], pair_limit)
    return made, rules


def _drop_big_blocks(
    connection: duckdb.DuckDBPyConnection, table: str, key: str, pair_limit: int
) -> None:
    """Empty the keys of `table` whose blocks would give more than `pair_limit` pairs."""
    kind = connection.execute(f"SELECT any_value(typeof({key})) FROM {table}").fetchall()[0][0]
    is_list = str(kind).endswith("[]")
    each = f"unnest({key})" if is_list else key
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE big_block AS
        SELECT value FROM (SELECT {each} AS value FROM {table}) WHERE value IS NOT NULL
        GROUP BY value HAVING count(*) * (count(*) - 1) // 2 > {pair_limit}"""
    ).fetchall()
    if not is_list:
        connection.execute(
            f"UPDATE {table} SET {key} = NULL WHERE {key} IN (SELECT value FROM big_block)"
        ).fetchall()
        return
    connection.execute(
        f"""CREATE OR REPLACE TABLE {table} AS
        SELECT t.* REPLACE (k.kept AS {key}) FROM {table} AS t
        LEFT JOIN (
            SELECT id, list(value) AS kept
            FROM (SELECT rowid AS id, unnest({key}) AS value FROM {table})
            ANTI JOIN big_block USING (value)
            GROUP BY id
        ) AS k ON k.id = t.rowid"""
    ).fetchall()


def _train(linker: Linker, plan: RivalPlan) -> None:
    """Train as Splink's documentation says: prior, u by random pairs, m by EM."""
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on(rule) for rule in plan.certain_rules], recall=RECALL_OF_CERTAIN_RULES
    )
    training.estimate_u_using_random_sampling(max_pairs=U_PAIRS, seed=SEED, num_chunks=1)
    for rule in plan.training_rules:
        training.estimate_parameters_using_expectation_maximisation(
            block_on(rule), estimate_without_term_frequencies=True, max_pairs=EM_PAIRS,
            record_sample_proportion=1.0,
        )  # fmt: skip


def _frame(connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    frame: pl.DataFrame = connection.sql(query).pl()
    return frame


def _count(connection: duckdb.DuckDBPyConnection, data: Any) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {data.physical_name}").fetchall()[0][0])


def _single_truth(truth: pl.DataFrame) -> pl.DataFrame:
    """Keep the members that are about one person."""
    return truth.unique().filter(pl.len().over("member") == 1)


def _pair_figures(clusters: pl.DataFrame, truth: pl.DataFrame) -> dict[str, float]:
    """Return precision, recall and F1 over the pairs of members that `truth` knows."""
    placed = clusters.join(truth, on="member")

    def pairs_within(*columns: str) -> int:
        sizes = placed.group_by(columns).len()["len"].cast(pl.Int64)
        return int((sizes * (sizes - 1) // 2).sum())

    said, true, both = (
        pairs_within("cluster"),
        pairs_within("truth"),
        pairs_within("cluster", "truth"),
    )
    precision = both / said if said else 1.0
    recall = both / true if true else 1.0
    f1 = 2 * both / (said + true) if said + true else 1.0
    return {"precision": precision, "recall": recall, "f1": f1}
