"""The columns of a sender's file, read and validated.

Here: what one column entry must hold, given its family, the code lists and how the delivery is
written. Never here: schema versions and document fields (`documents`). Next: `documents` puts
columns together into schema versions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.catalogue import (
    RECORD_ACTION,
    CodeSet,
    Column,
    Delivery,
    Encoding,
    Family,
    Format,
    Kind,
)
from sources.registry.code_sets import PROGRAMME_SET, RECORD_ACTION_SET, WORD, Crosswalk
from sources.registry.families import is_column_name
from sources.registry.fields import Entry
from sources.registry.problems import Place

FORMATS_OF_KIND: Mapping[Kind, tuple[Format, ...]] = {
    Kind.ID: (Format.ID13, Format.ID_MASKED),
    Kind.TEXT: (Format.TEXT,),
    Kind.KEY: (Format.TEXT, Format.BRN10),
    Kind.CODE: (Format.CODE, Format.TEXT),
    Kind.DATE: (Format.DATE8, Format.DATE10, Format.DATE6),
    Kind.MONTH: (Format.MONTH6, Format.MONTH7),
    Kind.YEAR: (Format.YEAR4,),
    Kind.KRW: (Format.WON, Format.THOUSAND_WON, Format.TEN_THOUSAND_WON),
    Kind.INT: (Format.INT,),
    Kind.DECIMAL: (Format.DECIMAL,),
    Kind.BOOL: (Format.YN, Format.B10, Format.KO_YN),
}
LEAST_WIDTH: Mapping[Format, int] = {
    Format.ID13: 13,
    Format.ID_MASKED: 14,
    Format.DATE8: 8,
    Format.DATE10: 10,
    Format.DATE6: 6,
    Format.MONTH6: 6,
    Format.MONTH7: 7,
    Format.YEAR4: 4,
    Format.KO_YN: 2,
    Format.BRN10: 10,
}
"""Bytes that a value of the format needs; one byte where nothing is said."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What the columns of one document type are checked against."""

    document: str
    institution: str
    family: Family
    delivery: Delivery
    encoding: Encoding
    code_sets: Mapping[str, CodeSet]
    crosswalk: Crosswalk


def _fits(text: str, encoding: Encoding) -> int | None:
    """Return the bytes that `text` takes in `encoding`, or None where it cannot be written."""
    try:
        return len(text.encode(encoding))
    except UnicodeEncodeError:
        return None


def _check_width(entry: Entry, field: str, format_: Format, writing: Writing, place: Place) -> None:
    width = entry.get("width")
    if writing.delivery is not Delivery.FIXED_WIDTH:
        if width is not None:
            place.report(f"{field}.width", "is for fixed width only", "remove it")
        return
    if width is None:
        place.report(f"{field}.width", "is missing", "give the width in bytes")
        return
    codes = [_fits(code, writing.encoding) or 0 for code in entry.get("codes", {})]
    least = max([LEAST_WIDTH.get(format_, 1), *codes])
    if width < least:
        place.report(f"{field}.width", f"{width} is too small", f"give it at least {least} bytes")


def _codes(
    entry: Entry, field: str, code_set: CodeSet | None, writing: Writing, place: Place
) -> dict[str, str]:
    """Return the code map with canonical words, reporting codes and words that cannot be."""
    codes: dict[str, str] = {}
    for code, word in entry.get("codes", {}).items():
        if not isinstance(word, str) or not WORD.fullmatch(word):
            place.report(f"{field}.codes.{code}", "names no code word", "write a word as a text")
            continue
        if code != code.strip() or not code or _fits(code, writing.encoding) is None:
            place.report(
                f"{field}.codes.{code}", "cannot be written so", f"fit it to {writing.encoding}"
            )
        meaning: str | None = word
        if code_set is not None and code_set.name == PROGRAMME_SET:
            meaning = writing.crosswalk.meaning(word, writing.institution)
            if meaning is None:
                place.report(
                    f"{field}.codes.{code}",
                    f"{word!r} is no known programme word",
                    "add it to _programme_crosswalk.toml",
                )
                continue
        elif code_set is not None and word not in code_set.words:
            place.report(
                f"{field}.codes.{code}",
                f"{word!r} is not in code set {code_set.name!r}",
                f"use one of its words, or add it to codes/{code_set.name}.toml",
            )
        codes[code] = meaning or word
    return codes


