"""Landing as benchmarks of later steps need it: rows and nothing else.

Here: landing what waits. Never here: measuring landing (`landing`). Next: the steps that are measured.
"""

from __future__ import annotations

from hub.delivery import DeliveryStopped
from pipelines.steps.context import NightContext
from pipelines.steps.intake import take_deliveries
from pipelines.steps.landing import write_delivery_rows


def land_without_expectations(context: NightContext) -> None:
    """Land everything that waits; expectations cost most of a night and change no row."""
    take_deliveries(context)
    for document in context.catalogue.documents.values():
        for record in context.ledger.pending(document.code):
            try:
                opened, counts = write_delivery_rows(context, document, record)
            except DeliveryStopped as stopped:
                context.ledger.mark_stopped(record.delivery_id, stopped, None)
                continue
            folder = context.layout.delivery(document.code, record.delivery_id)
            context.ledger.mark_landed(
                record.delivery_id,
                counts,
                schema_version=opened.version.number,
                part_count=len(list(folder.glob("part-*.parquet"))),
            )
