"""Finding exact repetitions of a row within one delivery, in bounded memory.

Here: eight bytes a row, kept as few sorted runs. Never here: what a repetition means for totals
(`hub.conforming.conformer`). Next: the later of two equal rows is counted as superseded.

Within a batch equality is true equality; across batches it is that of 64-bit hashes (for 50
million rows one false hit is expected in ten thousand deliveries).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

Hashes = npt.NDArray[np.uint64]


class RepetitionFinder:
    """Remembers the rows of one delivery."""

    def __init__(self) -> None:
        self._runs: list[Hashes] = []

    def find(self, rows: pl.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which of `rows` repeat an earlier row of the delivery, and remember the others."""
        hashes: Hashes = rows.hash_rows().to_numpy()
        ordered = np.sort(hashes)
        repeats = np.zeros(hashes.size, dtype=np.bool_)
        twice = ordered[1:][ordered[1:] == ordered[:-1]]
        if twice.size:
            candidates = np.flatnonzero(np.isin(hashes, twice))
            is_first = rows[candidates].select(pl.struct(pl.all()).is_first_distinct()).to_series()
            repeats[candidates[~is_first.to_numpy()]] = True
        for run in self._runs:
            places = np.minimum(np.searchsorted(run, ordered), run.size - 1)
            seen = ordered[run[places] == ordered]
            if seen.size:
                repeats |= np.isin(hashes, seen)
        if ordered.size:
            self._remember(ordered)
        return repeats

    def _remember(self, run: Hashes) -> None:
        """Keep runs of falling size, so that each hash is merged a logarithmic number of times."""
        while self._runs and self._runs[-1].size <= 2 * run.size:
            run = np.sort(np.concatenate([self._runs.pop(), run]))
        self._runs.append(run)
