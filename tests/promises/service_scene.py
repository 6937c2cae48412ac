"""Dagster as a service on one machine, for tests: code server and daemon, started again when they die.

`Service` does what a service manager does (systemd's `Restart=always`, `KillMode=control-group`): it
starts a program again that has died, with whatever it left behind ended. Everything else is the hub's
and Dagster's own work, with the settings that the hub ships.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import dagster as dg

from pipelines.night_run import prepare_instance
from warehouse.layout import HOME_VARIABLE, Layout

PROJECT = Path(__file__).parents[2]
_WORKER = re.compile(r"Started process for run \(pid: (\d+)\)")
_PATIENCE_SECONDS = 1500


class Service:
    """Keeps a code server and a daemon alive between `with` and the end of it."""

    def __init__(self, layout: Layout) -> None:
        self._home = prepare_instance(layout)
        with socket.socket() as free:
            free.bind(("localhost", 0))
            port = str(free.getsockname()[1])
        workspace = self._home / "workspace.yaml"
        workspace.write_text(
            f"load_from:\n  - grpc_server: {{host: localhost, port: {port}, location_name: hub}}\n"
        )
        self._environment = {
            **os.environ,
            HOME_VARIABLE: str(layout.home),
            "DAGSTER_HOME": str(self._home),
            "DAGSTER_DISABLE_TELEMETRY": "yes",
            "PYTHONPATH": str(PROJECT),
        }
        module = [sys.executable, "-m", "dagster"]
        definitions = ["--module-name", "pipelines.definitions", "--location-name", "hub"]
        self._workspace = ["-w", str(workspace)]
        self._commands = {
            "code server": [*module, "api", "grpc", *definitions, "--port", port],
            "daemon": [sys.executable, "-m", "dagster._daemon", "run", *self._workspace],
        }
        self._running: dict[str, subprocess.Popen] = {}
        self._guard = threading.Lock()
        self._is_over = threading.Event()
        self._keeper = threading.Thread(target=self._keep)
        self.instance = dg.DagsterInstance.from_config(str(self._home))

    def __enter__(self):
        self._keeper.start()
        return self

    def __exit__(self, *_error):
        self._is_over.set()
        self._keeper.join()
        for name in self._commands:
            self._end(name)
        self.instance.dispose()

    def switch_on(self, sensor: str) -> None:
        """Switch a sensor on, as the operator does once."""
        command = [sys.executable, "-m", "dagster", "sensor", "start", sensor, *self._workspace]
        for _ in range(60):
            started = subprocess.run(
                command, env=self._environment, check=False, capture_output=True, cwd=PROJECT
            )
            if started.returncode == 0:
                return
            time.sleep(2)
        raise TimeoutError(started.stderr.decode()[-500:])

    def kill(self, *names: str) -> None:
        """Kill programs with all that they started, at one moment; the keeper starts them again."""
        with self._guard:
            for name in names:
                self._end(name)

    def kill_worker(self, run_id: str) -> None:
        """Kill the process that works on a run."""
        for entry in self.instance.all_logs(run_id):
            found = _WORKER.search(entry.user_message or "") or _WORKER.search(
                (entry.dagster_event.message if entry.dagster_event else None) or ""
            )
            if found:
                os.kill(int(found[1]), signal.SIGKILL)

    def wait_for_step(self, step: str, known: set[str]) -> str:
        """Wait until a run that is not among `known` begins a step; return the run."""

        def begun():
            for run in self.instance.get_runs():
                if run.run_id in known:
                    continue
                started = self.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_START)
                if any(step in (entry.step_key or "") for entry in started):
                    return run.run_id
            return None

        return self._wait(begun, f"a run that begins {step}")

    def wait_for_success(self, known: set[str]) -> str:
        """Wait until a run that is not among `known` has succeeded; return it."""

        def succeeded():
            runs = [run for run in self.instance.get_runs() if run.run_id not in known]
            done = [run.run_id for run in runs if run.status is dg.DagsterRunStatus.SUCCESS]
            return done[0] if done else None

        return self._wait(succeeded, "a run that succeeds")

    def runs(self) -> set[str]:
        """Return the IDs of all runs."""
        return {run.run_id for run in self.instance.get_runs()}

    def _wait(self, asked, what: str) -> str:
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until:
            found = asked()
            if found:
                return found
            time.sleep(0.3)
        states = [(run.run_id[:8], run.status.value) for run in self.instance.get_runs()]
        raise TimeoutError(f"waited {_PATIENCE_SECONDS} s for {what}; runs: {states}")

    def _keep(self) -> None:
        while not self._is_over.wait(0.5):
            with self._guard:
                for name, command in self._commands.items():
                    running = self._running.get(name)
                    if running is None or running.poll() is not None:
                        self._end(name)
                        log = (self._home / f"{name}.log").open("a")
                        self._running[name] = subprocess.Popen(
                            command, env=self._environment, cwd=PROJECT, stdout=log, stderr=log,
                            start_new_session=True,
                        )  # fmt: skip

    def _end(self, name: str) -> None:
        running = self._running.get(name)
        if running is not None:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait()
