"""What people are called: hangul and roman names, foreigners in roman capitals.

Here: drawing names by sex, generation and nationality; children take the father's family name.
Never here: how senders misspell names. Next: `people` carries the names.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sources.country.family_names import FAMILY_NAMES, OTHER_ROMAN
from sources.country.foreign_names import FOREIGN_NAMES
from sources.country.given_names import GIVEN_NAMES, SYLLABLES
from sources.country.romanisation import ROMAN

Ints = NDArray[np.int64]
Texts = NDArray[np.str_]

GENERATIONS = (1900, 1955, 1970, 1985, 1997, 2008)
POPULAR_SHARE = 0.45
OTHER_SPELLING_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Names:
    """Names of people, one array a part; roman names as passports print them."""

    family: Texts
    given: Texts
    full: Texts
    roman: Texts
    nationality: Texts


def _family_indexes(
    count: int, father: Ints, has_own_name: NDArray[np.bool_], rng: np.random.Generator
) -> Ints:
    shares = np.array([share for _, _, share in FAMILY_NAMES])
    family: Ints = rng.choice(len(shares), count, p=shares / shares.sum())
    inherits = (father >= 0) & ~has_own_name
    # Three generations live side by side at most, a fourth step reaches great-grandchildren.
    for _ in range(4):
        family = np.where(inherits, family[np.maximum(father, 0)], family)
    return family


def _korean_given_names(
    birth_year: Ints, is_male: Ints, rng: np.random.Generator
) -> tuple[Texts, Texts]:
    count = len(birth_year)
    given = np.empty(count, dtype="<U4")
    roman = np.empty(count, dtype="<U20")
    generation = np.searchsorted(np.array(GENERATIONS), birth_year, side="right") - 1
    for sex, flag in (("male", 1), ("female", 0)):
        for index, first_year in enumerate(GENERATIONS):
            rows = np.flatnonzero((generation == index) & (is_male == flag))
            popular = GIVEN_NAMES[sex, first_year]
            first, second = SYLLABLES[sex, first_year]
            pool = list(popular) + [one + two for one in first for two in second]
            spelled = ["".join(ROMAN.get(letter, "EO") for letter in name) for name in pool]
            weight = 1.0 / (np.arange(len(popular)) + 4.0)
            weights = np.concatenate(
                [
                    POPULAR_SHARE * weight / weight.sum(),
                    np.full(
                        len(pool) - len(popular), (1 - POPULAR_SHARE) / (len(pool) - len(popular))
                    ),
                ]
            )
            choice = rng.choice(len(pool), len(rows), p=weights / weights.sum())
            given[rows], roman[rows] = np.array(pool)[choice], np.array(spelled)[choice]
    return given, roman


def name_people(
    birth_year: Ints,
    is_male: Ints,
    is_foreign: Ints,
    is_migrant_spouse: NDArray[np.bool_],
    father: Ints,
    rng: np.random.Generator,
) -> Names:
    """Draw names. Rows of `is_foreign` get roman capitals only; nationality is a lower-case word."""
    count = len(birth_year)
    foreign = is_foreign == 1
    family_index = _family_indexes(count, father, foreign, rng)
    hangul = np.array([name for name, _, _ in FAMILY_NAMES], dtype="<U20")
    spelling = np.array([roman for _, roman, _ in FAMILY_NAMES], dtype="<U20")
    family = hangul[family_index]
    family_roman = spelling[family_index]
    for index, (name, _, _) in enumerate(FAMILY_NAMES):
        if name in OTHER_ROMAN:
            rows = np.flatnonzero(
                (family_index == index) & (rng.random(count) < OTHER_SPELLING_SHARE)
            )
            family_roman[rows] = rng.choice(np.array(OTHER_ROMAN[name]), len(rows))
    given_korean, given_roman = _korean_given_names(birth_year, is_male, rng)
    given = given_korean.astype("<U20")
    full = np.char.add(family, given).astype("<U40")
    roman = np.char.add(np.char.add(family_roman, " "), given_roman).astype("<U40")
    nationality = np.full(count, "kor", dtype="<U3")
    rows = np.flatnonzero(foreign)
    if len(rows):
        words = list(FOREIGN_NAMES)
        shares = np.array([FOREIGN_NAMES[word][0] for word in words])
        drawn = rng.choice(len(words), len(rows), p=shares / shares.sum())
        # Marriage migrants come from fewer countries than workers.
        drawn = np.where(is_migrant_spouse[rows] & (drawn > 5), 1, drawn)
        for index, word in enumerate(words):
            chosen = rows[drawn == index]
            _, families, men, women = FOREIGN_NAMES[word]
            nationality[chosen] = word
            family[chosen] = rng.choice(np.array(families), len(chosen))
            names = np.where(
                is_male[chosen] == 1,
                rng.choice(np.array(men), len(chosen)),
                rng.choice(np.array(women), len(chosen)),
            )
            given[chosen] = names
            full[chosen] = np.char.add(np.char.add(family[chosen], " "), names)
            roman[chosen] = full[chosen]
    return Names(family, given, full, roman, nationality)
