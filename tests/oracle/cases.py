"""Generated units: people, cars and couples, most of them on a boundary of the law.

Never here: any reckoning. `people` and `units` are what the oracle reads; `comparison.py` writes the
same cases as tables of a night.
"""

from __future__ import annotations

import numpy as np
import polars as pl

# One legal-dong code for each pair of regions, with the places the oracle knows them by.
PLACES = (
    ("1111010100", 0, 0),  # Seoul
    ("4111110100", 1, 0),  # Suwon
    ("4113110100", 1, 1),  # Seongnam
    ("4182025000", 1, 2),  # Gapyeong
    ("2611010100", 2, 0),  # Busan
    ("3611010100", 2, 1),  # Sejong
    ("4812110100", 2, 0),  # Changwon
    ("5111010100", 3, 1),  # Chuncheon
    ("5172025000", 3, 2),  # Hongcheon
)
# Counted in full, these put a unit without anything else on a threshold of 2026, on the median income,
# or on nothing.
THRESHOLDS = np.array([
    [0] * 9,
    [2564238, 4199292, 5359036, 6494738, 7556719, 8555952, 9515150, 10474348, 11433546],
    [820556, 1343773, 1714892, 2078316, 2418150, 2737905, 3044848, 3351791, 3658734],
    [1025695, 1679717, 2143614, 2597895, 3022688, 3422381, 3806060, 4189739, 4573418],
    [1230834, 2015660, 2572337, 3117474, 3627225, 4106857, 4567272, 5027687, 5488102],
    [1282119, 2099646, 2679518, 3247369, 3778360, 4277976, 4757575, 5237174, 5716773],
])  # fmt: skip
AGES = np.array([0, 6, 7, 17, 18, 19, 24, 25, 29, 30, 34, 35, 40, 64, 65, 66, 80])
CC = np.array([0, 999, 1599, 1600, 1998, 1999, 2000, 2001, 2499, 2500, 2999, 3000, 3500])
CAR_YEARS = np.array([2001, 2015, 2016, 2017, 2024])
CAR_VALUES = np.array([1, 4_999_999, 5_000_000, 5_000_001, 39_999_999, 40_000_000, 90_000_000])
LARGEST_UNIT = 9


def _near(random, count, spots, spread):
    """Amounts on a spot, one or two beside it, nothing, or anywhere up to `spread`."""
    spot = random.choice(np.asarray(spots), count) + random.integers(-2, 3, count)
    anywhere = random.integers(0, spread, count)
    kind = random.random(count)
    return np.maximum(
        np.select([kind < 0.45, kind < 0.75], [np.zeros(count, int), spot], anywhere), 0
    ).astype(np.int64)


def generate(count: int, seed: int = 7) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return (people, units) of `count` units; the same for the same seed."""
    random = np.random.default_rng(seed)
    weights = np.array([30, 22, 15, 12, 7, 5, 4, 3, 2])
    size = random.choice(np.arange(1, LARGEST_UNIT + 1), count, p=weights / weights.sum())
    place = random.integers(0, len(PLACES), count)
    # A bare unit has nothing but an income that counts in full, on or beside a threshold.
    is_bare = random.random(count) < 0.3
    unit_of = np.repeat(np.arange(count), size)
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    total = int(size.sum())
    is_head = np.zeros(total, bool)
    is_head[first] = True
    # The second of a unit may be the head's spouse; sometimes a person is not counted in the unit.
    has_spouse = (size > 1) & (random.random(count) < 0.5)
    is_spouse = np.zeros(total, bool)
    is_spouse[first[has_spouse] + 1] = True
    is_counted = is_head | (random.random(total) > 0.04)
    counted_size = np.bincount(unit_of, is_counted).astype(int)

    bare = is_bare[unit_of]
    age = random.choice(AGES, total)
    age = np.where(is_head | is_spouse, np.maximum(age, 19), age)
    spots = {
        "earned": [200_000, 600_000, 1_160_000, 857_143, 2_000_000],
        "business": [200_000, 600_000, 333_333],
        "property_income": [1, 99_999],
        "public_transfer": [349_700, 820_556],
        "private_transfer": [384_636, 629_894, 803_856],
        "home": [99_000_000, 172_000_000, 151_000_000, 146_000_000, 112_000_000, 166_000_000],
        "deposit": [50_000_000, 104_210_527, 19],
        "land": [30_000_000, 53_000_000, 77_000_000, 135_000_000, 69_000_000],
        "membership": [1, 45_000_000],
        "financial": [5_000_000, 20_000_000, 5_000_017],
        "debt": [1, 10_000_000, 99_000_000],
    }
    spread = dict.fromkeys(
        ("earned", "business", "public_transfer", "private_transfer"), 3_000_000
    ) | {"property_income": 500_000, "membership": 90_000_000}
    people = {
        name: np.where(
            bare | (random.random(total) < 0.4), 0, _near(random, total, at, spread.get(name, 300_000_000))
        )
        for name, at in spots.items()
    }  # fmt: skip
    threshold = THRESHOLDS[random.integers(0, len(THRESHOLDS), count), counted_size - 1]
    offset = random.integers(-2, 3, count)
    people["public_transfer"] = np.where(
        is_head & bare, np.maximum(threshold + offset, 0)[unit_of], people["public_transfer"]
    )
    for car in (1, 2):
        has = ~bare & (random.random(total) < (0.25 if car == 1 else 0.08))
        people |= {
            f"car{car}_amount": np.where(has, random.choice(CAR_VALUES, total), 0),
            f"car{car}_cc": random.choice(CC, total),
            f"car{car}_seats": random.choice([2, 5, 6, 7, 9, 15, 16], total),
            f"car{car}_kind": random.choice(4, total, p=[0.7, 0.1, 0.1, 0.1]),
            f"car{car}_model_year": random.choice(CAR_YEARS, total),
            f"car{car}_is_commercial": has & (random.random(total) < 0.1),
            f"car{car}_is_for_disability": has & (random.random(total) < 0.1),
        }
    severe = random.random(total) < 0.08
    couple = np.arange(total)
    couple[np.flatnonzero(is_spouse)] -= 1
    frame = pl.DataFrame(
        {
            "person_id": [f"p{n:07}" for n in range(total)],
            "household_id": [f"h{n:06}" for n in unit_of],
            "couple_id": [f"c{n:07}" for n in couple],
            "leads_couple": ~is_spouse,
            "is_head": is_head,
            "is_spouse": is_spouse,
            "is_counted": is_counted,
            "age": age,
            "is_student": random.random(total) < 0.2,
            "is_severely_disabled": severe,
            "is_disabled": severe | (random.random(total) < 0.1),
            "veteran_grade": random.choice(8, total, p=[0.93] + [0.01] * 7),
            "help_months": random.choice([0, 1, 5, 6, 7, 12], total),
            "has_occupational_pension": random.random(total) < 0.05,
            "is_couple": np.where(is_head, has_spouse[unit_of], False),
            "pension_region": np.array([row[2] for row in PLACES])[place][unit_of],
            "legal_dong_code": np.array([row[0] for row in PLACES])[place][unit_of],
            **people,
        }
    )
    units = pl.DataFrame(
        {
            "household_id": [f"h{n:06}" for n in range(count)],
            "region": np.array([row[1] for row in PLACES])[place],
            "is_single_parent": random.random(count) < 0.2,
            "legal_dong_code": np.array([row[0] for row in PLACES])[place],
        }
    )
    return frame, units
