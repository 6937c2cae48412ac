"""Whose rows a mart holds: the people, households, units and findings in its scope.

Here: finding them, keeping them in the mart for tables that are not copied, and the key by which a
table's rows are chosen. Never here: copying (`building`) or asking (`warehouse.gateway`). Next: a
table without any of these keys is shown whole, so only tables that are about nobody may lack one.
"""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from hub.access.marts import Rows
from hub.quoting import literal, name

KEYS = ("person_id", "subject_id", "household_id", "finding_id", "unit_id", "dwelling_id")
"""By which a row is about somebody, the most telling first."""


def stand_scope(
    connection: duckdb.DuckDBPyConnection, rows: Rows, keys: Collection[str] = KEYS
) -> None:
    """Make the tables `in_scope_<key>` of a scope; released tables are views of their names.

    Where a table is missing (a hub that has just begun), nobody is in the scope by it. Of units and
    dwellings, which nothing else follows from, those of `keys` are made.
    """
    tables = {
        view
        for (view,) in connection.execute(
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
    # Who lives with whom is the same in every scope.
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS living_in_scope AS"
        f" SELECT * FROM ({living}) AS l(household_id, person_id)"
    ).fetchall()
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
        if key not in keys:
            continue
        held = (
            f"SELECT DISTINCT {key} AS id FROM {table} WHERE person_id IN (FROM in_scope_person_id)"
        )
        _make(connection, key, held if table in tables else nothing)


def scope_key(rows: Rows, columns: Collection[str]) -> str | None:
    """Return the column by which rows in scope are chosen; None: the table's rows are about nobody."""
    if rows is Rows.ALL:
        return None
    return next((key for key in KEYS if key in columns), None)


def scope_schema(rows: Rows) -> str:
    """Return the schema of a mart's file that holds who is in a scope, one table of `id` a key.

    It names the rule: a mart that was made under another rule has no such schema, and nothing is
    read by it.
    """
    return f"scope_{rows}"


def keep_scope(
    connection: duckdb.DuckDBPyConnection, mart: str, rows: Rows, keys: Collection[str]
) -> None:
    """Write who is in scope by some keys into an attached mart, where it is not there yet."""
    schema = f"{mart}.{scope_schema(rows)}"
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}").fetchall()
    for key in sorted(keys):
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {schema}.{key} AS FROM in_scope_{key}"
        ).fetchall()


def stand_evidence(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Make the table `evidence_in_scope` (family, delivery_id, line); return its families.

    A family is named as its table begins (`f01`). Without the table `delivery`, or for a delivery
    that is not in it, the family is null, and the set has `""`: any table may hold such evidence.
    """
    known = connection.execute(
        "SELECT count(*) FROM duckdb_views() WHERE NOT internal AND view_name = 'delivery'"
    ).fetchall()
    families = (
        "SELECT DISTINCT delivery_id, lower(family) AS family FROM delivery"
        if known[0][0]
        else "SELECT NULL AS delivery_id, NULL::VARCHAR AS family WHERE false"
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE evidence_in_scope AS
        SELECT family, evidence.delivery_id, line FROM finding_evidence AS evidence
        LEFT JOIN ({families}) AS told ON told.delivery_id = evidence.delivery_id
        WHERE finding_id IN (FROM in_scope_finding_id)
        """
    ).fetchall()
    named = connection.execute("SELECT DISTINCT coalesce(family, '') FROM evidence_in_scope")
    return {family for (family,) in named.fetchall()}


def evidence_condition(table: str, families: Collection[str]) -> str:
    """Return the condition for rows of a family table that are evidence of a finding in scope.

    Args:
        table: the family table.
        families: what `stand_evidence` returned.
    """
    family = table.partition("_")[0]
    if not {family, ""} & set(families):
        return "false"
    return (
        "EXISTS (FROM evidence_in_scope AS evidence"
        f" WHERE coalesce(evidence.family, {literal(family)}) = {literal(family)}"
        f" AND evidence.delivery_id = {name(table)}.delivery_id AND evidence.line = {name(table)}.line)"
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


def _make(connection: duckdb.DuckDBPyConnection, key: str, sql: str) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE in_scope_{key} AS {sql}").fetchall()
