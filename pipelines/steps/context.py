"""What the steps of one night share: where things lie, the catalogue, the ledger, the keys.

Never here: work. Expensive members are made when a step first asks for them, because every
process that loads Dagster's definitions would pay for them otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from hub.catalogue import Catalogue
from pipelines.steps.engines import EngineChoice, chosen_engine, open_spark
from sources.registry import load_catalogue
from warehouse.layout import Layout

if TYPE_CHECKING:
    import polars as pl
    from pyspark.sql import SparkSession

    from expectations.engine import Validator
    from warehouse.identity_zone import IdentityZone
    from warehouse.ledger import Ledger
    from warehouse.night_memory import NightMemory
    from warehouse.vault import IdTokeniser

Listener = Callable[[str, str], None]
"""Hears (stage, what was finished): the progress bar of `hub night`."""


def _silence(_stage: str, _item: str) -> None:
    return


@dataclass
class NightContext:
    """One night of one hub."""

    layout: Layout
    night: dt.date
    announce: Listener = _silence
    engine: EngineChoice = field(default_factory=chosen_engine)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The 448 document types."""
        return load_catalogue()

    @cached_property
    def root_key(self) -> bytes:
        """The vault's root key."""
        from warehouse.vault import root_key

        return root_key(self.layout)

    @cached_property
    def tokeniser(self) -> IdTokeniser:
        """National ID to token."""
        from warehouse.vault import IdTokeniser

        return IdTokeniser(self.root_key)

    @cached_property
    def zone(self) -> IdentityZone:
        """What opens and writes files that hold names and addresses."""
        from warehouse.identity_zone import identity_zone

        return identity_zone(self.layout)

    @cached_property
    def spark(self) -> SparkSession:
        """The Spark session of this process, opened when a stage of Spark's first runs."""
        return open_spark(self.engine, self.layout.spill / "spark")

    def close_engine(self) -> None:
        """Close the Spark session, if there is one."""
        session = self.__dict__.pop("spark", None)
        if session is not None:
            session.stop()

    @cached_property
    def ledger(self) -> Ledger:
        """The memory across nights; what it tells a night is written down for `hub replay`."""
        from warehouse.ledger.remembering import NightLedger

        self.layout.prepare()
        ledger = NightLedger.open(self.layout.ledger_url)
        ledger.memory = self.memory
        return ledger

    @property
    def memory(self) -> NightMemory:
        """What the night was told by ledger and logs."""
        from warehouse.night_memory import NightMemory

        return NightMemory(self.layout.work(self.night) / "memory")

    def accesses(self) -> pl.DataFrame | None:
        """Return the log of accesses to personal data; None in the replay of a release made without one."""
        from warehouse.access_entries import read_access_entries

        entries = read_access_entries(self.layout)
        self.memory.keep_frame("access_entries", entries)
        return entries

    @cached_property
    def validator(self) -> Validator:
        """Great Expectations, imported when the first delivery is validated."""
        from expectations.engine import Validator
        from warehouse.connection import spill_folder

        return Validator(self.catalogue, spill=spill_folder(self.layout.spill))

    @property
    def as_of(self) -> dt.date:
        """The day on which the night looks at the country."""
        return self.night

    @property
    def month(self) -> dt.date:
        """The month that is profiled: the last whole month before the night's day."""
        return (self.night.replace(day=1) - dt.timedelta(days=1)).replace(day=1)


@lru_cache(maxsize=2)
def night_context(layout: Layout, night: dt.date) -> NightContext:
    """Return this process's context of `night`: Dagster copies resources, a night is one."""
    return NightContext(layout, night)
