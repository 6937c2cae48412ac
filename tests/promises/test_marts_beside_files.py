"""Big tables are read from the release's own files: with the same meanings, and only by who may."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import duckdb
import gateway_scene
import pytest
import release_scene

from hub.access.marts import load_marts
from sources.registry import load_catalogue
from warehouse import mart, mart_views, releases
from warehouse.access_log.answering import Asker
from warehouse.dictionary import Dictionary
from warehouse.dictionary.saying import write_dictionary
from warehouse.gateway.asking import Job, NoAnswerError, ask
from warehouse.gateway.gateway import answer
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.marts import held
from warehouse.marts.building import build_marts
from warehouse.releases import Release
from warehouse.workbench import Workbench

PEOPLE = 60_000
FILLED = (
    f"printf('P%010d', i) AS person_id, md5('a' || i) AS signature_id FROM range({PEOPLE}) r(i)"
)
"""So many different texts that the Parquet file of a table is big."""
TABLES = {
    "person_token": f"SELECT {FILLED}",
    "person_membership": f"SELECT DATE '1980-01-01' AS birth_date, {FILLED}",
    "income": f"SELECT 'rent' AS kind, {FILLED}",
    "person": "SELECT CASE WHEN i < 3 THEN '1168010100' ELSE '2611010100' END AS legal_dong_code, "
    + FILLED,
    "night": "SELECT DATE '2026-04-01' AS as_of",
}
ENGINEER, NARROW, LOCAL = (Asker(name, "data_quality") for name in ("engineer", "narrow", "local"))
GRANT = """
[[grant]]
id = "G-{person}"
person = "{person}"
role = "data_engineer"
purpose = "data_quality"
legal_basis = "act 23"
objects = {objects}
columns = {columns}
rows = "{rows}"
from = 2026-01-01
to = 2036-12-31
approved_by = [{{ by = "lee", on = 2025-12-01 }}, {{ by = "park", on = 2025-12-02 }}]
"""
GRANTS = [
    GRANT.format(person="engineer", objects='["*"]', columns='["*"]', rows="all"),
    GRANT.format(
        person="narrow",
        objects='["person_token"]',
        columns='["person_token.person_id"]',
        rows="all",
    ),
    GRANT.format(person="local", objects='["income"]', columns='["*"]', rows="area:11"),
]


def publish(home: Path, *, has_role_marts: bool = True, version: int = 1) -> Release:
    """Publish the tables; `version` is told by the table `night`."""
    layout, dictionary = Layout(home), Dictionary(load_catalogue())
    layout.prepare()
    folder = layout.tables(release_scene.NIGHT)
    with Workbench(folder) as bench:
        for name, sql in TABLES.items():
            bench.build_from(name, f"{sql}, {version} AS version" if name == "night" else sql)
    internal = mart.auditor_mart(
        say=lambda connection, database, beside: write_dictionary(
            connection, dictionary, database, beside
        )
    )

    def build(staging: Path) -> None:
        internal(staging)
        if has_role_marts:
            build_marts(staging, load_marts(), dictionary)

    with Ledger.open(layout.ledger_url) as ledger:
        if version == 1:
            for actor in ("engineer", "narrow", "local"):
                ledger.register_official(
                    actor, area_code="", role="audit", valid_from=dt.date(2020, 1, 1)
                )
        release = releases.publish(
            layout, ledger, release_scene.NIGHT, folder, inputs=[], versions={}, build_marts=build
        )
    (home / "grants").mkdir(exist_ok=True)
    (home / "grants" / "all.toml").write_text("\n".join(GRANTS), "utf-8")
    return release


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("beside") / "home")


def asked(release: Release, asker: Asker, sql: str) -> list[dict[str, object]]:
    given = answer(release.layout, asker, sql, release, today=lambda: gateway_scene.TODAY)
    return given.table.to_pylist()


def held_in(file: Path) -> dict[str, set[str]]:
    """Table → columns of a database file."""
    found: dict[str, set[str]] = {}
    with duckdb.connect(str(file), read_only=True) as connection:
        for table, column in connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
        ).fetchall():
            found.setdefault(table, set()).add(column)
    return found


# The auditors' mart


def test_big_tables_are_asked_like_small_ones_and_are_not_copied(release: Release) -> None:
    assert set(held_in(release.mart())) == {"night", "dictionary_table", "dictionary_column"}
    told = mart.query(release, "SELECT count(*) AS people, max(as_of) AS day FROM person, night")
    assert told.mappings() == [{"people": PEOPLE, "day": dt.date(2026, 4, 1)}]


def test_tables_and_columns_of_views_carry_what_the_dictionary_says(release: Release) -> None:
    dictionary = Dictionary(load_catalogue())
    with mart.open_mart(release) as connection:
        tables = dict(
            connection.execute(
                "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal"
            ).fetchall()
        )
        comments = connection.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'person'"
            " AND column_name = 'legal_dong_code'"
        ).fetchall()
    assert set(tables) == set(TABLES) - {"night"}
    meaning = dictionary.column("person", "legal_dong_code", "VARCHAR")
    assert tables["person"] == dictionary.table("person").meaning_en
    assert comments == [(f"{meaning.meaning_en} / {meaning.meaning_ko}",)]


def test_a_mart_of_old_that_holds_all_tables_is_asked_beside_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(mart_views, "BIG_TABLE_BYTES", 1 << 40)
        then = publish(tmp_path / "home", has_role_marts=False)
    now = publish(tmp_path / "home", has_role_marts=False, version=2)
    assert set(TABLES) <= set(held_in(then.mart()))
    assert mart.query(then, "SELECT count(*) FROM person").rows == [(PEOPLE,)]
    both = "SELECT count(*) FROM now.person JOIN past.person USING (person_id)"
    assert mart.query(now, both, then=then).rows == [(PEOPLE,)]
    for each in (then, now):
        local = asked(each, LOCAL, "SELECT person_id FROM income ORDER BY 1")
        assert [row["person_id"] for row in local] == [f"P{i:010d}" for i in range(3)]


# The marts of roles


def test_a_withheld_column_makes_a_copy_and_nothing_else_does(release: Release) -> None:
    tables = held_in(release.mart("data_engineer__data_quality"))
    assert tables["person_membership"] == {"person_id", "signature_id"}
    assert not {"person_token", "income", "person"} & set(tables)
    seen = asked(release, ENGINEER, "SELECT * FROM person_membership ORDER BY 1 LIMIT 1")
    assert set(seen[0]) == {"person_id", "signature_id"}
    seen = asked(release, ENGINEER, "SELECT * FROM person_token ORDER BY 1 LIMIT 1")
    assert seen[0]["person_id"] == "P0000000000"


def test_show_tables_names_those_beside_the_file(release: Release) -> None:
    named = {row["name"] for row in asked(release, ENGINEER, "SHOW TABLES")}
    assert named == {"night", "person_membership", "person_token"} | {
        "dictionary_table", "dictionary_column",
    }  # fmt: skip


@pytest.mark.parametrize("table", ["income", "person"])
def test_a_table_that_the_roles_mart_does_not_give_is_not_read(
    release: Release, table: str
) -> None:
    with pytest.raises(NoAnswerError, match="mart has no table"):
        asked(release, ENGINEER, f"SELECT person_id FROM {table}")


def test_a_column_withheld_since_closes_the_file(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = [
        replace(each, withheld=(*each.withheld, "signature_*"))
        if each.name == "data_engineer__data_quality"
        else each
        for each in load_marts()
    ]
    monkeypatch.setattr(held, "load_marts", lambda: today)
    with pytest.raises(NoAnswerError, match="mart has no table"):
        asked(release, ENGINEER, "SELECT person_id FROM person_token")


HOSTILE = [
    "SELECT * FROM read_parquet('{file}')",
    "SELECT * FROM read_blob('{file}')",
    "SELECT * FROM read_parquet('{folder}/../tables/{table}.parquet')",
    "COPY (SELECT 1) TO '{file}' (USE_TMP_FILE false)",
    "ATTACH '{folder}/../marts/auditor.duckdb' AS a",
]


@pytest.mark.parametrize("statement", HOSTILE)
@pytest.mark.parametrize(
    ("table", "granted"),
    [("income", {"person_token": None}), ("person_token", {"person_token": ["person_id"]})],
    ids=["not_given", "given_in_part"],
)
def test_no_statement_reads_a_file_that_is_not_given_whole(
    release: Release, statement: str, table: str, granted: dict[str, list[str] | None]
) -> None:
    """Past the judge: what holds is the confined process itself."""
    name = "data_engineer__data_quality"
    given = held.held_tables(release, name)
    assert "income" not in given.names
    files = {each: str(given.in_files[each]) for each in granted}
    path = release.table(table)
    sql = statement.format(file=path, folder=path.parent, table=table)
    before = path.stat().st_mtime_ns
    with pytest.raises(NoAnswerError):
        ask(
            Job(
                sql=sql,
                marts={"main": {"file": str(release.mart(name)), "is_own": True, "files": files}},
                tables=granted,
            )
        )
    assert path.stat().st_mtime_ns == before


def test_a_grant_for_one_column_gives_that_column(release: Release) -> None:
    seen = asked(release, NARROW, "SELECT * FROM person_token ORDER BY 1 LIMIT 2")
    assert seen == [{"person_id": "P0000000000"}, {"person_id": "P0000000001"}]
