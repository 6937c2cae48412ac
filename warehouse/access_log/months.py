"""Months and moments of the access log: each month is a file, and no line is before the one above it.

Never here: writing (`log`). Next: `log` adds entries month by month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from warehouse.access_log.entry import AccessEntry
from warehouse.access_log.heads import AccessHead


def by_month(
    entries: Sequence[AccessEntry], head: AccessHead
) -> Iterator[tuple[str, list[tuple[AccessEntry, dt.datetime]]]]:
    """Yield (file name, entries with their moments), in order; no moment is before the one above."""
    last = head
    group: list[tuple[AccessEntry, dt.datetime]] = []
    name = ""
    moment = last.moment
    for entry in entries:
        moment = max(moment, moment_after(last, entry.at))
        month = month_file(moment)
        if month != name and group:
            yield name, group
            group = []
        name = month
        group.append((entry, moment))
    if group:
        yield name, group


def moment_after(head: AccessHead, at: dt.datetime | None) -> dt.datetime:
    """Return the moment, never before the last line: clocks go back, the log does not."""
    return max(head.moment, (at or dt.datetime.now(dt.UTC)).astimezone(dt.UTC))


def moment_text(moment: dt.datetime) -> str:
    """Return a moment as a line of the log says it."""
    return moment.isoformat(timespec="microseconds")


def month_file(day: dt.date) -> str:
    """Return the name of the file of a day's month."""
    return f"log-{day:%Y%m}.jsonl"
