"""Which rules a document type gets: derived from the catalogue, never written by hand.

Here: catalogue entry → `Rule`s over the lake row. Never here: the vocabulary
(`expectations.rules`), Great Expectations, data. Next: `expectations.suites`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence

from expectations.lake_row import LakeColumn, lake_columns, lake_name, lake_types
from expectations.rules import RULE_KINDS, Horizon, Rule, literal
from hub.catalogue import (
    RECORD_ACTION,
    RECORD_ACTIONS,
    CodeSet,
    DocumentType,
    Family,
    Kind,
    Mode,
    SchemaVersion,
)
from hub.quoting import name as quoted

EARLIEST_DAY = dt.date(1850, 1, 1)
"""Owners of old land registers were born in the nineteenth century."""

POSSIBLE_AMOUNT = 10_000_000_000_000
"""Ten trillion won: above any holding of one person or small business."""

USUAL_FLOW, USUAL_STOCK = 1_000_000_000, 100_000_000_000
"""Won. Most payments of a period lie under a billion, most holdings under a hundred billion; with
thousands of won taken for won, or won written thrice over, most would not."""

STOCK_WORDS = ("assessed", "balance", "deposit", "market", "principal", "revenue", "surrender")
"""Words in amount columns that speak of a holding or a business's year, not a payment."""

END_WORDS = frozenset({"to", "until", "expires", "matures", "ends", "expected", "due", "next"})
"""Words in date columns that speak of an end that may lie years ahead."""

KEYED_BY_TOKEN = ("national_id", "foreign_id")
HALF = 0.5
REPEATED_KEYS_ALLOWED = 0.1


def rules_for(
    document: DocumentType,
    version: SchemaVersion,
    family: Family,
    code_sets: Mapping[str, CodeSet],
) -> tuple[Rule, ...]:
    """Return the rules for deliveries of `document` in schema `version`."""
    columns = lake_columns(version, family)
    return (
        *_shape(document, version, family),
        *_required(columns),
        *_codes(columns, family, code_sets),
        *_dates(document, columns, family),
        *_amounts(document, columns),
        *_persons(document, version, family),
        *_natural_key(document, columns, family),
    )


def _rows_query(
    kind: str, columns: tuple[str, ...], condition: str, allowed_fraction: float = 0.0
) -> Rule:
    """Return a rule of this room's own expectation: GX is given the same condition."""
    query = condition if "{batch}" in condition else f"SELECT 1 FROM {{batch}} WHERE {condition}"
    arguments = {"unexpected_rows_query": query}
    return Rule(RULE_KINDS[kind], columns, condition, arguments, allowed_fraction)


def _shape(document: DocumentType, version: SchemaVersion, family: Family) -> Iterator[Rule]:
    types = lake_types(document, version, family)
    expected = "(VALUES " + ", ".join(
        f"({literal(name)}, {literal(type_)})" for name, type_ in types.items()
    ) + ") AS expected (column_name, column_type)"  # fmt: skip
    found = "(SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {batch})) AS found"
    yield Rule(
        RULE_KINDS["columns_expected"],
        (),
        f"SELECT 1 FROM {expected} FULL JOIN {found} USING (column_name) "
        "WHERE expected.column_type IS NULL OR found.column_type IS NULL",
        {"column_set": list(types), "exact_match": True},
        columns_expected=len(types),
    )
    wrong_types = (
        f"SELECT 1 FROM {expected} INNER JOIN {found} USING (column_name) "
        "WHERE expected.column_type <> found.column_type"
    )
    yield Rule(
        RULE_KINDS["types_expected"],
        (),
        wrong_types,
        {"unexpected_rows_query": wrong_types},
        columns_expected=len(types),
    )
    if document.mode is Mode.FULL:
        yield Rule(
            RULE_KINDS["rows_expected"],
            (),
            "SELECT 1 FROM {batch} HAVING count(*) < 1",
            {"min_value": 1},
        )


def _required(columns: tuple[LakeColumn, ...]) -> Iterator[Rule]:
    for column in columns:
        # A masked ID has no token, so an ID column is never empty in a way that a rule can see.
        if column.column.required and column.kind is not Kind.ID:
            yield Rule(
                RULE_KINDS["required_present"],
                (column.name,),
                f"{quoted(column.name)} IS NULL",
                {"column": column.name},
            )


def _codes(
    columns: tuple[LakeColumn, ...], family: Family, code_sets: Mapping[str, CodeSet]
) -> Iterator[Rule]:
    for column in columns:
        if column.kind is not Kind.CODE:
            continue
        canonical = None if column.column.is_own else family.column(column.column.canonical)
        set_name = column.column.code_set or (canonical.code_set if canonical else None)
        code_set = code_sets.get(set_name) if set_name else None
        if column.name == RECORD_ACTION:
            yield _code_known(column.name, RECORD_ACTIONS)
        elif code_set is not None and code_set.is_open:
            if code_set.pattern:
                yield _code_well_formed(column, code_set, code_set.pattern)
        # The column's own codes are what this sender can mean, a part of the shared list.
        elif words := set(column.column.codes.values()) or set(code_set.words if code_set else ()):
            yield _code_known(column.name, sorted(words))


def _code_known(column: str, words: Sequence[str]) -> Rule:
    listed = ", ".join(literal(word) for word in words)
    return Rule(
        RULE_KINDS["code_known"],
        (column,),
        f"{quoted(column)} IS NOT NULL AND {quoted(column)} NOT IN ({listed})",
        {"column": column, "value_set": list(words)},
    )


