"""What goes into the ledger and comes out: frozen records, one a table.

Here: shapes only. Never here: SQL or SQLAlchemy. Next: every room that asks the ledger gets these.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from hub.delivery import DeliveryName, DeliveryState

DELIVERY_ID_SHA_CHARACTERS = 12
DECISION_SCHEMA = {
    "decision_id": pl.String,
    "kind": pl.String,
    "left": pl.String,
    "right": pl.String,
    "actor": pl.String,
    "reason": pl.String,
    "evidence": pl.String,
    "review_id": pl.String,
    "decided_at": pl.Datetime("us", "UTC"),
    "revokes": pl.String,
}
"""Columns of people's decisions, as the ledger hands them out and as it seals them."""


class DropOutcome(StrEnum):
    """What became of one dropped file."""

    NEW = "new"
    """First delivery of its identity."""
    REPETITION = "repetition"
    """Same identity and same bytes as an earlier delivery: nothing happens."""
    CORRECTION = "correction"
    """Same identity, other bytes: both are kept, one of them is effective."""
    REFUSED = "refused"
    """No delivery: its name says not what it is. The bytes are archived all the same."""


class ReleaseState(StrEnum):
    """Whether a release may be current."""

    PUBLISHED = "published"
    ROLLED_BACK = "rolled_back"
    REMOVED = "removed"
    """Its time was over: the files are gone, the number stays taken."""


class FindingState(StrEnum):
    """Where a finding stands; the last two are people's decisions and stay as they are."""

    OPEN = "open"
    CLEARED = "cleared"
    """Its evidence is gone."""
    SUPERSEDED = "superseded"
    """It goes on as another finding: with other facts, or under another person ID."""
    CONFIRMED = "confirmed"
    OVERTURNED = "overturned"


class FindingEventKind(StrEnum):
    """What a night did to a finding."""

    OPENED = "opened"
    CLEARED = "cleared"
    RETURNED = "returned"
    SUPERSEDED = "superseded"
    MOVED = "moved"


class NightOutcome(StrEnum):
    """How a night's run ended."""

    RUNNING = "running"
    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    ABANDONED = "abandoned"


class PersonEventKind(StrEnum):
    """Why a person's (or household's) ID came to be, changed its meaning, or went."""

    CREATED = "created"
    MERGED = "merged"
    SPLIT = "split"
    MOVED = "moved"
    RESURRECTED = "resurrected"
    REDIRECTED = "redirected"
    PINNED = "pinned"
    OVERRIDDEN = "overridden"
    RETIRED = "retired"


class DecisionKind(StrEnum):
    """What a person decided about the person index."""

    MUST_LINK = "must_link"
    """Two signatures are one person."""
    CANNOT_LINK = "cannot_link"
    """Two signatures are two people."""
    UNMERGE = "unmerge"
    """Two signatures that are one person now are two people: take them apart and keep them so."""
    PIN = "pin"
    """A person's ID stays, whatever the machine would do."""
    UNPIN = "unpin"
    """A pinned ID may change again."""
    REVOKE = "revoke"
    """An earlier decision holds no longer."""


class ReviewState(StrEnum):
    """Where a question to people stands."""

    OPEN = "open"
    DECIDED = "decided"
    GONE = "gone"
    """Nobody answered, and the data ask no longer."""


def delivery_id(name: DeliveryName, sha256: str) -> str:
    """Return `<type>_<period>_<sequence>_<first 12 of sha256>`."""
    short = sha256[:DELIVERY_ID_SHA_CHARACTERS]
    return f"{name.document}_{name.period}_{name.sequence:03d}_{short}"


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """Row conservation of one delivery: received = accepted + quarantined + superseded.

    Won are sums of the type's amount column; 0 where the type has none.
    """

    rows_received: int
    rows_accepted: int
    rows_quarantined: int
    rows_superseded: int
    won_received: int = 0
    won_accepted: int = 0
    won_quarantined: int = 0
    won_superseded: int = 0

    @property
    def is_conserved(self) -> bool:
        """Whether nothing was lost or made, in rows and in won."""
        rows = self.rows_accepted + self.rows_quarantined + self.rows_superseded
        won = self.won_accepted + self.won_quarantined + self.won_superseded
        return self.rows_received == rows and self.won_received == won


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One delivery as the ledger knows it."""

    delivery_id: str
    document_type: str
    institution: str
    period: str
    sequence: int
    made_at: dt.datetime
    """The sender's first stamp on these bytes (no zone: as the sender wrote it)."""
    last_made_at: dt.datetime
    """The sender's last stamp on these bytes: decides which of two deliveries is effective."""
    sha256: str
    size_bytes: int
    file_name: str
    received_on: dt.date
    received_at: dt.datetime
    state: DeliveryState
    schema_version: int | None = None
    part_count: int | None = None
    landed_at: dt.datetime | None = None
    counts: DeliveryCounts | None = None
    stop_rule: str | None = None
    stop_line: int | None = None
    stop_column: str | None = None
    stop_detail: str | None = None

    @property
    def identity(self) -> tuple[str, str, int]:
        """(document type, period, sequence)."""
        return self.document_type, self.period, self.sequence


@dataclass(frozen=True, slots=True)
class DropRecord:
    """One time that a file was dropped: repetitions and refused files are counted too."""

    file_name: str
    institution: str
    sha256: str
    size_bytes: int
    night: dt.date
    outcome: DropOutcome
    delivery_id: str | None = None
    rule: str | None = None
    """Reason code of a refused file."""


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """What one rule found in one delivery; counts only, never a value."""

    delivery_id: str
    rule: str
    column_name: str
    """The canonical column, or an empty text for a rule about the whole delivery."""
    evaluated: int
    unexpected: int
    allowed_ppm: int
    success: bool
    severity: str


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """One published release."""

    release_id: str
    night: dt.date
    state: ReleaseState
    manifest_sha256: str
    digest: str
    published_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ReleaseEvent:
    """A release was published, or taken back in favour of an older one."""

    release_id: str
    kind: str
    """`published`, `rolled_back` (no longer current), `restored` (current again), `removed`."""
    actor: str
    reason: str
    happened_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Minted:
    """The IDs that a release shows for the first time, and why IDs changed: frames of `people`."""

    people: pl.DataFrame | None = None
    person_events: pl.DataFrame | None = None
    households: pl.DataFrame | None = None
    household_events: pl.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class FindingChanges:
    """What a night changed in the findings' states, in counts."""

    opened: int = 0
    continued: int = 0
    cleared: int = 0
    returned: int = 0
    """Cleared before, and found again."""
    superseded: int = 0
    """Gone on with other facts."""
    moved: int = 0
    """Gone on under the ID into which the person was merged."""


@dataclass(frozen=True, slots=True)
class ReviewChanges:
    """What a night changed in the review queue, in counts."""

    opened: int
    continued: int
    gone: int


@dataclass(frozen=True, slots=True)
class NightRun:
    """One run of a night; a run whose heartbeat stopped is abandoned."""

    run_id: str
    night: dt.date
    started_at: dt.datetime
    finished_at: dt.datetime | None
    outcome: NightOutcome
    heartbeat: dt.datetime
