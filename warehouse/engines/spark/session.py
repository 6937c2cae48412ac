"""Opening and closing the Spark session of a night.

Here: settings without which results would differ from DuckDB's. Never here: SQL. Next:
`workbench.SparkWorkbench` runs statements on the session.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hub.expected_error import ExpectedError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DEFAULT_MASTER = "local[*]"
_AGREEMENT: Mapping[str, str] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
    "spark.sql.decimalOperations.allowPrecisionLoss": "true",
}
"""What a statement means must not hang on the cluster's defaults."""
_AROUND_FAULTS: Mapping[str, str] = {
    # Spark 4 loses columns of a table that a UNION joins with itself, and stops at its own check.
    "spark.sql.optimizer.excludedRules": (
        "org.apache.spark.sql.catalyst.optimizer.RemoveRedundantAliases"
    ),
}
_QUIET: Mapping[str, str] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # A failing cast quotes the value; the error that is raised is cut down by who tells of it.
    "spark.log.level": "OFF",
    "spark.executor.syncLogLevel.enabled": "true",
}


class SparkMissingError(ExpectedError):
    """pyspark or Java is not installed."""


@dataclass(frozen=True, slots=True)
class SparkSettings:
    """How a night reaches Spark.

    `master`: as Spark takes it, for example `local[4]`, `yarn`, `k8s://https://…`. `options`: more
    settings (`spark.executor.memory`, …); they win over those of this module that only quieten.
    """

    master: str = DEFAULT_MASTER
    options: Mapping[str, str] = field(default_factory=dict)


def why_spark_is_missing() -> str | None:
    """Return what keeps Spark from starting here, in one sentence; None if nothing does."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed; install the dependency group `spark`"
    java_home = os.environ.get("JAVA_HOME")
    java = Path(java_home) / "bin" / "java" if java_home else None
    if (java is None or not java.exists()) and shutil.which("java") is None:
        return "no Java is installed; Spark needs Java 17 (JAVA_HOME or `java` on the PATH)"
    return None


def require_spark() -> None:
    """Make sure that Spark can be started here.

    Raises:
        SparkMissingError: pyspark or Java is not installed.
    """
    reason = why_spark_is_missing()
    if reason:
        raise SparkMissingError(reason)


@contextmanager
def spark_session(settings: SparkSettings, scratch: Path) -> Iterator[SparkSession]:
    """Open a Spark session whose files lie below `scratch`; close it at the end.

    Raises:
        SparkMissingError: pyspark or Java is not installed.
    """
    session = open_session(settings, scratch)
    try:
        yield session
    finally:
        session.stop()


def open_session(settings: SparkSettings, scratch: Path) -> SparkSession:
    """Open a Spark session whose files lie below `scratch`; the caller stops it.

    Raises:
        SparkMissingError: pyspark or Java is not installed.
    """
    require_spark()
    import pyspark
    from pyspark.sql import SparkSession

    scratch.mkdir(parents=True, exist_ok=True)
    # A local cluster's workers are started from the package's own scripts and this Python.
    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    logging.getLogger("py4j").setLevel(logging.ERROR)
    # It would print plans with paths and literals; the error itself is raised.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    builder = SparkSession.builder.appName("national-welfare-data-hub").master(settings.master)
    placed = {
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.local.dir": str(scratch / "local"),
    }
    if settings.master.startswith("local"):
        placed |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    settled = {**_QUIET, **placed, **settings.options, **_AGREEMENT, **_AROUND_FAULTS}
    for key, value in settled.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session
