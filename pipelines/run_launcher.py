"""Dagster's launcher of run workers, which notices when a worker is gone.

Here: whether the process of a run still lives. Never here: repeating a run; Dagster's run monitoring
asks this launcher every `poll_interval_seconds`, fails a run whose worker is gone, and `run_retries`
repeats it. Next: `pipelines/instance/*.yaml` name it.

A code server that lives tells Dagster of a worker that died. Where both die at once, as when the
machine goes down, nobody tells, and Dagster's own launcher would leave the run STARTED until
`max_runtime_seconds`.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import dagster as dg
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._grpc.client import DagsterGrpcClient
from dagster._serdes import ConfigurableClassData

_WORKER = re.compile(r"^Started process for run \(pid: (\d+)\)")
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_SLACK_SECONDS = 5
"""The clocks of kernel and event log may differ by so much."""


class WatchedRunLauncher(DefaultRunLauncher):
    """Launches a run in a process beside the code server of this machine, and looks after it."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(inst_data)
        self._gone: set[str] = set()

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Run monitoring may ask whether a worker lives."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Say whether the worker of `run` lives; of one on another machine, assume it."""
        if not _is_here(run):
            return CheckRunHealthResult(WorkerStatus.RUNNING, "the worker is on another machine")
        started = self._worker(run.run_id)
        if started is None or _lives(*started):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        # Dagster tries to repeat a failed run once. Where the code server died too, that would come to
        # nothing, so the run fails one look after the server answers again.
        if not _answers(run):
            return CheckRunHealthResult(WorkerStatus.RUNNING, "waiting for the code server")
        if run.run_id not in self._gone:
            self._gone.add(run.run_id)
            return CheckRunHealthResult(WorkerStatus.RUNNING, "waiting for the code server")
        self._gone.discard(run.run_id)
        return CheckRunHealthResult(WorkerStatus.FAILED, "the run's process is gone")

    def _worker(self, run_id: str) -> tuple[int, float] | None:
        """Return the process that last began to work on a run, and when, in seconds since 1970."""
        entries = self._instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)
        for entry in reversed(entries):
            found = _WORKER.match(entry.message or "") or _WORKER.match(
                (entry.dagster_event.message if entry.dagster_event else None) or ""
            )
            if found:
                return int(found[1]), entry.timestamp
        return None


def _is_here(run: dg.DagsterRun) -> bool:
    """Whether the code server that launched `run` is on this machine, so that its processes show."""
    server = json.loads(run.tags.get(GRPC_INFO_TAG, "{}"))
    return bool(server.get("socket")) or server.get("host") in _HERE


def _answers(run: dg.DagsterRun) -> bool:
    """Whether the code server that launched `run`, or the one in its place, answers."""
    server = json.loads(run.tags.get(GRPC_INFO_TAG, "{}"))
    place = {name: server[name] for name in ("host", "port", "socket") if server.get(name)}
    try:
        DagsterGrpcClient(**place).list_repositories()
    except DagsterUserCodeUnreachableError:
        return False
    return True


def _lives(process: int, seen_at: float) -> bool:
    """Whether the process that was seen at a time still runs, and its number is not used anew."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        told = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
        boot = re.search(r"^btime (\d+)", Path("/proc/stat").read_text("ascii"), re.MULTILINE)
    except OSError:
        # No /proc on this system: a number that is in use is taken for the worker's.
        return True
    state, ticks = told[0], int(told[19])
    began = (int(boot[1]) if boot else 0) + ticks / os.sysconf("SC_CLK_TCK")
    return state != "Z" and began <= seen_at + _SLACK_SECONDS
