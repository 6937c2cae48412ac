"""Parts of statements that DuckDB computes row by row, and what an executor does with a batch."""

from __future__ import annotations

import pickle
import subprocess
import sys

import duckdb
import pyarrow as pa
import pytest

from hub.identity.blocking import BLOCKING_RULES, key_sql
from warehouse.engines.spark.column_types import UnknownColumnTypeError
from warehouse.engines.spark.row_batches import over_batches
from warehouse.engines.spark.row_parts import BATCH, RowPart, tell_row_parts

PEOPLE = """
    CREATE TABLE person AS SELECT * FROM (VALUES
        (1::UBIGINT, '김', '민수', '19900101', ['서울', '중구'], 3.7e0),
        (2::UBIGINT, '김', '민주', '19900101', ['서울'], 0.1e0),
        (3::UBIGINT, 'kim', NULL, NULL, NULL, 1e-5),
        (18446744073709551615::UBIGINT, '', '', '', [], NULL)
    ) AS t(record_id, family_key, given_key, birth_digits, address_words, odds)
"""
KNOWN = BLOCKING_RULES[4], BLOCKING_RULES[5], BLOCKING_RULES[7], BLOCKING_RULES[11]


@pytest.fixture
def connection():
    opened = duckdb.connect()
    opened.execute(PEOPLE).fetchall()
    return opened


def in_parts(connection, select):
    """The rows of a SELECT as Spark's side comes to them, with DuckDB in every role."""
    parts, rest = tell_row_parts(select, "part")
    for part in parts:
        connection.execute(
            f"CREATE TABLE {part.name} AS WITH {BATCH} AS ({part.base}) {part.select}"
        ).fetchall()
    return connection.execute(f"FROM ({rest}) ORDER BY ALL").fetchall()


STATEMENTS = {
    "over a table": "SELECT record_id, hash(family_key, 'a') AS number FROM person",
    "under an order": "SELECT * FROM (SELECT hash(record_id) AS n FROM person) ORDER BY n",
    "over a join": """
        SELECT one, other, jaro_winkler_similarity(one, other) AS alike
        FROM (
            SELECT l.given_key AS one, r.given_key AS other
            FROM person AS l JOIN person AS r ON l.family_key = r.family_key
        )""",
    "beneath a group": """
        WITH beside AS (
            SELECT l.family_key, l.birth_digits AS one, r.birth_digits AS other
            FROM person AS l JOIN person AS r ON l.family_key = r.family_key
        ),
        agreeing AS (SELECT family_key, levenshtein(one, other) <= 1 AS agrees FROM beside)
        SELECT family_key, bool_or(agrees) AS agrees FROM agreeing GROUP BY family_key""",
    "after a definition": """
        WITH known AS (SELECT * FROM person WHERE family_key <> '')
        SELECT hash(p.family_key, p.record_id) AS n, p.* FROM (SELECT DISTINCT * FROM known) AS p""",
    "one after the other": """
        WITH first AS (SELECT hash(family_key) AS n FROM person),
        grouped AS (SELECT n, count(*) AS rows FROM first GROUP BY n)
        SELECT hash(n, rows) AS n FROM grouped""",
    "keys of several rules": key_sql("person", KNOWN, ("record_id",)),
    "logarithms": "SELECT log2(odds) AS bits, hash(odds) AS n FROM person WHERE odds > 0",
}


@pytest.mark.parametrize("select", STATEMENTS.values(), ids=STATEMENTS)
def test_parts_and_the_rest_give_what_the_statement_gives(connection, select):
    parts, _ = tell_row_parts(select, "part")
    whole = connection.execute(f"FROM ({select}) ORDER BY ALL").fetchall()
    assert parts
    assert whole
    assert in_parts(connection, select) == whole


def test_a_part_reads_what_the_statement_read():
    parts, rest = tell_row_parts(STATEMENTS["over a table"], "part")
    assert parts == [
        RowPart(
            "part_0",
            "SELECT * FROM person",
            f"SELECT record_id, HASH(family_key, 'a') AS number FROM {BATCH} AS person",
        )
    ]
    assert rest == "SELECT * FROM part_0"


def test_keys_of_all_rules_are_one_part():
    parts, rest = tell_row_parts(key_sql("person", KNOWN, ("record_id",)), "part")
    assert len(parts) == 1
    assert rest == "SELECT * FROM part_0"


