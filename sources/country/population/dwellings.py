"""Where people live: dwellings, addresses, dong and road codes, moves and institutions.

Here: one address a household, and shared addresses of institutions. Never here: leases and
ownership (`facts.property`). Next: `people` carries address and codes.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sources.country.places import DISTRICTS, DONG_NAMES, ROAD_NAMES
from sources.country.population.numbers import padded

Ints = NDArray[np.int64]

INSTITUTIONS_PER_HOUSEHOLDS = 4_000


def settle_households(count: int, institution: Ints, rng: np.random.Generator) -> pl.DataFrame:
    """One row a household: dwelling, address and codes.

    Args:
        count: number of households, numbered 0 to count - 1.
        institution: 0 for an ordinary dwelling, 1 nursing home, 2 dormitory, 3 care home; a
            household of an institution shares its address with the institution's others.
        rng: source of chance.
    """
    shares = np.array([share for *_, share in DISTRICTS])
    district = rng.choice(len(DISTRICTS), count, p=shares / shares.sum())
    dong = rng.integers(0, len(DONG_NAMES), count)
    road = rng.integers(0, len(ROAD_NAMES), count)
    main_number, sub_number = rng.integers(1, 400, count), rng.integers(0, 30, count)
    is_flat = rng.random(count) < 0.62
    block, floor, door = (
        rng.integers(101, 116, count),
        rng.integers(1, 25, count),
        rng.integers(1, 6, count),
    )
    places = max(2, count // INSTITUTIONS_PER_HOUSEHOLDS)
    shared = institution > 0
    # Institutions take the address of one of a few households: the first ones of the country.
    source = (rng.integers(0, places, count) * 3 + institution) % count
    for column in (district, dong, road, main_number, sub_number):
        column[shared] = column[source[shared]]
    is_flat = np.where(shared, False, is_flat)
    dwelling = np.where(shared, count + source, np.arange(count))
    # A few households share a dwelling with another household (two registers at one door).
    twin = np.flatnonzero((rng.random(count) < 0.015) & ~shared & (np.arange(count) > 0))
    twin = twin[~shared[twin - 1] & ~np.isin(twin - 1, twin)]
    for column in (district, dong, road, main_number, sub_number, block, floor, door):
        column[twin] = column[twin - 1]
    is_flat[twin], dwelling[twin] = is_flat[twin - 1], dwelling[twin - 1]
    codes = np.array([code for code, *_ in DISTRICTS])[district]
    places_frame = pl.DataFrame(
        {
            "district": np.array(
                [f"{province} {name}".strip() for _, province, name, _, _ in DISTRICTS]
            )[district],
            "road": np.array(ROAD_NAMES)[road],
            "main": main_number,
            "sub": sub_number,
            "block": block,
            "unit": floor * 100 + door,
            "is_flat": is_flat,
            "dong": np.array(DONG_NAMES)[dong],
        }
    )
    address = places_frame.select(
        pl.format("{} {} {}", "district", "road", "main")
        + pl.when(pl.col("sub") > 20)
        .then(pl.format("-{}", pl.col("sub") - 20))
        .otherwise(pl.lit(""))
        + pl.when(pl.col("is_flat"))
        .then(pl.format(", {}동 {}호", "block", "unit"))
        .otherwise(pl.lit(""))
        + pl.format(" ({})", "dong")
    ).to_series()
    return pl.DataFrame(
        {
            "household_number": np.arange(count),
            "dwelling_number": dwelling,
            "address": address,
            "legal_dong_code": np.char.add(codes, padded(101 + dong, 3)).astype("<U8"),
            "road_address_code": np.char.add(codes, padded(3_000_000 + road * 11 + dong, 7)),
            "district_code": codes,
            "region": np.array([region for *_, region, _ in DISTRICTS])[district],
            "is_flat": is_flat,
            "institution": institution,
        }
    ).with_columns(pl.col("legal_dong_code") + "00")
