"""Sex as any sender codes it → `male`, `female` or nothing.

Here: words and codes. Never here: sex read from a national ID (`numbers`). Next: `records`.
"""

from __future__ import annotations

import polars as pl

from hub.identity.standard.expressions import col
from hub.identity.standard.scripts import folded_letters, folded_text
from hub.identity.standard.steps import Steps

_MALE = (
    "M 1 MALE MAN BOY MASCULINE MASC 남 남자 남성 男 男性 男子 MANNLICH MAENNLICH MANN HOMME MASCULIN"
    " HOMBRE MASCULINO MASCHIO UOMO HOMEM MAN MANNELIJK MIES ERKEK MUZ МУЖ МУЖСКОИ М МУЖЧИНА ذكر זכר"
    " ΑΝΔΡΑΣ ΑΡΡΕΝ नर पुरुष ชาย NAM LAKI-LAKI LELAKI"
)
_FEMALE = (
    "F 2 FEMALE WOMAN GIRL FEMININE FEM 여 여자 여성 女 女性 女子 WEIBLICH FRAU W FEMME FEMININ"
    " MUJER FEMENINO FEMMINA DONNA MULHER FEMININO VROUW VROUWELIJK V KVINNA NAINEN KADIN ZENA"
    " Ж ЖЕН ЖЕНСКИИ ЖЕНЩИНА انثي נקבה ΓΥΝΑΙΚΑ ΘΗΛΥ महिला स्त्री หญิง NU PEREMPUAN"
)
_WORDS = {**dict.fromkeys(_MALE.split(), "male"), **dict.fromkeys(_FEMALE.split(), "female")}
_OTHER_CODINGS: tuple[tuple[frozenset[str], frozenset[str], dict[str, str | None]], ...] = (
    # H is hombre or homme; then M may be mujer, if nobody is F.
    (frozenset({"H", "M"}), frozenset({"F"}), {"H": "male", "M": "female"}),
    (frozenset({"H"}), frozenset(), {"H": "male"}),
    (frozenset({"M", "K"}), frozenset({"F"}), {"K": "female"}),
    (frozenset({"E", "K"}), frozenset({"F"}), {"E": "male", "K": "female"}),
    # 0 and 1 without 2: which is which is not known.
    (frozenset({"0", "1"}), frozenset({"2"}), {"0": None, "1": None}),
)


def standardise_sexes(written: pl.Series) -> pl.Series:
    """Return `male`, `female` or null for each value of the column `written`.

    One-letter codes that mean different things in different languages (H, M, K, E; 0 and 1) are
    read by what else the column holds.
    """
    folded = folded_letters(written.cast(pl.String)).alias("code")
    cell = _CODE.on_columns(folded.to_frame())["code"]
    table = _meanings(set(cell.unique().drop_nulls()))
    found = cell.replace_strict(
        list(table), list(table.values()), default=None, return_dtype=pl.String
    )
    return found.alias("sex")


def standardise_sex(written: str) -> str | None:
    """Return what `standardise_sexes` returns for a column that holds nothing else."""
    code = _CODE.on_record({"code": folded_text(written)})["code"]
    return _meanings({code}).get(code)


_CODE = Steps({"code": col("code").str.strip_chars(" .").str.replace(r"^0*([0-9])(\.0+)?$", "$1")})


def _meanings(present: set[str]) -> dict[str, str | None]:
    """Return the meaning of each code in a column that holds the codes `present`."""
    table: dict[str, str | None] = dict(_WORDS)
    for needed, absent, meaning in _OTHER_CODINGS:
        if needed <= present and not absent & present:
            table |= meaning
            break
    return table
