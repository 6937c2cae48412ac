"""Numbers that offices give: resident numbers, business numbers, passports, phones.

Here: vectorised makers with the right lengths and check digits. Never here: who gets which
number. Next: people, jobs and accounts of the simulated country carry them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Texts = NDArray[np.str_]

RESIDENT_WEIGHTS = np.array([2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5], dtype=np.int64)
BUSINESS_WEIGHTS = np.array([1, 3, 7, 1, 3, 7, 1, 3, 5], dtype=np.int64)
RANDOM_NUMBERS_FROM = np.datetime64("2020-10-05")


def digits_of(values: Ints, width: int) -> Ints:
    """Decimal digits of `values`, most significant first: shape (len, width)."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    digits: Ints = values[:, None] // powers[None, :] % 10
    return digits


def padded(values: Ints, width: int) -> Texts:
    """`values` as texts of `width` digits with leading zeros."""
    letters = (digits_of(values, width) + ord("0")).astype(np.uint32)
    return np.ascontiguousarray(letters).view(f"<U{width}").ravel()


def resident_check_digit(first_twelve: Ints) -> Ints:
    """Check digit of a resident number of the first generation (before October 2020)."""
    weighted = digits_of(first_twelve, 12) @ RESIDENT_WEIGHTS
    check: Ints = (11 - weighted % 11) % 10
    return check


def business_number(serial: Ints) -> Ints:
    """Ten-digit business registration numbers with the right check digit from 9-digit serials."""
    digits = digits_of(serial, 9)
    total = digits @ BUSINESS_WEIGHTS + digits[:, 8] * 5 // 10
    numbers: Ints = serial * 10 + (10 - total % 10) % 10
    return numbers


def century_digit(birth_date: NDArray[np.datetime64], is_male: Ints, is_foreign: Ints) -> Ints:
    """Seventh digit: 1-4 nationals, 5-8 foreigners, 9 and 0 for those born before 1900."""
    year = birth_date.astype("datetime64[Y]").astype(np.int64) + 1970
    digit = np.where(year >= 2000, 3, 1) + np.where(is_male == 1, 0, 1)
    digit = np.where(year < 1900, np.where(is_male == 1, 9, 0), digit)
    result: Ints = digit + 4 * is_foreign * (year >= 1900)
    return result


def resident_number(
    birth_date: NDArray[np.datetime64],
    is_male: Ints,
    is_foreign: Ints,
    is_random: NDArray[np.bool_],
    rng: np.random.Generator,
) -> Ints:
    """Distinct thirteen-digit resident (or foreigner's) numbers.

    `is_random` numbers are of the second generation: six random digits without a check digit.
    The others hold a place and serial part and a check digit.
    """
    days = birth_date.astype("datetime64[D]").astype(np.int64)
    year = birth_date.astype("datetime64[Y]").astype(np.int64) + 1970
    month = birth_date.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = days - birth_date.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + 1
    century = century_digit(birth_date, is_male, is_foreign)
    open_part = ((year % 100) * 10_000 + month * 100 + day) * 10 + century
    order = np.argsort(open_part, kind="stable")
    ordered = open_part[order]
    starts = np.searchsorted(ordered, ordered, side="left")
    rank = np.empty(len(ordered), dtype=np.int64)
    rank[order] = np.arange(len(ordered)) - starts
    # A stride that shares no factor with the range keeps numbers of one birthday distinct.
    offset = (open_part * 48_271 + int(rng.integers(0, 1_000_000))) % 999_983
    placed = open_part * 100_000 + (offset + rank * 7_919) % 96_000
    first_generation = placed * 10 + resident_check_digit(placed)
    second_generation = open_part * 1_000_000 + (offset + rank * 617_879) % 1_000_000
    numbers: Ints = np.where(is_random, second_generation, first_generation)
    return without_repeats(numbers)


def without_repeats(numbers: Ints) -> Ints:
    """Move every repeated number on until all are distinct."""
    numbers = numbers.copy()
    while True:
        _, first = np.unique(numbers, return_index=True)
        if len(first) == len(numbers):
            return numbers
        repeated = np.ones(len(numbers), dtype=bool)
        repeated[first] = False
        head, tail = np.divmod(numbers[repeated], 1_000_000)
        numbers[repeated] = head * 1_000_000 + (tail + 7) % 1_000_000


def distinct_numbers(count: int, lowest: int, highest: int, rng: np.random.Generator) -> Ints:
    """`count` distinct numbers of [lowest, highest) in an order that tells nothing."""
    span = highest - lowest
    stride = int(span * 0.618_033_988) | 1
    while np.gcd(stride, span) != 1:
        stride += 2
    start = int(rng.integers(0, span))
    result: Ints = lowest + (start + np.arange(count, dtype=np.int64) * stride) % span
    return result


def phone_numbers(count: int, rng: np.random.Generator) -> Texts:
    """Distinct mobile numbers like `010-1234-5678`."""
    numbers = distinct_numbers(count, 20_000_000, 99_999_989, rng)
    head, tail = padded(numbers // 10_000, 4), padded(numbers % 10_000, 4)
    return np.char.add(np.char.add(np.char.add("010-", head), "-"), tail)
