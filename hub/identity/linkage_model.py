"""A linkage model as it is kept: likelihoods of every level, name frequencies, and the prior.

Here: the model's document, its version and digest, and Splink's settings made from it. Never
here: training (`training`) or scoring (`scoring`). Next: models of the night lie in
`hub/identity/models`; `link` trains its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Any

from hub.identity.agreement_levels import Comparison
from hub.identity.comparisons import COMPARISONS

SHIPPED_MODEL = "person_linkage_v3.json"


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """Of one comparison: probability of each level, in the levels' order."""

    same_person: tuple[float, ...]
    strangers: tuple[float, ...]
    household: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LinkageModel:
    """A model.

    `matches_per_pair` is the probability that two descriptions drawn at random are one person's,
    `housemates_per_pair` that they are two people's of one household. `frequencies` holds, by
    column, how frequent a value is among all; values that are missing count as `rare`.
    """

    version: str
    likelihoods: Mapping[str, Likelihoods]
    matches_per_pair: float
    housemates_per_pair: float
    frequencies: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    rare: Mapping[str, float] = field(default_factory=dict)

    def dumps(self) -> str:
        """Return the model's document, the same text for the same model."""
        document = {
            "version": self.version,
            "matches_per_pair": self.matches_per_pair,
            "housemates_per_pair": self.housemates_per_pair,
            "comparisons": {
                comparison.name: [
                    {"level": level.label, "same_person": m, "strangers": u, "household": h}
                    for level, m, u, h in zip(
                        comparison.levels,
                        self.likelihoods[comparison.name].same_person,
                        self.likelihoods[comparison.name].strangers,
                        self.likelihoods[comparison.name].household,
                        strict=True,
                    )
                ]
                for comparison in self.comparisons()
            },
            "frequencies": {name: dict(values) for name, values in self.frequencies.items()},
            "rare": dict(self.rare),
        }
        return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @classmethod
    def loads(cls, text: str) -> LinkageModel:
        """Read a model's document.

        Raises:
            ValueError: it was made for other comparisons or levels than this version's.
        """
        document = json.loads(text)
        known = {comparison.name: comparison for comparison in COMPARISONS}
        likelihoods = {}
        for name, levels in document["comparisons"].items():
            labels = [level["level"] for level in levels]
            if name not in known or labels != [level.label for level in known[name].levels]:
                raise ValueError(
                    f"linkage model {document['version']}: comparison {name} has other levels than "
                    "this version of the hub; train the model anew (hub index train)"
                )
            likelihoods[name] = Likelihoods(
                *(
                    tuple(level[part] for level in levels)
                    for part in ("same_person", "strangers", "household")
                )
            )
        return cls(
            document["version"],
            likelihoods,
            document["matches_per_pair"],
            document["housemates_per_pair"],
            document["frequencies"],
            document["rare"],
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the model's document."""
        return hashlib.sha256(self.dumps().encode()).hexdigest()

    def comparisons(self) -> tuple[Comparison, ...]:
        """Return the comparisons that the model knows."""
        return tuple(one for one in COMPARISONS if one.name in self.likelihoods)

    def with_prior(self, matches_per_pair: float, housemates_per_pair: float) -> LinkageModel:
        """Return the same model for a population of another size."""
        return replace(
            self,
            matches_per_pair=matches_per_pair,
            housemates_per_pair=housemates_per_pair,
        )


def shipped_model() -> LinkageModel:
    """Return the model that belongs to this version of the hub."""
    folder = resources.files("hub.identity") / "models"
    return LinkageModel.loads((folder / SHIPPED_MODEL).read_text("utf-8"))


def starting_model(columns: Collection[str], records: int) -> LinkageModel:
    """Return what is believed before anything is learnt, for the comparisons that `columns` allow.

    `records` is how many descriptions there are: one in ten is expected to have a second one.
    """
    likelihoods = {
        comparison.name: Likelihoods(
            tuple(level.same_person for level in comparison.levels),
            tuple(level.strangers for level in comparison.levels),
            tuple(level.household for level in comparison.levels),
        )
        for comparison in COMPARISONS
        if set(comparison.columns) <= set(columns)
    }
    pairs = max(records * (records - 1) / 2, 1.0)
    return LinkageModel(
        "start",
        likelihoods,
        min(0.1 * records / pairs, 0.1),
        min(0.1 * records / pairs, 0.1),
    )


def splink_settings(model: LinkageModel) -> dict[str, Any]:
    """Return the model as Splink's settings."""
    comparisons = []
    for comparison in model.comparisons():
        settings = comparison.settings()
        likelihoods = model.likelihoods[comparison.name]
        for level, m, u in zip(
            settings["comparison_levels"][1:],
            likelihoods.same_person,
            likelihoods.strangers,
            strict=True,
        ):
            level |= {"m_probability": m, "u_probability": u}
        comparisons.append(settings)
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_id",
        "sql_dialect": "duckdb",
        "probability_two_random_records_match": model.matches_per_pair,
        "comparisons": comparisons,
        "blocking_rules_to_generate_predictions": [],
        "retain_intermediate_calculation_columns": False,
        "retain_matching_columns": True,
    }
