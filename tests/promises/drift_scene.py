"""Deliveries whose layout has drifted: sound ones of the simulated country, written in another shape.

Here: the six changes that senders make without telling. Never here: what the hub makes of them. Next:
`test_schema_drift` lands them.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from hub.catalogue import Column, Delivery, DocumentType, Encoding, Format, SchemaVersion
from hub.delivery import LINE, DeliveryName
from sources.country.rendering.documents import write_delivery
from sources.country.rendering.text_formats import write_json_lines
from sources.readers import open_delivery

NEW = "새로운항목"
NO_NUMBER = "?"
NUMBERS = (Format.WON, Format.THOUSAND_WON, Format.TEN_THOUSAND_WON, Format.INT)
TYPED = (*NUMBERS, Format.DECIMAL, Format.ID13, Format.DATE8, Format.DATE10, Format.DATE6,
         Format.MONTH6, Format.MONTH7, Format.YEAR4)  # fmt: skip
ROWS = 30


@dataclasses.dataclass(frozen=True, slots=True)
class Sound:
    """A delivery as its sender agreed to write it."""

    document: DocumentType
    version: SchemaVersion
    frame: pl.DataFrame
    name: DeliveryName

    @property
    def required(self) -> Column | None:
        """The first column that must be filled, of those with a format where there is one."""
        return next((column for column in self.version.columns if column.required), None)

    @property
    def target(self) -> Column:
        """The column that the changes befall."""
        return self.required or self.version.columns[0]

    @property
    def typed(self) -> Column | None:
        """The first column whose values have a form that can be broken."""
        columns = [column for column in self.version.columns if column.format in TYPED]
        filled = [column for column in columns if self.frame[column.name].null_count() == 0]
        return next(iter(filled or columns), None)

    def numbered(self, sequence: int) -> Sound:
        """The same under another sequence number."""
        return dataclasses.replace(self, name=dataclasses.replace(self.name, sequence=sequence))


def read_sound(document: DocumentType, file: Path, rows: int = ROWS) -> Sound:
    """Read a file of the country back into the frame that its writer takes, the first `rows` rows."""
    name = DeliveryName.parse(file.name)
    opened = open_delivery(document, name, file)
    frame = pl.concat([batch.frame for batch in opened.batches()]).drop(LINE)
    numbers = [column.name for column in opened.version.columns if column.format in NUMBERS]
    sizes = [column.name for column in opened.version.columns if column.format is Format.DECIMAL]
    typed = frame.with_columns(pl.all().str.strip_chars().replace("", None)).with_columns(
        pl.col(numbers).cast(pl.Int64, strict=False), pl.col(sizes).cast(pl.Float64, strict=False)
    )
    return Sound(document, opened.version, typed.head(rows), name)


def _without_amount(document: DocumentType) -> DocumentType:
    """The type as a sender sees it who adds nothing up."""
    columns = (Column("x", "x", Format.TEXT, is_own=True),)
    versions = (dataclasses.replace(document.versions[0], columns=columns),)
    return dataclasses.replace(document, versions=versions)


def write(
    sound: Sound, version: SchemaVersion | None = None, frame: pl.DataFrame | None = None
) -> bytes:
    """Write a delivery as its sender would, in another layout where one is given."""
    layout = version or sound.version
    document = sound.document
    if layout.by_canonical(document.amount_column or "") is None:
        document = _without_amount(document)
    shown = sound.frame if frame is None else frame
    return write_delivery(document, layout, shown, sound.name)


def with_columns(sound: Sound, columns: list[Column]) -> SchemaVersion:
    return dataclasses.replace(sound.version, columns=tuple(columns))


def dropped(sound: Sound) -> bytes:
    """Without one column."""
    left = [column for column in sound.version.columns if column != sound.target]
    return write(sound, with_columns(sound, left), sound.frame.drop(sound.target.name))


def added(sound: Sound) -> bytes:
    """With a column that nobody announced."""
    new = Column(NEW, NEW, Format.TEXT, is_own=True, width=8)
    frame = sound.frame.with_columns(pl.lit("a").alias(NEW))
    return write(sound, with_columns(sound, [*sound.version.columns, new]), frame)


def renamed(sound: Sound) -> bytes:
    """With one column called otherwise; a fixed-width file has no names to change."""
    old = sound.target
    columns = [
        dataclasses.replace(column, name=NEW) if column == old else column
        for column in sound.version.columns
    ]
    return write(sound, with_columns(sound, columns), sound.frame.rename({old.name: NEW}))


def retyped(sound: Sound) -> bytes:
    """With words where numbers, dates or IDs were agreed."""
    column = sound.typed or sound.target
    frame = sound.frame.with_columns(pl.lit(NO_NUMBER).alias(column.name))
    if column.canonical == sound.document.amount_column:
        sound = dataclasses.replace(sound, document=_without_amount(sound.document))
    text = [
        dataclasses.replace(each, format=Format.TEXT) if each == column else each
        for each in sound.version.columns
    ]
    return write(sound, with_columns(sound, text), frame)


def otherwise_encoded(sound: Sound) -> bytes:
    """In the other of the two encodings, with the old one still agreed."""
    content = write(sound)
    if sound.document.delivery is Delivery.PARQUET:
        return _as_bytes(content)
    old = sound.document.encoding
    new = Encoding.CP949 if old is Encoding.UTF_8 else Encoding.UTF_8
    return content.decode(old.value).encode(new.value, "replace")


def _as_bytes(content: bytes) -> bytes:
    """Parquet has no encoding; a careless writer's texts are bytes of CP949."""
    file = pq.ParquetFile(io.BytesIO(content))
    table = file.read()
    for place, field in enumerate(table.schema):
        if not (pa.types.is_integer(field.type) or pa.types.is_floating(field.type)):
            texts = [text and text.encode("cp949", "replace") for text in table[place].to_pylist()]
            table = table.set_column(place, field.name, pa.array(texts, pa.binary()))
    return _parquet(table, file)


