"""Figures that tests of promises measured: noted test by test, told promise by promise.

Here: the file of one machine's runs (`note`, written by several test processes at once) and the
committed file of the last full run. Never here: measuring, which is the tests' work. Next:
`hub promises` prints the rows, `hub.promises.page` writes them as a page.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from hub.promises.declared import Promise

COMMITTED_PATH = Path(__file__).with_name("figures.json")
NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Noted:
    """What one test says about one promise.

    Args:
        figure: what it measured, in words; empty if it only passed or failed.
        held: it passed, and its figure is within the target.
        date: day of the run, ISO 8601.
        is_full_size: run at full size, not the fast share of every test run.
        is_skipped: it could not run on that machine; `figure` then says why.
        counts: the numbers of `figure`, by name.
    """

    figure: str
    held: bool
    date: str
    is_full_size: bool = True
    is_skipped: bool = False
    counts: Mapping[str, float] = field(default_factory=dict)


def note(path: Path, promise_id: str, test: str, noted: Noted) -> None:
    """Write down in `path` what `test` says about a promise, in place of what it said before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        held = json.loads(path.read_text("utf-8")) if path.exists() else {}
        held.setdefault(promise_id, {})[test] = asdict(noted)
        fresh = path.with_suffix(".fresh")
        fresh.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n", "utf-8")
        fresh.replace(path)


def noted_in(path: Path) -> dict[str, dict[str, Noted]]:
    """Return what tests noted in `path`: promise → test → what it said; nothing without the file."""
    if not path.exists():
        return {}
    return {
        promise: {test: Noted(**said) for test, said in tests.items()}
        for promise, tests in json.loads(path.read_text("utf-8")).items()
    }


def row_of(promise: Promise, tests: Mapping[str, Noted]) -> dict[str, object]:
    """Tell one promise in a row: held where every test held it, dated by its oldest test."""
    said = list(tests.values())
    figures = list(dict.fromkeys(one.figure for one in said if one.figure))
    ran = [one for one in said if not one.is_skipped]
    figure = "; ".join(figures) or (f"{len(ran)} tests passed" if ran else NOT_RUN)
    if any(not one.is_full_size for one in ran):
        figure += " (fast share)"
    return {
        "id": promise.id,
        "promise": promise.promise,
        "target": promise.target,
        "figure": figure,
        "held": all(one.held for one in ran) if ran else None,
        "date": min((one.date for one in said), default=None),
        "command": promise.command,
    }


def read_rows(promises: Iterable[Promise], own: Path) -> list[dict[str, object]]:
    """Return a row a promise: from this machine's file, else as committed, else "not run".

    Of a promise with tests in both files the newer run counts.
    """
    measured = noted_in(own)
    committed = (
        {row["id"]: row for row in json.loads(COMMITTED_PATH.read_text("utf-8"))}
        if COMMITTED_PATH.exists()
        else {}
    )
    rows = []
    for promise in promises:
        row = row_of(promise, measured.get(promise.id, {}))
        old = committed.get(promise.id)
        if old is not None and str(old["date"] or "") > str(row["date"] or ""):
            row |= {name: old[name] for name in ("figure", "held", "date")}
        rows.append(row)
    return rows


def commit_rows(rows: Iterable[Mapping[str, object]], path: Path = COMMITTED_PATH) -> None:
    """Write the figures for whoever has not run the tests."""
    kept = [{name: row[name] for name in ("id", "figure", "held", "date")} for row in rows]
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
