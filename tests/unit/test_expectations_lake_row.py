"""The lake row that rules expect is the lake row that conforming makes, for every type."""

import datetime as dt

import duckdb
import polars as pl
import pytest

from expectations.lake_row import lake_types
from hub.conforming import Conformer
from hub.delivery import LINE, RawBatch
from sources.registry import load_catalogue

CATALOGUE = load_catalogue()


class NoTokens:
    """A tokeniser for batches without rows."""

    def tokens(self, ids):
        return pl.Series([None] * len(ids), dtype=pl.Binary)


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as connection:
        yield connection


def test_expected_columns_and_types_are_those_of_the_conformer(connection, tmp_path):
    wrong = {}
    file = tmp_path / "part-00000.parquet"
    for document in CATALOGUE.documents.values():
        family = CATALOGUE.families[document.family]
        for version in document.versions:
            conformer = Conformer(
                document,
                version,
                family,
                CATALOGUE.code_sets,
                NoTokens(),
                made_on=dt.date(2026, 4, 1),
            )
            raw = pl.DataFrame(
                schema={LINE: pl.Int64} | {column.name: pl.String for column in version.columns}
            )
            conformer.conform(RawBatch(raw)).accepted.write_parquet(file)
            found = dict(
                row[:2]
                for row in connection.execute(
                    f"DESCRIBE SELECT * FROM read_parquet('{file}')"
                ).fetchall()
            )
            expected = lake_types(document, version, family)
            if list(found.items()) != list(expected.items()):
                wrong[document.code, version.number] = set(found.items()) ^ set(expected.items())
    assert wrong == {}
