"""How many rows a second the simulated country renders, truth and disk included."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from pathlib import Path

FIRST_NIGHT = dt.date(2026, 3, 31)


def measure_simulation(people: int) -> list[dict[str, object]]:
    """Simulate a country and render its first night; one row."""
    from sources.country.nights import PopulatedCountry, render_nights

    started = time.perf_counter()
    country = PopulatedCountry(people, 7, FIRST_NIGHT)
    populated = time.perf_counter() - started
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        out, truth = Path(folder) / "nights", Path(folder) / "truth"
        (night,) = render_nights(country, 7, FIRST_NIGHT, 1, out, truth)
    return [
        {
            "people": people,
            "files": night.files,
            "rows": night.rows,
            "megabytes": round(night.size_bytes / 1e6, 1),
            "populate_seconds": round(populated, 2),
            "render_seconds": round(night.seconds, 2),
            "rows_per_second": round(night.rows / night.seconds),
        }
    ]
