"""A mart that holds all that another holds starts from its file, and says the same as one made alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from hub.access.marts import FamilyRows, MartDefinition, Rows
from sources.registry import load_catalogue
from warehouse.dictionary import Dictionary
from warehouse.marts import building
from warehouse.marts.building import build_marts

INNER = MartDefinition(
    role="auditor_case",
    purpose="application",
    tables=("programme", "person", "decision"),
    withheld=("*_token",),
    rows=Rows.DECIDED,
    families=FamilyRows.NONE,
    has_counts=False,
)
OUTER = replace(
    INNER,
    purpose="appeal",
    tables=("programme", "finding", "person", "decision"),
    families=FamilyRows.EVIDENCE,
)
RELEASED = {
    "programme": "SELECT 'W01' AS programme_code",
    "person": "SELECT * FROM (VALUES ('P1', 'a', DATE '1980-02-03'), ('P2', 'b', DATE '1990-02-03'),"
    " ('P3', 'c', NULL)) t(person_id, id_token, birth_date)",
    "decision": "SELECT * FROM (VALUES ('P1', 'eligible'), ('P2', 'refused')) t(subject_id, outcome)",
    "finding": "SELECT * FROM (VALUES ('F1', 'P1', 'P1'), ('F3', 'P3', 'P3'))"
    " t(finding_id, person_id, subject_id)",
    "finding_evidence": "SELECT * FROM (VALUES ('F1', 'D', 1), ('F3', 'D', 3))"
    " t(finding_id, delivery_id, line)",
    "f01_person_identity": "SELECT 'D' AS delivery_id, line FROM range(5) r(line)",
}


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return Dictionary(load_catalogue())


@pytest.fixture
def build(tmp_path: Path, dictionary: Dictionary):
    """`build(*marts)`: their contents, by name, built together in a folder of their own."""

    def building_them(*marts: MartDefinition) -> dict[str, dict[str, list[tuple[object, ...]]]]:
        folder = tmp_path / "-".join(mart.purpose for mart in marts)
        (folder / "tables").mkdir(parents=True)
        (folder / "marts").mkdir()
        with duckdb.connect() as connection:
            for name, sql in RELEASED.items():
                connection.execute(f"COPY ({sql}) TO '{folder}/tables/{name}.parquet'").fetchall()
        build_marts(folder, marts, dictionary)
        return {mart.name: content(folder / "marts" / f"{mart.name}.duckdb") for mart in marts}

    return building_them


def content(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Table → its rows; `*` → comments of tables and columns."""
    with duckdb.connect(str(file), read_only=True) as connection:
        names = [name for (name,) in connection.execute("SHOW TABLES").fetchall()]
        found = {name: connection.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in names}
        found["*"] = connection.execute(
            "SELECT table_name, NULL, comment FROM duckdb_tables() UNION ALL SELECT table_name,"
            " column_name, comment FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
        ).fetchall()
    return found


def test_a_mart_that_starts_from_another_is_the_one_made_alone(build, monkeypatch) -> None:
    alone = build(OUTER)[OUTER.name]
    copied = []
    copy = building.shutil.copyfile
    monkeypatch.setattr(
        building.shutil, "copyfile", lambda *files: (copied.append(files), copy(*files))
    )
    together = build(OUTER, INNER)
    assert [(source.stem, target.stem) for source, target in copied] == [(INNER.name, OUTER.name)]
    assert together[OUTER.name] == alone
    assert alone["person"] == [("P1", 1980), ("P2", 1990)]
    assert alone["f01_person_identity"] == [("D", 1)]
    assert set(together[INNER.name]) == {
        "programme", "person", "decision", "dictionary_table", "dictionary_column", "*",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "contains"),
    [
        ({}, True),
        ({"tables": ("person",)}, True),
        ({"withheld": ()}, False),
        ({"rows": Rows.FOUND}, False),
        ({"role": "data_engineer"}, False),
        ({"tables": ("person", "feed")}, False),
        ({"has_counts": True}, False),
        ({"families": FamilyRows.ALL}, False),
    ],
    ids=str,
)
def test_only_equal_rules_and_more_tables_contain(change, contains: bool) -> None:
    assert OUTER.contains(replace(INNER, **change)) is contains


def test_no_mart_contains_itself() -> None:
    assert not OUTER.contains(OUTER)


@pytest.mark.parametrize(
    ("change", "columns", "is_whole"),
    [
        ({}, ["person_id", "sex"], True),
        ({}, ["person_id", "birth_date"], True),
        ({"role": "auditor_case"}, ["person_id", "birth_date"], False),
        ({}, ["person_id", "id_token"], False),
        ({"rows": Rows.DECIDED}, ["person_id"], False),
        ({"tables": ("feed",)}, ["person_id"], False),
    ],
    ids=str,
)
def test_a_table_is_held_whole_if_nothing_of_it_is_hidden(change, columns, is_whole: bool) -> None:
    mart = replace(INNER, **({"role": "data_engineer", "rows": Rows.ALL} | change))
    assert mart.holds_whole("person", columns) is is_whole
