"""What a round says of each receipt: tables in, one row a subject and programme out."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from hub.confirmation.rounds import load_calendar, programme_frame, round_frame
from hub.confirmation.tallies import shares_by_place, tally, tally_reasons, with_places
from hub.programmes.catalogue import load_programmes
from warehouse.workbench import Workbench

ROUND = "2026H1"
MONTH = dt.date(2026, 2, 1)
MONEY = pl.Int64
WORDS = pl.List(pl.String)


@pytest.fixture
def bench(tmp_path):
    calendar = load_calendar()
    chosen = calendar.find(ROUND)
    with Workbench(tmp_path / "tables") as opened:
        opened.add("confirmation_round", round_frame(calendar, chosen))
        opened.add("confirmation_programme", programme_frame(chosen, load_programmes()))
        yield opened


def confirm(bench, paid=(), decided=(), people=(), units=()):
    """Confirm and return rows by (programme, subject).

    paid: (person, programme, month, amount, payer). decided: (subject, programme, outcome, payable,
    received, new, extras). people: (person, death date, legal dong). units: (unit, person, counted, dong).
    """
    bench.add(
        "benefit_received",
        pl.DataFrame(
            list(paid),
            schema={
                "person_id": pl.String,
                "programme_code": pl.String,
                "month": pl.Date,
                "amount": MONEY,
                "payer_region": pl.String,
            },
            orient="row",
        ),
    )
    rows = [
        {
            "subject_id": subject,
            "programme_code": programme,
            "subject_kind": "assistance_unit" if subject.startswith("H") else "person",
            "outcome": outcome,
            "amount": payable,
            "payable_amount": payable,
            "is_received": received,
            "is_new": new,
            "is_excluded": False,
            "interaction_codes": None,
            "reasons": None,
            "missing": None,
            "margin_amount": None,
        }
        | extras
        for subject, programme, outcome, payable, received, new, extras in decided
    ]
    schema = {
        "subject_id": pl.String,
        "programme_code": pl.String,
        "subject_kind": pl.String,
        "outcome": pl.String,
        "amount": MONEY,
        "payable_amount": MONEY,
        "is_received": pl.Boolean,
        "is_new": pl.Boolean,
        "is_excluded": pl.Boolean,
        "interaction_codes": WORDS,
        "reasons": WORDS,
        "missing": WORDS,
        "margin_amount": MONEY,
    }
    bench.add("decision", pl.DataFrame(rows, schema=schema))
    bench.add(
        "person",
        pl.DataFrame(
            list(people),
            schema={
                "person_id": pl.String,
                "death_date": pl.Date,
                "legal_dong_code": pl.String,
            },
            orient="row",
        ),
    )
    members = pl.DataFrame(
        [(unit, person, counted) for unit, person, counted, _ in units],
        schema={"household_id": pl.String, "person_id": pl.String, "is_counted": pl.Boolean},
        orient="row",
    )
    bench.add("assistance_unit_member", members)
    bench.add(
        "household",
        pl.DataFrame(
            [(unit, person, dong) for unit, person, _, dong in units],
            schema={
                "household_id": pl.String,
                "head_person_id": pl.String,
                "legal_dong_code": pl.String,
            },
            orient="row",
        ).unique("household_id", keep="first"),
    )
    for table in ("confirmation_receipt", "confirmation_result"):
        bench.build("confirmation", table)
    found = bench.frame("SELECT * FROM confirmation_result").to_dicts()
    return {(row["programme_code"], row["subject_id"]): row for row in found}


def test_every_outcome(bench):
    found = confirm(
        bench,
        paid=[
            ("Confirmed", "P029", MONTH, 349_700, "11110"),
            ("Lost", "P029", MONTH, 349_700, "11110"),
            ("Open", "P029", MONTH, 349_700, "11110"),
            ("Over", "P029", MONTH, 349_700, "11110"),
            ("Over", "P029", MONTH, 349_700, "26110"),
            ("Under", "P029", MONTH, 279_760, "11110"),
            ("Dead", "P029", MONTH, 349_700, "11110"),
            ("Excluded", "P048", MONTH, 60_000, "11110"),
        ],
        decided=[
            ("Confirmed", "P029", "eligible", 349_700, True, False, {}),
            (
                "Lost",
                "P029",
                "ineligible",
                None,
                True,
                False,
                {"reasons": ["TOO_YOUNG", "RICH"], "margin_amount": -5},
            ),
            (
                "Open",
                "P029",
                "undetermined",
                None,
                True,
                False,
                {"reasons": ["RICH"], "missing": ["I24-F19-01"]},
            ),
            ("Over", "P029", "eligible", 349_700, True, False, {}),
            ("Under", "P029", "eligible", 349_700, True, False, {}),
            ("New", "P029", "eligible", 349_700, False, True, {}),
            (
                "Excluded",
                "P048",
                "eligible",
                60_000,
                True,
                False,
                {"is_excluded": True, "interaction_codes": ["EXCLUDED_BY_P047"]},
            ),
            ("Nobody", "P029", "eligible", 349_700, False, False, {}),
        ],
        people=[("Dead", dt.date(2026, 1, 20), "1111010100")],
    )
    assert {subject: row["outcome"] for (_, subject), row in found.items()} == {
        "Confirmed": "confirmed",
        "Lost": "unqualified",
        "Open": "undetermined",
        "Over": "amount_change",
        "Under": "amount_change",
        "New": "newly_qualified",
        "Dead": "unqualified",
        "Excluded": "unqualified",
    }
    lost = found["P029", "Lost"]
    assert (lost["reasons"], lost["payable_amount"]) == (["TOO_YOUNG", "RICH"], None)
    assert found["P029", "Open"]["missing"] == ["I24-F19-01"]
    assert found["P029", "Dead"]["reasons"] == ["DIED"]
    assert found["P048", "Excluded"]["reasons"] == ["EXCLUDED_BY_P047"]
    over, under = found["P029", "Over"], found["P029", "Under"]
    assert (over["direction"], over["difference_amount"], over["payers"]) == (
        "overpaid",
        349_700,
        2,
    )
    assert (under["direction"], under["difference_amount"]) == ("underpaid", -69_940)


def test_a_difference_counts_only_beyond_the_larger_tolerance(bench):
    """1,000 won, or one per cent of what is payable."""
    found = confirm(
        bench,
        paid=[
            ("Small", "P029", MONTH, 51_000, ""),
            ("Above", "P029", MONTH, 51_001, ""),
            ("Share", "P029", MONTH, 353_197, ""),
            ("Beyond", "P029", MONTH, 353_198, ""),
        ],
        decided=[
            (subject, "P029", "eligible", payable, True, False, {})
            for subject, payable in (
                ("Small", 50_000),
                ("Above", 50_000),
                ("Share", 349_700),
                ("Beyond", 349_700),
            )
        ],
    )
    outcomes = {subject: row["outcome"] for (_, subject), row in found.items()}
    assert outcomes == {
        "Small": "confirmed",
        "Above": "amount_change",
        "Share": "confirmed",
        "Beyond": "amount_change",
    }


def test_members_of_a_unit_are_paid_together_and_the_newest_month_counts(bench):
    found = confirm(
        bench,
        paid=[
            ("Kim", "P001", dt.date(2026, 1, 1), 900_000, "11110"),
            ("Kim", "P001", MONTH, 300_000, "11110"),
            ("Lee", "P001", MONTH, 200_000, "11110"),
            ("Old", "P001", dt.date(2025, 12, 1), 900_000, "11110"),
        ],
        decided=[("H1", "P001", "eligible", 500_000, True, False, {})],
        units=[("H1", "Kim", True, "4211010100"), ("H1", "Lee", True, "4211010100")],
    )
    assert set(found) == {("P001", "H1")}
    row = found["P001", "H1"]
    assert (row["outcome"], row["received_amount"], row["person_id"], row["district_code"]) == (
        "confirmed",
        500_000,
        "Kim",
        "42110",
    )


def test_whoever_is_paid_and_cannot_be_decided_about_is_said_to_be_so(bench):
    found = confirm(
        bench,
        paid=[
            ("Homeless", "P001", MONTH, 500_000, ""),
            ("Prisoner", "P001", MONTH, 500_000, ""),
            ("Stranger", "P029", MONTH, 349_700, ""),
        ],
        units=[("H9", "Prisoner", False, "1111010100")],
    )
    assert {subject: (row["outcome"], row["reasons"]) for (_, subject), row in found.items()} == {
        "Homeless": ("undetermined", ["NO_UNIT"]),
        "H9": ("undetermined", ["NOT_COUNTED"]),
        "Stranger": ("undetermined", ["NOT_DECIDED"]),
    }


def test_benefits_in_kind_are_not_compared_and_other_programmes_do_not_take_part(bench):
    found = confirm(
        bench,
        paid=[("Ahn", "P070", MONTH, 1, "")],
        decided=[
            ("H1", "P009", "eligible", None, True, False, {}),
            ("Ahn", "P070", "ineligible", None, True, False, {}),
        ],
    )
    assert [(key, row["outcome"]) for key, row in found.items()] == [(("P009", "H1"), "confirmed")]


def results(*rows):
    """(programme, outcome, direction, district, received, reasons)."""
    return pl.DataFrame(
        [
            {
                "ministry": "MOHW",
                "programme_code": programme,
                "outcome": outcome,
                "direction": direction,
                "district_code": district,
                "received_amount": received,
                "payable_amount": None,
                "difference_amount": None,
                "reasons": reasons,
            }
            for programme, outcome, direction, district, received, reasons in rows
        ],
        schema_overrides={
            "direction": pl.String,
            "district_code": pl.String,
            "payable_amount": MONEY,
            "difference_amount": MONEY,
            "reasons": WORDS,
        },
    )


def test_tallies_count_subjects_and_add_won():
    counted = tally(
        results(
            ("P001", "unqualified", None, "11110", 5, ["A"]),
            ("P001", "confirmed", None, "11110", 3, None),
            ("P001", "unqualified", None, "26110", 4, ["A"]),
        ),
        "programme_code",
    )
    assert counted.select("outcome", "subjects", "received_amount").rows() == [
        ("confirmed", 1, 3),
        ("unqualified", 2, 9),
    ]


def test_a_result_counts_under_each_failed_condition():
    conditions = pl.DataFrame(
        {
            "programme_code": ["P001", "P029"],
            "code": ["A", "A"],
            "text_en": ["of P001", "of P029"],
            "text_ko": ["1", "29"],
        }
    )
    counted = tally_reasons(
        results(
            ("P001", "unqualified", None, "11110", 5, ["A", "EXCLUDED_BY_P029"]),
            ("P001", "undetermined", None, "11110", 5, ["A"]),
            ("P029", "unqualified", None, "11110", 5, ["DIED"]),
            ("P029", "confirmed", None, "11110", 5, None),
        ),
        conditions,
        "programme_code",
    )
    assert counted.select("programme_code", "outcome", "text_en", "subjects").rows() == [
        ("P001", "undetermined", "of P001", 1),
        ("P001", "unqualified", "of P001", 1),
        ("P001", "unqualified", "Nobody has it together with P029", 1),
        ("P029", "unqualified", "Registered as dead by the day of the round", 1),
    ]


def test_small_provinces_have_no_share_and_former_codes_count_under_the_new_ones():
    shares = shares_by_place(
        results(
            ("P001", "unqualified", None, "42110", 5, ["A"]),
            ("P001", "confirmed", None, "51110", 5, None),
            ("P001", "confirmed", None, "11110", 5, None),
            ("P001", "newly_qualified", None, "11110", None, None),
            ("P001", "confirmed", None, None, 5, None),
        ),
        2,
    )
    told = {row["province"]: (row["recipients"], row["share"]) for row in shares.to_dicts()}
    assert told == {"51": (2, 0.5), "11": (1, None), "00": (1, None)}


@pytest.mark.parametrize(
    ("code", "province", "district"),
    [
        ("11110", "11", "11110"),
        ("42110", "51", "51110"),
        ("91001", "91", "91001"),
        ("DE", "DE", "DE"),
        (None, "00", "00000"),
        ("../x", "00", "00000"),
        ("", "00", "00000"),
    ],
)
def test_places_of_any_country_have_a_file_of_their_own(code, province, district):
    placed = with_places(results(("P001", "confirmed", None, code, 5, None)))
    assert placed.select("province", "district").rows() == [(province, district)]
