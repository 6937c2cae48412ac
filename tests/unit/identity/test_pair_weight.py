"""The index's own statement gives pairs the weights that Splink gives them."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from hub.identity.comparisons import RECORD_COLUMNS
from hub.identity.linkage_model import shipped_model, splink_settings
from hub.identity.scoring import SCORE_SCHEMA, score_pairs, scores_sql
from hub.identity.standard import standardise_records

WRITTEN = """
김민수   | 19800101 | male   | 서울 중구 세종대로 1   | 010-2345-6789
김민수   | 19800101 | male   | 서울 중구 세종대로 1   |
김민슈   | 19800110 | male   | 서울 중구 세종대로 12  | 010-2345-6780
민수김   | 19800101 |        |                        | 010-9876-1234
Kim Minsu | 19800101 | male  | 부산 중구 중앙로 9     |
이영희   | 19750505 | female | 부산 중구 중앙로 9     | 010-9876-1234
이영희   | 19750505 | female |                        |
이영회   |          | female | 부산 중구 중앙로 9 101호 | 010-9876-1234
박정희   | 19750505 | male   | 서울 중구 세종대로 1   |
나나       | 19990909 |        |                        |
"""
"""One row a record: name, birth digits, sex, address, phone."""


@pytest.fixture(scope="module")
def model():
    return shipped_model().with_prior(1e-4, 1e-3)


@pytest.fixture(scope="module")
def work():
    rows = [
        [cell.strip() or None for cell in line.split("|")] for line in WRITTEN.strip().splitlines()
    ]
    written = pl.DataFrame(
        rows,
        schema=dict.fromkeys(["full_name", "birth_digits", "sex", "address", "phone"], pl.String),
        orient="row",
    ).with_row_index("record_id", offset=1)
    numbers = pl.Series("number", ["N1", "N1", "N2", None, None, "N3", "N3", "N4", None, "N5"])
    near = pl.Series(
        "number_near", [[1], [1], [1, 2], None, None, [3], [3], [4], None, [5]],
        dtype=pl.List(pl.UInt64),
    )  # fmt: skip
    described = standardise_records(
        written.select(pl.col("record_id").cast(pl.UInt64), "full_name", "sex", "address", "phone"),
        bytes(32),
    )
    records = described.drop("number", "number_near", "birth_digits", strict=False).with_columns(
        written["birth_digits"], numbers, near, entity_id=pl.col("record_id")
    )
    with duckdb.connect() as connection:
        connection.register("frame", records)
        connection.execute("CREATE TABLE record AS FROM frame").fetchall()
        connection.execute(
            """
            CREATE TABLE pair AS
            SELECT 'all' AS match_key, l.record_id AS join_key_l, r.record_id AS join_key_r
            FROM record AS l JOIN record AS r ON l.record_id < r.record_id
            """
        ).fetchall()
        yield connection


def predicted_by_splink(connection, model):
    """Return Splink's own match weights of the table `pair`, with the model's frequencies."""
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI(connection)
    columns = ", ".join(("record_id", *RECORD_COLUMNS))
    frame = api.register(
        connection.sql(f"SELECT {columns} FROM record"), dataset_display_name="asked"
    )
    linker = Linker(frame, splink_settings(model), log_level=None)
    for column, known in model.frequencies.items():
        said = connection.sql(f"SELECT DISTINCT {column} FROM record").pl().drop_nulls()
        lookup = said.with_columns(
            pl.col(column)
            .replace_strict(known, default=model.rare[column], return_dtype=pl.Float64)
            .alias(f"tf_{column}")
        )
        connection.register(f"frequency_{column}", lookup)
        linker.table_management.register_term_frequency_lookup(
            api.register(
                connection.table(f"frequency_{column}"), dataset_display_name=f"lookup_{column}"
            ),
            column,
        )
    linker.table_management.register_blocked_pairs_for_predict(
        api.register(connection.table("pair"), dataset_display_name="asked_pair")
    )
    return (
        linker.inference.predict()
        .as_duckdbpyrelation()
        .pl()
        .select(
            record_l=pl.col("record_id_l").cast(pl.UInt64),
            record_r=pl.col("record_id_r").cast(pl.UInt64),
            weight="match_weight",
        )
        .sort("record_l", "record_r")
    )


def test_every_pair_weighs_against_strangers_what_splink_says(work, model):
    ours = score_pairs(work, "record", "pair", model)
    theirs = predicted_by_splink(work, model)
    assert ours.height == theirs.height == 45
    assert ours["stranger_weight"].to_list() == pytest.approx(theirs["weight"].to_list(), abs=1e-6)
    assert ours["stranger_weight"].n_unique() > 20


def test_the_pair_must_beat_the_household_as_well(work, model):
    scored = score_pairs(work, "record", "pair", model)
    assert dict(scored.schema) == SCORE_SCHEMA
    both = scored.select(
        "match_weight", least=pl.min_horizontal("stranger_weight", "household_weight")
    )
    assert (both["match_weight"] <= both["least"] + 1e-6).all()
    assert (both["match_weight"] >= both["least"] - 1 - 1e-6).all()


def test_columns_are_carried_for_both_sides(work, model):
    scores = scores_sql(work, "record", "pair", model, ("entity_id",))
    carried = work.sql(f"SELECT record_l, record_r, entity_id_l, entity_id_r FROM ({scores})").pl()
    assert carried["record_l"].equals(carried["entity_id_l"], check_names=False)
    assert carried["record_r"].equals(carried["entity_id_r"], check_names=False)


def test_no_pairs_give_no_scores(work, model):
    work.execute("CREATE OR REPLACE TABLE no_pair AS FROM pair LIMIT 0").fetchall()
    assert score_pairs(work, "record", "no_pair", model).is_empty()
