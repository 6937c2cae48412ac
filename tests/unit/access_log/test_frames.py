"""Do rules and people read of the log what was written into it?"""

from __future__ import annotations

import datetime as dt

from warehouse.access_entries import ACCESS_ENTRY_SCHEMA, read_access_entries
from warehouse.access_log import AccessResult

MAY = dt.datetime(2026, 5, 30, 9, tzinfo=dt.UTC)


def rows(layout, **asked):
    frame = read_access_entries(layout, **asked)
    assert frame.schema == ACCESS_ENTRY_SCHEMA
    return frame.select("entry_id", "actor", "person_id", "case_id").rows()


def test_before_the_first_access_nobody_has_read_anything(layout):
    assert rows(layout) == []


def test_what_the_hub_does_by_itself_is_nobody_s_access(log, layout, entry):
    log.append_many([entry("night", "P1", at=MAY), entry("hub", at=MAY)])
    assert rows(layout) == []


def test_an_access_is_a_row_for_each_person(log, layout, entry):
    log.append_many([
        entry("lee", "P2", "P1", at=MAY),
        entry("kim", "P3", at=MAY, case_id="c1"),
        entry("lee", at=MAY),
        entry("lee", "P9", at=MAY, result=AccessResult.REFUSED),
    ])  # fmt: skip
    assert rows(layout) == [
        ("access-2-1", "lee", "P1", None),
        ("access-2-2", "lee", "P2", None),
        ("access-3", "kim", "P3", "c1"),
        ("access-4", "lee", None, None),
    ]


def test_a_night_reads_nothing_of_later_days(log, layout, entry):
    log.append_many([entry("lee", "P1", at=MAY), entry("kim", "P2", at=MAY + dt.timedelta(days=4))])
    assert rows(layout, until=dt.date(2026, 5, 29)) == []
    assert rows(layout, until=dt.date(2026, 5, 30)) == [("access-2", "lee", "P1", None)]
    assert [row[2] for row in rows(layout, since=dt.date(2026, 6, 1))] == ["P2"]


def test_a_list_of_a_line_that_never_came_is_nobody_s(log, layout, entry):
    log.append(entry("lee", "P1", at=MAY))
    with (layout.access / "subjects" / "log-202605.jsonl").open("a") as file:
        file.write('{"number":3,"subjects":["P7","P8"]}\n{"number":3,"subj')
    log.append(entry("kim", "P2", at=MAY))
    assert [row[2] for row in rows(layout)] == ["P1", "P2"]
