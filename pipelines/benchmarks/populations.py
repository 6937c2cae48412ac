"""Noisy records of invented people of many countries, with the truth about who is who.

Here: countries (how people are called, housed and numbered there), the noise of administrative
records, and the choice of columns. Never here: linking or measuring. Next: benchmarks and tests
give `Population.records` to `hub.identity.link` and compare with `Population.truth`.

Nothing in it is taken from a data set that the linking was built on. The same arguments give the
same records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.benchmarks.population_names import COUNTRIES, Country

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

VIEWS: Mapping[str, tuple[str, ...]] = {
    "all": (
        "national_id",
        "given_name",
        "middle_name",
        "family_name",
        "birth_date",
        "sex",
        "address",
        "phone",
        "email",
    ),
    "no_id": (
        "given_name",
        "middle_name",
        "family_name",
        "birth_date",
        "sex",
        "address",
        "phone",
        "email",
    ),
    "full_name_birth": ("full_name", "birth_date"),
    "name_birth": ("given_name", "family_name", "birth_date"),
    "name_birth_sex_address": ("full_name", "birth_date", "sex", "address"),
    "name_address": ("full_name", "address"),
    "name_contact": ("full_name", "phone", "email"),
    "name_birth_year": ("given_name", "family_name", "birth_year"),
    "name_id": ("full_name", "national_id"),
    "full_name": ("full_name",),
}
"""Which columns a sender may give; `birth_year` becomes a `birth_date` of four digits."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How records differ from the people that they are about; shares of records, 0 to 1."""

    typo: float = 0.08
    """A letter or digit is wrong, by field: given, family, birth date, address, phone, ID."""
    missing: float = 0.05
    swapped: float = 0.02
    """Given and family name are in each other's place."""
    variant: float = 0.06
    """A short or foreign form of the given name, where the country has one."""
    moved: float = 0.15
    placeholder: float = 0.01
    """999999999, 1900-01-01, 000-0000: what a screen demands and nobody knows."""
    wrong_id: float = 0.01
    """The number of somebody else of the household."""
    renamed: float = 0.1
    """Women who have a new family name after marriage, where the country has the custom."""
    other_script: float = 0.0
    """The name as another source writes it: kana, romanised."""


@dataclass(frozen=True, slots=True)
class Population:
    """`records`: columns of a raw identity record. `truth`: `record_id`, `person`."""

    name: str
    records: pl.DataFrame
    truth: pl.DataFrame


def make_population(
    country: str,
    *,
    people: int,
    view: str = "no_id",
    noise: Noise | None = None,
    most_records: int = 4,
    seed: int = 1,
) -> Population:
    """Make a population.

    Args:
        country: a name in `COUNTRIES`.
        people: how many there are.
        view: a name in `VIEWS`.
        noise: of the records.
        most_records: a person has 1 to this many; 1 makes a population without duplicates.
        seed: of everything random.
    """
    draws = np.random.default_rng(seed)
    of = COUNTRIES[country]
    persons = _persons(draws, of, people)
    counts = 1 + draws.geometric(0.5, people) - 1
    counts = np.minimum(counts, most_records)
    owners = np.repeat(np.arange(people), counts)
    draws.shuffle(owners)
    records = _noisy(draws, of, persons, owners, noise or Noise())
    columns = [column for column in VIEWS[view] if column != "birth_year"]
    if "birth_year" in VIEWS[view]:
        year = pl.col("birth_digits").str.slice(0, 4)
        records = records.with_columns(birth_date=pl.when(pl.col("birth_date") != "").then(year))
        columns.append("birth_date")
    empty = [pl.when(pl.col(column) != "").then(column).alias(column) for column in columns]
    numbered = records.with_columns(record_id=pl.format("r{}", pl.int_range(pl.len())))
    return Population(
        f"{country}/{view}",
        numbered.select("record_id", "source", *empty),
        numbered.select("record_id", "person"),
    )


def _pick(draws: np.random.Generator, values: tuple[str, ...], count: int) -> npt.NDArray[np.str_]:
    """Draw values, the first the most frequent."""
    weights = 1.0 / (np.arange(len(values)) + 4.0)
    chosen = draws.choice(len(values), count, p=weights / weights.sum())
    result: npt.NDArray[np.str_] = np.array(values)[chosen]
    return result


