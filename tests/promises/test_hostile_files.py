"""Promise: a hostile file costs bounded memory and time, and is named; it never crashes the hub."""

import resource
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import readers_scene as scene

from hub.catalogue import Delivery, Encoding
from hub.delivery import DeliveryStopped

MEBIBYTE = 1024 * 1024
CANARY = "9001011234567"


def rule_of(document, content, tmp_path):
    with pytest.raises(DeliveryStopped) as caught:
        scene.read(document, content, tmp_path)
    assert CANARY not in str(caught.value)
    assert str(scene.name_of(document.delivery)) in str(caught.value)
    return caught.value.rule


def head_of(document):
    content = scene.written(document, scene.ROWS)
    if document.delivery is Delivery.XML:
        return content[: content.index(b"<row>")]
    first_line = content[: content.index(b"\n") + 1]
    return b"" if document.delivery is Delivery.JSON_LINES else first_line


TEXT_FORMATS = [each for each in scene.FORMATS if each[0] is not Delivery.PARQUET]

READ_WITH_LIMIT = """
import resource, sys
sys.path[:0] = [{tests!r}, {root!r}]
import readers_scene as scene
from pathlib import Path
from hub.catalogue import Delivery, Encoding
from hub.delivery import DeliveryStopped
from sources.readers import open_delivery
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
document = scene.document(Delivery({delivery!r}), Encoding({encoding!r}))
try:
    opened = open_delivery(document, scene.name_of(document.delivery), Path({path!r}))
    print("rows", sum(batch.frame.height for batch in opened.batches()))
except DeliveryStopped as stop:
    print(stop.rule, stop.line)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def read_in_own_process(document, path):
    """Return what the reader says, and by how many KiB its memory grew at the most."""
    tests = Path(__file__).parents[1]
    program = READ_WITH_LIMIT.format(
        tests=str(tests),
        root=str(tests.parent),
        delivery=document.delivery.value,
        encoding=document.encoding.value,
        path=str(path),
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    said, grown = ran.stdout.splitlines()
    return said, int(grown)


@pytest.mark.parametrize(("delivery", "encoding"), TEXT_FORMATS[::2])
def test_a_line_of_a_gibibyte_is_stopped_in_little_memory(delivery, encoding, tmp_path):
    document = scene.document(delivery, encoding)
    path = tmp_path / "long"
    with path.open("wb") as file:
        file.write(head_of(document) + b"x")
        # A sparse file: a gibibyte to read, none to store.
        file.truncate(1024 * MEBIBYTE)
        file.seek(0, 2)
        if delivery is Delivery.FIXED_WIDTH:
            file.write(b"\n" + scene.written(document, []).splitlines()[-1])
        file.write(b"\n")
    said, grown = read_in_own_process(document, path)
    assert said.split()[0] == "line_too_long"
    assert grown < 200 * 1024


def test_a_file_of_tiny_bad_lines_is_stopped_in_little_memory(tmp_path):
    document = scene.document(Delivery.CSV)
    path = tmp_path / "tiny"
    path.write_bytes(head_of(document) + b"x\n" * (12 * MEBIBYTE))
    said, grown = read_in_own_process(document, path)
    assert said.split()[0] == "too_many_bad_rows"
    assert grown < 600 * 1024


BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE delivery [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
"""
OUTSIDE_FILE = b"""<?xml version="1.0"?>
<!DOCTYPE delivery [<!ENTITY file SYSTEM "file:///etc/hostname">]>
"""


@pytest.mark.parametrize("declaration", [BILLION_LAUGHS, OUTSIDE_FILE])
def test_xml_that_declares_entities_is_stopped(declaration, tmp_path):
    document = scene.document(Delivery.XML)
    body = scene.written(document, scene.ROWS).split(b"\n", 1)[1]
    assert rule_of(document, declaration + body, tmp_path) == "xml_declaration_forbidden"


def test_xml_that_declares_entities_late_is_stopped(tmp_path):
    document = scene.document(Delivery.XML)
    content = scene.written(document, scene.ROWS)
    row = b"<row>\n<!DOCTYPE x></row>\n"
    late = content.replace(b"</delivery>", row + b"</delivery>")
    assert rule_of(document, late, tmp_path) == "xml_declaration_forbidden"


