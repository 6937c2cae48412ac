"""Requests to learn the ID number behind a token: asked by one official, let by another, seen once.

Here: the steps of a request and who may take them in which order. Never here: an ID number, grants, or
the access log (`warehouse.reidentification` asks both before a step). Next: `hub reidentify`.

    waiting ──approve──▶ approved ──show──▶ shown
       └────refuse────▶ refused            a request that is over its time takes no step any more

Every step looks at the row and writes it in one transaction, so of two that come at once one is late.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from enum import StrEnum

import polars as pl
from sqlalchemy import Column, Connection, Index, String, Table, insert, select, update

from warehouse.ledger.book import Book, frame_of, now
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.schema import METADATA, UtcDateTime

VALID_FOR = dt.timedelta(hours=72)
"""From the request to the last moment at which the ID number can be shown."""
_ID_BYTES = 5

REIDENTIFICATION = Table(
    "reidentification",
    METADATA,
    Column("request_id", String(40), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("person_id", String(40), nullable=False),
    Column("token", String(36)),
    Column("requester", String(120), nullable=False),
    Column("purpose", String(120), nullable=False),
    Column("legal_basis", String(500), nullable=False),
    Column("case_id", String(80), nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("decider", String(120)),
    Column("decided_at", UtcDateTime),
    Column("reason", String(500)),
    Column("shown_at", UtcDateTime),
    Index("ix_reidentification_state", "state"),
)
_MOMENT = pl.Datetime("us", "UTC")
REIDENTIFICATION_SCHEMA = pl.Schema(
    {
        "request_id": pl.String(),
        "state": pl.String(),
        "person_id": pl.String(),
        "token": pl.String(),
        "requester": pl.String(),
        "purpose": pl.String(),
        "legal_basis": pl.String(),
        "case_id": pl.String(),
        "requested_at": _MOMENT,
        "expires_at": _MOMENT,
        "decider": pl.String(),
        "decided_at": _MOMENT,
        "reason": pl.String(),
        "shown_at": _MOMENT,
    }
)


class RequestState(StrEnum):
    """Where a request stands; one that is over its time keeps the state in which it was."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReidentificationRequest:
    """One request, as the ledger holds it."""

    request_id: str
    state: str
    person_id: str
    token: str | None
    """UUID text; None: every ID number of the person."""
    requester: str
    purpose: str
    legal_basis: str
    case_id: str
    requested_at: dt.datetime
    expires_at: dt.datetime
    decider: str | None
    decided_at: dt.datetime | None
    reason: str | None
    shown_at: dt.datetime | None


class ReidentificationBook(Book):
    """Requests for the person behind a token."""

    def request_reidentification(
        self,
        *,
        person_id: str,
        token: str | None,
        requester: str,
        purpose: str,
        legal_basis: str,
        case_id: str,
        at: dt.datetime | None = None,
    ) -> str:
        """Write down a request; return its ID.

        Raises:
            LedgerError: the requester, purpose, legal basis or case is missing.
        """
        _check_texts(requester, purpose, legal_basis, case_id)
        request_id = f"RQ-{secrets.token_hex(_ID_BYTES)}"
        moment = at or now()
        with self._writing() as connection:
            connection.execute(
                insert(REIDENTIFICATION).values(
                    request_id=request_id,
                    state=RequestState.WAITING,
                    person_id=person_id,
                    token=token,
                    requester=requester,
                    purpose=purpose,
                    legal_basis=legal_basis,
                    case_id=case_id,
                    requested_at=moment,
                    expires_at=moment + VALID_FOR,
                )
            )
        return request_id

    def decide_reidentification(
        self,
        request_id: str,
        *,
        decider: str,
        is_approved: bool,
        reason: str,
        at: dt.datetime | None = None,
    ) -> None:
        """Approve or refuse a request that waits.

        Raises:
            LedgerError: no such request, it does not wait or is over its time, the requester decides
                it, or no reason is given.
        """
        moment = at or now()
        with self._writing() as connection:
            found = _request(connection, request_id)
            _refuse_if(not decider.strip() or not reason.strip(), "it needs a name and a reason")
            _refuse_if(
                found.state != RequestState.WAITING, f"request {request_id} is {found.state}"
            )
            _refuse_if(moment > found.expires_at, f"request {request_id} is over its time")
            _refuse_if(
                is_same_name(decider, found.requester), "another person than the requester decides"
            )
            connection.execute(
                update(REIDENTIFICATION)
                .where(REIDENTIFICATION.c.request_id == request_id)
                .values(
                    state=RequestState.APPROVED if is_approved else RequestState.REFUSED,
                    decider=decider,
                    decided_at=moment,
                    reason=reason,
                )
            )

    def take_reidentification(
        self, request_id: str, *, requester: str, at: dt.datetime | None = None
    ) -> ReidentificationRequest:
        """Use up an approved request; return it. Whoever calls this shows the answer, once.

        Raises:
            LedgerError: no such request, it is not approved, was shown, is over its time, or somebody
                else asks.
        """
        moment = at or now()
        with self._writing() as connection:
            found = _request(connection, request_id)
            _refuse_if(
                not is_same_name(requester, found.requester), "only the requester sees the answer"
            )
            waits = found.state == RequestState.WAITING
            _refuse_if(waits, f"request {request_id} waits for another person's approval")
            _refuse_if(
                found.state == RequestState.SHOWN,
                f"request {request_id} was shown already, and is shown once; ask again",
            )
            _refuse_if(
                found.state != RequestState.APPROVED, f"request {request_id} is {found.state}"
            )
            _refuse_if(moment > found.expires_at, f"request {request_id} is over its time")
            connection.execute(
                update(REIDENTIFICATION)
                .where(REIDENTIFICATION.c.request_id == request_id)
                .values(state=RequestState.SHOWN, shown_at=moment)
            )
        return found

    def reidentification(self, request_id: str) -> ReidentificationRequest:
        """Return one request.

        Raises:
            LedgerError: there is none.
        """
        with self._reading() as connection:
            return _request(connection, request_id)

    def reidentifications(self) -> pl.DataFrame:
        """Return all requests, `REIDENTIFICATION_SCHEMA`, the newest last."""
        table = REIDENTIFICATION.c
        query = select(*(table[name] for name in REIDENTIFICATION_SCHEMA)).order_by(
            table.requested_at, table.request_id
        )
        with self._reading() as connection:
            return frame_of(connection, query, REIDENTIFICATION_SCHEMA)


def is_same_name(one: str, other: str) -> bool:
    """Whether two names under which officials act are one."""
    return one.strip().casefold() == other.strip().casefold()


def _request(connection: Connection, request_id: str) -> ReidentificationRequest:
    table = REIDENTIFICATION.c
    query = select(*(table[name] for name in REIDENTIFICATION_SCHEMA))
    row = connection.execute(query.where(table.request_id == request_id)).mappings().one_or_none()
    if row is None:
        raise LedgerError(f"no request {request_id}; `hub reidentify list` shows them")
    return ReidentificationRequest(**row)


def _check_texts(requester: str, purpose: str, legal_basis: str, case_id: str) -> None:
    told = {
        "requester": requester,
        "purpose": purpose,
        "legal basis": legal_basis,
        "case": case_id,
    }
    for name, text in told.items():
        _refuse_if(not text.strip(), f"the {name} is missing")


def _refuse_if(wrong: bool, why: str) -> None:
    if wrong:
        raise LedgerError(f"{why}; nothing was written")
