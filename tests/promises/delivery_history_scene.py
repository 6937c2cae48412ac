"""Histories of deliveries: what senders may send, and a plain oracle of the rows that must be effective.

Here: three small document types that correct themselves in different ways, their files, and the oracle,
which knows the contract of deliveries (docs/architecture.md) and none of the hub's code for it. Never
here: the hub. Next: `test_delivery_histories` plays histories against both.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable

import polars as pl
import readers_scene

from hub.catalogue import (
    Catalogue,
    Corrections,
    Delivery,
    DocumentType,
    Encoding,
    Institution,
    Mode,
)
from hub.delivery import DeliveryName
from sources.country.rendering.documents import first_line, write_delivery
from sources.readers import ENDINGS

PEOPLE = ("8001011000001", "8001011000002", "8001011000003")
NO_NUMBER = "80010110X0009"
"""Malformed, so that its row is quarantined."""
ACTIONS = {"0": "new", "1": "cancel", "2": "reissue", "9": "reversal"}
DAYS = ("20260105", "20260212")
STAMPS = tuple(dt.datetime(2026, 2, day, 3) for day in range(1, 7))  # noqa: DTZ001  as senders write
WON = 1000
"""Of one unit in the amount column."""
LIMIT_PPM = 400_000


def _type(number: int, delivery: Delivery, mode: Mode, corrections: Corrections) -> DocumentType:
    plain = readers_scene.document(
        delivery, Encoding.CP949 if delivery is Delivery.FIXED_WIDTH else Encoding.UTF_8
    )
    return dataclasses.replace(
        plain,
        code=f"I99-F99-{number:02d}",
        mode=mode,
        corrections=corrections,
        quarantine_limit_ppm=LIMIT_PPM,
        versions=plain.versions[:1],
    )


TYPES = (
    _type(1, Delivery.CSV, Mode.FULL, Corrections.REVERSAL_ROWS),
    _type(2, Delivery.FIXED_WIDTH, Mode.DELTA, Corrections.CANCEL_AND_REISSUE),
    _type(3, Delivery.JSON_LINES, Mode.EVENT, Corrections.REVERSAL_ROWS),
)
CATALOGUE = Catalogue(
    institutions={"I99": Institution("I99", "시험", "test", "I99_test")},
    families={"F99": readers_scene.FAMILY},
    documents={document.code: document for document in TYPES},
    code_sets={},
)
TABLE = "f99_payment"


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One row as its sender writes it."""

    person: str
    paid_on: str
    amount: int
    action: str

    @property
    def key(self) -> tuple[str, str]:
        return self.person, self.paid_on


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """One file that a sender dropped."""

    place: int
    """Of its type in `TYPES`."""
    period: str
    sequence: int
    made_at: dt.datetime
    rows: tuple[Row, ...]

    @property
    def document(self) -> DocumentType:
        return TYPES[self.place]

    @property
    def name(self) -> DeliveryName:
        document = self.document
        ending = ENDINGS[document.delivery]
        return DeliveryName(document.code, self.period, self.sequence, self.made_at, ending)

    @property
    def content(self) -> bytes:
        columns = self.document.versions[0].columns
        written = pl.DataFrame(
            [(row.person, "이름", row.paid_on, row.amount, None, row.action) for row in self.rows],
            schema=dict(
                zip(
                    (column.name for column in columns),
                    (pl.String, pl.String, pl.String, pl.Int64, pl.Float64, pl.String),
                    strict=True,
                )
            ),
            orient="row",
        )
        return write_delivery(self.document, self.document.versions[0], written, self.name)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


Effective = tuple[str, str, int, str, dt.date, int]
"""Type, delivery, line, action, day, won."""


def effective_rows(files: Iterable[Sent]) -> list[Effective]:
    """Say, from the set of files that ever arrived, which rows are effective."""
    stamps: dict[tuple, set[dt.datetime]] = defaultdict(set)
    by_bytes: dict[tuple, Sent] = {}
    for sent in files:
        known = (sent.place, sent.period, sent.sequence, sent.sha256)
        stamps[known].add(sent.made_at)
        by_bytes[known] = sent
    best: dict[tuple, tuple] = {}
    for known, sent in by_bytes.items():
        if _stops(sent.rows):
            continue
        identity, rank = known[:3], (max(stamps[known]), known[3], known)
        best[identity] = max(best.get(identity, rank), rank)
    found = []
    for place, document in enumerate(TYPES):
        chosen = [rank[2] for identity, rank in best.items() if identity[0] == place]
        if document.mode is Mode.FULL and chosen:
            latest = max(known[1] for known in chosen)
            chosen = [known for known in chosen if known[1] == latest]
        found += _of_type(
            document, {known: (by_bytes[known], min(stamps[known])) for known in chosen}
        )
    return sorted(found)


def _stops(rows: tuple[Row, ...]) -> bool:
    bad = sum(row.person == NO_NUMBER for row in rows)
    return bad * 1_000_000 > LIMIT_PPM * len(rows) and not (bad == 1 and len(rows) > 1)


def _of_type(
    document: DocumentType, chosen: dict[tuple, tuple[Sent, dt.datetime]]
) -> list[Effective]:
    told = []
    for (_, period, sequence, sha256), (sent, first) in chosen.items():
        delivery_id = f"{document.code}_{period}_{sequence:03d}_{sha256[:12]}"
        seen: set[Row] = set()
        for line, row in enumerate(sent.rows, start=first_line(document)):
            action = ACTIONS[row.action]
            is_repeated = row in seen and action not in {"reversal", "cancel"}
            seen.add(row)
            if row.person != NO_NUMBER and not is_repeated:
                told.append(((first, line), (first, delivery_id), delivery_id, line, action, row))
    cancelled: dict[tuple, tuple] = {}
    reissued: dict[tuple, tuple] = {}
    newest: dict[tuple, tuple] = {}
    for order, delivery, _, _, action, row in told:
        if action == "cancel":
            cancelled[row.key] = max(cancelled.get(row.key, order), order)
        if action == "reissue":
            reissued[row.key] = max(reissued.get(row.key, order), order)
        if len(chosen) > 1 and action != "reversal":
            newest[row.key] = max(newest.get(row.key, delivery), delivery)
    return [
        (document.code, delivery_id, line, action,
         dt.datetime.strptime(row.paid_on, "%Y%m%d").date(), row.amount * WON)  # noqa: DTZ007
        for order, delivery, delivery_id, line, action, row in told
        if action != "cancel"
        and (row.key not in cancelled or order > cancelled[row.key])
        and (row.key not in reissued or order >= reissued[row.key])
        and (row.key not in newest or delivery == newest[row.key] or action == "reversal")
    ]  # fmt: skip
