"""The night's SQL on a real Spark cluster gives the rows that DuckDB gives, table by table.

The cluster is two worker processes of one core each (`local-cluster`). In a usual run a share of the
statements is compared, on 600 people; with HUB_PROMISES=1 a whole night of 5,000 people, stage by
stage, in which every stage of Spark's reads what Spark wrote before.
"""

from __future__ import annotations

import itertools
import os
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import night_scene as scene
import polars as pl
import polars.testing
import pytest

from hub.findings.rules import load_rules
from hub.identity.blocking import BLOCKING_RULES
from hub.identity.engine import anchor_descriptions, describe_entities, score_candidates
from hub.identity.pairing import compare_among, make_candidate_pairs, make_record_keys
from hub.identity.state import STATE
from hub.identity.statements import keep
from pipelines.steps import stages
from pipelines.steps.engines import Engine, EngineChoice
from pipelines.steps.families import build_night_tables
from pipelines.steps.findings import rule_sql, show_settings
from pipelines.steps.profiles import build_profiles
from sources.registry import load_catalogue
from warehouse.engines.spark.connection import SparkConnection
from warehouse.engines.spark.session import SparkSettings, spark_session, why_spark_is_missing
from warehouse.engines.spark.workbench import SparkWorkbench
from warehouse.families import EffectiveDelivery, build_families, table_name
from warehouse.identity_zone import identity_zone
from warehouse.index_state import attach_state, open_index_state
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.workbench import Workbench

