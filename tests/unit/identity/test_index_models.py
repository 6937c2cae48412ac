"""A new linkage model comes into use only when its comparison was seen and is within the limits."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import polars as pl
import pytest

from hub.identity.linkage_model import shipped_model
from hub.identity.partition_diff import DiffLimits, diff_partitions
from warehouse import index_models
from warehouse.index_models import IndexModelError, ModelComparison
from warehouse.layout import Layout

IN_USE = shipped_model()
NEW = replace(IN_USE, version="2027-01", matches_per_pair=IN_USE.matches_per_pair / 2)
WHO = {"actor": "k.lee", "reason": "trained on our own records"}


def partition(text):
    members = list(enumerate(text.split()))
    return pl.DataFrame(members, schema=["member", "cluster"], orient="row")


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path)


@pytest.fixture
def compared(layout):
    """Write the new model and its comparison: of 200 people two become one."""
    before = [f"P{number}" for number in range(200)]
    after = ["P1", *before[1:]]
    diff = diff_partitions(partition(" ".join(before)), partition(" ".join(after)))
    index_models.write_model(layout, NEW)
    comparison = ModelComparison(
        "2027-01", NEW.digest, IN_USE.digest, "r000007", dt.date(2026, 4, 1), diff
    )
    index_models.write_comparison(layout, comparison)
    return comparison


def accept(layout, seen, limits=DiffLimits(), in_use=IN_USE, **said):
    return index_models.accept(layout, "2027-01", in_use, limits, seen=seen, **{**WHO, **said})


def accepted(layout):
    return (layout.models / "accepted.json").exists()


def test_a_comparison_is_read_as_it_was_written(layout, compared):
    read = index_models.read_comparison(layout, "2027-01")
    assert read.diff.fingerprint == compared.diff.fingerprint
    assert read.diff.counted("merged", "members") == 2
    assert (read.release_id, read.night) == ("r000007", dt.date(2026, 4, 1))
    text = (layout.models / "2027-01-diff.txt").read_text("utf-8")
    assert compared.diff.fingerprint in text
    assert "r000007" in text
    largest = pl.read_parquet(layout.models / "2027-01-diff.parquet")
    assert largest["clusters_before"].to_list() == [["P0", "P1"]]


def test_what_was_seen_is_accepted_and_recorded(layout, compared):
    assert accept(layout, compared.diff.fingerprint).is_accepted
    assert (layout.models / "accepted.json").read_text("utf-8") == NEW.dumps()
    (line,) = index_models.acceptances(layout)
    assert line["actor"] == "k.lee"
    assert line["model"] == NEW.digest
    assert line["replaces"] == IN_USE.digest
    assert line["fingerprint"] == compared.diff.fingerprint
    assert line["limits"]["merged_share"] == 0.01


@pytest.mark.parametrize("seen", [None, "", "0123456789abcdef"])
def test_what_was_not_seen_is_refused(layout, compared, seen):  # noqa: ARG001
    assert not accept(layout, seen).is_accepted
    assert not accepted(layout)
    assert index_models.acceptances(layout) == []


def test_eyes_do_not_widen_limits(layout, compared):
    decided = accept(layout, compared.diff.fingerprint, DiffLimits(merged_share=0.005))
    assert not decided.is_accepted
    assert "merged" in decided.reasons[0]
    assert not accepted(layout)


def test_a_model_that_was_not_compared_is_refused(layout):
    index_models.write_model(layout, NEW)
    with pytest.raises(IndexModelError, match="was not compared"):
        accept(layout, "x")


def test_another_model_than_the_compared_one_is_refused(layout, compared):
    path = layout.models / "2027-01.json"
    path.write_text(replace(NEW, housemates_per_pair=0.01).dumps(), "utf-8")
    with pytest.raises(IndexModelError, match="not the one that was compared"):
        accept(layout, compared.diff.fingerprint)


def test_a_comparison_with_a_model_no_longer_in_use_is_refused(layout, compared):
    with pytest.raises(IndexModelError, match="no longer in use"):
        accept(layout, compared.diff.fingerprint, in_use=NEW)


@pytest.mark.parametrize("name", ["actor", "reason"])
@pytest.mark.parametrize(
    ("said", "why"), [(" ", "must not be empty"), ("900101-1234567", "ID number")]
)
def test_who_and_why_are_said_without_id_numbers(layout, compared, name, said, why):
    with pytest.raises(IndexModelError, match=why) as refused:
        accept(layout, compared.diff.fingerprint, **{name: said})
    assert "1234567" not in str(refused.value)


def test_what_was_compared_is_never_overwritten(layout, compared):  # noqa: ARG001
    with pytest.raises(IndexModelError, match="already"):
        index_models.write_model(layout, NEW)


@pytest.mark.parametrize("version", ["accepted", "../x", "", "a/b", "x-diff", ".hidden"])
def test_versions_are_names_of_files(layout, version):
    with pytest.raises(IndexModelError, match="version"):
        index_models.model_path(layout, version)


def test_models_of_another_version_of_the_hub_are_named(layout):
    document = json.loads(NEW.dumps())
    document["comparisons"]["sex"].pop()
    layout.models.mkdir()
    (layout.models / "2027-01.json").write_text(json.dumps(document), "utf-8")
    with pytest.raises(IndexModelError, match="2027-01 cannot be used"):
        index_models.read_model(layout, "2027-01")
    with pytest.raises(IndexModelError, match="no model 2028"):
        index_models.read_model(layout, "2028")
