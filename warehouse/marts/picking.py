"""What a mart shows of a released table, as SQL: its columns, and rows by whom they are about.

Here: one SELECT. Never here: which columns and rows (`hub.access.marts`, `scopes`). Next: the night
copies small tables by it (`building`), and the gateway lays big ones out by it (`gateway.child`), so
that a table is the same whether or not it was copied.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.quoting import name as _name


def select_shown(source: str, columns: Mapping[str, str], condition: str | None = None) -> str:
    """Return the SELECT of what a mart shows of `source`.

    Args:
        source: what stands after FROM.
        columns: column of the mart → column of the source; where they differ, it is a date's year.
        condition: which rows; None: all.
    """
    shown = ", ".join(
        _name(column) if column == own else f"year({_name(own)}) AS {_name(column)}"
        for column, own in columns.items()
    )
    return f"SELECT {shown} FROM {source}" + (f" WHERE {condition}" if condition else "")


def in_scope(key: str, ids: str) -> str:
    """Return the condition that a row's key is one of a table of `id`."""
    return f"{_name(key)} IN (FROM {ids})"
