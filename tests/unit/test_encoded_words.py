"""Words of a working table held as numbers: statements and files see the words as before."""

from __future__ import annotations

import polars as pl
import pytest

from warehouse.workbench import Workbench

WORDS = """
    CREATE OR REPLACE TEMP TABLE source AS
    FROM (VALUES (1, 'pension', CAST(NULL AS VARCHAR)), (2, 'wage', NULL), (3, 'land', NULL), (4, NULL, NULL), (5, 'wage', NULL))
    AS source(number, kind, remark)
"""


@pytest.fixture
def bench(tmp_path):
    with Workbench(tmp_path / "tables") as opened:
        opened.connection.execute(WORDS).fetchall()
        yield opened


def type_of(bench, column):
    rows = bench.connection.execute("DESCRIBE source").fetchall()
    return {name: kind for name, kind, *_ in rows}[column]


def test_a_column_becomes_numbers_and_is_compared_and_sorted_as_words(bench):
    bench.encode_words("source", ("kind",))
    assert type_of(bench, "kind") == "ENUM('land', 'pension', 'wage')"
    assert bench.frame(
        "SELECT number FROM source WHERE kind <> 'no such kind' ORDER BY kind, number DESC"
    )["number"].to_list() == [3, 1, 5, 2]


def test_a_table_built_from_it_holds_words(bench):
    bench.encode_words("source", ("kind",))
    bench.build_from(
        "kind_list",
        "SELECT kind, list_sort(array_agg(kind)) AS kinds FROM source GROUP BY kind ORDER BY kind",
    )
    assert pl.read_parquet(bench.path("kind_list")).equals(
        pl.DataFrame(
            {
                "kind": ["land", "pension", "wage", None],
                "kinds": [["land"], ["pension"], ["wage", "wage"], [None]],
            }
        )
    )
    columns = bench.connection.execute("DESCRIBE kind_list").fetchall()
    assert [kind for _, kind, *_ in columns] == ["VARCHAR", "VARCHAR[]"]


def test_a_column_without_a_word_stays_as_it_is(bench):
    bench.encode_words("source", ("remark",))
    assert type_of(bench, "remark") == "VARCHAR"


def test_a_table_made_again_is_encoded_again(bench):
    bench.encode_words("source", ("kind",))
    bench.connection.execute(WORDS.replace("pension", "annuity")).fetchall()
    bench.encode_words("source", ("kind",))
    assert type_of(bench, "kind") == "ENUM('annuity', 'land', 'wage')"
