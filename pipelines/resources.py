"""Dagster resources: the hub that a run works on.

Here: turning run configuration into a `NightContext`. Never here: work. Next: every asset asks
for the resource `hub`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Self

import dagster as dg

from pipelines.steps.context import NightContext, night_context
from warehouse.layout import Layout
from warehouse.night_lock import holds_night, night_lock

READS_ONLY = {"hub/reads_only": "true"}
"""Tags of a job that changes nothing, and may run beside a night."""
PATIENCE_SECONDS = 3600.0
"""How long a run of Dagster's waits for `hub night` and other commands that work on the hub."""


class HubResource(dg.ConfigurableResource):
    """One hub: its home folder and the night to work on."""

    home: str = ""
    """HUB_HOME; empty takes the environment's."""
    night: str = ""
    """The night's day as YYYY-MM-DD; empty takes today."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:
        """Hold the hub while the run's steps work on it.

        Raises:
            NightIsRunningError: another process held it all the time that the run waited.
        """
        run = context.dagster_run
        layout = self._layout()
        reads_only = run is None or READS_ONLY.items() <= run.tags.items()
        # `hub night` holds the hub already.
        is_free = reads_only or holds_night(layout)
        with nullcontext() if is_free else night_lock(layout, patience_seconds=PATIENCE_SECONDS):
            yield self

    def _layout(self) -> Layout:
        return Layout(Path(self.home)) if self.home else Layout.from_environment()

    def context(self) -> NightContext:
        """Return the night's context, the same for all steps of this process."""
        night = (
            dt.date.fromisoformat(self.night) if self.night else dt.datetime.now(tz=dt.UTC).date()
        )
        return night_context(self._layout(), night)
