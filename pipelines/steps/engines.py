"""Which engine builds which stage of a night: DuckDB in this process, or Spark on a cluster.

Here: the choice, what Spark runs, opening a night's tables on it. Never here: an engine
(`warehouse.workbench`, `warehouse.engines`). Next: `pipelines.steps.families.open_bench` asks.

A stage that Spark does not run is run by DuckDB and `hub night --engine spark` says so beforehand;
within a stage of Spark's no statement falls back.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from hub.expected_error import ExpectedError

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

    from warehouse.identity_zone import IdentityZone
    from warehouse.workbench import Workbench

ENGINE_VARIABLE = "HUB_ENGINE"
MASTER_VARIABLE = "HUB_SPARK_MASTER"
OPTIONS_VARIABLE = "HUB_SPARK_OPTIONS"
"""Spark settings as `key=value`, separated by semicolons."""


class Engine(StrEnum):
    """What runs the SQL of a night."""

    DUCKDB = "duckdb"
    SPARK = "spark"


class UnknownEngineError(ExpectedError):
    """The engine or a setting of it cannot be read."""


ON_SPARK: Mapping[str, str] = {
    "families": "families, signatures and the feed guard",
    "index": "from nothing: records, keys, candidate pairs, match weights and tables; spelling of names "
    "and addresses, clusters and person IDs run in this process, as does a night that goes on from "
    "the state of the last",
    "households": "registered households, family graph and assistance units",
    "profile": "income and assets",
    "decisions": "facts and what follows from decisions; the kernel of conditions runs in this process",
    "findings": "detection rules, evidence and the scorecard",
}
"""Stages whose SQL Spark runs, and what that is."""
IN_THIS_PROCESS: Mapping[str, str] = {
    "landing": "files are read and conformed one by one",
    "release": "files are sealed and published by one writer",
}
"""Stages that Spark does not run, and why."""


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """What runs a night; `options` are Spark's settings."""

    engine: Engine = Engine.DUCKDB
    master: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    def runs_on_spark(self, stage: str) -> bool:
        """Whether Spark runs the SQL of `stage`."""
        return self.engine is Engine.SPARK and stage in ON_SPARK

    def require(self) -> None:
        """Make sure that the engine can be started here.

        Raises:
            SparkMissingError: pyspark or Java is not installed.
        """
        if self.engine is Engine.SPARK:
            from warehouse.engines.spark.session import require_spark

            require_spark()

    def told(self) -> list[dict[str, str]]:
        """Return stage, where it runs and what that means, for `hub night` to say."""
        if self.engine is Engine.DUCKDB:
            return []
        spark = [{"stage": s, "runs_on": "spark", "what": what} for s, what in ON_SPARK.items()]
        here = [
            {"stage": s, "runs_on": "this process", "what": why}
            for s, why in IN_THIS_PROCESS.items()
        ]
        return spark + here


def chosen_engine(
    engine: str = "", master: str = "", environment: Mapping[str, str] = os.environ
) -> EngineChoice:
    """Return the engine that is asked for, or else the environment's, or else DuckDB.

    Raises:
        UnknownEngineError: no such engine, or settings that are not `key=value`.
    """
    name = engine or environment.get(ENGINE_VARIABLE) or Engine.DUCKDB
    if name not in set(Engine):
        raise UnknownEngineError(f"engine {name}: known are {', '.join(Engine)}")
    master = master or environment.get(MASTER_VARIABLE, "")
    if master and name != Engine.SPARK:
        raise UnknownEngineError("a Spark master is named, but the engine is not spark")
    pairs = [
        tuple(pair.strip().split("=", 1))
        for pair in environment.get(OPTIONS_VARIABLE, "").split(";")
        if pair.strip()
    ]
    if any(len(pair) != 2 for pair in pairs):
        raise UnknownEngineError(f"{OPTIONS_VARIABLE}: write key=value;key=value")
    return EngineChoice(Engine(name), master, dict(pairs))


def open_spark(choice: EngineChoice, scratch: Path) -> SparkSession:
    """Open the Spark session of this process; files that Spark needs lie below `scratch`.

    Raises:
        SparkMissingError: pyspark or Java is not installed.
    """
    from warehouse.engines.spark.session import DEFAULT_MASTER, SparkSettings, open_session

    return open_session(SparkSettings(choice.master or DEFAULT_MASTER, choice.options), scratch)


def spark_bench(tables: Path, session: SparkSession, zone: IdentityZone, night: str) -> Workbench:
    """Open a night's tables on Spark."""
    from warehouse.engines.spark.workbench import SparkWorkbench

    return SparkWorkbench(tables, session, zone=zone, night=night)
