"""Which IDs does a release add to the ledger? The same, whatever the release before tells."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipelines.steps import minting
from pipelines.steps.context import NightContext
from warehouse.layout import Layout
from warehouse.ledger import Minted
from warehouse.workbench import Workbench

NIGHT = dt.date(2026, 4, 1)
OF_SUBJECT = {"person": "signatures", "household": "stays"}


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    """Three people, a signature that is nobody, and two households."""
    bench = Workbench(tmp_path / "tables", tmp_path / "spill")
    bench.add(
        "person_index",
        pl.DataFrame(
            {"signature_id": [7, 5, 6, 8, 9], "person_id": ["P1", "P2", "P2", "P3", None]},
            schema_overrides={"signature_id": pl.UInt64},
        ),
    )
    bench.add("household_stay", pl.DataFrame({"member": ["b", "a"], "household_id": ["H1", "H2"]}))
    for subject, counted in OF_SUBJECT.items():
        columns = {f"{subject}_id": pl.String, "kind": pl.String, counted: pl.Int64}
        bench.add(f"{subject}_event", pl.DataFrame(schema=columns))
    return bench


def ids(key: str, *known: str) -> pl.DataFrame:
    return pl.DataFrame({key: known}, schema={key: pl.String})


@pytest.mark.parametrize("released", [None, ["P1"], ["P1", "P1", "P0"]])
def test_only_what_neither_release_nor_ledger_knows(
    tmp_path: Path, bench: Workbench, monkeypatch: pytest.MonkeyPatch, released: list[str] | None
) -> None:
    def read(_context: NightContext, table: str, columns: list[str]) -> pl.DataFrame | None:
        if released is None or table != "person_index":
            return None
        return ids(columns[0], *released)

    monkeypatch.setattr(minting, "read_released", read)
    context = NightContext(Layout(tmp_path / "hub"), NIGHT)
    # P3 was minted by a release that was rolled back.
    known = Minted(
        ids("person_id", "P0", "P1", "P3").with_columns(
            anchor=pl.lit(None, pl.String), minted_in=pl.lit(NIGHT)
        )
    )
    context.ledger.mint(known)
    minted = minting.newly_minted(context, bench, "model")
    assert minted.people is not None
    assert minted.people.rows() == [("P2", "5", NIGHT)]
    assert minted.households is not None
    assert minted.households.rows() == [("H1", "b", NIGHT), ("H2", "a", NIGHT)]
    assert minted.person_events is not None
    assert minted.person_events.is_empty()
