"""Addresses made comparable: a key of the dwelling, a key of its building, and the words.

Here: Korean road-name and lot-number forms, Japanese and Chinese block numbers, and words of other
countries' addresses. Never here: coordinates or a lookup of real addresses. Next: `records`.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import polars as pl

from hub.identity.standard import address_words as words
from hub.identity.standard.expressions import Expression, col, concat_list, concat_str, lit, when
from hub.identity.standard.one_record import Row
from hub.identity.standard.scripts import folded_letters, folded_text, script_of
from hub.identity.standard.steps import Steps

_KINDS: dict[str, type[pl.DataType] | pl.DataType] = {
    "address_key": pl.String,
    "building_key": pl.String,
    "address_words": pl.List(pl.String),
}
ADDRESS_COLUMNS = tuple(_KINDS)
_KOREAN_UNIT = r"(?:(?:제)?([0-9A-Z가나다라]+)동)?(?:(?:지하)?[0-9]+층)?(?:제)?([0-9]+)호?$"
# A building's name after its number is written by some and left out by others.
_KOREAN_NAME_AFTER_NUMBER = (
    r"((?:로|길|동|리|가)\s*(?:지하\s*|산\s*)?[0-9]+(?:-[0-9]+)?)\s+[가-힣A-Z][^0-9]*$"
)
_KOREAN_BUILDING_NAME = (
    r"^[가-힣A-Z]*(?:아파트|빌라|빌딩|타워|오피스텔|맨션|연립|주택|하이츠|파크|힐스테이트|캐슬|자이|푸르지오|래미안"
    r"|편한세상|APT)(?:[0-9]+차)?"
)
_LEAST_LENGTH = 5


def standardise_addresses(addresses: pl.Series) -> pl.DataFrame:
    """Return `address` (distinct) with `ADDRESS_COLUMNS`; keys null where the address is too vague."""
    distinct = addresses.drop_nulls().unique().cast(pl.String)
    folded = folded_letters(distinct.str.normalize("NFKC"))
    known = _FORM.on_columns(pl.DataFrame({"address": distinct, "folded": folded})).drop_nulls(
        "form"
    )
    return pl.concat(
        [
            _reading()[form].on_columns(part).select("address", *ADDRESS_COLUMNS)
            for (form,), part in known.partition_by("form", as_dict=True).items()
        ]
        or [pl.DataFrame(schema={"address": pl.String, **_KINDS})]
    )


def standardise_address(address: str) -> Row:
    """Return `ADDRESS_COLUMNS` of one address, as `standardise_addresses` does."""
    row = _FORM.on_record({"folded": folded_text(unicodedata.normalize("NFKC", address))})
    if row["form"] is None:
        return dict.fromkeys(ADDRESS_COLUMNS)
    row = _reading()[row["form"]].on_record(row)
    return {column: row[column] for column in ADDRESS_COLUMNS}


_FORM = Steps(
    {
        "text": col("folded").str.replace_all(r"\s+", " ").str.strip_chars(),
        "compact": col("folded").str.replace_all(r"[^\p{L}\p{N}]", ""),
    },
    {"script": script_of(col("text"))},
    {
        "form": when(
            (col("compact").str.len_chars() <= 1) | col("compact").is_in(words.PLACEHOLDERS)
        )
        .then(lit(None, pl.String))
        .when(col("script") == "hangul")
        .then(lit("korean"))
        .when(col("script").is_in(["han", "kana"]))
        .then(lit("han"))
        .otherwise(lit("worded"))
    },
)


@cache
def _reading() -> dict[str, Steps]:
    return {"korean": _korean(), "han": _han(), "worded": _worded()}


def _result() -> dict[str, Expression]:
    # A dwelling or building is only told by a number.
    is_exact = col("building_key").str.contains("[0-9]") & (
        col("building_key").str.len_chars() >= _LEAST_LENGTH
    )
    return {
        "address_key": when(is_exact).then("address_key"),
        "building_key": when(is_exact).then("building_key"),
        "address_words": when(col("words").list.len() > 0).then("words"),
    }


def _korean() -> Steps:
    text = (
        col("text")
        .str.replace(r"^\(?[0-9]{5,6}\)?\s+|^\(?[0-9]{3}-[0-9]{3}\)?\s*", "")
        .str.replace_all(r"\([^)]*\)", " ")
        .str.replace_all(r"번지", "")
        .str.strip_chars()
        .str.replace(r"^대한민국\s*", "")
    )
    for pattern, replacement in words.KOREAN_PROVINCES:
        text = text.str.replace(pattern, replacement)
    # A unit follows a comma or, without one, is a last word that ends in 호 or 층.
    street = col("text").str.replace(
        r"(?:,.*|\s(?:제?[0-9A-Z가나다라]+동\s*)?(?:(?:지하\s*)?[0-9]+층\s*)?제?[0-9A-Z]*[0-9]+호"
        r"|\s(?:지하\s*)?[0-9]+층)$",
        "",
    )
    unit = col("text").str.strip_prefix(col("street")).str.replace_all(r"[\s,.]", "")
    unit = unit.str.replace(_KOREAN_BUILDING_NAME, "").str.replace(_KOREAN_UNIT, "$1-$2")
    unit = unit.str.replace_all("-+", "-").str.strip_chars("-")
    building = col("street").str.replace(_KOREAN_NAME_AFTER_NUMBER, "$1")
    numbered = col("street").str.replace_all(r"([가-힣])([0-9]+(?:-[0-9]+)?)(?:\s|,|$)", "$1 $2 ")
    found = concat_list(
        numbered.str.extract_all(r"[\p{L}\p{N}-]+"),
        col("unit").str.extract_all(r"[\p{L}\p{N}-]+"),
    )
    return Steps(
        {"text": text},
        {"street": street},
        {"building_key": building.str.replace_all(r"[\s,.]", ""), "unit": unit},
        {
            "address_key": concat_str("building_key", lit("/"), "unit"),
            "words": found.list.unique().list.sort(),
        },
        _result(),
    )


def _han() -> Steps:
    digits = words.HAN_NUMBERS
    # 二十三丁目 and 十二号 are rare enough to be left; single figures and 十 are read.
    text = (
        col("text").str.replace(r"^〒?\s*[0-9]{3}-?[0-9]{4}\s*", "").str.replace_all(r"\s|,|、", "")
    )
    for letter, number in digits.items():
        text = text.str.replace_all(rf"{letter}(丁目|番|號|条|巷|弄|段|樓|楼|室)", f"{number}$1")
    text = (
        text.str.replace_all(
            r"([0-9])(?:丁目|番地の?|番町?|號樓|號楼|號棟|號室?|号|室|棟|巷|弄|幢|单元|單元|栋|层|樓|楼|階|F|の|ノ)",
            "$1-",
        )
        .str.replace_all(r"[‐‑‒–—―ー−-]+([0-9])", "-$1")
        .str.replace_all(r"-+", "-")
        .str.strip_chars("-")
    )
    places = col("text").str.replace_all(r"(省|都|道|府|縣|市|區|郡|町|村|鎮|镇|路|街|大道)", "$1 ")
    found = places.str.extract_all(r"[0-9]+|[\p{L}]+")
    building = (
        col("text")
        .str.replace(r"([0-9]+-[0-9]+-[0-9]+)-[0-9A-Z-]+$", "$1")
        .str.replace(r"(路|街|大道)([0-9]+)-.*$", "$1$2")
    )
    return Steps(
        {"text": text},
        {
            "address_key": col("text"),
            "building_key": building,
            "words": found.list.unique().list.sort(),
        },
        _result(),
    )


def _worded() -> Steps:
    unit_word = "|".join(words.UNIT_WORDS.split())
    text = (
        col("text")
        .str.replace_all(r"['’‘`´]", "")
        .str.replace_all(
            r"\bP\.?\s?O\.?\s?BOX\b|\bPOST OFFICE BOX\b|\bPOSTFACH\b|\bAPARTADO\b", "POBOX"
        )
        .str.replace_all(r"\bC/O\s+[^,]*,", " ")
        .str.replace_all(r"\b([0-9]+[A-Z]?)\s*/\s*([0-9]+)", " UNIT $1 $2 ")
        .str.replace_all(r"#\s*", " UNIT ")
        .str.replace_all(r"№|\bN[º°]", " ")
        .str.replace_all(rf"\b({unit_word}|APARTMENT)([0-9])", "$1 $2")
        .str.replace_all(r"(\p{L}{3,}?)(?:STRASSE|STR|STRAAT)(\b)", "$1 ST$2")
        .str.replace_all(r"([0-9])-([0-9])", "$1 $2")
        .str.replace_all(r"[^\p{L}\p{M}\p{N}]+", "  ")
        .str.strip_chars()
    )
    spaced = concat_str(lit(" "), "text", lit(" "))
    forms = {
        f" {long.replace(' ', '  ')} ": f" {short} " for long, short in words.WORD_FORMS.items()
    }
    dropped = {f" {word} ": " " for word in words.DROPPED_WORDS.split()}
    normal = spaced.str.replace_many({**forms, **dropped}, leftmost=True)
    normal = normal.str.replace_all(r" +", " ").str.replace_all(r" (?:UNIT )+(\D)", " UNIT $1")
    unit = rf" (?:{unit_word})(?: (?:{unit_word}))* ([0-9]+[A-Z]?|[A-Z][0-9]*)\b"
    whole = col("normal").str.replace_all(rf" (?:{unit_word})\b", " ")
    building = col("normal").str.replace_all(unit, " ")
    is_enough = col("words").list.len() >= 2
    return Steps(
        {"text": text},
        {"normal": normal},
        {"words": _words(whole), "building_words": _words(building)},
        {
            "address_key": when(is_enough).then(col("words").list.join(" ")),
            "building": col("building_words").list.join(" "),
        },
        {
            # A building without its number is no building; then the unit's number is the house's.
            "building_key": when(col("building").str.contains("[0-9]"))
            .then("building")
            .otherwise("address_key")
        },
        _result(),
    )


def _words(text: Expression) -> Expression:
    return text.str.extract_all(r"[\p{L}\p{M}\p{N}]+").list.unique().list.sort()
