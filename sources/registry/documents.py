"""Document types, read and validated.

Here: the fields of a `[[document]]` and what must agree between them and its columns. Never
here: schema versions (`versions`), single columns (`columns`) or which files there are
(`loading`). Next: `loading` puts the types into the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from hub.catalogue import (
    RECORD_ACTION,
    CodeSet,
    Corrections,
    Cycle,
    Delivery,
    DocumentType,
    Encoding,
    Family,
    Format,
    IncomeAssetKind,
    Kind,
    Mode,
    SchemaVersion,
)
from sources.registry.code_sets import PROGRAMME_SET, Crosswalk
from sources.registry.columns import Writing
from sources.registry.fields import DOCUMENT, Entry, texts_of
from sources.registry.problems import Place
from sources.registry.versions import read_versions

PERSON_KEYS = (
    "national_id",
    "masked_national_id",
    "foreign_id",
    "name_birth_date",
    "business_no",
    "none",
)
USES = (
    "identity",
    "household",
    "status",
    "income",
    "asset",
    "debt",
    "scheme",
    "duplicate",
    "reference",
)
SENSITIVITIES = ("personal", "financial", "health", "criminal", "reference")
STATUSES = ("modelled", "attested")
PPM = 1_000_000

_DOCUMENT_CODE = re.compile(r"(I\d{2})-(F\d{2})-\d{2}")
_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What document types may refer to."""

    families: Mapping[str, Family]
    code_sets: Mapping[str, CodeSet]
    crosswalk: Crosswalk
    income_asset_kinds: Mapping[str, IncomeAssetKind]


def _choice(kind: type[_Choice], entry: Entry, field: str, place: Place) -> _Choice | None:
    try:
        return kind(entry[field])
    except ValueError:
        place.report(field, f"{entry[field]!r} is unknown", f"use one of {', '.join(kind)}")
        return None


def _check_words(entry: Entry, place: Place) -> None:
    """Check the fields whose values are plain words and numbers."""
    for field, known in (
        ("person_key", PERSON_KEYS),
        ("sensitivity", SENSITIVITIES),
        ("status", STATUSES),
    ):
        if entry[field] not in known:
            place.report(field, f"{entry[field]!r} is unknown", f"use one of {', '.join(known)}")
    for use in texts_of(entry, "used_for", place) or [""]:
        if use not in USES:
            place.report("used_for", f"{use!r} is unknown", f"use one or more of {', '.join(USES)}")
    if not entry["legal_basis"].strip():
        place.report(
            "legal_basis", "is empty", "name the law; a type without a legal basis does not load"
        )
    if not 1 <= entry["retention_years"] <= 100:
        place.report("retention_years", "is no number of years", "give 1 to 100")
    if not 0 <= entry.get("quarantine_limit_ppm", 0) <= PPM:
        place.report("quarantine_limit_ppm", "is no share", f"give 0 to {PPM} parts per million")


def _check_code(entry: Entry, institution: str, place: Place) -> None:
    match = _DOCUMENT_CODE.fullmatch(entry["code"])
    if match is None:
        place.report("code", "is no document code", "write <institution>-<family>-<two digits>")
        return
    if match[1] != institution:
        place.report("code", f"is not of institution {institution}", "move it, or mend the code")
    if match[2] != entry["family"]:
        place.report("family", f"{entry['family']!r} is not that of the code", "make both agree")


def _check_corrections(
    corrections: Corrections, versions: tuple[SchemaVersion, ...], place: Place
) -> None:
    needed = {
        Corrections.NONE: set(),
        Corrections.REVERSAL_ROWS: {"new", "reversal"},
        Corrections.CANCEL_AND_REISSUE: {"new", "cancel", "reissue"},
    }[corrections]
    for version in versions:
        column = version.by_canonical(RECORD_ACTION)
        field = f"columns (version {version.number})"
        if (column is None) != (corrections is Corrections.NONE):
            place.report(
                "corrections",
                f"{corrections.value!r} does not fit the columns of version {version.number}",
                f"have a column with own = {RECORD_ACTION!r} exactly where rows are corrected",
            )
        elif column is not None and not needed <= set(column.codes.values()):
            place.report(
                field,
                f"{RECORD_ACTION} lacks {', '.join(sorted(needed - set(column.codes.values())))}",
                f"map codes to {', '.join(sorted(needed))}",
            )


