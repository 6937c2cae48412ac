"""Landing one document type: archived bytes become typed Parquet, quarantine and a verdict.

Here: the order of read, conform, write, count and validate, and what the ledger is told. Never
here: formats (`sources.readers`), conversions (`hub.conforming`), expectations. Next: effective
deliveries feed the family tables.
"""

from __future__ import annotations

import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from hub.catalogue import DocumentType
from hub.conforming import ConformedBatch, Conformer
from hub.delivery import LINE, DeliveryName, DeliveryStopped, RawBatch
from hub.unquoted_error import pointing_at
from pipelines.steps.context import NightContext
from pipelines.steps.validation import validate_delivery
from sources.readers import OpenDelivery, open_delivery
from warehouse.archive import ReceivedFile
from warehouse.durable import published_folder
from warehouse.lake import DeliveryWriter, StoredRows, delivery_parts, discard_parts, stored_rows
from warehouse.ledger import DeliveryCounts, DeliveryRecord
from warehouse.staging import sweep

ONE_PPM = 1_000_000


@dataclass(slots=True)
class DocumentLanding:
    """What landing the waiting deliveries of one type came to."""

    document: str
    landed: int = 0
    stopped: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    reasons: list[str] = field(default_factory=list)
    evaluated: int = 0
    unsuccessful: int = 0


def land_document(context: NightContext, code: str) -> DocumentLanding:
    """Land every delivery of type `code` that waits in the ledger; a bad one stops only itself."""
    document = context.catalogue.documents[code]
    result = DocumentLanding(code)
    for record in context.ledger.pending(code):
        try:
            with pointing_at(delivery=record.delivery_id):
                stopped, held_back = _land_delivery(context, document, record, result)
        except DeliveryStopped as unreadable:
            stopped, held_back = unreadable, None
        if stopped:
            context.ledger.mark_stopped(record.delivery_id, stopped, held_back)
            result.stopped += 1
            result.reasons.append(str(stopped))
    context.announce("landing", code)
    return result


def _land_delivery(
    context: NightContext, document: DocumentType, record: DeliveryRecord, result: DocumentLanding
) -> tuple[DeliveryStopped | None, DeliveryCounts | None]:
    """Land one delivery, or say why all its rows are held back.

    Raises:
        DeliveryStopped: it cannot be read to its end; its bytes stay archived.
    """
    opened, counts = write_delivery_rows(context, document, record)
    name = DeliveryName.parse(record.file_name)
    folder = context.layout.delivery(document.code, record.delivery_id)
    too_bad = _bad_share(document, name, folder, counts)
    if too_bad:
        return too_bad, _held_back(counts)
    verdict = validate_delivery(context, document, opened.version, folder, record)
    result.evaluated += verdict.evaluated
    result.unsuccessful += verdict.unsuccessful
    if verdict.blocks:
        refused = DeliveryStopped("expectation_failed", str(name), verdict.describe())
        return refused, _held_back(counts)
    parts = len(delivery_parts(folder))
    context.ledger.mark_landed(
        record.delivery_id, counts, schema_version=opened.version.number, part_count=parts
    )
    result.landed += 1
    result.rows_accepted += counts.rows_accepted
    result.rows_quarantined += counts.rows_quarantined
    return None, None


def _held_back(counts: DeliveryCounts) -> DeliveryCounts:
    """The counts of a delivery of which no row goes on: what was good is quarantined with it."""
    return replace(
        counts,
        rows_accepted=0,
        rows_quarantined=counts.rows_quarantined + counts.rows_accepted,
        won_accepted=0,
        won_quarantined=counts.won_quarantined + counts.won_accepted,
    )


