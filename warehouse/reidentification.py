"""From a token, or a person ID, to the national ID: for a case, by two people, once, and in the log.

Here: who may take which step, the line of the log before each, and the way back through the
permutation. Never here: an ID number on a disk, in a log or in an error; the steps' order (the ledger
keeps it). Next: `hub reidentify` prints what `show` returns, to the terminal of whoever asked.

Both people hold a grant for the action `reidentify` on the object `national_id`. The requester's case
must be open and assigned to them, and a grant for assigned cases covers the people of that case only.
The other one approves or refuses. Unlike other commands, a hub without grants refuses this one: nobody
is a custodian by default. Grants are looked at again at every step.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from dataclasses import replace

import polars as pl

from hub.access import AccessRequest, GrantError, Refused, decide
from hub.access.grants import ASSIGNED_CASES
from hub.expected_error import ExpectedError
from warehouse.access_log.answering import Asker, Guard, Permission, logged_access
from warehouse.access_log.entry import AccessEntry, masked
from warehouse.access_log.errors import AccessRefusedError
from warehouse.gateway.standing_grants import known_officials, standing_grants
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.ledger.reidentifications import ReidentificationRequest, is_same_name
from warehouse.person_rows import PersonRows
from warehouse.releases import current
from warehouse.vault import IdTokeniser, root_key

ACTION = "reidentify"
NATIONAL_ID = "national_id"
"""The object that a grant must name; there is no such table."""
CATEGORIES = ("national ID",)
_TOKENS = "person_token"
_PERSON_ID = re.compile(r"P[0-9A-Z]{1,10}")
Today = Callable[[], dt.date]


class ReidentificationError(ExpectedError):
    """A step is not possible; the message says why, and holds no token, person or number."""


def request(layout: Layout, asker: Asker, subject: str, *, today: Today = dt.date.today) -> str:
    """Ask for the ID number behind `subject`; return the request's ID, for somebody else to approve.

    Args:
        layout: the hub.
        asker: who asks, with purpose, case and legal basis.
        subject: a token (UUID) or a person ID of the current release.
        today: the day on which grants must be valid.

    Raises:
        ReidentificationError: `subject` is neither, or the legal basis is missing.
        AccessRefusedError: no grant covers it, or the release does not know the subject.
        AccessLogError: no line of the log, no request.
    """
    token, person_id = _found(layout, subject.strip())
    if not (asker.legal_basis or "").strip():
        raise ReidentificationError("the legal basis is missing; say it with --legal-basis")
    unknown = "the current release does not know this subject" if person_id is None else None
    with (
        logged_access(
            layout,
            ACTION,
            "request",
            subjects=[person_id] if person_id else [],
            asker=asker,
            guard=_guard(layout, asker.actor, today, unknown),
            categories=CATEGORIES,
        ),
        Ledger.open(layout.ledger_url) as ledger,
    ):
        return ledger.request_reidentification(
            person_id=person_id or "",
            token=token,
            requester=asker.actor,
            purpose=asker.purpose or "",
            legal_basis=masked(asker.legal_basis or ""),
            case_id=asker.case_id or "",
        )


def decide_request(
    layout: Layout,
    actor: str,
    request_id: str,
    *,
    is_approved: bool,
    reason: str,
    today: Today = dt.date.today,
) -> None:
    """Approve or refuse somebody else's request.

    Raises:
        LedgerError: there is no such request, or it takes no decision any more.
        AccessRefusedError: no grant covers it, or the requester decides, under whatever name.
        AccessLogError: no line of the log, no decision.
    """
    asked = _request(layout, request_id)
    same = "another person than the requester decides"
    refusal = same if _is_same_person(layout, actor, asked.requester) else None
    with (
        logged_access(
            layout,
            ACTION,
            f"{'approve' if is_approved else 'refuse'} {request_id}",
            subjects=[asked.person_id],
            asker=_asker(asked, actor),
            guard=_guard(layout, asked.requester, today, refusal),
            categories=CATEGORIES,
        ),
        Ledger.open(layout.ledger_url) as ledger,
    ):
        ledger.decide_reidentification(
            request_id, decider=actor, is_approved=is_approved, reason=masked(reason)
        )


def show(
    layout: Layout, actor: str, request_id: str, *, today: Today = dt.date.today
) -> tuple[str, ...]:
    """Return the ID numbers of an approved request, to its requester, once.

    The request is used up before a number exists in memory, and both lines of the log are on the disk
    before it is returned. Print it and keep it nowhere.

    Raises:
        LedgerError: there is no such request, or it gives no answer (any more).
        AccessRefusedError: the grant, the case or the requester is another by now.
        AccessLogError: no line of the log, no answer.
        ReidentificationError: the current release does not know the person any more.
    """
    asked = _request(layout, request_id)
    other = None if is_same_name(actor, asked.requester) else "only the requester sees the answer"
    with logged_access(
        layout,
        ACTION,
        f"show {request_id}",
        subjects=[asked.person_id],
        asker=_asker(asked, actor),
        guard=_guard(layout, asked.requester, today, other),
        categories=CATEGORIES,
    ) as access:
        tokens = [asked.token] if asked.token else _tokens_of(layout, asked.person_id)
        if not tokens:
            raise ReidentificationError("the current release does not know this person any more")
        with Ledger.open(layout.ledger_url) as ledger:
            ledger.take_reidentification(request_id, requester=actor)
        blocks = pl.Series(
            "national_id_token", [uuid.UUID(token).bytes for token in tokens], dtype=pl.Binary
        )
        try:
            numbers = IdTokeniser(root_key(layout)).ids(blocks)
        except ValueError:
            message = "the token is of another key than this hub's; see docs/vault.md"
            raise ReidentificationError(message) from None
        # No digest of the answer: it could be guessed from it.
        access.saw(rows=numbers.len())
    return tuple(numbers.to_list())


def _guard(layout: Layout, holder: str, today: Today, refusal: str | None) -> Guard:
    """Return the guard of one step.

    Args:
        layout: the hub.
        holder: to whom the case must be assigned: the requester, whoever takes the step.
        today: the day.
        refusal: why it is refused in any case.
    """

    def guard(entry: AccessEntry) -> str | Permission | None:
        if refusal is not None:
            return refusal
        try:
            grants = standing_grants(layout)
        except (GrantError, AccessRefusedError) as error:
            return str(error)
        posts, _ = known_officials(layout, entry.actor)
        _, cases = known_officials(layout, holder)
        asked = AccessRequest(
            actor=entry.actor,
            action=ACTION,
            objects={NATIONAL_ID: ("*",)},
            purpose=entry.purpose,
            case_id=entry.case_id,
            on_day=today(),
        )
        said = decide(grants, posts, asked, assigned_cases=cases)
        if isinstance(said, Refused):
            return said.reason
        people = None
        if said.grant.rows == ASSIGNED_CASES:
            people = frozenset(cases[entry.case_id or ""]["person_id"])
        elif said.grant.rows != "all":
            return f"{said.grant.id}: a grant for an area gives no ID number"
        return Permission(said.grant.id, said.grant.role, said.grant.legal_basis, people)

    return guard


def _request(layout: Layout, request_id: str) -> ReidentificationRequest:
    with Ledger.open(layout.ledger_url) as ledger:
        return ledger.reidentification(request_id)


def _asker(asked: ReidentificationRequest, actor: str) -> Asker:
    return replace(
        Asker(actor),
        purpose=asked.purpose,
        case_id=asked.case_id,
        legal_basis=asked.legal_basis,
    )


def _is_same_person(layout: Layout, one: str, other: str) -> bool:
    """Whether two names are one, or the personnel office says that one person acts under both."""
    if is_same_name(one, other):
        return True
    with Ledger.open(layout.ledger_url) as ledger:
        known = ledger.officials().drop_nulls("person_id")
    people = [set(known.filter(actor=name)["person_id"]) for name in (one, other)]
    return bool(people[0] & people[1])


def _found(layout: Layout, subject: str) -> tuple[str | None, str | None]:
    """Return token (None: all of the person's) and person ID; no person where nobody is known."""
    if _PERSON_ID.fullmatch(subject):
        return None, subject if _tokens_of(layout, subject) else None
    try:
        token = str(uuid.UUID(subject))
    except ValueError:
        message = "expected a token (UUID) or a person ID; an ID number is never typed here"
        raise ReidentificationError(message) from None
    people = _token_rows(layout, "national_id_token", token)["person_id"].to_list()
    return token, people[0] if people else None


def _tokens_of(layout: Layout, person_id: str) -> list[str]:
    return sorted(_token_rows(layout, "person_id", person_id)["token"].to_list())


def _token_rows(layout: Layout, key: str, value: str) -> pl.DataFrame:
    release = current(layout)
    if release is None:
        raise ReidentificationError("there is no release yet; run a night first")
    columns = ("CAST(national_id_token AS VARCHAR) AS token", "person_id")
    with PersonRows(release) as rows:
        return rows.where(_TOKENS, key, [value], columns)
