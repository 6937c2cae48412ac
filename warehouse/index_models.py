"""Linkage models of this hub: trained, compared with the one in use, accepted.

Here: the files below `Layout.models`, and the record of who accepted which model. Never here:
training, building or comparing (`pipelines.steps.index_trials`), what may be accepted
(`hub.identity.partition_diff`). Next: the night after an acceptance builds its index with
`accepted.json`, from nothing, and people keep their IDs.

| file | holds |
|---|---|
| `<version>.json` | a model |
| `<version>-diff.txt`, `.json`, `.parquet` | what it would change: for people, for programs, the largest changes |
| `accepted.json` | a copy of the accepted model |
| `acceptances.jsonl` | one line an acceptance: who, when, why, which comparison was seen |
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from hub.identity.linkage_model import LinkageModel
from hub.identity.partition_diff import Acceptance, DiffLimits, PartitionDiff, accept_model
from warehouse import durable
from warehouse.layout import Layout

ACCEPTED = "accepted"
ACCEPTANCES = "acceptances.jsonl"
_VERSION = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
_LIKE_NATIONAL_ID = re.compile(r"(?:^|\D)\d{6}[-_ ]?\d{7}(?:$|\D)")
_SUMMARY_SCHEMA = pl.Schema(
    {
        "kind": pl.String(),
        "clusters_before": pl.Int64(),
        "clusters_after": pl.Int64(),
        "members": pl.Int64(),
        "weight": pl.Int64(),
    }
)
_LARGEST_SCHEMA = pl.Schema(
    {
        "kind": pl.String(),
        "clusters_before": pl.List(pl.String),
        "clusters_after": pl.List(pl.String),
        "before_count": pl.Int64(),
        "after_count": pl.Int64(),
        "members": pl.Int64(),
        "weight": pl.Int64(),
    }
)


class IndexModelError(Exception):
    """A model cannot be written, read or accepted; the message says what to do."""


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """What a model would change.

    `model` and `model_in_use` are digests, `release_id` and `night` say what it was compared with.
    """

    version: str
    model: str
    model_in_use: str
    release_id: str
    night: dt.date
    diff: PartitionDiff


def model_path(layout: Layout, version: str) -> Path:
    """Return where a model lies.

    Raises:
        IndexModelError: the version cannot be a file's name.
    """
    if not _VERSION.match(version) or version == ACCEPTED or version.endswith("-diff"):
        raise IndexModelError(
            f"version {version!r}: use letters, digits, point, hyphen and underscore, as 2027-01; "
            f"`{ACCEPTED}` and names that end in -diff are taken"
        )
    return layout.models / f"{version}.json"


def require_new(layout: Layout, version: str) -> None:
    """Refuse a version that there is already: what was compared and accepted must not change."""
    if model_path(layout, version).exists():
        raise IndexModelError(f"there is a model {version} already; choose another version")


def write_model(layout: Layout, model: LinkageModel) -> Path:
    """Write a model that is not there yet, and return its path."""
    require_new(layout, model.version)
    path = model_path(layout, model.version)
    durable.write_text(path, model.dumps())
    return path


def read_model(layout: Layout, version: str) -> LinkageModel:
    """Return a model of this hub.

    Raises:
        IndexModelError: there is none, or it was made for another version of the hub.
    """
    path = model_path(layout, version)
    if not path.exists():
        raise IndexModelError(f"no model {version}; `hub index train --version {version}` makes it")
    try:
        return LinkageModel.loads(path.read_text("utf-8"))
    except (ValueError, KeyError, TypeError) as error:
        raise IndexModelError(f"model {version} cannot be used: {error}") from error


def write_comparison(layout: Layout, comparison: ModelComparison) -> Path:
    """Write what a model would change; return the text for people."""
    stem = model_path(layout, comparison.version).with_suffix("")
    text, document, table = (Path(f"{stem}-diff.{ending}") for ending in ("txt", "json", "parquet"))
    diff = comparison.diff
    head = (
        f"model {comparison.version} ({comparison.model[:12]}) against the model in use "
        f"({comparison.model_in_use[:12]}), release {comparison.release_id}, "
        f"tables of night {comparison.night}; weight in won a month"
    )
    durable.write_text(text, f"{head}\n\n{diff.text_table()}\n")
    with durable.published_file(table) as staging:
        diff.largest.write_parquet(staging)
    told = {
        "version": comparison.version,
        "model": comparison.model,
        "model_in_use": comparison.model_in_use,
        "release_id": comparison.release_id,
        "night": comparison.night.isoformat(),
        "fingerprint": diff.fingerprint,
        "members_new": diff.members_new,
        "members_gone": diff.members_gone,
        "summary": diff.summary.to_dicts(),
        "largest": diff.largest.to_dicts(),
    }
    durable.write_text(document, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return text


def read_comparison(layout: Layout, version: str) -> ModelComparison:
    """Return what a model would change.

    Raises:
        IndexModelError: nobody has compared it.
    """
    path = Path(f"{model_path(layout, version).with_suffix('')}-diff.json")
    if not path.exists():
        raise IndexModelError(
            f"model {version} was not compared with the index in use; "
            "`hub index train` compares what it trains"
        )
    told = json.loads(path.read_text("utf-8"))
    diff = PartitionDiff(
        summary=pl.DataFrame(told["summary"], schema=_SUMMARY_SCHEMA),
        largest=pl.DataFrame(told["largest"], schema=_LARGEST_SCHEMA),
        members_new=told["members_new"],
        members_gone=told["members_gone"],
    )
    return ModelComparison(
        told["version"],
        told["model"],
        told["model_in_use"],
        told["release_id"],
        dt.date.fromisoformat(told["night"]),
        diff,
    )


def accept(
    layout: Layout,
    version: str,
    in_use: LinkageModel,
    limits: DiffLimits,
    *,
    actor: str,
    reason: str,
    seen: str | None,
) -> Acceptance:
    """Take a model into use, if its comparison is within the limits and was seen; record it.

    Args:
        layout: where the models lie.
        version: a model of this hub.
        in_use: the model that nights use now.
        limits: the most that it may change.
        actor: who accepts it.
        reason: why.
        seen: fingerprint of the comparison that the actor has looked at.

    Raises:
        IndexModelError: no such model or comparison, the comparison is of other models than these,
            or actor or reason is missing.
    """
    for name, said in (("actor", actor), ("reason", reason)):
        if not said.strip():
            raise IndexModelError(f"{name}: must not be empty; auditors will read it")
        if _LIKE_NATIONAL_ID.search(said):
            raise IndexModelError(f"{name}: looks like an ID number; never write one")
    model = read_model(layout, version)
    comparison = read_comparison(layout, version)
    if comparison.model != model.digest:
        raise IndexModelError(
            f"model {version} is not the one that was compared; train it anew under another version"
        )
    if comparison.model_in_use != in_use.digest:
        raise IndexModelError(
            f"model {version} was compared with a model that is no longer in use; "
            "train it anew under another version"
        )
    decided = accept_model(comparison.diff, limits, seen_by=actor, seen_fingerprint=seen)
    if not decided.is_accepted:
        return decided
    # First the record: a model must not be in use without one.
    _record(
        layout,
        {
            "accepted_at": dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"),
            "version": version,
            "model": model.digest,
            "replaces": in_use.digest,
            "release_id": comparison.release_id,
            "fingerprint": comparison.diff.fingerprint,
            "limits": asdict(limits),
            "actor": actor,
            "reason": reason,
        },
    )
    durable.write_text(layout.models / f"{ACCEPTED}.json", model.dumps())
    return decided


def acceptances(layout: Layout) -> list[dict[str, object]]:
    """Return every acceptance, the first one first."""
    path = layout.models / ACCEPTANCES
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _record(layout: Layout, line: Mapping[str, object]) -> None:
    with (layout.models / ACCEPTANCES).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
