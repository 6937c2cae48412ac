"""Removing releases whose time is over, and only those.

Here: which releases stay and why, and removing the others. Never here: how long is long enough
(`retention.toml`). Next: `hub release retain`; a removed release keeps its number and its place in the
ledger.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse.faults import fault_point
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.release_files import read_release, release_ids
from warehouse.release_pointer import read_pointer
from warehouse.releases import remove_files
from warehouse.statements import StatementKind, write_statement

RETENTION_FILE = Path(__file__).parent / "retention.toml"
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """Whether one release stays, and why."""

    release_id: str
    night: dt.date
    size_bytes: int
    is_kept: bool
    reason: str


@dataclass(frozen=True, slots=True)
class RetentionTerms:
    """How long releases are kept, in days after their night."""

    least_days: int
    most_days: int
    least_basis: str
    most_basis: str


def retention_terms(path: Path = RETENTION_FILE) -> RetentionTerms:
    """Return the terms of releases.

    Raises:
        ValueError: a term is missing, or the longest is shorter than the shortest.
    """
    entry = tomllib.loads(path.read_text("utf-8")).get("release", {})
    try:
        terms = RetentionTerms(**entry)
        is_sound = 0 <= terms.least_days <= terms.most_days
    except TypeError:
        is_sound = False
    if not is_sound:
        message = (
            f"{path.name}: [release] needs least_days, most_days (not fewer) and the legal basis "
            "of each: least_basis, most_basis"
        )
        raise ValueError(message)
    return terms


def plan_retention(
    layout: Layout, keep: int, today: dt.date, terms: RetentionTerms | None = None
) -> list[Kept]:
    """Say of each release whether it stays, oldest first.

    The current release, the newest `keep`, and whatever is younger than the legal term stay; so
    does the release that a kept one goes on from, as long as it may: without it no rebuilding.

    Raises:
        ReleaseError: a manifest cannot be read.
    """
    terms = terms or retention_terms()
    found = [read_release(layout, name) for name in release_ids(layout)]
    pointer = read_pointer(layout)
    current_id = pointer.release_id if pointer else ""
    newest = {release.release_id for release in found[max(len(found) - keep, 0) :]}
    plan: list[Kept] = []
    bases: set[str] = set()
    for release in reversed(found):
        age = (today - release.night).days
        if release.release_id == current_id:
            is_kept, reason = True, "it is current"
        elif age < terms.least_days:
            is_kept, reason = True, f"younger than {terms.least_days} days: {terms.least_basis}"
        elif age > terms.most_days:
            is_kept, reason = False, f"older than {terms.most_days} days: {terms.most_basis}"
        elif release.release_id in newest:
            is_kept, reason = True, f"among the newest {keep}"
        elif release.release_id in bases:
            is_kept, reason = True, "a kept release goes on from it"
        else:
            is_kept, reason = False, f"older than {terms.least_days} days"
        if is_kept and release.manifest.base and reason != "a kept release goes on from it":
            bases.add(release.manifest.base.release_id)
        size_bytes = sum(file.size_bytes for file in release.manifest.files)
        plan.append(Kept(release.release_id, release.night, size_bytes, is_kept, reason))
    return plan[::-1]


def retain(
    layout: Layout, ledger: Ledger, plan: Sequence[Kept], *, actor: str, announce: Told
) -> list[str]:
    """Remove what `plan` does not keep; return the releases that were removed.

    A statement is signed and the ledger told first; a crash in between is healed by the next night.

    Raises:
        LedgerError: a release that the ledger does not know; it was left alone.
    """
    removed = []
    pointer = read_pointer(layout)
    current_id = pointer.release_id if pointer else ""
    for each in plan:
        if each.is_kept or each.release_id == current_id:
            continue
        write_statement(
            layout, StatementKind.REMOVAL, [each.release_id], actor=actor, reason=each.reason
        )
        ledger.record_removal(each.release_id, actor=actor, reason=each.reason)
        fault_point("remove.after_ledger")
        remove_files(layout, each.release_id)
        removed.append(each.release_id)
        announce(each.release_id)
    return removed
