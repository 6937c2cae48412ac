"""What a long job has done so far, so that a killed one goes on where it stopped.

Here: a small file with the outcome of each finished stage, and a lock that dies with its process.
Never here: what a stage does. Next: `pipelines.steps.confirmation` runs the stages that are missing.

A stage stands in the record only after all it made is on disk. A record of another basis (other
inputs, other code) is no record: nothing of it may be mixed with what is made now.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse import durable

_RECORD = "job.json"
_LOCK = "job.lock"


class JobIsRunningError(Exception):
    """Another process works on the same job."""


@dataclass(frozen=True, slots=True)
class StageOutcome:
    """One finished stage."""

    name: str
    seconds: float
    finished_at: str
    counts: Mapping[str, int]


class JobRecord:
    """The finished stages of one job, in the order in which they ended.

    Args:
        folder: the job's work folder; the record lies in it.
        basis: what the job rests on, for example digests of inputs and code.
    """

    def __init__(self, folder: Path, basis: Mapping[str, str]) -> None:
        self.folder = folder
        self.basis = dict(basis)
        self._stages: dict[str, StageOutcome] = {}

    @classmethod
    def resume(cls, folder: Path, basis: Mapping[str, str]) -> JobRecord:
        """Read the record in `folder`; where it rests on anything else, empty the folder."""
        record = cls(folder, basis)
        known = _read(folder)
        if known is None or known.get("basis") != record.basis:
            record.clear()
            return record
        for stage in known["stages"]:
            record._stages[stage["name"]] = StageOutcome(**stage)
        return record

    @property
    def stages(self) -> tuple[StageOutcome, ...]:
        """The finished stages."""
        return tuple(self._stages.values())

    def has(self, name: str) -> bool:
        """Whether the stage has finished."""
        return name in self._stages

    def finish(self, name: str, seconds: float, counts: Mapping[str, int]) -> None:
        """Write down that a stage has finished."""
        when = dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
        self._stages[name] = StageOutcome(name, round(seconds, 3), when, dict(counts))
        self._write()

    def clear(self) -> None:
        """Forget all stages and remove what they left."""
        for path in self.folder.glob("*") if self.folder.exists() else ():
            if path.name == _LOCK:
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._stages = {}
        self._write()

    def _write(self) -> None:
        stages = [
            {
                "name": stage.name,
                "seconds": stage.seconds,
                "finished_at": stage.finished_at,
                "counts": stage.counts,
            }
            for stage in self.stages
        ]
        content = {"basis": self.basis, "stages": stages}
        durable.write_text(self.folder / _RECORD, json.dumps(content, indent=1) + "\n")


def _read(folder: Path) -> dict[str, Any] | None:
    try:
        content = json.loads((folder / _RECORD).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return content if isinstance(content, dict) else None


@contextmanager
def job_lock(folder: Path) -> Iterator[None]:
    """Hold a job.

    Raises:
        JobIsRunningError: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = "another process runs this job; wait until it has ended"
            raise JobIsRunningError(message) from None
        yield
