"""Searching files of any kind for national IDs, in every way in which a program may have written them.

Here: how a number looks as text, UTF-16, hexadecimal, base64, an integer or a float, and how files are
opened before they are searched: Parquet decoded and its footer, tables of DuckDB and SQLite, what is
compressed or packed. Never here: which files must hold none. A finding names a way of writing and how
many different numbers, never a number.
"""

from __future__ import annotations

import base64
import io
import re
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow.parquet as pq

_DIGIT_RUN = rb"[0-9]{6}[-_ ]?[0-9]{7}"
_TEXT = re.compile(rb"(?=(" + _DIGIT_RUN + rb"))")
_UTF_16 = {
    "utf-16-le": re.compile(rb"(?=((?:[0-9]\x00){6}(?:[-_ ]\x00)?(?:[0-9]\x00){7}))"),
    "utf-16-be": re.compile(rb"(?=((?:\x00[0-9]){6}(?:\x00[-_ ])?(?:\x00[0-9]){7}))"),
}
_HEXADECIMAL = re.compile(rb"(?=((?:3[0-9]){6}(?:2[dD]|5[fF]|20)?(?:3[0-9]){7}))")
_BASE_64 = re.compile(rb"[A-Za-z0-9+/_-]{17,}")
_DIGITS_IN_BASE_64 = re.compile(rb"[MNO][A-Za-z0-9+/_-]{3}")
_WORD_BYTES = 8
_PARQUET, _ENCRYPTED_PARQUET, _SQLITE = b"PAR1", b"PARE", b"SQLite format 3"


class NumberSearch:
    """Looks for any of `numbers`, national IDs of thirteen digits."""

    def __init__(self, numbers: Collection[str]) -> None:
        self._numbers = frozenset(number.encode("ascii") for number in numbers)
        integers = np.array(sorted(int(number) for number in numbers), dtype=np.uint64)
        self._words = {
            "int64 little": integers.astype("<u8"),
            "int64 big": integers.astype(">u8"),
            "float64 little": integers.astype("<f8"),
        }
        self._integers = integers

    def in_bytes(self, content: bytes) -> dict[str, int]:
        """Return way of writing → how many different numbers `content` holds in it."""
        found = {
            "text": self._matching(_TEXT.findall(content)),
            "hex": self._matching(
                bytes.fromhex(each.decode("ascii")) for each in _HEXADECIMAL.findall(content)
            ),
            "base64": self._matching(_from_base_64(content)),
        }
        for name, pattern in _UTF_16.items():
            found[name] = self._matching(
                each.replace(b"\0", b"") for each in pattern.findall(content)
            )
        for name, words in self._words.items():
            found[name] = self._as_words(content, words)
        return {name: count for name, count in found.items() if count}

    def in_file(self, file: Path) -> dict[str, int]:
        """Return what `file` holds as it lies there, and in whatever it holds once it is opened."""
        found = self.in_bytes(file.read_bytes())
        for name, content in opened(file):
            for way, count in self.in_bytes(content).items():
                found[f"{name}: {way}"] = count
        return found

    def _matching(self, candidates: object) -> int:
        digits = {re.sub(rb"[^0-9]", b"", each) for each in candidates}  # type: ignore[attr-defined]
        return len(digits & self._numbers)

    def _as_words(self, content: bytes, words: np.ndarray) -> int:
        found: set[int] = set()
        low, high = words.min(), words.max()
        for offset in range(min(_WORD_BYTES, max(len(content) - _WORD_BYTES + 1, 0))):
            whole = (len(content) - offset) // _WORD_BYTES * _WORD_BYTES
            view = np.frombuffer(
                content, dtype=words.dtype, count=whole // _WORD_BYTES, offset=offset
            )
            likely = view[(view >= low) & (view <= high)]
            if likely.size:
                found.update(int(each) for each in likely[np.isin(likely, words)])
        return len(found)


