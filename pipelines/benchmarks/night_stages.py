"""The stage table of a measured night, the machine it ran on, and both as Markdown.

Here: sums and words. Never here: running or measuring (`night`, `night_alone`). Next: `hub bench night`
prints and writes them.

Rows of a stage are the rows of the tables that it wrote; of landing, the rows that arrived; of the
release, the rows of all tables that were published.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import psutil

from pipelines.assets import naming

if TYPE_CHECKING:
    from pipelines.benchmarks.night import MeasuredNight, NightFigures

OUTSIDE = "outside steps"
"""Starting, planning and Dagster's own bookkeeping between the steps."""
_STAGE_OF_STEP = {
    "intake": "intake",
    naming.INTAKE.to_python_identifier(): "intake",
    naming.PERSON_INDEX.to_python_identifier(): "index",
    naming.HOUSEHOLDS.to_python_identifier(): "households",
    naming.PROFILES.to_python_identifier(): "profiles",
    naming.DECISIONS.to_python_identifier(): "decisions",
    naming.FINDINGS.to_python_identifier(): "findings",
    naming.RELEASE.to_python_identifier(): "release",
    naming.ACCESS_REVIEW.to_python_identifier(): "access review",
    naming.ELIGIBILITY.to_python_identifier(): "extracts",
}
_BYTES_OF_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Stage:
    """What one stage of a night took."""

    stage: str
    steps: int
    rows: int
    seconds: float
    processor_seconds: float
    rows_per_second: int
    mb_per_second: float
    """Megabytes written a second."""
    peak_rss_mib: int
    written_mb: float
    share: float
    """Of the night's seconds."""


def stages_of(figures: Mapping[str, Any]) -> tuple[Stage, ...]:
    """Return the stage table of what `night_alone` left, in the order in which stages began."""
    total = figures["ended"] - figures["began"]
    by_stage: dict[str, list[dict[str, Any]]] = {}
    for step in figures["steps"]:
        by_stage.setdefault(_stage(step["step"]), []).append(step)
    stages = [
        _summed(name, steps, _rows(name, steps, figures), total) for name, steps in by_stage.items()
    ]
    rest = {
        "started": 0.0,
        "ended": total - sum(stage.seconds for stage in stages),
        "processor_seconds": figures["processor_seconds"]
        - sum(stage.processor_seconds for stage in stages),
        "written_bytes": figures["written_bytes"]
        - sum(step["written_bytes"] for step in figures["steps"]),
        "peak_rss_bytes": 0,
    }
    return (*stages, _summed(OUTSIDE, [rest], 0, total))


def _stage(step: str) -> str:
    if step in _STAGE_OF_STEP:
        return _STAGE_OF_STEP[step]
    return {"landing": "landing", "extract": "extracts"}.get(step.split("__", maxsplit=1)[0], step)


def _rows(stage: str, steps: list[dict[str, Any]], figures: Mapping[str, Any]) -> int:
    if stage == "landing":
        return int(figures["rows_received"])
    if stage == "release":
        return int(figures["rows_released"])
    return sum(
        table["rows"]
        for table in figures["tables"]
        if any(step["started"] <= table["written_at"] <= step["ended"] for step in steps)
    )


def _summed(stage: str, steps: list[dict[str, Any]], rows: int, total: float) -> Stage:
    seconds = sum(step["ended"] - step["started"] for step in steps)
    written = sum(step["written_bytes"] for step in steps) / _BYTES_OF_MB
    a_second = max(seconds, 1e-9)
    return Stage(
        stage=stage,
        steps=len(steps),
        rows=rows,
        seconds=round(seconds, 2),
        processor_seconds=round(sum(step["processor_seconds"] for step in steps), 2),
        rows_per_second=round(rows / a_second),
        mb_per_second=round(written / a_second, 1),
        peak_rss_mib=max(step["peak_rss_bytes"] for step in steps) >> 20,
        written_mb=round(written, 1),
        share=round(seconds / total, 3),
    )


def machine() -> dict[str, object]:
    """Describe this machine and its engines; never its name."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "load": round(os.getloadavg()[0], 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
        "polars": pl.__version__,
    }


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    for line in told.read_text("utf-8").splitlines() if told.exists() else []:
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def stage_rows(night: MeasuredNight) -> list[dict[str, object]]:
    """Return the stage table of a night as rows to print, the whole night last."""
    whole = Stage(
        stage="whole night",
        steps=sum(stage.steps for stage in night.stages) - 1,
        rows=night.rows_received,
        seconds=round(night.seconds, 2),
        processor_seconds=round(night.processor_seconds, 2),
        rows_per_second=round(night.rows_received / night.seconds),
        mb_per_second=round(night.written_bytes / _BYTES_OF_MB / night.seconds, 1),
        peak_rss_mib=night.peak_rss_bytes >> 20,
        written_mb=round(night.written_bytes / _BYTES_OF_MB, 1),
        share=1.0,
    )
    return [asdict(stage) for stage in (*night.stages, whole)]


def to_markdown(figures: NightFigures) -> str:
    """Write the figures as Markdown: the machine, a table a night, what the nights say together."""
    told = ", ".join(f"{name} {value}" for name, value in figures.machine.items())
    parts = [f"{figures.people:,} people, seed {figures.seed}. Machine: {told}."]
    for night in figures.nights:
        rows = stage_rows(night)
        columns = list(rows[0])
        heading = (
            f"The {night.name} night: {night.deliveries:,} deliveries, {night.rows_received:,} rows"
        )
        lines = [
            "| " + " | ".join(name.replace("_", " ") for name in columns) + " |",
            "|" + "---|" * len(columns),
            *("| " + " | ".join(_told(row[name]) for name in columns) + " |" for row in rows),
        ]
        parts += [heading + ".", "\n".join(lines)]
    parts.append(
        f"The second night has {figures.changed_rows:.1%} of the first one's rows and takes "
        f"{figures.second_over_first_seconds:.3f} of its time "
        f"({figures.second_over_first_processor:.3f} of its processor seconds)."
    )
    if figures.resumed_differs_in is not None:
        same = "ANOTHER DIGEST than" if figures.resumed_differs_in else "the same digest as"
        differing = ", ".join(figures.resumed_differs_in)
        parts.append(
            f"Killed in the middle and run again, it publishes {same} the calm night."
            + (f" These differ: {differing}." if differing else "")
        )
    return "\n\n".join(parts) + "\n"


def _told(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
