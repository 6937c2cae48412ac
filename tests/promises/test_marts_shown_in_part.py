"""Big tables of which a role sees a part: the question gets what a copy would hold, and no more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
import release_scene

from hub.access.marts import Rows, load_marts
from sources.registry import load_catalogue
from warehouse import mart_views, releases
from warehouse.dictionary import Dictionary
from warehouse.gateway import child
from warehouse.gateway.asking import Job, NoAnswerError, ask
from warehouse.gateway.column_use import columns_named
from warehouse.gateway.statements import judge
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.mart import auditor_mart
from warehouse.marts.building import build_marts
from warehouse.marts.held import held_tables
from warehouse.releases import Release
from warehouse.workbench import Workbench

FINDING_REVIEW, APPEAL = "auditor_case__finding_review", "auditor_case__appeal"
CASE_MARTS = (FINDING_REVIEW, "auditor_case__application", APPEAL)
# P1 has a finding and lives with P2; P3 is decided about, P4 lives with P3; P5 is nobody's business.
TABLES = {
    "night": "SELECT DATE '2026-04-01' AS as_of",
    "person": "SELECT * FROM (VALUES ('P1', 'a', DATE '1980-02-03'), ('P2', 'b', DATE '1990-02-03'),"
    " ('P3', 'c', NULL), ('P4', 'd', DATE '2001-01-01'), ('P5', 'e', DATE '2002-02-02'))"
    " t(person_id, person_token, birth_date)",
    "household_member": "SELECT * FROM (VALUES ('H1', 'P1'), ('H1', 'P2'), ('H2', 'P3'), ('H2', 'P4'),"
    " ('H3', 'P5')) t(household_id, person_id)",
    "household": "SELECT * FROM (VALUES ('H1', 2), ('H2', 2), ('H3', 1)) t(household_id, size)",
    "decision": "SELECT * FROM (VALUES ('P1', 'W1', 'eligible'), ('H2', 'W2', 'refused'))"
    " t(subject_id, programme_code, outcome)",
    "programme": "SELECT * FROM (VALUES ('W1', 'one'), ('W2', 'two')) t(programme_code, name)",
    "finding": "SELECT * FROM (VALUES ('F1', 'P1', 'P1')) t(finding_id, person_id, subject_id)",
    "finding_evidence": "SELECT * FROM (VALUES ('F1', 'D1', 1), ('F1', 'D9', 2))"
    " t(finding_id, delivery_id, line)",
    "delivery": "SELECT 'D1' AS delivery_id, 'F01' AS family",
    "f01_person_identity": "SELECT d AS delivery_id, line FROM range(3) r(line), (VALUES ('D1'), ('D2')) t(d)",
    # Its delivery is not among the deliveries: the evidence counts all the same.
    "f02_resident_household_address": "SELECT 'D9' AS delivery_id, line FROM range(3) r(line)",
}


def publish(home: Path) -> Release:
    layout, dictionary = Layout(home), Dictionary(load_catalogue())
    layout.prepare()
    folder = layout.tables(release_scene.NIGHT)
    with Workbench(folder) as bench:
        for name, sql in TABLES.items():
            bench.build_from(name, sql)

    def build(staging: Path) -> None:
        auditor_mart()(staging)
        build_marts(staging, load_marts(), dictionary)

    with Ledger.open(layout.ledger_url) as ledger:
        return releases.publish(
            layout, ledger, release_scene.NIGHT, folder, inputs=[], versions={}, build_marts=build
        )


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of which every table counts as big."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(mart_views, "BIG_TABLE_BYTES", 0)
        return publish(tmp_path_factory.mktemp("part") / "home")


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The same release, of which every table is copied."""
    return publish(tmp_path_factory.mktemp("copied") / "home")


def shown(release: Release, mart: str) -> dict[str, list[tuple[object, ...]]]:
    """Columns and rows of every table of a mart, as the gateway's process lays it out."""
    held = held_tables(release, mart)
    found = {}
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{release.mart(mart)}' AS mart_main (READ_ONLY)")
        sources = child._sources(connection, "main", held.read_beside(held.names))
        for name in held.names:
            relation = connection.sql(f"SELECT * FROM {sources[name]} ORDER BY ALL")
            found[name] = [tuple(relation.columns), *relation.fetchall()]
    return found


