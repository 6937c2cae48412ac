"""The state is the set of deliveries: order, repetition and lateness of drops cannot change it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.delivery import DeliveryName, DeliveryStopped
from warehouse.ledger import DeliveryCounts, DeliveryRecord, Ledger

DOCUMENTS = ("I01-F01-01", "I03-F11-02")
STAMPS = tuple(
    dt.datetime.fromisoformat(text)
    for text in ("2026-04-01T01:00", "2026-04-01T02:00", "2026-04-02T01:00")
)
CONTENTS = ("a" * 64, "b" * 64, "f" * 64)
UNREADABLE = CONTENTS[2]
NIGHT = dt.date(2026, 4, 1)

Drop = tuple[str, dt.datetime, str]
DROPS = st.tuples(st.sampled_from(DOCUMENTS), st.sampled_from(STAMPS), st.sampled_from(CONTENTS))
PERIODS = (
    f"{year}{month:02d}{day:02d}"
    for year, month, day in itertools.product(range(2000, 2100), range(1, 13), range(1, 29))
)


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    with Ledger.open("sqlite://") as opened:
        yield opened


def expected(drops: list[Drop]) -> dict[str, tuple[dt.datetime, str]]:
    """Of each document, the latest stamp (then the greatest content) among what can be read."""
    effective: dict[str, tuple[dt.datetime, str]] = {}
    for document, made_at, sha256 in drops:
        if sha256 != UNREADABLE:
            known = effective.get(document, (made_at, sha256))
            effective[document] = max(known, (made_at, sha256))
    return effective


def land(ledger: Ledger, record: DeliveryRecord) -> None:
    if record.sha256 == UNREADABLE:
        stop = DeliveryStopped("schema_unknown", record.file_name, "no version fits")
        ledger.mark_stopped(record.delivery_id, stop)
    else:
        counts = DeliveryCounts(1, 1, 0, 0)
        ledger.mark_landed(record.delivery_id, counts, schema_version=1, part_count=1)


def play(
    ledger: Ledger, history: list[tuple[Drop, bool]], period: str
) -> dict[str, tuple[dt.datetime, str]]:
    """Drop everything in the order given, landing what waits where a drop says so."""
    for (document, made_at, sha256), then_land in history:
        name = DeliveryName(document, period, 1, made_at, "csv")
        ledger.receive(name, "I01", sha256, 1, night=NIGHT)
        if then_land:
            for record in ledger.pending():
                land(ledger, record)
    for record in ledger.pending():
        land(ledger, record)
    return {
        record.document_type: (record.last_made_at, record.sha256)
        for record in ledger.effective_deliveries()
        if record.period == period
    }


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), drops=st.lists(DROPS, min_size=1, max_size=6))
def test_any_history_of_the_same_drops_gives_the_same_state(
    ledger: Ledger, data: st.DataObject, drops: list[Drop]
) -> None:
    repeated = data.draw(st.lists(st.sampled_from(drops), max_size=4))
    order = data.draw(st.permutations(drops + repeated))
    landings = data.draw(st.lists(st.booleans(), min_size=len(order), max_size=len(order)))
    history = list(zip(order, landings, strict=True))
    assert play(ledger, history, next(PERIODS)) == expected(drops)
    assert play(ledger, [(drop, False) for drop in drops], next(PERIODS)) == expected(drops)
