"""Romanised names made comparable with hangul ones, on purpose coarsely.

Here: family-name spellings and the consonant skeleton, which is the same for 철수, CHEOLSU and
CHUL SOO. Never here: full transliteration; a skeleton only ever counts beside a birth date.
Next: `hub.identity.names` builds keys from it.
"""

from __future__ import annotations

import polars as pl

_SPELLINGS = {
    "강": "KANG GANG",
    "고": "KO GO KOH",
    "공": "KONG GONG",
    "곽": "KWAK GWAK",
    "구": "KOO KU GU",
    "국": "KOOK GUK KUK",
    "권": "KWON GWON",
    "금": "KEUM GEUM",
    "기": "KI GI",
    "길": "KIL GIL",
    "김": "KIM GIM",
    "나": "NA RA LA",
    "남": "NAM",
    "남궁": "NAMGUNG NAMKUNG",
    "노": "NOH ROH NO RO",
    "도": "DO DOH",
    "마": "MA MAH",
    "맹": "MAENG",
    "명": "MYUNG MYEONG",
    "모": "MO",
    "문": "MOON MUN",
    "민": "MIN",
    "박": "PARK BAK PAK",
    "반": "BAN",
    "방": "BANG PANG",
    "배": "BAE PAE",
    "백": "BAEK PAIK BAIK PAEK",
    "변": "BYUN BYEON",
    "서": "SEO SUH",
    "석": "SEOK SUK",
    "선": "SEON SUN",
    "선우": "SUNWOO SEONWOO",
    "설": "SEOL SUL",
    "성": "SUNG SEONG",
    "손": "SON SOHN",
    "송": "SONG",
    "신": "SHIN SIN",
    "심": "SIM SHIM",
    "안": "AHN AN",
    "양": "YANG RYANG",
    "엄": "UM EOM UHM",
    "여": "YEO",
    "연": "YEON",
    "염": "YEOM YUM",
    "오": "OH O",
    "옥": "OK",
    "왕": "WANG",
    "용": "YONG RYONG",
    "우": "WOO U",
    "원": "WON",
    "위": "WI",
    "유": "YOO YU RYU RYOO YOU",
    "육": "YUK YOOK",
    "윤": "YOON YUN",
    "은": "EUN",
    "이": "LEE YI RHEE LI YEE I",
    "인": "IN",
    "임": "LIM IM RIM YIM",
    "장": "JANG CHANG",
    "전": "JEON CHUN JUN",
    "정": "JUNG JEONG CHUNG CHONG",
    "제갈": "JEGAL",
    "조": "CHO JO",
    "주": "JOO JU",
    "지": "JI CHI",
    "진": "JIN CHIN",
    "차": "CHA",
    "채": "CHAE",
    "천": "CHEON",
    "최": "CHOI CHOE",
    "추": "CHOO CHU",
    "탁": "TAK",
    "표": "PYO",
    "하": "HA",
    "한": "HAN",
    "함": "HAM",
    "허": "HEO HUH HUR",
    "현": "HYUN HYEON",
    "홍": "HONG",
    "황": "HWANG",
    "황보": "HWANGBO",
}
FAMILY_NAME_OF_SPELLING = {
    spelling: family for family, spellings in _SPELLINGS.items() for spelling in spellings.split()
}
"""Usual passport spelling → family name, 두음법칙 folded (LIM and IM are both 임)."""

_INITIAL = {
    **dict.fromkeys("ᄀᄁᄏ", "K"),
    "ᄂ": "N",
    **dict.fromkeys("ᄃᄄᄐ", "T"),
    "ᄅ": "L",
    "ᄆ": "M",
    **dict.fromkeys("ᄇᄈᄑ", "P"),
    **dict.fromkeys("ᄉᄊ", "S"),
    **dict.fromkeys("ᄌᄍᄎ", "J"),
}
_FINAL = {
    **dict.fromkeys("ᆨᆩᆪᆰᆿ", "K"),
    **dict.fromkeys("ᆫᆬᆭ", "N"),
    **dict.fromkeys("ᆮᆺᆻᆽᆾᇀᇂ", "T"),
    **dict.fromkeys("ᆯᆲᆳᆴᆶ", "L"),
    **dict.fromkeys("ᆷᆱ", "M"),
    **dict.fromkeys("ᆸᆹᇁᆵ", "P"),
    "ᆼ": "NK",
}
_LATIN = (
    (r"[^A-Z]", ""),
    (r"CH", "J"),
    (r"[AEIOUWYH]", ""),
    (r"[GCQ]", "K"),
    (r"D", "T"),
    (r"[BVF]", "P"),
    (r"R", "L"),
    (r"Z", "J"),
    (r"X", "KS"),
)


def _collapse(skeleton: pl.Expr) -> pl.Expr:
    # The regex engine has no back-references, so each doubled consonant is named.
    for letter in "KNTLMPSJ":
        skeleton = skeleton.str.replace_all(f"{letter}{letter}+", letter)
    return skeleton


def skeleton_of_hangul(jamo: pl.Expr) -> pl.Expr:
    """Consonants of a decomposed (NFD) hangul word, as latin letters."""
    table = {**_INITIAL, **_FINAL}
    mapped = jamo.str.replace_many(list(table), list(table.values()))
    return _collapse(mapped.str.replace_all(r"[^A-Z]", ""))


def skeleton_of_latin(word: pl.Expr) -> pl.Expr:
    """Consonants of an upper-case latin word, folded as `skeleton_of_hangul` does."""
    for pattern, replacement in _LATIN:
        word = word.str.replace_all(pattern, replacement)
    return _collapse(word)