def write_delivery_rows(
    context: NightContext, document: DocumentType, record: DeliveryRecord
) -> tuple[OpenDelivery, DeliveryCounts]:
    """Read, conform and store one delivery's rows, and check that none is lost.

    Raises:
        DeliveryStopped: the delivery cannot be read to its end.
        VaultFileError: its bytes in the archive are not those that were received.
    """
    name = DeliveryName.parse(record.file_name)
    folder = context.layout.delivery(document.code, record.delivery_id)
    opened = open_delivery(document, name, ReceivedFile(context.layout, record.sha256))
    sweep(folder.parent)
    # An earlier try that was killed after its rename left the same rows: they are written again.
    shutil.rmtree(folder, ignore_errors=True)
    with published_folder(folder) as staging:
        writer = DeliveryWriter(staging, context.zone, folder)
        counts = _write_rows(context, document, opened, writer)
    stored = stored_rows(context.zone, folder, document.amount_column)
    _check_conservation(name, stored, counts)
    return opened, counts


def _write_rows(
    context: NightContext, document: DocumentType, opened: OpenDelivery, writer: DeliveryWriter
) -> DeliveryCounts:
    """Conform every batch; one part is being written while the next batch is conformed."""
    catalogue = context.catalogue
    conformer = Conformer(
        document,
        opened.version,
        catalogue.families[document.family],
        catalogue.code_sets,
        context.tokeniser,
        made_on=opened.name.made_at.date(),
    )
    total = [0] * 8
    with closing(opened.batches()) as batches, ThreadPoolExecutor(1) as disk:
        being_written: Future[None] | None = None
        for batch in batches:
            with pointing_at(lines=_lines_of(batch)):
                conformed = conformer.conform(batch)
            if being_written:
                being_written.result()
            being_written = disk.submit(writer.accept, conformed.accepted)
            writer.quarantine(conformed.quarantined)
            total = [before + now for before, now in zip(total, _counted(conformed), strict=True)]
        if being_written:
            being_written.result()
    writer.finish()
    return DeliveryCounts(*total)


def _lines_of(batch: RawBatch) -> str:
    """First and last line of a batch, as `2-9001`."""
    lines = batch.frame[LINE]
    return f"{lines.min()}-{lines.max()}"


def _counted(conformed: ConformedBatch) -> tuple[int, ...]:
    """The counts of one batch, in the order of `DeliveryCounts`."""
    return (
        conformed.received_rows,
        conformed.accepted.height,
        conformed.quarantined.height,
        conformed.superseded_rows,
        conformed.received_amount,
        conformed.accepted_amount,
        conformed.quarantined_amount,
        conformed.superseded_amount,
    )


def _check_conservation(name: DeliveryName, stored: StoredRows, counts: DeliveryCounts) -> None:
    """Compare what was counted while reading with what really lies on disk."""
    same = (
        stored.accepted_rows == counts.rows_accepted
        and stored.quarantined_rows == counts.rows_quarantined
        and stored.accepted_amount == counts.won_accepted
        and stored.quarantined_amount == counts.won_quarantined
    )
    if not (same and counts.is_conserved):
        raise DeliveryStopped(
            "rows_not_conserved",
            str(name),
            f"{counts.rows_received} rows read, {stored.accepted_rows} stored, "
            f"{stored.quarantined_rows} quarantined, {counts.rows_superseded} repeated",
        )


def _bad_share(
    document: DocumentType, name: DeliveryName, folder: Path, counts: DeliveryCounts
) -> DeliveryStopped | None:
    """Stop a delivery with too many bad rows; one single bad row among good ones never stops it.

    What most of them break is named: a column that was renamed or retyped breaks every row alike.
    """
    bad, received = counts.rows_quarantined, counts.rows_received
    if bad * ONE_PPM <= document.quarantine_limit_ppm * received:
        return None
    if bad == 1 and received > 1:
        return None
    discard_parts(folder)
    rule, column, count = _commonest_reason(folder)
    return DeliveryStopped(
        "bad_share_exceeded",
        str(name),
        f"{bad} of {received} rows are bad, {count} of them by {rule}; the type's limit is "
        f"{document.quarantine_limit_ppm / 10_000:g} %; see `hub quarantine {document.code}`",
        column=column,
    )


def _commonest_reason(folder: Path) -> tuple[str, str | None, int]:
    """Rule and column that most quarantined rows of a delivery break, and how many do."""
    return (
        pl.read_parquet(folder / "quarantine.parquet", columns=["rule", "column"])
        .group_by("rule", "column")
        .len()
        .sort(["len", "rule", "column"], descending=[True, False, False])
        .row(0)
    )
