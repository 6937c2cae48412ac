"""Which facts of a family a document type tells, and on which night.

Here: rows chosen by the type's own code lists, its institution's share of the country, its mode
and its cycle. Never here: changing a fact, apart from the word for it where a type knows another
word. Next: own columns are added and the rows are rendered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl

from hub.catalogue import (
    Catalogue,
    Column,
    Cycle,
    DocumentType,
    Family,
    Format,
    Kind,
    Mode,
    SchemaVersion,
)
from sources.country.rendering.draws import Draws, number_of

ROW = "_row"
"""Number of a fact within its family: the key of every draw about it."""

FEWEST_ROWS = 24
"""A type with fewer fitting facts takes others and tells them in its own words."""

DESCRIPTIVE = frozenset(
    {
        "assessor", "channel", "country", "disposal_reason", "fitness_grade", "grade",
        "leave_reason", "legal_dong_code", "loss_reason", "nationality", "payer_region",
        "payment_status", "port", "reporter_type", "sex", "use", "parent_code",
    }
)  # fmt: skip
"""Code columns that describe a row; all others say what kind of row it is and select it."""

EXCLUSIVE_FAMILIES = frozenset({"F15", "F16", "F26", "F27", "F28", "F29", "F34", "F35", "F40"})
"""Families whose every fact has one teller: one payer, one bank, one lender."""

MAIN_TELLER_WEIGHT = 6
"""How much likelier the type named in the income and asset list is to tell an exclusive fact."""

HELD_BACK_PER_MILLION = 10_000
"""Share of the rows of daily and weekly types that becomes known on each later night."""
NIGHTS_HELD_BACK = 5

_MONTHS_OF_HISTORY: Mapping[Cycle, int] = {
    Cycle.REALTIME: 12,
    Cycle.DAILY: 12,
    Cycle.WEEKLY: 18,
    Cycle.MONTHLY: 36,
    Cycle.QUARTERLY: 48,
    Cycle.HALF_YEARLY: 48,
    Cycle.YEARLY: 72,
    Cycle.ON_REQUEST: 120,
}
_DEATH = r"death|dead|deceas|died|cremat|burial|columbar|unclaimed|remains|reinter|stillbirth"
_BIRTH = r"birth|born"


def add_rows(facts: pl.DataFrame) -> pl.DataFrame:
    """Return `facts` with their row numbers (UInt64), in the order in which they came."""
    return facts.with_row_index(ROW).with_columns(pl.col(ROW).cast(pl.UInt64))


def draws_for(document: DocumentType, facts: pl.DataFrame, seed: int) -> Draws:
    """Return the draws of `document` about the rows of `facts`."""
    return Draws(seed, document.code, facts[ROW].to_numpy())


def _word_class(words: pl.Expr) -> pl.Expr:
    """Sort words so that nobody dies, or is born, because a type lacks rows."""
    return (
        pl.when(words.str.contains(_DEATH))
        .then(pl.lit("death"))
        .when(words.str.contains(_BIRTH))
        .then(pl.lit("birth"))
        .otherwise(pl.lit("other"))
    )


def _classes(words: list[str]) -> dict[str, list[str]]:
    frame = pl.DataFrame({"word": words}).with_columns(_word_class(pl.col("word")).alias("class"))
    return {
        str(key): frame.filter(pl.col("class") == key)["word"].to_list()
        for key in frame["class"].unique(maintain_order=True)
    }


def words_of(column: Column) -> list[str]:
    """Return the canonical words of a code column, in the order of its list."""
    return list(dict.fromkeys(column.codes.values()))


def _code_columns(document: DocumentType, family: Family, version: SchemaVersion) -> list[Column]:
    return [
        column
        for column in version.columns
        if column.format is Format.CODE and column.codes and family.column(column.canonical)
    ]


def _fits(facts: pl.DataFrame, column: Column) -> pl.Series:
    values = facts[column.canonical]
    return values.is_in(words_of(column)) | values.is_null()


def _redraw_words(facts: pl.DataFrame, columns: list[Column], draws: Draws) -> pl.DataFrame:
    """Return `facts` with words that a type does not know replaced by ones that it does."""
    for column in columns:
        name = column.canonical
        if name not in facts.columns:
            facts = facts.with_columns(pl.lit(None, dtype=pl.String).alias(name))
        fits = _fits(facts, column)
        if column.required:
            fits = fits & facts[name].is_not_null()
        if fits.all():
            continue
        drawn = draws.bits(f"word {name}")
        own_class = facts.select(_word_class(pl.col(name).fill_null("")).alias("c"))["c"]
        choice = pl.Series([None], dtype=pl.String).new_from_index(0, facts.height)
        for key, words in _classes(words_of(column)).items():
            picked = pl.Series(words).gather((drawn % np.uint64(len(words))).astype(np.int64))
            choice = choice.zip_with(own_class != key, picked)
        facts = facts.with_columns(
            pl.when(fits).then(pl.col(name)).otherwise(choice).alias(name)
        )
    return facts


def _constants(document: DocumentType) -> Mapping[str, str]:
    constants: Mapping[str, str] = getattr(document, "constants", {})
    return constants


def _with_constants(facts: pl.DataFrame, document: DocumentType) -> pl.DataFrame:
    for column, word in _constants(document).items():
        if column in facts.columns:
            said = facts.filter(pl.col(column) == word)
            facts = said if said.height else facts.head(FEWEST_ROWS)
        facts = facts.with_columns(pl.lit(word).alias(column))
    return facts


def _addressed_to(facts: pl.DataFrame, document: DocumentType) -> pl.DataFrame:
    """Keep what the facts themselves say is this type's or this institution's to tell."""
    for column, value in (("document_type", document.code), ("institution", document.institution)):
        if column in facts.columns:
            said = facts.filter(pl.col(column).is_null() | (pl.col(column) == value))
            facts = said if said.height else facts
    return facts


def _of_foreigners(facts: pl.DataFrame, document: DocumentType, family: Family) -> pl.DataFrame:
    column = family.person_column
    if document.person_key != "foreign_id" or column is None:
        return facts
    foreign = facts.filter(pl.col(column).str.slice(6, 1).is_in(["5", "6", "7", "8"]))
    return foreign if foreign.height else facts


def _tellers(
    document: DocumentType, catalogue: Catalogue, version: SchemaVersion
) -> dict[str, list[tuple[str, int]]]:
    """Return, for each word of the type's kind column, the types that know it, with weights."""
    family = catalogue.families[document.family]
    kinds = [
        column
        for column in _code_columns(document, family, version)
        if column.canonical not in DESCRIPTIVE and column.canonical != "status"
    ]
    if not kinds:
        return {}
    kind = kinds[0]
    tellers: dict[str, list[tuple[str, int]]] = {word: [] for word in words_of(kind)}
    for other in catalogue.by_family[document.family]:
        if _constants(other) != _constants(document) or other.mode is not document.mode:
            continue
        column = other.versions[0].by_canonical(kind.canonical)
        for word in words_of(column) if column is not None else ():
            if word in tellers:
                weight = MAIN_TELLER_WEIGHT if other.income_asset_code else 1
                tellers[word].append((other.code, weight))
    return tellers


