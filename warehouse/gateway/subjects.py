"""Whose data an answer holds: found in the answer, so it must name them.

Here: the rule that an answer with rows of people has the column `person_id`, and reading it. Never here:
writing it down (the log does). Next: `gateway` logs the people before it shows the rows.

A question that only counts needs no such column. The rule looks at the statement, so it cannot prove
that a row belongs to the person whom it names; releases stay, so a question can be asked again.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from warehouse.gateway.statements import Question, tree_nodes

PERSON = "person_id"
_COUNTS = frozenset({"count", "count_star"})
_OPEN_TABLES = frozenset({"night", "delivery", "programme"})


class NamesNobodyError(Exception):
    """The answer would hold data of people and not say whose."""


def check_names_people(question: Question) -> None:
    """Refuse a question about people whose answer would not name them.

    Raises:
        NamesNobodyError: there is no column person_id, or it is not the one of a table.
    """
    if question.is_explained or question.lists_tables or question.tables <= _OPEN_TABLES:
        return
    node = question.tree["node"]
    if node["type"] != "SELECT_NODE":
        raise NamesNobodyError(
            "ask about people without UNION, so that the answer says whose it is"
        )
    if (node.get("from_table") or {}).get("show_type") == "DESCRIBE" or _only_counts(node):
        return
    if not any(_is_person(item) or item.get("class") == "STAR" for item in node["select_list"]):
        raise NamesNobodyError(
            "the answer must name its people: select the column person_id, or only count"
        )
    for each in tree_nodes(question.tree):
        alias = str(each.get("alias") or "").lower()
        lists = (each.get("column_name_alias"), each.get("aliases"), each.get("rename_list"))
        renamed = PERSON in str([*lists, each.get("replace_list")]).lower()
        if (alias == PERSON and not _is_person(each)) or renamed:
            raise NamesNobodyError("no other column may be called person_id")


def people_of(table: pa.Table) -> list[str]:
    """Return the people whom the answer names."""
    found: set[str] = set()
    for name, column in zip(table.column_names, table.columns, strict=True):
        if name.lower() in {PERSON, "subject_id"} and pa.types.is_string(column.type):
            found |= {each for each in column.unique().to_pylist() if each}
    return sorted(found)


def _is_person(item: dict[str, Any]) -> bool:
    return item.get("class") == "COLUMN_REF" and item["column_names"][-1].lower() == PERSON


def _only_counts(node: dict[str, Any]) -> bool:
    return all(
        item.get("function_name", "").lower() in _COUNTS
        or (item.get("class") == "COLUMN_REF" and not item["column_names"][-1].endswith("_id"))
        for item in node["select_list"]
    ) and any("function_name" in item for item in node["select_list"])
