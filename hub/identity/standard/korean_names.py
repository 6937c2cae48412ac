"""Korean names: 두음법칙, letters of the alphabet, and spellings in latin letters.

Here: what only Korean names need. Never here: names of other languages (`names`). Next: `names`.

A consonant skeleton is the same for 철수, CHEOLSU and CHUL SOO, on purpose coarsely; it only ever
counts beside a birth date. Other languages get the skeleton of their transliteration.
"""

from __future__ import annotations

from hub.identity.standard.expressions import Expression, any_horizontal, lit, when

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


def _collapse(skeleton: Expression) -> Expression:
    # The regex engine has no back-references, so each doubled consonant is named.
    for letter in "KNTLMPSJ":
        skeleton = skeleton.str.replace_all(f"{letter}{letter}+", letter)
    return skeleton


def skeleton_of_hangul(jamo: Expression) -> Expression:
    """Consonants of a decomposed (NFD) hangul word, as latin letters."""
    table = {**_INITIAL, **_FINAL}
    return _collapse(jamo.str.replace_many(table).str.replace_all(r"[^A-Z]", ""))


def skeleton_of_latin(word: Expression) -> Expression:
    """Consonants of an upper-case latin word, folded as `skeleton_of_hangul` does."""
    for pattern, replacement in _LATIN:
        word = word.str.replace_all(pattern, replacement)
    return _collapse(word)


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
_JAMO = [
    chr(code)
    for span in ((0x1100, 19), (0x1161, 21), (0x11A8, 27))
    for code in range(span[0], span[0] + span[1])
]
_LETTERS = [chr(0x21 + place) for place in range(len(_JAMO))]


def fold_leading_sound(jamo: Expression) -> Expression:
    """Fold 두음법칙 spellings of a decomposed (NFD) word into one spelling."""
    for pattern, replacement in _LEADING_VARIANTS:
        jamo = jamo.str.replace_all(pattern, replacement)
    return jamo


def hangul_family_length(word: Expression) -> Expression:
    """Return how many syllables of an unspaced hangul name are its family name."""
    is_compound = any_horizontal(
        *(word.str.starts_with(family) for family in COMPOUND_FAMILY_NAMES)
    ) & (word.str.len_chars() >= 3)
    return (
        when(word.str.len_chars() < 2).then(lit(0)).when(is_compound).then(lit(2)).otherwise(lit(1))
    )


def letters_of_hangul(jamo: Expression) -> Expression:
    """Return one ASCII character a letter, because DuckDB's similarities compare bytes.

    Letters of other scripts among them count for nothing.
    """
    letters = jamo.str.replace_many(dict(zip(_JAMO, _LETTERS, strict=True)))
    return letters.str.replace_all(r"[^\x20-\x7E]", "")