def _code_set_name(entry: Entry, field: str, is_own: bool, writing: Writing, place: Place) -> str:
    """Return the name of the code set of a code column: the family's, a shared or a private one."""
    given = entry.get("code_set")
    name = entry["own"] if is_own else entry["canonical"]
    if not is_own:
        if given is not None:
            place.report(f"{field}.code_set", "is the family's to say", "remove it")
        column = writing.family.column(name)
        return (column.code_set if column else None) or ""
    if name == RECORD_ACTION:
        return RECORD_ACTION_SET
    if given is not None and given not in writing.code_sets:
        place.report(f"{field}.code_set", f"{given!r} is unknown", f"add codes/{given}.toml")
    return given or f"{writing.document}.{name}"


def _check_canonical(
    entry: Entry, field: str, format_: Format, writing: Writing, place: Place
) -> None:
    canonical = writing.family.column(entry["canonical"])
    if canonical is None:
        place.report(
            f"{field}.canonical",
            f"{entry['canonical']!r} is no column of family {writing.family.code}",
            "name a column of the family, or write `own` instead",
        )
        return
    if format_ not in FORMATS_OF_KIND[canonical.kind]:
        allowed = ", ".join(FORMATS_OF_KIND[canonical.kind])
        place.report(
            f"{field}.format",
            f"{format_.value!r} does not fit a column of kind {canonical.kind.value!r}",
            f"use one of {allowed}",
        )
    if canonical.kind is Kind.CODE and format_ is Format.TEXT:
        code_set = writing.code_sets.get(canonical.code_set or "")
        if code_set is not None and not code_set.is_open:
            place.report(
                f"{field}.format",
                f"'text' needs an open code set, and {code_set.name!r} is closed",
                "use 'code' with a code map",
            )


def _check_own(entry: Entry, field: str, format_: Format, writing: Writing, place: Place) -> None:
    name = entry["own"]
    if name == RECORD_ACTION:
        if format_ is not Format.CODE:
            place.report(f"{field}.format", "is not 'code'", "map the sender's codes to actions")
    elif not is_column_name(name):
        place.report(f"{field}.own", f"{name!r} is no column name", "use lower case, no lake name")
    if writing.family.column(name) is not None:
        place.report(
            f"{field}.own",
            f"{name!r} is a column of family {writing.family.code}",
            "write `canonical` instead, or take another name",
        )


def read_column(entry: Entry, field: str, writing: Writing, place: Place) -> Column | None:
    """Check one column entry of the right shape and build it.

    Returns:
        The column, or None where the entry is too broken to build it; problems are reported.
    """
    if ("canonical" in entry) == ("own" in entry):
        place.report(field, "has not exactly one of `canonical` and `own`", "give one of the two")
        return None
    try:
        format_ = Format(entry["format"])
    except ValueError:
        place.report(
            f"{field}.format",
            f"{entry['format']!r} is no format",
            f"use one of {', '.join(Format)}",
        )
        return None
    is_own = "own" in entry
    if is_own:
        _check_own(entry, field, format_, writing, place)
    else:
        _check_canonical(entry, field, format_, writing, place)
    if _fits(entry["name"], writing.encoding) is None:
        place.report(f"{field}.name", "cannot be written", f"fit it to {writing.encoding}")
    if (format_ is Format.CODE) != bool(entry.get("codes")):
        place.report(f"{field}.codes", "do not fit the format", "give codes exactly for 'code'")
    _check_width(entry, field, format_, writing, place)
    family_column = None if is_own else writing.family.column(entry["canonical"])
    code_set = None
    if format_ is Format.CODE or (family_column and family_column.kind is Kind.CODE):
        code_set = _code_set_name(entry, field, is_own, writing, place) or None
    elif "code_set" in entry:
        place.report(f"{field}.code_set", "is for codes only", "remove it")
    return Column(
        name=entry["name"],
        canonical=entry["own"] if is_own else entry["canonical"],
        format=format_,
        is_own=is_own,
        codes=_codes(entry, field, writing.code_sets.get(code_set or ""), writing, place),
        width=entry.get("width"),
        required=entry.get("required", False),
        code_set=code_set,
    )
