"""The one reader of the catalogue: TOML files to `hub.catalogue.Catalogue`, validated.

Here: reading, validating and caching `sources/catalogue/`. Never here: the meaning of a type
(`hub.catalogue`) or what is derived from it. Next: every room asks `load_catalogue()`.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from hub.catalogue import (
    Catalogue,
    CodeSet,
    Column,
    Corrections,
    Cycle,
    Delivery,
    DocumentType,
    Encoding,
    Family,
    FamilyColumn,
    Format,
    Institution,
    Kind,
    Mode,
    SchemaVersion,
)

CATALOGUE_FOLDER = Path(__file__).parent / "catalogue"
FIRST_VERSION_FROM = dt.date(2010, 1, 4)


def _column(entry: dict[str, Any]) -> Column:
    is_own = "own" in entry
    return Column(
        name=entry["name"],
        canonical=entry["own"] if is_own else entry["canonical"],
        format=Format(entry["format"]),
        is_own=is_own,
        codes=entry.get("codes", {}),
        width=entry.get("width"),
        required=entry.get("required", False),
        code_set=entry.get("code_set"),
    )


def _versions(entry: dict[str, Any]) -> tuple[SchemaVersion, ...]:
    columns = tuple(_column(column) for column in entry["columns"])
    versions = [SchemaVersion(1, FIRST_VERSION_FROM, columns)]
    for later in entry.get("version", []):
        changes = {change["name"]: change for change in later.get("changes", [])}
        drops = set(later.get("drops", []))
        kept = [column for column in entry["columns"] if column["name"] not in drops]
        merged = [{**column, **changes.get(column["name"], {})} for column in kept]
        columns = tuple(_column(column) for column in [*merged, *later.get("adds", [])])
        versions.append(SchemaVersion(later["number"], later["valid_from"], columns))
    return tuple(versions)


def _document(entry: dict[str, Any], institution: str) -> DocumentType:
    return DocumentType(
        code=entry["code"],
        institution=institution,
        family=entry["family"],
        name_ko=entry["name_ko"],
        name_en=entry["name_en"],
        describes=entry["describes"],
        delivery=Delivery(entry["delivery"]),
        encoding=Encoding(entry["encoding"]),
        cycle=Cycle(entry["cycle"]),
        mode=Mode(entry["mode"]),
        person_key=entry["person_key"],
        corrections=Corrections(entry["corrections"]),
        versions=_versions(entry),
        legal_basis=entry["legal_basis"],
        used_for=tuple(entry["used_for"]),
        retention_years=entry["retention_years"],
        sensitivity=entry["sensitivity"],
        status=entry["status"],
        income_asset_code=entry.get("income_asset_code"),
        quarantine_limit_ppm=entry.get("quarantine_limit_ppm", 50_000),
    )


def _family(entry: dict[str, Any]) -> Family:
    return Family(
        code=entry["code"],
        name=entry["name"],
        grain=entry["grain"],
        columns=tuple(
            FamilyColumn(column["name"], Kind(column["kind"]), column.get("code_set"))
            for column in entry["columns"]
        ),
        natural_key=tuple(entry["natural_key"]),
        valid_from=entry.get("valid_from"),
        valid_to=entry.get("valid_to"),
    )


@lru_cache(maxsize=4)
def load_catalogue(folder: Path = CATALOGUE_FOLDER) -> Catalogue:
    """Read and validate every institution's file in `folder`."""
    institutions: dict[str, Institution] = {}
    documents: dict[str, DocumentType] = {}
    code_sets: dict[str, CodeSet] = {}
    families = {
        entry["code"]: _family(entry)
        for entry in tomllib.loads((folder / "_families.toml").read_text("utf-8"))["family"]
    }
    for file in sorted(folder.glob("I*.toml")):
        content = tomllib.loads(file.read_text("utf-8"))
        institution = Institution(**content["institution"])
        institutions[institution.code] = institution
        for entry in content["document"]:
            documents[entry["code"]] = _document(entry, institution.code)
    return Catalogue(institutions, families, documents, code_sets)
