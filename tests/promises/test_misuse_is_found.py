"""G3: planted misuse of fifteen kinds is found in a real log, and ordinary work is left in peace.

Three months of 200,000 accesses at full size, of several offices whose seeds no rule was set by. Otherwise
a fifth of one of them with as much misuse, so that ordinary accesses of the same days weigh more.
"""

from __future__ import annotations

import pytest
from promise_figures import FULL_SIZE

from pipelines.benchmarks.access_log import measure_access_log

COUNT, MOST_FALSE_PERCENT = (200_000, 0.5) if FULL_SIZE else (40_000, 1.0)
SEEDS = (7, 101, 2027, 90_210) if FULL_SIZE else (7,)
LEAST_RECALL = 0.95


@pytest.mark.promise("G3")
def test_planted_misuse_is_found_and_ordinary_work_is_not(record_figure):
    measured = {seed: measure_access_log(COUNT, seed) for seed in SEEDS}
    missed = {
        (seed, row["kind"]): row["recall"]
        for seed, rows in measured.items()
        for row in rows[:-1]
        if row["recall"] < LEAST_RECALL
    }
    kinds = {row["kind"] for rows in measured.values() for row in rows[:-1]}
    least = min(row["recall"] for rows in measured.values() for row in rows[:-1])
    alarms = max(rows[-1]["false_alarm_percent"] for rows in measured.values())
    assert sum(rows[-1]["problems"] for rows in measured.values()) == 0
    record_figure(
        "G3",
        f"{len(SEEDS)} offices, {COUNT:,} accesses each, {len(kinds)} kinds: least share found of a "
        f"kind {least:.1%}, falsely alarmed at most {alarms:.2f} %; below: {missed or 'none'}",
        held=not missed and alarms <= MOST_FALSE_PERCENT and len(kinds) >= 10,
        least_recall=least,
        false_alarm_percent=alarms,
    )
