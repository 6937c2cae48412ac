"""What differs, put into an earlier night's signatures, gives the table made from nothing."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.signature_merge import DifferenceError, merged

GROUP = 4
SCHEMA = pa.schema(
    [("signature_id", pa.uint64()), ("name", pa.string()), ("row_count", pa.int64())]
)


def table(counts):
    ids = sorted(counts)
    columns = [ids, [f"name {each}" for each in ids], [counts[each] for each in ids]]
    return pa.table(columns, schema=SCHEMA)


def groups(rows):
    return [rows.slice(start, GROUP) for start in range(0, rows.num_rows, GROUP)]


counts = st.dictionaries(st.integers(0, 2**64 - 1) | st.integers(0, 30), st.integers(1, 3))


@given(counts, counts)
def test_the_result_is_the_table_from_nothing_group_by_group(before, after):
    difference = {
        each: after.get(each, 0) - before.get(each, 0)
        for each in before.keys() | after.keys()
        if after.get(each, 0) != before.get(each, 0)
    }
    found = list(merged(iter(groups(table(before))), table(difference), GROUP))
    assert found == groups(table(after))


@pytest.mark.parametrize(
    ("before", "difference"),
    [({5: 1}, {5: -2}), ({5: 1}, {6: -1}), ({5: 1}, {4: -1}), ({}, {4: -1})],
)
def test_more_rows_gone_than_there_were_is_an_error(before, difference):
    with pytest.raises(DifferenceError):
        list(merged(iter(groups(table(before))), table(difference), GROUP))
