"""Who is whom depends on what the records say, and on nothing else."""

from __future__ import annotations

import polars as pl
import pytest

from hub.identity.link import link
from pipelines.benchmarks.populations import Noise, Population, make_population


@pytest.fixture(scope="module")
def population() -> Population:
    return make_population("america", people=150, view="all", noise=Noise(typo=0.15, missing=0.1))


def partition(clusters: pl.DataFrame) -> set[frozenset[str]]:
    groups = clusters.group_by("person_id").agg("record_id")
    return {frozenset(ids) for ids in groups["record_id"].to_list()}


@pytest.fixture(scope="module")
def expected(population: Population) -> set[frozenset[str]]:
    return partition(link(population.records).clusters)


def test_it_finds_people_at_all(population: Population, expected: set[frozenset[str]]) -> None:
    truth = population.truth.group_by("person").agg("record_id")["record_id"].to_list()
    assert len(expected & {frozenset(ids) for ids in truth}) > 0.9 * len(truth)


def test_the_order_of_rows_is_nothing(
    population: Population, expected: set[frozenset[str]]
) -> None:
    mixed = population.records.sample(fraction=1.0, shuffle=True, seed=7)
    result = link(mixed).clusters
    assert partition(result) == expected
    assert result["record_id"].equals(mixed["record_id"])


def test_the_order_of_columns_is_nothing(
    population: Population, expected: set[frozenset[str]]
) -> None:
    turned = population.records.select(reversed(population.records.columns))
    assert partition(link(turned).clusters) == expected


def test_the_names_of_records_are_nothing(
    population: Population, expected: set[frozenset[str]]
) -> None:
    names = pl.col("record_id").str.slice(1).cast(pl.Int64)
    renamed = population.records.with_columns(record_id=pl.format("x{}", 90_000 - names))
    back = dict(zip(renamed["record_id"], population.records["record_id"], strict=True))
    result = link(renamed).clusters.with_columns(pl.col("record_id").replace_strict(back))
    assert partition(result) == expected


def test_a_second_run_is_the_same(population: Population) -> None:
    first, second = link(population.records), link(population.records)
    assert first.clusters.equals(second.clusters)
    assert first.pairs.equals(second.pairs)
    assert first.model.digest == second.model.digest


def test_a_split_name_is_the_same_name() -> None:
    whole = make_population("russia", people=150, view="full_name_birth")
    parts = make_population("russia", people=150, view="name_birth")
    # Same seed, same people, same mistakes: only the columns differ.
    known = whole.records["full_name"].is_not_null() & (whole.records["full_name"] != "UNKNOWN")
    whole_ids = set(whole.records.filter(known)["record_id"])
    one, other = (
        {frozenset(ids & whole_ids) for ids in partition(link(each.records).clusters)}
        for each in (whole, parts)
    )
    assert len(one & other) > 0.85 * len(one)


@pytest.mark.parametrize("country", ["spain", "china", "arab"])
def test_wrong_merges_are_rare_everywhere(country: str) -> None:
    population = make_population(country, people=300, view="no_id")
    joined = link(population.records).clusters.join(population.truth, on="record_id")
    mixed = joined.group_by("person_id").agg(pl.col("person").n_unique())["person"]
    assert (mixed > 1).sum() <= 0.02 * len(mixed)
