"""Who holds which benefit programme: one plan for entitlements (F34) and payments (F35).

Here: plans by document type, and the rule that ordinary people never hold programmes that
exclude each other. Never here: amounts paid by month (`benefits`) or decisions
(`entitlements`). Next: both draw their rows from `held_programmes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import polars as pl

from sources.country.facts.drafting import Draft
from sources.country.facts.exclusions import EXCLUSIVE, GROUPS
from sources.country.population import Country

CODES: dict[str, tuple[str, ...]] = {
    "livelihood": ("P001",), "medical_aid": ("P009", "P010"), "housing": ("P243",), "education": ("P193", "P194"),
    "near_poor": ("P005",), "basic_pension": ("P029",), "disability_pension": ("P047",), "disability_allowance": ("P048",),
    "disabled_child_allowance": ("P049",), "child_allowance": ("P073",), "parental_benefit": ("P074",),
    "first_meeting_voucher": ("P084",), "childcare_fee": ("P078", "P079"), "home_care_allowance": ("P075",),
    "nuri_kindergarten": ("P209", "P210"), "housekeeping_care": ("P120",), "maternal_newborn_care": ("P119",),
    "disability_activity_support": ("P050",), "development_rehab": ("P053",), "emotional_support": ("P125",),
    "national_scholarship_1": ("P202",), "house_repair": ("P129",),
}  # fmt: skip
"""What a programme is called here → its codes in the register of programmes."""

HEAD = pl.col("head_number") == pl.col("person_number")
KOREAN = ~pl.col("is_foreign")
POOR = pl.col("is_on_medical_aid") | pl.col("is_near_poor")
CHILD = pl.col("age") < 18
FARM = pl.col("work") == "farmer"
AT_HOME = pl.col("institution") == 0
MAN_OLD = KOREAN & (pl.col("age") >= 72) & (pl.col("sex") == "male")
STUDENT = pl.col("is_student") & (pl.col("student_state") == "enrolled")
YOUNG_PARENT = (
    pl.col("has_children").fill_null(value=False) & HEAD & pl.col("spouse_number").is_null()
)
MOTHER = (
    (pl.col("sex") == "female")
    & pl.col("age").is_between(20, 44)
    & pl.col("spouse_number").is_not_null()
)
CARER = pl.col("is_on_disability_pension") | (pl.col("is_severely_disabled") & CHILD)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who holds a programme of a document type: `share` of `who`, but `least` of them."""

    document: str
    who: pl.Expr
    share: float
    amount: int = 0
    """Median won a month (or once, where months is 1); 0 for entitlements."""
    name: str | None = None
    """The programme, by its name in `CODES`; without it any programme of the document type."""
    months: int = 3
    is_in_kind: bool = False
    least: int = 14


