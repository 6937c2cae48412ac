"""Questions to each reader: what does it find in a good file, and what in a faulty one?"""

import datetime as dt
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import readers_scene as scene

from hub.catalogue import Delivery, Encoding
from hub.delivery import DeliveryStopped

FIRST_LINE = {
    Delivery.CSV: 2,
    Delivery.FIXED_WIDTH: 2,
    Delivery.XML: 3,
    Delivery.JSON_LINES: 1,
    Delivery.PARQUET: 1,
}


@pytest.mark.parametrize(("delivery", "encoding"), scene.FORMATS)
def test_each_format_gives_the_rows_and_their_lines(delivery, encoding, tmp_path):
    document = scene.document(delivery, encoding)
    opened, batches = scene.read(document, scene.written(document, scene.ROWS), tmp_path)
    first = FIRST_LINE[delivery]
    assert scene.rows_of(batches) == [(*row, first + place) for place, row in enumerate(scene.ROWS)]
    assert scene.rejects_of(batches) == []
    assert (opened.version.number, opened.received_rows) == (1, 3)


@pytest.mark.parametrize(("delivery", "encoding"), scene.FORMATS)
def test_a_delivery_without_rows_is_fine(delivery, encoding, tmp_path):
    document = scene.document(delivery, encoding)
    if delivery is Delivery.JSON_LINES:
        pytest.skip("a JSON-lines file without rows has no byte")
    opened, batches = scene.read(document, scene.written(document, []), tmp_path)
    (batch,) = batches
    names = {column.name for column in document.versions[0].columns}
    assert (opened.received_rows, batch.frame.height, batch.rejects) == (0, 0, [])
    assert names <= set(batch.frame.columns)


@pytest.mark.parametrize(("delivery", "encoding"), scene.FORMATS)
def test_the_later_schema_version_is_found(delivery, encoding, tmp_path):
    document = scene.document(delivery, encoding)
    rows = [(*row, "덧붙임") for row in scene.ROWS]
    content = scene.written(document, rows, document.versions[1])
    opened, batches = scene.read(document, content, tmp_path)
    assert opened.version.number == 2
    assert [row[6] for row in scene.rows_of(batches)] == ["덧붙임"] * 3


def test_json_lines_that_fit_both_versions_are_of_the_one_in_force(tmp_path):
    document = scene.document(Delivery.JSON_LINES)
    content = scene.written(document, scene.ROWS)
    for made_at, number in ((scene.MADE_AT, 1), (scene.MADE_AT + dt.timedelta(days=181), 2)):
        name = scene.name_of(Delivery.JSON_LINES, made_at)
        opened, batches = scene.read(document, content, tmp_path, name)
        assert opened.version.number == number
        assert len(scene.rows_of(batches)) == 3


def test_csv_columns_may_come_in_another_order(tmp_path):
    document = scene.document(Delivery.CSV)
    header = "정정,면적,지급액,지급일,성명,주민번호\n"
    _, batches = scene.read(document, (header + "0,1.5,7,20260101,가,\n").encode(), tmp_path)
    assert scene.rows_of(batches) == [(None, "가", "20260101", "7", "1.5", "0", 2)]


def test_csv_takes_byte_order_mark_return_and_quoted_line_ends(tmp_path):
    document = scene.document(Delivery.CSV)
    text = "주민번호,성명,지급일,지급액,면적,정정\r\n"
    text += ',"김, ""민""",,1,,\r\n,"두\n줄",,2,,\r\n,끝,,3,,\r\n'
    opened, batches = scene.read(document, b"\xef\xbb\xbf" + text.encode(), tmp_path)
    found = [(row[1], row[3], row[6]) for row in scene.rows_of(batches)]
    assert found == [('김, "민"', "1", 2), ("두\n줄", "2", 3), ("끝", "3", 5)]
    assert opened.physical_lines == 5


CSV_FAULTS = [
    # line as written, rule it breaks
    ("1,2,3,4,5", "field_count_wrong"),
    ("1,2,3,4,5,6,7", "field_count_wrong"),
    ('1,"never closed,3,4,5,6', "quote_unbalanced"),
    ('1,"closed"too late,3,4,5,6', "quote_unbalanced"),
    ("1,\0,3,4,5,6", "nul_byte"),
]


@pytest.mark.parametrize(("line", "rule"), CSV_FAULTS)
@pytest.mark.parametrize("encoding", [Encoding.UTF_8, Encoding.CP949])
def test_only_the_bad_csv_row_is_refused(line, rule, encoding, tmp_path):
    document = scene.document(Delivery.CSV, encoding)
    lines = ["주민번호,성명,지급일,지급액,면적,정정", ",가,,1,,", line, ',"나,다",,2,,', ",라,,3,,"]
    content = "".join(each + "\n" for each in lines).encode(encoding.value)
    opened, batches = scene.read(document, content, tmp_path)
    assert scene.rejects_of(batches) == [(3, rule)]
    assert [(row[1], row[6]) for row in scene.rows_of(batches)] == [
        ("가", 2),
        ("나,다", 4),
        ("라", 5),
    ]
    assert opened.received_rows == 4


