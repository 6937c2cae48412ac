"""The countries of which people can be invented, by name.

Here: names only. Never here: their word lists. Next: `populations` makes people.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.benchmarks.population_customs import Country
from pipelines.benchmarks.population_names_asian import ARAB, CHINA, JAPAN, KOREA, VIETNAM
from pipelines.benchmarks.population_names_european import AMERICA, GERMANY, RUSSIA, SPAIN

__all__ = ["COUNTRIES", "Country"]

COUNTRIES: Mapping[str, Country] = {
    "germany": GERMANY,
    "america": AMERICA,
    "spain": SPAIN,
    "china": CHINA,
    "japan": JAPAN,
    "arab": ARAB,
    "russia": RUSSIA,
    "vietnam": VIETNAM,
    "korea": KOREA,
}
