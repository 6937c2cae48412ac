"""One access to personal data, as the log holds it.

Here: the fields and their writing as a line. Never here: the chain (`log`), who is asked what
(`answering`). Next: `AccessLog.append`.

Texts that people typed pass through `masked`: a national ID must not lie in the log, whatever
somebody wrote where it does not belong.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hub.identity.person_ids import ALPHABET, PERSON_PREFIX

_ID_NUMBER = re.compile(r"\d{6}[-_ ]?\d{7}")
_PERSON_IN_TEXT = re.compile(rf"(?<![0-9A-Za-z]){PERSON_PREFIX}[{ALPHABET}]{{10}}(?![0-9A-Za-z])")
_PERSON_ID = re.compile(rf"{PERSON_PREFIX}([{ALPHABET}]{{10}}|\d{{1,9}})")
MASK = "<ID number>"
UNKNOWN_SUBJECT = "<no person ID>"
LONGEST_TEXT = 20_000
_TEXTS = (
    "actor", "organisation", "role", "purpose", "legal_basis", "case_id", "origin", "action",
    "object", "release", "download_reason", "ticket", "reason",
)  # fmt: skip


class AccessResult(StrEnum):
    """What became of an access."""

    ALLOWED = "allowed"
    """Written before the answer: from here on the data may have been seen."""
    ANSWERED = "answered"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEntry:
    """Who did what, to whose data, why, and with what result."""

    actor: str
    """The name under which an official, or a job of the hub, acts."""
    action: str
    """query, explain, consult, look-up, extract, publish, rollback, reidentify, grant, key …"""
    object: str
    """What was asked: a command, table, case or file. Never a value of a record."""
    subjects: Sequence[str] = ()
    """Person IDs whose data the access touched, as far as known when the line is written."""
    organisation: str | None = None
    role: str | None = None
    purpose: str | None = None
    legal_basis: str | None = None
    case_id: str | None = None
    origin: str | None = None
    """From where: host and kind of client."""
    release: str | None = None
    statement: str | None = None
    tables: Sequence[str] = ()
    columns: Sequence[str] = ()
    categories: Sequence[str] = ()
    """Kinds of data in words that a citizen understands."""
    rows: int | None = None
    is_download: bool = False
    download_reason: str | None = None
    is_break_glass: bool = False
    """Emergency access, past the grants."""
    ticket: str | None = None
    result: AccessResult = AccessResult.ALLOWED
    reason: str | None = None
    """Why it was refused or failed."""
    result_sha256: str | None = None
    duration_milliseconds: int | None = None
    covert_until: dt.date | None = None
    """The day until which the citizen does not see it, by order of a court or prosecutor."""
    completes: int | None = None
    """Number of the line whose access this line tells the end of."""
    at: dt.datetime | None = None
    """The moment, aware; by default that of writing. Never before the line above."""

    def content(self) -> dict[str, Any]:
        """Return what the line says of the access; what is not known is left out."""
        said: dict[str, Any] = {"kind": "access", "result": self.result.value}
        for name in _TEXTS:
            text = getattr(self, name)
            if text:
                said[name] = masked(text)
        if self.statement:
            statement = masked(self.statement)
            said["statement"] = statement[:LONGEST_TEXT]
            said["statement_sha256"] = hashlib.sha256(statement.encode()).hexdigest()
        for name in ("tables", "columns", "categories"):
            if getattr(self, name):
                said[name] = sorted(set(getattr(self, name)))
        for name in ("is_download", "is_break_glass"):
            if getattr(self, name):
                said[name] = True
        for name in ("rows", "result_sha256", "duration_milliseconds", "completes"):
            if getattr(self, name) is not None:
                said[name] = getattr(self, name)
        if self.covert_until is not None:
            said["covert_until"] = self.covert_until.isoformat()
        return said

    def people(self) -> list[str]:
        """Return the subjects, each once, sorted; what is no person ID is not repeated here."""
        return sorted(
            {each if _PERSON_ID.fullmatch(each) else UNKNOWN_SUBJECT for each in self.subjects}
        )


def people_in(rows: Iterable[Iterable[object]]) -> set[str]:
    """Return the person IDs that stand anywhere in the cells of an answer."""
    return {
        found
        for row in rows
        for cell in row
        if cell is not None and not isinstance(cell, (int, float))
        for found in _PERSON_IN_TEXT.findall(cell if isinstance(cell, str) else str(cell))
    }


def masked(text: str) -> str:
    """Return `text` without national IDs, and cut to what a line may hold."""
    return _ID_NUMBER.sub(MASK, text)[:LONGEST_TEXT]
