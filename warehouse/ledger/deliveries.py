"""Deliveries in the ledger: received, landed or stopped, and which of them are effective.

Here: the states of deliveries and every drop of a file. Never here: bytes (`warehouse.archive`)
or rows (the lake). Next: a night's tables are made from `effective_deliveries()`.

The state is the set of deliveries. Order, repetition and lateness of drops cannot change it:
a delivery is its identity and its bytes, with the first and the last stamp that the sender put on
them; of one identity the greatest (last stamp, sha256) among the landed ones is effective.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, func, insert, select, update

from hub.delivery import DeliveryName, DeliveryState, DeliveryStopped
from warehouse.ledger.book import Book, now
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.records import (
    DeliveryCounts,
    DeliveryRecord,
    DropOutcome,
    DropRecord,
    ExpectationResult,
    delivery_id,
)
from warehouse.ledger.schema import DELIVERY, DELIVERY_DROP, EXPECTATION_RESULT

_COUNTS = tuple(field.name for field in dataclasses.fields(DeliveryCounts))
_STOP = ("stop_rule", "stop_line", "stop_column", "stop_detail")
_DETAIL_CHARACTERS = 2000
_NAME_CHARACTERS = 255
_LIKE_NATIONAL_ID = re.compile(r"\d{6}[-_ ]?\d{7}")


class DeliveryBook(Book):
    """Deliveries, drops and what the expectations found."""

    def receive(
        self, name: DeliveryName, institution: str, sha256: str, size_bytes: int, *, night: dt.date
    ) -> DropOutcome:
        """Write down a dropped file whose bytes are archived: its delivery and the drop, at once.

        A correction may arrive before what it corrects: the outcome says only whether the
        identity was known, not which delivery is effective.
        """
        arrived = _Arrived(name, institution, sha256, size_bytes, night)
        with self._writing() as connection:
            outcome = _receive(connection, arrived)
            _insert_drop(
                connection,
                DropRecord(
                    file_name=str(name),
                    institution=institution,
                    sha256=sha256,
                    size_bytes=size_bytes,
                    night=night,
                    outcome=outcome,
                    delivery_id=delivery_id(name, sha256),
                ),
            )
        return outcome

    def refuse(
        self,
        file_name: str,
        sha256: str,
        size_bytes: int,
        stop: DeliveryStopped,
        *,
        night: dt.date,
        institution: str = "",
    ) -> DropOutcome:
        """Write down a dropped file that is no delivery, and why; its bytes are archived.

        Numbers like a national ID in the name are masked.
        """
        outcome = DropOutcome.REFUSED
        # A name that follows no grammar may hold anything, also bytes that are no text.
        readable = file_name.encode("utf-8", "backslashreplace").decode("utf-8")
        masked = _LIKE_NATIONAL_ID.sub("<number>", readable)[:_NAME_CHARACTERS]
        drop = DropRecord(masked, institution, sha256, size_bytes, night, outcome, rule=stop.rule)
        with self._writing() as connection:
            _insert_drop(connection, drop)
        return outcome

    def drops(self, night: dt.date | None = None) -> list[DropRecord]:
        """Return every dropped file, of one night or of all, in the order they were taken."""
        columns = [DELIVERY_DROP.c[field.name] for field in dataclasses.fields(DropRecord)]
        query = select(*columns).order_by(DELIVERY_DROP.c.drop_id)
        if night is not None:
            query = query.where(DELIVERY_DROP.c.night == night)
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [DropRecord(**{**row, "outcome": DropOutcome(row["outcome"])}) for row in rows]

    def mark_landed(
        self, delivery_id: str, counts: DeliveryCounts, *, schema_version: int, part_count: int
    ) -> None:
        """Say that the delivery's rows lie in the lake.

        Raises:
            LedgerError: rows or won are not conserved, or no such delivery.
        """
        if not counts.is_conserved:
            message = (
                f"{delivery_id}: received is not accepted + quarantined + superseded "
                f"({counts}); the delivery is not landed"
            )
            raise LedgerError(message)
        values = dataclasses.asdict(counts) | dict.fromkeys(_STOP)
        values |= {"schema_version": schema_version, "part_count": part_count, "landed_at": now()}
        self._set(delivery_id, values | {"state": DeliveryState.LANDED.value})

    def mark_stopped(
        self, delivery_id: str, stop: DeliveryStopped, counts: DeliveryCounts | None = None
    ) -> None:
        """Say why the delivery was stopped as a whole; a later run may still land it.

        Raises:
            LedgerError: no such delivery.
        """
        values: dict[str, Any] = dict.fromkeys(_COUNTS)
        values |= dataclasses.asdict(counts) if counts else {}
        values |= {"schema_version": None, "part_count": None, "landed_at": None}
        values |= {
            "state": DeliveryState.STOPPED.value,
            "stop_rule": stop.rule,
            "stop_line": stop.line,
            "stop_column": stop.column,
            "stop_detail": stop.detail[:_DETAIL_CHARACTERS],
        }
        self._set(delivery_id, values)

    def reopen(self, delivery_id: str) -> None:
        """Put a stopped delivery back among the pending, after a rule or reader was mended.

        Raises:
            LedgerError: no such delivery, or its bytes were erased.
        """
        record = self.delivery(delivery_id)
        if record is not None and record.state is DeliveryState.ERASED:
            message = f"{delivery_id}: its term is over and its bytes are gone; it stays erased"
            raise LedgerError(message)
        values = dict.fromkeys((*_COUNTS, *_STOP, "schema_version", "part_count", "landed_at"))
        self._set(delivery_id, values | {"state": DeliveryState.RECEIVED.value})

    def mark_erased(self, delivery_id: str) -> None:
        """Say that bytes and rows of the delivery go, because their term is over; counts stay.

        Raises:
            LedgerError: no such delivery.
        """
        self._set(delivery_id, {"state": DeliveryState.ERASED.value})

    def delivery(self, delivery_id: str) -> DeliveryRecord | None:
        """Return one delivery, or None."""
        found = self._records(select(DELIVERY).where(DELIVERY.c.delivery_id == delivery_id))
        return found[0] if found else None

    def deliveries(
        self,
        *,
        state: DeliveryState | None = None,
        document: str | None = None,
        institution: str | None = None,
    ) -> list[DeliveryRecord]:
        """Return deliveries in the order of their IDs, filtered where asked."""
        query = select(DELIVERY).order_by(DELIVERY.c.delivery_id)
        if state is not None:
            query = query.where(DELIVERY.c.state == state.value)
        if document is not None:
            query = query.where(DELIVERY.c.document_type == document)
        if institution is not None:
            query = query.where(DELIVERY.c.institution == institution)
        return self._records(query)

    def pending(self, document: str | None = None) -> list[DeliveryRecord]:
        """Return received deliveries that are neither landed nor stopped."""
        return self.deliveries(state=DeliveryState.RECEIVED, document=document)

    def effective_deliveries(self, document: str | None = None) -> list[DeliveryRecord]:
        """Return, of each identity, the landed delivery with the greatest (last stamp, sha256)."""
        identity = (DELIVERY.c.document_type, DELIVERY.c.period, DELIVERY.c.sequence)
        latest_first = (DELIVERY.c.last_made_at.desc(), DELIVERY.c.sha256.desc())
        rank = func.row_number().over(partition_by=identity, order_by=latest_first).label("rank")
        query = select(DELIVERY.c.delivery_id, rank).where(
            DELIVERY.c.state == DeliveryState.LANDED.value
        )
        if document is not None:
            query = query.where(DELIVERY.c.document_type == document)
        ranked = query.subquery()
        return self._records(
            select(DELIVERY)
            .join(ranked, and_(ranked.c.delivery_id == DELIVERY.c.delivery_id, ranked.c.rank == 1))
            .order_by(DELIVERY.c.delivery_id)
        )

    def record_expectations(self, delivery_id: str, results: Iterable[ExpectationResult]) -> None:
        """Replace what the expectations found in one delivery."""
        rows = [dataclasses.asdict(result) for result in results]
        with self._writing() as connection:
            connection.execute(
                delete(EXPECTATION_RESULT).where(EXPECTATION_RESULT.c.delivery_id == delivery_id)
            )
            if rows:
                connection.execute(insert(EXPECTATION_RESULT), rows)

    def expectations(self, delivery_id: str | None = None) -> list[ExpectationResult]:
        """Return what the expectations found, in one delivery or in all."""
        key = (EXPECTATION_RESULT.c.delivery_id, EXPECTATION_RESULT.c.rule)
        query = select(EXPECTATION_RESULT).order_by(*key, EXPECTATION_RESULT.c.column_name)
        if delivery_id is not None:
            query = query.where(EXPECTATION_RESULT.c.delivery_id == delivery_id)
        with self._reading() as connection:
            return [ExpectationResult(**row) for row in connection.execute(query).mappings()]

    def _set(self, delivery_id: str, values: dict[str, Any]) -> None:
        statement = update(DELIVERY).where(DELIVERY.c.delivery_id == delivery_id).values(**values)
        with self._writing() as connection:
            if connection.execute(statement).rowcount != 1:
                message = f"no delivery {delivery_id} in the ledger; receive it first"
                raise LedgerError(message)

    def _records(self, query: Select[Any]) -> list[DeliveryRecord]:
        with self._reading() as connection:
            return [_record(row) for row in connection.execute(query)]


def _record(row: Row[Any]) -> DeliveryRecord:
    values = dict(row._mapping)  # noqa: SLF001 (SQLAlchemy's documented accessor)
    counts = {name: values.pop(name) for name in _COUNTS}
    values["state"] = DeliveryState(values["state"])
    values["counts"] = DeliveryCounts(**counts) if counts["rows_received"] is not None else None
    return DeliveryRecord(**values)


@dataclasses.dataclass(frozen=True, slots=True)
class _Arrived:
    name: DeliveryName
    institution: str
    sha256: str
    size_bytes: int
    night: dt.date


def _receive(connection: Connection, arrived: _Arrived) -> DropOutcome:
    name = arrived.name
    same_identity = and_(
        DELIVERY.c.document_type == name.document,
        DELIVERY.c.period == name.period,
        DELIVERY.c.sequence == name.sequence,
    )
    stamps = {
        row.sha256: row
        for row in connection.execute(
            select(
                DELIVERY.c.sha256,
                DELIVERY.c.made_at,
                DELIVERY.c.file_name,
                DELIVERY.c.last_made_at,
            ).where(same_identity)
        )
    }
    if arrived.sha256 in stamps:
        # First and last stamp are the same whatever came first, so order does not matter: the
        # first is what tables show, the last says that these bytes are meant again.
        known = stamps[arrived.sha256]
        first = min((known.made_at, known.file_name), (name.made_at, str(name)))
        last = max(known.last_made_at, name.made_at)
        if (*first, last) != (known.made_at, known.file_name, known.last_made_at):
            connection.execute(
                update(DELIVERY)
                .where(same_identity, DELIVERY.c.sha256 == arrived.sha256)
                .values(made_at=first[0], file_name=first[1], last_made_at=last)
            )
        return DropOutcome.REPETITION
    connection.execute(
        insert(DELIVERY).values(
            delivery_id=delivery_id(name, arrived.sha256),
            document_type=name.document,
            institution=arrived.institution,
            period=name.period,
            sequence=name.sequence,
            made_at=name.made_at,
            last_made_at=name.made_at,
            sha256=arrived.sha256,
            size_bytes=arrived.size_bytes,
            file_name=str(name),
            received_on=arrived.night,
            received_at=now(),
            state=DeliveryState.RECEIVED.value,
        )
    )
    return DropOutcome.CORRECTION if stamps else DropOutcome.NEW


def _insert_drop(connection: Connection, drop: DropRecord) -> None:
    values = dataclasses.asdict(drop) | {"outcome": drop.outcome.value, "dropped_at": now()}
    connection.execute(insert(DELIVERY_DROP).values(**values))
