"""Code lists, programmes, the programme crosswalk and the kinds of income and assets.

Here: reading and validating `codes/*.toml`, `_programmes.toml`, `_programme_crosswalk.toml` and
`_income_asset_kinds.toml`. Never here: which column uses which list (`families`, `documents`).
Next: `documents` checks every sender's code map against these lists.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.catalogue import RECORD_ACTIONS, CodeSet, IncomeAssetKind, Programme
from sources.registry.fields import (
    CODE_SET,
    CODE_WORD,
    CROSSWALK,
    INCOME_ASSET_KIND,
    PROGRAMME,
    Entry,
    list_of,
    name_of,
    read_toml,
)
from sources.registry.problems import Place, Problem

GRADE_SET = "entitlement_grade"
PROGRAMME_SET = "welfare_programme"
"""The code set that is made of the programmes and the crosswalk instead of a file in `codes/`."""
RECORD_ACTION_SET = "record_action"

WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_PROGRAMME_CODE = re.compile(r"P\d{3}")
_KIND_CODE = re.compile(r"A\d{2}")


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """The senders' words for programmes."""

    meanings: Mapping[tuple[str, str | None], str]
    """(word, institution or None for all) → programme code, or the word itself where outside."""
    outside: Mapping[str, tuple[str, str, str]]
    """Word outside the programmes → (Korean name, English name, reason)."""
    by_grade: Mapping[str, Mapping[str, str]]
    """Programme → grade word → programme meant, for codes that stand for several."""

    def meaning(self, word: str, institution: str) -> str | None:
        """Return the canonical word for a sender's programme word, or None where unknown."""
        return self.meanings.get((word, institution)) or self.meanings.get((word, None))


def _code_set(file: Path, folder: Path, problems: list[Problem]) -> CodeSet | None:
    place = Place(str(file.relative_to(folder)), file.stem, problems)
    content = read_toml(file, place)
    if not content or not CODE_SET.holds(content, place):
        return None
    if content["name"] != file.stem:
        place.report("name", f"is {content['name']!r}", f"name it {file.stem!r}, as the file")
    is_open, pattern = content.get("open", False), content.get("pattern")
    if is_open != (pattern is not None):
        place.report("pattern", "does not fit `open`", "give a pattern exactly where open = true")
    if pattern is not None:
        try:
            re.compile(pattern)
        except re.error as error:
            place.report("pattern", f"is no regular expression ({error})", "mend the pattern")
            pattern = None
    if not content["words"] and not is_open:
        place.report("words", "is empty", "add words, or make the set open with a pattern")
    words: dict[str, tuple[str, str]] = {}
    groups: dict[str, str] = {}
    for word, names in content["words"].items():
        if not WORD.fullmatch(word):
            place.report(f"words.{word}", "is no code word", "use letters, digits, _ and -")
        if CODE_WORD.holds(names, place, f"words.{word}."):
            words[word] = (names["name_ko"], names["name_en"])
            if pattern is not None and not re.fullmatch(pattern, word):
                place.report(f"words.{word}", "does not match the pattern", "widen the pattern")
            if "group" in names:
                groups[word] = names["group"]
    return CodeSet(
        file.stem, words, is_open, pattern, groups=groups, describes=content["describes"]
    )


def read_code_sets(folder: Path, problems: list[Problem]) -> dict[str, CodeSet]:
    """Read every list in `folder/codes`, by name."""
    sets: dict[str, CodeSet] = {}
    for file in sorted((folder / "codes").glob("*.toml")):
        code_set = _code_set(file, folder, problems)
        if code_set is not None:
            sets[code_set.name] = code_set
    actions = sets.get(RECORD_ACTION_SET)
    place = Place(f"codes/{RECORD_ACTION_SET}.toml", RECORD_ACTION_SET, problems)
    if actions is None or set(actions.words) != set(RECORD_ACTIONS):
        place.report("words", "is not what the hub knows", f"list {', '.join(RECORD_ACTIONS)}")
    if PROGRAMME_SET in sets:
        Place(f"codes/{PROGRAMME_SET}.toml", PROGRAMME_SET, problems).report(
            "name", "is made of _programmes.toml and the crosswalk", "remove the file"
        )
    return sets


def _entries(
    folder: Path, file: str, table: str, key: str, problems: list[Problem]
) -> list[tuple[Place, Entry]]:
    place = Place(file, table, problems)
    entries = list_of(read_toml(folder / file, place), table, place)
    return [(place.at(name_of(entry, key, i)), entry) for i, entry in enumerate(entries, 1)]


