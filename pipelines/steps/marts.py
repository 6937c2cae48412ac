"""The marts of a night's release and its data dictionary.

Here: bringing catalogue, declarations and released tables together. Never here: what a mart may
hold (`hub.access.marts`), building one (`warehouse.marts`, `warehouse.mart`), or what a column
means (`warehouse.dictionary`). Next: `publish_release` calls what `night_marts` returns.
"""

from __future__ import annotations

from pathlib import Path

from hub.access.marts import load_marts
from hub.catalogue import Catalogue
from hub.pages.dictionary import dictionary_page
from warehouse.dictionary import Dictionary
from warehouse.dictionary.saying import write_dictionary
from warehouse.layout import Layout
from warehouse.mart import auditor_mart, open_mart
from warehouse.marts.building import build_marts
from warehouse.releases import MartBuilder, Release

PAGE = "dictionary.html"


def night_marts(catalogue: Catalogue) -> MartBuilder:
    """Return what builds all marts of a release: the internal one, and one a role and purpose."""
    dictionary = Dictionary(catalogue)
    internal = auditor_mart(
        say=lambda connection, database, families: write_dictionary(
            connection, dictionary, database, families
        )
    )

    def build(release_folder: Path) -> None:
        internal(release_folder)
        build_marts(release_folder, load_marts(), dictionary)

    return build


def released_dictionary(
    release: Release,
) -> tuple[list[dict[str, str]], list[dict[str, str]]] | None:
    """Return the rows of `dictionary_table` and `dictionary_column` of a release.

    None where it has no dictionary: an older hub published it.
    """
    with open_mart(release, says_meanings=False) as mart:
        if not mart.execute(
            "FROM duckdb_tables() WHERE table_name = 'dictionary_table'"
        ).fetchall():
            return None
        tables = mart.sql("FROM dictionary_table ORDER BY table_name").pl().to_dicts()
        columns = mart.sql("FROM dictionary_column").pl().to_dicts()
    return tables, columns


def write_dictionary_page(layout: Layout, release: Release) -> Path | None:
    """Write the data dictionary of `release` as a page; return its path, or None without one."""
    said = released_dictionary(release)
    if said is None:
        return None
    folder = layout.reports / release.release_id
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / PAGE
    page.write_text(dictionary_page(release.release_id, *said), "utf-8")
    return page
