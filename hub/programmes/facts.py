"""The vocabulary of facts: what conditions and amounts of programmes may ask, and of which type.

Here: the reading and checking of `facts.toml`, and which columns hold a fact. Never here: how a fact
is found (`warehouse/sql/decisions`) or what a programme asks. Next: the programmes' expressions are
typed with it, and the subject tables must have exactly its columns.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

FACTS_PATH = Path(__file__).parent / "facts.toml"

SCOPES = ("person", "household")
TYPES = (
    "boolean",
    "count",
    "years",
    "months",
    "days",
    "won",
    "won_per_month",
    "ppm",
    "enum",
    "set",
)
MISSING = ("no", "unknown", "derived", "untold")
BITS_IN_WORD = 64

_REQUIRED = ("name", "scope", "type", "missing", "meaning", "sources")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class FactError(ValueError):
    """The vocabulary is wrong; the message names file, entry, field and what to do."""


@dataclass(frozen=True)
class Fact:
    """One fact of a person or of an assistance unit.

    `type` is one of `TYPES`: amounts in won, shares in millionths, spans in the unit of their name.
    `values` are the words of an enum or a set, in the order of their bits. `missing` says what it
    means that no record tells the fact: `no`, `unknown`, `derived` or `untold` (see `facts.toml`).
    """

    name: str
    scope: str
    type: str
    values: tuple[str, ...]
    missing: str
    meaning: str
    sources: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that hold the fact; of a set the words with the bits in it."""
        if self.type != "set" or len(self.values) <= BITS_IN_WORD:
            return (self.name,)
        return tuple(f"{self.name}_{word}" for word in range(self._word_count))

    @property
    def known_columns(self) -> tuple[str, ...]:
        """Of a set: the words with the bits that are known, in the set or not; else nothing."""
        if self.type != "set":
            return ()
        if len(self.values) <= BITS_IN_WORD:
            return (f"{self.name}_known",)
        return tuple(f"{self.name}_known_{word}" for word in range(self._word_count))

    @property
    def column_type(self) -> str:
        """The type of the columns in DuckDB."""
        return {"boolean": "BOOLEAN", "enum": "VARCHAR", "set": "UBIGINT"}.get(self.type, "BIGINT")

    @property
    def _word_count(self) -> int:
        return -(-len(self.values) // BITS_IN_WORD)

    def bit(self, value: str) -> tuple[int, int]:
        """Return word number and bit number of a value of a set.

        Raises:
            FactError: the set has no such value.
        """
        if self.type != "set" or value not in self.values:
            raise FactError(f"fact {self.name}: no value '{value}'; use one of its `values`")
        return divmod(self.values.index(value), BITS_IN_WORD)


@functools.cache
def load_facts(path: Path = FACTS_PATH) -> Mapping[str, Fact]:
    """Read the vocabulary; facts by name in the order of the file.

    Raises:
        FactError: an entry is wrong.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise FactError(f"{path.name}: not TOML: {error}") from None
    if unknown := content.keys() - {"fact"}:
        raise FactError(f"{path.name}: no key '{min(unknown)}' is known; write [[fact]] entries")
    facts: dict[str, Fact] = {}
    for place, entry in enumerate(content.get("fact", []), start=1):
        where = f"{path.name}: fact {entry.get('name', f'number {place}')}"
        for problem in _problems(entry):
            raise FactError(f"{where}: {problem}")
        if entry["name"] in facts:
            raise FactError(f"{where}: name: there are two of it; keep one")
        facts[entry["name"]] = Fact(
            name=entry["name"],
            scope=entry["scope"],
            type=entry["type"],
            values=tuple(entry.get("values", ())),
            missing=entry["missing"],
            meaning=entry["meaning"],
            sources=tuple(entry["sources"]),
        )
    return MappingProxyType(facts)


def subject_columns(scope: str) -> dict[str, str]:
    """Return the columns of `person_subject` or `household_subject` and their types, in order.

    A person has the facts of the household as well. The key `subject_id` comes first.
    """
    columns = {"subject_id": "VARCHAR"}
    for fact in load_facts().values():
        if scope in (fact.scope, "person"):
            columns |= dict.fromkeys((*fact.columns, *fact.known_columns), fact.column_type)
    return columns


def _problems(entry: Mapping[str, object]) -> Iterator[str]:
    """Tell what is wrong with an entry, field first."""
    for field in _REQUIRED:
        if not entry.get(field):
            yield f"{field}: is missing; give it"
            return
    if unknown := entry.keys() - {*_REQUIRED, "values"}:
        yield f"{min(unknown)}: no such field; take it out"
    if not _NAME.fullmatch(str(entry["name"])):
        yield "name: write small letters, digits and underscores"
    for field, words in (("scope", SCOPES), ("type", TYPES), ("missing", MISSING)):
        if entry[field] not in words:
            yield f"{field}: '{entry[field]}' is none of {', '.join(words)}"
    values = entry.get("values")
    if entry["type"] in ("enum", "set"):
        if not isinstance(values, list) or not values:
            yield "values: an enum or a set needs its words; list them"
        elif len(set(values)) < len(values):
            yield "values: a word stands there twice; keep one"
    elif values is not None:
        yield "values: only an enum or a set has words; take them out"
    if not isinstance(entry["sources"], list):
        yield "sources: write a list of document types, families or tables"