def read_programmes(folder: Path, problems: list[Problem]) -> dict[str, Programme]:
    """Read the programmes, by code."""
    programmes: dict[str, Programme] = {}
    for place, entry in _entries(folder, "_programmes.toml", "programme", "code", problems):
        if not PROGRAMME.holds(entry, place):
            continue
        programme = Programme(**entry)
        if not _PROGRAMME_CODE.fullmatch(programme.code):
            place.report("code", "is no programme code", "write P and three digits")
        if programme.code in programmes:
            place.report("code", "is given twice", "give each programme its own code")
        programmes[programme.code] = programme
    return programmes


def read_income_asset_kinds(folder: Path, problems: list[Problem]) -> dict[str, IncomeAssetKind]:
    """Read the kinds of income, assets and debts, by code."""
    kinds: dict[str, IncomeAssetKind] = {}
    for place, entry in _entries(folder, "_income_asset_kinds.toml", "kind", "code", problems):
        if not INCOME_ASSET_KIND.holds(entry, place):
            continue
        kind = IncomeAssetKind(**entry)
        if not _KIND_CODE.fullmatch(kind.code):
            place.report("code", "is no income or asset code", "write A and two digits")
        if kind.code in kinds:
            place.report("code", "is given twice", "give each kind its own code")
        kinds[kind.code] = kind
    return kinds


def _check_grades(
    by_grade: Mapping[str, object],
    programmes: Mapping[str, Programme],
    grades: CodeSet | None,
    place: Place,
) -> dict[str, str]:
    """Return grade word → programme, reporting unknown ones."""
    for grade, programme in by_grade.items():
        if grades is None or grade not in grades.words:
            place.report(
                f"by_grade.{grade}", "is no grade", f"use a word of codes/{GRADE_SET}.toml"
            )
        if not isinstance(programme, str) or programme not in programmes:
            place.report(
                f"by_grade.{grade}", "names no known programme", "use a code of _programmes.toml"
            )
    return {grade: str(programme) for grade, programme in by_grade.items()}


def read_crosswalk(
    folder: Path,
    programmes: Mapping[str, Programme],
    code_sets: Mapping[str, CodeSet],
    problems: list[Problem],
) -> Crosswalk:
    """Read which programme each sender's word stands for."""
    by_grade: dict[str, dict[str, str]] = {}
    meanings: dict[tuple[str, str | None], str] = {}
    outside: dict[str, tuple[str, str, str]] = {}
    for place, entry in _entries(folder, "_programme_crosswalk.toml", "word", "word", problems):
        if not CROSSWALK.holds(entry, place):
            continue
        word, key = entry["word"], (entry["word"], entry.get("institution"))
        if key in meanings:
            place.report("word", "is given twice", "keep one entry, or narrow it by institution")
        if ("programme" in entry) == ("outside" in entry):
            place.report("programme", "is not told from `outside`", "give exactly one of the two")
        elif "programme" in entry:
            if entry["programme"] not in programmes:
                place.report("programme", "is no known programme", "use a code of _programmes.toml")
            meanings[key] = entry["programme"]
            if "by_grade" in entry:
                grades = _check_grades(
                    entry["by_grade"], programmes, code_sets.get(GRADE_SET), place
                )
                by_grade.setdefault(entry["programme"], {}).update(grades)
        else:
            if not entry["outside"].strip() or "name_ko" not in entry or "name_en" not in entry:
                place.report("outside", "is not explained", "give a reason, name_ko and name_en")
                continue
            meanings[key] = word
            outside[word] = (entry["name_ko"], entry["name_en"], entry["outside"])
    return Crosswalk(meanings, outside, by_grade)


def programme_set(programmes: Mapping[str, Programme], crosswalk: Crosswalk) -> CodeSet:
    """Make the code set of programme columns: the programmes and the schemes outside them."""
    words = {code: (p.name_ko, p.name_en) for code, p in programmes.items()}
    words.update({word: (ko, en) for word, (ko, en, _) in crosswalk.outside.items()})
    return CodeSet(
        PROGRAMME_SET,
        words,
        groups={code: programme.ministry for code, programme in programmes.items()},
        outside={word: reason for word, (_, _, reason) in crosswalk.outside.items()},
        describes="Welfare programme, or a scheme outside the 292 under its own word.",
    )
