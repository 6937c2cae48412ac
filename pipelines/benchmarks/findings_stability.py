"""Whether findings stay what they are from night to night.

Here: the same night twice, and several nights in two groupings, with what the ledger says of findings
and which findings there are. Never here: whether they are right (`findings_truth`). Next: the table
stands in `docs/benchmarks.md`.

Measured by finding IDs: a finding that is there twice, one that was cleared and is open again, and
one that the same deliveries, taken in other groups, did not lead to.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from pathlib import Path

from pipelines.benchmarks.findings import (
    NIGHT,
    SEED,
    STAGES,
    Row,
    scratch,
)
from pipelines.benchmarks.landing_alone import land_without_expectations
from pipelines.steps.context import NightContext
from pipelines.steps.families import build_night_tables, open_bench
from pipelines.steps.intake import drop
from pipelines.steps.stages import find_improper_receipt, publish_release
from sources.country.nights import PopulatedCountry, render_nights
from warehouse.layout import Layout


def measure_stability(
    people: int, nights: int = 3, *, home: Path | None = None, seed: int = SEED
) -> list[Row]:
    """Play `nights` one by one, the last of them twice, and all of them at once.

    Returns one row a night played: how it was played, findings, how many the ledger opened,
    continued and cleared, findings there twice (`duplicated`), findings opened again after
    they were cleared (`reopened`), and findings that differ from those that the same
    deliveries led to before (`different`; null where nothing is compared).
    """
    with scratch(home) as folder:
        delivered, truth = folder / "nights", folder / "truth"
        render_nights(PopulatedCountry(people, seed, NIGHT), seed, NIGHT, nights, delivered, truth)
        days = [NIGHT + dt.timedelta(days=number) for number in range(nights)]
        one_by_one = _Hub(folder / "one_by_one", delivered)
        rows = [one_by_one.play([day], day) for day in days]
        last = one_by_one.findings
        rows.append(one_by_one.play([], days[-1], "same night again", compared=last))
        at_once = _Hub(folder / "at_once", delivered, key_of=one_by_one.layout)
        rows.append(at_once.play(days, days[-1], "all nights at once", compared=last))
    return rows


class _Hub:
    """A hub that plays nights and remembers which findings it had."""

    def __init__(self, home: Path, delivered: Path, key_of: Layout | None = None) -> None:
        self.layout = Layout(home)
        self.layout.prepare()
        if key_of is not None:
            # Of another key all IDs would be others.
            shutil.copy(key_of.key_file, self.layout.key_file)
        self.delivered = delivered
        self.findings: frozenset[str] = frozenset()
        self._cleared: set[str] = set()

    def play(
        self,
        days: Sequence[dt.date],
        night: dt.date,
        name: str = "one night",
        *,
        compared: frozenset[str] | None = None,
    ) -> Row:
        for day in days:
            drop(self.delivered / f"{day:%Y%m%d}", self.layout.landing)
        context = NightContext(self.layout, night)
        land_without_expectations(context)
        build_night_tables(context)
        for stage in (*STAGES, find_improper_receipt):
            stage(context)
        with open_bench(context) as bench:
            found = bench.frame("SELECT finding_id FROM finding")["finding_id"]
        counts = publish_release(context)
        tonight = frozenset(found)
        reopened = len(tonight & self._cleared)
        self._cleared = (self._cleared | (self.findings - tonight)) - tonight
        self.findings = tonight
        return {
            "night": str(night),
            "played": name,
            "findings": len(found),
            **{
                change: counts.get(f"findings_{change}")
                for change in ("opened", "continued", "cleared")
            },
            "duplicated": len(found) - len(tonight),
            "reopened": reopened,
            "different": None if compared is None else len(tonight ^ compared),
        }