def _persons(draws: np.random.Generator, of: Country, count: int) -> pl.DataFrame:
    """One row a person: twins, spouses, children and namesakes live in one household."""
    is_new = draws.random(count) < 0.45
    is_new[0] = True
    household = np.cumsum(is_new) - 1
    homes = int(household[-1]) + 1
    first = np.flatnonzero(is_new)[household]
    role = draws.random(count)
    is_twin = ~is_new & (role < 0.03)
    is_namesake = ~is_new & (role > 0.97)
    is_kin = ~is_new & (draws.random(count) < of.shared_family_name)
    sex = np.where(draws.random(count) < 0.5, "M", "F")
    sex = np.where(is_namesake, sex[first], sex)
    given = np.where(
        sex == "M", _pick(draws, of.male_names, count), _pick(draws, of.female_names, count)
    )
    family = _pick(draws, of.family_names, count)
    family = np.where(is_kin | is_twin | is_namesake, family[first], family)
    given = np.where(is_namesake, given[first], given)
    day = draws.integers(0, 30_000, count)
    day = np.where(is_twin, day[first], day)
    day = np.where(is_namesake, day[first] + 9_900 + draws.integers(0, 900, count), day)
    frame = pl.DataFrame(
        {
            "person": np.arange(count),
            "household": household,
            "sex": sex,
            "given": given,
            "family": family,
            "middle": np.where(
                draws.random(count) < of.middle_share,
                np.where(
                    sex == "M",
                    _pick(draws, of.male_names, count),
                    _pick(draws, of.female_names, count),
                ),
                "",
            ),
            "new_family": _pick(draws, of.family_names, count),
            "second_family": _pick(draws, of.family_names, count),
            "birth": day,
            "national_id": _digits(draws, count, of.id_digits),
            "own_phone": _digits(draws, count, of.phone_digits),
            "email_number": draws.integers(1, 9999, count),
            "email_host": draws.choice(["mail", "post", "web", "inbox"], count),
        }
    ).with_columns(
        birth=pl.lit("1930-01-01").str.to_date() + pl.duration(days="birth"),
        address=pl.Series(_addresses(draws, of, homes)[household]),
        home_phone=pl.Series(_digits(draws, homes, of.phone_digits)[household]),
        new_address=pl.Series(_addresses(draws, of, count)),
        new_phone=pl.Series(_digits(draws, count, of.phone_digits)),
        other_number=pl.col("national_id").sort_by("person").first().over("household"),
    )
    return frame.with_columns(
        phone=pl.when(pl.Series(draws.random(count) < 0.3))
        .then("home_phone")
        .otherwise("own_phone"),
        email=pl.format(
            "{}{}@{}.org", pl.col("given").str.to_lowercase(), "email_number", "email_host"
        )
        if of.is_latin
        else pl.format(
            "user{}@{}.org", pl.col("email_number") * 7 + pl.col("person"), "email_host"
        ),
    )


def _digits(draws: np.random.Generator, count: int, digits: int) -> npt.NDArray[np.str_]:
    low, high = 10 ** (digits - 1), 10**digits
    return draws.integers(low, high, count).astype(str)


def _addresses(draws: np.random.Generator, of: Country, count: int) -> npt.NDArray[np.object_]:
    parts = pl.DataFrame(
        {
            "street": _pick(draws, of.streets, count),
            "number": draws.integers(1, 200, count),
            "unit": draws.integers(1, 40, count),
            "city": _pick(draws, of.cities, count),
            "code": draws.integers(10_000, 99_999, count),
            "is_flat": draws.random(count) < 0.5,
        }
    )
    unit = pl.when("is_flat").then(pl.format(of.unit, "unit")).otherwise(pl.lit(""))
    return parts.with_columns(unit=unit).select(address=_filled(of.address)).to_series().to_numpy()


def _filled(pattern: str) -> pl.Expr:
    """Return the text of a pattern such as `{street} {number}`, each name a column."""
    pieces = list(Formatter().parse(pattern))
    names = [name for _, name, _, _ in pieces if name]
    return pl.format("".join(text + ("{}" if name else "") for text, name, _, _ in pieces), *names)