@pytest.mark.parametrize(("delivery", "encoding"), scene.FORMATS[:7])
def test_a_row_that_does_not_decode_is_refused_alone(delivery, encoding, tmp_path):
    document = scene.document(delivery, encoding)
    rows = [(None, f"가나다{number}", None, "1", None, None) for number in range(5)]
    content = scene.written(document, rows)
    broken = content.replace(
        "나다2".encode(encoding.value), b"\xff" * len("나다".encode(encoding.value)) + b"2"
    )
    assert broken != content
    opened, batches = scene.read(document, broken, tmp_path)
    assert scene.rejects_of(batches) == [(FIRST_LINE[delivery] + 2, "bad_encoding")]
    assert [row[1] for row in scene.rows_of(batches)] == [
        "가나다0",
        "가나다1",
        "가나다3",
        "가나다4",
    ]
    assert opened.received_rows == 5


def test_fixed_width_lines_of_other_length_or_kind_are_refused_alone(tmp_path):
    document = scene.document(Delivery.FIXED_WIDTH, Encoding.CP949)
    lines = scene.written(document, scene.ROWS * 2).split(b"\n")
    lines[2] = lines[2][:-1]
    lines[4] = b"X" + lines[4][1:]
    opened, batches = scene.read(document, b"\n".join(lines), tmp_path)
    assert scene.rejects_of(batches) == [(3, "line_length_wrong"), (5, "line_kind_unknown")]
    assert [row[6] for row in scene.rows_of(batches)] == [2, 4, 6, 7]
    assert (opened.received_rows, opened.physical_lines) == (6, 8)


def test_fixed_width_takes_returns_before_line_ends(tmp_path):
    document = scene.document(Delivery.FIXED_WIDTH, Encoding.CP949)
    content = scene.written(document, scene.ROWS).replace(b"\n", b"\r\n")
    _, batches = scene.read(document, content, tmp_path)
    assert [row[:6] for row in scene.rows_of(batches)] == scene.ROWS


JSON_FAULTS = [
    ('{"성명": "가", "모름": 1}', "unknown_field"),
    ('{"성명": {"성": "가"}}', "nested_value"),
    ('{"성명": ["가"]}', "nested_value"),
    ('{"성명": "가"', "json_malformed"),
    ("[1]", "json_malformed"),
    ('{"지급액": NaN}', "json_malformed"),
    ('{"성명": "가", "성명": "나"}', "repeated_field"),
    ('{"성명": "\\u0000"}', "nul_byte"),
    ('{"성명": "\\ud800"}', "bad_encoding"),
    ("[" * 100_000, "json_malformed"),
]


@pytest.mark.parametrize(("line", "rule"), JSON_FAULTS)
def test_only_the_bad_json_line_is_refused(line, rule, tmp_path):
    document = scene.document(Delivery.JSON_LINES)
    good = scene.written(document, scene.ROWS)
    _, batches = scene.read(document, good + line.encode() + b"\n" + good, tmp_path)
    assert scene.rejects_of(batches) == [(4, rule)]
    assert [row[:6] for row in scene.rows_of(batches)] == scene.ROWS * 2


XML_FAULTS = [
    ("<row><모름>1</모름></row>", "unknown_field"),
    ("<row><성명><성>가</성></성명></row>", "nested_value"),
    ("<row><성명>가</성명><성명>나</성명></row>", "repeated_field"),
    ("<row>가</row>", "unknown_field"),
]


@pytest.mark.parametrize(("line", "rule"), XML_FAULTS)
def test_only_the_bad_xml_row_is_refused(line, rule, tmp_path):
    document = scene.document(Delivery.XML)
    lines = scene.written(document, scene.ROWS).decode().replace('rows="3"', 'rows="4"').split("\n")
    lines.insert(3, line)
    _, batches = scene.read(document, "\n".join(lines).encode(), tmp_path)
    assert scene.rejects_of(batches) == [(4, rule)]
    assert [row[:6] for row in scene.rows_of(batches)] == scene.ROWS


def test_xml_of_any_layout_is_read(tmp_path):
    document = scene.document(Delivery.XML)
    head = f'<delivery type="{scene.CODE}" period="202601" sequence="1" version="1" rows="2">'
    text = head + "\n<row>\n  <지급액>1</지급액>\n  <성명>가 &amp; <![CDATA[<나>]]></성명>\n</row>"
    text += "<row><성명>&#44032;</성명><!-- no row --></row>\n</delivery>"
    opened, batches = scene.read(document, text.encode(), tmp_path)
    assert [(row[1], row[3], row[6]) for row in scene.rows_of(batches)] == [
        ("가 & <나>", "1", 2),
        ("가", None, 5),
    ]
    assert opened.received_rows == 2


def stop_of(document, content, tmp_path, name=None):
    with pytest.raises(DeliveryStopped) as caught:
        scene.read(document, content, tmp_path, name)
    return caught.value


@pytest.mark.parametrize(("delivery", "encoding"), scene.FORMATS)
def test_an_empty_file_is_stopped(delivery, encoding, tmp_path):
    assert stop_of(scene.document(delivery, encoding), b"", tmp_path).rule == "empty_file"


