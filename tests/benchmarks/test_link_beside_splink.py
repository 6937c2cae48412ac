"""`hub bench link`: a labelled table in, what linking and plain Splink reach out."""

from __future__ import annotations

import polars as pl
import pytest

from hub.identity.link import LinkInputError
from pipelines.benchmarks.link_beside_splink import measure_link
from pipelines.benchmarks.populations import make_population


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """A table of two hundred people with the column `who`."""
    made = make_population("germany", people=200, seed=4)
    target = tmp_path_factory.mktemp("labelled") / "people.csv"
    made.records.join(made.truth.rename({"person": "who"}), on="record_id").write_csv(target)
    return target


def test_a_labelled_table_is_measured_beside_plain_splink(labelled):
    (row,) = measure_link(labelled, "who", people=0, seed=0, rival=True)
    assert row["table"] == "people.csv"
    assert row["records"] == pl.read_csv(labelled).height
    assert row["f1"] > 0.9
    assert 0 < row["splink_f1"] <= 1


def test_a_table_without_its_truth_is_refused(labelled):
    with pytest.raises(LinkInputError, match=r"people\.csv has no column person"):
        measure_link(labelled, "person", people=0, seed=0, rival=False)
