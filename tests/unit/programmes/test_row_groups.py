"""Row groups that are encoded apart and put together: one file, as if it had been written at once."""

from __future__ import annotations

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hub.programmes.evaluation.row_groups import RowGroupFile, encode_rows, moved_footer

WORD = pa.dictionary(pa.int32(), pa.string())
OPTIONS = {
    "compression": "zstd",
    "use_dictionary": ["word", "words.list.element"],
    "column_encoding": {"number": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY"},
    "write_statistics": ["text"],
}


def rows(first, count):
    numbers = range(first, first + count)
    return pa.table(
        {
            "number": pa.array(
                [None if n % 7 == 0 else n * 1_000_003 for n in numbers], pa.int64()
            ),
            "text": pa.array([f"person-{n:06}" for n in numbers], pa.large_string()),
            "word": pa.array([("a", "b", None)[n % 3] for n in numbers], WORD),
            "words": pa.array([["x"] * (n % 3) for n in numbers], pa.list_(pa.string())),
            "flag": pa.array([n % 5 == 0 for n in numbers]),
        }
    )


def written(path, tables, options=OPTIONS):
    with RowGroupFile(path, rows(0, 0).schema, options) as file:
        for table in tables:
            file.add(encode_rows(table, options))
    return file.rows


@pytest.mark.parametrize("sizes", [[], [1], [3, 1, 20_000, 70]])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_all_readers_read_what_was_put_together(tmp_path, sizes, version):
    tables, first = [], 0
    for size in sizes:
        tables.append(rows(first, size))
        first += size
    path = tmp_path / "table.parquet"
    options = OPTIONS | {"data_page_version": version, "write_page_checksum": True}
    assert written(path, tables, options) == sum(sizes)
    whole = rows(0, sum(sizes))
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        read = file.read()
        assert [
            file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)
        ] == sizes
    assert read.schema.equals(whole.schema)
    assert read.to_pylist() == whole.to_pylist()
    assert pl.read_parquet(path).rows() == pl.from_arrow(whole).rows()
    query = "SELECT count(*), max(number), max(text) FROM read_parquet(?)"
    with duckdb.connect() as connection:
        found = connection.execute(query, [str(path)]).fetchall()
    assert found == [
        (
            sum(sizes),
            pl.from_arrow(whole)["number"].max(),
            pl.from_arrow(whole)["text"].max(),
        )
    ]


def test_every_group_can_be_read_alone(tmp_path):
    path = tmp_path / "table.parquet"
    written(path, [rows(0, 5), rows(5, 4_000), rows(4_005, 2)])
    file = pq.ParquetFile(path)
    assert file.read_row_group(2).column("text").to_pylist() == ["person-004005", "person-004006"]
    assert file.metadata.row_group(1).column(1).statistics.min == "person-000005"
    query = "SELECT number FROM read_parquet(?) WHERE text = 'person-004006'"
    with duckdb.connect() as connection:
        assert connection.execute(query, [str(path)]).fetchall() == [(4_006 * 1_000_003,)]


def test_the_pages_lie_close_together(tmp_path):
    path = tmp_path / "table.parquet"
    written(path, [rows(0, 500), rows(500, 500)])
    metadata = pq.read_metadata(path)
    columns = [metadata.row_group(group).column(place) for group in range(2) for place in range(5)]
    starts = [
        column.dictionary_page_offset if column.has_dictionary_page else column.data_page_offset
        for column in columns
    ]
    assert starts[0] == 4
    ends = [
        start + column.total_compressed_size for start, column in zip(starts, columns, strict=True)
    ]
    assert starts[1:] == ends[:-1]


def test_a_footer_that_is_not_moved_stays_as_it_is():
    encoded = encode_rows(rows(0, 300), OPTIONS)
    assert moved_footer(encoded.footer, 0, 0) == encoded.footer
    assert moved_footer(moved_footer(encoded.footer, 2**40, 7), -(2**40), -7) == encoded.footer


def test_nothing_is_complete_after_an_error(tmp_path):
    path = tmp_path / "table.parquet"
    first = encode_rows(rows(0, 5), OPTIONS)

    def groups():
        yield first
        raise ZeroDivisionError

    def write():
        with RowGroupFile(path, rows(0, 0).schema, OPTIONS) as file:
            for group in groups():
                file.add(group)

    with pytest.raises(ZeroDivisionError):
        write()
    with pytest.raises(pa.ArrowInvalid):
        pq.read_metadata(path)