def _check_person_key(
    entry: Entry, family: Family, versions: tuple[SchemaVersion, ...], place: Place
) -> None:
    """Check that the person key is what the columns hold."""
    person = family.person_column
    for version in versions:
        column = version.by_canonical(person) if person else None
        format_ = column.format if column else None
        masked = entry["person_key"] == "masked_national_id"
        open_id = entry["person_key"] in ("national_id", "foreign_id")
        if (open_id and format_ is not Format.ID13) or (masked and format_ is not Format.ID_MASKED):
            place.report(
                "person_key",
                f"{entry['person_key']!r} is not in the columns of version {version.number}",
                f"have {person!r} in that format, or name another key",
            )
        if entry["person_key"] == "name_birth_date" and column is not None:
            place.report("person_key", f"is weaker than {person!r}", "name the ID column's key")


def _constants(
    entry: Entry,
    institution: str,
    family: Family,
    versions: tuple[SchemaVersion, ...],
    vocabulary: Vocabulary,
    place: Place,
) -> dict[str, str]:
    constants: dict[str, str] = {}
    for name, word in entry.get("constants", {}).items():
        field = f"constants.{name}"
        column = family.column(name)
        if column is None or column.kind is not Kind.CODE or not isinstance(word, str):
            place.report(field, f"is no code column of {family.code}", "name a code and its word")
            continue
        if any(version.by_canonical(name) for version in versions):
            place.report(field, "is a column of the file too", "remove the constant or the column")
        code_set = vocabulary.code_sets.get(column.code_set or "")
        meaning = word
        if column.code_set == PROGRAMME_SET:
            meaning = vocabulary.crosswalk.meaning(word, institution) or word
        if code_set is not None and not code_set.accepts(meaning):
            place.report(field, f"{word!r} is not in {code_set.name!r}", "use one of its words")
        constants[name] = meaning
    if family.column("programme_code") and "programme_code" not in constants:
        for version in versions:
            if version.by_canonical("programme_code") is None:
                place.report(
                    "constants.programme_code",
                    f"is missing, and version {version.number} has no such column",
                    "say which programme all rows are about",
                )
    return constants


def read_document(
    entry: Entry, institution: str, vocabulary: Vocabulary, place: Place
) -> DocumentType | None:
    """Check one `[[document]]` and build it.

    Returns:
        The document type, or None where it is too broken to build; problems are reported.
    """
    if not DOCUMENT.holds(entry, place):
        return None
    _check_code(entry, institution, place)
    _check_words(entry, place)
    family = vocabulary.families.get(entry["family"])
    if family is None:
        place.report("family", f"{entry['family']!r} is unknown", "use a code of _families.toml")
    delivery = _choice(Delivery, entry, "delivery", place)
    encoding = _choice(Encoding, entry, "encoding", place)
    cycle = _choice(Cycle, entry, "cycle", place)
    mode = _choice(Mode, entry, "mode", place)
    corrections = _choice(Corrections, entry, "corrections", place)
    kind = entry.get("income_asset_code")
    if kind is not None and kind not in vocabulary.income_asset_kinds:
        place.report(
            "income_asset_code", f"{kind!r} is unknown", "use a code of _income_asset_kinds.toml"
        )
    if not (family and delivery and encoding and cycle and mode and corrections):
        return None
    if delivery in (Delivery.JSON_LINES, Delivery.PARQUET) and encoding is not Encoding.UTF_8:
        place.report("encoding", f"does not fit {delivery.value}", "use 'utf-8'")
    writing = Writing(
        entry["code"],
        institution,
        family,
        delivery,
        encoding,
        vocabulary.code_sets,
        vocabulary.crosswalk,
    )
    versions = read_versions(entry, writing, place)
    _check_corrections(corrections, versions, place)
    _check_person_key(entry, family, versions, place)
    if not any(version.by_canonical(name) for version in versions for name in family.natural_key):
        place.report("columns", "hold no natural key", f"feed a key of family {family.code}")
    return DocumentType(
        code=entry["code"],
        institution=institution,
        family=family.code,
        name_ko=entry["name_ko"],
        name_en=entry["name_en"],
        describes=entry["describes"],
        delivery=delivery,
        encoding=encoding,
        cycle=cycle,
        mode=mode,
        person_key=entry["person_key"],
        corrections=corrections,
        versions=versions,
        legal_basis=entry["legal_basis"],
        used_for=tuple(entry["used_for"]),
        retention_years=entry["retention_years"],
        sensitivity=entry["sensitivity"],
        status=entry["status"],
        income_asset_code=kind,
        quarantine_limit_ppm=entry.get("quarantine_limit_ppm", 50_000),
        constants=_constants(entry, institution, family, versions, vocabulary, place),
    )
