"""The whole catalogue, loaded once.

Here: the order in which the catalogue's files are read, and the private code lists of senders'
own columns. Never here: the rules of single entries. Next: every room asks `load_catalogue()`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from hub.catalogue import Catalogue, CodeSet, DocumentType, Institution
from sources.registry.code_sets import (
    PROGRAMME_SET,
    programme_set,
    read_code_sets,
    read_crosswalk,
    read_income_asset_kinds,
    read_programmes,
)
from sources.registry.documents import Vocabulary, read_document
from sources.registry.families import read_families
from sources.registry.fields import INSTITUTION, Entry, list_of, name_of, read_toml
from sources.registry.problems import CatalogueError, Place, Problem

CATALOGUE_FOLDER = Path(__file__).parent.parent / "catalogue"

_INSTITUTION_CODE = re.compile(r"I\d{2}")


def _institution(content: Entry, file: Path, place: Place) -> Institution | None:
    entry = content.get("institution")
    if not INSTITUTION.holds(entry, place, "institution.") or not isinstance(entry, dict):
        return None
    institution = Institution(**entry, slug=file.stem)
    if not _INSTITUTION_CODE.fullmatch(institution.code):
        place.report("institution.code", "is no institution code", "write I and two digits")
    if not file.stem.startswith(institution.code + "_"):
        place.report("institution.code", "is not that of the file name", "make both agree")
    return institution


def private_code_sets(documents: Iterable[DocumentType]) -> dict[str, CodeSet]:
    """Make the code lists of senders' own code columns, named `<document code>.<own name>`.

    The Korean name of a word is the sender's code where that is Korean; the English name is the
    word itself.
    """
    words: dict[str, dict[str, tuple[str, str]]] = {}
    for document in documents:
        for version in document.versions:
            for column in version.columns:
                if not column.is_own or not column.code_set or "." not in column.code_set:
                    continue
                held = words.setdefault(column.code_set, {})
                for code, word in column.codes.items():
                    english = word.replace("_", " ").capitalize()
                    korean = code if not code.isascii() else english
                    held.setdefault(word, (korean, english))
    return {name: CodeSet(name, held) for name, held in words.items()}


@lru_cache(maxsize=4)
def load_catalogue(folder: Path = CATALOGUE_FOLDER) -> Catalogue:
    """Read and validate the catalogue in `folder`.

    Returns:
        The catalogue; the words of programme columns are programme codes, and every code column
        names its code set.

    Raises:
        CatalogueError: the catalogue has problems; the error holds all of them.
    """
    problems: list[Problem] = []
    code_sets = read_code_sets(folder, problems)
    programmes = read_programmes(folder, problems)
    crosswalk = read_crosswalk(folder, programmes, code_sets, problems)
    code_sets[PROGRAMME_SET] = programme_set(programmes, crosswalk)
    kinds = read_income_asset_kinds(folder, problems)
    families = read_families(folder, code_sets, problems)
    vocabulary = Vocabulary(families, code_sets, crosswalk, kinds)
    institutions: dict[str, Institution] = {}
    documents: dict[str, DocumentType] = {}
    for file in sorted(folder.glob("I*.toml")):
        start = Place(file.name, "institution", problems)
        content = read_toml(file, start)
        institution = _institution(content, file, start) if content else None
        if institution is None:
            continue
        if institution.code in institutions:
            start.report("institution.code", "is given twice", "keep one file an institution")
        institutions[institution.code] = institution
        for position, entry in enumerate(list_of(content, "document", start), 1):
            place = start.at(name_of(entry, "code", position))
            document = read_document(entry, institution.code, vocabulary, place)
            if document is not None:
                if document.code in documents:
                    place.report("code", "is given twice", "give each type its own number")
                documents[document.code] = document
    if not institutions:
        Place(str(folder.name), "-", problems).report(
            "-", "holds no institution's file", "point to the folder of the catalogue"
        )
    if problems:
        raise CatalogueError(problems)
    code_sets.update(private_code_sets(documents.values()))
    return Catalogue(
        institutions,
        families,
        dict(sorted(documents.items())),
        code_sets,
        programmes,
        kinds,
        crosswalk.by_grade,
    )
