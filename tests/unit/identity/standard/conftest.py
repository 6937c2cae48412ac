"""Reading tables as people write them: a header, one row a line, `|` between, nothing = null."""

from __future__ import annotations

import polars as pl
import pytest

from hub.identity.standard import standardise_records

KEY = bytes(range(32))


def tables(text):
    """Return the written columns, before `>`, and the wanted ones, after it."""
    header, *lines = [
        [cell.strip() or None for cell in line.split("|")] for line in text.strip().splitlines()
    ]
    assert all(len(line) == len(header) for line in lines), text
    place = header.index(">")

    def frame(start, end):
        columns = [[line[column] for line in lines] for column in range(start, end)]
        return pl.DataFrame(columns, schema=dict.fromkeys(header[start:end], pl.String))

    return frame(0, place), frame(place + 1, len(header))


@pytest.fixture
def check():
    """Standardise the columns before `>` and compare with the columns after it, row by row."""

    def compare(text):
        written, wanted = tables(text)
        records = written.with_row_index("record_id")
        found = standardise_records(records, KEY).select(wanted.columns)
        differing = [
            (place + 1, got, want)
            for place, (got, want) in enumerate(zip(found.rows(), wanted.rows(), strict=True))
            if got != want
        ]
        assert differing == []
        assert wanted.height > 0

    return compare


@pytest.fixture
def key():
    return KEY
