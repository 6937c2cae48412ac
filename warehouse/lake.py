"""The lake: typed Parquet and quarantine of each delivery, written once, whole or not at all.

Here: writing one delivery's folder and counting what lies in it. Never here: reading the sender's
bytes (`sources.readers`) or deciding which rows are good (`hub.conforming`). Next: family tables
read the parts of effective deliveries.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl


@dataclass(frozen=True, slots=True)
class StoredRows:
    """What really lies on disk for one delivery, counted from the files."""

    accepted_rows: int
    accepted_amount: int
    quarantined_rows: int
    quarantined_amount: int


@dataclass(slots=True)
class DeliveryWriter:
    """Writes the parts of one delivery into `folder` (a staging folder; see `warehouse.durable`)."""

    folder: Path
    parts: int = 0
    _quarantine: list[pl.DataFrame] = field(default_factory=list)

    def accept(self, rows: pl.DataFrame) -> None:
        """Write a run of accepted rows as the next part; an empty run only if it is the first."""
        if rows.is_empty() and self.parts:
            return
        path = self.folder / f"part-{self.parts:05d}.parquet"
        rows.write_parquet(path, compression="zstd", compression_level=1, statistics=True)
        self.parts += 1

    def quarantine(self, rows: pl.DataFrame) -> None:
        """Keep refused rows (`hub.conforming.QUARANTINE_SCHEMA`) for the quarantine file."""
        if not rows.is_empty():
            self._quarantine.append(rows)

    def finish(self) -> None:
        """Write the quarantine file, where there is anything in it."""
        if self._quarantine:
            rows = pl.concat(self._quarantine).sort("line", "column", nulls_last=True)
            rows.write_parquet(self.folder / "quarantine.parquet", compression="zstd")

    def discard_parts(self) -> None:
        """Remove the accepted parts: the delivery is stopped whole, its quarantine is kept."""
        for part in self.folder.glob("part-*.parquet"):
            part.unlink()
        self.parts = 0


def stored_rows(folder: Path, amount_column: str | None) -> StoredRows:
    """Count the rows and won in the files of a delivery's folder."""
    accepted = accepted_amount = quarantined = quarantined_amount = 0
    parts = sorted(folder.glob("part-*.parquet"))
    if parts:
        scan = pl.scan_parquet(parts)
        has_amount = amount_column is not None and amount_column in scan.collect_schema().names()
        total = pl.col(amount_column).sum() if has_amount and amount_column else pl.lit(0)
        counted = scan.select(pl.len().alias("rows"), total.alias("amount")).collect()
        accepted, accepted_amount = counted["rows"][0], counted["amount"][0] or 0
    refused = folder / "quarantine.parquet"
    if refused.exists():
        rows = pl.read_parquet(refused, columns=["amount"])
        quarantined, quarantined_amount = rows.height, int(rows["amount"].sum() or 0)
    return StoredRows(accepted, accepted_amount, quarantined, quarantined_amount)
