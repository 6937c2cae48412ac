"""Data Docs: pages of what the suites found, for chosen types or for those that failed.

Never here: building the pages (`expectations.data_docs`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from expectations.results import LandedDelivery
from hub.delivery import DeliveryState
from sources.registry import load_catalogue
from warehouse.identity_zone import IdentityZone, identity_zone
from warehouse.lake import delivery_parts
from warehouse.layout import Layout
from warehouse.ledger import DeliveryRecord, Ledger


def build_quality_pages(layout: Layout, codes: Sequence[str]) -> Path | None:
    """Build pages for the latest delivery of each of `codes`, or of each type that failed.

    Returns the index page, or None where there is nothing to show.
    """
    from expectations.data_docs import build_data_docs

    catalogue = load_catalogue()
    with Ledger.open(layout.ledger_url) as ledger:
        records = ledger.deliveries()
    zone = identity_zone(layout)
    items = [_landed(layout, zone, record) for record in _chosen(records, codes)]
    shown = [item for item in items if item.rows]
    return build_data_docs(layout.quality, shown, catalogue) if shown else None


def _chosen(records: Sequence[DeliveryRecord], codes: Sequence[str]) -> list[DeliveryRecord]:
    latest: dict[str, DeliveryRecord] = {}
    for record in sorted(records, key=lambda each: (each.made_at, each.delivery_id)):
        if record.state is not DeliveryState.RECEIVED:
            latest[record.document_type] = record
    if codes:
        return [latest[code] for code in codes if code in latest]
    return [record for record in latest.values() if record.stop_rule == "expectation_failed"]


def _landed(layout: Layout, zone: IdentityZone, record: DeliveryRecord) -> LandedDelivery:
    document = load_catalogue().documents[record.document_type]
    version = document.version(record.schema_version or 0) or document.version_on(
        record.made_at.date()
    )
    folder = layout.delivery(record.document_type, record.delivery_id)
    parts = delivery_parts(folder)
    return LandedDelivery(document, version, zone.dataset(parts) if parts else (), record.made_at)
