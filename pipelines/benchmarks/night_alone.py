"""One night in a process of its own, as `hub night` runs it, with its memory and writing watched.

Here: running the night, sampling this process and its children, and what each step left behind.
Never here: simulating, killing or judging (`night`). Next: `night` starts this module and reads the
JSON file that it leaves.
"""

from __future__ import annotations

import argparse
import atexit
import datetime as dt
import json
import threading
import time
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
import pyarrow.parquet as pq

from hub.command_line import silence_interpreter_exit
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.releases import current

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.night_run import StepTime

SECONDS_BETWEEN_SAMPLES = 0.25


@dataclass(frozen=True, slots=True)
class Sample:
    """Memory (bytes), bytes written and processor seconds so far, children included, at a moment."""

    moment: float
    rss: int
    written: int
    processor: float


class Watch:
    """Samples of this process and its children while a night runs."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self._process = psutil.Process()
        self._written: dict[int, int] = {}
        self._processor: dict[int, float] = {}
        self._done = threading.Event()

    def take(self) -> None:
        """Take one sample."""
        rss = 0
        for process in (self._process, *self._process.children(recursive=True)):
            with suppress(psutil.Error):
                rss += process.memory_info().rss
                self._written[process.pid] = process.io_counters().write_chars
                used = process.cpu_times()
                self._processor[process.pid] = used.user + used.system
        written, processor = sum(self._written.values()), sum(self._processor.values())
        self.samples.append(Sample(time.time(), rss, written, processor))

    @contextmanager
    def running(self) -> Iterator[Watch]:
        """Sample until the block ends."""

        def watch() -> None:
            while not self._done.wait(SECONDS_BETWEEN_SAMPLES):
                self.take()

        self.take()
        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._done.set()
            thread.join()
            self.take()

    def between(self, started: float, ended: float) -> dict[str, float]:
        """Return peak memory, bytes written and processor seconds between two moments.

        Between samples writing and work are taken to be even.
        """
        moments = [each.moment for each in self.samples]
        inside = [each.rss for each in self.samples if started <= each.moment <= ended]
        nearest = min(self.samples, key=lambda each: abs(each.moment - ended)).rss

        def spent(totals: list[float]) -> float:
            return float(np.interp(ended, moments, totals) - np.interp(started, moments, totals))

        return {
            "peak_rss_bytes": max([*inside, nearest]),
            "written_bytes": round(spent([each.written for each in self.samples])),
            "processor_seconds": spent([each.processor for each in self.samples]),
        }


def run_watched(layout: Layout, night: dt.date, progress: Path) -> dict[str, object]:
    """Run the night; return its steps, its tables and how it ended.

    `progress` gets the name of each stage and item as it is finished, so that another process knows
    when to kill this one.
    """
    from pipelines.night_run import run_night

    landed_before = _landed(layout)
    watch = Watch()
    began = time.time()
    with progress.open("a", encoding="utf-8", buffering=1) as told, watch.running():
        report = run_night(layout, night, lambda stage, item: print(stage, item, file=told))
    ended = time.time()
    return {
        "night": str(night),
        "success": report.success,
        "failed_steps": list(report.failed_steps),
        "digest": report.digest,
        "release": report.release_id,
        "deliveries": len(_landed(layout).keys() - landed_before.keys()),
        "rows_received": sum(_landed(layout).values()) - sum(landed_before.values()),
        "rows_released": _rows_released(layout),
        "files": _released_files(layout),
        "began": began,
        "ended": ended,
        "peak_rss_bytes": max(each.rss for each in watch.samples),
        "written_bytes": watch.samples[-1].written - watch.samples[0].written,
        "processor_seconds": watch.samples[-1].processor,
        "steps": [_step(each, watch) for each in report.steps],
        "tables": written_tables(layout.tables(night), began),
    }


def _landed(layout: Layout) -> dict[str, int]:
    """Return the rows received in each delivery that has been landed or stopped, by its name."""
    with Ledger.open(layout.ledger_url) as ledger:
        return {
            record.delivery_id: record.counts.rows_received
            for record in ledger.deliveries()
            if record.counts is not None
        }


def _rows_released(layout: Layout) -> int:
    release = current(layout)
    return sum(file.rows or 0 for file in release.manifest.files) if release else 0


def _released_files(layout: Layout) -> dict[str, str]:
    """Return the SHA-256 of each file of the current release, by its path."""
    release = current(layout)
    return {file.path: file.sha256 for file in release.manifest.files} if release else {}


def _step(step: StepTime, watch: Watch) -> dict[str, object]:
    spent = watch.between(step.started, step.ended)
    return {"step": step.step, "started": step.started, "ended": step.ended} | spent


def written_tables(folder: Path, since: float) -> list[dict[str, object]]:
    """Rows, bytes and moment of each table that was written since a moment, in order of writing."""
    files = ((path, path.stat()) for path in folder.glob("*.parquet"))
    fresh = sorted(
        ((stat.st_mtime, path, stat.st_size) for path, stat in files if stat.st_mtime >= since),
    )
    return [
        {
            "table": path.stem,
            "rows": pq.read_metadata(path).num_rows,
            "bytes": size,
            "written_at": moment,
        }
        for moment, path, size in fresh
    ]


def main() -> None:
    """Run one night and leave its figures in a file."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--night", type=dt.date.fromisoformat, required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    atexit.register(silence_interpreter_exit)
    figures = run_watched(Layout(asked.home), asked.night, asked.out.with_suffix(".progress"))
    asked.out.write_text(json.dumps(figures), "utf-8")


if __name__ == "__main__":
    main()