def _code_well_formed(column: LakeColumn, code_set: CodeSet, pattern: str) -> Rule:
    """Return the rule of an open list: any code of its pattern, and the words that it names."""
    words = {*code_set.words, *column.column.codes.values()}
    others = sorted(re.escape(word) for word in words if not re.fullmatch(pattern, word))
    whole = f"^(?:{'|'.join([pattern, *others])})$"
    name = quoted(column.name)
    return Rule(
        RULE_KINDS["code_well_formed"],
        (column.name,),
        f"{name} IS NOT NULL AND NOT regexp_matches({name}, {literal(whole)})",
        {"column": column.name, "regex": whole},
    )


def _is_reversed(columns: tuple[LakeColumn, ...], family: Family) -> bool:
    """Return True where the sender writes the end first, and so means the spell in between.

    Closing and reopening a business, leaving and returning to a home: the row's validity is
    outside the two dates, not between them.
    """
    names = [column.name for column in columns]
    return (
        family.valid_from in names
        and family.valid_to in names
        and names.index(family.valid_to) < names.index(family.valid_from)
    )


def _horizon(column: LakeColumn, *, is_spell: bool) -> Horizon:
    if column.kind is Kind.YEAR:
        return Horizon.YEAR
    if is_spell or END_WORDS & set(column.name.split("_")):
        return Horizon.END
    return Horizon.START if column.name.endswith("_from") else Horizon.PAST


def _dates(
    document: DocumentType, columns: tuple[LakeColumn, ...], family: Family
) -> Iterator[Rule]:
    allowed = document.quarantine_limit_ppm / 1_000_000
    is_reversed = _is_reversed(columns, family)
    for column in columns:
        if column.kind not in (Kind.DATE, Kind.MONTH, Kind.YEAR):
            continue
        earliest: dt.date | int = EARLIEST_DAY.year if column.kind is Kind.YEAR else EARLIEST_DAY
        # A spell between an end and a beginning is often ordered ahead of time.
        is_spell = is_reversed and column.name in (family.valid_from, family.valid_to)
        latest = _horizon(column, is_spell=is_spell)
        yield Rule(
            RULE_KINDS["date_plausible"],
            (column.name,),
            f"{quoted(column.name)} < {literal(earliest)} OR {quoted(column.name)} > ${latest}",
            {
                "column": column.name,
                "min_value": earliest,
                "max_value": {"$PARAMETER": latest.value},
            },
            allowed,
        )
    kinds = {column.name: column.kind for column in columns}
    begins, ends = family.valid_from, family.valid_to
    if not begins or not ends or begins == ends or is_reversed:
        return
    if begins in kinds and kinds.get(ends) is kinds[begins]:
        yield Rule(
            RULE_KINDS["validity_ordered"],
            (begins, ends),
            f"{quoted(ends)} < {quoted(begins)}",
            {
                "column_A": ends,
                "column_B": begins,
                "or_equal": True,
                "ignore_row_if": "either_value_is_missing",
            },
            allowed,
        )


def _amounts(document: DocumentType, columns: tuple[LakeColumn, ...]) -> Iterator[Rule]:
    allowed = document.quarantine_limit_ppm / 1_000_000
    for column in columns:
        if column.kind is not Kind.KRW:
            continue
        yield _band("amount_possible", column.name, POSSIBLE_AMOUNT, allowed)
        if column.name == document.amount_column:
            is_stock = any(word in column.name for word in STOCK_WORDS)
            yield _band("amount_scaled", column.name, USUAL_STOCK if is_stock else USUAL_FLOW, HALF)


def _band(kind: str, column: str, bound: int, allowed_fraction: float) -> Rule:
    return Rule(
        RULE_KINDS[kind],
        (column,),
        f"{quoted(column)} < {-bound} OR {quoted(column)} > {bound}",
        {"column": column, "min_value": -bound, "max_value": bound},
        allowed_fraction,
    )


def _persons(document: DocumentType, version: SchemaVersion, family: Family) -> Iterator[Rule]:
    person = family.person_column
    if person is None or document.person_key == "none":
        return
    key = version.by_canonical(person)
    token = lake_name(person, Kind.ID)
    if key is not None and document.person_key in KEYED_BY_TOKEN:
        yield Rule(
            RULE_KINDS["person_key_present"],
            (token,),
            f"{quoted(token)} IS NULL",
            {"column": token},
            HALF,
        )
    name_column = next(
        (
            column.name
            for column in family.columns
            if column.kind is Kind.TEXT and column.name.endswith("_name")
        ),
        None,
    )
    present = [token] if key is not None else []
    if name_column is not None and version.by_canonical(name_column) is not None:
        present.append(name_column)
    if len(present) > 1 or (present and key is None):
        yield _rows_query(
            "person_identifiable",
            tuple(present),
            " AND ".join(f"{quoted(name)} IS NULL" for name in present),
            document.quarantine_limit_ppm / 1_000_000,
        )


def _natural_key(
    document: DocumentType, columns: tuple[LakeColumn, ...], family: Family
) -> Iterator[Rule]:
    canonical = {column.column.canonical: column.name for column in columns}
    # What holds for every row tells no two rows apart.
    telling = [name for name in family.natural_key if name not in document.constants]
    if not all(name in canonical for name in telling):
        return
    names = tuple(canonical[name] for name in telling)
    written = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in names)
    # Cancelling and reissuing rows repeat the key on purpose.
    yield _rows_query(
        "natural_key_unique",
        names,
        "SELECT 1 FROM (SELECT count(*) OVER (PARTITION BY "
        + ", ".join(quoted(name) for name in names)
        + f") AS rows_of_key FROM {{batch}} WHERE {written} "
        f"AND coalesce({quoted(RECORD_ACTION)}, 'new') = 'new') AS keyed WHERE rows_of_key > 1",
        REPEATED_KEYS_ALLOWED,
    )
