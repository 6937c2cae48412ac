"""A statement with parts kept gives the rows of the statement as it was written."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.engines.spark.repeated import keep_repeated

NINE = " UNION ALL ".join(["SELECT * FROM paid"] * 9)
SQL = f"""
-- A comment that stays out.
WITH payment AS ({NINE}),
large AS (SELECT person_id, amount FROM payment WHERE amount > 1),
both_sides AS (
    SELECT one.person_id, other.amount
    FROM large AS one
    INNER JOIN large AS other ON other.person_id = one.person_id
),
again AS (
    SELECT a.person_id, sum(b.amount) AS amount
    FROM both_sides AS a
    INNER JOIN both_sides AS b ON b.person_id = a.person_id
    INNER JOIN large ON large.person_id = a.person_id
    GROUP BY a.person_id
)
SELECT person_id, CAST(amount AS BIGINT) AS amount FROM again ORDER BY person_id
"""


@pytest.fixture
def paid():
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE paid AS FROM (VALUES ('P1', 1), ('P1', 3), ('P2', 5)) t(person_id, amount)"
    )
    return connection


def test_the_rows_are_the_same(paid):
    expected = paid.execute(SQL).fetchall()
    kept, rest = keep_repeated(SQL, "kept_1")
    assert [each.name for each in kept] == ["kept_1_large"]
    for each in kept:
        paid.execute(f"CREATE TABLE {each.name} AS {each.select}")
    assert paid.execute(rest).fetchall() == expected
    assert len(expected) == 2


def test_a_small_statement_stays_as_it_is():
    sql = "WITH a AS (SELECT 1 AS x) SELECT * FROM a JOIN a AS b ON true"
    assert keep_repeated(sql, "kept") == ([], sql)


def test_without_expressions_there_is_nothing_to_keep():
    assert keep_repeated("SELECT 1", "kept") == ([], "SELECT 1")
