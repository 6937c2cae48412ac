"""People's decisions about who is who: written once, never changed, taken back only by a new one.

Here: must-link, cannot-link, unmerge, pin, unpin and revoke, each with its actor and reason. Never
here: names, ID numbers, or what follows from decisions together (`hub.identity.decisions`). Next:
the person index obeys the active ones, and no machine undoes them.

`left` and `right` are signature IDs as text; of a pin or unpin `right` is the person ID, and
`left`, if any, a signature of that person.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, insert, select

from warehouse.ledger.book import frame_of, now
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.people import require_current_person
from warehouse.ledger.records import DECISION_SCHEMA, DecisionKind
from warehouse.ledger.reviews import close_review, reopen_reviews
from warehouse.ledger.schema import PERSON_DECISION
from warehouse.ledger.seals import SealBook, seal

_TOGETHER = (DecisionKind.MUST_LINK,)
_APART = (DecisionKind.CANNOT_LINK, DecisionKind.UNMERGE)
_PINS = (DecisionKind.PIN, DecisionKind.UNPIN)
_STANDING = (*_TOGETHER, *_APART, DecisionKind.PIN)
_ID_BYTES = 6
_LIKE_NATIONAL_ID = re.compile(r"(?:^|\D)\d{6}[-_ ]?\d{7}(?:$|\D)")


@dataclass(frozen=True, slots=True)
class _Decision:
    kind: DecisionKind
    left: str | None
    right: str | None
    revokes: str | None

    @property
    def pair(self) -> frozenset[str | None]:
        return frozenset({self.left, self.right})


class DecisionBook(SealBook):
    """Decisions about people."""

    def decide(
        self,
        kind: DecisionKind | str,
        left: str | None = None,
        right: str | None = None,
        *,
        actor: str,
        reason: str,
        evidence: str | None = None,
        review_id: str | None = None,
        revokes: str | None = None,
    ) -> str:
        """Write down a decision and return its `decision_id`.

        Args:
            kind: what was decided.
            left: a signature ID; of a pin or unpin, where it is the only one, the person ID.
            right: the other signature ID; of a pin or unpin, the person ID.
            actor: who decided.
            reason: why, in words.
            evidence: what it rests on (text or JSON).
            review_id: the question that it answers, which is closed.
            revokes: of a revoke, the decision that holds no longer; what it closed opens again.

        Raises:
            LedgerError: something is missing or unknown, the decision stands already, or it
                contradicts another, which the message names.
        """
        with self._writing() as connection:
            return write_decision(
                connection,
                kind,
                left,
                right,
                actor=actor,
                reason=reason,
                evidence=evidence,
                review_id=review_id,
                revokes=revokes,
            )

    def decisions(self, as_of: dt.datetime | None = None) -> pl.DataFrame:
        """Return all decisions up to the moment `as_of` (UTC-aware), in their order.

        `DECISION_SCHEMA` and `is_active`: whether the decision still held at that moment. A revoke
        and an unpin act on others and are never active themselves.
        """
        with self._reading() as connection:
            known = _decisions(connection, as_of)
        return known.drop("row_number")

    def active_decisions(self, as_of: dt.datetime | None = None) -> pl.DataFrame:
        """Return the decisions that hold at the moment `as_of`; see `decisions`."""
        return self.decisions(as_of).filter("is_active")


def write_decision(
    connection: Connection,
    kind: DecisionKind | str,
    left: str | None = None,
    right: str | None = None,
    *,
    actor: str,
    reason: str,
    evidence: str | None = None,
    review_id: str | None = None,
    revokes: str | None = None,
) -> str:
    """Write a decision in the open transaction; see `DecisionBook.decide`.

    Raises:
        LedgerError: as there.
    """
    wanted = _checked(kind, left, right, revokes)
    for name, text in (("actor", actor), ("reason", reason)):
        if not text.strip():
            message = f"a decision needs its {name}; nothing was written"
            raise LedgerError(message)
    for name, said in (("actor", actor), ("reason", reason), ("evidence", evidence)):
        if said and _LIKE_NATIONAL_ID.search(said):
            message = f"the decision's {name} holds what looks like an ID number; leave it out"
            raise LedgerError(message)
    decision_id = "d" + secrets.token_hex(_ID_BYTES)
    _check_against(connection, wanted, _decisions(connection))
    connection.execute(
        insert(PERSON_DECISION).values(
            decision_id=decision_id,
            kind=wanted.kind.value,
            left=wanted.left,
            right=wanted.right,
            actor=actor,
            reason=reason,
            evidence=evidence,
            review_id=review_id,
            decided_at=now(),
            revokes=wanted.revokes,
        )
    )
    if wanted.revokes is not None:
        reopen_reviews(connection, wanted.revokes)
    if review_id is not None:
        close_review(connection, review_id, decision_id)
    seal(connection, PERSON_DECISION.name)
    return decision_id


def standing_decision(
    connection: Connection, kind: DecisionKind | str, left: str, right: str
) -> str | None:
    """Return the active decision that says of two signatures what `kind` says, if there is one."""
    alike = _TOGETHER if kind in _TOGETHER else _APART
    for row in _decisions(connection).filter("is_active").iter_rows(named=True):
        if row["kind"] in alike and {row["left"], row["right"]} == {left, right}:
            return str(row["decision_id"])
    return None


def _checked(
    kind: DecisionKind | str, left: str | None, right: str | None, revokes: str | None
) -> _Decision:
    if kind not in set(DecisionKind):
        message = f"no decision is called {kind!r}; expected one of: {', '.join(DecisionKind)}"
        raise LedgerError(message)
    decided = DecisionKind(kind)
    if decided is DecisionKind.REVOKE:
        if revokes is None or left is not None or right is not None:
            message = "a revoke names the decision that it revokes, and nothing else"
            raise LedgerError(message)
    elif revokes is not None:
        message = f"only a revoke revokes; a {decided} does not"
        raise LedgerError(message)
    elif decided in _PINS:
        left, right = (left, right) if right is not None else (None, left)
        if not right:
            message = f"a {decided} names a person ID"
            raise LedgerError(message)
    elif not left or not right or left == right:
        message = f"a {decided} names two different signatures"
        raise LedgerError(message)
    return _Decision(decided, left, right, revokes)


def _check_against(connection: Connection, wanted: _Decision, known: pl.DataFrame) -> None:
    active = known.filter("is_active")
    if wanted.kind is DecisionKind.REVOKE:
        _check_revoke(wanted, known)
    elif wanted.kind in _PINS:
        pins = active.filter(kind=DecisionKind.PIN.value, right=wanted.right)
        if wanted.kind is DecisionKind.UNPIN and pins.is_empty():
            message = f"person {wanted.right} is not pinned"
            raise LedgerError(message)
        if wanted.kind is DecisionKind.PIN:
            if pins.height:
                message = f"decision {pins['decision_id'][0]} pins person {wanted.right} already"
                raise LedgerError(message)
            require_current_person(connection, wanted.right or "")
    else:
        for row in active.filter(pl.col("kind").is_in([*_TOGETHER, *_APART])).rows(named=True):
            if wanted.pair == {row["left"], row["right"]}:
                _refuse_pair(wanted, row["kind"], row["decision_id"])


def _refuse_pair(wanted: _Decision, kind: str, decision_id: str) -> None:
    if (kind in _TOGETHER) != (wanted.kind in _TOGETHER):
        message = (
            f"the {wanted.kind} contradicts decision {decision_id}, a {kind} of the same two "
            "signatures; revoke that first if it was wrong"
        )
        raise LedgerError(message)
    # An unmerge of a known cannot-link says more: they are one person now, against the decision.
    if kind in (wanted.kind, DecisionKind.UNMERGE):
        message = f"decision {decision_id}, a {kind} of the same two signatures, stands already"
        raise LedgerError(message)


def _check_revoke(wanted: _Decision, known: pl.DataFrame) -> None:
    found = known.filter(decision_id=wanted.revokes)
    if found.is_empty():
        message = f"no decision {wanted.revokes} in the ledger"
        raise LedgerError(message)
    kind, is_active = found.select("kind", "is_active").row(0)
    if kind not in _STANDING:
        message = f"decision {wanted.revokes} is a {kind}, which is not revoked: decide anew"
        raise LedgerError(message)
    if not is_active:
        message = f"decision {wanted.revokes} holds no longer already"
        raise LedgerError(message)


def _decisions(connection: Connection, as_of: dt.datetime | None = None) -> pl.DataFrame:
    schema = {"row_number": pl.Int64, **DECISION_SCHEMA}
    table = PERSON_DECISION.c
    query = select(*(table[name] for name in schema)).order_by(table.row_number)
    if as_of is not None:
        query = query.where(table.decided_at <= as_of)
    known = frame_of(connection, query, schema)
    kind = pl.col("kind")
    revoked = known.get_column("revokes").drop_nulls()
    unpinned = (
        known.filter(kind == DecisionKind.UNPIN.value)
        .group_by("right")
        .agg(unpinned_by=pl.col("row_number").max())
    )
    is_unpinned = (kind == DecisionKind.PIN.value) & (
        pl.col("row_number") < pl.col("unpinned_by").fill_null(0)
    )
    return (
        known.join(unpinned, on="right", how="left", maintain_order="left")
        .with_columns(
            is_active=kind.is_in(list(_STANDING))
            & ~pl.col("decision_id").is_in(revoked.implode())
            & ~is_unpinned
        )
        .drop("unpinned_by")
    )
