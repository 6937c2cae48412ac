"""A tiny hub whose nights can be published: for tests of releases, also in a process of its own.

Run as a program, `release_scene.py <home> <version>` publishes once; HUB_FAULT makes it die.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import polars as pl

from hub.delivery import DeliveryName
from warehouse import releases
from warehouse.layout import Layout
from warehouse.ledger import DeliveryCounts, Ledger, Minted
from warehouse.mart import auditor_mart
from warehouse.releases import Release
from warehouse.workbench import Workbench

NIGHT = dt.date(2026, 4, 1)
NO_BYTES = "a" * 64
"""Named as the SHA-256 of a delivery that has no bytes in the archive."""


def build_tables(layout: Layout, version: int) -> Path:
    """Make a night's tables; `version` changes what one of them says."""
    folder = layout.tables(NIGHT)
    with Workbench(folder) as bench:
        bench.build_from("person", f"SELECT 'P' || i AS person_id FROM range({version + 1}) r(i)")
        bench.build_from("decision", "SELECT 'P1' AS subject_id, 'eligible' AS outcome")
        bench.build_from("f01_person_identity", "SELECT i AS line FROM range(5) r(i)")
        bench.build_from("signature", "SELECT 'a name' AS full_name")
    return folder


def publish(home: Path, version: int) -> Release:
    """Publish the tables of `version`, minting one person a version."""
    layout = Layout(home)
    layout.prepare()
    with Ledger.open(layout.ledger_url) as ledger:
        name = DeliveryName.parse("I03-F11-02_202603_001_20260401T013000.csv")
        if not ledger.deliveries():
            ledger.receive(name, "I03", NO_BYTES, 10, night=NIGHT)
            (record,) = ledger.pending()
            ledger.mark_landed(
                record.delivery_id, DeliveryCounts(1, 1, 0, 0), schema_version=1, part_count=1
            )
        minted = pl.DataFrame(
            {"person_id": [f"P{version}"], "anchor": [None], "minted_in": [NIGHT]}
        )
        return releases.publish(
            layout,
            ledger,
            NIGHT,
            build_tables(layout, version),
            inputs=ledger.effective_deliveries(),
            versions={"catalogue": "c" * 64},
            build_marts=auditor_mart(
                {"person": "One row is one person."}, {"decision.outcome": "What was decided."}
            ),
            minted=Minted(people=minted),
        )


if __name__ == "__main__":
    publish(Path(sys.argv[1]), int(sys.argv[2]))