def test_definitions_that_nothing_reads_any_longer_are_gone():
    _, rest = tell_row_parts(STATEMENTS["beneath a group"], "part")
    assert "beside" not in rest
    assert "person" not in rest


@pytest.mark.parametrize(
    "select",
    [
        "SELECT count(*) FROM person",
        "SELECT 'hash (a)' AS said FROM person",
        "SELECT min(hash(family_key)) AS n FROM person",
        "SELECT entropy(hash(family_key)) AS n FROM person",
        "SELECT l.given_key FROM person AS l JOIN person AS r ON hash(l.odds) = hash(r.odds)",
        "SELECT family_key FROM person ORDER BY hash(family_key)",
        "SELECT hash(family_key) AS n FROM person LIMIT 1",
    ],
)
def test_what_does_not_look_at_single_rows_is_no_part(connection, select):
    connection.execute(select).fetchall()
    assert tell_row_parts(select, "part") == ([], select)


TAKEN = {"record_id": "UBIGINT", "family_key": "VARCHAR", "near": "UBIGINT[]", "token": "UUID"}
GIVEN = {"rule": "UTINYINT", "n": "UBIGINT", "near": "UBIGINT[]", "token": "UUID"}
SELECT = f"SELECT 3::UTINYINT, hash(record_id, family_key, token), near, token FROM {BATCH}"
NUMBER = "00000000-0000-0000-0000-0000000000ff"


def batches():
    """Two batches as Spark sends them: decimals for unsigned numbers, UUIDs as text."""
    number = pa.decimal128(20, 0)
    schema = pa.schema(
        {
            "record_id": number,
            "family_key": pa.string(),
            "near": pa.list_(number),
            "token": pa.string(),
        }
    )
    for record, name in ((2**64 - 1, "김"), (0, None)):
        row = {"record_id": record, "family_key": name, "near": [record, None], "token": NUMBER}
        yield pa.RecordBatch.from_pylist([row], schema)


def test_an_executor_gives_duckdbs_numbers_in_the_types_of_spark():
    rows = pa.Table.from_batches(over_batches(SELECT, TAKEN, GIVEN)(batches()))
    expected = duckdb.execute(
        f"""
        SELECT hash(a, b, '{NUMBER}'::UUID)
        FROM (VALUES (18446744073709551615::UBIGINT, '김'), (0::UBIGINT, NULL)) AS t(a, b)
        """
    ).fetchall()
    assert [(int(n),) for n in rows["n"].to_pylist()] == expected
    assert rows["token"].to_pylist() == [NUMBER, NUMBER]
    assert [str(kind) for kind in rows.schema.types] == [
        "int16",
        "decimal128(20, 0)",
        "list<l: decimal128(20, 0)>",
        "string",
    ]


def test_an_error_on_an_executor_quotes_no_value():
    failing = over_batches(f"SELECT family_key::INTEGER AS n FROM {BATCH}", TAKEN, {"n": "INTEGER"})
    with pytest.raises(RuntimeError, match=r"^DuckDB on an executor: ConversionException$") as told:
        list(failing(batches()))
    assert told.value.__context__ is None


def test_an_executor_of_another_duckdb_refuses(monkeypatch):
    compute = over_batches(SELECT, TAKEN, GIVEN)
    monkeypatch.setattr(duckdb, "__version__", "0.0.1")
    with pytest.raises(RuntimeError, match=r"duckdb 0\.0\.1, the hub"):
        list(compute(batches()))


def test_an_executor_needs_nothing_of_the_hub():
    cloudpickle = pytest.importorskip("pyspark.cloudpickle")
    sent = pickle.dumps((cloudpickle.dumps(over_batches(SELECT, TAKEN, GIVEN)), list(batches())))
    alone = (
        "import pickle, sys\n"
        "import pyspark.cloudpickle\n"
        "function, batches = pickle.loads(sys.stdin.buffer.read())\n"
        "rows = list(pickle.loads(function)(batches))\n"
        "own = {'hub', 'warehouse', 'pipelines'} & {name.split('.')[0] for name in sys.modules}\n"
        "print(len(rows), sorted(own))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", alone], input=sent, capture_output=True, check=True
    )
    assert done.stdout.decode().split() == ["2", "[]"]


@pytest.mark.parametrize("kind", ["TIMESTAMP", "STRUCT(a INTEGER)[]"])
def test_types_that_do_not_come_back_are_refused(kind):
    with pytest.raises(UnknownColumnTypeError, match="computes for Spark"):
        over_batches(SELECT, {"a": "INTEGER"}, {"a": kind})
