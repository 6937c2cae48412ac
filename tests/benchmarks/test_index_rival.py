"""Plain Splink as the rival: it links what is alike, and its figures are counted right."""

import duckdb
import polars as pl
import pytest

from pipelines.benchmarks.index_rival import _pair_figures, _single_truth, run_plain_splink

GIVEN = ("ANNA", "BORIS", "CARLA", "DAVID", "ELENA", "FELIX", "GRETA", "HUGO", "IRENE", "JONAS")
FAMILY = ("ADLER", "BERGER", "CLAUS", "DIETZ", "ENGEL", "FRANK", "GRUBER", "HAAS")
BLOCKING = ("number", "family_key || birth_digits", "unnest(address_words)")


def records():
    """Eighty people, three records each: one without number, one with a slip in the given name."""
    return pl.DataFrame(
        [
            {
                "record_id": person * 3 + copy,
                "number": f"N{person:03d}" if copy else None,
                "family_key": FAMILY[person // 10],
                "given_key": GIVEN[person % 10] if copy < 2 else GIVEN[person % 10][:-1] + "X",
                "birth_digits": f"19{person:02d}{person % 12 + 1:02d}{person % 28 + 1:02d}",
                "sex": "female" if person % 2 else "male",
                "address_words": ["CITY", f"STREET{person // 4}"],
                "person": person,
            }
            for person in range(80)
            for copy in range(3)
        ]
    )


@pytest.fixture(scope="module")
def result():
    frame = records()
    truth = frame.select(member="record_id", truth="person")
    with duckdb.connect() as connection:
        connection.register("told", frame.drop("person").to_arrow())
        connection.execute("CREATE TABLE record AS FROM told").fetchall()
        yield run_plain_splink(
            connection, "record", BLOCKING, truth, thresholds=(-4.0, 4.0, 60.0), pair_limit=100
        )


def test_records_of_one_person_are_found(result):
    assert result.f1 > 0.95
    assert result.clusters.height == 240


def test_best_threshold_is_the_one_reported(result):
    best = result.by_threshold.sort("f1")["threshold"][-1]
    assert result.threshold == best
    assert result.by_threshold.filter(threshold=60.0)["recall"][0] < result.recall


def test_every_step_has_a_time(result):
    assert set(result.seconds) == {"prepare", "train", "predict", "cluster"}


def test_keys_of_big_blocks_are_not_compared(result):
    # Everybody shares the word CITY (28,680 pairs); twelve records share a street (66 pairs).
    assert 80 * 3 <= result.pairs < 2_000


def test_pair_figures_count_pairs():
    clusters = pl.DataFrame({"member": [1, 2, 3, 4], "cluster": ["a", "a", "a", "b"]})
    truth = pl.DataFrame({"member": [1, 2, 3, 4], "truth": [7, 7, 8, 8]})
    # Said 12 13 23, true 12 34, both 12.
    figures = _pair_figures(clusters, truth)
    assert figures == pytest.approx({"precision": 1 / 3, "recall": 1 / 2, "f1": 2 / 5})


def test_records_of_several_people_are_in_no_figure():
    truth = pl.DataFrame({"member": [1, 1, 2], "truth": [7, 8, 7]})
    assert _single_truth(truth).rows() == [(2, 7)]
