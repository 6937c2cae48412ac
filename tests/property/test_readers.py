"""What holds for readers whatever a file contains."""

import re
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1]))

import readers_scene as scene

from hub.catalogue import Delivery, Encoding
from hub.conforming import Conformer
from hub.conforming.repetitions import RepetitionFinder
from hub.delivery import DeliveryStopped
from hub.reasons import REASONS
from sources.readers import chunks
from sources.readers.chunks import Chunk
from sources.readers.csv_file import CsvParser
from sources.readers.json_lines import JsonLinesParser
from sources.readers.xml_events import XmlEvents
from sources.readers.xml_file import XmlParser

LETTERS = "가나힣漢aZ09 ,\"'&<>;:{}[]\\/-_.()"
text = st.text(LETTERS, min_size=1, max_size=6).map(str.strip).filter(bool)
amount = st.integers(-(10**9), 10**9).map(str)
row = st.tuples(
    st.none() | st.from_regex(r"[0-9]{13}", fullmatch=True),
    st.none() | text,
    st.none() | st.from_regex(r"[0-9]{8}", fullmatch=True),
    st.none() | amount,
    st.none() | st.sampled_from(["0.5", "84.25", "-1.5"]),
    st.none() | st.sampled_from("0129"),
)
quick = settings(max_examples=60)


@pytest.mark.parametrize(("delivery", "encoding"), scene.FORMATS)
@given(rows=st.lists(row, min_size=1, max_size=12))
@quick
def test_what_is_written_is_read(delivery, encoding, rows):
    document = scene.document(delivery, encoding)
    with tempfile.TemporaryDirectory() as folder:
        content = scene.written(document, rows)
        opened, batches = scene.read(document, content, Path(folder))
    assert [found[:6] for found in scene.rows_of(batches)] == rows
    assert scene.rejects_of(batches) == []
    assert opened.received_rows == len(rows)


@pytest.mark.parametrize(("delivery", "encoding"), scene.FORMATS)
@given(rows=st.lists(row, min_size=1, max_size=12), size=st.integers(64, 700))
@settings(max_examples=25)
def test_the_size_of_chunks_changes_nothing(delivery, encoding, rows, size):
    document = scene.document(delivery, encoding)
    content = scene.written(document, rows)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        defaults = {**chunks.cut_into_chunks.__kwdefaults__, "chunk_bytes": size}
        patch.setattr(chunks.cut_into_chunks, "__kwdefaults__", defaults)
        _, batches = scene.read(document, content, Path(folder))
    assert [found[:6] for found in scene.rows_of(batches)] == rows


csv_lines = st.lists(
    st.one_of(
        st.text('가a1,"\r ', max_size=14),
        st.lists(
            st.sampled_from(["1", '"1"', '"가,""나"""', "", "가"]), min_size=5, max_size=7
        ).map(",".join),
    ),
    min_size=1,
    max_size=6,
)


@example(lines=['1,1,1,1,"a,b","c,d"', ",", '1,1,1,1,"a,b","c,d"'], encoding=Encoding.UTF_8)
@example(lines=[",,,,\r,"], encoding=Encoding.UTF_8)
@given(lines=csv_lines, encoding=st.sampled_from(list(Encoding)))
@settings(max_examples=400)
def test_the_fast_csv_path_gives_what_the_careful_one_gives(lines, encoding):
    version = scene.document(Delivery.CSV).versions[0]
    names = [column.name for column in version.columns]
    parser = CsvParser(encoding, "file", version, names)
    data = "".join(line + "\n" for line in lines).encode(encoding.value)
    chunk = Chunk(2, data, data.count(b"\n"))
    fast = parser.parse_fast(chunk)
    if fast is None:
        return
    careful = parser.parse_carefully(chunk)
    assert careful.rejects == []
    blank_is_null = pl.col(pl.String).replace("", None)
    assert fast.with_columns(blank_is_null).equals(careful.frame.with_columns(blank_is_null))


json_lines = st.lists(
    st.dictionaries(
        st.sampled_from([column.name for column in scene.COLUMNS] + ["모름"]),
        st.none() | st.integers(-5, 10**20) | st.sampled_from([0.5, 84.25]) | text | st.booleans(),
        max_size=6,
    ),
    min_size=1,
    max_size=5,
)


@given(lines=json_lines)
@settings(max_examples=300)
def test_the_fast_json_path_gives_what_the_careful_one_gives(lines):
    import json

    document = scene.document(Delivery.JSON_LINES)
    parser = JsonLinesParser(document, "file", document.versions[0])
    data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    chunk = Chunk(1, data, len(lines))
    fast = parser.parse_fast(chunk)
    if fast is not None:
        careful = parser.parse_carefully(chunk)
        assert careful.rejects == []
        assert fast.equals(careful.frame)


