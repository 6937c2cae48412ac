"""The ledger: what arrived, who was minted, what was released, and what people decided about it.

Here: the few facts that cannot be rebuilt from received bytes, in SQLite or PostgreSQL. Never
here: rows of documents (the lake) or tables of a night (Parquet). Next: intake and landing move
deliveries through their states, the person index keeps its IDs here, releases are logged here.

Records go in and come out as frozen dataclasses or polars frames; nothing of SQLAlchemy leaks.
"""

from warehouse.ledger.errors import LedgerError
from warehouse.ledger.ledger import Ledger
from warehouse.ledger.records import (
    DecisionKind,
    DeliveryCounts,
    DeliveryRecord,
    DropOutcome,
    DropRecord,
    ExpectationResult,
    FindingChanges,
    FindingEventKind,
    FindingState,
    Minted,
    NightOutcome,
    NightRun,
    PersonEventKind,
    ReleaseEvent,
    ReleaseRecord,
    ReleaseState,
    ReviewChanges,
    ReviewState,
    delivery_id,
)

__all__ = [
    "DecisionKind",
    "DeliveryCounts",
    "DeliveryRecord",
    "DropOutcome",
    "DropRecord",
    "ExpectationResult",
    "FindingChanges",
    "FindingEventKind",
    "FindingState",
    "Ledger",
    "LedgerError",
    "Minted",
    "NightOutcome",
    "NightRun",
    "PersonEventKind",
    "ReleaseEvent",
    "ReleaseRecord",
    "ReleaseState",
    "ReviewChanges",
    "ReviewState",
    "delivery_id",
]
