"""No name, address or birth date of a night's people lies open on the disk.

Every file below the home of two nights is read, outside the vault's archive, the drops and the
simulated country: bytes as they are, Parquet and DuckDB and SQLite opened. What is open on purpose is
listed here as docs/identity-zone.md lists it, and nothing else may be found.
"""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import night_scene as scene
import polars as pl
import pytest

from warehouse.identity_files import identity_files
from warehouse.identity_zone import identity_zone
from warehouse.layout import Layout

BIRTH_DATES = {
    "person.birth_date",
    "f01_person_identity.birth_date",
    "f05_foreigner_nationality.birth_date",
    "f06_border_movement.birth_date",
}
"""Columns of released tables that say birth dates."""
LEAST_LETTERS = 6
"""Shorter texts occur by chance: districts, common words."""


@pytest.fixture(scope="module")
def layout(whole_nights):
    return Layout(whole_nights / "home")


@pytest.fixture(scope="module")
def secret(layout):
    """Full names and addresses as senders wrote them, and birth dates, of the night's people."""
    zone = identity_zone(layout)
    nights = [file for file in identity_files(layout) if file.bound.table == "signature"]
    told = zone.scan(nights).select("full_name", "address").collect()
    addresses = told["address"].drop_nulls().unique()
    full_names = scene.small_country(600).persons()["full_name"].unique()
    return {
        "name": frozenset(
            name for name in told["full_name"].drop_nulls() if name in set(full_names)
        ),
        "address": frozenset(text for text in addresses if len(text) >= LEAST_LETTERS),
    }


def open_files(layout: Layout) -> Iterator[Path]:
    archive = layout.vault / "archive"
    for file in sorted(layout.home.rglob("*")):
        if file.is_file() and archive not in file.parents and layout.country not in file.parents:
            yield file


def found_in(texts: set[str], secret) -> set[str]:
    return {kind for kind, values in secret.items() if texts & values}


def strings(frame: pl.DataFrame) -> Iterator[tuple[str, set[str]]]:
    for name, kind in frame.schema.items():
        if kind == pl.String:
            yield name, set(frame[name].drop_nulls().unique())


def test_the_search_knows_people_and_finds_them_in_the_zone(layout, secret):
    assert len(secret["name"]) > 200
    assert len(secret["address"]) > 100
    zone = identity_zone(layout)
    files = list(identity_files(layout))
    assert {file.epoch for file in files} == {1}
    kinds = set()
    for file in files[:: max(len(files) // 60, 1)]:
        for _, texts in strings(zone.scan([file]).collect()):
            kinds |= found_in(texts, secret)
    assert kinds == {"name", "address"}


def test_no_open_file_holds_a_name_or_an_address(layout, secret):
    encrypted = {file.path for file in identity_files(layout)}
    wanted = [value.encode() for value in sorted(secret["address"])]
    wanted += [name.encode() for name in sorted(secret["name"]) if len(name) >= LEAST_LETTERS]
    found = set()
    for file in open_files(layout):
        content = file.read_bytes()
        if any(value in content for value in wanted):
            found.add(str(file.relative_to(layout.home)))
        if file.suffix == ".parquet" and file not in encrypted:
            if content[-4:] != b"PAR1":
                continue
            for name, texts in strings(pl.read_parquet(file)):
                if found_in(texts, secret):
                    found.add(f"{file.relative_to(layout.home)}: {name}")
    assert found == set()


def test_no_database_holds_a_name_or_an_address(layout, secret):
    found, opened = set(), 0
    for file in open_files(layout):
        if file.suffix == ".duckdb":
            with duckdb.connect(str(file), read_only=True) as connection:
                for (table,) in connection.execute("SHOW TABLES").fetchall():
                    for name, texts in strings(connection.sql(f'FROM "{table}"').pl()):
                        if found_in(texts, secret):
                            found.add(f"{file.name}: {table}.{name}")
            opened += 1
        elif file.suffix in {".sqlite", ".db"}:
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
                names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                for (table,) in names.fetchall():
                    for row in connection.execute(f'SELECT * FROM "{table}"'):
                        if found_in({text for text in row if isinstance(text, str)}, secret):
                            found.add(f"{file.name}: {table}")
            opened += 1
    assert opened >= 2
    assert found == set()


def test_birth_dates_stand_only_where_the_docs_say(layout):
    """A column is searched by its name: dates of birth are also dates of other things."""
    told = set()
    for file in (layout.releases / "r000002/tables").glob("*.parquet"):
        told |= {f"{file.stem}.{name}" for name in pl.read_parquet_schema(file) if "birth" in name}
    assert {name for name in told if name.endswith("birth_date")} == BIRTH_DATES
    page = (Path(__file__).parents[2] / "docs/identity-zone.md").read_text("utf-8")
    assert all(name.partition(".")[0] in page for name in BIRTH_DATES)


def test_no_text_file_says_when_somebody_was_born(layout):
    people = scene.small_country(600).persons().head(200)
    wanted = {
        f"{name}{between}{born:%Y-%m-%d}".encode()
        for name, born in people.select("full_name", "birth_date").iter_rows()
        for between in (" ", ",", "\t", '", "', '","', " | ")
    }
    texts = [
        file
        for file in open_files(layout)
        if file.suffix in {".json", ".jsonl", ".txt", ".html", ".csv"}
    ]
    assert texts
    found = [file.name for file in texts if any(each in file.read_bytes() for each in wanted)]
    assert found == []


def test_nothing_is_left_in_the_spill_and_nobody_else_may_look(layout):
    folders = [layout.spill, *(layout.home / "scratch").glob("*/spill")]
    assert any(folder.exists() for folder in folders)
    for folder in folders:
        if folder.exists():
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert [path for path in folder.rglob("*") if path.is_file()] == []
