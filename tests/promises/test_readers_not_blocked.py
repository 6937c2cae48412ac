"""Readers ask the current release without a pause while releases are published one after another."""

from __future__ import annotations

import contextlib
import time

import numpy as np
import pytest
import release_scene
from mortal_scene import Mortals
from promise_figures import FULL_SIZE
from reader_scene import Reader

READERS = 2 if FULL_SIZE else 1
PUBLISHED = 60 if FULL_SIZE else 3
CALM_SECONDS = 20 if FULL_SIZE else 1


def percentile_99(readers) -> float:
    """Milliseconds within which 99 of 100 answers came."""
    return 1000 * float(np.percentile([s for each in readers for s in each.seen["seconds"]], 99))


@pytest.mark.promise("M3")
def test_no_reader_is_blocked_or_refused(tmp_path, record_figure):
    home = tmp_path / "home"
    release_scene.publish(home, 1)
    with contextlib.ExitStack() as stack, Mortals() as publisher:
        calm = [stack.enter_context(Reader(home)) for _ in range(READERS)]
        time.sleep(CALM_SECONDS)
        stack.close()
        busy = [stack.enter_context(Reader(home)) for _ in range(READERS)]
        published = publisher.run("publish", home, 2, PUBLISHED + 1)
        stack.close()
    assert len(published["acknowledged"]) == PUBLISHED
    errors = [error for each in busy for error in each.seen["errors"]]
    asked = sum(each.seen["asked"] for each in busy)
    assert errors == []
    assert asked > PUBLISHED
    assert all(each.seen["versions"] > 1 for each in busy)
    record_figure(
        "M3",
        f"{asked} questions of {READERS} readers while {PUBLISHED} releases were published:"
        f" {len(errors)} errors; 99th percentile {percentile_99(busy):.0f} ms,"
        f" {percentile_99(calm):.0f} ms when nothing is published",
        held=not errors,
        asked=asked,
        errors=len(errors),
    )
