"""A whole night: all 448 types to release and extract, and the same again without a change."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import night_scene as scene
import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from hub.catalogue import WON_PER_UNIT, Delivery
from hub.delivery import DeliveryName
from hub.extracts.contracts import contracted_ministries, load_contract
from hub.extracts.deltas import apply_delta
from hub.extracts.kit.verify_extract import verify as verify_extract
from pipelines.assets import naming
from pipelines.night_run import NightIsPastError, count_not_landed, run_night
from pipelines.schedules import nightly
from pipelines.sensors import arrival_sensor
from sources.registry import load_catalogue
from warehouse.archive import open_received
from warehouse.delivery_commands import deliveries
from warehouse.extract_packages import read_manifest
from warehouse.families import table_name
from warehouse.identity_zone import identity_zone
from warehouse.lake import delivery_parts, stored_rows
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.ledger import DropOutcome, Ledger
from warehouse.releases import current, open_release, verify
from warehouse.signing import trusted_keys
from warehouse.vault import IdTokeniser

CATALOGUE = load_catalogue()


def read(release, table):
    return pl.read_parquet(release.table(table))


def truth(whole_nights, name):
    return pl.read_parquet(whole_nights / f"truth/*/{name}.parquet")


def identities(names):
    return [DeliveryName.parse(name).identity for name in names]


def test_every_type_lands_and_reaches_its_family(release):
    landed = read(release, "delivery").filter(state="landed", is_effective=True)
    assert set(landed["document_type"]) == set(CATALOGUE.documents)
    for family in CATALOGUE.families.values():
        feeds = {document.code for document in CATALOGUE.by_family[family.code]}
        rows = read(release, table_name(family))
        assert set(rows["document_type"]) == feeds, family.code


def test_only_announced_files_are_stopped_and_for_the_announced_reason(layout, whole_nights):
    announced = truth(whole_nights, "delivery").filter(pl.col("rule").is_not_null())
    with Ledger.open(layout.ledger_url) as ledger:
        refused = {
            (drop.file_name, drop.rule)
            for drop in ledger.drops()
            if drop.outcome is DropOutcome.REFUSED
        }
        stopped = {
            (record.file_name, record.stop_rule)
            for record in ledger.deliveries()
            if record.stop_rule
        }
        assert not ledger.pending()
        counted = [count_not_landed(ledger, night) for night in (scene.FIRST, scene.SECOND)]
    assert refused.isdisjoint(stopped)
    assert refused | stopped == set(announced.select("file_name", "rule").iter_rows())
    assert [sum(of) for of in zip(*counted, strict=True)] == [len(refused), len(stopped)]


def test_files_that_are_no_deliveries_are_listed_with_what_to_do(layout, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(layout.home))
    application = typer.Typer()
    application.command()(deliveries)
    listed = json.loads(CliRunner().invoke(application, ["--refused", "--json"]).stdout)
    assert {row["rule"] for row in listed} == {"file_name_invalid", "document_type_unknown"}
    assert all(row["meaning"] and row["what_to_do"] and row["institution"] for row in listed)
    table = CliRunner().invoke(application, ["--refused"]).stdout
    assert all(row["file_name"][:12] in table for row in listed)
    stopped = CliRunner().invoke(application, ["--state", "stopped"]).stdout
    assert "stop detail" in stopped


def test_rows_and_won_are_conserved_on_disk(layout, release, whole_nights):
    sent = dict(truth(whole_nights, "delivery").select("file_name", "rows").iter_rows())
    landed = read(release, "delivery").filter(state="landed")
    assert landed.height > len(CATALOGUE.documents)
    for row in landed.iter_rows(named=True):
        document = CATALOGUE.documents[row["document_type"]]
        folder = layout.delivery(document.code, row["delivery_id"])
        stored = stored_rows(identity_zone(layout), folder, document.amount_column)
        kept = stored.accepted_rows + stored.quarantined_rows + row["rows_superseded"]
        assert kept == sent[row["file_name"]] == row["rows_received"], row["delivery_id"]
        won = stored.accepted_amount + stored.quarantined_amount + row["won_superseded"]
        assert won == row["won_received"], row["delivery_id"]


def test_won_received_are_those_of_the_senders_own_total(layout, release):
    landed = read(release, "delivery").filter(state="landed")
    compared = 0
    for row in landed.iter_rows(named=True):
        document = CATALOGUE.documents[row["document_type"]]
        if document.delivery is not Delivery.FIXED_WIDTH or not document.amount_column:
            continue
        version = document.version(row["schema_version"])
        amount = version.by_canonical(document.amount_column)
        if amount is None:
            continue
        with open_received(layout, row["sha256"]) as file:
            trailer = file.read().rstrip(b"\r\n").rsplit(b"\n", 1)[1]
        assert row["won_received"] == int(trailer[11:31]) * WON_PER_UNIT[amount.format]
        compared += row["won_received"] != 0
    assert compared > 20


def test_quarantine_holds_exactly_the_planted_bad_rows(layout, whole_nights):
    planted = truth(whole_nights, "bad_row")
    expected = {
        (*identity, line, rule)
        for identity, line, rule in zip(
            identities(planted["file_name"]), planted["line"], planted["rule"], strict=True
        )
    }
    found = set()
    for file in layout.lake.glob("*/*/quarantine.parquet"):
        document, period, sequence, _ = file.parent.name.split("_")
        rows = pl.read_parquet(file).select("line", "rule")
        found |= {(document, period, int(sequence), *row) for row in rows.iter_rows()}
    assert expected
    assert found == expected


def test_nothing_of_a_stopped_delivery_reaches_the_lake_or_a_family(layout, release):
    stopped = set(read(release, "delivery").filter(state="stopped")["delivery_id"])
    assert stopped
    assert not [file for name in stopped for file in layout.lake.glob(f"*/{name}/part-*")]
    for family in CATALOGUE.families.values():
        assert stopped.isdisjoint(read(release, table_name(family))["delivery_id"])


def test_people_keep_their_ids_unless_an_event_says_why(layout, release):
    before = read(open_release(layout, "r000001"), "person_index").drop_nulls("person_id")
    after = read(release, "person_index").drop_nulls("person_id")
    both = before.join(after, on="signature_id", suffix="_after")
    assert both.height > 0.95 * before.height
    moved = both.filter(pl.col("person_id") != pl.col("person_id_after"))
    told = read(release, "person_event")
    named = set(told["person_id"]) | set(told["other_person_id"].drop_nulls())
    assert set(moved["person_id"]) <= named
    assert moved["person_id"].n_unique() < 0.02 * before["person_id"].n_unique()
    with Ledger.open(layout.ledger_url) as ledger:
        known = set(ledger.people()["person_id"])
    assert set(before["person_id"]) | set(after["person_id"]) <= known


def test_a_person_of_the_truth_is_one_person(layout, release, whole_nights):
    persons = pl.read_parquet(whole_nights / "truth/person.parquet")
    people = person_ids(layout, release, persons)
    assert people.height > 0.97 * persons.height
    assert people["person_id"].n_unique() > 0.99 * people.height


def person_ids(layout, release, persons):
    """(person_number, person_id) of those whose number is known to the index."""
    tokeniser = IdTokeniser(layout.key_file.read_bytes())
    tokens = persons.select(
        "person_number",
        national_id_token=tokeniser.tokens(persons["national_id"]).bin.encode("hex"),
    )
    index = read(release, "person_token").select(
        pl.col("national_id_token").bin.encode("hex"), "person_id"
    )
    return tokens.join(index, on="national_id_token").select("person_number", "person_id")


def test_planted_cases_are_found(layout, release, whole_nights):
    planted = pl.read_parquet(whole_nights / "truth/planted_cases.parquet").filter("must_be_found")
    persons = pl.read_parquet(whole_nights / "truth/person.parquet")
    known = person_ids(layout, release, persons)
    cases = planted.join(known, on="person_number").select("rule_id", "person_id").unique()
    found = read(release, "finding").filter(pl.col("person_id").is_not_null())
    # Rules about accounts, contacts, officials and feeds name no person.
    cases = cases.filter(~pl.col("rule_id").is_in(["D07", "D24", "D25", "D43", "D44", "D45"]))
    missed = cases.join(found, on=["rule_id", "person_id"], how="anti")
    assert cases["rule_id"].n_unique() >= 15
    assert missed.height <= 0.1 * cases.height, missed["rule_id"].value_counts()


def test_every_finding_rests_on_rows_that_lie_in_the_lake(layout, release):
    evidence = read(release, "finding_evidence")
    assert set(read(release, "finding")["finding_id"]) == set(evidence["finding_id"])
    for name, rows in evidence.group_by("document_type", "delivery_id"):
        parts = delivery_parts(layout.delivery(*name))
        lines = identity_zone(layout).scan(parts).select("line").collect()["line"]
        assert set(rows["line"]) <= set(lines), name


def test_releases_verify_and_hold_no_identity_zone(layout, release):
    assert verify(release) == []
    assert verify(open_release(layout, "r000001")) == []
    assert "signature" not in release.tables


def test_every_ministry_gets_an_extract_that_it_can_verify(layout, release):
    keys = trusted_keys(layout)
    raw = [key.public_bytes_raw() for key in keys]
    for ministry in contracted_ministries():
        contract = load_contract(ministry)
        packages = sorted((layout.outbox / ministry / contract.id).glob("*-0*"))
        previous, kinds = "first", []
        for folder in packages:
            manifest, previous = verify_extract(folder, raw, previous)
            kinds.append(manifest["kind"])
        assert kinds == ["full", "delta"], ministry
        assert manifest["release"] == release.release_id
        assert manifest["release_digest"] == release.digest
        assert manifest["completeness"]["sources"] > 0 or not manifest["rule_versions"]


def test_an_extract_holds_contracted_columns_and_true_totals(layout, release):
    contract = load_contract("MOHW")
    full, delta = sorted((layout.outbox / "MOHW" / contract.id).glob("*-0*"))
    ours = set(read(release, "person")["person_id"])
    for table in contract.tables:
        name = f"{table.name}-00001"
        before = pl.read_parquet(full / f"{name}.parquet")
        as_csv = pl.read_csv(full / f"{name}.csv")
        assert before.columns == as_csv.columns == [column.name for column in table.columns]
        after = apply_delta(before, pl.read_parquet(delta / f"{name}.parquet"), table.key)
        for folder, frame in ((full, before), (delta, after)):
            manifest, _ = read_manifest(folder, trusted_keys(layout))
            stated = manifest["tables"][table.name]["after"]
            assert stated["rows"] == frame.height > 0
            assert stated["totals"] == {column: frame[column].sum() for column in table.totals}
        assert ours.isdisjoint(after["person_pseudonym"])


def test_a_second_run_of_the_night_changes_nothing(whole_nights, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(whole_nights / "home", home)
    layout = Layout(home)
    before = current(layout)
    extracts = files(layout.outbox)
    with Ledger.open(layout.ledger_url) as ledger:
        deliveries, people = ledger.deliveries(), ledger.people()
    scene.play_night(home, scene.SECOND, whole_nights / "nights")
    after = current(layout)
    assert (after.release_id, after.digest) == (before.release_id, before.digest)
    assert [path.name for path in sorted(layout.releases.glob("r*"))] == ["r000001", "r000002"]
    assert files(layout.outbox) == extracts
    with Ledger.open(layout.ledger_url) as ledger:
        assert ledger.deliveries() == deliveries
        assert ledger.people().equals(people)


def test_a_night_before_that_of_the_current_release_is_refused_at_once(home):
    layout = Layout(home)
    with Ledger.open(layout.ledger_url) as ledger:
        runs = ledger.runs()
        with pytest.raises(NightIsPastError, match=f"r000002 is of the night {scene.SECOND}"):
            run_night(layout, scene.FIRST, lambda _stage, _item: None)
        assert ledger.runs() == runs
    assert current(layout).release_id == "r000002"


def files(folder: Path):
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def arrive(home, *names):
    for name in names:
        file = home / "landing" / name[:3] / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"anything")


def ask(cursor=None):
    with dg.DagsterInstance.ephemeral() as instance:
        return arrival_sensor(dg.build_sensor_context(instance, cursor=cursor))


def document_keys(result):
    (request,) = result.run_requests
    return {
        key for key in request.asset_selection if key.path[0] == "landing" and key != naming.INTAKE
    }


def test_the_sensor_asks_once_for_exactly_what_arrived(tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    assert isinstance(ask(), dg.SkipReason)
    first = "I03-F11-02_202603_001_20260401T013000.csv"
    arrive(tmp_path, first, "I03-F11-02_202604_001_20260401T013000.csv.part", "I03 notes.txt")
    result = ask()
    wanted = naming.document_key(CATALOGUE.documents["I03-F11-02"])
    assert document_keys(result) == {wanted}
    (request,) = result.run_requests
    assert naming.RELEASE in request.asset_selection
    assert isinstance(ask(result.cursor), dg.SkipReason)
    second = "I01-F01-01_20260331_001_20260401T013000.txt"
    arrive(tmp_path, second)
    again = ask(result.cursor)
    assert document_keys(again) == {naming.document_key(CATALOGUE.documents["I01-F01-01"])}
    assert again.run_requests[0].run_key != request.run_key
    (tmp_path / "landing/I03" / first).write_bytes(b"something longer")
    assert document_keys(ask(again.cursor)) == {wanted}


def test_the_schedule_asks_for_the_night_of_its_day():
    at = dt.datetime(2026, 4, 1, 2, 0, tzinfo=ZoneInfo("Asia/Seoul"))
    request = nightly(dg.build_schedule_context(scheduled_execution_time=at))
    assert request.run_config["resources"]["hub"]["config"]["night"] == "2026-04-01"
    assert (
        request.run_key == nightly(dg.build_schedule_context(scheduled_execution_time=at)).run_key
    )