def _from_base_64(content: bytes) -> Iterator[bytes]:
    """Yield the digit runs in whatever reads as base64, at each of its alignments."""
    for run in _BASE_64.findall(content):
        if len(_DIGITS_IN_BASE_64.findall(run)) < 3:
            continue
        plain = run.translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4):
            piece = plain[start:]
            decoded = base64.b64decode(piece[: len(piece) // 4 * 4])
            tail = len(piece) % 4
            if tail > 1:
                decoded += base64.b64decode(piece[-tail:] + b"=" * (4 - tail))
            yield from _TEXT.findall(decoded)


def opened(file: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (what, its bytes) of what can only be searched once `file` is opened."""
    with file.open("rb") as source:
        magic = source.read(16)
    if magic.startswith(_PARQUET):
        yield from of_parquet(file)
    elif magic.startswith(_SQLITE):
        yield from _of_sqlite(file)
    elif file.suffix == ".duckdb":
        yield from _of_duckdb(file)
    elif zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as packed:
            for name in packed.namelist():
                yield name, packed.read(name)
    elif magic.startswith(b"\x1f\x8b"):
        yield "unpacked", zlib.decompress(file.read_bytes(), wbits=47)
    elif file.suffix == ".tar":
        with tarfile.open(file) as packed:
            for member in packed.getmembers():
                content = packed.extractfile(member)
                yield member.name, content.read() if content else b""


def is_encrypted_parquet(file: Path) -> bool:
    with file.open("rb") as source:
        return source.read(4) == _ENCRYPTED_PARQUET


def of_parquet(file: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the footer of a plain Parquet file, with its statistics, and each column."""
    footer = pq.read_metadata(file)
    told = [repr(footer.metadata)]
    for group in range(footer.num_row_groups):
        for place in range(footer.num_columns):
            statistics = footer.row_group(group).column(place).statistics
            if statistics is not None and statistics.has_min_max:
                told += [repr(statistics.min_raw), repr(statistics.max_raw)]
    yield "footer", "\n".join(told).encode()
    yield from of_frame(pl.read_parquet(file))


def of_frame(frame: pl.DataFrame) -> Iterator[tuple[str, bytes]]:
    """Yield each column of a table as lines of text, and bytes as they are."""
    for column in frame.iter_columns():
        values = column.drop_nulls()
        if values.dtype == pl.Binary:
            yield column.name, b"\n".join(values.unique().to_list())
        elif values.dtype.is_integer() or values.dtype.is_float():
            # As words, too: the leading nought of an ID is lost in a number.
            numbers = values.unique()
            words = numbers.cast(pl.Int64, strict=False).drop_nulls().to_numpy().tobytes()
            yield column.name, words + "\n".join(map(str, numbers.to_list())).encode()
        elif not (values.dtype.is_temporal() or values.dtype == pl.Boolean):
            distinct = values if values.dtype.is_nested() else values.unique()
            yield column.name, "\n".join(map(str, distinct.to_list())).encode()


def _of_duckdb(file: Path) -> Iterator[tuple[str, bytes]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        for (table,) in connection.execute("SHOW TABLES").fetchall():
            for name, content in of_frame(connection.sql(f'SELECT * FROM "{table}"').pl()):
                yield f"{table}.{name}", content
        comments = connection.sql("SELECT * FROM duckdb_columns()").pl()
        yield from of_frame(comments)


def _of_sqlite(file: Path) -> Iterator[tuple[str, bytes]]:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        connection.text_factory = bytes
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            name = table.decode()
            held = io.BytesIO()
            for row in connection.execute(f'SELECT * FROM "{name}"'):
                for value in row:
                    held.write(value if isinstance(value, bytes) else str(value).encode())
                    held.write(b"\n" + _unpacked(value) + b"\n")
            yield name, held.getvalue()


def _unpacked(value: object) -> bytes:
    """What a cell holds that was compressed, as Dagster's snapshots are."""
    try:
        return zlib.decompress(value) if isinstance(value, bytes) else b""
    except zlib.error:
        return b""
