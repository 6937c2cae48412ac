"""Cutting a text file into runs of whole lines, bounded in memory.

Here: chunks that end at line ends, and the limit on one line. Never here: what a line means (the
reader of the format). Next: chunks are parsed side by side by `sources.readers.prefetch`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from hub.delivery import DeliveryStopped

CHUNK_BYTES = 12 * 1024 * 1024
LINE_LIMIT_BYTES = 1024 * 1024
LINES_IN_A_CHUNK = 262_144
"""Above this a chunk is halved: careful reading costs memory by the line, not by the byte."""
OPEN_QUOTE_LIMIT_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of a file; only a file's last chunk may end without a line end."""

    first_line: int
    data: bytes
    line_count: int

    @property
    def ends_with_line_end(self) -> bool:
        """Whether the last line is whole."""
        return self.data.endswith(b"\n")


def read_first_line(file: BinaryIO, file_name: str, line: int = 1) -> bytes:
    """Read one line with its line end; empty at the end of the file.

    Raises:
        DeliveryStopped: the line is longer than the limit (`line_too_long`).
    """
    data = file.readline(LINE_LIMIT_BYTES + 1)
    if len(data) > LINE_LIMIT_BYTES:
        raise _line_too_long(file_name, line)
    return data


def cut_into_chunks(
    file: BinaryIO,
    file_name: str,
    first_line: int,
    *,
    chunk_bytes: int = CHUNK_BYTES,
    respects_quotes: bool = False,
) -> Iterator[Chunk]:
    """Yield the rest of `file` in chunks of whole lines.

    With `respects_quotes` a chunk is not cut inside a quoted CSV field, as far as the number of
    quotation marks tells.

    Raises:
        DeliveryStopped: a line is longer than the limit (`line_too_long`).
    """
    line = first_line
    rest = b""
    while True:
        read = file.read(max(chunk_bytes - len(rest), 4096))
        data = rest + read if rest else read
        if not data:
            return
        cut = data.rfind(b"\n") + 1 if read else len(data)
        if respects_quotes and read:
            cut = _cut_outside_quotes(data, cut)
        _check_line_lengths(data, file_name, line)
        if cut:
            whole, rest = (data, b"") if cut == len(data) else (data[:cut], data[cut:])
            for part in _with_few_lines(whole, respects_quotes=respects_quotes):
                line_count = part.count(b"\n")
                yield Chunk(line, part, line_count + (not part.endswith(b"\n")))
                line += line_count
        else:
            rest = data


def _with_few_lines(data: bytes, *, respects_quotes: bool) -> Iterator[bytes]:
    """Yield `data` whole, or in halves of halves while it has too many lines."""
    if data.count(b"\n") <= LINES_IN_A_CHUNK:
        yield data
        return
    cut = data.rfind(b"\n", 0, len(data) // 2) + 1 or data.index(b"\n") + 1
    if respects_quotes:
        cut = _cut_outside_quotes(data, cut)
    for half in (data[:cut], data[cut:]):
        yield from _with_few_lines(half, respects_quotes=respects_quotes)


def _cut_outside_quotes(data: bytes, cut: int) -> int:
    """Move `cut` back to a line end where the number of quotation marks is even."""
    limit = max(cut - OPEN_QUOTE_LIMIT_BYTES, 0)
    candidate = cut
    quotes = data.count(b'"', 0, cut)
    while quotes % 2:
        earlier = data.rfind(b"\n", limit, candidate - 1) + 1
        if earlier <= 0:
            return cut
        quotes -= data.count(b'"', earlier, candidate)
        candidate = earlier
    return candidate


def _check_line_lengths(data: bytes, file_name: str, first_line: int) -> None:
    """Refuse a line above the limit, looking at one place for each mebibyte only."""
    start = 0
    while len(data) - start > LINE_LIMIT_BYTES:
        line_end = data.rfind(b"\n", start, start + LINE_LIMIT_BYTES)
        if line_end < 0:
            raise _line_too_long(file_name, first_line + data.count(b"\n", 0, start))
        start = line_end + 1


def _line_too_long(file_name: str, line: int) -> DeliveryStopped:
    return DeliveryStopped(
        "line_too_long", file_name, f"a line holds more than {LINE_LIMIT_BYTES} bytes", line=line
    )