@pytest.mark.parametrize(("delivery", "encoding"), scene.FORMATS)
def test_a_cut_file_is_stopped(delivery, encoding, tmp_path):
    document = scene.document(delivery, encoding)
    content = scene.written(document, scene.ROWS)
    stop = stop_of(document, content[: -len(content) // 5 - 3], tmp_path)
    assert stop.rule == "truncated"
    assert stop.file == str(scene.name_of(delivery))
    if delivery is not Delivery.PARQUET:
        assert stop.line is not None


@pytest.mark.parametrize("delivery", [Delivery.CSV, Delivery.JSON_LINES])
def test_a_file_cut_before_its_last_line_end_is_stopped_there(delivery, tmp_path):
    document = scene.document(delivery)
    stop = stop_of(document, scene.written(document, scene.ROWS)[:-1], tmp_path)
    assert (stop.rule, stop.line) == ("truncated", FIRST_LINE[delivery] + 2)


@pytest.mark.parametrize("delivery", [Delivery.FIXED_WIDTH, Delivery.XML])
def test_stated_counts_and_totals_are_compared(delivery, tmp_path):
    document = scene.document(delivery, Encoding.CP949)
    good = scene.written(document, scene.ROWS)
    one_row_more = good.replace(b"T0000000003", b"T0000000004").replace(b'rows="3"', b'rows="4"')
    assert stop_of(document, one_row_more, tmp_path).rule == "trailer_count_mismatch"
    other_total = good.replace(b"         9", b"         8").replace(b'total="9"', b'total="8"')
    assert stop_of(document, other_total, tmp_path).rule == "control_total_mismatch"


def test_lines_after_the_trailer_are_stopped(tmp_path):
    document = scene.document(Delivery.FIXED_WIDTH, Encoding.CP949)
    lines = scene.written(document, scene.ROWS).splitlines(keepends=True)
    content = b"".join([*lines, lines[1], lines[-1]])
    assert stop_of(document, content, tmp_path).rule == "data_after_trailer"


@pytest.mark.parametrize("delivery", [Delivery.FIXED_WIDTH, Delivery.XML, Delivery.PARQUET])
@pytest.mark.parametrize("said", [b"I99-F99-02", b"202602"])
def test_a_header_that_says_something_else_is_stopped(delivery, said, tmp_path):
    document = scene.document(delivery)
    truth = scene.CODE.encode() if said.startswith(b"I") else b"202601"
    content = scene.written(document, scene.ROWS).replace(truth, said)
    assert stop_of(document, content, tmp_path).rule == "header_mismatch"


@pytest.mark.parametrize(
    ("delivery", "encoding"), [each for each in scene.FORMATS if each[0] is not Delivery.PARQUET]
)
def test_a_file_in_the_other_encoding_is_stopped(delivery, encoding, tmp_path):
    document = scene.document(delivery, encoding)
    other = Encoding.CP949 if encoding is Encoding.UTF_8 else Encoding.UTF_8
    content = scene.written(scene.document(delivery, other), scene.ROWS)
    stop = stop_of(document, content, tmp_path)
    assert stop.rule == "wrong_encoding"


@pytest.mark.parametrize("delivery", [Delivery.CSV, Delivery.JSON_LINES, Delivery.PARQUET])
def test_columns_of_no_version_are_named(delivery, tmp_path):
    renamed = tuple(
        type(column)(
            f"{column.name}2" if column.name == "지급액" else column.name,
            column.canonical,
            column.format,
            codes=column.codes,
        )
        for column in scene.COLUMNS
    )
    other = scene.document(delivery, columns=renamed)
    stop = stop_of(scene.document(delivery), scene.written(other, scene.ROWS), tmp_path)
    assert stop.rule == "schema_unknown"
    assert "지급액2" in stop.detail
    assert "지급액" in stop.detail.split("unexpected")[0]


def test_a_parquet_column_of_another_type_is_named(tmp_path):
    document = scene.document(Delivery.PARQUET)
    text_amounts = tuple(
        type(column)(column.name, column.canonical, scene.Format.TEXT)
        if column.canonical == "amount"
        else column
        for column in scene.COLUMNS
    )
    content = scene.written(scene.document(Delivery.PARQUET, columns=text_amounts), scene.ROWS)
    stop = stop_of(document, content, tmp_path)
    assert (stop.rule, stop.column) == ("schema_unknown", "지급액")


def test_an_unstated_schema_version_is_stopped(tmp_path):
    document = scene.document(Delivery.XML)
    content = scene.written(document, scene.ROWS).replace(b'version="1" made', b'version="7" made')
    assert stop_of(document, content, tmp_path).rule == "schema_unknown"


def test_a_file_without_header_does_not_show_its_values(tmp_path):
    document = scene.document(Delivery.CSV)
    stop = stop_of(document, b"9001011234567,a,20260101,1,2,0\n", tmp_path)
    assert stop.rule == "schema_unknown"
    assert "9001011234567" not in str(stop)
