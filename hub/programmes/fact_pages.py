"""The page of the facts, in Markdown.

Here: `docs/facts.md`, made from `facts.toml` and `fact_words.toml`. Never here: facts that these files
do not hold. Next: a contract test fails where the page is not current, and renews it on demand.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hub.programmes.fact_words import FactWords, load_fact_words
from hub.programmes.facts import Fact, load_facts

FACTS_PAGE = Path("docs/facts.md")

_TOP = """<!-- Made from hub/programmes/facts.toml and fact_words.toml; do not edit. -->

# Facts

What conditions and amounts of programmes may ask of a person or of an assistance unit. Facts of the
household are also those of every person who counts in it. A fact that is not known is null, never
"no" and never zero; the table `fact_coverage` of a night says of how many subjects each is known.

The last column says what it means that no record tells the fact: *no* (the register is complete: once
it arrived, who is not in it has not got the fact), *unknown*, *derived* (from other facts, unknown when
one of them is) or *untold* (no document type tells it).
"""
_SETS = """
Sets are held as bit words: value number n (from 0, in the order below) is bit n modulo 64 of word
n // 64. Of a set of at most 64 values there is one column, else one column a word (`receipts_0` to
`receipts_4`, where P001 is bit 0 of word 0). Beside them stand the words `…_known`: the bits of which
it is known whether they are in the set. A bit that is in neither is unknown.
"""
_WORDS = """
## Which words tell which fact

A record tells a value while it is in force on the night's date, a monthly payment while its month is
the night's or the one before; with *months* for so many months after it began. *Complete*: who is
not in the document type is known not to have the value. Programme codes in entitlements (F34), payments
(F35) and training (F40) tell `receipts` besides.
"""


def facts_page() -> str:
    """Return the text of `docs/facts.md`."""
    parts = [_TOP]
    for scope, title in (("person", "Of a person"), ("household", "Of an assistance unit")):
        facts = [fact for fact in load_facts().values() if fact.scope == scope]
        parts.append(f"\n## {title}\n\n{_fact_table(facts)}")
    parts += ["\n## Sets and their values\n", _SETS, "\n", _set_table(), _WORDS, "\n"]
    parts.append(_word_table(load_fact_words()))
    return "".join(parts)


def _fact_table(facts: Iterable[Fact]) -> str:
    rows = [
        (
            f"`{fact.name}`",
            " ".join((fact.type, *(fact.values if fact.type == "enum" else ()))),
            fact.meaning,
            ", ".join(fact.sources),
            fact.missing,
        )
        for fact in facts
    ]
    return _table(("fact", "type", "meaning", "sources", "missing means"), rows)


def _set_table() -> str:
    rows = [
        (f"`{fact.name}`", _span(fact.values), ", ".join((*fact.columns, *fact.known_columns)))
        for fact in load_facts().values()
        if fact.type == "set"
    ]
    return _table(("set", "values", "columns"), rows)


def _span(values: tuple[str, ...]) -> str:
    if values[0] == "P001":
        return f"{values[0]} to {values[-1]}"
    return ", ".join(values)


def _word_table(told: Iterable[FactWords]) -> str:
    rows = [
        (
            f"`{words.fact}`",
            words.value,
            words.document,
            ", ".join(words.words),
            words.months or "",
            "yes" if words.is_complete else "",
        )
        for words in told
    ]
    return _table(("fact", "value", "document type", "words", "months", "complete"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
