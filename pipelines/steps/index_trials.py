"""A person index beside the current one: with a new model, or with numbers hidden.

Here: the night's tables under a folder of their own, so that a trial changes nothing that others
read, and how a new model's index differs from the current one. Never here: accepting a model
(`warehouse.index_models`) or what is measured (`pipelines.steps.index_accuracy`). Next: a person
looks at the comparison before `hub index accept`.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from hub.identity.linkage_model import LinkageModel
from hub.identity.partition_diff import PartitionDiff, diff_partitions
from pipelines.steps.context import NightContext
from pipelines.steps.index import build_index, index_settings, registered_people
from pipelines.steps.index_memory import remembered
from pipelines.steps.index_training import train_index_model
from warehouse.identity_zone import identity_zone
from warehouse.layout import Layout
from warehouse.releases import Release, current
from warehouse.vault import sub_key
from warehouse.workbench import IDENTITY, Workbench, identity_files

INPUTS = (
    "night",
    "signature",
    "f01_person_identity",
    "f02_resident_household_address",
    "f04_vital_event",
    "f05_foreigner_nationality",
)
"""What an index is built from."""


def current_release(layout: Layout) -> Release:
    """Return the current release.

    Raises:
        LookupError: there is none.
    """
    release = current(layout)
    if release is None:
        raise LookupError("no release yet; run `hub night` first")
    return release


@contextmanager
def open_trial(layout: Layout, night: dt.date) -> Iterator[Workbench]:
    """Open the tables that an index of `night` is built from; what is made in it is removed again.

    Raises:
        LookupError: the night's tables are no longer there.
    """
    tables = layout.tables(night)
    inputs = _kept_inputs(tables)
    absent = [name for name in INPUTS if name not in inputs]
    if absent:
        scratch_folders = sorted(tables.parents[1].glob("*/tables"))
        kept = [path.parent.name for path in scratch_folders if "signature" in _kept_inputs(path)]
        raise LookupError(
            f"the tables of night {night} are no longer kept ({absent[0]} is missing). "
            f"Kept are: {', '.join(kept) or 'none; the next `hub night` makes them'}"
        )
    layout.work(night).parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="trial-", dir=layout.work(night).parent) as scratch:
        folder = Path(scratch) / "tables"
        (folder / IDENTITY).mkdir(parents=True)
        for path in inputs.values():
            # A second name of the same file: a night that starts meanwhile cannot take it away.
            os.link(path, folder / path.relative_to(tables))
        with Workbench(folder, zone=identity_zone(layout), night=f"{night:%Y%m%d}") as bench:
            yield bench


def _kept_inputs(tables: Path) -> dict[str, Path]:
    """Return the files of `INPUTS` that lie in a night's folder."""
    open_files = {name: tables / f"{name}.parquet" for name in INPUTS}
    found = {name: path for name, path in open_files.items() if path.exists()}
    return found | {n: path for n, path in identity_files(tables).items() if n in INPUTS}


def train_on(context: NightContext, version: str) -> LinkageModel:
    """Train a model on the signatures of the context's night, without labels.

    Raises:
        LookupError: the night's tables are no longer there.
    """
    with open_trial(context.layout, context.night) as bench:
        return train_index_model(bench, version, neighbour_keys=context.tokeniser.neighbour_keys)


def compare_model(context: NightContext, model: LinkageModel) -> PartitionDiff:
    """Build the index of the context's night with `model`, and compare it with the current one.

    It is built as the next night would: from nothing, with decisions, and IDs carried over. A change
    weighs the won a month that the current release grants to the people in it.

    Raises:
        LookupError: there is no release, or the night's tables are no longer there.
    """
    release = current_release(context.layout)
    before = remembered(context, None, model)
    with open_trial(context.layout, context.night) as bench:
        build_index(
            bench,
            before,
            sub_key(context.root_key, "person-id/v1"),
            neighbour_keys=context.tokeniser.neighbour_keys,
            decisions=context.ledger.active_decisions(),
            settings=index_settings(registered_people(bench), model),
            night=context.as_of,
        )
        after = bench.frame("SELECT signature_id, person_id FROM person_index")
    return diff_partitions(
        before.members.rename({"signature_id": "member", "person_id": "cluster"}),
        after.rename({"signature_id": "member", "person_id": "cluster"}),
        _granted(release, before.members),
    )


def _granted(release: Release, members: pl.DataFrame) -> pl.DataFrame:
    """Return (`member`, `weight`): what is granted to a person, in won, at its first signature."""
    granted = (
        pl.scan_parquet(release.table("decision"))
        .filter(pl.col("outcome") == "eligible")
        .group_by(person_id="subject_id")
        .agg(weight=pl.col("amount").sum().cast(pl.Int64))
        .collect()
    )
    first = members.drop_nulls().group_by("person_id").agg(member=pl.col("signature_id").min())
    return first.join(granted, on="person_id").select("member", "weight")
