"""What facts, their values and programmes are called in both languages, read from `words.toml`.

Here: names. Never here: which value somebody has. Next: findings, changes and amounts are said with
them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from hub.programmes.explanation.texts import Text, joined, quantity, same
from hub.programmes.facts import Fact, load_facts

WORDS_PATH = Path(__file__).parent / "words.toml"
RECEIPTS = frozenset({"receipts", "unit_receipts"})
_SAME_WORDS = {"unit_crises": "crises"}
_YES, _NO = Text("yes", "예"), Text("no", "아니오")
UNKNOWN = Text("unknown", "알 수 없음")

Value = bool | int | str | Sequence[str] | None


@dataclass(frozen=True, slots=True)
class FactWords:
    """How a fact is called, and what it rests on beside records of its own."""

    name: Text
    source: str
    """Figures of the profile that make it: all, assets, or one figure; empty for none."""
    parameter: str
    key: tuple[str, ...]
    """Facts that name the cell of `parameter`."""
    why_unknown: Text
    """Why it may be unknown although every document arrived; empty for most."""


@lru_cache(maxsize=1)
def _content() -> Mapping[str, Any]:
    return tomllib.loads(WORDS_PATH.read_text("utf-8"))


@lru_cache(maxsize=1)
def fact_words() -> Mapping[str, FactWords]:
    """Return how every fact is called."""
    return {
        name: FactWords(
            Text(entry["en"], entry["ko"]),
            entry.get("source", ""),
            entry.get("parameter", ""),
            tuple(entry.get("key", ())),
            Text(*(entry.get("why_unknown", {}).get(each, "") for each in ("en", "ko"))),
        )
        for name, entry in _content()["fact"].items()
    }


def fact_name(name: str) -> Text:
    """Return the name of a fact."""
    found = fact_words().get(name)
    return found.name if found else same(name)


def figure_name(figure: str) -> Text:
    """Return the name of a figure of the profile."""
    entry = _content()["figure"].get(figure)
    return Text(entry["en"], entry["ko"]) if entry else same(figure)


def member_word(kind: str, said: str) -> Text:
    """Return the name of a role in a unit (kind `role`) or why one is not counted (`exclusion`)."""
    entry = _content()[kind].get(said)
    return Text(entry["en"], entry["ko"]) if entry else same(said)


def word(fact: str, value: str, programmes: Mapping[str, Text] | None = None) -> Text:
    """Return the name of a word of an enum or a set; of a receipt the programme's."""
    if fact in RECEIPTS:
        name = (programmes or {}).get(value)
        return same(f"{value} ") + name if name else same(value)
    entry = _content()["word"].get(_SAME_WORDS.get(fact, fact), {}).get(value)
    return Text(entry["en"], entry["ko"]) if entry else same(value)


def value_text(  # noqa: PLR0911  one case a kind of value
    fact: str, value: Value, programmes: Mapping[str, Text] | None = None
) -> Text:
    """Return the value of a fact in words."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, int):
        if fact == "birth_order":
            return Text(f"number {value}", f"{value}번째")
        return quantity(value, fact_of(fact).type)
    if isinstance(value, str):
        return word(fact, value, programmes)
    if not value:
        return Text("none", "없음")
    return joined(word(fact, each, programmes) for each in value)


def fact_of(name: str) -> Fact:
    """Return a fact of the vocabulary."""
    return load_facts()[name]
