"""What a good user of Splink decides for a data set: comparisons, certain rules, training rules.

Here: the plan for standardised records and the plan for the FEBRL data sets. Never here: running
them (`index_rival`). Next: `run_plain_splink` takes a plan.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import splink.comparison_level_library as cll
import splink.comparison_library as cl

from hub.identity.blocking import BlockingRule, usable_rules


@dataclass(frozen=True, slots=True)
class RivalPlan:
    """What a user of Splink decides for a data set.

    Attributes:
        comparisons: Splink's comparison creators.
        certain_rules: blocking expressions that nearly only match pairs satisfy.
        training_rules: one EM session each; a comparison is trained in those whose rule does not
            hold it fixed.
    """

    comparisons: tuple[Any, ...]
    certain_rules: tuple[str, ...]
    training_rules: tuple[str, ...]


def blocking_keys(columns: Collection[str], rules: Collection[BlockingRule]) -> list[str]:
    """Return the keys of the index's rules that `columns` allow, as `run_plain_splink` takes them."""
    return [
        f"unnest({rule.key})" if rule.is_list else rule.key for rule in usable_rules(columns, rules)
    ]


def standard_plan(columns: Collection[str]) -> RivalPlan:
    """Return the usual plan for standardised records (`hub.identity.standard`).

    Only comparisons of `columns` are made. Names are compared by their letters, so that a syllable
    with one wrong sound is near; exact levels come first and have term frequencies.
    """
    known = set(columns)
    family = "family_letters" if "family_letters" in known else "family_key"
    given = "given_letters" if "given_letters" in known else "given_key"
    built: list[tuple[str, Any]] = [
        ("number", cl.ExactMatch("number")),
        (family, cl.NameComparison(family)),
        (given, cl.NameComparison(given)),
        (
            "birth_digits",
            cl.DateOfBirthComparison(
                "birth_digits",
                input_is_string=True,
                datetime_format="%Y%m%d",
                invalid_dates_as_null=False,
            ),
        ),
        ("sex", cl.ExactMatch("sex")),
        ("address_key", _address_comparison(known)),
        ("phone", cl.ExactMatch("phone")),
        ("email", cl.EmailComparison("email")),
    ]
    same_name_and_birth = f"{family} || '|' || {given} || birth_digits"
    has_number = "number" in known
    has_name_and_birth = {family, given, "birth_digits"} <= known
    certain = [("number || birth_digits", has_number and "birth_digits" in known)]
    training = [("number", has_number)]
    shared = [(same_name_and_birth, has_name_and_birth)]
    return RivalPlan(
        tuple(comparison for column, comparison in built if column in known),
        tuple(rule for rule, is_usable in certain + shared if is_usable),
        tuple(rule for rule, is_usable in training + shared if is_usable),
    )


def _address_comparison(known: set[str]) -> Any:
    levels = [cll.NullLevel("address_key"), cll.ExactMatchLevel("address_key").configure(
        tf_adjustment_column="address_key"
    )]  # fmt: skip
    if "building_key" in known:
        levels.append(cll.ExactMatchLevel("building_key"))
    if "address_words" in known:
        levels.append(cll.ArrayIntersectLevel("address_words", min_intersection=3))
    return cl.CustomComparison([*levels, cll.ElseLevel()], output_column_name="address")


def febrl_plan() -> RivalPlan:
    """Return the usual plan for the FEBRL data sets with their own columns."""
    return RivalPlan(
        (
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison(
                "date_of_birth",
                input_is_string=True,
                datetime_format="%Y%m%d",
                invalid_dates_as_null=False,
            ),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]).configure(
                term_frequency_adjustments=True
            ),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(
                term_frequency_adjustments=True
            ),
        ),
        ("soc_sec_id", "given_name || surname || date_of_birth"),
        ("date_of_birth", "soc_sec_id"),
    )


FEBRL_BLOCKING = (
    "soc_sec_id",
    "given_name || '|' || surname",
    "date_of_birth",
    "surname || '|' || postcode",
    "given_name || '|' || postcode",
    "street_number || '|' || address_1",
    "address_1 || '|' || postcode",
    "suburb || '|' || surname",
)  # fmt: skip
"""Any two of the mistakes that the data sets make leave one of these standing."""
