"""Names and values as SQL quotes them.

Here: quoting, for statements that cannot take a value as a parameter. Never here: statements.
"""

from __future__ import annotations

from pathlib import Path


def name(text: str) -> str:
    """Return the name of a table, column or schema, in double quotes."""
    return '"' + text.replace('"', '""') + '"'


def literal(value: str | Path) -> str:
    """Return a text or path as a literal, in single quotes."""
    return "'" + str(value).replace("'", "''") + "'"
