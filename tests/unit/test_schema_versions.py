"""A delivery whose columns fit no schema version: what is said of it, and what is not."""

from __future__ import annotations

import readers_scene as scene

from hub.catalogue import Delivery
from sources.readers.schema_versions import schema_unknown, shown_name

DOCUMENT = scene.document(Delivery.CSV)
NAME = scene.name_of(Delivery.CSV)
COLUMNS = [column.name for column in scene.COLUMNS]


def detail(columns):
    return schema_unknown(DOCUMENT, NAME, columns).detail


def test_a_header_that_drifted_names_what_is_missing_and_what_is_new():
    said = detail([*COLUMNS[1:], "지급내역"])
    assert "missing 주민번호" in said
    assert "unexpected 지급내역" in said


def test_a_first_row_of_data_is_not_shown():
    said = detail(["900101-1234567", "김민수", "20260105", "12", "84.5", "서울시 종로구 1"])
    assert "missing 면적" in said
    assert "6 others" in said
    assert not {"김민수", "종로구", "12,", "84.5"} & set(said.replace(";", " ").split())
    assert "김민수" not in said


def test_a_name_that_is_full_of_digits_is_not_shown():
    assert shown_name("비고2") == "비고2"
    assert shown_name("id 9001011234567") == "(not a column name)"
    assert shown_name("") == "(empty)"