def test_xml_that_nests_deep_is_stopped(tmp_path):
    document = scene.document(Delivery.XML)
    content = head_of(document) + b"<row>" + b"<a>" * 100_000
    assert rule_of(document, content, tmp_path) == "xml_too_deep"


def test_xml_with_a_huge_text_over_many_lines_is_stopped(tmp_path):
    document = scene.document(Delivery.XML)
    content = head_of(document) + b"<row><a>" + (b"x" * 1000 + b"\n") * 3000 + b"</a></row>"
    assert rule_of(document, content, tmp_path) == "line_too_long"


@pytest.mark.parametrize("ending", [b"</row>", b"<row></delivery>", b"</delivery><row>", b"<"])
def test_xml_that_is_not_well_formed_is_stopped(ending, tmp_path):
    document = scene.document(Delivery.XML)
    content = scene.written(document, scene.ROWS).replace(b"</delivery>", ending)
    assert rule_of(document, content, tmp_path) in {"xml_malformed", "truncated"}


def test_utf_16_is_stopped(tmp_path):
    for delivery, encoding in TEXT_FORMATS:
        document = scene.document(delivery, encoding)
        content = scene.written(document, scene.ROWS).decode(encoding.value).encode("utf-16")
        assert rule_of(document, content, tmp_path)


def bomb(value_bytes, rows):
    """A small Parquet file whose texts unpack to `value_bytes` times `rows`."""
    document = scene.document(Delivery.PARQUET)
    text = pa.DictionaryArray.from_arrays(
        pa.array([0] * rows, pa.int32()), pa.array(["x" * value_bytes])
    )
    arrays = {
        column.name: pa.nulls(rows, pa.int64() if column.canonical == "amount" else pa.string())
        for column in scene.COLUMNS
    }
    arrays["면적"] = pa.nulls(rows, pa.float64())
    arrays["성명"] = text
    good = pa.BufferReader(scene.written(document, []))
    metadata = pq.read_schema(good).metadata
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays).replace_schema_metadata(metadata), sink, compression="zstd")
    return document, sink.getvalue().to_pybytes()


def test_a_parquet_bomb_is_stopped(tmp_path):
    document, content = bomb(MEBIBYTE, 100_000)
    assert len(content) < MEBIBYTE
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert rule_of(document, content, tmp_path) == "too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500 * 1024


@pytest.mark.parametrize("place", range(0, 100, 7))
def test_parquet_with_broken_bytes_is_stopped_or_read(place, tmp_path):
    document = scene.document(Delivery.PARQUET)
    content = bytearray(scene.written(document, scene.ROWS * 50))
    start = len(content) * place // 100
    content[start : start + 8] = b"\xff" * 8
    rule = None
    try:
        scene.read(document, bytes(content), tmp_path)
    except DeliveryStopped as stop:
        rule = stop.rule
    known = {"unreadable", "truncated", "too_large", "header_mismatch", "schema_unknown"}
    assert rule is None or rule in known


@pytest.mark.parametrize("encoding", list(Encoding))
def test_quotes_that_never_close_cost_their_rows_only(encoding, tmp_path):
    document = scene.document(Delivery.CSV, encoding)
    head = head_of(document)
    good, bad = b",a,,1,,\n", b',"a,,1,,\n'
    _, batches = scene.read(document, head + (good * 9 + bad) * 2000, tmp_path)
    assert len(scene.rows_of(batches)) == 18_000
    assert {rule for _, rule in scene.rejects_of(batches)} == {"quote_unbalanced"}
    assert len(scene.rejects_of(batches)) == 2000


def test_a_parquet_file_with_the_name_of_another_format_is_stopped(tmp_path):
    parquet = scene.written(scene.document(Delivery.PARQUET), scene.ROWS)
    for delivery, encoding in TEXT_FORMATS:
        assert rule_of(scene.document(delivery, encoding), parquet, tmp_path)
    for delivery, encoding in TEXT_FORMATS:
        document = scene.document(delivery, encoding)
        content = scene.written(document, scene.ROWS)
        assert rule_of(scene.document(Delivery.PARQUET), content, tmp_path) == "unreadable"
