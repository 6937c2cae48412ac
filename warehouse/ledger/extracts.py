"""Extracts: the chain of what went out, and what ministries said about it.

Here: one row an extract, numbered from 1 within its contract, and one an acknowledgement. Never
here: files (`warehouse.extract_packages`) or judging (`hub.extracts.acknowledgements`). Next:
`pipelines.steps.extracts` adds to the chain; `hub extract list` and `hub extract status` show it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    insert,
    select,
)

from hub.extracts.acknowledgements import AcknowledgedState, Acknowledgement
from warehouse.ledger.book import Book, now
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.schema import METADATA, UtcDateTime

EXTRACT = Table(
    "extract",
    METADATA,
    Column("contract_id", String(60), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("contract_version", String(20), nullable=False),
    Column("ministry", String(10), nullable=False),
    Column("business_date", Date, nullable=False),
    Column("release_id", String(20), nullable=False),
    Column("snapshot", String(40), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("key_epoch", Integer, nullable=False),
    Column("is_sealed", Boolean, nullable=False),
    Column("manifest_sha256", String(64), nullable=False),
    Column("previous_manifest_sha256", String(64), nullable=False),
    Column("counts", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("acknowledge_by", UtcDateTime, nullable=False),
    Column("withdraws", Integer),
)
EXTRACT_ACKNOWLEDGEMENT = Table(
    "extract_acknowledgement",
    METADATA,
    Column("row_number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("file_sha256", String(64), nullable=False),
    Column("contract_id", String(60), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("manifest_sha256", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("told_at", UtcDateTime, nullable=False),
    Column("counts", Text, nullable=False),
    Column("reason", String(500), nullable=False),
    Column("rejected_rows", Integer, nullable=False),
    Column("is_signed", Boolean, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    UniqueConstraint("file_sha256"),
)


@dataclass(frozen=True, slots=True)
class ExtractRecord:
    """One extract that went out."""

    contract_id: str
    sequence: int
    contract_version: str
    ministry: str
    business_date: dt.date
    release_id: str
    snapshot: str
    """State of all ministries' tables that it was made from; empty for a withdrawal."""
    kind: str
    """`full`, `delta` or `withdrawal`."""
    key_epoch: int
    is_sealed: bool
    manifest_sha256: str
    previous_manifest_sha256: str
    created_at: dt.datetime
    acknowledge_by: dt.datetime
    withdraws: int | None = None
    """Sequence of the extract that a withdrawal takes back."""
    counts: Mapping[str, Any] = field(default_factory=dict)
    """`tables`: what the manifest says of each table."""


class ExtractBook(Book):
    """The chain of extracts of every contract."""

    def extracts(self, contract_id: str | None = None) -> list[ExtractRecord]:
        """Return what went out, by contract and sequence."""
        query = select(EXTRACT).order_by(EXTRACT.c.contract_id, EXTRACT.c.sequence)
        if contract_id is not None:
            query = query.where(EXTRACT.c.contract_id == contract_id)
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [ExtractRecord(**{**row, "counts": json.loads(row["counts"])}) for row in rows]

    def last_extract(self, contract_id: str) -> ExtractRecord | None:
        """Return the head of a contract's chain."""
        found = self.extracts(contract_id)
        return found[-1] if found else None

    def add_extract(self, record: ExtractRecord) -> None:
        """Append to a contract's chain.

        Raises:
            LedgerError: the chain went on in the meantime; nothing was written.
        """
        table = EXTRACT.c
        with self._writing() as connection:
            head = connection.execute(
                select(table.sequence, table.manifest_sha256)
                .where(table.contract_id == record.contract_id)
                .order_by(table.sequence.desc())
                .limit(1)
            ).first()
            sequence, digest = (0, "") if head is None else head
            if (record.sequence, record.previous_manifest_sha256) != (sequence + 1, digest):
                raise LedgerError(
                    f"{record.contract_id}: sequence {record.sequence} does not follow "
                    f"{sequence}; run it again"
                )
            values = {name: getattr(record, name) for name in table.keys() if name != "counts"}  # noqa: SIM118
            values["counts"] = json.dumps(dict(record.counts), sort_keys=True)
            connection.execute(insert(EXTRACT).values(**values))

    def add_acknowledgement(self, told: Acknowledgement, file_sha256: str) -> bool:
        """Enter what a ministry said; return whether it was new.

        Raises:
            LedgerError: no such extract went out.
        """
        with self._writing() as connection:
            known = select(func.count()).where(
                EXTRACT.c.contract_id == told.contract, EXTRACT.c.sequence == told.sequence
            )
            if not connection.execute(known).scalar():
                raise LedgerError(f"no extract {told.contract} {told.sequence} went out")
            table = EXTRACT_ACKNOWLEDGEMENT
            seen = select(func.count()).where(table.c.file_sha256 == file_sha256)
            if connection.execute(seen).scalar():
                return False
            counts = {"rows": dict(told.rows), "totals": dict(told.totals)}
            connection.execute(
                insert(table).values(
                    file_sha256=file_sha256,
                    contract_id=told.contract,
                    sequence=told.sequence,
                    manifest_sha256=told.manifest_sha256,
                    state=told.state.value,
                    told_at=told.told_at,
                    counts=json.dumps(counts, sort_keys=True),
                    reason=told.reason,
                    rejected_rows=told.rejected_rows,
                    is_signed=told.is_signed,
                    recorded_at=now(),
                )
            )
        return True

    def acknowledgements(self, contract_id: str | None = None) -> list[Acknowledgement]:
        """Return what ministries said, in the order in which it came."""
        table = EXTRACT_ACKNOWLEDGEMENT
        query = select(table).order_by(table.c.row_number)
        if contract_id is not None:
            query = query.where(table.c.contract_id == contract_id)
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [
            Acknowledgement(
                contract=row["contract_id"],
                sequence=row["sequence"],
                manifest_sha256=row["manifest_sha256"],
                state=AcknowledgedState(row["state"]),
                told_at=row["told_at"],
                reason=row["reason"],
                rejected_rows=row["rejected_rows"],
                is_signed=row["is_signed"],
                **json.loads(row["counts"]),
            )
            for row in rows
        ]
