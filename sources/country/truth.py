"""What is really so: who each row is about, and what was planted for the hub to find.

Here: the truth's files, beside and never among the deliveries. Never here: anything that the hub
may read; only tests and benchmarks open this folder. Next: comparing the hub's answers with it.

Files: `person.parquet` (a person), `identifier.parquet` (a number of a person),
`planted_cases.parquet` (a planted case),
`<YYYYMMDD>/row.parquet` (a delivered row), `<YYYYMMDD>/delivery.parquet` (a file),
`<YYYYMMDD>/bad_row.parquet` (a row to be quarantined).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

_DELIVERY = {
    "institution": pl.String,
    "document_type": pl.String,
    "file_name": pl.String,
    "kind": pl.String,
    "rule": pl.String,
    "rows": pl.Int64,
}
_BAD_ROW = {
    "document_type": pl.String,
    "file_name": pl.String,
    "line": pl.Int64,
    "column": pl.String,
    "rule": pl.String,
}
_ROW = {
    "document_type": pl.String,
    "file_name": pl.String,
    "line": pl.Int64,
    "person_number": pl.Int64,
}


@dataclass(slots=True)
class NightTruth:
    """The truth of one night, gathered file by file."""

    rows: list[tuple[str, str, int, pl.Series]] = field(default_factory=list)
    deliveries: list[tuple[str, str, str, str, str | None, int]] = field(default_factory=list)
    bad_rows: list[tuple[str, str, int, str | None, str]] = field(default_factory=list)

    def add_rows(
        self, document_type: str, file_name: str, first_line: int, person_numbers: pl.Series
    ) -> None:
        """Note whom the rows of a file are about, the first of them on `first_line`."""
        self.rows.append((document_type, file_name, first_line, person_numbers))

    def add_delivery(
        self,
        institution: str,
        document_type: str,
        file_name: str,
        kind: str,
        rule: str | None,
        rows: int,
    ) -> None:
        """Note a file: ordinary, correction, supplement, duplicate, late or hostile."""
        self.deliveries.append((institution, document_type, file_name, kind, rule, rows))

    def add_bad_row(
        self, document_type: str, file_name: str, line: int, column: str | None, rule: str
    ) -> None:
        """Note a row that should be quarantined, and by which rule."""
        self.bad_rows.append((document_type, file_name, line, column, rule))

    def write(self, folder: Path, day: dt.date) -> None:
        """Write the night's three tables below `folder`."""
        place = folder / f"{day:%Y%m%d}"
        place.mkdir(parents=True, exist_ok=True)
        self._rows().write_parquet(place / "row.parquet")
        deliveries = pl.DataFrame(self.deliveries, schema=_DELIVERY, orient="row")
        deliveries.sort("institution", "file_name").write_parquet(place / "delivery.parquet")
        bad_rows = pl.DataFrame(self.bad_rows, schema=_BAD_ROW, orient="row")
        bad_rows.sort("file_name", "line").write_parquet(place / "bad_row.parquet")

    def _rows(self) -> pl.DataFrame:
        if not self.rows:
            return pl.DataFrame(schema=_ROW)
        told = sorted(self.rows, key=lambda row: row[:2])
        files = pl.DataFrame(
            {
                "document_type": [row[0] for row in told],
                "file_name": [row[1] for row in told],
                "line": [row[2] for row in told],
                "rows": [len(row[3]) for row in told],
            }
        )
        places = files.select(
            "document_type",
            "file_name",
            pl.int_ranges("line", pl.col("line") + pl.col("rows")).alias("line"),
        )
        numbers = pl.concat([row[3].cast(pl.Int64).rename("person_number") for row in told])
        return places.filter(files["rows"] > 0).explode("line").with_columns(numbers)


def write_country_truth(
    folder: Path, persons: pl.DataFrame, planted: pl.DataFrame, identifiers: pl.DataFrame
) -> None:
    """Write who lives in the country, by which numbers, and which cases were planted."""
    folder.mkdir(parents=True, exist_ok=True)
    persons.write_parquet(folder / "person.parquet")
    planted.write_parquet(folder / "planted_cases.parquet")
    identifiers.write_parquet(folder / "identifier.parquet")
