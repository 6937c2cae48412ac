"""The XML reader (a `delivery` element of flat `row` elements, UTF-8 or CP949).

Here: the head with its attributes, fast parsing of chunks that keep to one row a line. Never here:
types of values (`hub.conforming`). Next: batches go through `OpenDelivery` to conforming.

The fast path takes a chunk apart with one regular expression. From the first chunk that is written
otherwise, `sources.readers.xml_events` reads the rest of the file as events. A document type or
entity declaration anywhere stops the delivery before any XML parser sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.parsers import expat

import polars as pl

from hub.catalogue import DocumentType, Encoding, SchemaVersion
from hub.delivery import LINE, DeliveryName, DeliveryStopped, RawBatch, Reject
from sources.readers.chunks import Chunk, cut_into_chunks
from sources.readers.encodings import decode, decode_lines, stop_if_plainly_other, wrong_encoding
from sources.readers.opened import OpenDelivery, Parsed, Received, Stated
from sources.readers.prefetch import map_in_order
from sources.readers.schema_versions import version_stated
from sources.readers.xml_events import XmlEvents

HEAD_LIMIT_BYTES = 64 * 1024

_HEAD = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:<\?xml([^<>]*)\?>)?(?:\s|<!--(?:[^-]|-[^-])*-->)*"
    rb"(<delivery(?:\s[^<>]*)?>)"
)
_DECLARED_ENCODING = re.compile(rb"""encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_NAMES_OF_ENCODING = {
    Encoding.UTF_8: ("utf-8", "utf8"),
    Encoding.CP949: ("cp949", "ms949", "uhc", "euc-kr", "ks_c_5601-1987", "windows-949"),
}
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
_END = "</delivery>"


@dataclass(frozen=True, slots=True)
class _Head:
    attributes: dict[str, str]
    body_start: int
    line: int
    """Line on which the body starts."""


def open_xml(document: DocumentType, name: DeliveryName, received: Received) -> OpenDelivery:
    """Read the head of the XML file `received` and return the delivery, ready to iterate."""
    with received.open("rb") as file:
        head = _read_head(document, name, file.read(HEAD_LIMIT_BYTES))
    expected = (
        ("type", name.document),
        ("period", name.period),
        ("sequence", str(name.sequence)),
    )
    for attribute, named in expected:
        found = head.attributes.get(attribute, "").strip()
        if attribute == "sequence":
            found = found.lstrip("0") or found[-1:]
        if found != named:
            detail = f"the attribute {attribute} is not that of the file name"
            raise DeliveryStopped("header_mismatch", str(name), detail, line=head.line)
    version = version_stated(document, name, head.attributes.get("version", ""), head.line)
    stated = Stated(
        _number(name, head, "rows", "trailer_count_mismatch"),
        _number(name, head, "total", "control_total_mismatch"),
        head.line,
    )
    parsed = _parse(document, name, received, version, head)
    return OpenDelivery(document, name, version, parsed, stated, first_lines=head.line - 1)


def _number(name: DeliveryName, head: _Head, attribute: str, rule: str) -> int | None:
    text = head.attributes.get(attribute)
    if text is None:
        return None
    if re.fullmatch(r"\s*-?[0-9]{1,30}\s*", text) is None:
        detail = f"the attribute {attribute} is no number"
        raise DeliveryStopped(rule, str(name), detail, line=head.line)
    return int(text)


def _read_head(document: DocumentType, name: DeliveryName, start: bytes) -> _Head:
    _stop_if_declaring(start, str(name), 1)
    match = _HEAD.match(start)
    if match is None:
        if b"<delivery" not in start or b">" not in start.partition(b"<delivery")[2]:
            rule, detail = "truncated", "the file ends before its delivery element has begun"
            if len(start) == HEAD_LIMIT_BYTES or not start.lstrip().startswith(b"<"):
                rule, detail = "xml_malformed", "expected a delivery element"
            raise DeliveryStopped(rule, str(name), detail, line=1)
        raise DeliveryStopped("xml_malformed", str(name), "expected a delivery element", line=1)
    declared = _DECLARED_ENCODING.search(match[1] or b"")
    if declared and declared[1].decode().lower() not in _NAMES_OF_ENCODING[document.encoding]:
        raise wrong_encoding(document.encoding, str(name), 1)
    attributes: dict[str, str] = {}
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = lambda _, found: attributes.update(found)
    try:
        parser.Parse((decode(match[2], document.encoding) or "") + _END, True)
    except expat.ExpatError:
        detail = "the delivery element is not well formed"
        raise DeliveryStopped("xml_malformed", str(name), detail, line=1) from None
    return _Head(attributes, match.end(), 1 + start.count(b"\n", 0, match.end()))


def _stop_if_declaring(data: bytes, file_name: str, first_line: int) -> None:
    match = _FORBIDDEN.search(data) if b"<!" in data else None
    if match:
        raise DeliveryStopped(
            "xml_declaration_forbidden",
            file_name,
            "a document type or entity is declared",
            line=first_line + data.count(b"\n", 0, match.start()),
        )


