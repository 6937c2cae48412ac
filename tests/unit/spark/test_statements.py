"""What statements make, which columns Spark holds, who runs a stage."""

from __future__ import annotations

import pytest

from pipelines.steps.engines import (
    IN_THIS_PROCESS,
    ON_SPARK,
    Engine,
    UnknownEngineError,
    chosen_engine,
)
from warehouse.engines.spark.column_types import (
    UnknownColumnTypeError,
    is_read_by_spark,
    spark_type,
)
from warehouse.engines.spark.expressions import UntranslatableError
from warehouse.engines.spark.session import SparkMissingError, why_spark_is_missing
from warehouse.engines.spark.statements import Made, Statement, read_statement


@pytest.mark.parametrize(
    ("sql", "values", "expected"),
    [
        (
            "CREATE OR REPLACE TEMP TABLE residence AS -- why\nSELECT 1",
            (),
            Statement(Made.TABLE, "residence", "-- why\nSELECT 1"),
        ),
        ("CREATE OR REPLACE VIEW v AS SELECT 1;", (), Statement(Made.VIEW, "v", "SELECT 1")),
        ("DROP TABLE IF EXISTS temp.record", (), Statement(Made.NOTHING, "record", "")),
        (
            "INSERT INTO pair BY NAME SELECT 1 AS a",
            (),
            Statement(Made.MORE_ROWS, "pair", "SELECT 1 AS a"),
        ),
        ("-- why\nFROM t", (), Statement(Made.ROWS, "", "-- why\nFROM t")),
        (
            "CREATE TEMP TABLE t AS SELECT CAST(? AS BIGINT) AS a, ? AS b",
            (None, 7),
            Statement(Made.TABLE, "t", "SELECT CAST(NULL AS BIGINT) AS a, 7 AS b"),
        ),
    ],
)
def test_what_a_statement_makes(sql, values, expected):
    assert read_statement(sql, values) == expected


@pytest.mark.parametrize("sql", ["INSERT INTO t SELECT 1", "COPY t TO 'f'", "SET threads = 2"])
def test_other_statements_are_refused(sql):
    with pytest.raises(UntranslatableError, match="Spark runs SELECT"):
        read_statement(sql)


def test_texts_are_no_values_of_a_statement():
    with pytest.raises(UntranslatableError, match="whole numbers or nothing"):
        read_statement("SELECT ?", ["a name"])


@pytest.mark.parametrize(
    ("duckdb_type", "expected"),
    [
        ("UBIGINT", "DECIMAL(20,0)"),
        ("UUID", "STRING"),
        ("DECIMAL(9,2)", "DECIMAL(9,2)"),
        ("VARCHAR[]", "ARRAY<STRING>"),
        (
            "STRUCT(fact VARCHAR, known DECIMAL(38,0))[]",
            "ARRAY<STRUCT<`fact`: STRING, `known`: DECIMAL(38,0)>>",
        ),
    ],
)
def test_column_types(duckdb_type, expected):
    assert spark_type(duckdb_type) == expected


def test_a_type_without_a_counterpart_is_refused():
    with pytest.raises(UnknownColumnTypeError, match="INTERVAL"):
        spark_type("INTERVAL")


def test_spark_cannot_read_the_uuids_of_a_file():
    assert not is_read_by_spark("UUID")
    assert is_read_by_spark("UBIGINT")


def test_who_is_not_asked_for_runs_nothing_on_spark():
    choice = chosen_engine(environment={})
    assert choice.engine is Engine.DUCKDB
    assert not any(choice.runs_on_spark(stage) for stage in ON_SPARK)
    assert choice.told() == []


def test_the_environment_chooses_and_the_command_wins():
    environment = {
        "HUB_ENGINE": "spark",
        "HUB_SPARK_MASTER": "yarn",
        "HUB_SPARK_OPTIONS": "a.b=1; c=d=e",
    }
    choice = chosen_engine(environment=environment)
    assert (choice.engine, choice.master) == (Engine.SPARK, "yarn")
    assert choice.options == {"a.b": "1", "c": "d=e"}
    assert chosen_engine("spark", "local[2]", environment).master == "local[2]"


def test_every_stage_is_told_where_it_runs():
    told = {row["stage"]: row["runs_on"] for row in chosen_engine("spark", environment={}).told()}
    assert told == dict.fromkeys(ON_SPARK, "spark") | dict.fromkeys(IN_THIS_PROCESS, "this process")


def test_a_night_on_spark_stops_before_it_begins_where_spark_is_missing(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(SparkMissingError, match="install the dependency group `spark`"):
        chosen_engine("spark", environment={}).require()
    chosen_engine(environment={}).require()


def test_spark_needs_java(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    assert "Java 17" in why_spark_is_missing()


@pytest.mark.parametrize(
    ("engine", "master", "environment", "message"),
    [
        ("flink", "", {}, "engine flink: known are duckdb, spark"),
        ("", "local[2]", {}, "the engine is not spark"),
        ("spark", "", {"HUB_SPARK_OPTIONS": "memory"}, "write key=value"),
    ],
)
def test_what_cannot_be_read_is_refused(engine, master, environment, message):
    with pytest.raises(UnknownEngineError, match=message):
        chosen_engine(engine, master, environment)