MISSING = why_spark_is_missing()
pytestmark = pytest.mark.skipif(MISSING is not None, reason=MISSING or "")
IS_WHOLE = os.environ.get("HUB_PROMISES") == "1"
MASTER = "local-cluster[2,1,1024]"
SMALL = {
    "spark.sql.shuffle.partitions": "2",
    # Compiling a plan takes longer than running it over a few hundred people.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
STATEMENTS = (
    ("profile", "income_conflict"),
    ("profile", "person_circumstance"),
    ("households", "household"),
    ("decisions", "benefit_received"),
    ("decisions", "condition_gap"),
    ("decisions", "spouse_pair"),
    ("decisions", "unit_set"),
    ("decisions", "decision_reason"),
    ("findings", "benefit_held"),
    ("findings", "wage_deduction"),
    ("findings", "finding"),
    ("findings", "finding_evidence"),
    ("findings", "payment_hold"),
)
"""Quick ones that together use most of what is rewritten."""
FAMILY = "F04"
RULES = ("D01", "D11")


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    with spark_session(SparkSettings(MASTER, SMALL), tmp_path_factory.mktemp("spark")) as opened:
        yield opened


@pytest.fixture(scope="module")
def by_duckdb(whole_nights):
    """The tables of the second night."""
    return Layout(whole_nights / "home").tables(scene.SECOND)


@pytest.fixture(scope="module")
def bench(session, by_duckdb, tmp_path_factory):
    """The same tables before Spark, which puts its own in their places."""
    folder = tmp_path_factory.mktemp("night") / "tables"
    shutil.copytree(
        by_duckdb, folder, copy_function=os.link, ignore=shutil.ignore_patterns("identity")
    )
    with SparkWorkbench(folder, session) as opened:
        yield opened


def differing_rows(one: Path, other: Path) -> int:
    """How many rows only one of two Parquet files has; their columns and types must be the same."""
    connection = duckdb.connect()
    columns = [
        connection.execute(f"DESCRIBE FROM read_parquet('{path}')").fetchall()
        for path in (one, other)
    ]
    assert columns[0] == columns[1]
    return sum(
        connection.execute(
            f"SELECT count(*) FROM (FROM read_parquet('{left}') EXCEPT ALL FROM read_parquet('{right}'))"
        ).fetchall()[0][0]
        for left, right in ((one, other), (other, one))
    )


def test_the_cluster_has_worker_processes(session):
    own = os.getpid()
    parents = session.sparkContext.parallelize(range(4), 4).map(lambda _: os.getppid()).collect()
    assert own not in parents
    known = session.sparkContext._jsc.sc().getExecutorMemoryStatus()
    assert known.size() == 3  # the driver and two workers


@pytest.mark.parametrize(("layer", "table"), STATEMENTS)
def test_a_statement_gives_the_rows_of_duckdb(bench, by_duckdb, layer, table):
    bench.build(layer, table)
    assert differing_rows(by_duckdb / f"{table}.parquet", bench.path(table)) == 0


def test_profiles_agree(bench, by_duckdb):
    rows = build_profiles(bench)
    assert min(rows[table] for table in ("income", "asset", "profile_evidence")) > 0
    differing = {
        table: differing_rows(by_duckdb / f"{table}.parquet", bench.path(table)) for table in rows
    }
    assert set(differing.values()) == {0}, differing


@pytest.mark.parametrize("rule", [rule for rule in load_rules() if rule.id in RULES], ids=RULES)
def test_a_rule_finds_what_it_finds_on_duckdb(bench, by_duckdb, rule):
    show_settings(bench, rule)
    bench.build_from(rule.table, rule_sql(rule))
    assert differing_rows(by_duckdb / f"{rule.table}.parquet", bench.path(rule.table)) == 0


def test_a_family_and_its_signatures_agree(session, whole_nights, by_duckdb, tmp_path):
    layout = Layout(whole_nights / "home")
    catalogue = load_catalogue()
    small = replace(catalogue, families={FAMILY: catalogue.families[FAMILY]})
    with Ledger.open(layout.ledger_url) as ledger:
        effective = ledger.effective_deliveries()
    deliveries = [
        EffectiveDelivery(
            each.delivery_id,
            each.document_type,
            each.period,
            each.sequence,
            each.schema_version or 1,
            layout.delivery(each.document_type, each.delivery_id),
        )
        for each in effective
    ]
    zone = identity_zone(layout)
    signatures = []
    for name, opened in (
        ("duckdb", lambda folder: Workbench(folder, zone=zone)),
        ("spark", lambda folder: SparkWorkbench(folder, session, zone=zone)),
    ):
        folder = tmp_path / name / "tables"
        folder.mkdir(parents=True)
        shutil.copy(by_duckdb / "delivery.parquet", folder)
        with opened(folder) as bench:
            build_families(bench, small, deliveries)
            signatures.append(bench.frame("SELECT * FROM signature ORDER BY signature_id"))
    table = f"{table_name(small.families[FAMILY])}.parquet"
    assert (
        differing_rows(*(tmp_path / name / "tables" / table for name in ("duckdb", "spark"))) == 0
    )
    assert signatures[0].equals(signatures[1])
    assert signatures[0]["full_name"].drop_nulls().len() > 0
    # What lay between statements, names among it, is gone.
    assert [path.name for path in (tmp_path / "spark").iterdir()] == ["tables"]


@pytest.fixture(scope="module")
def state(whole_nights):
    """What DuckDB's index remembers of the second night."""
    with open_index_state(Layout(whole_nights / "home")) as opened:
        yield opened


@pytest.fixture
def spark(session, tmp_path):
    opened = SparkConnection(session, tmp_path / "spark")
    yield opened
    opened.close()


def assert_same_rows(spark, table, state, remembered):
    """Both engines have the same rows, of the same columns and types, and there are some."""
    expected = state.connection.sql(f"FROM {remembered}").pl()
    ours = spark.frame(f"FROM {table}").select(expected.columns)
    assert expected.height > 0
    pl.testing.assert_frame_equal(ours, expected, check_row_order=False, check_exact=True)


def test_entities_agree(spark, state):
    for table in ("description", "number_alias"):
        keep(spark, table, state.connection.sql(f"FROM {table}").pl())
    anchor_descriptions(spark)
    describe_entities(spark)
    for table in ("entity_description", "linkage_record"):
        assert_same_rows(spark, table, state, table)


def test_keys_pairs_and_weights_agree(spark, state):
    for table in ("linkage_record", "number_neighbour"):
        keep(spark, table, state.connection.sql(f"FROM {table}").pl())
    make_record_keys(spark, "linkage_record", BLOCKING_RULES, "record_key")
    compare_among(spark, "linkage_record")
    make_candidate_pairs(spark, BLOCKING_RULES, keys="record_key")
    score_candidates(spark, state.model, "candidate_pair", "pair_score")
    for table in ("record_key", "pair_score"):
        assert_same_rows(spark, table, state, table)


def test_there_are_rows_to_compare(by_duckdb):
    rows = {
        table: duckdb.connect()
        .execute(f"SELECT count(*) FROM read_parquet('{by_duckdb / table}.parquet')")
        .fetchall()[0][0]
        for table in ("feed", "asset", "benefit_received", "finding", "d11_long_stay_abroad")
    }
    assert min(rows.values()) > 0, rows


def test_what_spark_cannot_say_is_refused_by_name(bench):
    from warehouse.engines.spark.expressions import UntranslatableError

    with pytest.raises(UntranslatableError, match="function hash"):
        bench.build_from("hashed", "SELECT min(hash(person_id)) AS number FROM person")
    assert not bench.has("hashed")


@pytest.mark.skipif(not IS_WHOLE, reason="a whole night of 5,000 people: HUB_PROMISES=1")
def test_a_whole_night_agrees(session, tmp_path):
    scene.tell(tmp_path, 5_000, 1, faults=False)
    context = scene.open_night(tmp_path / "home", scene.FIRST)
    with context.ledger, scene.unflushed():
        scene.land_night(context, tmp_path / "nights")
        scene.build_tables(context)
        tables = context.layout.tables(scene.FIRST)
        kept = shutil.copytree(tables, tmp_path / "duckdb")
        states = {"spark": context.layout.index_work(scene.FIRST), "duckdb": tmp_path / "state"}
        shutil.copytree(states["spark"], states["duckdb"])
        context.engine = EngineChoice(Engine.SPARK, MASTER)
        context.__dict__["spark"] = session
        build_night_tables(context)
        stages.index_people(context)
        stages.form_households(context)
        stages.profile_people(context)
        stages.decide_programmes(context)
        stages.find_improper_receipt(context)
    built = sorted(path.name for path in tables.glob("*.parquet"))
    assert built == sorted(path.name for path in kept.glob("*.parquet"))
    differing = {
        name: rows for name in built if (rows := differing_rows(kept / name, tables / name))
    }
    assert differing == {}
    assert differing_states(identity_zone(context.layout), states) == {}


def differing_states(zone, states):
    """Tables of two states of the index, and the rows that only one of them has."""
    connection = duckdb.connect()
    for name, folder in states.items():
        attach_state(connection, zone, folder, f"{name}_")
    rows = {
        table: sum(
            connection.sql(f"FROM (FROM {one}_{table} EXCEPT ALL FROM {other}_{table})").pl().height
            for one, other in itertools.permutations(states)
        )
        for table in STATE
    }
    assert connection.sql("SELECT count(*) FROM spark_pair_score").fetchall()[0][0] > 0
    return {table: count for table, count in rows.items() if count}
