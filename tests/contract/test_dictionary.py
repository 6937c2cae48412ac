"""Every table and column that a night releases says what it is, in which unit and from where."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from hub.access.marts import FamilyRows, Rows, load_marts
from hub.access.policy import load_policy
from pipelines.dictionary_commands import dictionary_app
from sources.registry import load_catalogue
from warehouse.commands import query as query_command
from warehouse.dictionary import Dictionary
from warehouse.dictionary.meanings import is_number
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.mart import query
from warehouse.marts.count_tables import count_tables
from warehouse.releases import current
from warehouse.saved_queries import saved_queries

EXAMPLES = {"month": "2026-03", "rule": "D01", "column": "amount", "least": "0"}
PERSONAL = re.compile(r"(^|_)(person_id|subject_id|spouse_id|relative_id|household_id)$|_token$")


@pytest.fixture(scope="module")
def home(whole_nights) -> Path:
    return whole_nights / "home"


@pytest.fixture(scope="module")
def release(home):
    return current(Layout(home))


@pytest.fixture(scope="module")
def released(release) -> list[tuple[str, str, str]]:
    """Table, column and type of every Parquet file of the release."""
    with duckdb.connect() as connection:
        return [
            (name, column, sql_type)
            for name in release.tables
            for column, sql_type, *_ in connection.execute(
                "DESCRIBE FROM read_parquet(?)", [str(release.table(name))]
            ).fetchall()
        ]


def test_every_released_column_has_meaning_unit_and_source(released):
    dictionary = Dictionary(load_catalogue())
    lacking = []
    for table, column, sql_type in released:
        told = dictionary.column(table, column, sql_type)
        if told is None or not (told.meaning_en and told.meaning_ko and told.source):
            lacking.append((table, column, "meaning or source"))
        elif is_number(sql_type) and not told.unit:
            lacking.append((table, column, "unit"))
    assert len(released) > 1_000
    assert lacking == []


def test_every_released_table_says_what_one_row_is(release):
    dictionary = Dictionary(load_catalogue())
    told = {name: dictionary.table(name) for name in (*release.tables, *count_tables())}
    assert [name for name, each in told.items() if each is None or not each.source] == []


def test_a_family_column_is_traced_to_the_documents_that_fill_it():
    dictionary = Dictionary(load_catalogue())
    told = dictionary.column("f11_wage_income", "gross_amount", "BIGINT")
    assert told is not None
    assert "I03-F11-02" in told.source
    assert (told.unit, told.meaning_ko) == ("won", "공제 전 급여액")
    assert dictionary.column("f11_wage_income", "no_such_column", "BIGINT") is None


@pytest.fixture(scope="module")
def marts(release):
    """Name → open connection of every mart of the release."""
    opened = {
        name: duckdb.connect(str(release.mart(name)), read_only=True)
        for name in ("auditor", *(mart.name for mart in load_marts()))
    }
    yield opened
    for connection in opened.values():
        connection.close()


def columns(connection) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
    ).fetchall()


@pytest.mark.parametrize("name", ["auditor", *(mart.name for mart in load_marts())])
def test_everything_in_a_mart_carries_a_comment_and_stands_in_its_dictionary(marts, name):
    bare = """
        SELECT table_name FROM duckdb_tables() WHERE NOT internal AND comment IS NULL
        UNION ALL
        SELECT table_name || '.' || column_name FROM duckdb_columns()
        WHERE NOT internal AND comment IS NULL
    """
    assert marts[name].execute(bare).fetchall() == []
    listed = marts[name].execute("SELECT table_name, column_name FROM dictionary_column").fetchall()
    assert set(columns(marts[name])) - set(listed) <= {
        pair for pair in columns(marts[name]) if pair[0].startswith("dictionary_")
    }


@pytest.mark.parametrize("mart", load_marts(), ids=lambda mart: mart.name)
def test_a_mart_holds_what_is_declared_and_nothing_else(marts, mart):
    held = columns(marts[mart.name])
    declared = {*mart.tables, "dictionary_table", "dictionary_column"}
    declared |= set(count_tables()) if mart.has_counts else set()
    extra = {table for table, _ in held} - declared
    if mart.families is FamilyRows.NONE:
        assert extra == set()
    assert all(re.match(r"f\d\d_", table) for table in extra)
    assert [column for _, column in held if not mart.shows(column)] == []
    if mart.hides_birth_date:
        assert not {"birth_date", "months_since_birth"} & {column for _, column in held}


def test_auditors_without_cases_see_no_person(marts):
    for mart in load_marts():
        if mart.role == "auditor_aggregate":
            found = [pair for pair in columns(marts[mart.name]) if PERSONAL.search(pair[1])]
            assert found == [], mart.name


def test_small_cells_are_left_out_and_the_others_rounded(marts):
    policy = load_policy()
    seen = 0
    for table in count_tables():
        cells = (
            marts["auditor_aggregate__supervision"]
            .execute(f"SELECT people FROM {table}")
            .fetchall()
        )
        seen += len(cells)
        for (people,) in cells:
            assert people >= policy.minimum_cell
            assert people % policy.rounding == 0
    assert seen


def test_rows_of_a_scoped_mart_are_about_people_in_scope(marts):
    connection = marts["auditor_case__finding_review"]
    for table, column in columns(connection):
        if column == "person_id" and table != "finding":
            strangers = connection.execute(
                f"SELECT count(*) FROM {table} WHERE person_id NOT IN"
                " (SELECT person_id FROM person)"
            ).fetchall()
            assert strangers == [(0,)], table
    everybody = marts["auditor"].execute("SELECT count(*) FROM person").fetchone()
    shown = connection.execute("SELECT count(*) FROM person").fetchone()
    assert 0 < shown[0] < everybody[0]
    found = marts["auditor"].execute("SELECT count(*) FROM finding").fetchone()
    assert connection.execute("SELECT count(*) FROM finding").fetchone() == found


def test_records_in_a_case_mart_are_evidence(marts):
    connection = marts["auditor_case__finding_review"]
    families = {table for table, _ in columns(connection) if re.match(r"f\d\d_", table)}
    rows = 0
    for table in families:
        outside, inside = connection.execute(
            f"SELECT count(*) FILTER ((delivery_id, line) NOT IN"
            f" (SELECT (delivery_id, line) FROM finding_evidence)), count(*) FROM {table}"
        ).fetchone()
        assert outside == 0, table
        rows += inside
    assert rows


def test_a_scoped_mart_has_a_key_in_every_table_about_somebody(marts):
    from warehouse.marts.scopes import KEYS

    for mart in load_marts():
        if mart.rows is Rows.ALL:
            continue
        by_table: dict[str, set[str]] = {}
        for table, column in columns(marts[mart.name]):
            by_table.setdefault(table, set()).add(column)
        for table, held in by_table.items():
            if any(PERSONAL.search(column) for column in held):
                assert held & set(KEYS), table


@pytest.mark.parametrize("saved", saved_queries().values(), ids=lambda saved: saved.name)
def test_every_saved_question_is_explained_and_answers(release, saved):
    person = query(release, "SELECT min(person_id) FROM person").rows[0][0]
    finding = query(release, "SELECT min(finding_id) FROM finding").rows[0][0]
    examples = EXAMPLES | {"person": person, "finding": finding}
    values = {parameter.name: examples[parameter.name] for parameter in saved.parameters}
    answer = query(release, saved.statement(values))
    assert answer.columns
    assert saved.title and saved.title_ko and len(saved.explains) > 30  # noqa: PT018
    assert all(f"${parameter.name}" in saved.sql for parameter in saved.parameters)


def test_enough_saved_questions_find_something(release):
    """Questions that answer nothing on a small night may be wrong without anybody noticing."""
    certain = (
        "coverage_of_feeds", "coverage_of_facts", "rule_precision", "received_without_entitlement",
        "entitled_not_received", "findings_by_rule_and_institution", "quarantined_rows",
        "quarantine_reasons_of_delivery", "held_payments",
    )  # fmt: skip
    for name in certain:
        saved = saved_queries()[name]
        values = {parameter.name: EXAMPLES[parameter.name] for parameter in saved.parameters}
        assert query(release, saved.statement(values)).rows, name


@pytest.fixture
def hub(home, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    return lambda *arguments: CliRunner().invoke(dictionary_app, list(arguments))


def test_the_command_shows_finds_and_writes(hub, home, release):
    shown = hub("show", "person.birth_date", "--json")
    assert shown.exit_code == 0
    assert "생년월일" in shown.output
    assert "recognised_income_amount" in hub("search", "소득인정액", "--json").output
    assert hub("show", "person.no_such_column").exit_code == 1
    page = home / "reports" / release.release_id / "dictionary.html"
    assert hub("html").exit_code == 0
    text = page.read_text("utf-8")
    assert "recognised_income_amount" in text
    assert "src=" not in text, "the page needs no server"


def test_saved_questions_are_listed(capsys):
    query_command(None, list_saved=True, as_json=True)
    assert "received_without_entitlement" in capsys.readouterr().out
