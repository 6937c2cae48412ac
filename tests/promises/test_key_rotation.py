"""P4: renewing keys loses nothing, and what was made under an old key is useless or still readable."""

from __future__ import annotations

import time

import numpy as np
import polars as pl
import pytest
from promise_figures import FULL_SIZE

from warehouse.vault import IdTokeniser

IDS = 1_000_000 if FULL_SIZE else 20_000
MOST_SECONDS = 0.1
ROOT = bytes(range(32))


@pytest.mark.promise("P4")
def test_renewed_tokens_join_the_same_rows_and_old_ones_none(record_figure):
    generator = np.random.default_rng(4)
    numbers = generator.choice(10**12, IDS, replace=False).astype(str)
    ids = pl.Series("national_id", np.char.zfill(numbers, 13))
    old, new = IdTokeniser(ROOT, 1), IdTokeniser(ROOT, 2)
    before = old.tokens(ids)
    after, seconds = before, []
    # Time of the processor: what else runs on the machine is not in it.
    for _ in range(3):
        started = time.process_time()
        after = old.rotated(before, new)
        seconds.append(time.process_time() - started)

    # Two feeds that share half of their people, each with people twice, joined before and after.
    left = generator.integers(0, IDS, IDS)
    right = generator.integers(IDS // 2, IDS, IDS // 2)
    differ = joined(before, left, right).join(
        joined(after, left, right), on=["line_l", "line_r"], how="anti"
    )
    missing = joined(after, left, right).height - joined(before, left, right).height
    mismatches = (
        differ.height
        + abs(missing)
        + int((new.ids(after) != ids).sum())
        + IDS - after.n_unique()
    )  # fmt: skip
    still_useful = set(before).intersection(after)
    with pytest.raises(ValueError, match="another key"):
        new.ids(before)
    with pytest.raises(ValueError, match="another key"):
        old.ids(after)
    record_figure(
        "P4",
        f"{IDS:,} IDs: {mismatches} differ, {min(seconds):.2f} s of one processor",
        held=mismatches == 0
        and not still_useful
        and (not FULL_SIZE or min(seconds) <= MOST_SECONDS),
        ids=IDS,
        mismatches=mismatches,
        old_tokens_of_use=len(still_useful),
        seconds=round(min(seconds), 3),
    )


def joined(tokens: pl.Series, left: np.ndarray, right: np.ndarray) -> pl.DataFrame:
    """Lines of two feeds that name the same person."""
    feeds = [
        pl.DataFrame({"token": tokens.gather(people), f"line_{side}": np.arange(len(people))})
        for side, people in (("l", left), ("r", right))
    ]
    return feeds[0].join(feeds[1], on="token").select("line_l", "line_r")
