"""Dagster resources: the hub that a run works on.

Here: turning run configuration into a `NightContext`. Never here: work. Next: every asset asks
for the resource `hub`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from pipelines.steps.context import NightContext
from warehouse.layout import Layout


class HubResource(dg.ConfigurableResource):
    """One hub: its home folder and the night to work on."""

    home: str = ""
    """HUB_HOME; empty takes the environment's."""
    night: str = ""
    """The night's day as YYYY-MM-DD; empty takes today."""

    _context: NightContext | None = PrivateAttr(default=None)

    def working_in(self, context: NightContext) -> HubResource:
        """Return self, working in a context that the caller has made."""
        self._context = context
        return self

    def context(self) -> NightContext:
        """Return the night's context, the same for all steps of a run."""
        if self._context is None:
            layout = Layout(Path(self.home)) if self.home else Layout.from_environment()
            night = (
                dt.date.fromisoformat(self.night)
                if self.night
                else dt.datetime.now(tz=dt.UTC).date()
            )
            self._context = NightContext(layout, night)
        return self._context