def _told_here(
    facts: pl.DataFrame,
    document: DocumentType,
    catalogue: Catalogue,
    version: SchemaVersion,
    seed: int,
) -> pl.DataFrame:
    """Keep the rows that fall to this type among all types of the family that know their words."""
    if document.family not in EXCLUSIVE_FAMILIES or facts.is_empty():
        return _share(facts, document, catalogue, seed)
    family = catalogue.families[document.family]
    tellers = _tellers(document, catalogue, version)
    if not any(len(codes) > 1 for codes in tellers.values()):
        return facts
    kind = next(
        column.canonical
        for column in _code_columns(document, family, version)
        if column.canonical not in DESCRIPTIVE and column.canonical != "status"
    )
    # By person and word, so that all months of one pension come from one payer.
    person = facts["person_number"].cast(pl.Int64).fill_null(0).to_numpy().astype(np.uint64)
    lots = Draws(seed, f"{document.family} teller", person).bits("teller")
    kept = np.zeros(facts.height, dtype=np.bool_)
    words = facts[kind]
    for word, codes in tellers.items():
        low = sum(weight for code, weight in codes if code < document.code)
        mine = sum(weight for code, weight in codes if code == document.code)
        total = sum(weight for _, weight in codes)
        lot = ((lots ^ np.uint64(number_of(word))) % np.uint64(max(total, 1))).astype(np.int64)
        is_word = (words == word).fill_null(False).to_numpy()
        kept |= is_word & (lot >= low) & (lot < low + mine)
    kept |= words.is_null().to_numpy()
    return facts.filter(pl.Series(kept))


