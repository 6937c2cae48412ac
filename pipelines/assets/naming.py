"""Asset keys and groups, derived from the catalogue: the layer comes first.

Add here: the key of a new layer. Never here: assets.
"""

from __future__ import annotations

import dagster as dg

from hub.catalogue import Catalogue, DocumentType, Family
from hub.extracts.contracts import contracted_ministries

INTAKE = dg.AssetKey(["landing", "intake"])
PERSON_INDEX = dg.AssetKey(["identity", "person_index"])
HOUSEHOLDS = dg.AssetKey(["households", "household"])
PROFILES = dg.AssetKey(["profile", "income_and_assets"])
DECISIONS = dg.AssetKey(["decisions", "decision"])
FINDINGS = dg.AssetKey(["findings", "finding"])
RELEASE = dg.AssetKey(["release", "current"])
ACCESS_REVIEW = dg.AssetKey(["access", "review"])
ELIGIBILITY = dg.AssetKey(["extract", "eligibility"])


def institution_group(document: DocumentType, catalogue: Catalogue) -> str:
    """Group of a document type's asset: its institution, such as `I03_national_tax_service`."""
    return catalogue.institutions[document.institution].slug


def document_key(document: DocumentType) -> dg.AssetKey:
    """`landing/<institution>/<type>`, for example `landing/I03/I03_F11_02`."""
    return dg.AssetKey(["landing", document.institution, document.code.replace("-", "_")])


def family_key(family: Family) -> dg.AssetKey:
    """`families/<family>`, for example `families/f11_wage_income`."""
    return dg.AssetKey(["families", f"{family.code.lower()}_{family.name}"])


def extract_key(ministry: str) -> dg.AssetKey:
    """`extract/<ministry>`."""
    return dg.AssetKey(["extract", ministry.lower()])


def extract_keys() -> list[dg.AssetKey]:
    """Asset keys of the extracts of all ministries that have a contract."""
    return [extract_key(ministry) for ministry in contracted_ministries()]


def document_keys(catalogue: Catalogue) -> dict[str, dg.AssetKey]:
    """Asset key of every document type, by code."""
    return {code: document_key(document) for code, document in catalogue.documents.items()}
