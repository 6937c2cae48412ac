"""Removing received bytes, rows, quarantine and months of the access log whose term is over.

Here: what is held, until when and by which law, and removing what is past its term and nothing else.
Never here: how long is long enough (`retention.toml`, the catalogue's `retention_years`), or releases
(`warehouse.release_retention`). Next: `hub retention`.

The order is statement, ledger, files: a signed statement names what goes, the ledger then calls its
delivery erased, so that no night asks for its rows, and the bytes go last. A crash in between leaves
something that is past its term; the next run names and removes it again.
"""

from __future__ import annotations

import calendar
import datetime as dt
import shutil
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hub.catalogue import DocumentType
from hub.delivery import DeliveryState
from warehouse.access_log import AccessLog
from warehouse.access_log.replay import log_files
from warehouse.durable import fsync_path
from warehouse.faults import fault_point
from warehouse.layout import Layout
from warehouse.ledger import DeliveryRecord, DropOutcome, Ledger
from warehouse.release_retention import RETENTION_FILE
from warehouse.statements import StatementKind, write_statement

QUARANTINE = "quarantine.parquet"


class HoldingKind(StrEnum):
    """What is held."""

    DELIVERY = "delivery"
    """Received bytes and rows of a delivery."""
    QUARANTINE = "quarantine"
    """What the rows of a delivery that were set aside broke."""
    REFUSED = "refused"
    """Bytes of a file that was no delivery."""
    ACCESS_LOG = "access log"
    """One month of the access log."""


@dataclass(frozen=True, slots=True)
class Term:
    """How long something is kept, in days, and by which law."""

    most_days: int
    most_basis: str
    least_days: int = 0
    least_basis: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing that is held, and the first day on which it may be held no longer."""

    kind: HoldingKind
    subject: str
    """Delivery, digest of the bytes, or month as YYYYMM."""
    until: dt.date
    basis: str
    is_kept: bool


def terms(path: Path = RETENTION_FILE) -> dict[str, Term]:
    """Return the terms of `quarantine`, `refused` and `access_log`.

    Raises:
        ValueError: a term is missing or shorter than the least that the law asks for.
    """
    told = tomllib.loads(path.read_text("utf-8"))
    found = {}
    for name in ("quarantine", "refused", "access_log"):
        try:
            found[name] = Term(**told.get(name, {}))
            is_sound = 0 <= found[name].least_days <= found[name].most_days
        except TypeError:
            is_sound = False
        if not is_sound:
            message = (
                f"{path.name}: [{name}] needs most_days with its legal basis most_basis, and may "
                "have least_days (not more) with least_basis"
            )
            raise ValueError(message)
    return found


def plan_data_retention(
    layout: Layout,
    ledger: Ledger,
    documents: Mapping[str, DocumentType],
    today: dt.date,
    known_terms: Mapping[str, Term] | None = None,
) -> list[Holding]:
    """Say of everything that is held whether it stays on `today`.

    A delivery of a type that the catalogue no longer has stays: nobody says how long. Bytes that
    several deliveries share stay as long as any of them.
    """
    by_law = known_terms or terms()
    found: list[Holding] = []
    for record in ledger.deliveries():
        folder = layout.delivery(record.document_type, record.delivery_id)
        document = documents.get(record.document_type)
        if document is not None and (folder.exists() or layout.archived(record.sha256).exists()):
            until = _years_after(record.received_on, document.retention_years)
            found.append(_holding(HoldingKind.DELIVERY, record.delivery_id, until, document.legal_basis, today))  # fmt: skip
        if (folder / QUARANTINE).exists():
            term = by_law["quarantine"]
            until = record.received_on + dt.timedelta(days=term.most_days)
            found.append(_holding(HoldingKind.QUARANTINE, record.delivery_id, until, term.most_basis, today))  # fmt: skip
    found += _refused(layout, ledger, by_law["refused"], today)
    for file in log_files(layout.access):
        term, month = by_law["access_log"], file.stem[4:]
        year, number = int(month[:4]), int(month[4:])
        last = dt.date(year, number, calendar.monthrange(year, number)[1])
        until = last + dt.timedelta(days=term.most_days)
        found.append(_holding(HoldingKind.ACCESS_LOG, month, until, term.most_basis, today))
    return found


def _refused(layout: Layout, ledger: Ledger, term: Term, today: dt.date) -> list[Holding]:
    delivered = {record.sha256 for record in ledger.deliveries()}
    newest: dict[str, dt.date] = {}
    for drop in ledger.drops():
        if drop.outcome is DropOutcome.REFUSED and drop.sha256 not in delivered:
            newest[drop.sha256] = max(drop.night, newest.get(drop.sha256, drop.night))
    return [
        _holding(
            HoldingKind.REFUSED, sha256, night + dt.timedelta(days=term.most_days), term.most_basis, today
        )
        for sha256, night in sorted(newest.items())
        if layout.archived(sha256).exists()
    ]  # fmt: skip


def _holding(
    kind: HoldingKind, subject: str, until: dt.date, basis: str, today: dt.date
) -> Holding:
    return Holding(kind, subject, until, basis, is_kept=today < until)


def _years_after(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        # A 29 February has its term on the 1 March.
        return dt.date(day.year + years, 3, 1)


def remove_expired(
    layout: Layout, ledger: Ledger, plan: Sequence[Holding], *, actor: str
) -> list[Holding]:
    """Remove what `plan` does not keep; return it.

    Raises:
        AccessLogError: the log's months cannot be retired; all else is removed.
    """
    doomed = [holding for holding in plan if not holding.is_kept]
    if not doomed:
        return []
    by_reason: dict[str, list[str]] = defaultdict(list)
    for holding in doomed:
        by_reason[holding.basis].append(f"{holding.kind.value} {holding.subject}")
    for basis, subjects in sorted(by_reason.items()):
        reason = f"past their term: {basis}"
        write_statement(layout, StatementKind.ERASURE, subjects, actor=actor, reason=reason)
    records = {record.delivery_id: record for record in ledger.deliveries()}
    gone = {each.subject for each in doomed if each.kind is HoldingKind.DELIVERY}
    for delivery_id in sorted(gone):
        ledger.mark_erased(delivery_id)
    fault_point("erase.after_ledger")
    held = {
        record.sha256 for record in ledger.deliveries() if record.state is not DeliveryState.ERASED
    }
    for holding in doomed:
        match holding.kind:
            case HoldingKind.DELIVERY:
                _remove_delivery(layout, records[holding.subject], held)
            case HoldingKind.QUARANTINE:
                record = records[holding.subject]
                folder = layout.delivery(record.document_type, record.delivery_id)
                _remove_file(folder / QUARANTINE)
            case HoldingKind.REFUSED:
                _remove_file(layout.archived(holding.subject))
            case HoldingKind.ACCESS_LOG:
                pass
    log = AccessLog(layout)
    for holding in sorted(doomed, key=lambda each: each.subject):
        if holding.kind is HoldingKind.ACCESS_LOG:
            month = dt.date(int(holding.subject[:4]), int(holding.subject[4:]), 1)
            log.retire_month(month, actor=actor, reason=holding.basis)
    return doomed


def _remove_delivery(layout: Layout, record: DeliveryRecord, held: set[str]) -> None:
    folder = layout.delivery(record.document_type, record.delivery_id)
    shutil.rmtree(folder, ignore_errors=True)
    if record.sha256 not in held:
        _remove_file(layout.archived(record.sha256))


def _remove_file(file: Path) -> None:
    file.unlink(missing_ok=True)
    if file.parent.exists():
        fsync_path(file.parent)
