"""How well does the index find people again in a noisy population whose truth is known?"""

from __future__ import annotations

from pipelines.steps.index import Before, build_index


def test_pairs_are_right_and_nearly_all_are_found(bench_of, make_population, pairwise_figures):
    tables, truth = make_population(2_000, 11)
    bench = bench_of(**tables)
    build_index(bench, Before(), b"test key")
    precision, recall = pairwise_figures(bench.frame("FROM person_index"), truth)
    # A wrong merge pays money to the wrong person, a missed link asks a clerk.
    assert precision >= 0.9999
    assert recall >= 0.995
