"""The seventeen provinces and metropolitan cities, by the first two digits of a legal-dong code.

Here: names and former codes. Never here: regions of the law on assets and rents
(`hub/programmes/parameters`). Next: reports and confirmation rounds count by province.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

import polars as pl

_PATH = Path(__file__).parent / "provinces.toml"


@lru_cache(maxsize=1)
def provinces() -> pl.DataFrame:
    """Return prefix (two digits of a district code), province, name_ko, name_en.

    A province that changed its code has a row for each.
    """
    rows = [
        {"prefix": prefix, "province": entry["code"]}
        | {name: entry[name] for name in ("name_ko", "name_en")}
        for entry in tomllib.loads(_PATH.read_text("utf-8"))["province"]
        for prefix in (entry["code"], *entry.get("former", []))
    ]
    return pl.DataFrame(rows)
