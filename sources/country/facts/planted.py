"""The truth about planted improper receipt: which person carries which rule's pattern.

Here: `planted_cases`. Never here: the records that show a case. Next: tests of detection
compare findings with this list.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.drafting import Draft
from sources.country.facts.programmes import programme_word
from sources.country.population import Country

NOTES: dict[str, str] = {
    "D01": "dead before the first of the months paid",
    "D02": "died in care; no register knows it; still paid",
    "D03": "death reported more than 30 days late; paid until the report",
    "D04": "registered as of unknown residence; still paid",
    "D05": "paid under the old and the new number",
    "D10": "in custody while paid",
    "D11": "abroad longer than the programme allows while paid",
    "D12": "outpatient claim during a stay abroad",
    "D14": "conscript counted in a livelihood household",
    "D15": "resident of a nursing home with a home-care voucher",
    "D16": "dropped out of university while holding a scholarship",
    "D17": "disability assessment expired, pension still paid",
    "D18": "daily wages in months of job-seeker benefit",
    "D19": "same programme paid by two regions in one month",
    "D20": "home-care allowance beside childcare fee or kindergarten, or two pensions that exclude",
    "D22": "same child claimed by two units",
    "D23": "two public tenancies at once",
    "D24": "one account for three unrelated recipients",
    "D25": "one agent applied for twelve unrelated people within five days",
    "D27": "occupational pension beside the basic pension",
    "D28": "wage in two or more sources beside livelihood benefit",
    "D29": "active business with turnover beside livelihood benefit",
    "D31": "deposits far above the limit beside livelihood benefit",
    "D32": "interest that the reported deposits cannot earn",
    "D33": "property acquired since the decision",
    "D34": "large new car beside livelihood benefit",
}

ALSO: dict[str, str] = {"D12": "D11", "D03": "D01"}
"""A pattern that another rule sees too: D12 persons are abroad as in D11, D03 paid as in D01."""

DOCUMENTS: dict[str, str] = {
    "basic_pension": "I06-F35-02", "livelihood": "I06-F35-01", "child_allowance": "I06-F35-04",
    "disability_pension": "I06-F35-03", "nuri_kindergarten": "I08-F35-02", "housekeeping_care": "I06-F35-08",
    "national_scholarship_1": "I34-F35-01",
}  # fmt: skip

FIXED: dict[str, str] = {
    "D15": "housekeeping_care", "D16": "national_scholarship_1", "D17": "disability_pension", "D20": "home_care_allowance",
    "D22": "child_allowance",
}  # fmt: skip


def planted_cases(country: Country) -> pl.DataFrame:
    """List the planted cases, one row each.

    Columns: rule_id, person_number, other_person_number, programme_code (the catalogue's word,
    null where no single programme is meant), period (the last month paid) and note.
    """
    draft = Draft(country, "F35")
    entitlement = Draft(country, "F34")
    words = {name: programme_word(draft, document, name) for name, document in DOCUMENTS.items()}
    words["home_care_allowance"] = programme_word(entitlement, "I06-F34-06", "home_care_allowance")
    carriers = country.people.filter(pl.col("planted_rule").is_not_null()).with_columns(
        name=pl.when((pl.col("planted_rule") == "D20") & pl.col("is_on_basic_pension"))
        .then(pl.lit("basic_pension"))
        .when(pl.col("planted_rule").is_in(list(FIXED)))
        .then(pl.col("planted_rule").replace_strict(FIXED, default=None, return_dtype=pl.String))
        .when(pl.col("planted_rule").is_in(["D18", "D23"]))
        .then(pl.lit(None, pl.String))
        .when("is_on_basic_pension")
        .then(pl.lit("basic_pension"))
        .when("is_on_child_allowance")
        .then(pl.lit("child_allowance"))
        .when("is_on_livelihood")
        .then(pl.lit("livelihood")),
    )
    period = draft.months(1)[0]
    late = pl.col("planted_rule") == "D03"
    shared = carriers.filter(pl.col("planted_rule") == "D24")["person_number"]
    cases = carriers.select(
        rule_id=pl.col("planted_rule"),
        person_number=pl.col("person_number").cast(pl.Int64),
        other_person_number=pl.when(pl.col("planted_rule") == "D24").then(
            pl.lit(int(shared[0]) if len(shared) else None, pl.Int64)
        ),
        programme_code=pl.col("name").replace_strict(words, default=None, return_dtype=pl.String),
        period=pl.when(late)
        .then(pl.min_horizontal(pl.col("death_reported_on").dt.truncate("1mo"), pl.lit(period)))
        .otherwise(pl.lit(period)),
        note=pl.col("planted_rule").replace_strict(NOTES, default=""),
    )
    also = cases.filter(pl.col("rule_id").is_in(list(ALSO))).with_columns(
        rule_id=pl.col("rule_id").replace_strict(ALSO, default=None, return_dtype=pl.String)
    )
    return pl.concat([cases, also]).sort("rule_id", "person_number")
