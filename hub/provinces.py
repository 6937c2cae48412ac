"""The provinces and metropolitan cities, by the first two digits of a legal-dong code.

Here: names. Never here: regions of the law on assets and rents (`hub/programmes/parameters`). Next:
reports count by province.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_PATH = Path(__file__).parent / "provinces.toml"
ELSEWHERE = "not known"


@dataclass(frozen=True, slots=True)
class Province:
    """A province or metropolitan city."""

    prefixes: tuple[str, ...]
    """The first is in force, the others went before."""
    ko: str
    en: str


@lru_cache(maxsize=1)
def load_provinces() -> tuple[Province, ...]:
    """Return the provinces in the order of their codes."""
    entries = tomllib.loads(_PATH.read_text("utf-8"))["province"]
    return tuple(Province(tuple(entry["prefixes"]), entry["ko"], entry["en"]) for entry in entries)


@lru_cache(maxsize=1)
def _by_prefix() -> dict[str, Province]:
    return {prefix: province for province in load_provinces() for prefix in province.prefixes}


def province_name(code: str | None, language: str = "en") -> str:
    """Return the name of the province in which a code lies; `ELSEWHERE` where none is known."""
    province = _by_prefix().get((code or "")[:2])
    if province is None:
        return ELSEWHERE
    return province.ko if language == "ko" else province.en
