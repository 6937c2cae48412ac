"""Which release answers for a day, as it was known on a day.

Here: choosing. Never here: rows of the release (`pipelines.case_files`). Next: `hub explain` and
`hub consult` read a person's case at the moment.

A release is known from its night on, as memberships and parameters are: the release that was known on a
day is the newest that is in force of a night up to it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from warehouse.layout import Layout
from warehouse.ledger import Ledger, ReleaseState
from warehouse.releases import Release, current, open_release


class NoCaseError(LookupError):
    """There is nothing to explain; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The release that is asked, and the days."""

    release: Release
    day: dt.date
    known_at: dt.date

    @property
    def is_of_the_night(self) -> bool:
        """Whether the release's own decisions are those of the day."""
        return self.release.night == self.day


def choose_moment(layout: Layout, as_of: dt.date | None, known_at: dt.date | None) -> Moment:
    """Choose the release for a day, as known on a day.

    Args:
        layout: where releases lie.
        as_of: the day that is decided; by default the night of the release.
        known_at: the day on which one knows; by default `as_of`, as every night decides.

    Raises:
        NoCaseError: no release reaches back to that day.
    """
    if as_of is None and known_at is None:
        release = current(layout)
        if release is None:
            raise NoCaseError("no release yet; run `hub night` first")
        return Moment(release, release.night, release.night)
    latest = min(day for day in (as_of, known_at) if day is not None)
    with Ledger.open(layout.ledger_url) as ledger:
        records = [record for record in ledger.releases() if record.state is ReleaseState.PUBLISHED]
    fitting = [record for record in records if record.night <= latest]
    if not fitting:
        first = min((record.night for record in records), default=None)
        said = f"the first is of {first}" if first else "run `hub night` first"
        raise NoCaseError(f"no release of {latest} or before; {said}")
    chosen = max(fitting, key=lambda record: (record.night, record.release_id))
    release = open_release(layout, chosen.release_id)
    day = as_of or release.night
    return Moment(release, day, known_at or day)