PLANS: tuple[Plan, ...] = (
    Plan("I06-F35-01", pl.col("is_on_livelihood") & HEAD, 1.0, 620_000, "livelihood"),
    # Decisions on the livelihood benefit list every member of the unit.
    Plan("I06-F34-01", pl.col("is_on_livelihood") & ~pl.col("is_left_out"), 1.0, 0, "livelihood"),
    Plan("I06-F34-01", pl.col("is_on_medical_aid") & HEAD, 1.0, 0, "medical_aid"),
    Plan("I06-F34-01", pl.col("is_on_housing") & HEAD & (pl.col("wealth") < 0.30), 1.0, 0, "housing"),
    Plan("I06-F34-01", pl.col("is_on_education"), 1.0, 0, "education"),
    Plan("I06-F35-02", pl.col("is_on_basic_pension"), 1.0, 349_700, "basic_pension"),
    Plan("I06-F34-03", pl.col("is_on_basic_pension"), 1.0, 0, "basic_pension"),
    Plan("I06-F35-03", pl.col("is_on_disability_pension"), 1.0, 439_700, "disability_pension"),
    Plan("I06-F35-03", pl.col("is_on_disability_allowance"), 1.0, 60_000, "disability_allowance"),
    Plan("I06-F35-03", pl.col("is_disabled") & CHILD & POOR, 0.8, 220_000, "disabled_child_allowance"),
    Plan("I06-F34-04", pl.col("is_on_disability_pension"), 1.0, 0, "disability_pension"),
    Plan("I06-F34-04", pl.col("is_on_disability_allowance"), 1.0, 0, "disability_allowance"),
    Plan("I06-F35-04", pl.col("is_on_child_allowance"), 1.0, 100_000, "child_allowance"),
    Plan("I06-F35-04", pl.col("is_on_child_allowance") & (pl.col("age") < 2) & (pl.col("childcare") == "home"), 0.95, 750_000, "parental_benefit"),
    Plan("I06-F35-04", pl.col("is_on_child_allowance") & (pl.col("age") < 1), 0.5, 2_000_000, "first_meeting_voucher", 1, is_in_kind=True),
    Plan("I06-F34-05", pl.col("is_on_child_allowance"), 1.0, 0, "child_allowance"),
    Plan("I06-F34-06", (pl.col("childcare") == "daycare") & KOREAN, 0.95, 0, "childcare_fee"),
    Plan("I06-F34-06", (pl.col("childcare") == "home") & pl.col("age").is_between(2, 6) & KOREAN, 0.95, 0, "home_care_allowance"),
    Plan("I08-F35-02", (pl.col("childcare") == "kindergarten") & KOREAN, 0.95, 280_000, "nuri_kindergarten", is_in_kind=True),
    Plan("I08-F34-02", (pl.col("childcare") == "kindergarten") & KOREAN, 0.95, 0, "nuri_kindergarten"),
    Plan("I06-F34-02", pl.col("is_near_poor") & HEAD, 0.8),
    Plan("I32-F35-02", pl.col("is_on_housing") & HEAD & (pl.col("wealth") < 0.30), 0.85, 230_000),
    Plan("I08-F35-01", pl.col("is_on_education"), 0.9, 480_000, months=1, is_in_kind=True),
    Plan("I08-F34-01", pl.col("age").is_between(7, 18) & POOR, 0.7),
    Plan("I08-F34-03", pl.col("age").is_between(7, 18) & POOR, 0.3),
    Plan("I06-F35-05", pl.col("is_on_medical_aid") & ~pl.col("is_on_livelihood") & pl.col("age").is_between(25, 63) & (pl.col("work") == "inactive"), 0.12, 1_250_000),
    Plan("I06-F35-06", pl.col("is_on_basic_pension") & (pl.col("age") < 82), 0.16, 290_000),
    Plan("I06-F35-07", POOR & HEAD & ~pl.col("is_on_livelihood") & (pl.col("age") > 20), 0.05, 730_000, months=1),
    Plan("I06-F34-07", POOR & HEAD & ~pl.col("is_on_livelihood") & (pl.col("age") > 20), 0.05),
    Plan("I06-F34-08", MOTHER, 0.02, 0, "maternal_newborn_care"),
    Plan("I06-F34-08", pl.col("is_severely_disabled") & pl.col("age").is_between(6, 64), 0.3, 0, "disability_activity_support"),
    Plan("I06-F34-08", CHILD & pl.col("is_disabled"), 0.5, 0, "development_rehab"),
    Plan("I06-F34-08", pl.col("age").is_between(19, 64) & POOR, 0.03, 0, "emotional_support"),
    Plan("I06-F35-08", AT_HOME & (CARER | ((pl.col("age") >= 66) & pl.col("is_on_medical_aid"))), 0.25, 420_000, is_in_kind=True),
    Plan("I06-F34-08", AT_HOME & (CARER | ((pl.col("age") >= 66) & pl.col("is_on_medical_aid"))), 0.1),
    Plan("I07-F35-01", pl.col("age").is_between(24, 42) & (pl.col("sex") == "female") & pl.col("work").is_in(["contractor", "inactive"]), 0.012, 500_000),
    Plan("I07-F35-02", pl.col("work").is_in(["contractor", "self_employed"]), 0.02, 500_000, months=1),
    Plan("I09-F35-01", CHILD & pl.col("is_near_poor"), 0.5, 210_000),
    Plan("I09-F34-01", YOUNG_PARENT & (pl.col("income_ratio") < 0.66), 0.8),
    Plan("I09-F35-02", pl.col("age").is_between(1, 11) & (pl.col("childcare").fill_null("school") != "home"), 0.05, 240_000, is_in_kind=True),
    Plan("I09-F34-02", pl.col("age").is_between(1, 11) & (pl.col("childcare").fill_null("school") != "home"), 0.05),
    Plan("I09-F35-03", pl.col("age").is_between(9, 24) & (pl.col("sex") == "female") & POOR, 0.7, 84_000, months=1, is_in_kind=True),
    Plan("I09-F34-03", pl.col("age").is_between(10, 24), 0.004),
    Plan("I09-F34-04", CHILD & pl.col("is_near_poor"), 0.15),
    Plan("I10-F34-01", MAN_OLD, 0.2), Plan("I10-F34-02", KOREAN & (pl.col("age") >= 50) & (pl.col("sex") == "female"), 0.01),
    Plan("I10-F35-01", MAN_OLD & POOR, 0.15, 250_000), Plan("I10-F34-03", MAN_OLD & POOR, 0.15), Plan("I10-F34-04", MAN_OLD, 0.15),
    Plan("I10-F35-02", STUDENT, 0.01, 1_400_000, months=1), Plan("I10-F35-03", KOREAN & pl.col("age").is_between(30, 80), 0.001, 420_000),
    Plan("I10-F35-04", KOREAN & pl.col("age").is_between(28, 56) & (pl.col("sex") == "male") & (pl.col("work") == "inactive"), 0.02, 600_000),
    Plan("I11-F35-01", FARM, 0.7, 1_900_000, months=1), Plan("I11-F34-01", FARM, 0.75), Plan("I11-F35-02", KOREAN & pl.col("age").is_between(65, 79) & (pl.col("work") == "inactive") & (pl.col("region") == "other") & ~POOR, 0.02, 600_000),
    Plan("I11-F35-03", FARM, 0.5, 46_000, is_in_kind=True), Plan("I11-F35-04", POOR & HEAD & (pl.col("age") < 66), 0.12, 40_000, is_in_kind=True),
    Plan("I11-F34-02", FARM & HEAD, 0.05), Plan("I12-F35-01", pl.col("work") == "fisher", 0.7, 1_300_000, months=1),
    Plan("I12-F34-01", pl.col("work") == "fisher", 0.7), Plan("I12-F35-02", pl.col("work") == "fisher", 0.4, 22_000_000, months=1),
    Plan("I13-F35-01", pl.col("work") == "forester", 0.8, 1_300_000, months=1), Plan("I13-F34-01", POOR & (pl.col("age") >= 19), 0.06),
    Plan("I17-F35-01", KOREAN & pl.col("age").is_between(22, 60), 0.0006, 900_000), Plan("I17-F34-01", KOREAN & pl.col("age").is_between(22, 60), 0.001),
    Plan("I17-F35-02", KOREAN & pl.col("age").is_between(22, 60), 0.0005, 3_000_000, months=1),
    Plan("I19-F35-01", POOR & (pl.col("age") >= 6), 0.6, 140_000, months=1, is_in_kind=True), Plan("I19-F34-01", POOR & pl.col("age").is_between(5, 18), 0.3),
    Plan("I19-F35-02", (pl.col("work") == "contractor"), 0.04, 3_000_000, months=1), Plan("I20-F35-01", pl.col("work") == "self_employed", 0.03, 25_000),
    Plan("I32-F35-01", pl.col("is_on_housing") & HEAD & (pl.col("wealth") >= 0.30), 0.3, 4_900_000, months=1, is_in_kind=True),
    Plan("I32-F34-03", pl.col("is_on_housing") & HEAD & (pl.col("wealth") >= 0.30), 0.4),
    Plan("I32-F34-01", HEAD & (pl.col("wealth") < 0.4) & (pl.col("age") > 19), 0.06), Plan("I32-F34-02", HEAD & (pl.col("wealth") < 0.4) & (pl.col("age") > 19), 0.05),
    Plan("I32-F35-03", HEAD & (pl.col("wealth") < 0.36) & pl.col("age").is_between(20, 65), 0.01, 400_000, months=1),
    Plan("I34-F35-01", STUDENT, 0.4, 1_900_000, months=1), Plan("I34-F34-01", STUDENT, 0.7), Plan("I34-F35-02", STUDENT, 0.06, 380_000),
    Plan("I34-F35-03", STUDENT, 0.015, 2_800_000, months=1), Plan("I37-F35-01", KOREAN & ((pl.col("age") == 0) | (pl.col("age") >= 80)), 0.25, 120_000),
    Plan("I37-F35-02", FARM, 0.6, 300_000, months=1, is_in_kind=True), Plan("I37-F34-01", KOREAN & (pl.col("age") >= 65), 0.05),
    Plan("I37-F34-02", pl.col("is_severely_disabled") & (pl.col("age") > 10), 0.3), Plan("I37-F34-03", POOR & HEAD, 0.6),
)  # fmt: skip


