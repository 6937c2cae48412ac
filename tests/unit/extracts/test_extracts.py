"""Extracts: who stands in them, full and delta, sealed, chained, taken back, healed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil

import polars as pl
import pyrage
import pytest
from extract_scene import FIRST, decided, found

from hub.extracts import contracts
from hub.extracts.contracts import load_contract
from hub.extracts.deltas import apply_delta
from pipelines.steps import extracts as steps
from pipelines.steps.extract_withdrawal import WithdrawalError, withdraw_extract
from warehouse.faults import FAULT_VARIABLE

DAYS = [FIRST + dt.timedelta(number) for number in range(120)]
# P029: a person's, P001: an assistance unit's, both of MOHW. P290: KFS.
PERSON, UNIT, OTHER = "P029", "P001", "P290"


def rows(folder, table="eligibility"):
    return pl.read_parquet(folder / f"{table}-00001.parquet")


def standing(folder):
    shown = ["programme_code", "standing", "standing_since", "amount"]
    order = (
        rows(folder).select(shown).sort("programme_code", "standing_since", "standing", "amount")
    )
    return order.rows()


def test_one_row_a_person_and_the_amount_once(hub):
    desk = hub.night(
        DAYS[0],
        [decided("H", UNIT, 500), decided("kim", PERSON, 70), decided("lee", OTHER, 10)],
        members=[("H", "kim"), ("H", "lee")],
    )
    hub.write(desk, "MOHW")
    (folder,) = hub.packages("MOHW")
    assert standing(folder) == [
        (UNIT, "entitled", DAYS[0], None),
        (UNIT, "entitled", DAYS[0], 500),
        (PERSON, "entitled", DAYS[0], 70),
    ]
    table = hub.manifest(folder)[0]["tables"]["eligibility"]
    assert (table["rows"], table["totals"]) == (3, {"amount": 570})
    assert rows(folder)["person_pseudonym"].n_unique() == 2
    text = (folder / "eligibility-00001.csv").read_text("utf-8")
    assert "person-" not in text
    assert "unit-" not in text


def test_entitled_excluded_stopped_changed_and_new_people_are_told_apart(hub):
    nights = [
        [
            decided("kim", PERSON, 70),
            decided("lee", PERSON, 70),
            decided("no", PERSON, outcome="ineligible"),
        ],
        [decided("kim", PERSON, 80), decided("choi", PERSON, 70, excluded=True)],
        [decided("kim", PERSON, 80), decided("lee", PERSON, 70)],
    ]
    for day, decisions in zip(DAYS, nights, strict=False):
        hub.write(hub.night(day, decisions), "MOHW", full=True)
    first, second, third = hub.packages("MOHW")
    assert standing(first) == [(PERSON, "entitled", DAYS[0], 70)] * 2
    assert standing(second) == [
        (PERSON, "entitled", DAYS[0], 80),
        (PERSON, "excluded", DAYS[1], None),
        (PERSON, "stopped", DAYS[1], None),
    ]
    assert rows(second)["changed_on"].to_list() == [DAYS[1]] * 3
    assert standing(third) == [
        (PERSON, "entitled", DAYS[0], 80),
        (PERSON, "entitled", DAYS[2], 70),
        (PERSON, "stopped", DAYS[2], None),
    ]


def test_who_stopped_is_shown_for_the_days_of_the_contract(hub):
    hub.write(hub.night(DAYS[0], [decided("kim", PERSON)]), "MOHW")
    hub.write(hub.night(DAYS[1], []), "MOHW", full=True)
    shown = load_contract("MOHW").stopped_days
    for day in (DAYS[shown], DAYS[shown + 1]):
        hub.write(hub.night(day, []), "MOHW", full=True)
    assert [rows(folder).height for folder in hub.packages("MOHW")] == [1, 1, 1, 0]


def test_findings_concern_the_ministry_s_programmes_and_are_questions(hub):
    findings = [
        found("a", "kim", PERSON, rule="D01", action="AUTO"),
        found("b", "kim", OTHER),
        found("c", "lee", PERSON, action="INFO"),
    ]
    hub.write(hub.night(DAYS[0], [], findings, holds=["a"]), "MOHW")
    (folder,) = hub.packages("MOHW")
    (row,) = rows(folder, "finding").to_dicts()
    assert (row["rule_id"], row["programme_code"], row["is_held"]) == ("D01", PERSON, True)
    hub.write(hub.night(DAYS[1], [], findings), "MOHW")
    delta = rows(hub.packages("MOHW")[1], "finding")
    assert delta.select("op", "is_held", "found_since").rows() == [("U", False, DAYS[0])]


def test_a_full_extract_comes_weekly_and_deltas_between(hub):
    for number, day in enumerate(DAYS[:9]):
        hub.write(hub.night(day, [decided(name, PERSON) for name in range(number + 1)]), "MOHW")
    kinds = [hub.manifest(folder)[0]["kind"] for folder in hub.packages("MOHW")]
    assert kinds == ["full", *["delta"] * 6, "full", "delta"]
    manifest = hub.manifest(hub.packages("MOHW")[1])[0]["tables"]["eligibility"]
    assert manifest["operations"] == {"I": 1, "U": 0, "D": 0}
    assert manifest["after"] == {"rows": 2, "totals": {"amount": 200_000}}


def test_the_same_night_again_writes_nothing(hub):
    desk = hub.night(DAYS[0], [decided("kim", PERSON)])
    assert hub.write(desk, "MOHW")["MOHW"]["written"] == 1
    (folder,) = hub.packages("MOHW")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert hub.write(hub.night(DAYS[0], []), "MOHW")["MOHW"]["written"] == 0
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert hub.packages("MOHW") == [folder]


def test_a_new_release_of_the_same_night_is_another_extract(hub):
    hub.write(hub.night(DAYS[0], [decided("kim", PERSON)]), "MOHW")
    hub.write(hub.night(DAYS[0], [decided("lee", PERSON)], release="r000002"), "MOHW")
    first, second = hub.packages("MOHW")
    assert [folder.name for folder in (first, second)] == ["20260330-000001", "20260330-000002"]
    assert sorted(rows(second)["op"]) == ["I", "U"]


def test_each_manifest_names_the_one_before(hub):
    for day in DAYS[:3]:
        hub.write(hub.night(day, [decided("kim", PERSON)]), "MOHW")
    previous = ""
    for sequence, folder in enumerate(hub.packages("MOHW"), start=1):
        manifest, digest = hub.manifest(folder)
        assert (manifest["sequence"], manifest["previous_manifest_sha256"]) == (sequence, previous)
        previous = digest


@pytest.mark.parametrize("fault", ["extract.before_rename", "extract.after_rename"])
def test_a_night_that_broke_off_goes_on_where_it_was(hub, monkeypatch, fault):
    desk = hub.night(DAYS[0], [decided("kim", PERSON)])
    monkeypatch.setenv(FAULT_VARIABLE, f"{fault}:full")
    with pytest.raises(OSError, match="No space left"):
        hub.write(desk, "MOHW")
    monkeypatch.delenv(FAULT_VARIABLE)
    assert not hub.ledger.extracts()
    fetched = {f.name: f.read_bytes() for folder in hub.packages("MOHW") for f in folder.iterdir()}
    hub.write(desk, "MOHW")
    (folder,) = hub.packages("MOHW")
    (record,) = hub.ledger.extracts()
    assert record.manifest_sha256 == hub.manifest(folder)[1]
    if fetched:
        assert fetched == {file.name: file.read_bytes() for file in folder.iterdir()}


def test_what_the_ministry_took_away_is_not_missed(hub):
    hub.write(hub.night(DAYS[0], [decided("kim", PERSON)]), "MOHW")
    shutil.rmtree(hub.packages("MOHW")[0])
    hub.write(hub.night(DAYS[1], [decided("kim", PERSON)]), "MOHW")
    assert [folder.name[-6:] for folder in hub.packages("MOHW")] == ["000002"]


def test_a_sealed_extract_opens_for_its_recipient_only(hub):
    own, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    hub.layout.recipients.mkdir()
    (hub.layout.recipients / "MOHW.age").write_text(f"# of the ministry\n{own.to_public()}\n")
    hub.write(hub.night(DAYS[0], [decided("kim", PERSON)]), "MOHW", "MOE")
    (folder,) = hub.packages("MOHW")
    sealed = {file["name"]: file for file in hub.manifest(folder)[0]["files"]}
    assert {name for name in sealed if "00001" in name} == {
        f"{table}-00001.{kind}.age"
        for table in ("eligibility", "finding")
        for kind in ("csv", "parquet")
    }
    plain = list(hub.layout.home.rglob("eligibility-00001.csv"))
    assert [file.parent.parent.name for file in plain] == ["moe-eligibility"]
    content = (folder / "eligibility-00001.csv.age").read_bytes()
    opened = pyrage.decrypt(content, [own])
    assert (
        hashlib.sha256(opened).hexdigest() == sealed["eligibility-00001.csv.age"]["opened_sha256"]
    )
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(content, [other])
    assert hub.manifest(folder)[0]["header"]["is_msg_encrypted"]
    assert (hub.packages("MOE")[0] / "eligibility-00001.csv").exists()


def test_without_a_key_nothing_leaves_where_the_contract_wants_a_seal(hub, monkeypatch, tmp_path):
    folder = tmp_path / "contracts"
    folder.mkdir()
    text = (contracts.CONTRACT_FOLDER / "mohw.odcs.yaml").read_text("utf-8")
    (folder / "mohw.odcs.yaml").write_text(text.replace("value: preferred", "value: required"))
    monkeypatch.setattr(steps, "load_contract", lambda code: load_contract(code, folder))
    counts = hub.write(hub.night(DAYS[0], [decided("kim", PERSON)]), "MOHW")["MOHW"]
    assert counts == {"rows": 0, "written": 0, "withheld": 1}
    assert hub.packages("MOHW") == []


def test_a_withdrawal_is_part_of_the_chain_and_the_next_extract_is_full(hub):
    for day in DAYS[:2]:
        hub.write(hub.night(day, [decided("kim", PERSON)]), "MOHW")

    def withdraw(sequence, reason="wrong amounts"):
        return withdraw_extract(
            hub.layout,
            hub.ledger,
            hub.keys,
            "mohw-eligibility",
            sequence,
            actor="tester",
            reason=reason,
        )

    withdraw(2)
    hub.write(hub.night(DAYS[2], [decided("kim", PERSON)]), "MOHW")
    manifests = [hub.manifest(folder)[0] for folder in hub.packages("MOHW")]
    assert [each["kind"] for each in manifests] == ["full", "delta", "withdrawal", "full"]
    taken_back = manifests[2]["withdraws"]
    assert taken_back["manifest_sha256"] == hub.manifest(hub.packages("MOHW")[1])[1]
    assert taken_back["reason"] == "wrong amounts"
    for sequence, message in ((2, "already"), (3, "no extract"), (9, "no extract")):
        with pytest.raises(WithdrawalError, match=message):
            withdraw(sequence)
    with pytest.raises(WithdrawalError, match="reason"):
        withdraw(1, " ")


def test_a_new_key_epoch_makes_new_pseudonyms_a_full_extract_and_loses_nothing(
    hub, monkeypatch, tmp_path
):
    folder = tmp_path / "contracts"
    folder.mkdir()
    people = [decided(name, PERSON, 100 + name) for name in range(50)]
    hub.write(hub.night(DAYS[0], people), "MOHW")
    text = (contracts.CONTRACT_FOLDER / "mohw.odcs.yaml").read_text("utf-8")
    text = text.replace("keyEpoch\n  value: 1", "keyEpoch\n  value: 2")
    (folder / "mohw.odcs.yaml").write_text(text)
    monkeypatch.setattr(steps, "load_contract", lambda code: load_contract(code, folder))
    hub.write(hub.night(DAYS[1], people), "MOHW")
    old, new = (rows(each) for each in hub.packages("MOHW"))
    assert set(old["person_pseudonym"]).isdisjoint(new["person_pseudonym"])
    assert hub.manifest(hub.packages("MOHW")[1])[0]["kind"] == "full"
    same = ["programme_code", "standing", "standing_since", "changed_on", "amount"]
    assert old.sort("amount").select(same).equals(new.sort("amount").select(same))


def test_a_base_that_is_not_what_was_sent_is_not_built_upon(hub):
    hub.write(hub.night(DAYS[0], [decided("kim", PERSON)]), "MOHW")
    snapshot = hub.layout.extracts / "20260330-r000001" / "eligibility.parquet"
    pl.read_parquet(snapshot).clear().write_parquet(snapshot)
    hub.write(hub.night(DAYS[1], [decided("kim", PERSON)]), "MOHW")
    assert hub.manifest(hub.packages("MOHW")[1])[0]["kind"] == "full"


def test_late_and_missing_sources_are_named(hub):
    feeds = [("I02-F03-01", "missing"), ("I01-F02-01", "stale"), ("I03-F11-02", "current")]
    hub.write(hub.night(DAYS[0], [], feeds=feeds), "MOHW")
    complete = hub.manifest(hub.packages("MOHW")[0])[0]["completeness"]
    assert not complete["is_complete"]
    assert set(complete["missing"]) <= {"I02-F03-01"}
    assert set(complete["late"]) <= {"I01-F02-01"}
    assert complete["missing"] or complete["late"]


def test_the_access_log_has_a_line_before_the_extract_is_there(hub):
    hub.write(hub.night(DAYS[0], [decided("kim", PERSON)]), "MOHW")
    head = hub.log.head()
    assert hub.manifest(hub.packages("MOHW")[0])[0]["access_log_head"] == head.sha256
    lines = [json.loads(line) for file in hub.layout.access.glob("*.jsonl") for line in file.open()]
    (line,) = [each for each in lines if each.get("action") == "extract"]
    assert (line["object"], line["rows"], line["purpose"]) == (
        "mohw-eligibility 1 (full)",
        1,
        load_contract("MOHW").purpose,
    )


def test_old_snapshots_go_when_no_extract_rests_on_them(hub):
    for day in DAYS[:5]:
        hub.write(hub.night(day, [decided("kim", PERSON)]), "MOHW")
    kept = sorted(each.name for each in hub.layout.extracts.glob("[0-9]*"))
    assert kept == ["20260402-r000001", "20260403-r000001"]


def test_a_delta_of_one_ministry_rests_on_its_own_last_extract(hub):
    hub.write(hub.night(DAYS[0], [decided("kim", PERSON)]), "MOHW")
    hub.night(DAYS[1], [decided("lee", PERSON)])
    hub.write(hub.night(DAYS[2], [decided("lee", PERSON), decided("choi", PERSON)]), "MOHW")
    base, delta = (rows(folder) for folder in hub.packages("MOHW"))
    key = ["person_pseudonym", "subject_pseudonym", "programme_code"]
    after = apply_delta(base, delta, key)
    assert sorted(after["standing"]) == ["entitled", "entitled", "stopped"]