def _parse(
    document: DocumentType,
    name: DeliveryName,
    received: Received,
    version: SchemaVersion,
    head: _Head,
) -> Iterator[Parsed]:
    parser = XmlParser(document.encoding, str(name), version)
    with received.open("rb") as file:
        file.seek(head.body_start)
        chunks = cut_into_chunks(file, str(name), head.line)
        yield from _fast_then_by_events(
            map_in_order(parser.parse, chunks), XmlEvents(str(name), version), name, head.line
        )


def _fast_then_by_events(
    chunks: Iterable[XmlChunk], events: XmlEvents, name: DeliveryName, line: int
) -> Iterator[Parsed]:
    """Yield the fast path's rows up to the first chunk it cannot read, then those of the events."""
    is_fast, is_closed = True, False
    for chunk in chunks:
        if is_closed and chunk.text.strip():
            detail = "something follows the end of the delivery element"
            raise DeliveryStopped("xml_malformed", str(name), detail, line=chunk.first_line)
        if is_fast and chunk.frame is None:
            is_fast = False
            events.begin(chunk.first_line)
        if is_fast and chunk.frame is not None:
            batch = RawBatch(chunk.frame, chunk.rejects)
            is_closed = is_closed or chunk.is_closed
        else:
            batch = events.feed(chunk.text)
            batch.rejects = sorted([*batch.rejects, *chunk.rejects], key=lambda each: each.line)
        line = chunk.first_line + chunk.line_count - 1
        yield Parsed(batch, chunk.line_count)
    if not is_fast:
        events.end(line)
    elif not is_closed:
        raise DeliveryStopped("truncated", str(name), f"the file ends without {_END}", line=line)


@dataclass(frozen=True, slots=True)
class XmlChunk:
    """One chunk's text, and its rows where the fast path could read it."""

    first_line: int
    line_count: int
    text: str
    rejects: list[Reject]
    frame: pl.DataFrame | None
    is_closed: bool


class XmlParser:
    """Parses chunks of one XML file with a regular expression; has no state between chunks."""

    def __init__(self, encoding: Encoding, file_name: str, version: SchemaVersion) -> None:
        self._encoding, self._file_name = encoding, file_name
        self._order = [column.name for column in version.columns]
        value = r"([^<\x00-\x08\x0a-\x1f]*)"
        fields = "".join(
            f"(?:<{tag}>{value}</{tag}>|<{tag} ?/>)?" for tag in map(re.escape, self._order)
        )
        self._row = rf"^[ \t]*(<row>){fields}</row>[ \t]*$"

    def parse(self, chunk: Chunk) -> XmlChunk:
        """Decode `chunk` and read its rows if each is written in one line in catalogue order."""
        _stop_if_declaring(chunk.data, self._file_name, chunk.first_line)
        stop_if_plainly_other(chunk.data, self._encoding, self._file_name, chunk.first_line)
        text = decode(chunk.data, self._encoding)
        rejects: list[Reject] = []
        if text is None:
            text, rejects = self._decode_by_lines(chunk)
        frame, is_closed = self.parse_fast(text, chunk.first_line)
        return XmlChunk(chunk.first_line, chunk.line_count, text, rejects, frame, is_closed)

    def _decode_by_lines(self, chunk: Chunk) -> tuple[str, list[Reject]]:
        """Leave out undecodable rows; their lines stay, empty, so that the others keep theirs."""
        raw = chunk.data.split(b"\n")
        texts, rejects = decode_lines(raw, chunk.first_line, self._encoding, self._file_name)
        for line, text in zip(raw, texts, strict=True):
            is_row = line.strip().startswith(b"<row>") and line.strip().endswith(b"</row>")
            if text is None and (not is_row or line.count(b"<row>") != 1):
                raise wrong_encoding(self._encoding, self._file_name, rejects[0].line)
        return "\n".join(text or "" for text in texts), rejects

    def parse_fast(self, text: str, first_line: int) -> tuple[pl.DataFrame | None, bool]:
        """Return the rows, or None where they need the events; and whether the end was reached."""
        references = text.count("&")
        if "\0" in text or "]]>" in text or "&#" in text:
            return None, False
        if references and references != sum(text.count(entity) for entity, _ in _ENTITIES):
            return None, False
        lines = pl.Series("line", text.removesuffix("\n").split("\n"), dtype=pl.String)
        frame = pl.DataFrame(
            {"line": lines, LINE: pl.int_range(first_line, first_line + len(lines), eager=True)}
        )
        is_closed = text.rstrip().endswith(_END)
        if is_closed:
            stripped = frame.get_column("line").str.strip_chars()
            ends = (stripped == _END).arg_true()
            if len(ends) != 1 or (stripped.slice(int(ends[0]) + 1) != "").any():
                return None, False
            frame = frame.slice(0, int(ends[0]))
        line = pl.col("line").str.strip_suffix("\r")
        groups = frame.select(line.str.extract_groups(self._row)).to_series().struct.unnest()
        is_row = groups.get_column("1").is_not_null()
        if not is_row.all():
            if (frame.get_column("line").filter(~is_row).str.strip_chars() != "").any():
                return None, False
            groups, frame = groups.filter(is_row), frame.filter(is_row)
        fields = pl.col(groups.columns[1:])
        if references:
            for entity, character in _ENTITIES:
                fields = fields.str.replace_all(entity, character, literal=True)
        rows = groups.select(fields).rename(dict(zip(groups.columns[1:], self._order, strict=True)))
        return rows.with_columns(frame.get_column(LINE)), is_closed
