"""Pairs that are scored some keys after the others are the pairs of all keys at once."""

from __future__ import annotations

import polars as pl
import pytest

from hub.identity import engine
from hub.identity.link import link
from hub.identity.pairing import make_paired_keys
from pipelines.benchmarks.populations import make_population


@pytest.fixture(scope="module")
def records():
    return make_population("korea", people=300, seed=11).records


@pytest.mark.parametrize("pairs_at_a_time", [1_000, 37])
def test_parts_change_no_cluster_and_no_weight(records, monkeypatch, pairs_at_a_time):
    pairs = []

    def counted(*arguments, **options):
        pairs.append(make_paired_keys(*arguments, **options))
        return pairs[-1]

    whole = link(records)
    monkeypatch.setattr(engine, "PAIRS_AT_A_TIME", pairs_at_a_time)
    monkeypatch.setattr(engine, "make_paired_keys", counted)
    in_parts = link(records)
    assert pairs[0] > pairs_at_a_time
    assert in_parts.clusters.equals(whole.clusters)
    both = ["record_l", "record_r"]
    assert in_parts.pairs.sort(both).equals(whole.pairs.sort(both))
    assert in_parts.reviews.sort(pl.all()).equals(whole.reviews.sort(pl.all()))
