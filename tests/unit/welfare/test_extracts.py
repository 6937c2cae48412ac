"""The extract of one ministry: only the contract, only pseudonyms, and totals that check."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest

from hub.extracts.contracts import ContractError, load_contract
from hub.programmes.catalogue import load_programmes
from pipelines.steps.extracts import write_extract
from warehouse.durable import sha256_of

KEY = bytes(range(32))


@pytest.fixture
def extract(town, tmp_path):
    town.person("kim", dt.date(1950, 5, 5))
    town.person("lee", dt.date(1990, 5, 5))
    town.person("choi", dt.date(2020, 5, 5))
    town.household("H", ("kim", "head"), ("lee", "child"), ("choi", "grandchild"))
    town.decided()
    folder = tmp_path / "outbox" / "MOHW" / "r000001"
    summary = write_extract(town.bench, folder, KEY, "r000001", "abc")
    return town, folder, summary


def test_rows_are_the_entitled_people_of_the_ministry(extract):
    town, folder, summary = extract
    rows = pl.read_parquet(folder / "entitled_people.parquet")
    counts = dict(rows.group_by("programme_code").len().sort("programme_code").iter_rows())
    assert [counts[code] for code in ("P001", "P009", "P029", "P073")] == [3, 3, 1, 1]
    ministry = {rule.code for rule in load_programmes() if rule.ministry == "MOHW"}
    decided = town.bench.frame(
        "SELECT DISTINCT programme_code FROM decision WHERE outcome = 'eligible' AND NOT is_excluded"
    )
    assert set(counts) == set(decided["programme_code"]) & ministry
    assert summary["people"] == 3
    # The amount of a unit stands on one of its rows.
    assert rows.filter(pl.col("programme_code") == "P001")["amount"].drop_nulls().len() == 1


def test_the_manifest_checks_both_files(extract):
    _, folder, summary = extract
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for file in manifest["files"]:
        assert sha256_of(folder / file["name"]) == file["sha256"]
    parquet = pl.read_parquet(folder / "entitled_people.parquet")
    written = pl.read_csv(folder / "entitled_people.csv")
    contract = load_contract("MOHW")
    names = [column.name for column in contract.columns]
    assert parquet.columns == written.columns == names
    assert [column["name"] for column in manifest["columns"]] == names
    assert manifest["rows"] == parquet.height == written.height == summary["rows"]
    assert manifest["control_total"]["won"] == parquet["amount"].sum() == written["amount"].sum()
    assert (manifest["release"], manifest["release_digest"]) == ("r000001", "abc")


def test_no_id_of_the_hub_leaves_and_no_table_with_ids_is_left_behind(extract):
    town, folder, _ = extract
    text = (folder / "entitled_people.csv").read_text("utf-8")
    assert "person-" not in text
    assert not town.bench.has("entitled_people")


def test_a_pseudonym_is_stable_and_another_under_another_key(extract):
    town, folder, _ = extract

    def people(target, key):
        write_extract(town.bench, target, key, "r000002")
        return set(pl.read_parquet(target / "entitled_people.parquet")["person_pseudonym"])

    first = set(pl.read_parquet(folder / "entitled_people.parquet")["person_pseudonym"])
    assert people(folder.with_name("again"), KEY) == first
    assert people(folder.with_name("other"), bytes(32)).isdisjoint(first)
    assert all(len(name) == 32 for name in first)


def test_an_extract_without_people_is_written_too(town, tmp_path):
    town.decided()
    summary = write_extract(town.bench, tmp_path / "out" / "e", KEY, "r000001")
    assert summary == {"rows": 0, "people": 0, "control_total_won": 0}
    assert (tmp_path / "out" / "e" / "manifest.json").exists()


def test_without_a_contract_nothing_leaves(town, tmp_path):
    town.decided()
    with pytest.raises(ContractError, match="nothing may leave for MOLIT"):
        write_extract(town.bench, tmp_path / "e", KEY, "r000001", ministry="MOLIT")
    assert not (tmp_path / "e").exists()
