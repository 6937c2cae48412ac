"""The lake: typed Parquet and quarantine of each delivery, written once, whole or not at all.

Here: writing one delivery's folder, finding its parts, counting what lies in it. Never here: reading
the sender's bytes (`sources.readers`), deciding which rows are good (`hub.conforming`), encryption
(`warehouse.identity_zone`). Next: family tables read the parts of effective deliveries.

Parts hold names and addresses, also in columns that only one sender has, so each is encrypted whole
and bound to its delivery. The quarantine holds no value of a sender and is plain.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from warehouse.identity_zone import Bound, IdentityFile, IdentityZone, stems

PARTS = "part-*"


@dataclass(frozen=True, slots=True)
class StoredRows:
    """What really lies on disk for one delivery, counted from the files."""

    accepted_rows: int
    accepted_amount: int
    quarantined_rows: int
    quarantined_amount: int


@dataclass(slots=True)
class DeliveryWriter:
    """Writes the parts of one delivery into `folder` (a staging folder; see `warehouse.durable`).

    `delivery` is the folder that the delivery will lie in: parts are bound to its name.
    """

    folder: Path
    zone: IdentityZone
    delivery: Path
    parts: int = 0
    _quarantine: list[pl.DataFrame] = field(default_factory=list)

    def accept(self, rows: pl.DataFrame) -> None:
        """Write a run of accepted rows as the next part; an empty run only if it is the first."""
        if rows.is_empty() and self.parts:
            return
        stem = f"part-{self.parts:05d}"
        self.zone.write(rows, self.zone.target(self.folder, stem), part_bound(self.delivery, stem))
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


def part_bound(delivery: Path, stem: str) -> Bound:
    """Return what a part of the delivery in the folder `delivery` is bound to."""
    return Bound(delivery.parent.name, delivery.name, stem)


def delivery_parts(delivery: Path) -> list[IdentityFile]:
    """Return the parts of the delivery in the folder `delivery`, in order."""
    return [
        IdentityFile(path, part_bound(delivery, stem))
        for stem, path in stems(delivery, PARTS).items()
    ]


def discard_parts(delivery: Path) -> None:
    """Remove the accepted parts: the delivery is stopped whole, its quarantine is kept."""
    for part in delivery.glob(f"{PARTS}.parquet"):
        part.unlink()


def stored_rows(zone: IdentityZone, folder: Path, amount_column: str | None) -> StoredRows:
    """Count the rows and won in the files of a delivery's folder."""
    accepted = accepted_amount = quarantined = quarantined_amount = 0
    parts = delivery_parts(folder)
    if parts:
        scan = zone.scan(parts)
        has_amount = amount_column is not None and amount_column in scan.collect_schema().names()
        total = pl.col(amount_column).sum() if has_amount and amount_column else pl.lit(0)
        counted = scan.select(pl.len().alias("rows"), total.alias("amount")).collect()
        accepted, accepted_amount = counted["rows"][0], counted["amount"][0] or 0
    refused = folder / "quarantine.parquet"
    if refused.exists():
        rows = pl.read_parquet(refused, columns=["amount"])
        quarantined, quarantined_amount = rows.height, int(rows["amount"].sum() or 0)
    return StoredRows(accepted, accepted_amount, quarantined, quarantined_amount)
