"""A name cell cleaned: titles, brackets, masks and placeholders gone, letters folded.

Here: what can be told from one cell. Never here: which of its words is the family name
(`name_parts`). Next: `name_parts`.
"""

from __future__ import annotations

import polars as pl

from hub.identity.standard import name_words as words
from hub.identity.standard.expressions import Expression, col, when
from hub.identity.standard.scripts import folded_letters, folded_text
from hub.identity.standard.steps import Steps

_MASKED = r"[*○●◯□■〇]|[?_#]{2,}|^[가-힣]+[OX]+[가-힣]*$|XXX"
_BRACKETS = r"\([^)]*\)|\[[^\]]*\]|\{[^}]*\}|<[^>]*>|[「『〔【][^」』〕】]*[」』〕】]|[\"“”«„][^\"“”»]*[\"“”»]"
_JOINERS = r"\s*[-‐‑‒–—'’‘`´ʼʻ׳״]\s*"


def _alternatives(listed: str) -> str:
    return "|".join(listed.split())


def _joined_particles(text: Expression) -> Expression:
    particle = _alternatives(words.PARTICLES)
    for _ in range(3):
        text = text.str.replace_all(rf"( (?:{particle})+) (\S)", "$1$2")
    return text.str.replace(rf"((?:^| )(?:{_alternatives(words.SERVANT_OF)})) (\S+ \S)", "$1$2")


def cleaned_cells(written: pl.Series) -> pl.DataFrame:
    """Return (`written`, `text`) for distinct `written`; `text` null where the cell holds no name.

    `text` is words in folded letters with one space between them, and `, ` where a comma told the
    family name from the others.
    """
    distinct = written.drop_nulls().unique()
    frame = pl.DataFrame({"written": distinct, "folded": folded_letters(distinct)})
    return _CLEANING.on_columns(frame).select("written", "text")


def cleaned_cell(written: str) -> str | None:
    """Return the `text` that `cleaned_cells` returns for one cell."""
    text: str | None = _CLEANING.on_record({"folded": folded_text(written)})["text"]
    return text


def _cleaning() -> Steps:
    text = col("folded").str.replace_all(_BRACKETS, " ").str.replace_all(r"[،、，;]", ",")
    text = text.str.strip_chars().str.replace_all(r"[\s\p{Z}]+", " ")
    text = text.str.replace(r" (?:NEE|GEB|BORN|O\.?B\.?O|C/O)\b\.? .*$", "")
    for title in words.KOREAN_TITLES:
        text = (
            when(text.str.contains(r"^[가-힣 ]{4,}|[가-힣]\s외"))
            .then(text.str.replace(title, ""))
            .otherwise(text)
        )
    text = (
        text.str.replace(
            rf"(\p{{Han}}{{2,}}|[\p{{Katakana}}ー]{{2,}}|\p{{Han}} \p{{Han}}+)(?:{words.JAPANESE_CHINESE_TITLES})",
            "$1",
        )
        .str.replace(words.THAI_TITLES, "")
        .str.replace_all(_JOINERS, "")
        .str.replace_all(r"\b[0-9](?:ST|ND|RD|TH)\b", "")
        .str.replace_all(r"(\p{Latin})0(\p{Latin})", "${1}O$2")
        .str.replace_all(r"(\p{Latin})1(\p{Latin})", "${1}I$2")
        .str.replace_all(r"[0-9]+", "")
        .str.replace_all(r"[^\p{L}\p{M}\x{30FC}々,]+", " ")
        .str.replace_all(rf"(^|, ?)(?:(?:{_alternatives(words.TITLES)}) )+(\S)", "$1$2")
    )
    for _ in range(2):
        text = text.str.replace(rf"(\S)(?:,? (?:{_alternatives(words.SUFFIXES)}))+ ?(,|$)", "$1$2")
        text = text.str.strip_chars(" ,")
    text = text.str.replace_all(rf"\b(?:{_alternatives(words.EMPTY_WORDS)})\b", "")
    text = (
        text.str.replace_all(r" ?,[ ,]*", ", ").str.replace_all(r" {2,}", " ").str.strip_chars(" ,")
    )
    bare = col("folded").str.replace_all(_BRACKETS, "").str.replace_all(r"\s", "")
    compact = col("text").str.replace_all("[ ,]", "")
    is_name = (
        (compact.str.len_chars() >= 1)
        & ~compact.is_in(sorted(words.PLACEHOLDERS))
        & ~bare.str.contains(_MASKED)
        & ~col("text").str.contains(words.NEWBORN)
        & ~compact.str.contains(words.NEWBORN_HANGUL)
        & ~compact.str.contains(r"^(?:[OX]+|MR|MRS|MS|MISS|DR|MME|HERR|FRAU)$")
    )
    return Steps({"text": text}, {"text": when(is_name).then("text")})


_CLEANING = _cleaning()


def joined_particles(text: Expression) -> Expression:
    """Join VAN DER, DE LA, BIN, AL … with the word after them; one that begins the name stays."""
    family = "|".join(words.VIETNAMESE_FAMILY_NAMES)
    is_vietnamese = text.str.contains(rf"^(?:{family})\b|\b(?:{family})$") & is_east_asian(text)
    return when(is_vietnamese).then(text).otherwise(_joined_particles(text))


def is_east_asian(text: Expression) -> Expression:
    """True where every word sounds Korean, Chinese or Vietnamese."""
    syllable = words.EAST_ASIAN_SYLLABLE
    return text.str.contains(rf"^{syllable}{{1,3}}(?: {syllable}{{1,3}})*$")
