"""When a document type is expected, by its cycle.

Here: reading and checking `expected_deliveries.toml`. Never here: what arrived. Next:
`pipelines.steps.scorecard` hands it to the SQL of the institutions' scorecard.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import polars as pl

EXPECTED_FILE = Path(__file__).parent / "expected_deliveries.toml"
_WHOLE_YEARS = frozenset({1, 2, 3, 4, 6, 12})


def expected_deliveries(path: Path = EXPECTED_FILE) -> pl.DataFrame:
    """Return a row a cycle: cycle, every_months, days_to_deliver.

    Raises:
        ValueError: a number is missing, below 0, or does not divide a year.
    """
    cycles = tomllib.loads(path.read_text("utf-8"))["cycle"]
    for cycle, entry in cycles.items():
        if set(entry) != {"every_months", "days_to_deliver"}:
            message = f"{path.name}, cycle {cycle}: expected every_months and days_to_deliver"
            raise ValueError(message)
        if entry["every_months"] not in _WHOLE_YEARS or entry["days_to_deliver"] < 0:
            message = f"{path.name}, cycle {cycle}: months divide a year, days are 0 or more"
            raise ValueError(message)
    return pl.DataFrame(
        [{"cycle": cycle, **entry} for cycle, entry in cycles.items()],
        schema={"cycle": pl.String, "every_months": pl.Int64, "days_to_deliver": pl.Int64},
    )