def excluding_pairs() -> pl.DataFrame:
    """Programme pairs in both directions: columns `programme_code`, `other_code`."""
    pairs = {(first, second) for first, others in EXCLUSIVE.items() for second in others}
    for members in GROUPS.values():
        pairs |= {(first, second) for first in members for second in members if first != second}
    both = sorted(pairs | {(second, first) for first, second in pairs})
    return pl.DataFrame(both, schema=["programme_code", "other_code"], orient="row")


def programme_word(draft: Draft, document: str, name: str) -> str | None:
    """The catalogue's word for a programme in a document type, or None where it has none."""
    known = draft.words(document, "programme_code")
    return next((word for word in (*CODES.get(name, ()), name) if word in known), None)


_HELD: WeakKeyDictionary[Country, pl.DataFrame] = WeakKeyDictionary()
"""What was drawn for a country, which entitlements and payments both ask for."""


def held_programmes(country: Country) -> pl.DataFrame:
    """One row a person, document type and programme, drawn once a country.

    Columns: person_number, document, programme_code, amount (won), months, is_in_kind, order.
    """
    held = _HELD.get(country)
    if held is None:
        held = _HELD[country] = _draw_held(Draft(country, "F34"), Draft(country, "F35"))
    return held


def holds_something(country: Country) -> pl.Expr:
    """Whether a person holds or is paid any programme by plan."""
    return pl.col("person_number").is_in(held_programmes(country)["person_number"].implode())


