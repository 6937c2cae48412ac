"""Why a pair of descriptions is worth what it is worth, comparison by comparison.

Here: one pair, its levels, its weights against strangers and against a household. Never here: how
that is told (`pair_explanation`), which pair (`pair_choice`) or pictures (`waterfall`). Next:
reviewers read it (`hub index why`, `hub index review show`).

The numbers are Splink's own for this pair, with its intermediate columns kept; the household's
side and the two together are those of `hub.identity.scoring`. The pair is compared on a connection
of its own, so that a release may be explained that nobody may write to.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from hub.identity.agreement_levels import Comparison
from hub.identity.blocking import BLOCKING_RULES, key_sql
from hub.identity.comparisons import RECORD_COLUMNS
from hub.identity.linkage_model import LinkageModel, splink_settings
from hub.identity.pair_explanation import (
    NOTHING_TO_COMPARE,
    ComparisonExplanation,
    PairExplanation,
)

if TYPE_CHECKING:
    import duckdb
    from splink import Linker

_DECIMALS = 6
_LEAST_WEIGHT = -500.0
_TOKEN_CHARACTERS = 8
_SHOWN_COLUMN = {
    "family_name": "family_key",
    "given_name": "given_key",
    "middle_name": "middle_key",
    "birth_date": "birth_digits",
    "sex": "sex",
    "address": "address_key",
    "phone": "phone",
    "email": "email",
    "national_id": "number",
}


def read_records(connection: duckdb.DuckDBPyConnection, record_ids: list[int]) -> pl.DataFrame:
    """Return (`record_id`, *`RECORD_COLUMNS`) of linkage records, each once.

    `connection` holds `linkage_record` and `number_neighbour`.

    Raises:
        LookupError: one of them is not there.
    """
    columns = ", ".join(f"r.{column}" for column in RECORD_COLUMNS if column != "number_near")
    wanted = ", ".join(str(int(one)) for one in sorted(set(record_ids)))
    frame: pl.DataFrame = (
        connection.sql(
            f"""
            SELECT r.record_id, {columns}, n.number_near
            FROM linkage_record AS r LEFT JOIN number_neighbour AS n ON n.number = r.number
            WHERE r.record_id IN ({wanted})
            """
        )
        .pl()
        .unique("record_id", maintain_order=True)
    )
    absent = sorted(set(record_ids) - set(frame["record_id"]))
    if absent:
        message = f"linkage record {absent[0]} is not in this index: it changed, or nobody has it"
        raise LookupError(message)
    return frame.select("record_id", *RECORD_COLUMNS).sort("record_id")


def explain_pair(
    connection: duckdb.DuckDBPyConnection,
    record_l: int,
    record_r: int,
    model: LinkageModel,
    *,
    show_values: bool = True,
) -> PairExplanation:
    """Explain what the pair is worth.

    Args:
        connection: holds `linkage_record` and `number_neighbour` (see `hub.identity.pairing`).
        record_l: a linkage record.
        record_r: another.
        model: the model that scored them, with its frozen frequencies and prior.
        show_values: names and other values; without, levels and weights only, also in the chart.

    Raises:
        LookupError: one of the records is not there.
        ValueError: both are the same record.
    """
    import duckdb

    if record_l == record_r:
        raise ValueError("a record says the same as itself; name two records to compare them")
    records = read_records(connection, [record_l, record_r])
    with duckdb.connect() as work:
        linker = _linker(work, records, model)
        work.execute(
            "CREATE TABLE asked_pair AS SELECT 'asked' AS match_key,"
            f" {int(record_l)}::UBIGINT AS join_key_l, {int(record_r)}::UBIGINT AS join_key_r"
        )
        linker.table_management.register_blocked_pairs_for_predict(_register(work, "asked_pair"))
        predicted = linker.inference.predict().as_record_list()[0]
        comparisons = tuple(
            _explained(predicted, comparison, model, show_values=show_values)
            for comparison in model.comparisons()
        )
        return _explanation(
            predicted,
            comparisons,
            model,
            _meeting_rules(work),
            _splink_chart(linker, predicted, show_values=show_values),
        )


def _register(work: duckdb.DuckDBPyConnection, table: str) -> Any:
    from splink import DuckDBAPI

    return DuckDBAPI(work).register(work.table(table), dataset_display_name=f"{table}_of_splink")


def _linker(work: duckdb.DuckDBPyConnection, records: pl.DataFrame, model: LinkageModel) -> Linker:
    """Return a linker over the two records that keeps its intermediate columns."""
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI(work)
    _keep(work, "record", records)
    linker = Linker(
        api.register(work.table("record"), dataset_display_name="record_of_splink"),
        splink_settings(model) | {"retain_intermediate_calculation_columns": True},
        log_level=None,
    )
    for column, known in model.frequencies.items():
        values = records[column].drop_nulls().unique().sort()
        table = f"frequency_{column}"
        frequencies = [known.get(value, model.rare[column]) for value in values]
        _keep(work, table, pl.DataFrame({column: values, f"tf_{column}": frequencies}))
        linker.table_management.register_term_frequency_lookup(
            api.register(work.table(table), dataset_display_name=f"{table}_of_splink"), column
        )
    return linker


def _keep(work: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    work.register("frame", frame)
    work.execute(f"CREATE TABLE {table} AS FROM frame")
    work.unregister("frame")


def _meeting_rules(work: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    keys = key_sql("record", BLOCKING_RULES, ("record_id",))
    shared = work.sql(
        f"""
        SELECT DISTINCT l.rule FROM ({keys}) AS l JOIN ({keys}) AS r
        ON r.rule = l.rule AND r.key_hash = l.key_hash AND l.record_id < r.record_id
        ORDER BY l.rule
        """
    ).fetchall()
    return tuple(BLOCKING_RULES[rule].name for (rule,) in shared)


def _explained(
    predicted: Mapping[str, Any], comparison: Comparison, model: LinkageModel, *, show_values: bool
) -> ComparisonExplanation:
    gamma = int(predicted[f"gamma_{comparison.name}"])
    likelihoods = model.likelihoods[comparison.name]
    # Splink counts levels from the weakest (0) to the strongest; -1 is nothing to compare.
    place = len(comparison.levels) - 1 - gamma
    frequency = float(predicted.get(f"mw_tf_adj_{comparison.name}") or 0.0)
    left, right = (
        _shown(comparison.name, predicted, side) if show_values else None for side in "lr"
    )
    return ComparisonExplanation(
        comparison.name,
        comparison.levels[place].label if gamma >= 0 else NOTHING_TO_COMPARE,
        left,
        right,
        float(predicted[f"mw_{comparison.name}"]) + frequency,
        frequency,
        math.log2(likelihoods.same_person[place] / likelihoods.household[place])
        if gamma >= 0
        else 0.0,
    )


def _shown(comparison: str, predicted: Mapping[str, Any], side: str) -> str | None:
    value = predicted[f"{_SHOWN_COLUMN[comparison]}_{side}"]
    if comparison == "address" and value is None:
        words = predicted[f"address_words_{side}"]
        return " ".join(words) if words is not None else None
    if value is None:
        return None
    if comparison == "birth_date":
        return f"{value[:4]}-{value[4:6]}-{value[6:]}"
    # A token is no ID number, but nobody compares 36 characters by eye.
    return f"token {str(value)[:_TOKEN_CHARACTERS]}…" if comparison == "national_id" else str(value)


def _explanation(
    predicted: Mapping[str, Any],
    comparisons: tuple[ComparisonExplanation, ...],
    model: LinkageModel,
    meeting_rules: tuple[str, ...],
    splink_chart: Mapping[str, Any],
) -> PairExplanation:
    household_prior = math.log2(model.matches_per_pair / model.housemates_per_pair)
    household = household_prior + sum(one.household_weight for one in comparisons)
    strangers = float(predicted["match_weight"])
    together = -math.log2(
        2.0 ** -max(strangers, _LEAST_WEIGHT) + 2.0 ** -max(household, _LEAST_WEIGHT)
    )
    return PairExplanation(
        int(predicted["record_id_l"]),
        int(predicted["record_id_r"]),
        model.version,
        comparisons,
        math.log2(model.matches_per_pair / (1 - model.matches_per_pair)),
        household_prior,
        round(strangers, _DECIMALS),
        round(household, _DECIMALS),
        round(together, _DECIMALS),
        meeting_rules,
        splink_chart,
    )


def _splink_chart(
    linker: Linker, predicted: Mapping[str, Any], *, show_values: bool
) -> Mapping[str, Any]:
    """Return Splink's waterfall; it shows one pair, so its slider goes."""
    chart: dict[str, Any] = linker.visualisations.waterfall_chart(
        [dict(predicted)], remove_sensitive_data=not show_values
    ).chart_dict
    chart["params"] = [{"name": "record_number", "value": 0}]
    for row in chart["data"]["values"]:
        name = str(row["column_name"]).removeprefix("tf_")
        for side, value in (("l", "value_l"), ("r", "value_r")):
            # Splink joins every column that a comparison reads, keys of neighbours included.
            if show_values and name in _SHOWN_COLUMN:
                row[value] = _shown(name, predicted, side) or ""
    return chart
