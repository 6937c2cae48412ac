"""The files of the access log as bytes: adding lines durably, and reading the last ones.

Here: appending with fsync and taking back what failed, finding the last whole line, the writer's lock.
Never here: what a line says or how lines are chained (`log`). Next: `AccessLog`.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from pathlib import Path
from typing import BinaryIO

from warehouse import durable
from warehouse.access_log.errors import AccessLogError
from warehouse.access_log.heads import AccessHead
from warehouse.faults import fault_point

LINE_END = b"\n"
LOCK_SECONDS = 10.0
_BLOCK = 1 << 16


def append_bytes(path: Path, content: bytes, size: int | None) -> None:
    """Append and fsync; where that fails, the file is cut back to what it was.

    Args:
        path: the file; a new one's folder is fsynced, too.
        content: whole lines.
        size: the size that the file must have before; None: any, a torn end is closed by a line end.

    Raises:
        OSError: the disk, or somebody else wrote to the file.
    """
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        before = os.fstat(descriptor).st_size
        if size is None and before and os.pread(descriptor, 1, before - 1) != LINE_END:
            content = LINE_END + content
        if size is not None and before != size:
            raise OSError(0, "another process wrote to it")
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(descriptor, left) :]
            fault_point("access.before_fsync")
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, before)
            raise
    finally:
        os.close(descriptor)
    if is_new:
        durable.fsync_path(path.parent)


def wait_for(lock: int) -> None:
    """Take the lock of an open file, with ten seconds of patience.

    Raises:
        AccessLogError: another process holds it all the time.
    """
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                message = "another process holds the access log; nothing may be answered"
                raise AccessLogError(message) from None
            time.sleep(0.002)
        else:
            return


def line_before(file: BinaryIO, end: int) -> bytes | None:
    """Return the line whose end lies at byte `end`, without its end; None where there is none."""
    taken = b""
    start = end
    while start > 0:
        step = min(_BLOCK, start)
        start -= step
        file.seek(start)
        taken = file.read(step) + taken
        if not taken.endswith(LINE_END) or len(taken) != end - start:
            return None
        place = taken.rfind(LINE_END, 0, len(taken) - 1)
        if place >= 0:
            return taken[place + 1 : -1]
    return taken[:-1] if taken else None


def last_line(path: Path) -> AccessHead | None:
    """Return the head at the last whole line of a file; None where it has none.

    Raises:
        AccessLogError: that line is no line of a log.
    """
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        end = size
        while end:
            step = min(_BLOCK, end)
            file.seek(end - step)
            place = file.read(step).rfind(LINE_END)
            if place >= 0:
                end = end - step + place + 1
                break
            end -= step
        line = line_before(file, end)
    if line is None:
        return None
    try:
        content = json.loads(line)
        return AccessHead(
            int(content["number"]),
            hashlib.sha256(line).hexdigest(),
            str(content["at"]),
            path.name,
            end,
        )
    except (ValueError, KeyError, TypeError):
        message = f"the last line of {path.name} is no line of a log; run `hub log verify`"
        raise AccessLogError(message) from None


def is_closed(path: Path) -> bool:
    """Whether the last line of a file closes its month."""
    with path.open("rb") as file:
        line = line_before(file, file.seek(0, os.SEEK_END))
    return line is not None and json.loads(line).get("kind") == "close"


def count_lines(path: Path) -> int:
    """Return how many lines a file has."""
    return path.read_bytes().count(LINE_END)
