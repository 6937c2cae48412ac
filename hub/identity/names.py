"""Names made comparable: one row of comparison keys for each distinct name as written.

Here: placeholders, splitting into family and given name, keys that survive 두음법칙 spellings and
the word order of foreign names. Never here: comparing two names (`hub.identity.linkage_model`).
Next: `warehouse/sql/identity/standard_signature.sql` joins the keys to the signatures.
"""

from __future__ import annotations

import polars as pl

from hub.identity.romanisation import FAMILY_NAME_OF_SPELLING, skeleton_of_hangul, skeleton_of_latin

PLACEHOLDERS = frozenset(
    {
        "성명불상",
        "성명미상",
        "성명불명",
        "이름미상",
        "신원미상",
        "신원불상",
        "미상",
        "불상",
        "불명",
        "무명",
        "무명남",
        "무명녀",
        "무연고",
        "홍길동",
        "홍길순",
        "아무개",
        "김아무개",
        "이름없음",
        "없음",
        "해당없음",
        "미기재",
        "미등록",
        "익명",
        "테스트",
        "UNKNOWN",
        "UNNAMED",
        "NONAME",
        "NONE",
        "NULL",
        "NIL",
        "NA",
        "TEST",
        "ANONYMOUS",
        "JOHNDOE",
        "JANEDOE",
    }
)
"""Words written where no name was known; compared without spaces and punctuation."""

COMPOUND_FAMILY_NAMES = ("남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방")

_Y_VOWELS = "ᅣᅤᅧᅨᅭᅲᅵ"
_LEADING_VARIANTS = (
    # Initial ㄹ and ㄴ before y-vowels fall silent, other initial ㄹ is said ㄴ: 류/유, 리/이, 라/나.
    (rf"^ᄅ([{_Y_VOWELS}])", "ᄋ$1"),
    (rf"^ᄂ([{_Y_VOWELS}])", "ᄋ$1"),
    (r"^ᄅ", "ᄂ"),
    # 렬 and 률 are written 열 and 율 after a vowel or ㄴ; senders disagree.
    (r"ᄅ([ᅧᅲ]ᆯ)", "ᄋ$1"),
)
_MASKED = r"[*○●◯□]|^[가-힣]+[OoXx]+[가-힣]*$"
_NEWBORN = r"^[가-힣]{1,4}(아기|애기)$"

_JAMO = [
    chr(code)
    for span in ((0x1100, 19), (0x1161, 21), (0x11A8, 27))
    for code in range(span[0], span[0] + span[1])
]
_LETTERS = [chr(0x21 + place) for place in range(len(_JAMO))]

NAME_COLUMNS = (
    "full_name",
    "script",
    "family_key",
    "given_key",
    "name_key",
    "given_sound",
    "roman_key",
    "name_letters",
)


def fold_leading_sound(jamo: pl.Expr) -> pl.Expr:
    """Fold 두음법칙 spellings of a decomposed (NFD) word into one spelling."""
    for pattern, replacement in _LEADING_VARIANTS:
        jamo = jamo.str.replace_all(pattern, replacement)
    return jamo


def _compose(jamo: pl.Expr) -> pl.Expr:
    return jamo.str.normalize("NFC")


def _cleaned(full_name: pl.Expr) -> pl.Expr:
    return (
        full_name.str.normalize("NFKC")
        .str.to_uppercase()
        .str.replace_all(r"\([^)]*\)|\[[^\]]*\]", " ")
        .str.replace_all(r"[\s\p{Z}]+", " ")
        .str.strip_chars()
    )


