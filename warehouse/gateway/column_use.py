"""Which columns a statement can read, so that no others are laid out.

Here: walking the tree of a judged statement. Never here: what may be seen (`hub.access`). Next: of a
table that is copied for a question, `child` copies these columns.

A column can only be read by its name, and a name stands as text somewhere in the tree. So all texts
of the tree are kept, which is more than the columns and never less; where something reads columns
that it does not name, nothing is left out.
"""

from __future__ import annotations

from typing import Any

from warehouse.gateway.statements import Question, tree_nodes

_UNNAMED = frozenset({"STAR", "POSITIONAL_REFERENCE"})
_UNNAMED_SOURCES = frozenset({"PIVOT", "SHOW_REF"})


def columns_named(question: Question) -> frozenset[str] | None:
    """Return the names, in small letters, among which all columns are that a question can read.

    None: it may read every column (a star, a whole row, a place, NATURAL JOIN, PIVOT, DESCRIBE).
    """
    sources: set[str] = set(question.tables)
    names: set[str] = set()
    rows: set[str] = set()
    for node in tree_nodes(question.tree):
        if node.get("class") in _UNNAMED or node.get("type") in _UNNAMED_SOURCES:
            return None
        if node.get("ref_type") == "NATURAL" or node.get("column_name_alias"):
            return None
        if "column_name_alias" in node or "show_type" in node or "sample" in node:
            sources.add(str(node.get("alias") or "").lower())
        if node.get("class") == "COLUMN_REF" and len(node["column_names"]) == 1:
            rows.add(node["column_names"][0].lower())
        names |= {text.lower() for value in node.values() for text in _texts(value)}
    # A table's own name as a column is the whole row.
    return None if rows & sources else frozenset(names)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
