"""What is learnt stays plausible, and does not depend on Splink's reading of a level."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
import pytest

from hub.identity.blocking import BLOCKING_RULES, key_sql, usable_rules
from hub.identity.comparisons import COMPARISONS
from hub.identity.expectation_maximisation import _bounded
from hub.identity.link import link
from pipelines.benchmarks.populations import Noise, make_population


@pytest.mark.parametrize(
    ("shares", "most", "expected"),
    [
        ([0.9, 0.1], [1.0, 0.2], [0.9, 0.1]),
        ([0.5, 0.5], [1.0, 0.2], [0.8, 0.2]),
        ([0.2, 0.2, 0.6], [1.0, 1.0, 0.2], [0.4, 0.4, 0.2]),
    ],
)
def test_what_exceeds_its_bound_goes_to_the_others(
    shares: list[float], most: list[float], expected: list[float]
) -> None:
    assert _bounded(np.array(shares), np.array(most)) == pytest.approx(expected)


def test_namesakes_do_not_teach_that_people_change_their_birth_date() -> None:
    # Few names: most pairs of one name are of two people.
    population = make_population("vietnam", people=400, view="full_name_birth", noise=Noise(typo=0))
    result = link(population.records)
    different = result.model.likelihoods["birth_date"].same_person[-1]
    assert different <= COMPARISONS[3].levels[-1].most_same_person
    joined = result.clusters.join(population.truth, on="record_id")
    mixed = joined.group_by("person_id").agg(pl.col("person").n_unique())["person"]
    assert (mixed > 1).sum() <= 0.02 * len(mixed)


def test_likelihoods_of_a_comparison_are_shares() -> None:
    population = make_population("japan", people=120, view="all")
    for likelihoods in link(population.records).model.likelihoods.values():
        assert sum(likelihoods.same_person) == pytest.approx(1.0, abs=1e-6)
        assert all(0 < share <= 1 for share in likelihoods.strangers)


def test_a_rule_is_used_only_where_all_its_columns_have_values() -> None:
    names = {rule.name for rule in usable_rules(["phone", "name_key"])}
    assert names == {"anything_but_the_phone", "anything_but_the_name"}


def test_no_rules_give_no_keys() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE people AS SELECT 1 AS record_id")
        assert connection.sql(key_sql("people", (), ("record_id",))).fetchall() == []


def test_every_rule_runs_on_descriptions() -> None:
    population = make_population("germany", people=60, view="all")
    with duckdb.connect() as connection:
        link(population.records, connection=connection)
        keys = connection.sql(key_sql("comparable_record", BLOCKING_RULES, ()))
        used = {row[0] for row in keys.aggregate("rule, count(*)").fetchall()}
    assert used == set(range(len(BLOCKING_RULES)))
