"""Finding misuse in the access log: rules in SQL, alerts that ask somebody to explain.

Here: the rules (`warehouse/sql/access`), their inputs, and running them. Never here: writing alerts
down (`warehouse.ledger.access_alerts`) or deciding them: people do. Next: `pipelines.steps.access_review`
runs them every night over the last months.

An alert's ID is made of rule, actor, day and whom it is about, so another night finds the same alert.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb
import polars as pl

from warehouse.access_log.frames import ACCESS_SCHEMA, SUBJECT_SCHEMA
from warehouse.connection import open_scratch
from warehouse.ledger.access_alert_schema import ALERT_ENTRY_SCHEMA, RAISED_SCHEMA
from warehouse.ledger.officials import OFFICIAL_SCHEMA
from warehouse.workbench import SQL_FOLDER, sql_text

LAYER = "access"
KIN_SCHEMA = pl.Schema({"actor": pl.String(), "person_id": pl.String(), "kinship": pl.String()})
CASE_SCHEMA = pl.Schema(
    {
        "case_id": pl.String(),
        "person_id": pl.String(),
        "opened_on": pl.Date(),
        "closed_on": pl.Date(),
    }
)
AREA_SCHEMA = pl.Schema({"person_id": pl.String(), "area_code": pl.String()})
PROTECTED_SCHEMA = pl.Schema({"person_id": pl.String()})
_FOUND = ("actor", "alert_on", "about", "entry_id", "person_id", "statement")


@dataclass(frozen=True, slots=True)
class AccessRule:
    """One rule as `rules.toml` declares it."""

    id: str
    table: str
    """Name of its SQL file."""
    name_en: str
    name_ko: str
    severity: str
    parameters: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccessHistory:
    """What the rules look at."""

    accesses: pl.DataFrame
    """`ACCESS_SCHEMA`."""
    subjects: pl.DataFrame
    """`SUBJECT_SCHEMA`."""
    officials: pl.DataFrame
    """`OFFICIAL_SCHEMA`."""
    kin: pl.DataFrame = field(default_factory=KIN_SCHEMA.to_frame)
    """Official → self, household, relative."""
    cases: pl.DataFrame = field(default_factory=CASE_SCHEMA.to_frame)
    areas: pl.DataFrame = field(default_factory=AREA_SCHEMA.to_frame)
    """Where people live: legal-dong codes."""
    protected: pl.DataFrame = field(default_factory=PROTECTED_SCHEMA.to_frame)


@dataclass(frozen=True, slots=True)
class Alerts:
    """What the rules found."""

    raised: pl.DataFrame
    """`RAISED_SCHEMA`."""
    entries: pl.DataFrame
    """`ALERT_ENTRY_SCHEMA`."""


@cache
def load_access_rules() -> tuple[AccessRule, ...]:
    """Return the rules in the order of their IDs."""
    text = (SQL_FOLDER / LAYER / "rules.toml").read_text("utf-8")
    return tuple(AccessRule(**rule) for rule in tomllib.loads(text)["rule"])


def detect(history: AccessHistory, rules: tuple[AccessRule, ...] | None = None) -> Alerts:
    """Run the rules over a stretch of the log."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        open_scratch(Path(scratch)) as connection,
    ):
        _prepare(connection, history)
        chosen = load_access_rules() if rules is None else rules
        found = [_run(connection, rule) for rule in chosen]
    rows = pl.concat(found)
    raised = (
        rows.group_by("alert_id", "rule_id", "actor", "happened_on")
        .agg(
            statement=pl.col("statement").sort().last(),
            accesses=pl.col("access").n_unique().cast(pl.Int64),
            people=pl.col("person_id").drop_nulls().n_unique().cast(pl.Int64),
        )
        .sort("happened_on", "alert_id")
        .select(*RAISED_SCHEMA)
    )
    entries = rows.select(*ALERT_ENTRY_SCHEMA).unique().sort("alert_id", "entry_id")
    return Alerts(raised, entries)


def _prepare(connection: duckdb.DuckDBPyConnection, history: AccessHistory) -> None:
    place = pl.col("person_id").cum_count().over("number").cast(pl.String)
    subjects = history.subjects.select(*SUBJECT_SCHEMA).with_columns(
        entry_id=pl.when(pl.len().over("number") == 1)
        .then(pl.format("access-{}", "number"))
        .otherwise(pl.format("access-{}-{}", "number", place))
    )
    for name, frame in {
        "log_entry": history.accesses.select(*ACCESS_SCHEMA),
        "log_subject": subjects,
        "official": history.officials.select(*OFFICIAL_SCHEMA),
        "kin": history.kin.select(*KIN_SCHEMA),
        "known_case": history.cases.select(*CASE_SCHEMA),
        "person_area": history.areas.select(*AREA_SCHEMA),
        "protected_person": history.protected.select(*PROTECTED_SCHEMA),
    }.items():
        connection.register("given", frame)
        connection.execute(f"CREATE TABLE {name} AS FROM given").fetchall()
        connection.unregister("given")
    text = sql_text(LAYER, "access_row")
    connection.execute(f"CREATE TABLE access_row AS {text}").fetchall()


def _run(connection: duckdb.DuckDBPyConnection, rule: AccessRule) -> pl.DataFrame:
    setting = pl.DataFrame([dict(rule.parameters) or {"nothing": 0}])
    connection.register("setting", setting)
    found: pl.DataFrame = connection.sql(sql_text(LAYER, rule.table)).pl().select(*_FOUND)
    connection.unregister("setting")
    keys = found.select("actor", "alert_on", "about").unique()
    ids = [
        _alert_id(rule.id, actor, alert_on, about) for actor, alert_on, about in keys.iter_rows()
    ]
    named = keys.with_columns(alert_id=pl.Series(ids, dtype=pl.String))
    return found.join(named, on=["actor", "alert_on", "about"]).select(
        "alert_id",
        pl.lit(rule.id).alias("rule_id"),
        "actor",
        pl.col("alert_on").alias("happened_on"),
        pl.col("statement").str.head(500),
        "entry_id",
        "person_id",
        pl.col("entry_id").str.extract(r"^access-(\d+)").alias("access"),
    )


def _alert_id(rule: str, actor: str, day: dt.date, about: str) -> str:
    content = f"{rule}\n{actor}\n{day.isoformat()}\n{about}"
    return f"{rule.lower()}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"
