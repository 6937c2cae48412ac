"""The readers: one a delivery format, never one a document type.

Here: `open_delivery`, which chooses the reader of a type's format. Never here: what values mean
(`hub.conforming`) or where deliveries lie (`warehouse`). A new format is a new module beside
these and an entry in `_READERS`; a new document type needs nothing here. Next: the batches of raw
rows go to conforming.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hub.catalogue import Delivery, DocumentType
from hub.delivery import DeliveryName, DeliveryStopped
from sources.readers.csv_file import open_csv
from sources.readers.fixed_width import open_fixed_width
from sources.readers.json_lines import open_json_lines
from sources.readers.opened import OpenDelivery, Received
from sources.readers.parquet_file import open_parquet
from sources.readers.xml_file import open_xml

__all__ = ["ENDINGS", "OpenDelivery", "Received", "open_delivery"]

_READERS: Mapping[Delivery, Callable[[DocumentType, DeliveryName, Received], OpenDelivery]] = {
    Delivery.CSV: open_csv,
    Delivery.FIXED_WIDTH: open_fixed_width,
    Delivery.XML: open_xml,
    Delivery.JSON_LINES: open_json_lines,
    Delivery.PARQUET: open_parquet,
}

ENDINGS: Mapping[Delivery, str] = {
    Delivery.CSV: "csv",
    Delivery.FIXED_WIDTH: "txt",
    Delivery.XML: "xml",
    Delivery.JSON_LINES: "jsonl",
    Delivery.PARQUET: "parquet",
}
"""Format → ending of the file name."""


def open_delivery(document: DocumentType, name: DeliveryName, received: Received) -> OpenDelivery:
    """Open the delivery called `name`, whose bytes are `received`, under whatever file name.

    Raises:
        DeliveryStopped: the file's frame cannot be understood; further reasons to stop are found
            while the batches are read.
    """
    ending = ENDINGS[document.delivery]
    if name.document != document.code or name.ending != ending:
        detail = f"deliveries of {document.code} end in .{ending}"
        raise DeliveryStopped("file_name_invalid", str(name), detail)
    with received.open("rb") as file:
        is_empty = not file.read(1)
    if is_empty:
        raise DeliveryStopped("empty_file", str(name), "the file has no byte")
    return _READERS[document.delivery](document, name, received)
