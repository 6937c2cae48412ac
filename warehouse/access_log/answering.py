"""Asking before answering: the one way by which commands show personal data.

Here: who asks, for what purpose, under which case; the line before the answer, and the line of how it
ended. Never here: the answer, or who may have it: a `Guard` decides that. Next: commands wrap what
they show in `logged_access`; where that raises they show nothing.

    with logged_access(layout, "explain", "decision P001", subjects=[person]) as access:
        story = read(...)
        access.saw(subjects=story.others)
        print(story)
"""

from __future__ import annotations

import getpass
import hashlib
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from warehouse.access_log.entry import AccessEntry, AccessResult
from warehouse.access_log.errors import AccessRefusedError
from warehouse.access_log.log import AccessLog
from warehouse.layout import Layout

ACTOR_VARIABLE = "HUB_ACTOR"
PURPOSE_VARIABLE = "HUB_PURPOSE"
CASE_VARIABLE = "HUB_CASE"
ORGANISATION_VARIABLE = "HUB_ORGANISATION"


@dataclass(frozen=True, slots=True)
class Permission:
    """What a grant gives, and to how many people and cases it is bound."""

    grant_id: str
    role: str
    legal_basis: str
    people: frozenset[str] | None = None
    """The only people whom the answer may be about; None: anybody."""
    cases: frozenset[str] | None = None
    """The only cases that may be shown; None: any."""


Guard = Callable[[AccessEntry], "str | Permission | None"]
"""Says why an access is refused, by which grant it is allowed, or None where nobody needs one."""


