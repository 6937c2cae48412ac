"""The search for national IDs finds them however they are written, and finds nothing else."""

from __future__ import annotations

import base64
import sqlite3
import struct
import zlib

import duckdb
import polars as pl
import pytest
from number_search import NumberSearch

NUMBER, OTHER = "9001011234567", "0102034567891"
SEARCH = NumberSearch({NUMBER, OTHER})
INTEGER = int(NUMBER)
WAYS = {
    "text": f"x{NUMBER}y".encode(),
    "text with a hyphen": f"x{NUMBER[:6]}-{NUMBER[6:]}y".encode(),
    "utf-16-le": f"x{NUMBER}".encode("utf-16-le"),
    "utf-16-be": f"x{NUMBER}".encode("utf-16-be"),
    "hex": b"ab" + NUMBER.encode().hex().encode() + b"f",
    "hex with a hyphen": f"{NUMBER[:6]}-{NUMBER[6:]}".encode().hex().upper().encode(),
    "base64 at 0": base64.b64encode(NUMBER.encode()),
    "base64 at 1": base64.b64encode(b"a" + NUMBER.encode() + b"b"),
    "base64 at 2": base64.urlsafe_b64encode(b"ab" + NUMBER.encode()),
    "base64 in the middle": b"QUJD" + base64.b64encode(b"id=" + NUMBER.encode() + b";name"),
    "int64 little": b"abc" + struct.pack("<q", INTEGER) + b"d",
    "int64 big": b"abcde" + struct.pack(">q", INTEGER),
    "float64 little": b"a" + struct.pack("<d", float(INTEGER)),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_number_is_found_however_it_is_written(way):
    assert set(SEARCH.in_bytes(WAYS[way]).values()) == {1}
    assert SEARCH.in_bytes(WAYS[way].replace(b"\x00", b"\x01").replace(b"1", b"2")[::-1]) == {}


def test_other_numbers_are_not_found():
    assert SEARCH.in_bytes(b"9001011234568 1234567 " + struct.pack("<q", 9001011234568)) == {}
    assert SEARCH.in_bytes(b"") == {}
    assert SEARCH.in_bytes(b"1234567") == {}


def test_two_numbers_are_counted_as_two():
    assert SEARCH.in_bytes(f"{NUMBER},{OTHER},{NUMBER}".encode()) == {"text": 2}


def parquet(path):
    pl.DataFrame({"told": [INTEGER] * 500, "list": [[NUMBER]] * 500}).write_parquet(path)


def amounts(path):
    pl.DataFrame({"won": [int(OTHER)] * 500 + list(range(500))}).write_parquet(path)


def mart(path):
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE TABLE kept AS SELECT {INTEGER}::BIGINT AS n FROM range(9000)")


def ledger(path):
    packed = zlib.compress(f"x{NUMBER}x".encode())
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE kept (packed BLOB)")
        connection.execute("INSERT INTO kept VALUES (?)", [packed])


@pytest.mark.parametrize(
    ("name", "write"),
    [("a.parquet", parquet), ("b.parquet", amounts), ("a.duckdb", mart), ("a.sqlite", ledger)],
)
def test_a_number_is_found_inside_a_file(name, write, tmp_path):
    write(tmp_path / name)
    assert SEARCH.in_file(tmp_path / name)