def _parquet(table: pa.Table, like: pq.ParquetFile) -> bytes:
    named = {key: value for key, value in like.metadata.metadata.items() if b"delivery." in key}
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(named), sink)
    return sink.getvalue()


def wider(sound: Sound) -> bytes:
    """Wider: longer fields, more fields a row, lists for values, or another size of number."""
    target = sound.target
    match sound.document.delivery:
        case Delivery.FIXED_WIDTH:
            columns = [
                dataclasses.replace(column, width=(column.width or 0) + 3) if column == target else column
                for column in sound.version.columns
            ]  # fmt: skip
            return write(sound, with_columns(sound, columns))
        case Delivery.CSV:
            header, *rows = write(sound).splitlines(keepends=True)
            return header + b"".join(row.replace(b"\n", b",\n") for row in rows)
        case Delivery.JSON_LINES:
            return write_json_lines(
                sound.frame.with_columns(pl.concat_list(pl.col(target.name)).alias(target.name))
            )
        case Delivery.XML:
            element = f"<{target.name}>".encode(sound.document.encoding.value)
            return write(sound).replace(b"<row>", b"<row>" + element + element.replace(b"<", b"</"))
        case Delivery.PARQUET:
            return _narrower_numbers(write(sound))


def _narrower_numbers(content: bytes) -> bytes:
    """Thirty-two bits a number and dictionaries of texts: the same values in other types."""
    file = pq.ParquetFile(io.BytesIO(content))
    table = file.read()
    for place, field in enumerate(table.schema):
        fits = pa.types.is_int64(field.type)
        if fits and all(abs(each or 0) < 1 << 31 for each in table[place].to_pylist()):
            table = table.set_column(place, field.name, table[place].cast(pa.int32()))
        elif not fits and not pa.types.is_floating(field.type):
            table = table.set_column(place, field.name, table[place].dictionary_encode())
    return _parquet(table, file)


CHANGES: dict[str, Callable[[Sound], bytes]] = {
    "dropped": dropped,
    "added": added,
    "renamed": renamed,
    "retyped": retyped,
    "encoding": otherwise_encoded,
    "width": wider,
}
