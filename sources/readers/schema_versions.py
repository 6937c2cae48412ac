"""Which schema version a delivery is written in.

Here: choosing by stated number or by column names. Never here: reading the names from a file.
Next: the readers name their columns by the version chosen.
"""

from __future__ import annotations

from collections.abc import Collection

from hub.catalogue import DocumentType, SchemaVersion
from hub.delivery import DeliveryName, DeliveryStopped

_MOST_NAMES = 20


def version_stated(
    document: DocumentType, name: DeliveryName, stated: str, line: int | None = None
) -> SchemaVersion:
    """Return the version whose number the delivery states.

    Raises:
        DeliveryStopped: no such version (`schema_unknown`).
    """
    text = stated.strip()
    is_number = text.isascii() and text.isdigit() and len(text) <= 4
    version = document.version(int(text)) if is_number else None
    if version is None:
        known = ", ".join(str(each.number) for each in document.versions)
        detail = f"the stated schema version is not one of {known}"
        raise DeliveryStopped("schema_unknown", str(name), detail, line=line)
    return version


def version_of_columns(
    document: DocumentType, name: DeliveryName, columns: Collection[str], line: int | None = None
) -> SchemaVersion:
    """Return the version that has exactly `columns`; of several, the one in force when made.

    Raises:
        DeliveryStopped: none fits (`schema_unknown`), naming missing and unexpected columns.
    """
    found = set(columns)
    fitting = [
        version
        for version in document.versions
        if len(found) == len(columns) and {column.name for column in version.columns} == found
    ]
    if not fitting:
        raise schema_unknown(document, name, columns, line)
    return preferred(document, name, fitting)


def preferred(
    document: DocumentType, name: DeliveryName, fitting: list[SchemaVersion]
) -> SchemaVersion:
    """Return of several fitting versions the one in force on the day made, or else the latest."""
    in_force = document.version_on(name.made_at.date())
    return in_force if in_force in fitting else fitting[-1]


def schema_unknown(
    document: DocumentType, name: DeliveryName, columns: Collection[str], line: int | None = None
) -> DeliveryStopped:
    """Return the error that names what is missing from and unexpected in the nearest version.

    A first line that shares little with any version is rather somebody's data than a header: its
    words are counted and not shown.
    """
    found = set(columns)
    nearest = min(
        document.versions,
        key=lambda version: len(found ^ {column.name for column in version.columns}),
    )
    expected = {column.name for column in nearest.columns}
    missing = sorted(expected - found)
    unexpected = sorted(shown_name(column) for column in found - expected)[:_MOST_NAMES]
    if 2 * len(found & expected) < len(expected):
        unexpected = [f"{len(found - expected)} others; is it a header at all?"]
    repeated = len(columns) - len(found)
    detail = (
        f"columns fit no schema version; against version {nearest.number}: "
        f"missing {', '.join(missing) or 'none'}; unexpected {', '.join(unexpected) or 'none'}"
        + (f"; {repeated} repeated" if repeated else "")
    )
    return DeliveryStopped("schema_unknown", str(name), detail, line=line)


def shown_name(column: str) -> str:
    """Return a column name of the sender's as far as it can be shown."""
    digits = sum(character.isdigit() for character in column)
    if digits >= 6 or len(column) > 60 or not column.isprintable():
        return "(not a column name)"
    return column or "(empty)"
