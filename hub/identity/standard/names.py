"""Names made comparable: keys and letters for each distinct way a name is written.

Here: joining the parts of a name, from its own columns or cut from the full name, into keys. Never
here: comparing two names. Next: `records`.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from hub.identity.standard.expressions import Expression, coalesce, col, concat_str, lit, when
from hub.identity.standard.korean_names import (
    FAMILY_NAME_OF_SPELLING,
    fold_leading_sound,
    letters_of_hangul,
    skeleton_of_hangul,
    skeleton_of_latin,
)
from hub.identity.standard.name_cells import cleaned_cell, cleaned_cells, is_east_asian
from hub.identity.standard.name_parts import (
    PART_COLUMNS,
    given_parts,
    name_parts,
    name_parts_of,
    one_given_name,
)
from hub.identity.standard.nicknames import nickname_roots
from hub.identity.standard.one_record import Row
from hub.identity.standard.scripts import ascii_letters, ascii_text, script_of
from hub.identity.standard.steps import Steps

WRITTEN_COLUMNS = ("full_name", "given_name", "middle_name", "family_name")
NAME_COLUMNS = (
    "script",
    "family_key",
    "given_key",
    "middle_key",
    "nickname_key",
    "name_key",
    "given_sound",
    "roman_key",
    "name_letters",
    "family_letters",
    "given_letters",
)
_FAMILY_COLUMNS = ("family_key", "family_letters")
_GIVEN_COLUMNS = ("given_key", "nickname_key", "given_sound", "given_letters")
_STAND_INS = ("DOE JOHN", "DOE JANE", "ERIKA MUSTERMANN", "MAX MUSTERMANN")


def standardise_names(written: pl.DataFrame) -> pl.DataFrame:
    """Return `written` (distinct rows of `WRITTEN_COLUMNS`) with `NAME_COLUMNS`.

    A family and a given name in columns of their own win over the full name.
    """
    cells = cleaned_cells(
        pl.concat([written.get_column(column) for column in WRITTEN_COLUMNS]).alias("written")
    )
    frame = written
    for column in WRITTEN_COLUMNS:
        cell = cells.rename({"written": column, "text": f"{column}_text"})
        frame = frame.join(cell, on=column, how="left", maintain_order="left")
    frame = _own_parts().on_columns(frame)
    cut = name_parts(frame["text"])
    frame = frame.join(cut, on="text", how="left", maintain_order="left")
    return pl.concat([written, _keys(_chosen_parts().on_columns(frame))], how="horizontal")


def standardise_name(written: Row) -> Row:
    """Return `NAME_COLUMNS` of one row of `WRITTEN_COLUMNS`, as `standardise_names` does."""
    texts = {
        f"{column}_text": None if (cell := written[column]) is None else cleaned_cell(cell)
        for column in WRITTEN_COLUMNS
    }
    row = _own_parts().on_record({**written, **texts})
    cut = dict.fromkeys(PART_COLUMNS) if row["text"] is None else name_parts_of(row["text"])
    return _keys_of(_chosen_parts().on_record({**row, **cut}))


@cache
def _own_parts() -> Steps:
    """Return how the columns of parts are read, and `text`, the full name that is to be cut."""
    family, given = col("family_name_text"), col("given_name_text")
    full = col("full_name_text")
    script = script_of(coalesce(given, family))
    # NA is a Korean family name, and what many systems write for nothing.
    is_na = col("family_name").str.contains(r"(?i)^\s*NA\s*$") & is_east_asian(given)
    family = when(is_na).then(lit("NA")).otherwise(family.str.replace_all("[ ,]", ""))
    given_words = concat_str(given, "middle_name_text", separator=" ", ignore_nulls=True)
    first, rest = given_parts(col("own_given"), col("own_script"), col("own_family"))
    is_own = (family.is_not_null() & given.is_not_null()) | full.is_null()
    return Steps(
        {"own_script": script, "own_family": family},
        {
            "own_given": one_given_name(
                col("own_family"), when(given.is_not_null()).then(given_words)
            )
        },
        {"is_own": is_own},
        {"first": first, "rest": rest, "text": when(~col("is_own")).then(full)},
    )


@cache
def _chosen_parts() -> Steps:
    """Return how `script`, `family`, `given` and `middle` are chosen of both sources."""
    own = {"script": "own_script", "family": "own_family", "given": "first", "middle": "rest"}
    # One letter is no name; 김민 and 王明 are.
    whole = concat_str("family", "given", "middle", ignore_nulls=True)
    is_name = whole.str.len_chars() > 1
    return Steps(
        {part: when("is_own").then(column).otherwise(part) for part, column in own.items()},
        {part: when(is_name).then(part) for part in own},
    )


def _keys(parts: pl.DataFrame) -> pl.DataFrame:
    families = parts.select("script", "family").unique().drop_nulls()
    families = families.with_columns(letters=ascii_letters(families["family"]))
    givens = parts.select("script", "given").unique().drop_nulls()
    givens = givens.with_columns(letters=ascii_letters(givens["given"]))
    frame = (
        parts.select("script", "family", "given", "middle")
        .join(
            _family_keys().on_columns(families).drop("letters"),
            on=("script", "family"),
            how="left",
            maintain_order="left",
        )
        .join(
            _given_keys().on_columns(givens).drop("letters"),
            on=("script", "given"),
            how="left",
            maintain_order="left",
        )
        .with_columns(middle_letters=ascii_letters(parts["middle"]))
    )
    return _name_keys().on_columns(frame).select(NAME_COLUMNS)


def _keys_of(parts: Row) -> Row:
    script, middle = parts["script"], parts["middle"]
    row = {column: parts[column] for column in ("script", "family", "given", "middle")}
    row |= dict.fromkeys((*_FAMILY_COLUMNS, *_GIVEN_COLUMNS))
    for part, steps in (("family", _family_keys()), ("given", _given_keys())):
        if script is not None and row[part] is not None:
            row = steps.on_record({**row, "letters": ascii_text(row[part])})
    row["middle_letters"] = None if middle is None else ascii_text(middle)
    row = _name_keys().on_record(row)
    return {column: row[column] for column in NAME_COLUMNS}


@cache
def _name_keys() -> Steps:
    is_unspaced = col("script").is_in(["hangul", "han", "kana"])
    is_hangul = col("script") == "hangul"
    has_given = col("given_key").is_not_null()

    def sorted_words(*columns: str) -> Expression:
        joined = concat_str(*columns, separator=" ", ignore_nulls=True)
        return joined.str.split(" ").list.sort().list.join(" ")

    keys = {
        "middle_key": col("middle"),
        "name_key": when(has_given & is_unspaced)
        .then(
            concat_str(
                when(is_hangul).then("family_key").otherwise("family"),
                "given_key",
                ignore_nulls=True,
            )
        )
        .when(has_given)
        .then(sorted_words("family", "given_key", "middle")),
        "name_letters": when(has_given & is_hangul)
        .then(concat_str("family_letters", "given_letters", ignore_nulls=True))
        .when(has_given)
        .then(sorted_words("family_letters", "given_letters", "middle_letters")),
        "roman_key": concat_str("family_key", lit("|"), "given_sound"),
    }
    is_stand_in = col("name_key").is_in(list(_STAND_INS)).fill_null(value=False)
    return Steps(
        keys,
        {
            column: when(~is_stand_in).then(col(column).replace({"": None}))
            for column in NAME_COLUMNS
        },
    )


@cache
def _family_keys() -> Steps:
    hangul = fold_leading_sound(col("family").str.normalize("NFD"))
    is_hangul = col("script") == "hangul"
    composed = when(is_hangul).then(hangul.str.normalize("NFC")).otherwise("family")
    return Steps(
        {
            "family_key": composed.replace(FAMILY_NAME_OF_SPELLING),
            "family_letters": when(is_hangul).then(letters_of_hangul(hangul)).otherwise("letters"),
        }
    )


@cache
def _given_keys() -> Steps:
    hangul = fold_leading_sound(col("given").str.normalize("NFD"))
    is_hangul = col("script") == "hangul"
    return Steps(
        {"given_key": when(is_hangul).then(hangul.str.normalize("NFC")).otherwise("given")},
        {
            "nickname_key": col("given_key").replace(nickname_roots()),
            "given_sound": when(is_hangul)
            .then(skeleton_of_hangul(hangul))
            .otherwise(skeleton_of_latin(col("letters")))
            .replace({"": None}),
            "given_letters": when(is_hangul).then(letters_of_hangul(hangul)).otherwise("letters"),
        },
    )
