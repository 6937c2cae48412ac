"""A full name cut into family name, first given name and other given names.

Here: word order by script and language. Never here: what is a title or placeholder (`name_cells`), or
the keys (`names`). Next: `names`.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from hub.identity.standard import name_words as words
from hub.identity.standard.expressions import Expression, coalesce, col, lit, max_horizontal, when
from hub.identity.standard.korean_names import FAMILY_NAME_OF_SPELLING, hangul_family_length
from hub.identity.standard.name_cells import is_east_asian, joined_particles
from hub.identity.standard.one_record import Row
from hub.identity.standard.scripts import script_of
from hub.identity.standard.steps import Steps

PART_COLUMNS = ("text", "script", "family", "given", "middle")
_UNSPACED = ("hangul", "han", "kana")
_FAMILY_SPELLINGS = sorted({*FAMILY_NAME_OF_SPELLING, *words.EAST_ASIAN_FAMILY_NAMES})
_USUAL_SPELLINGS = sorted(
    spelling
    for spelling, family in FAMILY_NAME_OF_SPELLING.items()
    if family in words.USUAL_KOREAN_FAMILIES
)


def name_parts(texts: pl.Series) -> pl.DataFrame:
    """Return `PART_COLUMNS` for distinct cleaned full names.

    `family` has no spaces and is null where it cannot be told apart; `middle` is words with a space between.
    A comma tells the family name. Without one it is, in hangul and Han letters, the first syllable or
    a known longer name; in other scripts the last word, unless the first is a known Korean, Chinese or
    Vietnamese name and the others sound so; beside a patronymic, what is left.
    """
    frame = _FORM.on_columns(pl.DataFrame({"text": texts.drop_nulls().unique()}))
    frame = frame.drop_nulls("form")
    return pl.concat(
        [
            _cutting()[form].on_columns(part).select(PART_COLUMNS)
            for (form,), part in frame.partition_by("form", as_dict=True).items()
        ]
        or [pl.DataFrame(schema=dict.fromkeys(PART_COLUMNS, pl.String))]
    )


def name_parts_of(text: str) -> Row:
    """Return what `name_parts` returns for one text."""
    row = _FORM.on_record({"text": text})
    if row["form"] is None:
        return dict.fromkeys(PART_COLUMNS)
    row = _cutting()[row["form"]].on_record(row)
    return {column: row[column] for column in PART_COLUMNS}


_FORM = Steps(
    {"script": script_of(col("text"))},
    {
        # Without a letter it is no name.
        "form": when(col("script").is_null())
        .then(lit(None, pl.String))
        .when(col("script") == "hangul")
        .then(lit("hangul"))
        .when(col("script").is_in(["han", "kana"]))
        .then(lit("han"))
        .when(col("text").str.contains(","))
        .then(lit("comma"))
        .otherwise(lit("spaced"))
    },
)


@cache
def _cutting() -> dict[str, Steps]:
    return {
        "hangul": _hangul_parts(),
        "han": _han_parts(),
        "comma": _comma_parts(),
        "spaced": _spaced_parts(),
    }


def given_parts(
    text: Expression, script: Expression, family: Expression
) -> tuple[Expression, Expression]:
    """Return (first given name, the others) of given names alone.

    After a Vietnamese family name VAN and THI are middle names: the given name is the last word.
    """
    whole = text.str.replace_all("[ ,]", "")
    first = text.str.extract(r"^([^ ,]+)", 1)
    rest = text.str.extract(r"^[^ ,]+[ ,]+(.+)$", 1)
    last = text.str.extract(r" ([^ ,]+)$", 1)
    before_last = text.str.extract(r"^(.+) [^ ,]+$", 1)
    is_unspaced = script.is_in(list(_UNSPACED))
    is_last = (
        family.is_in(words.VIETNAMESE_FAMILY_NAMES)
        & first.is_in(["VAN", "THI"])
        & last.is_not_null()
    )
    return (
        when(is_unspaced).then(whole).when(is_last).then(last).otherwise(first),
        when(is_last).then(before_last).when(~is_unspaced).then(rest.str.replace_all(",", "")),
    )


def one_given_name(family: Expression, given: Expression) -> Expression:
    """Join two syllables that are one given name after a Korean or Chinese family name."""
    syllable = words.EAST_ASIAN_SYLLABLE
    is_two = given.str.contains(rf"^{syllable} {syllable}$")
    is_one = family.is_in(_FAMILY_SPELLINGS) & ~family.is_in(words.VIETNAMESE_FAMILY_NAMES) & is_two
    return when(is_one).then(given.str.replace(" ", "")).otherwise(given)


def _hangul_parts() -> Steps:
    word = col("text").str.replace_all(r"[^가-힣]", "")
    length = hangul_family_length(word)
    return Steps(
        {
            "family": when(length > 0).then(word.str.slice(0, length)),
            "given": when(word.str.len_chars() >= 2).then(word.str.slice_from(length)),
            "middle": lit(None, pl.String),
        }
    )


def _han_parts() -> Steps:
    text = col("text").str.replace_all(",", "")
    first, rest = text.str.extract(r"^(\S+) ", 1), text.str.extract(r"^\S+ (.+)$", 1)
    word = text.str.replace_all(" ", "")
    length = word.str.len_chars()
    known = "|".join(sorted(words.COMPOUND_HAN_FAMILY_NAMES, key=len, reverse=True))
    compound = word.str.extract(rf"^({known}).", 1)
    is_cut = (col("script") == "han") & length.is_between(2, 4)
    unspaced = (
        when(compound.is_not_null())
        .then(compound)
        .when(is_cut & (length < 4))
        .then(word.str.slice(0, 1))
        .when(is_cut)
        .then(word.str.slice(0, 2))
    )
    family = coalesce(first, unspaced)
    return Steps(
        {
            "family": family,
            "given": when(length >= 2).then(
                coalesce(
                    rest.str.replace_all(" ", ""),
                    when(family.is_null()).then(word).otherwise(word.str.strip_prefix(family)),
                )
            ),
            "middle": lit(None, pl.String),
        }
    )


def _comma_parts() -> Steps:
    family = col("text").str.extract(r"^([^,]+),", 1).str.replace_all(" ", "")
    given = col("text").str.extract(r"^[^,]+,\s*(.+)$", 1).str.replace_all(",", "")
    first, rest = given_parts(one_given_name(family, given), col("script"), family)
    return Steps({"family": family, "given": first, "middle": rest})


def _spaced_parts() -> Steps:
    word = col("word")
    count = word.list.len()
    first, last, second = word.list.first(), word.list.last(), word.list.get(1, null_on_oob=True)
    after_first = word.list.slice(1).list.join(" ")
    before_last = word.list.slice(0, max_horizontal(count, 1) - 1).list.join(" ")
    is_asian_first = (
        first.is_in(_FAMILY_SPELLINGS)
        & is_east_asian(after_first)
        & ~(
            last.is_in(_USUAL_SPELLINGS)
            & ~first.is_in(_USUAL_SPELLINGS + words.VIETNAMESE_FAMILY_NAMES)
        )
    )
    is_patronymic_last = (
        (count == 3) & last.str.contains(words.PATRONYMIC) & ~second.str.contains(words.PATRONYMIC)
    )
    is_slavic_first = (
        (count == 2)
        & (col("script") == "cyrillic")
        & first.str.contains(words.SLAVIC_FAMILY_NAME)
        & ~first.is_in(words.SLAVIC_GIVEN_NAMES)
        & (~last.str.contains(words.SLAVIC_FAMILY_NAME) | last.is_in(words.SLAVIC_GIVEN_NAMES))
    )
    is_first = (is_asian_first | is_patronymic_last | is_slavic_first) & (count >= 2)
    return Steps(
        {"joined": joined_particles(col("text"))},
        {"word": col("joined").str.split(" ")},
        {
            "family": when(is_first).then(first).when(count >= 2).then(last),
            "others": when(is_first)
            .then(after_first)
            .when(count >= 2)
            .then(before_last)
            .otherwise(first),
            "is_first": is_first,
        },
        {"others": one_given_name(col("family"), col("others"))},
        _vietnamese_given(),
    )


def _vietnamese_given() -> dict[str, Expression]:
    """Cut the given names; a Vietnamese one is the last word, after middle names such as VAN and THI."""
    others = col("others").str.split(" ")
    is_last = (
        col("family").is_in(words.VIETNAMESE_FAMILY_NAMES)
        & is_east_asian(col("others"))
        & col("is_first")
        & (others.list.len() >= 2)
    )
    first, rest = given_parts(col("others"), col("script"), col("family"))
    before = col("others").str.extract(r"^(.+) \S+$", 1)
    return {
        "given": when(is_last).then(others.list.last()).otherwise(first),
        "middle": when(is_last).then(before).otherwise(rest),
    }