def _share(
    facts: pl.DataFrame, document: DocumentType, catalogue: Catalogue, seed: int
) -> pl.DataFrame:
    """Keep the people whom this institution knows by this type; main types know everybody."""
    siblings = [
        other
        for other in catalogue.by_family[document.family]
        if other.institution == document.institution
    ]
    if len(siblings) < 2 or document is siblings[0] or document.income_asset_code:
        return facts
    if "person_number" not in facts.columns:
        return facts
    person = facts["person_number"].cast(pl.Int64).fill_null(0).to_numpy().astype(np.uint64)
    share = 500_000 + number_of(seed, document.code) % 450_000
    return facts.filter(pl.Series(Draws(seed, document.code, person).chance("share", share)))


def _begun(facts: pl.DataFrame, family: Family) -> pl.Series | None:
    """Return the day on which each row's fact began, if the family knows it."""
    column = family.valid_from
    if column is None or column not in facts.columns:
        return None
    values = facts[column]
    if values.dtype == pl.Date:
        return values
    return values.cast(pl.Int32).to_frame("y").select(pl.date(pl.col("y"), 1, 1).alias("y"))["y"]


def _in_window(
    facts: pl.DataFrame, document: DocumentType, family: Family, day: dt.date
) -> pl.DataFrame:
    """Keep what is not in the future and, except for states, not too long ago."""
    begun = _begun(facts, family)
    if begun is None or facts.is_empty():
        return facts
    past = facts.filter((begun <= day).fill_null(True))
    facts = past if past.height else facts
    periodic = any(
        column.name == family.valid_from and column.kind in (Kind.MONTH, Kind.YEAR)
        for column in family.columns
    )
    if document.mode is Mode.FULL and not periodic:
        return facts
    begun = _begun(facts, family)
    assert begun is not None
    since = day - dt.timedelta(days=31 * _MONTHS_OF_HISTORY[document.cycle])
    recent = facts.filter((begun >= since).fill_null(False))
    if recent.height >= FEWEST_ROWS:
        return recent
    # Nothing lately: the latest facts there are, so that every type has something to say.
    order = begun.fill_null(dt.date(1900, 1, 1)).arg_sort(descending=True)
    return facts[order.head(FEWEST_ROWS)].sort(ROW)


def _with_required(facts: pl.DataFrame, version: SchemaVersion) -> pl.DataFrame:
    """Drop rows that lack what the type must tell."""
    required = [
        column.canonical
        for column in version.columns
        if column.required and column.canonical in facts.columns
    ]
    return facts.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in required)) if (
        required
    ) else facts


