"""Which records tell a fact: words of document types, read from `fact_words.toml`.

Here: reading and checking, and the table `fact_word` that the SQL of facts joins. Never here: on
which days a record is in force (`warehouse/sql/decisions/person_told.sql`). Next:
`pipelines.steps.facts` adds the table to the night's.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from hub.catalogue import Catalogue
from hub.programmes.facts import BITS_IN_WORD, Fact, FactError, load_facts

FACT_WORDS_PATH = Path(__file__).parent / "fact_words.toml"
PROGRAMME_FAMILIES = ("F34", "F35", "F40")
"""Families whose senders name programmes; every programme code they use tells a receipt."""

_FIELDS = {"fact", "value", "document", "words", "months", "oldest", "complete"}
_SCHEMA = pl.Schema(
    {
        "fact": pl.String,
        "value": pl.String,
        "word_number": pl.Int64,
        "mask": pl.UInt64,
        "document_type": pl.String,
        "word": pl.String,
        "months": pl.Int64,
        "oldest": pl.Int64,
        "is_complete": pl.Boolean,
        "is_shared": pl.Boolean,
    }
)


@dataclass(frozen=True, slots=True)
class FactWords:
    """Words of a document type that tell one value of a fact.

    `months`: for how long after it began; None while the record is in force. `oldest`: of people of
    at most so many years. `is_complete`: who is not in it is known not to have the value.
    """

    fact: str
    value: str
    document: str
    words: tuple[str, ...]
    months: int | None
    oldest: int | None
    is_complete: bool


@functools.cache
def load_fact_words(path: Path = FACT_WORDS_PATH) -> tuple[FactWords, ...]:
    """Read what tells facts, in the order of the file.

    Raises:
        FactError: an entry is wrong; the message names file, entry and field.
    """
    facts = load_facts()
    found = []
    for place, entry in enumerate(_content(path).get("told", []), start=1):
        for problem in _problems(entry, facts):
            raise FactError(f"{path.name}: told number {place}: {problem}")
        found.append(
            FactWords(
                fact=entry["fact"],
                value=entry["value"],
                document=entry["document"],
                words=tuple(entry["words"]),
                months=entry.get("months"),
                oldest=entry.get("oldest"),
                is_complete=entry.get("complete", False),
            )
        )
    return tuple(found)


def household_programmes(path: Path = FACT_WORDS_PATH) -> frozenset[str]:
    """Return the codes of programmes that reach all counted members of a household."""
    return frozenset(_content(path)["household_programmes"])


def fact_word_frame(catalogue: Catalogue) -> pl.DataFrame:
    """One row is a word of a document type and a value of a fact that it tells.

    Columns: fact, value, word_number and mask (of a set: its bit; else 0), document_type, word,
    months, oldest, is_complete, is_shared (a programme of the household). Programme codes of the
    catalogue's code lists tell `receipts` beside what `fact_words.toml` says.
    """
    facts, shared = load_facts(), household_programmes()
    rows = []
    for told in (*load_fact_words(), *_programmes_told(catalogue)):
        number, mask = _bit(facts[told.fact], told.value)
        rows += [
            {
                "fact": told.fact,
                "value": told.value,
                "word_number": number,
                "mask": mask,
                "document_type": told.document,
                "word": word,
                "months": told.months,
                "oldest": told.oldest,
                "is_complete": told.is_complete,
                "is_shared": told.fact == "receipts" and told.value in shared,
            }
            for word in told.words
        ]
    keys = ["fact", "value", "document_type", "word"]
    return pl.DataFrame(rows, schema=_SCHEMA).unique(keys, keep="first").sort(keys)


def _programmes_told(catalogue: Catalogue) -> Iterator[FactWords]:
    codes = frozenset(load_facts()["receipts"].values)
    for family in PROGRAMME_FAMILIES:
        for document in catalogue.by_family[family]:
            named = {document.constants.get("programme_code", "")}
            for version in document.versions:
                column = version.by_canonical("programme_code")
                named |= set(column.codes.values()) if column else set()
            graded = {
                other
                for code in named & catalogue.programme_by_grade.keys()
                for other in catalogue.programme_by_grade[code].values()
            }
            for code in sorted((named | graded) & codes):
                yield FactWords("receipts", code, document.code, (code,), None, None, True)


def _bit(fact: Fact, value: str) -> tuple[int, int]:
    if fact.type != "set":
        return 0, 0
    number, bit = divmod(fact.values.index(value), BITS_IN_WORD)
    return number, 1 << bit


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise FactError(f"{path.name}: not TOML: {error}") from None


def _problems(entry: Mapping[str, Any], facts: Mapping[str, Fact]) -> Iterator[str]:
    for field in ("fact", "value", "document", "words"):
        if not entry.get(field):
            yield f"{field}: is missing; give it"
            return
    if unknown := entry.keys() - _FIELDS:
        yield f"{min(unknown)}: no such field; take it out"
    fact = facts.get(entry["fact"])
    if fact is None:
        yield f"fact: '{entry['fact']}' is not in facts.toml"
    elif entry["value"] not in (fact.values or ("true",)):
        yield f"value: '{entry['value']}' is no value of {fact.name}"
