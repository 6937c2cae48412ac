"""G3: planted misuse of fifteen kinds is found in a real log, and ordinary work is left in peace.

Three months of 200,000 accesses with HUB_PROMISES=1. Otherwise a fifth of them with as much misuse, so
that ordinary accesses of the same days weigh more.
"""

from __future__ import annotations

import os

from pipelines.benchmarks.access_log import measure_access_log

IS_FULL = bool(os.environ.get("HUB_PROMISES"))
"""Read while pytest collects: a fixture removes the variables of the hub."""
COUNT, MOST_FALSE_PERCENT = (200_000, 0.5) if IS_FULL else (40_000, 1.0)


def test_planted_misuse_is_found_and_ordinary_work_is_not():
    *kinds, whole = measure_access_log(COUNT)
    assert len(kinds) >= 10
    assert {row["kind"]: row["recall"] for row in kinds if row["recall"] < 0.95} == {}
    assert whole["false_alarm_percent"] <= MOST_FALSE_PERCENT
    assert whole["problems"] == 0
