"""Dagster resources: the hub that a run works on.

Here: turning run configuration into a `NightContext`. Never here: work. Next: every asset asks
for the resource `hub`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg

from pipelines.steps.context import NightContext, night_context
from warehouse.layout import Layout


class HubResource(dg.ConfigurableResource):
    """One hub: its home folder and the night to work on."""

    home: str = ""
    """HUB_HOME; empty takes the environment's."""
    night: str = ""
    """The night's day as YYYY-MM-DD; empty takes today."""

    def context(self) -> NightContext:
        """Return the night's context, the same for all steps of this process."""
        layout = Layout(Path(self.home)) if self.home else Layout.from_environment()
        night = (
            dt.date.fromisoformat(self.night) if self.night else dt.datetime.now(tz=dt.UTC).date()
        )
        return night_context(layout, night)
