"""The one reader of the catalogue: TOML files to `hub.catalogue.Catalogue`, validated.

Here: reading, validating and caching `sources/catalogue/`; every problem of every file is found
in one go and named by file, entry and field. Never here: the meaning of a type (`hub.catalogue`)
or what is derived from it. Next: every room asks `load_catalogue()`.
"""

from sources.registry.loading import CATALOGUE_FOLDER, load_catalogue
from sources.registry.problems import CatalogueError, Problem
from sources.registry.versions import FIRST_VERSION_FROM

__all__ = [
    "CATALOGUE_FOLDER",
    "FIRST_VERSION_FROM",
    "CatalogueError",
    "Problem",
    "load_catalogue",
]