def select_facts(
    document: DocumentType,
    version: SchemaVersion,
    facts: pl.DataFrame,
    catalogue: Catalogue,
    seed: int,
    day: dt.date,
) -> pl.DataFrame:
    """Return the rows of the family's `facts` that `document` tells of, up to `day`.

    Args:
        facts: all facts of the family with their row numbers (`add_rows`).
    """
    family = catalogue.families[document.family]
    facts = _with_constants(_addressed_to(facts, document), document)
    facts = _of_foreigners(facts, document, family)
    columns = _code_columns(document, family, version)
    codes = [column for column in columns if column.canonical not in _constants(document)]
    selecting = [
        column
        for column in codes
        if column.canonical not in DESCRIPTIVE and column.canonical in facts.columns
    ]
    facts_with_required = _with_required(
        facts.with_columns(
            pl.col(column.canonical).fill_null("") for column in selecting if column.required
        ),
        version,
    )
    facts = facts_with_required if facts_with_required.height else facts
    score = np.zeros(facts.height, dtype=np.int64)
    for column in selecting:
        weight = 1 if column.canonical == "status" else 4
        score += _fits(facts, column).to_numpy().astype(np.int64) * weight
    best = sum(1 if column.canonical == "status" else 4 for column in selecting)
    fitting = facts.filter(pl.Series(score == best)) if selecting else facts
    fitting = _told_here(fitting, document, catalogue, version, seed)
    fitting = _in_window(fitting, document, family, day)
    if fitting.height < FEWEST_ROWS:
        fitting = _with_stand_ins(facts, fitting, score, selecting, document, seed)
    return _redraw_words(fitting, codes, draws_for(document, fitting, seed))


def _with_stand_ins(
    facts: pl.DataFrame,
    fitting: pl.DataFrame,
    score: np.typing.NDArray[np.int64],
    selecting: list[Column],
    document: DocumentType,
    seed: int,
) -> pl.DataFrame:
    """Return `fitting` and the nearest other facts, up to the fewest rows of a type."""
    candidates = facts.with_columns(pl.Series("_score", score))
    for column in selecting:
        classes = list(_classes(words_of(column)))
        candidates = candidates.filter(
            _word_class(pl.col(column.canonical).fill_null("")).is_in(classes)
        )
    candidates = candidates.join(fitting.select(ROW), on=ROW, how="anti")
    lots = draws_for(document, candidates, seed).bits("stand in")
    candidates = (
        candidates.with_columns(pl.Series("_lot", lots))
        .sort("_score", "_lot", descending=[True, False])
        .head(FEWEST_ROWS - fitting.height)
        .drop("_score", "_lot")
    )
    return pl.concat([fitting, candidates]).sort(ROW)


def arrival_nights(document: DocumentType, facts: pl.DataFrame, seed: int) -> pl.Series:
    """Return the night (0 is the first) on which the sender comes to tell each row."""
    lots = draws_for(document, facts, seed).below("arrival", 1_000_000)
    night = lots // HELD_BACK_PER_MILLION + 1
    return pl.Series("arrival", np.where(night <= NIGHTS_HELD_BACK, night, 0))


def period_of(cycle: Cycle, day: dt.date) -> str:
    """Return the period that a delivery made on `day` is about."""
    last_of_previous_month = day.replace(day=1) - dt.timedelta(days=1)
    match cycle:
        case Cycle.WEEKLY:
            return f"{day - dt.timedelta(days=day.weekday()):%Y%m%d}"
        case Cycle.MONTHLY:
            return f"{last_of_previous_month:%Y%m}"
        case Cycle.QUARTERLY:
            first_month = (day.month - 1) // 3 * 3 + 1
            return f"{day.replace(month=first_month, day=1) - dt.timedelta(days=1):%Y%m}"
        case Cycle.HALF_YEARLY:
            first_month = (day.month - 1) // 6 * 6 + 1
            return f"{day.replace(month=first_month, day=1) - dt.timedelta(days=1):%Y%m}"
        case Cycle.YEARLY:
            return str(day.year - 1)
        case _:
            return f"{day:%Y%m%d}"
