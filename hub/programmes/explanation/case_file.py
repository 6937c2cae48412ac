"""What an explanation needs beside the replay: records, names, parameters, what is stored.

Here: types. Never here: where they are read (`pipelines.explain_commands`). Next: `explaining` and
`consulting` take a case file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.programmes.explanation.texts import NOTHING, Text, day_text, same
from hub.programmes.parameters import ParameterValue


@dataclass(frozen=True, slots=True)
class Document:
    """A document type and who sends it."""

    code: str
    name: Text
    institution: Text

    @property
    def text(self) -> Text:
        """Name and code."""
        return self.name + same(f" ({self.code})")


@dataclass(frozen=True, slots=True)
class Source:
    """One record that tells a fact."""

    person_id: str
    fact: str
    """A fact, or a figure of the profile (`earned`, `financial`)."""
    said: str | int | None
    """Word or amount (won) that it tells; None where the fact is counted from several records."""
    document_type: str
    delivery_id: str
    line: int | None
    received_on: dt.date | None
    unit: str = "won"
    """Of an amount: won, won_per_month or won_per_year (the total of a year)."""


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the assistance unit."""

    person_id: str
    role: str
    age_years: int | None
    is_counted: bool
    reason: str
    source: Source | None


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as the night stored it."""

    outcome: str
    fail_mask: int
    unknown_mask: int
    amount: int | None
    payable_amount: int | None
    interaction_codes: tuple[str, ...]
    is_received: bool


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything known of one person and the person's unit that sentences may name."""

    person_id: str
    household_id: str | None
    night: dt.date
    """Facts are of this day."""
    release_id: str
    values: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Scope → facts of the subject that are one column (numbers, words, yes and no)."""
    births: Mapping[str, dt.date] = field(default_factory=dict)
    members: tuple[Member, ...] = ()
    sources: tuple[Source, ...] = ()
    """Of the person and of all counted members."""
    gaps: Mapping[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    """(programme, bit) → document types that never arrived."""
    documents: Mapping[str, Document] = field(default_factory=dict)
    programmes: Mapping[str, Text] = field(default_factory=dict)
    parameters: tuple[ParameterValue, ...] = ()
    """In force on the day."""
    meanings: Mapping[str, str] = field(default_factory=dict)
    """Parameter → meaning, in English."""
    means: Mapping[str, int] = field(default_factory=dict)
    """Parts of the unit's recognised income, won a month."""

    def document(self, code: str) -> Document:
        """Return a document type; one that is not known is called by its code."""
        return self.documents.get(code) or Document(code, NOTHING, NOTHING)

    def value(self, name: str) -> object:
        """Return a fact of the person, which has those of the unit, too."""
        for scope in ("person", "household"):
            if (found := self.values.get(scope, {}).get(name)) is not None:
                return found
        return None

    def parameter(self, name: str, key: str | None = None) -> ParameterValue | None:
        """Return a cell of the law; without a key the only one."""
        found = [each for each in self.parameters if each.parameter == name]
        if key is not None:
            found = [each for each in found if each.key == key]
        return found[0] if len(found) == 1 else None


def source_text(source: Source, case: CaseFile) -> Text:
    """Return where a record stands: document type, delivery, line, when it was received."""
    told = case.document(source.document_type).text
    line = Text(f", line {source.line}", f", {source.line}행") if source.line else NOTHING
    received = NOTHING
    if source.received_on:
        day = day_text(source.received_on)
        received = Text(f", received {day.en}", f", 접수 {day.ko}")
    delivery = Text(f", delivery {source.delivery_id}", f", 전송 {source.delivery_id}")
    return told + (delivery if source.delivery_id else NOTHING) + line + received


def parameter_text(value: ParameterValue) -> Text:
    """Return notice, span of days and law of an amount of the law."""
    first = day_text(value.valid_from)
    modelled = NOTHING if value.status == "attested" else Text(", modelled", ", 추정치")
    return (
        Text(
            f"notice {value.notice}, valid from {first.en}, {value.legal_basis}",
            f"고시 {value.notice}, {first.ko}부터, {value.legal_basis}",
        )
        + modelled
    )
