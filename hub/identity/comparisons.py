"""What the linkage model compares, and what is believed of each level before anything is learnt.

Here: the comparisons, their levels as SQL conditions, and three likelihoods of each level: among
descriptions of one person (m), of strangers (u) and of two people of one household (h). Never
here: learning from data (`training`) or applying the model (`scoring`). Next: `linkage_model`
turns the comparisons whose columns exist into Splink's settings.

The likelihoods are a starting belief for any population, not a result: `training` replaces u by
what random pairs show and moves m as far as the data carry. h stays as declared: it keeps what
relatives share (family name, dwelling, phone, a twin's birth date) from being taken for identity.
"""

from __future__ import annotations

from hub.identity.agreement_levels import Comparison, Level

__all__ = [
    "COMPARISONS",
    "FREQUENCY_COLUMNS",
    "RECORD_COLUMNS",
    "Comparison",
    "Level",
    "comparison_of",
]


def _absent(*columns: str) -> str:
    return " OR ".join(f"{column}_l IS NULL OR {column}_r IS NULL" for column in columns)


def _similar(column: str, least: float) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}"


_SAME_SOUND = (
    "(script_l <> script_r AND given_sound_l = given_sound_r AND length(given_sound_l) > 1)"
)
_CROSSED = "family_key_l = given_key_r AND given_key_l = family_key_r"
# Crossed and misspelt: one name alone in the other's place says little, and would count twice.
_HALF_CROSSED = (
    "(family_key_l = given_key_r"
    " AND jaro_winkler_similarity(given_letters_l, family_letters_r) >= 0.8"
    " OR given_key_l = family_key_r"
    " AND jaro_winkler_similarity(family_letters_l, given_letters_r) >= 0.8)"
)
_INITIAL = (
    "((length(given_letters_l) = 1 AND starts_with(given_letters_r, given_letters_l))"
    " OR (length(given_letters_r) = 1 AND starts_with(given_letters_l, given_letters_r)))"
)
_LETTERS_AND_SIGNS = "abcdefghijklmnopqrstuvwxyz.@_-+"
# kim.a12 and kim.a77 are two people of one name: their digits tell them apart.
_SAME_DIGITS = f"translate(email_l, '{_LETTERS_AND_SIGNS}', '') = translate(email_r, '{_LETTERS_AND_SIGNS}', '')"
_DAY_MONTH_SWAPPED = (
    "left(birth_digits_l, 4) = left(birth_digits_r, 4)"
    " AND substr(birth_digits_l, 5, 2) = substr(birth_digits_r, 7, 2)"
    " AND substr(birth_digits_l, 7, 2) = substr(birth_digits_r, 5, 2)"
)
# Of the shorter address; one of fewer than five words is contained in many others by chance.
_SHARED_WORDS = (
    "len(list_intersect(address_words_l, address_words_r))"
    " / greatest(least(len(address_words_l), len(address_words_r)), 5)"
)

COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        "family_name",
        ("family_key",),
        _absent("family_key"),
        (
            Level("same", "family_key_l = family_key_r", 0.90, 0.01, 0.75, "family_key"),
            Level("crossed", _CROSSED, 0.01, 0.01, 1e-3, "family_key", is_rare_as_same=True),
            Level("one letter off", _similar("family_letters", 0.9), 0.04, 0.004, 0.01),
            Level("equals the other's given name", _HALF_CROSSED, 0.005, 0.002, 0.002),
            Level("similar", _similar("family_letters", 0.8), 0.015, 0.02, 0.02),
            Level("different", "ELSE", 0.03, 0.96, 0.22, most_same_person=0.25),
        ),
        "family_key",
        is_name=True,
    ),
    Comparison(
        "given_name",
        ("given_key",),
        f"({_absent('given_key')}) OR (script_l <> script_r AND NOT {_SAME_SOUND}"
        f" AND NOT {_similar('given_letters', 0.8)} AND name_key_l <> name_key_r)",
        (
            Level("same", "given_key_l = given_key_r", 0.82, 0.005, 0.005, "given_key"),
            Level(
                "crossed",
                "name_key_l = name_key_r",
                0.01,
                0.005,
                1e-3,
                "given_key",
                is_rare_as_same=True,
            ),
            Level("nickname", "nickname_key_l = nickname_key_r", 0.02, 0.003, 0.003),
            Level("one letter off", _similar("given_letters", 0.92), 0.05, 0.004, 0.10),
            Level("same sound in another script", _SAME_SOUND, 0.01, 0.005, 0.01),
            Level("initial", _INITIAL, 0.02, 0.005, 0.005),
            Level("equals the other's family name", _HALF_CROSSED, 0.005, 0.002, 0.002),
            Level("similar", _similar("given_letters", 0.8), 0.025, 0.02, 0.20),
            Level("different", "ELSE", 0.04, 0.96, 0.68, most_same_person=0.05),
        ),
        "given_key",
        is_name=True,
    ),
    Comparison(
        "middle_name",
        ("middle_key",),
        _absent("middle_key"),
        (
            Level("same", "middle_key_l = middle_key_r", 0.80, 0.02, 0.04),
            Level("initial", "left(middle_key_l, 1) = left(middle_key_r, 1)", 0.14, 0.08, 0.08),
            Level("different", "ELSE", 0.06, 0.90, 0.88, most_same_person=0.30),
        ),
        "middle_key",
        is_name=True,
    ),
    Comparison(
        "birth_date",
        ("birth_digits",),
        _absent("birth_digits"),
        (
            Level("same", "birth_digits_l = birth_digits_r", 0.93, 4e-5, 0.015),
            Level(
                "one digit off",
                "levenshtein(birth_digits_l, birth_digits_r) <= 1",
                0.025,
                8e-4,
                0.002,
            ),
            Level("day and month swapped", _DAY_MONTH_SWAPPED, 0.005, 1e-4, 3e-4),
            Level(
                "two digits off",
                "levenshtein(birth_digits_l, birth_digits_r) <= 2",
                0.015,
                0.008,
                0.012,
            ),
            Level(
                "same month and day",
                "right(birth_digits_l, 4) = right(birth_digits_r, 4)",
                0.005,
                0.0025,
                0.003,
            ),
            Level("different", "ELSE", 0.02, 0.988, 0.967, most_same_person=0.03),
        ),
        "birth_digits",
    ),
    Comparison(
        "sex",
        ("sex",),
        _absent("sex"),
        (
            Level("same", "sex_l = sex_r", 0.99, 0.5, 0.45),
            Level("different", "ELSE", 0.01, 0.5, 0.55, most_same_person=0.03),
        ),
        "sex",
    ),
    Comparison(
        "address",
        ("address_words",),
        _absent("address_words"),
        (
            Level("same dwelling", "address_key_l = address_key_r", 0.60, 2e-5, 0.80),
            Level("same building", "building_key_l = building_key_r", 0.05, 1e-4, 0.05),
            Level("nearly all words shared", f"{_SHARED_WORDS} >= 0.75", 0.10, 2e-4, 0.05),
            Level("most words shared", f"{_SHARED_WORDS} >= 0.5", 0.08, 0.01, 0.02),
            Level("some words shared", f"{_SHARED_WORDS} >= 0.25", 0.05, 0.2, 0.03),
            Level("different", "ELSE", 0.12, 0.79, 0.05),
        ),
        "address_key",
    ),
    Comparison(
        "phone",
        ("phone",),
        _absent("phone"),
        (
            Level("same", "phone_l = phone_r", 0.75, 1e-5, 0.4),
            Level("one digit off", "levenshtein(phone_l, phone_r) <= 1", 0.03, 1e-5, 0.003),
            Level("different", "ELSE", 0.22, 0.9999, 0.597),
        ),
        "phone",
    ),
    Comparison(
        "email",
        ("email",),
        _absent("email"),
        (
            Level("same", "email_l = email_r", 0.75, 1e-5, 0.05),
            Level(
                "same before the @",
                "split_part(email_l, '@', 1) = split_part(email_r, '@', 1)",
                0.03,
                1e-4,
                0.001,
            ),
            Level("similar", f"{_similar('email', 0.92)} AND {_SAME_DIGITS}", 0.02, 2e-4, 0.01),
            Level("different", "ELSE", 0.20, 0.9997, 0.939),
        ),
        "email",
    ),
    Comparison(
        "national_id",
        ("number",),
        _absent("number"),
        (
            Level("same", "number_l = number_r", 0.93, 1e-7, 1e-4),
            Level("one digit off", "list_has_any(number_near_l, number_near_r)", 0.04, 3e-5, 3e-4),
            Level("different", "ELSE", 0.03, 0.99997, 0.9996, most_same_person=0.10),
        ),
        "number",
    ),
)

_SOURCE_COLUMNS = (
    "script",
    "name_key",
    "nickname_key",
    "given_sound",
    "roman_key",
    "family_letters",
    "given_letters",
    "name_letters",
    "address_key",
    "building_key",
    "number_near",
)
RECORD_COLUMNS = tuple(
    dict.fromkeys((*(c for one in COMPARISONS for c in one.columns), *_SOURCE_COLUMNS))
)
"""Every column that a comparison or a blocking rule reads, beside record_id."""
FREQUENCY_COLUMNS = tuple(
    level.frequency_column
    for comparison in COMPARISONS
    for level in comparison.levels
    if level.frequency_column
)


def comparison_of(name: str) -> Comparison:
    """Return the comparison called `name`.

    Raises:
        KeyError: there is none.
    """
    return {comparison.name: comparison for comparison in COMPARISONS}[name]
