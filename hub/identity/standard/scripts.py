"""Letters of any script: which script a text is in, how spellings fold, how letters become ASCII.

Here: folding of accents and of letter variants, script detection, transliteration. Never here:
what is a family name (`names`) or a street (`addresses`). Next: every module of this package.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import polars as pl
from anyascii import anyascii

from hub.identity.standard.expressions import Expression, col, lit, when
from hub.identity.standard.steps import Steps, as_polars

_RANGES = (
    # The first that occurs in a text wins: a hangul name with hanja in it is a hangul name.
    ("hangul", r"[가-힣]"),
    ("han", r"\p{Han}"),
    ("kana", r"[\p{Hiragana}\p{Katakana}]"),
    ("arabic", r"\p{Arabic}"),
    ("hebrew", r"\p{Hebrew}"),
    ("cyrillic", r"\p{Cyrillic}"),
    ("greek", r"\p{Greek}"),
    ("devanagari", r"\p{Devanagari}"),
    ("thai", r"\p{Thai}"),
    ("latin", r"\p{Latin}"),
    ("other", r"\p{L}"),
)
SCRIPTS = tuple(script for script, _ in _RANGES)

# Accents of Latin, Greek and Cyrillic; Arabic vowel signs; Hebrew points. Vowel signs of Indic
# scripts and Thai are letters of the word and stay.
_MARKS = (
    r"[\x{0300}-\x{036F}\x{0591}-\x{05C7}\x{0610}-\x{061A}\x{0640}\x{064B}-\x{065F}\x{0670}"
    r"\x{06D6}-\x{06ED}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2069}\x{FEFF}\x{00AD}]"
)
_ARABIC_VARIANTS = {"ٱ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ء": "", "ہ": "ه", "ھ": "ه"}
_HAN_VARIANTS = (
    "张張刘劉陈陳杨楊黄黃赵趙吴吳孙孫马馬罗羅郑鄭谢謝许許邓鄧冯馮韩韓萧蕭叶葉苏蘇吕呂贾賈钟鍾卢盧邹鄒陆陸"
    "谭譚贺賀龙龍万萬钱錢汤湯顾顧龚龔严嚴蒋蔣阎閻韦韋齐齊东東欧歐阳陽鲁魯项項华華国國伟偉丽麗军軍强強"
    "建建红紅兰蘭凤鳳云雲刚剛庆慶贵貴义義学學飞飛鹏鵬娇嬌静靜斉齊斎齋辺邊邉邊沢澤髙高﨑崎嵜崎浜濱広廣"
    "桜櫻竜龍恵惠真眞栄榮徳德渓溪滝瀧関關塩鹽収收団團県縣区區号號"
)
DIGIT_FORMS = {
    chr(zero + digit): str(digit)
    for zero in (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0x1040)
    for digit in range(10)
}
"""Digits of Arabic, Persian, Devanagari, Bengali, Thai and Burmese → ASCII digits."""
_VARIANTS = {
    **DIGIT_FORMS,
    **_ARABIC_VARIANTS,
    **dict(zip(_HAN_VARIANTS[::2], _HAN_VARIANTS[1::2], strict=True)),
    "İ": "I",
    "ς": "Σ",
}


@cache
def _latin_letters() -> dict[str, str]:
    """Latin letters that have no decomposition (Ł, Ø, Æ, Đ …) and the ASCII they become."""
    return {
        chr(code): anyascii(chr(code)).upper()
        for start, end in ((0xC0, 0x250), (0x1E00, 0x1F00))
        for code in range(start, end)
        if unicodedata.category(chr(code)).startswith("L")
    }


def folded_letters(text: pl.Series) -> pl.Series:
    """Return `text` in upper case without accents, width forms and letter variants.

    NFKC and NFKD (Unicode 16 Annex 15), then the accents removed; Ł, Ø, ß … become ASCII; Arabic
    alef, hamza, teh marbuta and yeh variants become one, vowel signs and tatweel go; hiragana becomes
    katakana; simplified and old forms of usual Han letters in names become one form.
    """
    is_ascii = text.str.len_bytes() == text.str.len_chars()
    if bool(is_ascii.all()):
        return text.str.to_uppercase()
    places = (~is_ascii.fill_null(value=True)).arg_true()
    other = _folding().on_columns(text.gather(places).alias("text").to_frame())["text"]
    return text.str.to_uppercase().scatter(places, other).alias(text.name)


def folded_text(text: str) -> str:
    """Return what `folded_letters` returns for one text."""
    return text.upper() if text.isascii() else str(_folding().on_record({"text": text})["text"])


@cache
def _folding() -> Steps:
    letters = {**_latin_letters(), **_VARIANTS}
    kana = {chr(code): chr(code + 0x60) for code in range(0x3041, 0x3097)}
    return Steps(
        {
            "text": col("text")
            .str.to_uppercase()
            .str.normalize("NFKD")
            .str.replace_all(_MARKS, "")
            .str.normalize("NFC")
            .str.replace_many({**letters, **kana})
            .str.to_uppercase()
        }
    )


def script_of(text: Expression) -> Expression:
    """Return the script of folded text: one of `SCRIPTS`, null where it has no letter."""
    found = lit(None, pl.String)
    for script, letter in reversed(_RANGES):
        found = when(text.str.contains(letter)).then(lit(script)).otherwise(found)
    return found


def ascii_letters(text: pl.Series) -> pl.Series:
    """Return `text` transliterated to A-Z and spaces (anyascii); null where nothing is left.

    Han letters get Chinese readings: the letters of a Japanese name in kanji are not those of its
    kana.
    """
    is_plain = bool((text.str.len_bytes() == text.str.len_chars()).all())
    if not is_plain:
        # anyascii works letter by letter, so each different letter is asked for once.
        letters = sorted(
            {letter for letter in set("".join(text.drop_nulls())) if ord(letter) > 127}
        )
        text = text.str.replace_many(letters, [anyascii(letter) for letter in letters])
    return text.to_frame("text").select(as_polars(_PLAIN_LETTERS)).to_series().alias(text.name)


def ascii_text(text: str) -> str | None:
    """Return what `ascii_letters` returns for one text."""
    plain = text if text.isascii() else anyascii(text)
    found: str | None = Steps({"text": _PLAIN_LETTERS}).on_record({"text": plain})["text"]
    return found


_PLAIN_LETTERS = (
    col("text")
    .str.to_uppercase()
    .str.replace_all(r"[^A-Z ]", "")
    .str.strip_chars()
    .replace({"": None})
)
