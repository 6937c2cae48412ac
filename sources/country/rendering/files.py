"""One finished file of a night: its bytes, and who its rows are about.

Here: filling a plan, writing it in the type's format, and adding the bad rows of careless senders.
Never here: where the file is put, or when. Next: `sources.country.nights` puts it in its folder.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hub.delivery import DeliveryName
from sources.country.faults import (
    BadRow,
    can_shorten,
    has_bad_rows,
    plant_bad_rows,
    shorten_last_row,
)
from sources.country.feed_faults import FeedFaultKind, spoil_rows
from sources.country.rendering.calendar import Plan
from sources.country.rendering.contents import Telling, fill_plan
from sources.country.rendering.documents import ENDINGS, senders_frame, write_delivery


@dataclass(frozen=True, slots=True)
class File:
    """A finished delivery with the truth about its rows."""

    plan: Plan
    name: DeliveryName
    content: bytes
    rows: int
    person_numbers: pl.Series
    bad_rows: list[BadRow]


def make_file(
    telling: Telling, plan: Plan, *, bad_rows: bool, fault: FeedFaultKind | None = None
) -> File | None:
    """Return the planned file, or None where the sender has nothing to tell or is silent."""
    document = plan.document
    version = document.version_on(plan.made_at.date())
    facts = fill_plan(telling, plan, version)
    if fault is not None:
        facts = spoil_rows(document, version, facts, fault)
    if facts.is_empty():
        return None
    frame = senders_frame(document, version, facts)
    planted: list[BadRow] = []
    shortened = False
    if bad_rows and has_bad_rows(document, telling.seed):
        frame, planted = plant_bad_rows(document, version, frame, telling.seed)
        if can_shorten(document, frame):
            shortened = True
            frame = pl.concat([frame, frame[0]])
            planted.append(BadRow(frame.height - 1, None, "line_length_wrong"))
    name = DeliveryName(
        document.code, plan.period, plan.sequence, plan.made_at, ENDINGS[document.delivery]
    )
    content = write_delivery(document, version, frame, name)
    if shortened:
        content = shorten_last_row(content)
    return File(plan, name, content, frame.height, facts["person_number"], planted)