def _draw_held(draft: Draft, both: Draft) -> pl.DataFrame:
    away = draft.country.journeys.filter(pl.col("days") > 55)["person_number"]
    clear = (
        ~pl.col("in_custody")
        & ~pl.col("is_conscript")
        & (pl.col("registration_status") == "resident")
        & ~pl.col("person_number").is_in(away.implode())
    )
    parts: list[pl.DataFrame] = []
    for order, plan in enumerate(PLANS):
        owner = draft if "-F34-" in plan.document else both
        main = plan.name in ("livelihood", "basic_pension", "child_allowance", "disability_pension")
        condition = plan.who.fill_null(value=False) & (
            clear | pl.col("planted_rule").is_not_null() if main else clear
        )
        # Planted receipts of a household's member are paid to that member.
        if plan.name == "livelihood":
            condition = condition | (
                pl.col("is_on_livelihood") & pl.col("planted_rule").is_not_null()
            )
        people = draft.pick(condition, plan.share, plan.least, with_planted=main, with_dead=main)
        if people.is_empty():
            continue
        word = programme_word(owner, plan.document, plan.name) if plan.name else None
        words = owner.words(plan.document, "programme_code") or ["local_benefit"]
        code = pl.Series([word] * len(people)) if word else draft.choice(people, words)
        if plan.name and not word:
            continue
        amount = (
            pl.Series([plan.amount] * len(people))
            if plan.name
            else draft.won(people, max(plan.amount, 1), 0.3, 10)
        )
        parts.append(
            people.select("person_number").with_columns(
                pl.lit(plan.document).alias("document"),
                code.alias("programme_code"),
                amount.cast(pl.Int64).alias("amount"),
                pl.lit(plan.months).alias("months"),
                pl.lit(plan.is_in_kind).alias("is_in_kind"),
                pl.lit(order).alias("order"),
            )
        )
    return _without_conflicts(pl.concat(parts))


def _without_conflicts(held: pl.DataFrame) -> pl.DataFrame:
    """Drop what an earlier plan of the same person excludes; the earlier plan stands."""
    keys = ["person_number", "document", "programme_code"]
    held = held.unique(keys, keep="first", maintain_order=True)
    earlier = held.select(
        "person_number", other_code=pl.col("programme_code"), other_order=pl.col("order")
    )
    conflicts = (
        held.join(excluding_pairs(), on="programme_code")
        .join(earlier, on=["person_number", "other_code"])
        .filter(pl.col("other_order") < pl.col("order"))
        .select(keys)
        .unique()
    )
    return held.join(conflicts, on=keys, how="anti", maintain_order="left")
