"""Figures of the index by the truth: who counts as untouched, and who is judged."""

import polars as pl
import pytest

from pipelines.benchmarks.index_figures import accuracy, ids_of_the_untouched


def night(folder, index, truth):
    """Write `index` (signature, person, kind) and `truth` (signature, person number)."""
    folder.mkdir()
    pl.DataFrame(
        index, schema={"signature_id": pl.UInt64, "person_id": pl.String, "match_kind": pl.String}, orient="row"
    ).write_parquet(folder / "person_index.parquet")  # fmt: skip
    pl.DataFrame(
        truth, schema={"signature_id": pl.UInt64, "person_number": pl.Int64}, orient="row"
    ).write_parquet(folder / "truth.parquet")
    return folder, folder / "truth.parquet"


def test_untouched_is_who_has_no_new_or_gone_signature(tmp_path):
    before, truth_before = night(
        tmp_path / "1",
        [(1, "A", "linked"), (2, "A", "linked"), (3, "B", "linked"), (4, "C", "single")],
        [(1, 10), (2, 10), (3, 20), (4, 30)],
    )
    # Person 20 gets a signature and another ID; person 30 becomes ambiguous through no change of its own.
    after, truth_after = night(
        tmp_path / "2",
        [(1, "A", "linked"), (2, "A", "linked"), (3, "D", "linked"), (5, "D", "linked"),
         (4, "E", "ambiguous")],
        [(1, 10), (2, 10), (3, 20), (5, 20), (4, 30)],
    )  # fmt: skip
    assert ids_of_the_untouched(before, after, truth_before, truth_after) == {
        "people untouched": 2,
        "IDs changed of the untouched": 1,
        "signatures of them": 1,
        "why": "1 single to ambiguous",
    }


def test_whatever_is_placed_the_same_signatures_are_judged(tmp_path):
    tables, truth = night(
        tmp_path / "1",
        [(1, "A", "linked"), (2, "A", "linked"), (3, None, "unidentifiable"), (4, "B", "linked")],
        [(1, 10), (2, 10), (3, 10), (4, 10), (4, 20)],
    )
    # Signature 4 is about two people: nobody can be judged by it.
    placed = pl.DataFrame(
        {"member": [1, 2, 3], "cluster": [7, 7, 7]}, schema_overrides={"member": pl.UInt64}
    )
    found = accuracy(placed, tables, truth)
    assert found["signatures judged"] == 3
    assert (found["precision"], found["recall"], found["recall with bare names"]) == (1.0, 1.0, 1.0)
    alone = accuracy(placed.filter(member=1), tables, truth)
    assert alone["signatures judged"] == 3
    assert alone["recall with bare names"] == pytest.approx(0.0)
