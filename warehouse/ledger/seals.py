"""Seals: whether rows that only grow were changed, taken out or put in afterwards.

Here: one chain of SHA-256 over the rows of append-only tables, a link for each append. Never here:
what the rows mean. Next: who publishes a release may write `newest_seal` into its manifest, so
that not even the chain can be made anew unseen.

A link digests the rows of one append as a whole, because a link for each of a million new people
would make a night longer for no more proof.
"""

from __future__ import annotations

import hashlib
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, Table, func, insert, select

from warehouse.ledger.book import Book, now
from warehouse.ledger.case_schema import (
    CASE_EVENT,
    CASE_EVENT_SCHEMA,
    CASE_MONEY,
    CASE_MONEY_SCHEMA,
    RULE_STANDING_EVENT,
    RULE_STANDING_EVENT_SCHEMA,
)
from warehouse.ledger.records import DECISION_SCHEMA
from warehouse.ledger.schema import LEDGER_SEAL, PERSON_DECISION, PERSON_EVENT

_ROWS_AT_ONCE = 100_000
_SEALED: dict[str, tuple[Table, dict[str, Any]]] = {
    "person_event": (
        PERSON_EVENT,
        {
            "event_id": pl.Int64,
            "person_id": pl.String,
            "kind": pl.String,
            "night": pl.Date,
            "other_person_id": pl.String,
            "reason": pl.String,
            "run": pl.String,
            "model_version": pl.String,
            "actor": pl.String,
            "evidence": pl.String,
        },
    ),
    "person_decision": (
        PERSON_DECISION,
        {"row_number": pl.Int64, **DECISION_SCHEMA},
    ),
    "case_event": (CASE_EVENT, CASE_EVENT_SCHEMA),
    "case_money": (CASE_MONEY, CASE_MONEY_SCHEMA),
    "rule_standing_event": (RULE_STANDING_EVENT, RULE_STANDING_EVENT_SCHEMA),
}
"""The tables under seal and the columns that count, the row's number first."""


class SealBook(Book):
    """The chain of seals."""

    def newest_seal(self) -> str | None:
        """Return the SHA-256 that stands for everything sealed so far; None if nothing is."""
        with self._reading() as connection:
            return connection.execute(_NEWEST).scalar()

    def broken_seals(self) -> list[str]:
        """Return what was tampered with, in words; empty when every sealed row is as it was."""
        broken: list[str] = []
        previous = ""
        last_rows = dict.fromkeys(_SEALED, 0)
        with self._reading() as connection:
            for link in connection.execute(select(LEDGER_SEAL).order_by(LEDGER_SEAL.c.seal_id)):
                if link.previous_sha256 != previous:
                    broken.append(f"seal {link.seal_id}: the seal before it is another")
                after = last_rows[link.sealed_table]
                count, sha256 = _digest(
                    connection, link.sealed_table, after, link.last_row, link.previous_sha256
                )
                if (count, sha256) != (link.rows_sealed, link.sha256):
                    broken.append(
                        f"{link.sealed_table}, rows {after + 1} to {link.last_row}: "
                        f"{link.rows_sealed} rows were sealed, {count} are there, "
                        "and they are not the same"
                    )
                previous, last_rows[link.sealed_table] = link.sha256, link.last_row
            for name, last in last_rows.items():
                if _last_row(connection, name) > last:
                    broken.append(f"{name}: rows after {last} are under no seal")
        return broken


_NEWEST = select(LEDGER_SEAL.c.sha256).order_by(LEDGER_SEAL.c.seal_id.desc()).limit(1)


def seal(connection: Connection, sealed_table: str) -> None:
    """Seal the rows that were added to `sealed_table` since its last seal, if any."""
    last = select(func.max(LEDGER_SEAL.c.last_row)).where(
        LEDGER_SEAL.c.sealed_table == sealed_table
    )
    after = connection.execute(last).scalar() or 0
    until = _last_row(connection, sealed_table)
    if until <= after:
        return
    previous = connection.execute(_NEWEST).scalar() or ""
    count, sha256 = _digest(connection, sealed_table, after, until, previous)
    connection.execute(
        insert(LEDGER_SEAL).values(
            sealed_table=sealed_table,
            first_row=after + 1,
            last_row=until,
            rows_sealed=count,
            previous_sha256=previous,
            sha256=sha256,
            sealed_at=now(),
        )
    )


def _last_row(connection: Connection, sealed_table: str) -> int:
    table, columns = _SEALED[sealed_table]
    number = table.c[next(iter(columns))]
    return connection.execute(select(func.max(number))).scalar() or 0


def _digest(
    connection: Connection, sealed_table: str, after: int, until: int, previous: str
) -> tuple[int, str]:
    table, columns = _SEALED[sealed_table]
    number = table.c[next(iter(columns))]
    query: Select[Any] = (
        select(*(table.c[name] for name in columns))
        .where(number > after, number <= until)
        .order_by(number)
    )
    digest = hashlib.sha256(f"{sealed_table}\n{previous}\n".encode())
    count = 0
    for rows in connection.execute(query).partitions(_ROWS_AT_ONCE):
        frame = pl.DataFrame([tuple(row) for row in rows], schema=columns, orient="row")
        # Every text in quotes, a null without: no two different rows read the same.
        text = frame.write_csv(
            include_header=False,
            quote_style="non_numeric",
            null_value="-",
            date_format="%Y-%m-%d",
            datetime_format="%Y-%m-%dT%H:%M:%S%.6f",
        )
        digest.update(text.encode())
        count += frame.height
    return count, digest.hexdigest()
