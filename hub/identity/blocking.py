"""Which descriptions are compared: blocking rules, each named by the mistake that it survives.

Here: the rules, their choice for the columns that exist, the cap on big blocks, and the SQL that
makes the pairs. Never here: what a pair is worth (`scoring`). Next: `candidate_pair` is scored.

Two descriptions meet under an equal key of any rule. A rule is dropped where one of its columns
is empty. A key whose block would give more pairs than the cap is not compared and is counted in
`dropped_block`: such a key (a placeholder, a hostel's address) says little, and its people meet
under other keys.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BlockingRule:
    """One rule: descriptions with an equal, non-null `key` are compared."""

    name: str
    """The mistakes that it survives."""
    columns: tuple[str, ...]
    key: str
    """SQL over the columns; for `is_list` a list, each element of which is a key."""
    is_list: bool = False
    is_weak: bool = False
    """The key says little unless it is rare: it may give `WEAK_SHARE` of the pairs only."""


def _joined(*parts: str) -> str:
    return " || '|' || ".join(parts)


def _with_each_word(column: str) -> str:
    return f"list_transform(address_words, lambda word: {column} || '|' || word)"


_YEAR = "left(birth_digits, 4)"
_MONTH_DAY = "right(birth_digits, 4)"

BLOCKING_RULES: tuple[BlockingRule, ...] = (
    BlockingRule("another_name_or_birth_date", ("number",), "number"),
    BlockingRule("slipped_digit_of_the_id", ("number_near",), "number_near", is_list=True),
    BlockingRule(
        "moved_or_no_id", ("name_key", "birth_digits"), _joined("name_key", "birth_digits")
    ),
    BlockingRule(
        "name_in_another_script",
        ("roman_key", "birth_digits"),
        _joined("roman_key", "birth_digits"),
    ),
    BlockingRule(
        "misspelt_given_name",
        ("family_key", "birth_digits"),
        _joined("family_key", "birth_digits"),
    ),
    BlockingRule(
        "misspelt_or_new_family_name",
        ("given_key", "birth_digits"),
        _joined("given_key", "birth_digits"),
    ),
    BlockingRule(
        "crossed_names_misspelt",
        ("family_letters", "given_letters", "birth_digits"),
        _joined(
            "least(left(family_letters, 1), left(given_letters, 1))",
            "greatest(left(family_letters, 1), left(given_letters, 1))",
            "birth_digits",
        ),
    ),
    BlockingRule(
        "both_names_misspelt",
        ("birth_digits", "address_words"),
        _with_each_word("birth_digits"),
        is_list=True,
        is_weak=True,
    ),
    BlockingRule("both_names_wrong", ("birth_digits", "phone"), _joined("birth_digits", "phone")),
    BlockingRule(
        "wrong_day_and_month",
        ("name_key", "birth_digits"),
        _joined("name_key", _YEAR),
        is_weak=True,
    ),
    BlockingRule(
        "wrong_year",
        ("name_key", "birth_digits"),
        _joined("name_key", _MONTH_DAY),
        is_weak=True,
    ),
    BlockingRule(
        "wrong_birth_date_and_given_name",
        ("family_key", "address_words"),
        _with_each_word("family_key"),
        is_list=True,
        is_weak=True,
    ),
    BlockingRule(
        "wrong_birth_date_and_family_name",
        ("given_key", "address_words"),
        _with_each_word("given_key"),
        is_list=True,
        is_weak=True,
    ),
    BlockingRule("anything_but_the_phone", ("phone",), "phone"),
    BlockingRule("anything_but_the_email", ("email",), "email"),
    BlockingRule("anything_but_the_address", ("address_key",), "address_key"),
    BlockingRule("anything_but_the_name", ("name_key",), "name_key", is_weak=True),
    BlockingRule(
        "anything_but_the_sound",
        ("family_letters", "given_letters", "birth_digits"),
        _joined("left(family_letters, 3)", "left(given_letters, 3)", _YEAR),
        is_weak=True,
    ),
)
"""In the order in which a pair is credited to a rule."""

LONE_RULES: tuple[BlockingRule, ...] = (
    BlockingRule(
        "misspelt_host_of_the_email", ("email",), "split_part(email, '@', 1)", is_weak=True
    ),
    BlockingRule(
        "nickname_and_wrong_birth_date",
        ("family_letters", "nickname_key"),
        _joined("left(family_letters, 3)", "nickname_key"),
        is_weak=True,
    ),
    BlockingRule(
        "misspelt_name_and_wrong_birth_date",
        ("family_letters", "given_letters"),
        _joined("left(family_letters, 3)", "left(given_letters, 3)"),
        is_weak=True,
    ),
    BlockingRule("anything_but_the_birth_date", ("birth_digits",), "birth_digits", is_weak=True),
    BlockingRule("anything_but_the_family_name", ("family_key",), "family_key", is_weak=True),
    BlockingRule("anything_but_the_given_name", ("given_key",), "given_key", is_weak=True),
    BlockingRule(
        "anything_but_a_word_of_the_address",
        ("address_words",),
        "address_words",
        is_list=True,
        is_weak=True,
    ),
)
"""For a table of its own (`link`), where one fact may be all that two records share. In a country
all but the rarest of these keys are crowded."""
EVERY_RULE = (*BLOCKING_RULES, *LONE_RULES)
"""By the numbers that keys carry."""

DEFAULT_PAIR_LIMIT = 5_000
"""Pairs that one key may give."""
WEAK_SHARE = 25
"""A weak rule's key may give one part in so many of them."""


def usable_rules(
    columns: Collection[str], rules: Collection[BlockingRule] = BLOCKING_RULES
) -> tuple[BlockingRule, ...]:
    """Return the rules of which every column has values; `LONE_RULES` are of `link` alone."""
    return tuple(rule for rule in rules if set(rule.columns) <= set(columns))


def limit_sql(pair_limit: int) -> str:
    """Return the SQL of how many pairs a key of the column `rule` may give."""
    weak = ", ".join(str(place) for place, rule in enumerate(EVERY_RULE) if rule.is_weak)
    return f"(CASE WHEN rule IN ({weak}) THEN {pair_limit // WEAK_SHARE} ELSE {pair_limit} END)"


def key_sql(table: str, rules: Collection[BlockingRule], carried: Collection[str]) -> str:
    """Return the SQL of (`rule`, `key_hash`, *`carried`), one row a record and key."""
    columns = "".join(f", {column}" for column in carried)
    if not rules:
        return f"SELECT NULL::UTINYINT AS rule, NULL::UBIGINT AS key_hash{columns} FROM {table} WHERE false"
    return "\nUNION ALL\n".join(
        f"""SELECT {EVERY_RULE.index(rule)}::UTINYINT AS rule, hash(key) AS key_hash{columns}
        FROM (SELECT {f"unnest({rule.key})" if rule.is_list else rule.key} AS key{columns} FROM {table})
        WHERE key IS NOT NULL"""
        for rule in rules
    )
