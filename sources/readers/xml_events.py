"""Reading delivery XML as events, whatever its layout.

Here: the careful path of the XML reader, on expat, which expands nothing and fetches nothing.
Never here: encodings or declarations (`sources.readers.xml_file` refuses them before).
Next: the batches go on as if the fast path had read them.
"""

from __future__ import annotations

from xml.parsers import expat

from hub.catalogue import SchemaVersion
from hub.delivery import DeliveryStopped, RawBatch, Reject
from sources.readers.chunks import LINE_LIMIT_BYTES
from sources.readers.opened import frame_of_rows
from sources.readers.schema_versions import shown_name

DEEPEST_ELEMENT = 16
_ROOT, _ROW, _FIELD = 1, 2, 3


class XmlEvents:
    """An incremental parser of the rows of one delivery element."""

    def __init__(self, file_name: str, version: SchemaVersion) -> None:
        self._file_name, self._version = file_name, version
        self._order = {column.name: place for place, column in enumerate(version.columns)}
        self._depth = 0
        self._line_offset = 0
        self._row_line = 0
        self._row: list[str | None] = []
        self._seen: set[str] = set()
        self._reject: Reject | None = None
        self._text: list[str] = []
        self._text_length = 0
        self._rows: list[tuple[int, tuple[str | None, ...]]] = []
        self._rejects: list[Reject] = []
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        self._parser = parser

    def begin(self, first_line: int) -> None:
        """Start inside the delivery element, at `first_line` of the file."""
        self._line_offset = first_line - 1
        self._parser.Parse("<delivery>", False)

    def feed(self, text: str) -> RawBatch:
        """Read on; return the rows that ended in `text`.

        Raises:
            DeliveryStopped: the XML is malformed, too deep, or a text is too long.
        """
        try:
            self._parser.Parse(text, False)
        except expat.ExpatError as error:
            raise self._malformed(error.lineno) from None
        batch = RawBatch(frame_of_rows(self._version, self._rows), self._rejects)
        self._rows, self._rejects = [], []
        return batch

    def end(self, last_line: int) -> None:
        """Say that the file has ended.

        Raises:
            DeliveryStopped: the delivery element is still open (`truncated`).
        """
        try:
            self._parser.Parse("", True)
        except expat.ExpatError:
            detail = "the file ends without </delivery>"
            raise DeliveryStopped("truncated", self._file_name, detail, line=last_line) from None

    def _line(self) -> int:
        return self._line_offset + self._parser.CurrentLineNumber

    def _malformed(self, line: int) -> DeliveryStopped:
        return DeliveryStopped(
            "xml_malformed",
            self._file_name,
            "the XML is not well formed",
            line=self._line_offset + line,
        )

    def _doctype(self, *_: object) -> None:
        raise DeliveryStopped(
            "xml_declaration_forbidden",
            self._file_name,
            "a document type or entity is declared",
            line=self._line(),
        )

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST_ELEMENT:
            detail = f"elements nest more than {DEEPEST_ELEMENT} deep"
            raise DeliveryStopped("xml_too_deep", self._file_name, detail, line=self._line())
        if self._depth == _ROW:
            self._row_line = self._line()
            self._row, self._seen, self._reject = [None] * len(self._order), set(), None
            if name != "row":
                self._refuse(None, "unknown_field", "expected a row element")
        elif self._depth == _FIELD:
            if name not in self._order:
                detail = f"the field is not in schema version {self._version.number}"
                self._refuse(shown_name(name), "unknown_field", detail)
            elif name in self._seen:
                self._refuse(name, "repeated_field", "expected each field once")
            self._seen.add(name)
        elif self._depth > _FIELD:
            self._refuse(None, "nested_value", "expected text in a field")
        if self._depth <= _FIELD:
            self._text, self._text_length = [], 0

    def _refuse(self, column: str | None, rule: str, detail: str) -> None:
        if self._reject is None:
            self._reject = Reject(self._row_line, column, rule, detail)

    def _end(self, name: str) -> None:
        if self._depth == _FIELD:
            place = self._order.get(name)
            if place is not None:
                self._row[place] = "".join(self._text)
            self._text, self._text_length = [], 0
        elif self._depth == _ROW:
            if self._reject is None:
                self._rows.append((self._row_line, tuple(self._row)))
            else:
                self._rejects.append(self._reject)
        self._depth -= 1

    def _characters(self, text: str) -> None:
        if self._depth >= _FIELD:
            self._text_length += len(text)
            if self._text_length > LINE_LIMIT_BYTES:
                detail = f"a text holds more than {LINE_LIMIT_BYTES} characters"
                raise DeliveryStopped("line_too_long", self._file_name, detail, line=self._line())
            self._text.append(text)
        elif text.strip():
            if self._depth == _ROW:
                self._refuse(None, "unknown_field", "expected fields only, found text beside them")
            elif self._depth == _ROOT:
                raise self._malformed(self._parser.CurrentLineNumber)
