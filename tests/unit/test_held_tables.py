"""Tables held while a block runs, and numbers of texts: statements see what they saw before."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from warehouse.workbench import Workbench

PEOPLE = pl.DataFrame({"person_id": ["P2", "P1"], "age_years": [41, 7], "remark": ["b", "a"]})


@pytest.fixture
def bench(tmp_path):
    with Workbench(tmp_path / "tables") as opened:
        opened.add("person", PEOPLE)
        yield opened


def test_the_block_sees_the_named_columns_in_their_order_and_what_follows_sees_all(bench):
    with bench.holding({"person": ("person_id", "age_years")}):
        assert bench.frame("FROM person").equals(PEOPLE.drop("remark"))
        built = bench.build_from("adult", "SELECT person_id FROM person WHERE age_years > 17")
        assert built.rows == 1
    assert bench.frame("FROM person").equals(PEOPLE)


def test_what_is_held_lies_in_memory_and_is_let_go(bench):
    held = "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'held_person'"
    with bench.holding({"person": ("person_id",)}):
        bench.path("person").unlink()
        assert bench.value("SELECT min(person_id) FROM person") == "P1"
        assert bench.value(held) == 1
    assert bench.value(held) == 0


def test_a_block_that_fails_lets_go_too(bench):
    with pytest.raises(ZeroDivisionError), bench.holding({"person": ("person_id",)}):
        raise ZeroDivisionError
    assert bench.frame("FROM person").equals(PEOPLE)


def test_the_number_of_a_text_is_the_one_that_duckdb_gives(bench):
    texts = "(VALUES (''), ('dwelling/P1'), ('보장가구'), (NULL)) AS texts(text)"
    query = f"SELECT md5_number_lower(text) AS number FROM {texts}"
    with duckdb.connect() as plain:
        assert bench.connection.execute(query).fetchall() == plain.execute(query).fetchall()
    assert bench.frame(query).schema == {"number": pl.UInt64}
