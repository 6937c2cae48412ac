"""Schema versions of a document type, read and validated.

Here: the columns of version 1 and what later versions add, drop and change. Never here: what one
column must hold (`columns`). Next: `documents` checks the versions against the type's fields.
"""

from __future__ import annotations

import datetime as dt

from hub.catalogue import Column, SchemaVersion
from sources.registry.columns import Writing, read_column
from sources.registry.fields import CHANGE, COLUMN, VERSION, Entry, name_of, texts_of
from sources.registry.problems import Place

FIRST_VERSION_FROM = dt.date(2010, 1, 4)
"""The day the hub opened: schema version 1 of every type is in force from it."""


def _shaped(entries: list[object], prefix: str, place: Place) -> list[tuple[str, Entry]]:
    """Return (field, entry) of the column entries that have their shape."""
    shaped: list[tuple[str, Entry]] = []
    for position, entry in enumerate(entries, 1):
        field = f"{prefix}[{name_of(entry, 'name', position)}]"
        if COLUMN.holds(entry, place, field + ".") and isinstance(entry, dict):
            shaped.append((field, entry))
    return shaped


def _without_repeats(columns: list[tuple[str, Column]], place: Place) -> tuple[Column, ...]:
    for attribute, said in (("name", "name"), ("canonical", "column of the hub")):
        seen: set[str] = set()
        for field, column in columns:
            value = getattr(column, attribute)
            if value in seen:
                place.report(field, f"repeats the {said} {value!r}", "keep one of the two")
            seen.add(value)
    return tuple(column for _, column in columns)


def _changed(
    held: list[tuple[str, Entry]], later: Entry, prefix: str, place: Place
) -> list[tuple[str, Entry]]:
    """Return the column entries after the drops, changes and adds of a later version."""
    names = {entry["name"] for _, entry in held}
    drops = texts_of(later, "drops", place, prefix + ".")
    changes: dict[str, Entry] = {}
    for position, change in enumerate(later.get("changes", []), 1):
        field = f"{prefix}.changes[{name_of(change, 'name', position)}]"
        if CHANGE.holds(change, place, field + "."):
            changes[change["name"]] = change
    for action, gone in (("drops", list(drops)), ("changes", list(changes))):
        for name in gone:
            if name not in names or (action == "changes" and name in drops):
                place.report(
                    f"{prefix}.{action}", f"{name!r} is no column then", "name a column in force"
                )
    kept = [
        (f"{prefix}.changes[{entry['name']}]", {**entry, **changes[entry["name"]]})
        if entry["name"] in changes
        else (field, entry)
        for field, entry in held
        if entry["name"] not in drops
    ]
    adds = _shaped(later.get("adds", []), f"{prefix}.adds", place)
    if not (drops or changes or adds):
        place.report(prefix, "changes nothing", "add, drop or change a column, or remove it")
    return [*kept, *adds]


def read_versions(entry: Entry, writing: Writing, place: Place) -> tuple[SchemaVersion, ...]:
    """Build the schema versions of a document entry, oldest first, reporting what cannot be."""
    held = _shaped(entry["columns"], "columns", place)
    built: dict[int, Column | None] = {}

    def build(entries: list[tuple[str, Entry]]) -> tuple[Column, ...]:
        columns: list[tuple[str, Column]] = []
        for field, column_entry in entries:
            if id(column_entry) not in built:
                built[id(column_entry)] = read_column(column_entry, field, writing, place)
            column = built[id(column_entry)]
            if column is not None:
                columns.append((field, column))
        return _without_repeats(columns, place)

    if not held:
        place.report("columns", "is empty", "list the columns of the sender's file")
    versions = [SchemaVersion(1, FIRST_VERSION_FROM, build(held))]
    steps = [held]
    for position, later in enumerate(entry.get("version", []), 2):
        prefix = f"version[{position}]"
        if not VERSION.holds(later, place, prefix + "."):
            continue
        before = versions[-1]
        if later["number"] != before.number + 1:
            place.report(f"{prefix}.number", "does not follow", f"number it {before.number + 1}")
        if later["valid_from"] <= before.valid_from:
            place.report(
                f"{prefix}.valid_from", "is not after the version before", "give a later day"
            )
        steps.append(_changed(steps[-1], later, prefix, place))
        versions.append(SchemaVersion(later["number"], later["valid_from"], build(steps[-1])))
    return tuple(versions)
