"""The access log: lines are added, fsynced and chained; nothing is changed or removed.

Here: one writer at a time, appending, months, healing after a crash, heads that are due. Never here:
what an entry says (`entry`), replaying (`replay`), reading it as a table (`frames`). Next: whoever
answers with personal data calls `append` first, and answers nothing where that raises.

Beside the log lie the subjects of each line, `subjects/log-YYYYMM.jsonl`, whose digest stands in the
line: so a list can be erased when its time is over, and the log can still be checked.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse import durable
from warehouse.access_log.entry import AccessEntry
from warehouse.access_log.errors import AccessLogError
from warehouse.access_log.heads import AccessHead, Heads, Signer
from warehouse.access_log.lines import (
    LINE_END,
    append_bytes,
    count_lines,
    is_closed,
    last_line,
    line_before,
    wait_for,
)
from warehouse.access_log.months import by_month, moment_after, moment_text, month_file
from warehouse.access_log.replay import FIRST_PREVIOUS, canonical, log_files, subjects_digest
from warehouse.faults import fault_point
from warehouse.layout import Layout

SIGN_AFTER = dt.timedelta(hours=1)
SIGN_AFTER_LINES = 1000
_LONGEST_LIST = 1000
"""More subjects than this lie in a file of their own."""
_START = AccessHead(0, FIRST_PREVIOUS, "1970-01-01T00:00:00.000000+00:00", "", 0)


@dataclass(slots=True)
class _Writing:
    """What one append adds, until it is written."""

    head: AccessHead
    lines: list[bytes]
    subjects: list[bytes]


class AccessLog:
    """The log of one hub.

    Args:
        layout: where it lies.
        signer: who signs heads; by default the hub's `log-signing` key.
    """

    def __init__(self, layout: Layout, signer: Signer | None = None) -> None:
        self.folder = layout.access
        self.heads = Heads(layout, signer)
        self._trusted: tuple[AccessHead, AccessHead] | None = None

    def append(self, entry: AccessEntry) -> AccessHead:
        """Add one entry; when this returns, it is on the disk.

        Raises:
            AccessLogError: it is not, or the log is not what its newest head says. Do not answer.
        """
        return self.append_many([entry])

    def append_many(self, entries: Sequence[AccessEntry]) -> AccessHead:
        """Add entries with one fsync; return the head after the last of them.

        Raises:
            AccessLogError: as `append`; do not answer to any of them.
        """
        with self._alone() as (signed, begun):
            head = begun
            for month, group in by_month(entries, begun):
                head = self._into_month(head, month)
                work = _Writing(head, [], [])
                for entry, at in group:
                    self._add(work, entry, at)
                head = self._write(head, work)
            return self._settle(signed, head)

    def sign_head(self) -> AccessHead:
        """Sign the head as it is now, for a release, an extract or the end of a day."""
        with self._alone() as (_, head):
            self.heads.sign(head)
            return head

    def head(self) -> AccessHead:
        """Return the head as it is now.

        Raises:
            AccessLogError: the log is not what its newest signed head says.
        """
        with self._alone() as (_, head):
            return head

    def retire_month(self, month: dt.date, *, actor: str, reason: str) -> None:
        """Remove the oldest month, once its time to be kept is over; a line of the log says so.

        Raises:
            AccessLogError: it is not the oldest closed month.
        """
        with self._alone() as (signed, begun):
            head = begun
            oldest = log_files(self.folder)[0]
            if oldest.name != month_file(month) or oldest.name == head.file:
                message = (
                    f"only the oldest closed month can be retired: {oldest.name} is older or open"
                )
                raise AccessLogError(message)
            control = {
                "kind": "retire",
                "actor": actor,
                "reason": reason,
                "retired_file": oldest.name,
                "retired_sha256": durable.sha256_of(oldest),
            }
            moment = moment_after(head, None)
            head = self._into_month(head, month_file(moment))
            work = _Writing(head, [], [])
            self._line(work, control, moment_text(moment))
            head = self._write(head, work)
            oldest.unlink()
            (self.folder / "subjects" / oldest.name).unlink(missing_ok=True)
            self._settle(signed, head, is_due=True)

    # Adding

    def _add(self, work: _Writing, entry: AccessEntry, at: dt.datetime) -> None:
        content = entry.content()
        people = entry.people()
        number = work.head.number + 1
        if people:
            content["subjects"] = len(people)
            content["subjects_sha256"] = subjects_digest(people)
            listed: dict[str, object] = {"number": number}
            if len(people) <= _LONGEST_LIST:
                listed["subjects"] = people
            else:
                name = f"subjects-{number:012d}.txt.gz"
                packed = gzip.compress("\n".join(people).encode(), 6, mtime=0)
                (self.folder / "subjects").mkdir(parents=True, exist_ok=True)
                with durable.published_file(self.folder / "subjects" / name) as staging:
                    staging.write_bytes(packed)
                listed["file"] = name
            work.subjects.append(canonical(listed) + LINE_END)
        self._line(work, content, moment_text(at))

    def _line(self, work: _Writing, content: dict[str, Any], at: str) -> None:
        head = work.head
        line = canonical({**content, "number": head.number + 1, "prev": head.sha256, "at": at})
        work.lines.append(line + LINE_END)
        work.head = AccessHead(
            head.number + 1,
            hashlib.sha256(line).hexdigest(),
            at,
            head.file,
            head.size_bytes + len(line) + 1,
        )

    def _into_month(self, head: AccessHead, name: str) -> AccessHead:
        """Close the month of `head` and open the one that `name` names, where they differ."""
        if head.file == name and head.size_bytes:
            return head
        before: tuple[str, str] | tuple[None, None] = (None, None)
        if head.file and head.file != name:
            path = self.folder / head.file
            if not is_closed(path):
                closing = {
                    "kind": "close",
                    "file_sha256": durable.sha256_of(path),
                    "lines": count_lines(path),
                }
                work = _Writing(head, [], [])
                self._line(work, closing, head.at)
                head = self._write(head, work)
                self.heads.sign(head)
        earlier = [path for path in log_files(self.folder) if path.name < name]
        if earlier:
            before = (earlier[-1].name, durable.sha256_of(earlier[-1]))
        at = max(head.at, f"{name[4:8]}-{name[8:10]}-01T00:00:00.000000+00:00")
        head = AccessHead(head.number, head.sha256, head.at, name, 0)
        opening = {
            "kind": "open",
            "previous_file": before[0],
            "previous_file_sha256": before[1],
        }
        work = _Writing(head, [], [])
        self._line(work, opening, at)
        return self._write(head, work)

    def _write(self, head: AccessHead, work: _Writing) -> AccessHead:
        """Put subjects, then lines, on the disk; what fails half-way is taken back."""
        if not work.lines:
            return head
        name = work.head.file
        try:
            if work.subjects:
                append_bytes(self.folder / "subjects" / name, b"".join(work.subjects), None)
            fault_point("access.before_write")
            append_bytes(self.folder / name, b"".join(work.lines), head.size_bytes)
            fault_point("access.after_write")
        except OSError as error:
            message = (
                f"the access log cannot be written ({error.strerror}); nothing may be answered"
            )
            raise AccessLogError(message) from None
        return work.head

    def _settle(self, signed: AccessHead, head: AccessHead, *, is_due: bool = False) -> AccessHead:
        newest = signed
        waited = head.moment - newest.moment
        if is_due or waited >= SIGN_AFTER or head.number - newest.number >= SIGN_AFTER_LINES:
            self.heads.sign(head)
            late = self.heads.late_copies(head)
            if late:
                names = ", ".join(str(folder) for folder in late)
                message = (
                    f"no head of the access log reached {names} for a day; nothing may be answered "
                    "until it can be written there"
                )
                raise AccessLogError(message)
            newest = head
        self._trusted = (newest, head)
        return head

    # Looking at what is there

    @contextmanager
    def _alone(self) -> Iterator[tuple[AccessHead, AccessHead]]:
        """Hold the log as its only writer; yield the newest signed head and the head as it is."""
        try:
            self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            with (self.folder / "log.lock").open("w") as lock:
                wait_for(lock.fileno())
                yield self._look()
        except OSError as error:
            message = f"the access log cannot be used ({error.strerror}); nothing may be answered"
            raise AccessLogError(message) from None

    def _look(self) -> tuple[AccessHead, AccessHead]:
        if self._trusted is not None and self._is_as_left(self._trusted[1]):
            return self._trusted
        signed = self.heads.newest()
        files = log_files(self.folder)
        if signed is None:
            if files:
                message = (
                    "the access log has no signed head; restore access/heads from a copy outside, "
                    "then `hub log verify`"
                )
                raise AccessLogError(message)
            signed = _START
            self.heads.sign(signed)
        self._check_signed(signed)
        head = _START
        for path in reversed(files):
            found = last_line(path)
            if found is not None:
                head = found
                break
        if head.number < signed.number:
            message = "the access log is shorter than its newest signed head; run `hub log verify`"
            raise AccessLogError(message)
        return signed, self._healed(head, files)

    def _is_as_left(self, head: AccessHead) -> bool:
        path = self.folder / head.file
        files = log_files(self.folder)
        return bool(files) and files[-1] == path and path.stat().st_size == head.size_bytes

    def _check_signed(self, signed: AccessHead) -> None:
        """Compare the line that the newest head names with the one that lies there."""
        if signed.number == 0:
            return
        line = b""
        path = self.folder / signed.file
        if path.exists():
            with path.open("rb") as file:
                line = line_before(file, signed.size_bytes) or b""
        if hashlib.sha256(line).hexdigest() != signed.sha256:
            message = (
                "the access log is not what its newest signed head says; nothing may be answered: "
                "run `hub log verify` and compare with the heads kept outside"
            )
            raise AccessLogError(message)

    def _healed(self, head: AccessHead, files: list[Path]) -> AccessHead:
        """Take away what a crash left of a line that was never acknowledged, and say so in the log."""
        if not files:
            return head
        last = files[-1]
        whole = head.size_bytes if last.name == head.file else 0
        torn = last.stat().st_size - whole
        if not torn:
            return head
        with last.open("rb") as file:
            file.seek(whole)
            dropped = file.read()
        control = {
            "kind": "heal",
            "torn_bytes": torn,
            "torn_sha256": hashlib.sha256(dropped).hexdigest(),
        }
        os.truncate(last, whole)
        durable.fsync_path(last)
        if not whole:
            last.unlink()
            durable.fsync_path(self.folder)
        moment = moment_after(head, None)
        head = self._into_month(head, max(month_file(moment), head.file))
        work = _Writing(head, [], [])
        self._line(work, control, moment_text(max(moment, head.moment)))
        return self._write(head, work)
