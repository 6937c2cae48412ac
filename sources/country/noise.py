"""What senders get wrong about people: names, numbers, birth dates and addresses.

Here: realistic slips, at rates that are parameters and differ by institution; each touches only
the identity columns named below. Never here: rows that break a format (`faults`), or amounts.
Next: `nights` applies noise between selection and rendering; the truth keeps who is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl

from hub.catalogue import DocumentType, Family
from sources.country.rendering.draws import Draws, Flags
from sources.country.rendering.own_columns import People

PERSON_NAMES = (
    "full_name", "owner_name", "tenant_name", "holder_name", "debtor_name", "taxpayer_name",
    "representative_name",
)  # fmt: skip
"""Columns that name the person whom a row is about."""

Change = Callable[[pl.Series, Draws], pl.Series]

_FIRST_SYLLABLE = 0xAC00
_LAST_SYLLABLE = 0xD7A3

# Positions in the Unicode order of initial consonants, vowels and final consonants: sounds that
# clerks mishear and keys that lie side by side.
_INITIAL_SLIPS = {0: 15, 15: 0, 12: 14, 14: 12, 3: 16, 16: 3, 7: 17, 17: 7, 9: 10, 10: 9, 18: 11}
_VOWEL_SLIPS = {1: 5, 5: 1, 0: 4, 4: 0, 8: 13, 13: 8, 2: 6, 6: 2, 20: 18, 18: 20, 7: 1, 3: 7}
_FINAL_SLIPS = {4: 21, 21: 4, 0: 4, 1: 24, 24: 1, 16: 17, 17: 16, 8: 4}
_SPELLINGS = {"류": "유", "유": "류", "이": "리", "리": "이", "라": "나", "나": "라", "임": "림",
              "림": "임", "노": "로", "로": "노", "여": "려", "양": "량", "염": "렴"}  # fmt: skip

_PROVINCES = {
    "서울특별시": "서울", "부산광역시": "부산", "대구광역시": "대구", "인천광역시": "인천시",
    "광주광역시": "광주", "대전광역시": "대전", "울산광역시": "울산", "세종특별자치시": "세종시",
    "경기도": "경기", "강원특별자치도": "강원도", "충청북도": "충북", "충청남도": "충남",
    "전북특별자치도": "전북", "전라남도": "전남", "경상북도": "경북", "경상남도": "경남",
    "제주특별자치도": "제주",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NoiseRates:
    """How often a sender of ordinary care slips: rows in a million, of rows that could."""

    name_typo: int = 3_000
    name_spelling: int = 20_000
    name_in_roman: int = 400
    """As in the passport, where a sender otherwise writes Hangul."""
    name_order_swapped: int = 120_000
    """Of names in roman letters."""
    name_cut: int = 300
    id_missing: int = 3_000
    id_digits_swapped: int = 500
    id_digit_wrong: int = 500
    birth_date_wrong: int = 4_000
    address_variant: int = 120_000

    def scaled(self, permille: int) -> NoiseRates:
        """Return these rates times `permille` / 1,000, at most certain."""
        return NoiseRates(
            **{
                field.name: min(getattr(self, field.name) * permille // 1_000, 1_000_000)
                for field in fields(self)
            }
        )


SILENT = NoiseRates().scaled(0)

_CARE: Mapping[str, int] = {
    "I01": 150, "I02": 250, "I03": 300, "I04": 500, "I23": 200, "I24": 200, "I25": 700,
    "I26": 600, "I27": 600, "I35": 300, "I22": 700, "I37": 2_500, "I11": 2_000, "I12": 2_000,
    "I13": 2_000, "I08": 1_200, "I09": 1_800, "I16": 1_500, "I19": 2_000,
}  # fmt: skip
_REGISTERS = ("F01", "F02")


def rates_of(document: DocumentType, rates: NoiseRates) -> NoiseRates:
    """Return the rates of the sender of `document`: registers hardly err, local offices do."""
    permille = _CARE.get(document.institution, 1_000)
    if document.institution == "I01" and document.family in _REGISTERS:
        permille = 10
    return rates.scaled(permille)


def _with_slots(slips: Mapping[int, int], size: int) -> npt.NDArray[np.int64]:
    table = np.arange(size)
    for sound, slip in slips.items():
        table[sound] = slip
    return table


def misspell_hangul(names: pl.Series, draws: Draws) -> pl.Series:
    """Return `names` with one sound of one syllable after the first mistaken for its neighbour.

    Names without such a syllable come back as they are.
    """
    if names.is_empty():
        return names
    letters = np.array(names.fill_null("").to_list(), dtype=np.str_)
    width = max(letters.dtype.itemsize // 4, 1)
    codes = letters.astype(f"<U{width}").view(np.uint32).reshape(-1, width).astype(np.int64)
    lengths = (codes > 0).sum(axis=1)
    position = 1 + draws.bits("syllable").astype(np.int64) % np.maximum(lengths - 1, 1)
    position = np.minimum(np.abs(position), width - 1)
    rows = np.arange(len(codes))
    code = codes[rows, position]
    is_syllable = (code >= _FIRST_SYLLABLE) & (code <= _LAST_SYLLABLE)
    sound = np.where(is_syllable, code - _FIRST_SYLLABLE, 0)
    initial, vowel, final = sound // 588, sound % 588 // 28, sound % 28
    part = draws.below("part", 3)
    initial = np.where(part == 0, _with_slots(_INITIAL_SLIPS, 19)[initial], initial)
    vowel = np.where(part == 1, _with_slots(_VOWEL_SLIPS, 21)[vowel], vowel)
    final = np.where(part == 2, _with_slots(_FINAL_SLIPS, 28)[final], final)
    slipped = _FIRST_SYLLABLE + initial * 588 + vowel * 28 + final
    codes[rows, position] = np.where(is_syllable, slipped, code)
    written = codes.astype(np.uint32).view(f"<U{width}").ravel()
    return pl.Series(names.name, written.tolist(), dtype=pl.String)


def _swapped_order(names: pl.Expr) -> pl.Expr:
    return names.str.replace(r"^(\S+) (.+)$", "$2 $1")


def _respelt(names: pl.Expr) -> pl.Expr:
    return names.str.head(1).replace(_SPELLINGS) + names.str.slice(1)


def _slipped_names() -> pl.Expr:
    """Slips of a frame with `name` and a flag for each slip, in the order in which they happen."""
    name = pl.col("name")
    ordered = pl.when("order").then(_swapped_order(name)).otherwise(name)
    spelt = pl.when("spelling").then(_respelt(ordered)).otherwise(ordered)
    return pl.when("cut").then(spelt.str.head(2)).otherwise(spelt).alias("name")


_SLIPPED_NAMES = _slipped_names()


def respell_family_name(names: pl.Series) -> pl.Series:
    """Return `names` with the other usual spelling of the family name (류 and 유, 이 and 리)."""
    return names.to_frame("name").select(_respelt(pl.col("name")))["name"].alias(names.name)


def swap_name_order(names: pl.Series) -> pl.Series:
    """Return `names` of several words with the first word put last."""
    return names.to_frame("name").select(_swapped_order(pl.col("name")))["name"].alias(names.name)


def mistype_ids(ids: pl.Series, draws: Draws, *, swap: bool) -> pl.Series:
    """Return 13-digit `ids` with two neighbouring digits of the serial swapped, or one wrong.

    Only the last six digits change, so that the number keeps its form and is another's or nobody's.
    """
    if ids.is_empty():
        return ids
    digits = np.array(ids.to_list(), dtype="S13").view(np.uint8).reshape(-1, 13).copy()
    rows = np.arange(len(digits))
    place = draws.between("place", 7, 11)
    if swap:
        digits[rows, place], digits[rows, place + 1] = (
            digits[rows, place + 1],
            digits[rows, place].copy(),
        )
    else:
        step = draws.between("step", 1, 9)
        digits[rows, place] = (digits[rows, place] - 48 + step) % 10 + 48
    written = digits.view("S13").ravel().astype("U13")
    return pl.Series(ids.name, written.tolist(), dtype=pl.String)


_SHORT = pl.col("a").str.replace_many(list(_PROVINCES), list(_PROVINCES.values()))
_FORMS_OF_ADDRESSES = (
    pl.when(pl.col("form") == 0)
    .then(_SHORT)
    .when(pl.col("form") == 1)
    .then(pl.col("a").str.replace(r"\s*\([^)]*\)$", ""))
    .when(pl.col("form") == 2)
    .then(pl.col("a").str.replace(r"^(.*) \S+ (\d[\d-]*)(,[^(]*)? \((.*)\)$", "$1 $4 $2번지$3"))
    .otherwise(_SHORT.str.replace(r", (\d+)동 (\d+)호", " $1-$2").str.replace(r"\s*\([^)]*\)$", ""))
    .alias("a")
)


def vary_addresses(addresses: pl.Series, draws: Draws) -> pl.Series:
    """Return `addresses` in another of the forms in use: short province, lot number, no detail."""
    frame = pl.DataFrame({"a": addresses, "form": draws.below("form", 4)})
    return frame.select(_FORMS_OF_ADDRESSES)["a"].alias(addresses.name)


def _forget(values: pl.Series, _: Draws) -> pl.Series:
    return pl.Series(values.name, [None], dtype=values.dtype).new_from_index(0, len(values))


def _misdate(births: pl.Series, draws: Draws) -> pl.Series:
    """Return `births` ten, twenty or thirty days early: a digit of the day or month mistaken."""
    days = pl.Series(draws.between("days", 1, 3) * 10)
    return (births.cast(pl.Int32) - days.cast(pl.Int32)).cast(pl.Date)


def _noisy_names(
    names: pl.Series, facts: pl.DataFrame, rates: NoiseRates, draws: Draws, people: People
) -> pl.Series:  # fmt: skip
    slips = {
        "roman": draws.chance("roman", rates.name_in_roman),
        "order": draws.chance("order", rates.name_order_swapped),
        "spelling": draws.chance("spelling", rates.name_spelling),
        "cut": draws.chance("cut", rates.name_cut),
    }
    if slips["order"].any():
        slips["order"] &= names.str.contains(" ", literal=True).fill_null(value=False).to_numpy()
    rows = np.flatnonzero(_with_value(np.logical_or.reduce(list(slips.values())), names))
    written = names
    if rows.size:
        some = pl.DataFrame(
            {"name": names.gather(rows)} | {slip: flags[rows] for slip, flags in slips.items()}
        )
        if slips["roman"].any() and "person_number" in facts.columns:
            roman = people.of(facts["person_number"].gather(rows), "name_roman")
            some = some.with_columns(
                pl.when("roman").then(pl.coalesce(roman, "name")).otherwise("name").alias("name")
            )
        written = names.clone().scatter(rows, some.select(_SLIPPED_NAMES).to_series())
    return _apply(written, draws, "typo", rates.name_typo, misspell_hangul)


def _with_value(chosen: Flags, values: pl.Series) -> Flags:
    return chosen & values.is_not_null().to_numpy() if values.null_count() else chosen


def _apply(
    values: pl.Series,
    draws: Draws,
    purpose: str,
    per_million: int,
    change: Change,
    among: Flags | None = None,
) -> pl.Series:
    """Return `values` with `change` applied to the rows (`among` some) that are drawn for it."""
    chosen = draws.chance(purpose, per_million)
    if among is not None:
        chosen &= among
    rows = np.flatnonzero(chosen)
    if rows.size and values.null_count():
        rows = np.flatnonzero(_with_value(chosen, values))
    if not rows.size:
        return values
    some = Draws(draws.seed, f"{draws.place} {purpose}", draws.keys[rows])
    return values.clone().scatter(rows, change(values.gather(rows), some))


def add_noise(
    document: DocumentType,
    facts: pl.DataFrame,
    family: Family,
    draws: Draws,
    people: People,
    rates: NoiseRates,
    may_change: Flags | None = None,
) -> pl.DataFrame:
    """Return `facts` as the sender of `document` has them: names, IDs, dates, addresses.

    `rates` are those of a sender of ordinary care; the document's own may be better or worse.
    National IDs err only in rows that `may_change`: what was planted must be there to be found.
    """
    rates = rates_of(document, rates)
    changed: list[pl.Series] = []
    names = next((name for name in PERSON_NAMES if name in facts.columns), None)
    if names is not None:
        changed.append(_noisy_names(facts[names], facts, rates, draws, people).alias(names))
    person = family.person_column
    if person is not None and person in facts.columns:
        ids = facts[person]
        for purpose, per_million, change in (
            ("swap", rates.id_digits_swapped, partial(mistype_ids, swap=True)),
            ("digit", rates.id_digit_wrong, partial(mistype_ids, swap=False)),
            ("missing", rates.id_missing, _forget),
        ):
            ids = _apply(ids, draws, purpose, per_million, change, may_change)
        changed.append(ids.alias(person))
    if "birth_date" in facts.columns:
        births = facts["birth_date"]
        births = births if births.dtype == pl.Date else births.cast(pl.Date)
        changed.append(_apply(births, draws, "birth date", rates.birth_date_wrong, _misdate))
    if "address" in facts.columns:
        rate = rates.address_variant
        changed.append(_apply(facts["address"], draws, "address", rate, vary_addresses))
    return facts.with_columns(changed)