def standardise_names(names: pl.Series) -> pl.DataFrame:
    """Return the comparison keys of distinct `names`.

    One row for each name, with `NAME_COLUMNS`: `script` (`hangul`, `latin`), `family_key` and
    `given_key` (두음법칙 folded; the family of a latin name only where it is a Korean one),
    `name_key` (the whole), `given_sound` (consonants of the given name, the same in hangul and
    latin), `roman_key` (family and sound), `name_letters` (one ASCII character
    for each letter of the alphabet, because DuckDB's similarities compare bytes). Everything
    but `full_name` is null where the name is missing, masked or a placeholder.
    """
    frame = pl.DataFrame({"full_name": names.drop_nulls().unique().sort().cast(pl.String)})
    compact = pl.col("cleaned").str.replace_all(r"[^\p{L}\p{N}*○●◯□]", "")
    is_named = (
        (compact.str.len_chars() >= 2)
        & ~compact.is_in(sorted(PLACEHOLDERS))
        & ~compact.str.contains(_MASKED)
        & ~compact.str.contains(_NEWBORN)
        & ~compact.str.contains(r"^(.)$|^[OX]+$|^\d+$")
    )
    frame = (
        frame.with_columns(cleaned=_cleaned(pl.col("full_name")))
        .with_columns(compact=compact, is_named=is_named)
        .with_columns(
            script=pl.when(~pl.col("is_named"))
            .then(None)
            .when(pl.col("compact").str.contains(r"[가-힣]"))
            .then(pl.lit("hangul"))
            .when(pl.col("compact").str.contains(r"[A-Z]"))
            .then(pl.lit("latin"))
        )
    )
    return (
        pl.concat(
            [
                _hangul_keys(frame.filter(pl.col("script") == "hangul")),
                _latin_keys(frame.filter(pl.col("script") == "latin")),
                frame.filter(pl.col("script").is_null()).select("full_name"),
            ],
            how="diagonal",
        )
        .select(NAME_COLUMNS)
        .sort("full_name")
    )


def _hangul_keys(frame: pl.DataFrame) -> pl.DataFrame:
    word = pl.col("compact").str.replace_all(r"[^가-힣]", "")
    is_compound = pl.any_horizontal(
        word.str.starts_with(family) for family in COMPOUND_FAMILY_NAMES
    ) & (word.str.len_chars() >= 3)
    length = pl.when(word.str.len_chars() < 2).then(0).when(is_compound).then(2).otherwise(1)
    family = pl.when(length > 0).then(word.str.slice(0, length))
    given = word.str.slice(length)
    return (
        frame.with_columns(
            family_jamo=fold_leading_sound(family.str.normalize("NFD")),
            given_jamo=fold_leading_sound(given.str.normalize("NFD")),
        )
        .with_columns(
            family_key=_compose(pl.col("family_jamo")),
            given_key=_compose(pl.col("given_jamo")),
            given_sound=skeleton_of_hangul(pl.col("given_jamo")),
            name_letters=pl.concat_str(
                pl.col("family_jamo").fill_null(""), pl.col("given_jamo")
            ).str.replace_many(_JAMO, _LETTERS),
        )
        .with_columns(
            name_key=pl.concat_str(pl.col("family_key").fill_null(""), "given_key"),
            roman_key=pl.concat_str("family_key", pl.lit("|"), "given_sound"),
        )
        .select(NAME_COLUMNS)
    )


def _latin_keys(frame: pl.DataFrame) -> pl.DataFrame:
    tokens = pl.col("cleaned").str.replace_all(r"['\x{2019}`-]", "").str.extract_all(r"[\p{L}]+")
    spelling = list(FAMILY_NAME_OF_SPELLING)
    family = list(FAMILY_NAME_OF_SPELLING.values())

    def family_of(token: pl.Expr) -> pl.Expr:
        return token.replace_strict(spelling, family, default=None, return_dtype=pl.String)

    return (
        frame.with_columns(tokens=tokens)
        .with_columns(
            first=family_of(pl.col("tokens").list.first()),
            last=family_of(pl.col("tokens").list.last()),
            size=pl.col("tokens").list.len(),
        )
        .with_columns(
            is_first=(pl.col("size") > 1) & pl.col("first").is_not_null(),
            is_last=(pl.col("size") > 1) & pl.col("first").is_null() & pl.col("last").is_not_null(),
        )
        .with_columns(
            family_key=pl.when("is_first").then("first").when("is_last").then("last"),
            given_key=pl.when("is_first")
            .then(pl.col("tokens").list.slice(1).list.join(""))
            .when("is_last")
            .then(pl.col("tokens").list.head(pl.col("size") - 1).list.join(""))
            .otherwise(pl.col("tokens").list.sort().list.join(" ")),
        )
        .with_columns(
            given_sound=skeleton_of_latin(pl.col("given_key")),
            # Senders disagree on the order of foreign names, so the whole is kept sorted.
            name_key=pl.col("tokens").list.sort().list.join(" "),
            name_letters=pl.col("tokens").list.sort().list.join(" "),
        )
        .with_columns(roman_key=pl.concat_str("family_key", pl.lit("|"), "given_sound"))
        .select(NAME_COLUMNS)
    )