def grant_all(entry: AccessEntry) -> str | None:
    """Refuse nothing: what stands in for grants where none are kept."""
    del entry
    return None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and for what: from options, else from the environment."""

    actor: str
    purpose: str | None = None
    case_id: str | None = None
    legal_basis: str | None = None
    ticket: str | None = None
    is_break_glass: bool = False

    @classmethod
    def told(
        cls, by: str | None = None, purpose: str | None = None, case_id: str | None = None
    ) -> Asker:
        """Return who asks: `by`, HUB_ACTOR or who is logged in; likewise purpose and case."""
        return cls(
            actor=by or os.environ.get(ACTOR_VARIABLE) or getpass.getuser(),
            purpose=purpose or os.environ.get(PURPOSE_VARIABLE) or None,
            case_id=case_id or os.environ.get(CASE_VARIABLE) or None,
        )


@dataclass(slots=True)
class LoggedAccess:
    """An access that stands in the log and may be answered."""

    log: AccessLog
    entry: AccessEntry
    number: int
    permission: Permission | None = None
    """By which grant; None in a hub that has no grants yet."""
    _named: set[str] = field(default_factory=set)
    _is_bound: bool = False
    """Somebody who may see some people only has not been told yet whom the answer is about."""
    _started: float = field(default_factory=time.monotonic)

    def about(self, people: Iterable[str]) -> None:
        """Check whom the answer is about, where that is known only now; before anything is shown.

        Raises:
            AccessRefusedError: the grant does not cover one of them, or nobody is named.
            AccessLogError: the refusal cannot be written.
        """
        if self.permission is None or self.permission.people is None:
            return
        named = set(people)
        self._is_bound = False
        if not named or not named <= self.permission.people:
            self._refuse(outside_scope(self.permission))

    def about_cases(self, case_ids: Iterable[str]) -> None:
        """Check which cases the answer is about, before anything is shown.

        Raises:
            AccessRefusedError: the grant does not cover one of them.
            AccessLogError: the refusal cannot be written.
        """
        if self.permission is None or self.permission.cases is None:
            return
        self._is_bound = False
        if not set(case_ids) <= self.permission.cases:
            self._refuse(
                f"{self.permission.grant_id}: the case is not open, or not assigned to you"
            )

    def _refuse(self, reason: str) -> NoReturn:
        self._complete(AccessResult.REFUSED, reason=reason)
        raise AccessRefusedError(reason)

    def saw(
        self,
        *,
        subjects: Iterable[str] = (),
        rows: int | None = None,
        result: bytes | None = None,
    ) -> None:
        """Write what the answer holds, before it is shown: people not named yet, rows, its digest.

        Raises:
            AccessLogError: it cannot be written; do not show the answer.
            AccessRefusedError: the grant is for some people, and nobody said whom the answer is about.
        """
        if self._is_bound and self.permission is not None:
            self._refuse(outside_scope(self.permission))
        new = sorted(set(subjects) - self._named)
        self._named |= set(new)
        sha256 = None if result is None else hashlib.sha256(result).hexdigest()
        self._complete(AccessResult.ANSWERED, subjects=new, rows=rows, result_sha256=sha256)

    def failed(self, reason: str) -> None:
        """Write that there was no answer."""
        self._complete(AccessResult.FAILED, reason=reason)

    def _complete(self, result: AccessResult, **told: Any) -> None:
        took = int((time.monotonic() - self._started) * 1000)
        entry = replace(
            self.entry,
            statement=None,
            result=result,
            completes=self.number,
            duration_milliseconds=took,
            **{"subjects": (), **told},
        )
        self.log.append(entry)


def outside_scope(permission: Permission) -> str:
    """Return the reason of a refusal to show people whom a grant does not cover."""
    return f"{permission.grant_id}: it is for the people of your case only"


@contextmanager
def logged_access(
    layout: Layout,
    action: str,
    object_: str,
    *,
    subjects: Sequence[str] = (),
    asker: Asker | None = None,
    guard: Guard = grant_all,
    **told: Any,
) -> Iterator[LoggedAccess]:
    """Write an access to the log, durably, then let the answer be given.

    Args:
        layout: the hub.
        action: what is done, in one word: query, explain, consult, look-up, list …
        object_: what is asked: a command with its table, case or programme; no values.
        subjects: people whose data it touches, as far as known.
        asker: who asks; by default from the environment.
        guard: asked first; a refusal stands in the log, too.
        **told: other fields of `AccessEntry`: release, statement, tables, categories …

    Raises:
        AccessLogError: no line, no answer.
        AccessRefusedError: the guard refused.
    """
    who = asker or Asker.told()
    if told.get("is_download"):
        told.setdefault("download_reason", who.purpose)
    entry = AccessEntry(
        actor=who.actor,
        action=action,
        object=object_,
        subjects=tuple(subjects),
        purpose=who.purpose,
        case_id=who.case_id,
        ticket=who.ticket,
        is_break_glass=who.is_break_glass,
        organisation=os.environ.get(ORGANISATION_VARIABLE) or None,
        **{"legal_basis": who.legal_basis, "origin": socket.gethostname(), **told},
    )
    log = AccessLog(layout)
    said = guard(entry)
    if isinstance(said, Permission):
        entry = replace(
            entry,
            object=f"{object_}, grant {said.grant_id}",
            role=entry.role or said.role,
            legal_basis=entry.legal_basis or said.legal_basis,
        )
        is_outside = said.people is not None and not set(subjects) <= said.people
        refusal = outside_scope(said) if is_outside else None
    else:
        refusal = said
    if refusal is not None:
        log.append(replace(entry, result=AccessResult.REFUSED, reason=refusal))
        raise AccessRefusedError(refusal)
    head = log.append(entry)
    permission = said if isinstance(said, Permission) else None
    is_bound = permission is not None and permission.people is not None and not subjects
    access = LoggedAccess(log, entry, head.number, permission, set(subjects), is_bound)
    try:
        yield access
    except AccessRefusedError:
        raise
    except BaseException as error:
        # A command that ends with another code than 1 has shown its answer.
        if getattr(error, "exit_code", 1) == 1:
            access.failed(type(error).__name__)
        raise
