"""Names made comparable: keys and letters for each distinct way a name is written.

Here: joining the parts of a name, from its own columns or cut from the full name, into keys. Never
here: comparing two names. Next: `records`.
"""

from __future__ import annotations

import polars as pl

from hub.identity.standard.korean_names import (
    FAMILY_NAME_OF_SPELLING,
    fold_leading_sound,
    letters_of_hangul,
    skeleton_of_hangul,
    skeleton_of_latin,
)
from hub.identity.standard.name_cells import cleaned_cells, is_east_asian
from hub.identity.standard.name_parts import given_parts, name_parts, one_given_name
from hub.identity.standard.nicknames import nickname_roots
from hub.identity.standard.scripts import ascii_letters, script_of

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
    parts = _parts(frame)
    return pl.concat([written, _keys(parts)], how="horizontal")


def _parts(frame: pl.DataFrame) -> pl.DataFrame:
    """Return `script`, `family`, `given`, `middle`, a row for each row of `frame`."""
    family, given = pl.col("family_name_text"), pl.col("given_name_text")
    full = pl.col("full_name_text")
    script = script_of(pl.coalesce(given, family))
    # NA is a Korean family name, and what many systems write for nothing.
    is_na = pl.col("family_name").str.contains(r"^(?i)\s*NA\s*$") & is_east_asian(given)
    family = pl.when(is_na).then(pl.lit("NA")).otherwise(family.str.replace_all("[ ,]", ""))
    given_words = pl.concat_str(given, "middle_name_text", separator=" ", ignore_nulls=True)
    first, rest = given_parts(pl.col("own_given"), pl.col("own_script"), pl.col("own_family"))
    is_own = (family.is_not_null() & given.is_not_null()) | full.is_null()
    frame = (
        frame.with_columns(own_script=script, own_family=family)
        .with_columns(
            own_given=one_given_name(
                pl.col("own_family"), pl.when(given.is_not_null()).then(given_words)
            )
        )
        .with_columns(is_own=is_own)
        .with_columns(first=first, rest=rest, text=pl.when(~pl.col("is_own")).then(full))
    )
    cut = name_parts(frame["text"])
    frame = frame.join(cut, on="text", how="left", maintain_order="left")
    own = {"script": "own_script", "family": "own_family", "given": "first", "middle": "rest"}
    return frame.select(
        pl.when("is_own").then(pl.col(column)).otherwise(pl.col(part)).alias(part)
        for part, column in own.items()
    )


def _keys(parts: pl.DataFrame) -> pl.DataFrame:
    # One letter is no name; 김민 and 王明 are.
    whole = pl.concat_str("family", "given", "middle", ignore_nulls=True)
    is_name = whole.str.len_chars() > 1
    parts = parts.with_columns(pl.when(is_name).then(pl.all()))
    frame = (
        parts.join(_family_keys(parts), on=("script", "family"), how="left", maintain_order="left")
        .join(_given_keys(parts), on=("script", "given"), how="left", maintain_order="left")
        .with_columns(middle_letters=ascii_letters(parts["middle"]), middle_key="middle")
    )
    is_unspaced = pl.col("script").is_in(["hangul", "han", "kana"])
    is_hangul = pl.col("script") == "hangul"
    has_given = pl.col("given_key").is_not_null()

    def sorted_words(*columns: str) -> pl.Expr:
        joined = pl.concat_str(*columns, separator=" ", ignore_nulls=True)
        return joined.str.split(" ").list.sort().list.join(" ")

    frame = frame.with_columns(
        name_key=pl.when(has_given & is_unspaced)
        .then(
            pl.concat_str(
                pl.when(is_hangul).then("family_key").otherwise("family"),
                "given_key",
                ignore_nulls=True,
            )
        )
        .when(has_given)
        .then(sorted_words("family", "given_key", "middle_key")),
        name_letters=pl.when(has_given & is_hangul)
        .then(pl.concat_str("family_letters", "given_letters", ignore_nulls=True))
        .when(has_given)
        .then(sorted_words("family_letters", "given_letters", "middle_letters")),
        roman_key=pl.concat_str("family_key", pl.lit("|"), "given_sound"),
    )
    is_stand_in = pl.col("name_key").is_in(list(_STAND_INS)).fill_null(value=False)
    return frame.select(
        pl.when(~is_stand_in).then(pl.col(column).replace("", None)).alias(column)
        for column in NAME_COLUMNS
    )


def _family_keys(parts: pl.DataFrame) -> pl.DataFrame:
    frame = parts.select("script", "family").unique().drop_nulls()
    hangul = fold_leading_sound(pl.col("family").str.normalize("NFD"))
    is_hangul = pl.col("script") == "hangul"
    composed = pl.when(is_hangul).then(hangul.str.normalize("NFC")).otherwise("family")
    spelled = composed.replace(
        list(FAMILY_NAME_OF_SPELLING), list(FAMILY_NAME_OF_SPELLING.values())
    )
    return frame.with_columns(letters=ascii_letters(frame["family"])).select(
        "script",
        "family",
        family_key=spelled,
        family_letters=pl.when(is_hangul).then(letters_of_hangul(hangul)).otherwise("letters"),
    )


def _given_keys(parts: pl.DataFrame) -> pl.DataFrame:
    frame = parts.select("script", "given").unique().drop_nulls()
    hangul = fold_leading_sound(pl.col("given").str.normalize("NFD"))
    is_hangul = pl.col("script") == "hangul"
    roots = nickname_roots()
    frame = frame.with_columns(letters=ascii_letters(frame["given"])).with_columns(
        given_key=pl.when(is_hangul).then(hangul.str.normalize("NFC")).otherwise("given")
    )
    return frame.select(
        "script",
        "given",
        "given_key",
        nickname_key=pl.col("given_key").replace(list(roots), list(roots.values())),
        given_sound=pl.when(is_hangul)
        .then(skeleton_of_hangul(hangul))
        .otherwise(skeleton_of_latin(pl.col("letters")))
        .replace("", None),
        given_letters=pl.when(is_hangul).then(letters_of_hangul(hangul)).otherwise("letters"),
    )
