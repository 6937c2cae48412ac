"""Contracts: the standard's form, only what is offered, and no change without its version."""

from __future__ import annotations

import json
import shutil

import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard
from typer.testing import CliRunner

from hub.extracts.commands import contract_app
from hub.extracts.contract_changes import (
    LOCK,
    ChangeClass,
    contract_terms,
    differences,
    publish_version,
    published_terms,
)
from hub.extracts.contracts import (
    CONTRACT_FOLDER,
    ContractError,
    contracted_ministries,
    load_contract,
    load_contracts,
    read_contract,
)
from hub.extracts.offered import OFFERED
from hub.programmes.catalogue import load_programmes

NEVER = ("national_id", "name", "address", "birth", "phone", "token", "person_id")


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(CONTRACT_FOLDER, tmp_path / "contracts")
    return tmp_path / "contracts"


def change(folder, edit, version="1.0.0"):
    """Edit the contract of MOE, under another version."""
    path = folder / "moe.odcs.yaml"
    content = yaml.safe_load(path.read_text("utf-8"))
    edit(content)
    content["version"] = version
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
    return path


def columns(content, table=0):
    return content["schema"][table]["properties"]


def custom(content, name):
    return next(each for each in content["customProperties"] if each["property"] == name)


def test_every_ministry_with_a_programme_has_a_contract_and_no_other():
    assert set(contracted_ministries()) == {each.ministry for each in load_programmes()}
    assert len(load_contracts()) == 17


@pytest.mark.parametrize("ministry", contracted_ministries())
def test_a_contract_is_one_of_the_open_data_contract_standard(ministry):
    path = CONTRACT_FOLDER / f"{ministry.lower()}.odcs.yaml"
    parsed = OpenDataContractStandard.from_file(str(path))
    assert (parsed.apiVersion, parsed.kind) == ("v3.1.0", "DataContract")
    contract = load_contract(ministry)
    assert [each.name for each in parsed.schema_] == [each.name for each in contract.tables]
    # The model drops nothing that we wrote: writing it again says the same.
    again = yaml.safe_load(parsed.to_yaml())
    assert again == yaml.safe_load(path.read_text("utf-8"))


@pytest.mark.parametrize("ministry", contracted_ministries())
def test_the_lock_holds_what_is_published(ministry):
    contract = load_contract(ministry)
    assert published_terms(contract.id)[contract.version] == contract_terms(contract)


def test_nothing_that_names_a_person_is_even_offered():
    offered = {name for table in OFFERED.values() for name in table}
    assert not [name for name in offered if any(word in name for word in NEVER)]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda c: columns(c)[3].update(name="birth_date"), "may not leave the hub"),
        (lambda c: columns(c)[3].update(name="person_id"), "may not leave the hub"),
        (lambda c: columns(c).pop(0), "part of the key and is missing"),
        (lambda c: columns(c)[0].update(description=" "), "needs name and description"),
        (lambda c: columns(c)[0].update(logicalType="date"), "its logicalType"),
        (lambda c: columns(c).append(columns(c)[0]), "stands twice"),
        (lambda c: custom(c, "purpose").update(value=""), "property purpose"),
        (lambda c: custom(c, "legalBasis").update(value=" "), "property legalBasis"),
        (lambda c: custom(c, "formats").update(value=["excel"]), "property formats"),
        (lambda c: custom(c, "sealing").update(value="never"), "property sealing"),
        (lambda c: custom(c, "keyEpoch").update(value=0), "property keyEpoch"),
        (lambda c: custom(c, "quasiIdentifiers").update(value=["age"]), "age is no column"),
        (lambda c: c["schema"][0].update(name="people"), "schema people"),
        (lambda c: c.update(apiVersion="v2.0.0"), "apiVersion"),
    ],
)
def test_a_contract_that_breaks_a_rule_is_refused(folder, edit, message):
    with pytest.raises(ContractError, match=message):
        read_contract(change(folder, edit))


def test_without_a_contract_nothing_leaves(folder):
    with pytest.raises(ContractError, match="nothing may leave for MOFA"):
        load_contract("MOFA", folder)


