"""A file put together of blocks is one that every reader knows, whichever files the blocks come from."""

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from warehouse.connection import open_scratch
from warehouse.parquet_blocks import whole_file, write_blocks
from warehouse.thrift_structs import read_struct, written_struct

ROWS = {"a": 5000, "b": 0, "c": 1, "d": 3000}


@pytest.fixture
def pieces(tmp_path):
    """A file for each name, with several row groups, bloom filters and nulls."""
    connection = open_scratch(tmp_path / "spill")
    each = " UNION ALL ".join(
        f"SELECT '{name}' AS name, n FROM range({rows}) AS t (n)" for name, rows in ROWS.items()
    )
    connection.execute(
        f"""CREATE TABLE rows AS
            SELECT name, n, nullif(n % 7, 3) AS few, md5(n::VARCHAR)::UUID AS id,
                DATE '2026-01-01' + (n % 900)::INTEGER AS day, n % 2 = 0 AS even, n / 3 AS part
            FROM ({each})"""
    ).fetchall()
    connection.execute("INSERT INTO rows BY NAME SELECT NULL AS n").fetchall()
    files = {name: tmp_path / f"{name}.parquet" for name in ROWS}
    for name, file in files.items():
        connection.execute(
            f"COPY (FROM rows WHERE name = '{name}' ORDER BY n) TO '{file}'"
            " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)"
        ).fetchall()
    return files


def test_the_rows_are_those_of_the_blocks_in_their_order(pieces, tmp_path):
    target = tmp_path / "all.parquet"
    write_blocks([whole_file(file) for file in pieces.values()], target)
    expected = pl.concat([pl.read_parquet(file) for file in pieces.values()])
    assert pl.read_parquet(target).equals(expected)
    assert pl.from_arrow(pq.read_table(target)).drop("id").equals(expected.drop("id"))
    assert duckdb.read_parquet(str(target)).pl().drop("id").equals(expected.drop("id"))
    assert pq.read_metadata(target).num_rows == expected.height
    # A bloom filter and statistics still mean their own row groups.
    for name, rows in pieces.items():
        of = f"FROM '{target}' WHERE name = '{name}'"
        kept = duckdb.sql(f"SELECT count(*) FROM '{rows}' WHERE name = '{name}'").fetchall()
        assert duckdb.sql(f"SELECT count(*) {of}").fetchall() == kept


def test_the_bytes_do_not_tell_which_files_the_blocks_come_from(pieces, tmp_path):
    alone = [whole_file(file) for file in pieces.values()]
    first = tmp_path / "first.parquet"
    held = write_blocks(alone, first)
    assert [block.groups for block in held] == [3, 0, 1, 2]
    # Another order and fewer of them, so that everything lies elsewhere.
    other = tmp_path / "other.parquet"
    moved = write_blocks([held[3], alone[1], held[0]], other)
    second = tmp_path / "second.parquet"
    write_blocks([moved[2], moved[1], alone[2], moved[0]], second)
    assert second.read_bytes() == first.read_bytes()
    assert other.read_bytes() != first.read_bytes()


def test_a_single_whole_file_comes_out_as_it_is(pieces, tmp_path):
    write_blocks([whole_file(pieces["a"])], tmp_path / "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == pieces["a"].read_bytes()


def test_other_columns_are_refused(pieces, tmp_path):
    other = tmp_path / "other.parquet"
    duckdb.sql("SELECT 1 AS one").write_parquet(str(other))
    with pytest.raises(ValueError, match="other columns"):
        write_blocks([whole_file(pieces["a"]), whole_file(other)], tmp_path / "all.parquet")


@pytest.mark.parametrize("kept", [0, 3, 11, -1])
def test_what_is_no_whole_file_is_refused(pieces, tmp_path, kept):
    torn = tmp_path / "torn.parquet"
    torn.write_bytes(pieces["a"].read_bytes()[:kept])
    with pytest.raises(ValueError, match="no Parquet file"):
        whole_file(torn)


def test_a_struct_that_ends_early_or_late_is_refused():
    fields = {1: (5, -7), 40: (8, b"text"), 41: (9, (1, [1, 2])), 42: (1, None), 43: (7, bytes(8))}
    content = written_struct(fields)
    assert read_struct(content) == fields
    for broken in (content[:-1], content[:3], content + b"x"):
        with pytest.raises(ValueError, match="struct"):
            read_struct(broken)
    with pytest.raises(ValueError, match="type 11"):
        read_struct(b"\x1b\x00")
