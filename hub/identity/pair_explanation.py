"""The explanation of a pair: its shape, its numbers and its sentences.

Here: what a comparison and a pair say, in bits and in plain English. Never here: where the numbers
come from (`explanation`) or pictures (`waterfall`). Next: reviewers read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

NOTHING_TO_COMPARE = "nothing to compare"


@dataclass(frozen=True, slots=True)
class ComparisonExplanation:
    """What one comparison says, in bits."""

    comparison: str
    level: str
    value_left: str | None
    value_right: str | None
    stranger_weight: float
    """Against two strangers, with the frequency of the value."""
    frequency_adjustment: float
    """The part of `stranger_weight` that is due to the frequency."""
    household_weight: float
    """Against two people of one household."""

    @property
    def is_compared(self) -> bool:
        """Whether both sides have something to compare."""
        return self.level != NOTHING_TO_COMPARE


@dataclass(frozen=True, slots=True)
class PairExplanation:
    """What a pair is worth and why, in bits.

    `stranger_weight` and `household_weight` are the sums of a prior and the comparisons;
    `match_weight` is what the two leave together, as in `scoring`. `meeting_rules` are the blocking
    rules under which the two have an equal key. `splink_chart` is Splink's waterfall (Vega-Lite).
    """

    record_l: int
    record_r: int
    model_version: str
    comparisons: tuple[ComparisonExplanation, ...]
    stranger_prior: float
    household_prior: float
    stranger_weight: float
    household_weight: float
    match_weight: float
    meeting_rules: tuple[str, ...]
    splink_chart: Mapping[str, Any] = field(compare=False, repr=False)

    def rows(self) -> list[dict[str, object]]:
        """Return a row a step, from the prior to the sums, each with its running totals."""
        steps = [
            ComparisonExplanation(
                "prior",
                "before comparing",
                None,
                None,
                self.stranger_prior,
                0.0,
                self.household_prior,
            ),
            *self.comparisons,
        ]
        rows: list[dict[str, object]] = []
        strangers = household = 0.0
        for step in steps:
            strangers += step.stranger_weight
            household += step.household_weight
            totals = {"stranger_total": strangers, "household_total": household}
            rows.append({**asdict(step), **totals})
        return rows

    def mapping(self) -> dict[str, object]:
        """Return all of it but the chart, as JSON can hold it."""
        return {
            # Text, because 64 bits are more than most readers of JSON can hold as a number.
            "record_l": str(self.record_l),
            "record_r": str(self.record_r),
            "model_version": self.model_version,
            "match_weight": self.match_weight,
            "stranger_weight": self.stranger_weight,
            "household_weight": self.household_weight,
            "meeting_rules": list(self.meeting_rules),
            "steps": self.rows(),
            "explanation": self.sentences(),
        }

    def sentences(self) -> list[str]:
        """Return the explanation in plain English, a sentence or two a step."""
        before = (
            f"Before comparing, one person is {odds(self.stranger_prior)} against two strangers "
            f"({bits(self.stranger_prior)}) and {odds(self.household_prior)} against two people of "
            f"one household ({bits(self.household_prior)})."
        )
        said = [before]
        said += [_sentence(one) for one in self.comparisons if one.is_compared]
        silent = [spelt(one.comparison) for one in self.comparisons if not one.is_compared]
        if silent:
            said.append(f"Nothing to compare, so neither for nor against: {', '.join(silent)}.")
        said.append(
            f"Against two strangers that makes {bits(self.stranger_weight)}, against two people of "
            f"one household {bits(self.household_weight)}."
        )
        said.append(
            f"One person must beat both: {bits(self.match_weight)} together, {odds(self.match_weight)}. "
            + _rival(self.stranger_weight, self.household_weight)
        )
        return said


def bits(weight: float) -> str:
    """Write a weight: `+6.5 bits`."""
    return f"{signed(weight)} bits"


def signed(weight: float) -> str:
    """Write a weight with one decimal and a true minus sign."""
    rounded = round(weight, 1)
    return f"{rounded:+.1f}".replace("-", "\N{MINUS SIGN}") if rounded else "0.0"


def odds(weight: float) -> str:
    """Write the odds that a weight stands for: `90 to 1`, `1 to 4,000`, `as likely as not`."""
    size = 2.0 ** min(abs(weight), 60.0)
    number = f"{size:.1f}" if size < 10 else f"{float(f'{size:.2g}'):,.0f}"
    number = number.removesuffix(".0")
    if number == "1":
        return "as likely as not"
    return f"{number} to 1" if weight >= 0 else f"1 to {number}"


def spelt(name: str) -> str:
    """Write the name of a comparison or rule as words."""
    return name.replace("_", " ").replace(" id", " ID")


def _sentence(one: ComparisonExplanation) -> str:
    both = one.value_left is not None and one.value_right is not None
    if both and one.value_left == one.value_right:
        values = f" ({one.value_left})"
    else:
        values = f" ({one.value_left} | {one.value_right})" if both else ""
    frequency = ""
    if round(one.frequency_adjustment, 1):
        how = "rare" if one.frequency_adjustment > 0 else "frequent"
        frequency = f", of which {signed(one.frequency_adjustment)} because the name is {how}"
    return (
        f"{spelt(one.comparison).capitalize()}: {one.level}{values}. "
        f"{bits(one.stranger_weight)} against strangers{frequency}; "
        f"{signed(one.household_weight)} against a household."
    )


def _rival(strangers: float, household: float) -> str:
    if abs(strangers - household) < 1:
        return "Strangers and a household are about as hard to beat."
    if household < strangers:
        return "Two people of one household are the explanation that is harder to beat."
    return "Two strangers who happen to agree are the explanation that is harder to beat."