CHANGES = {
    "columns in another order": (
        lambda c: columns(c).insert(0, columns(c).pop()),
        ChangeClass.BREAKING,
    ),
    "column removed": (lambda c: columns(c).pop(), ChangeClass.BREAKING),
    "other words": (lambda c: columns(c)[0].update(description="Other."), ChangeClass.EDITORIAL),
    "now perhaps empty": (lambda c: columns(c)[3].update(required=False), ChangeClass.BREAKING),
    "format added": (
        lambda c: custom(c, "formats")["value"].append("csv-cp949"),
        ChangeClass.ADDITIVE,
    ),
    "format removed": (lambda c: custom(c, "formats")["value"].pop(), ChangeClass.BREAKING),
    "key epoch": (lambda c: custom(c, "keyEpoch").update(value=2), ChangeClass.ADDITIVE),
    "purpose": (lambda c: custom(c, "purpose").update(value="Research"), ChangeClass.BREAKING),
    "table removed": (lambda c: c["schema"].pop(), ChangeClass.BREAKING),
}
ENOUGH = {
    ChangeClass.EDITORIAL: "1.0.1",
    ChangeClass.ADDITIVE: "1.1.0",
    ChangeClass.BREAKING: "2.0.0",
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_needs_the_version_of_its_class(folder, name):
    edit, expected = CHANGES[name]
    old = contract_terms(load_contract("MOE", folder))
    new = contract_terms(read_contract(change(folder, edit)))
    assert max(each.change_class for each in differences(old, new)) is expected
    with pytest.raises(ContractError, match="published and may not change"):
        load_contract("MOE", folder)
    for allowed, version in ENOUGH.items():
        change(folder, lambda _content: None, version)
        if allowed >= expected:
            assert load_contract("MOE", folder).version == version
        else:
            with pytest.raises(ContractError, match="needs a new"):
                load_contract("MOE", folder)


def test_a_column_that_follows_the_others_is_an_addition(folder):
    path = change(folder, lambda c: columns(c).pop(), "2.0.0")
    publish_version(read_contract(path), folder)
    change(folder, lambda c: columns(c).append(columns(yaml.safe_load(
        (CONTRACT_FOLDER / "moe.odcs.yaml").read_text("utf-8")
    ))[-1]), "2.1.0")  # fmt: skip
    assert load_contract("MOE", folder).version == "2.1.0"


def test_a_version_never_goes_back(folder):
    change(folder, lambda c: columns(c)[0].update(description="Other."), "0.9.0")
    with pytest.raises(ContractError, match="needs a new patch version"):
        load_contract("MOE", folder)


def test_a_published_version_cannot_be_rewritten_in_the_lock(folder):
    lock = json.loads((folder / LOCK).read_text("utf-8"))
    lock["moe-eligibility"]["1.0.0"]["terms"]["purpose"] = "Research"
    (folder / LOCK).write_text(json.dumps(lock), "utf-8")
    with pytest.raises(ContractError, match="altered after it was published"):
        load_contract("MOE", folder)


def run(*arguments, code=0):
    result = CliRunner().invoke(contract_app, list(arguments))
    assert result.exit_code == code, result.output
    return result.output


def test_the_commands_list_show_and_compare(folder):
    rows = json.loads(run("list", "--json"))
    assert len(rows) == 17
    shown = json.loads(run("show", "MOHW", "--json"))
    assert {"eligibility", "finding"} == {row["table"] for row in shown}
    assert all(row["meaning"] for row in shown)
    assert "legal_basis" in run("show", "MOHW")
    path = change(folder, lambda c: columns(c).pop(), "1.1.0")
    compared = json.loads(run("diff", "moe-eligibility@1.0.0", str(path), "--json", code=1))
    assert [row["class"] for row in compared] == ["breaking"]
    assert "needs a major version" in run("diff", "moe-eligibility@1.0.0", str(path), code=1)
    same = str(CONTRACT_FOLDER / "moe.odcs.yaml")
    assert "needs no version" in run("diff", "moe-eligibility@1.0.0", same)
    assert "never published" in run("diff", "moe-eligibility@9.9.9", same, code=1)
    assert not any(row["is_new"] for row in json.loads(run("lock", "--json")))
