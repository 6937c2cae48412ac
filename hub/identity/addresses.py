"""Addresses made comparable: a key of the dwelling and a key of its building.

Here: province names, brackets, spaces and the ways to write a unit. Never here: coordinates or a
lookup of real addresses. Next: `warehouse/sql/identity/standard_signature.sql`.
"""

from __future__ import annotations

import polars as pl

_PROVINCES = (
    (r"^서울(특별시|시)?", "서울"),
    (r"^(부산|대구|인천|광주|대전|울산)(광역시|시)?", "$1"),
    (r"^세종(특별자치시|시)?", "세종"),
    (r"^경기(도)?", "경기"),
    (r"^강원(특별자치도|도)?", "강원"),
    (r"^(충청북도|충북)", "충북"),
    (r"^(충청남도|충남)", "충남"),
    (r"^(전라북도|전북(특별자치도)?)", "전북"),
    (r"^(전라남도|전남)", "전남"),
    (r"^(경상북도|경북)", "경북"),
    (r"^(경상남도|경남)", "경남"),
    (r"^제주(특별자치도|도)?", "제주"),
)
_UNIT = r"(?:(?:제)?([0-9A-Z가나다라]+)동)?(?:(?:지하)?[0-9]+층)?(?:제)?([0-9]+)호?$"
_PLACEHOLDERS = ("불명", "미상", "불상", "주소불명", "주소미상", "거주불명", "없음", "UNKNOWN")

ADDRESS_COLUMNS = ("address", "address_key", "building_key")


def standardise_addresses(addresses: pl.Series) -> pl.DataFrame:
    """Return the keys of distinct `addresses`: `ADDRESS_COLUMNS`, keys null where unusable."""
    frame = pl.DataFrame({"address": addresses.drop_nulls().unique().sort().cast(pl.String)})
    text = (
        pl.col("address")
        .str.normalize("NFKC")
        .str.to_uppercase()
        .str.replace_all(r"\([^)]*\)", " ")
        .str.replace_all(r"번지", "")
        .str.strip_chars()
    )
    for pattern, replacement in _PROVINCES:
        text = text.str.replace(pattern, replacement)
    # A unit follows a comma or, without one, is a last word that ends in 호.
    street = pl.col("text").str.replace(
        r"(?:,.*|\s(?:제?[0-9A-Z]+동\s*)?(?:[0-9]+층\s*)?제?[0-9]+호)$", ""
    )
    unit = pl.col("text").str.strip_prefix(pl.col("street")).str.replace_all(r"[\s,.]", "")
    unit = unit.str.replace(_UNIT, "$1-$2").str.replace_all("-+", "-").str.strip_chars("-")
    compact = pl.col("street").str.replace_all(r"[\s,.]", "")
    is_known = (compact.str.len_chars() >= 5) & ~compact.is_in(list(_PLACEHOLDERS))
    return (
        frame.with_columns(text=text)
        .with_columns(street=street)
        .with_columns(building_key=pl.when(is_known).then(compact), unit=unit)
        .with_columns(address_key=pl.concat_str("building_key", pl.lit("/"), "unit"))
        .select(ADDRESS_COLUMNS)
    )
