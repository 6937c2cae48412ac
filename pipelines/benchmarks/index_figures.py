"""How good an index is by the truth: its pairs, and the IDs of people of whom nothing changed.

Here: figures over the tables of simulated nights. Never here: playing nights (`index`), or plain
Splink (`index_beside_splink`), which is judged by the same function over the same signatures. Next:
the rows of `hub bench index`.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from hub.identity.measures import pairwise_measures


def clear_truth(truth: Path) -> pl.DataFrame:
    """Return (`member`, `truth`): the signatures that are about one person, and that person."""
    meant = pl.read_parquet(truth).unique().filter(pl.len().over("signature_id") == 1)
    return meant.select(member="signature_id", truth="person_number")


def index_accuracy(tables: Path, truth: Path) -> dict[str, object]:
    """Return `accuracy` of the night's index."""
    return accuracy(_placed(tables).select("member", "cluster"), tables, truth)


def accuracy(placed: pl.DataFrame, tables: Path, truth: Path) -> dict[str, object]:
    """Return precision and recall of `placed` (`member`, `cluster`) over pairs of signatures.

    A signature that is a bare name (nothing else is known of it) is nobody's in the index of
    `tables`: it may be of several people, and counts in `recall with bare names` alone. The same
    signatures are judged whatever `placed` is; one without a cluster is alone.
    """
    clear = clear_truth(truth)
    own = _placed(tables)
    judged = clear.join(own, on="member", how="semi")
    named = own.filter(pl.col("match_kind") != "unidentifiable")
    alone = judged.select("member").join(
        placed.select("member", pl.col("cluster").cast(pl.String)), on="member", how="left"
    )
    alone = alone.with_columns(
        pl.coalesce("cluster", pl.format("alone {}", "member")).alias("cluster")
    )
    exact = pairwise_measures(
        alone.join(named, on="member", how="semi"), judged.join(named, on="member", how="semi")
    )
    every = pairwise_measures(alone, judged)
    return {
        "signatures judged": judged.height,
        "precision": exact.precision,
        "recall": exact.recall,
        "F1": exact.f1,
        "recall with bare names": every.recall,
        "F1 with bare names": every.f1,
    }


def _placed(tables: Path) -> pl.DataFrame:
    return pl.read_parquet(tables / "person_index.parquet").select(
        member="signature_id", cluster="person_id", match_kind="match_kind"
    )


def ids_of_the_untouched(
    before: Path, after: Path, truth_before: Path, truth_after: Path
) -> dict[str, object]:
    """Count the people of whom nothing changed, and those of them with a signature under another ID.

    Nothing changed of a person if no signature of theirs, by the truth, is new, changed or gone. Why
    another ID is told by signature: `from` and `to` are the kinds of match of both nights.
    """
    old_truth, new_truth = (
        pl.read_parquet(truth).unique() for truth in (truth_before, truth_after)
    )
    touched = pl.concat(
        [
            old_truth.join(new_truth, on=old_truth.columns, how="anti"),
            new_truth.join(old_truth, on=old_truth.columns, how="anti"),
        ]
    )
    untouched = new_truth.join(touched, on="person_number", how="anti")
    old, new = (
        pl.read_parquet(
            tables / "person_index.parquet", columns=["signature_id", "person_id", "match_kind"]
        )
        for tables in (before, after)
    )
    both = old.join(new, on="signature_id", suffix="_new").filter(
        pl.col("person_id").ne_missing(pl.col("person_id_new"))
    )
    moved = both.join(untouched, on="signature_id")
    reasons = (
        moved.group_by(
            reason=pl.when(pl.col("match_kind") == pl.col("match_kind_new"))
            .then(pl.format("{}, with others than before", "match_kind"))
            .otherwise(pl.format("{} to {}", "match_kind", "match_kind_new"))
        )
        .agg(people=pl.col("person_number").n_unique())
        .sort("people", "reason", descending=[True, False])
    )
    return {
        "people untouched": untouched["person_number"].n_unique(),
        "IDs changed of the untouched": moved["person_number"].n_unique(),
        "signatures of them": moved["signature_id"].n_unique(),
        "why": "; ".join(f"{people} {reason}" for reason, people in reasons.iter_rows()),
    }
