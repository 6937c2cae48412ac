"""What a document type is: frozen catalogue types, read by every room.

Here: the shapes (institution, family, document type, column, code set) and questions that the
shapes answer about themselves. Never here: files, TOML or I/O; reading and validating the
catalogue is `sources.registry`'s work. Next: readers, conversion, suites, assets, the simulated
country and the reference pages are all derived from these objects.
"""

from hub.catalogue.documents import (
    Catalogue,
    Column,
    DocumentType,
    IncomeAssetKind,
    Institution,
    Programme,
    SchemaVersion,
)
from hub.catalogue.families import CodeSet, Family, FamilyColumn
from hub.catalogue.terms import (
    DUCKDB_TYPE,
    KIND_OF_FORMAT,
    RECORD_ACTION,
    RECORD_ACTIONS,
    WON_PER_UNIT,
    Corrections,
    Cycle,
    Delivery,
    Encoding,
    Format,
    Kind,
    Mode,
)

__all__ = [
    "DUCKDB_TYPE",
    "KIND_OF_FORMAT",
    "RECORD_ACTION",
    "RECORD_ACTIONS",
    "WON_PER_UNIT",
    "Catalogue",
    "CodeSet",
    "Column",
    "Corrections",
    "Cycle",
    "Delivery",
    "DocumentType",
    "Encoding",
    "Family",
    "FamilyColumn",
    "Format",
    "IncomeAssetKind",
    "Institution",
    "Kind",
    "Mode",
    "Programme",
    "SchemaVersion",
]