def _noisy(
    draws: np.random.Generator, of: Country, persons: pl.DataFrame, owners: Places, noise: Noise
) -> pl.DataFrame:
    count = len(owners)
    frame = persons[owners].with_columns(
        source=pl.Series(draws.choice(["a", "b", "c"], count)),
        birth_digits=pl.col("birth").dt.strftime("%Y%m%d"),
    )

    def some(share: float) -> pl.Series:
        return pl.Series(draws.random(count) < share)

    has_new_home = some(noise.moved)
    frame = frame.with_columns(
        address=pl.when(has_new_home).then("new_address").otherwise("address"),
        phone=pl.when(some(noise.moved)).then("new_phone").otherwise("phone"),
        family=pl.when((pl.col("sex") == "F") & some(noise.renamed if of.renames else 0.0))
        .then("new_family")
        .otherwise("family"),
        given=pl.when(some(noise.variant))
        .then(pl.col("given").replace(dict(of.variants)))
        .otherwise("given"),
        national_id=pl.when(some(noise.wrong_id)).then("other_number").otherwise("national_id"),
        middle=pl.when(some(0.5)).then(pl.col("middle").str.slice(0, 1)).otherwise("middle"),
    )
    if of.has_two_families:
        both = pl.format("{} {}", "family", "second_family")
        frame = frame.with_columns(family=pl.when(some(0.8)).then(both).otherwise("family"))
    for column in ("given", "family", "birth_digits", "address", "phone", "national_id"):
        frame = _mistyped(draws, of, frame, column, noise.typo)
    spelled = some(noise.other_script)
    frame = frame.with_columns(
        pl.when(spelled)
        .then(pl.col(column).replace(dict(of.readings)))
        .otherwise(column)
        .alias(column)
        for column in ("given", "family")
    )
    swap = some(noise.swapped)
    frame = frame.with_columns(
        given=pl.when(swap).then("family").otherwise("given"),
        family=pl.when(swap).then("given").otherwise("family"),
    )
    frame = frame.with_columns(
        given_name="given",
        family_name="family",
        middle_name="middle",
        birth_date=_written_date(of),
        address=pl.when(pl.col("source") == "b")
        .then(pl.col("address").str.to_uppercase())
        .otherwise("address"),
        phone=pl.when(pl.col("source") == "b")
        .then(pl.format("{}{}", pl.lit(of.phone_prefix), "phone"))
        .otherwise(pl.format("0{}", "phone")),
    )
    spaced = pl.when(pl.col("middle") != "").then(pl.format(" {}", "middle")).otherwise(pl.lit(""))
    frame = frame.with_columns(middle=spaced).with_columns(
        full_name=_full_name(of, pl.col("source") == "c")
    )
    placeholders = {
        "national_id": "9" * of.id_digits,
        "birth_date": "1900-01-01",
        "phone": "0000000000",
        "email": "none@none.com",
        "family_name": "UNKNOWN",
        "address": "UNKNOWN",
        "full_name": "UNKNOWN",
    }
    frame = frame.with_columns(
        pl.when(some(noise.placeholder)).then(pl.lit(text)).otherwise(column).alias(column)
        for column, text in placeholders.items()
    )
    kept = ("given_name", "middle_name", "sex", *placeholders)
    return frame.with_columns(
        pl.when(some(noise.missing)).then(pl.lit("")).otherwise(column).alias(column)
        for column in kept
    )


def _mistyped(
    draws: np.random.Generator, of: Country, frame: pl.DataFrame, column: str, share: float
) -> pl.DataFrame:
    """Replace, drop, double or transpose a character of some records."""
    count = frame.height
    text = pl.col(column)
    letters = of.letters if column in ("given", "family") else "0123456789"
    place = (pl.lit(pl.Series(draws.random(count))) * text.str.len_chars()).cast(pl.Int64)
    before, after = text.str.slice(0, place), text.str.slice(place + 1)
    one = text.str.slice(place, 1)
    other = pl.lit(pl.Series(draws.choice(list(letters), count)))
    kind = pl.Series(draws.integers(0, 4, count))
    transposed = pl.concat_str(before, after.str.slice(0, 1), one, after.str.slice(1))
    wrong = (
        pl.when(kind == 0)
        .then(pl.concat_str(before, other, after))
        .when(kind == 1)
        .then(transposed)
        .when((kind == 2) & (text.str.len_chars() > 3) & pl.lit(column != "birth_digits"))
        .then(pl.concat_str(before, after))
        .otherwise(pl.concat_str(before, other, after))
    )
    # A name of one or two signs is not changed beyond recognition.
    is_hit = pl.Series(draws.random(count) < share) & (text.str.len_chars() > of.least_mistyped)
    return frame.with_columns(pl.when(is_hit).then(wrong).otherwise(text).alias(column))


def _full_name(of: Country, is_other: pl.Expr) -> pl.Expr:
    """Write the name as the country does; source c may write it another way."""
    return pl.when(is_other).then(_filled(of.other_order)).otherwise(_filled(of.order))


def _written_date(of: Country) -> pl.Expr:
    year, month, day = (
        pl.col("birth_digits").str.slice(0, 4),
        pl.col("birth_digits").str.slice(4, 2),
        pl.col("birth_digits").str.slice(6, 2),
    )
    return (
        pl.when(pl.col("source") == "a")
        .then(pl.format("{}-{}-{}", year, month, day))
        .when(pl.col("source") == "b")
        .then(
            pl.format("{}/{}/{}", month, day, year)
            if of.is_month_first
            else pl.format("{}.{}.{}", day, month, year)
        )
        .otherwise("birth_digits")
    )
