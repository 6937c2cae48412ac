"""Whose rows a mart holds: the people, households, units and findings in its scope.

Here: finding them, and the condition by which a table's rows are chosen. Never here: copying
(`building`). Next: a table without any of these keys is copied whole, so only tables that are
about nobody may lack one.
"""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from hub.access.marts import FamilyRows, Rows

KEYS = ("person_id", "subject_id", "household_id", "finding_id", "unit_id", "dwelling_id")
"""By which a row is about somebody, the most telling first."""


def stand_scope(connection: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    """Make the tables `in_scope_<key>` of a scope; released tables are views of their names.

    Where a table is missing (a hub that has just begun), nobody is in the scope by it.
    """
    tables = {
        name
        for (name,) in connection.execute(
            "SELECT view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
    }
    seeds = _seeds(rows, tables)
    union = " UNION ALL ".join(seeds) or "SELECT NULL WHERE false"
    _make(connection, "seed", f"SELECT DISTINCT id::VARCHAR AS id FROM ({union}) AS s(id)")
    homes = [
        f"SELECT household_id, person_id FROM {table}"
        for table in ("household_member", "assistance_unit_member")
        if table in tables
    ]
    living = " UNION ".join(homes) or "SELECT NULL::VARCHAR, NULL::VARCHAR WHERE false"
    _make(connection, "living", f"SELECT * FROM ({living}) AS l(household_id, person_id)")
    _make(
        connection,
        "household_id",
        "SELECT DISTINCT household_id AS id FROM living_in_scope"
        " WHERE household_id IN (FROM in_scope_seed) OR person_id IN (FROM in_scope_seed)"
        " UNION SELECT id FROM in_scope_seed",
    )
    _make(
        connection,
        "person_id",
        "SELECT DISTINCT person_id AS id FROM living_in_scope"
        " WHERE household_id IN (FROM in_scope_household_id) UNION SELECT id FROM in_scope_seed",
    )
    _make(connection, "subject_id", "FROM in_scope_person_id UNION FROM in_scope_household_id")
    found = (
        "SELECT finding_id AS id FROM finding WHERE coalesce(person_id, subject_id) IN"
        " (FROM in_scope_subject_id)"
    )
    nothing = "SELECT NULL::VARCHAR AS id WHERE false"
    _make(connection, "finding_id", found if "finding" in tables else nothing)
    for key, table in (("unit_id", "unit_membership"), ("dwelling_id", "dwelling_resident")):
        held = (
            f"SELECT DISTINCT {key} AS id FROM {table} WHERE person_id IN (FROM in_scope_person_id)"
        )
        _make(connection, key, held if table in tables else nothing)


def condition(rows: Rows, columns: Collection[str]) -> str | None:
    """Return the condition for rows in scope; None: the table's rows are about nobody."""
    if rows is Rows.ALL:
        return None
    key = next((key for key in KEYS if key in columns), None)
    return f'"{key}" IN (FROM in_scope_{key})' if key else None


def family_condition(families: FamilyRows) -> str | None:
    """Return the condition for rows of family tables; None: all of them."""
    if families is FamilyRows.ALL:
        return None
    return (
        "(delivery_id, line) IN (SELECT (delivery_id, line) FROM finding_evidence"
        " WHERE finding_id IN (FROM in_scope_finding_id))"
    )


def _seeds(rows: Rows, tables: set[str]) -> list[str]:
    wanted: dict[Rows, dict[str, tuple[str, ...]]] = {
        Rows.FOUND: {"finding": ("person_id", "subject_id")},
        Rows.DECIDED: {"decision": ("subject_id",)},
        Rows.ALL: {},
    }
    return [
        f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"
        for table, columns in wanted[rows].items()
        if table in tables
        for column in columns
    ]


def _make(connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> None:
    table = "living_in_scope" if name == "living" else f"in_scope_{name}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {sql}").fetchall()
