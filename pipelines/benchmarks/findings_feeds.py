"""Whether the feed guard (D45) tells feeds that went wrong from those that did not.

Here: a small country told by some monthly senders for more than a year, three kinds of faults in its last
months, and what D45 says on the last night. Never here: the rules about people (`findings`). Next:
the row of D45 in `hub bench findings`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from pipelines.benchmarks.findings_truth import score
from pipelines.benchmarks.landing_alone import land_without_expectations
from pipelines.steps.context import NightContext
from pipelines.steps.families import build_night_tables, open_bench
from pipelines.steps.intake import drop
from sources.country.feed_faults import GUARD_RULE, FeedFault, FeedFaultKind
from sources.country.nights import PopulatedCountry, render_nights
from warehouse.layout import Layout

PEOPLE, NIGHTS = 1_500, 430
"""People, and nights: nine months of every sender, and those in which some are silent."""
SENDERS = (
    "I01-F02-01", "I01-F01-01", "I02-F03-01", "I05-F23-01", "I05-F21-02", "I06-F35-02", "I06-F35-04",
    "I06-F31-01", "I23-F15-01", "I23-F19-01", "I24-F19-01", "I24-F19-03", "I26-F19-01", "I26-F19-02",
    "I35-F29-01", "I35-F29-03", "I24-F19-06", "I26-F10-01",
)  # fmt: skip
FAULTY: dict[str, FeedFaultKind] = {
    "I23-F15-01": FeedFaultKind.COLLAPSE,
    "I26-F19-01": FeedFaultKind.COLLAPSE,
    "I05-F23-01": FeedFaultKind.NULLS,
    "I02-F03-01": FeedFaultKind.NULLS,
    "I24-F19-03": FeedFaultKind.STOP,
    "I35-F29-01": FeedFaultKind.STOP,
}
COLLAPSED_DAYS, STOPPED_DAYS = 29, 120
"""Before the last night: every sender has told its last month under the fault; the silent are overdue."""


def measure_feed_guard(folder: Path, last_night: dt.date, seed: int) -> dict[str, object]:
    """Return planted, flagged, found, recall and precision of D45, playing in `folder`."""
    first = last_night - dt.timedelta(days=NIGHTS - 1)
    faults = [
        FeedFault(
            sender,
            kind,
            last_night
            - dt.timedelta(days=STOPPED_DAYS if kind is FeedFaultKind.STOP else COLLAPSED_DAYS),
        )
        for sender, kind in FAULTY.items()
    ]
    nights, truth = folder / "nights", folder / "truth"
    render_nights(
        PopulatedCountry(PEOPLE, seed, first),
        seed,
        first,
        NIGHTS,
        nights,
        truth,
        faults=False,
        document_types=SENDERS,
        feed_faults=faults,
    )
    layout = Layout(folder / "hub")
    layout.prepare()
    for number in range(NIGHTS):
        drop(nights / f"{first + dt.timedelta(days=number):%Y%m%d}", layout.landing)
    context = NightContext(layout, last_night)
    land_without_expectations(context)
    build_night_tables(context)
    with open_bench(context) as bench:
        suspect = bench.frame("SELECT document_type FROM feed_guard WHERE state = 'suspect'")
    flagged = suspect.select(
        rule_id=pl.lit(GUARD_RULE), subject="document_type", key=pl.col("document_type")
    )
    cases = pl.DataFrame({"key": list(FAULTY)}).select(
        "key",
        rule_id=pl.lit(GUARD_RULE),
        case=pl.int_range(pl.len()),
        is_named=pl.lit(value=True),
        must_be_found=pl.lit(value=True),
    )
    return score(flagged, cases, GUARD_RULE)