xml_lines = st.lists(
    st.one_of(
        st.just(""),
        st.text("가<>/row&;a \t]", max_size=12),
        st.lists(
            st.sampled_from(
                [
                    f"<{column.name}>{value}</{column.name}>"
                    for column in scene.COLUMNS[:3]
                    for value in ("", "1", " 가 ", "&amp;lt;", "&lt;b&gt;", "&#65;", "]]>", "&x;")
                ]
                + ["<성명/>", "<모름>1</모름>"]
            ),
            max_size=4,
        ).map(lambda fields: "<row>" + "".join(fields) + "</row>"),
    ),
    min_size=1,
    max_size=4,
)


@given(lines=xml_lines)
@settings(max_examples=400)
def test_the_fast_xml_path_gives_what_the_events_give(lines):
    version = scene.document(Delivery.XML).versions[0]
    content = "".join(line + "\n" for line in lines)
    fast, _ = XmlParser(Encoding.UTF_8, "file", version).parse_fast(content, 3)
    if fast is None:
        return
    events = XmlEvents("file", version)
    events.begin(3)
    batch = events.feed(content)
    assert batch.rejects == []
    blank_is_null = pl.col(pl.String).replace("", None)
    assert fast.with_columns(blank_is_null).equals(batch.frame.with_columns(blank_is_null))


def landed(document, content):
    """Read and conform; hold that rows and won add up, or that a known rule stopped it."""
    stopped = None
    with tempfile.TemporaryDirectory() as folder:
        try:
            opened, batches = scene.read(document, content, Path(folder))
        except DeliveryStopped as stop:
            stopped = stop
    if stopped is not None:
        assert REASONS[stopped.rule].level == "delivery"
        assert not re.search(r"[0-9]{6}-?[0-9]{7}", str(stopped))
        return
    version = opened.version
    conformer = Conformer(document, version, scene.FAMILY, {}, scene.PlainTokeniser())
    results = [conformer.conform(batch) for batch in batches]
    for result in results:
        assert result.received_rows == (
            result.accepted.height + result.quarantined.height + result.superseded_rows
        )
        assert result.received_amount == (
            result.accepted_amount + result.quarantined_amount + result.superseded_amount
        )
        assert set(result.quarantined["rule"]) <= set(REASONS)
    assert sum(result.received_rows for result in results) == opened.received_rows


ROWS = [(*scene.ROWS[0][:3], str(number), "1.5", "0") for number in range(8)] + scene.ROWS


@pytest.mark.parametrize(("delivery", "encoding"), scene.FORMATS)
@given(data=st.data())
@settings(max_examples=120)
def test_a_mutated_file_is_stopped_or_its_rows_add_up(delivery, encoding, data):
    document = scene.document(delivery, encoding)
    content = bytearray(scene.written(document, ROWS))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        removed = data.draw(st.sampled_from([0, 0, 1, 1, 2, 9]))
        new = data.draw(st.binary(max_size=4) | st.sampled_from([b"\n", b'"', b"\0", b"<", b"}"]))
        content[start : start + removed] = new
    landed(document, bytes(content[: data.draw(st.just(len(content)) | st.integers(0, 900))]))


@pytest.mark.parametrize(("delivery", "encoding"), scene.FORMATS)
@given(content=st.binary(min_size=1, max_size=300))
@settings(max_examples=40)
def test_random_bytes_are_stopped_or_refused(delivery, encoding, content):
    landed(scene.document(delivery, encoding), content)


@given(
    batches=st.lists(st.lists(st.integers(0, 30), max_size=40), max_size=8),
)
@quick
def test_repetitions_are_those_that_a_set_finds(batches):
    finder, seen = RepetitionFinder(), set()
    for batch in batches:
        frame = pl.DataFrame({"a": [str(each) for each in batch]}, schema={"a": pl.String})
        expected = []
        for each in batch:
            expected.append(each in seen)
            seen.add(each)
        assert finder.find(frame).tolist() == expected


def test_repetitions_are_found_while_the_table_grows():
    finder = RepetitionFinder()
    numbers = pl.DataFrame({"a": pl.int_range(0, 600_000, eager=True).cast(pl.String)})
    assert not any(finder.find(part).any() for part in numbers.iter_slices(100_000))
    found = [finder.find(part).all() for part in numbers.iter_slices(100_000)]
    assert np.all(found)