def job(release: Release, mart: str, sql: str, *tables: str, **more: object) -> Job:
    held = held_tables(release, mart)
    side = {"file": str(release.mart(mart)), "is_own": True} | held.read_beside(tables)
    return Job(sql=sql, marts={"main": side}, tables=dict.fromkeys(tables), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("mart", CASE_MARTS)
def test_a_part_is_what_a_copy_would_hold(release, copied, mart: str) -> None:
    assert not held_tables(copied, mart).in_part
    assert {"person", "decision", "household"} <= held_tables(release, mart).in_part.keys()
    assert shown(release, mart) == shown(copied, mart)


def test_whose_rows_and_which_columns(release) -> None:
    seen = shown(release, FINDING_REVIEW)
    assert seen["person"] == [("person_id", "birth_year"), ("P1", 1980), ("P2", 1990)]
    assert seen["household"] == [("household_id", "size"), ("H1", 2)]
    assert seen["f01_person_identity"][1:] == [("D1", 1)]
    assert seen["f02_resident_household_address"][1:] == [("D9", 2)]
    decided = shown(release, APPEAL)
    assert [row[0] for row in decided["person"][1:]] == ["P1", "P2", "P3", "P4"]
    assert [row[0] for row in decided["household"][1:]] == ["H1", "H2"]


def test_a_question_about_a_case_sees_the_case(release) -> None:
    sql = "SELECT person_id, birth_year FROM person ORDER BY 1"
    of_case = {"person_id": ["P2", "P5"]}
    seen = ask(job(release, FINDING_REVIEW, sql, "person", scope=of_case)).table.to_pylist()
    assert seen == [{"person_id": "P2", "birth_year": 1990}]


def test_columns_that_a_question_does_not_name_are_not_copied_for_it(release) -> None:
    sql = "SELECT person_id FROM person WHERE birth_year < 1985 ORDER BY 1"
    named = columns_named(judge(sql))
    assert named is not None
    seen = ask(job(release, APPEAL, sql, "person", columns_named=sorted(named))).table.to_pylist()
    assert seen == [{"person_id": "P1"}]
    with pytest.raises(NoAnswerError, match="birth_year"):
        ask(job(release, APPEAL, sql, "person", columns_named=["person_id"]))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM person",
        "FROM person",
        "SELECT p.* FROM person AS p",
        "SELECT COLUMNS('birth.*') FROM person",
        "SELECT p FROM person AS p",
        "SELECT #1 FROM person",
        "SELECT a FROM person AS p(a)",
        "SELECT person_id FROM person NATURAL JOIN household_member",
        "SELECT person_id FROM (PIVOT person ON birth_year IN (1980) USING count(*))",
        "SUMMARIZE SELECT * FROM person",
    ],
)
def test_a_question_that_reads_columns_without_naming_them_gets_all(sql: str) -> None:
    assert columns_named(judge(sql)) is None


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        ("SELECT count(*) AS n FROM person", set()),
        ('SELECT "Birth_Year" FROM person', {"birth_year"}),
        ("SELECT size FROM household JOIN household_member USING (household_id)", {"size", "household_id"}),
        ("WITH x AS (SELECT sex FROM person) SELECT x.sex FROM x", {"sex"}),
        ("SELECT person_id FROM person ORDER BY birth_year", {"person_id", "birth_year"}),
    ],
)  # fmt: skip
def test_every_column_that_is_read_is_among_the_names(sql: str, read: set[str]) -> None:
    named = columns_named(judge(sql))
    assert named is not None
    assert {"birth_year", "size", "household_id", "sex", "person_id"} & named == read


def test_a_column_withheld_since_is_left_out(release) -> None:
    today = [replace(each, withheld=(*each.withheld, "birth_date")) for each in load_marts()]
    part = held_tables(release, APPEAL, today).in_part["person"]
    assert part.columns == {"person_id": "person_id"}


@pytest.mark.parametrize("rows", [Rows.FOUND, Rows.ALL])
def test_another_rule_for_rows_closes_what_was_made_under_this_one(release, rows: Rows) -> None:
    """Under ALL a table of which nothing is hidden is given whole: that is what the rule now says."""
    today = [replace(each, rows=rows) for each in load_marts()]
    held = held_tables(release, APPEAL, today)
    assert not held.in_part
    assert "person" not in held.names
    assert ("household" in held.names) == (rows is Rows.ALL)


def test_a_table_taken_out_of_the_declaration_is_not_shown(release) -> None:
    today = [replace(each, tables=("decision",)) for each in load_marts()]
    assert "person" not in held_tables(release, APPEAL, today).names


HOSTILE = [
    "SELECT * FROM read_parquet('{file}')",
    "SELECT * FROM read_text('{file}')",
    "SELECT id FROM mart_main.scope_found.person_id",
    "SELECT person_token FROM person",
    "SELECT * FROM household",
]


@pytest.mark.parametrize("statement", HOSTILE)
def test_what_is_not_shown_is_out_of_reach(release, statement: str) -> None:
    """Past the judge: what holds is the confined process itself."""
    sql = statement.format(file=release.table("person"))
    # A copied table is given whole, so the mart's file stays open.
    asked = job(release, FINDING_REVIEW, sql, "person", "f01_person_identity")
    with pytest.raises(NoAnswerError):
        ask(asked)


def test_who_is_in_scope_is_no_table_of_the_mart(release) -> None:
    held = held_tables(release, FINDING_REVIEW)
    assert not {"id", "person_id", "household_id", "subject_id"} & held.names
