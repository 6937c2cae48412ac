"""The truth about planted improper receipt: which person carries which rule's pattern.

Here: `planted_cases` and `identifiers`. Never here: the records that show a case. Next: tests and
the benchmark of detection compare findings with this list.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.drafting import Draft
from sources.country.facts.planted_notes import ALSO, ALSO_RIGHT, DOCUMENTS, FIXED, NOTES
from sources.country.facts.programmes import programme_word
from sources.country.population import Country
from sources.country.population.planting import SHARING


def planted_cases(country: Country) -> pl.DataFrame:
    """List the planted cases, one row each.

    Columns: rule_id; person_number; other_person_number, the other person of a case or null;
    programme_code (the catalogue's word, null where no single programme is meant); period (the
    last month paid); document_type and actor, null but for cases of feeds and of officials;
    must_be_found, false where the rule is right to see a person but not bound to; and note.
    """
    draft = Draft(country, "F35")
    entitlement = Draft(country, "F34")
    words = {name: programme_word(draft, document, name) for name, document in DOCUMENTS.items()}
    words["home_care_allowance"] = programme_word(entitlement, "I06-F34-06", "home_care_allowance")
    rule = pl.col("planted_rule")
    carriers = country.people.filter(rule.is_not_null()).with_columns(
        name=pl.when((rule == "D20") & pl.col("is_on_basic_pension"))
        .then(pl.lit("basic_pension"))
        .when(rule.is_in(list(FIXED)))
        .then(rule.replace_strict(FIXED, default=None, return_dtype=pl.String))
        .when(rule.is_in(["D18", "D23"]))
        .then(pl.lit(None, pl.String))
        .when("is_on_basic_pension")
        .then(pl.lit("basic_pension"))
        .when("is_on_child_allowance")
        .then(pl.lit("child_allowance"))
        .when("is_on_livelihood")
        .then(pl.lit("livelihood")),
    )
    period = draft.months(1)[0]
    shared = carriers.filter(rule == "D24")["person_number"].sort().to_list()
    first = {number: shared[place // SHARING * SHARING] for place, number in enumerate(shared)}
    cases = carriers.select(
        rule_id=rule,
        person_number=pl.col("person_number").cast(pl.Int64),
        other_person_number=pl.when(rule == "D24")
        .then(pl.col("person_number").replace_strict(first, default=None, return_dtype=pl.Int64))
        .otherwise(pl.col("partner_number").cast(pl.Int64)),
        programme_code=pl.col("name").replace_strict(words, default=None, return_dtype=pl.String),
        period=pl.when(rule == "D03")
        .then(pl.min_horizontal(pl.col("death_reported_on").dt.truncate("1mo"), pl.lit(period)))
        .otherwise(pl.lit(period)),
        document_type=pl.lit(None, pl.String),
        actor=pl.lit(None, pl.String),
        must_be_found=pl.lit(value=True),
        note=rule.replace_strict(NOTES, default=""),
    )
    bound = [(seen, other, True) for seen, other in ALSO.items()]
    right = [(seen, other, False) for seen, others in ALSO_RIGHT.items() for other in others]
    also = [
        cases.filter(pl.col("rule_id") == seen).with_columns(
            rule_id=pl.lit(other), must_be_found=pl.lit(must)
        )
        for seen, other, must in bound + right
    ]
    return pl.concat([cases, *also]).sort("rule_id", "person_number")


def identifiers(country: Country) -> pl.DataFrame:
    """List every number that stands for a person: person_number, national_id, kind.

    Kinds: `current`, `previous`, and `other`, a second number (D06) or one that cannot be (D07).
    """
    people = country.people
    kinds = {
        "current": "national_id",
        "previous": "previous_national_id",
        "other": "other_national_id",
    }
    parts = [
        people.select(
            pl.col("person_number").cast(pl.Int64),
            national_id=pl.col(column),
            kind=pl.lit(kind),
        ).drop_nulls("national_id")
        for kind, column in kinds.items()
    ]
    return pl.concat(parts)
