"""Decisions: the worked case, every threshold to the won, what is unknown, and every reason."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest

from hub.money import converted_assets
from hub.programmes.catalogue import load_programmes

MARCH = dt.date(2026, 3, 1)
SEJONG, SEOUL = "3611010100", "1111010100"


def single(town, *, born=dt.date(1980, 5, 5), dong=SEOUL, **person):
    town.person("kim", born, dong=dong, **person)
    town.household("H", ("kim", "head"), dong=dong)


def pension(town, amount, name="kim"):
    """An income that counts in full: a national pension."""
    town.add("f15", name, "I23-F15-01", pension_no="p", period=MARCH, amount=amount)


def means(bench):
    return bench.frame("SELECT * FROM household_means").to_dicts()[0]


def test_worked_case_of_sejong(town):
    """Residential 166M and general 30M: 50M at 4.17 % and 69M at 1.04 % give 2,802,600 won a month."""
    single(town, dong=SEJONG)
    half = {"share_numerator": 1, "share_denominator": 1}
    town.add("f21", "kim", "I05-F21-03", building_no="b", assessed_amount=166_000_000, **half)
    town.add("f20", "kim", "I05-F20-01", parcel_no="p", assessed_amount=30_000_000, **half)
    found = means(town.decided())
    assert (found["general_counted"], found["residential_counted"]) == (50_000_000, 69_000_000)
    assert found["converted_asset_amount"] == 2_802_600
    assert found["recognised_income_amount"] == 2_802_600


@pytest.mark.parametrize(
    ("income", "outcome", "amount", "margin"),
    [
        (820_555, "eligible", 1, 1),
        (820_556, "eligible", 0, 0),
        (820_557, "ineligible", None, -1),
    ],
)
def test_livelihood_threshold_to_the_won(town, income, outcome, amount, margin):
    single(town)
    pension(town, income)
    town.decided()
    row = town.decision("P001", "H")
    assert (row["outcome"], row["amount"], row["margin_amount"]) == (outcome, amount, margin)
    assert row["reasons"] == (
        [] if outcome == "eligible" else ["RECOGNISED_INCOME_ABOVE_THRESHOLD"]
    )


@pytest.mark.parametrize(
    ("programme", "subject", "threshold"),
    [("P009", "H", 1_025_695), ("P243", "H", 1_230_834)],
)
@pytest.mark.parametrize("excess", [0, 1])
def test_other_thresholds_to_the_won(town, programme, subject, threshold, excess):
    single(town)
    pension(town, threshold + excess)
    town.add(
        "f22",
        "kim",
        "I05-F22-01",
        lease_kind="monthly_rent",
        deposit_amount=0,
        monthly_rent_amount=500_000,
        lease_from=dt.date(2025, 1, 1),
        lease_to=dt.date(2027, 1, 1),
    )
    town.decided()
    row = town.decision(programme, subject)
    assert row["outcome"] == ("ineligible" if excess else "eligible")
    assert row["margin_amount"] == -excess


@pytest.mark.parametrize(("size", "threshold"), [(4, 2_078_316), (7, 3_044_848), (8, 3_351_791)])
def test_threshold_follows_the_size_of_the_unit(town, size, threshold):
    names = [f"p{n}" for n in range(size)]
    for name in names:
        town.person(name, dt.date(1980, 5, 5))
    town.household("H", *((name, "head" if n == 0 else "other") for n, name in enumerate(names)))
    assert means(town.decided())["livelihood_threshold_amount"] == threshold


def test_lodgers_prisoners_and_conscripts_are_not_of_the_unit(town):
    for name in ("kim", "lodger", "prisoner", "conscript"):
        town.person(name, dt.date(1990, 5, 5))
    town.household(
        "H",
        ("kim", "head"),
        ("lodger", "cohabitant"),
        ("prisoner", "sibling"),
        ("conscript", "child"),
    )
    town.add("f07", "prisoner", "I04-F07-01", custody_type="convicted", admitted_on=MARCH)
    town.add("f08", "conscript", "I15-F08-02", status="serving", enlisted_on=dt.date(2025, 6, 1))
    bench = town.decided()
    members = bench.frame("SELECT person_id, exclusion FROM assistance_unit_member")
    assert dict(members.iter_rows()) == {
        "person-kim": None,
        "person-lodger": "lodger",
        "person-prisoner": "in_custody",
        "person-conscript": "conscript",
    }
    assert means(bench)["unit_size"] == 1


@pytest.mark.parametrize(
    ("born", "wage", "counted"),
    [
        (dt.date(1980, 5, 5), 1_000_000, 700_000),
        (dt.date(1991, 4, 1), 1_000_000, 700_000),  # 35 today
        (dt.date(1991, 4, 2), 1_000_000, 280_000),  # 34: 600,000 first
        (dt.date(1950, 5, 5), 1_000_000, 560_000),  # 65 and over: 200,000 first
        (dt.date(1980, 5, 5), 1_000_001, 700_000),  # rounded down
    ],
)
def test_wage_deductions_by_age(town, born, wage, counted):
    single(town, born=born)
    town.wage("kim", "I24-F19-01", MARCH, wage)
    assert means(town.decided())["counted_work_amount"] == counted


def test_sql_converts_assets_as_the_arithmetic_of_one_value_does(town):
    """Two hundred units with assets of every size, against `hub.money.converted_assets`."""
    random = Random(7)  # noqa: S311
    expected = {}
    for number in range(200):
        name = f"p{number}"
        town.person(name, dt.date(1980, 5, 5), dong=SEJONG)
        town.household(name, (name, "head"), dong=SEJONG)
        house, land, savings, debt = (
            random.choice([0, random.randrange(10**6), random.randrange(10**9)]) for _ in range(4)
        )
        whole = {"share_numerator": 1, "share_denominator": 1}
        town.add("f21", name, "I05-F21-03", building_no="b", assessed_amount=house, **whole)
        town.add("f20", name, "I05-F20-01", parcel_no="p", assessed_amount=land, **whole)
        town.add(
            "f26", name, "I35-F26-02", institution_no="1", account_no="1", balance_amount=savings
        )
        town.add("f29", name, "I35-F29-01", institution_no="1", loan_no="1", balance_amount=debt)
        limit = 146_000_000
        assets = (min(house, limit), land + max(house - limit, 0), max(savings - 5_000_000, 0))
        expected[name] = converted_assets(77_000_000 + debt, assets, (10_400, 41_700, 62_600))
    bench = town.decided()
    found = bench.frame("SELECT household_id, converted_asset_amount FROM household_means")
    assert dict(found.iter_rows()) == expected
    assert len(set(expected.values())) > 50


def test_a_deposit_counts_at_95_percent_and_the_reserve_is_taken_off(town):
    single(town)
    town.add(
        "f22",
        "kim",
        "I05-F22-01",
        lease_kind="jeonse",
        deposit_amount=100_000_000,
        lease_from=dt.date(2025, 1, 1),
        lease_to=dt.date(2027, 1, 1),
    )
    town.add(
        "f26",
        "kim",
        "I35-F26-02",
        institution_no="088",
        account_no="1",
        balance_amount=15_000_000,
        as_of=MARCH,
    )
    found = means(town.decided())
    # 99M of Seoul uses up the 95M of the deposit, and 4M of the 10M above the reserve.
    assert found["residential_amount"] == 95_000_000
    assert found["financial_counted"] == 6_000_000
    assert found["converted_asset_amount"] == 375_600


def test_a_basic_pension_counts_as_income_of_the_livelihood_benefit(town):
    single(town, born=dt.date(1950, 5, 5))
    town.paid("kim", "P029", MARCH, 349_700)
    town.decided()
    row = town.decision("P001", "H")
    assert row["amount"] == 820_556 - 349_700


def test_a_feed_that_never_arrived_makes_a_decision_undetermined(town):
    single(town)
    del town.deliveries["I35-F26-02_202603_001"]
    town.decided()
    row = town.decision("P001", "H")
    assert (row["outcome"], row["amount"], row["fail_mask"]) == ("undetermined", None, 0)
    assert row["reasons"] == ["RECOGNISED_INCOME_ABOVE_THRESHOLD"]
    assert row["missing"] == ["I35-F26-02"]


def test_one_of_several_wage_feeds_is_enough(town):
    single(town)
    del town.deliveries["I24-F19-01_202603_001"]
    town.decided()
    assert town.decision("P001", "H")["outcome"] == "eligible"


def test_an_unknown_region_is_undetermined_not_free_of_deduction(town):
    single(town, dong="9911010100")
    town.decided()
    row = town.decision("P001", "H")
    assert (row["outcome"], row["margin_amount"]) == ("undetermined", None)


def test_every_failed_condition_is_a_reason_and_a_bit(town):
    single(town, foreign=True)
    town.add("f05", "kim", "I04-F05-01", stay_status="E-9", stay_from=MARCH)
    pension(town, 1_300_000)
    town.decided()
    row = town.decision("P001", "H")
    assert row["reasons"] == ["RECOGNISED_INCOME_ABOVE_THRESHOLD", "NO_PERMITTED_MEMBER"]
    assert row["fail_mask"] == 0b11


def test_housing_benefit_pays_rent_less_the_own_share(town):
    single(town)
    pension(town, 920_556)
    town.add(
        "f22",
        "kim",
        "I05-F22-01",
        lease_kind="monthly_rent",
        deposit_amount=0,
        monthly_rent_amount=300_000,
        lease_from=dt.date(2025, 1, 1),
        lease_to=dt.date(2027, 1, 1),
    )
    town.decided()
    # 300,000 rent, less 30 % of the 100,000 above the livelihood threshold.
    assert town.decision("P243", "H")["amount"] == 270_000


@pytest.mark.parametrize(
    ("born", "found"),
    [(dt.date(1961, 4, 1), "eligible"), (dt.date(1961, 4, 2), "ineligible")],
)
def test_basic_pension_starts_on_the_65th_birthday(town, born, found):
    single(town, born=born)
    town.decided()
    row = town.decision("P029", "person-kim")
    assert (row and row["outcome"]) == found


@pytest.mark.parametrize(
    ("income", "outcome"), [(2_470_000, "eligible"), (2_470_001, "ineligible")]
)
def test_basic_pension_threshold_of_a_single_person(town, income, outcome):
    single(town, born=dt.date(1950, 5, 5))
    pension(town, income)
    town.decided()
    row = town.decision("P029", "person-kim")
    assert row["outcome"] == outcome
    assert row["amount"] == (349_700 if outcome == "eligible" else None)


def test_a_couple_is_one_for_means_and_each_gets_a_fifth_less(town):
    town.person("kim", dt.date(1950, 5, 5))
    town.person("lee", dt.date(1952, 5, 5))
    town.household("H", ("kim", "head"), ("lee", "spouse"))
    pension(town, 2_000_000)
    pension(town, 1_952_000, "lee")
    town.decided()
    rows = [town.decision("P029", f"person-{name}") for name in ("kim", "lee")]
    assert [row["amount"] for row in rows] == [279_760, 279_760]
    assert [row["margin_amount"] for row in rows] == [0, 0]


def test_an_occupational_pension_of_the_spouse_excludes(town):
    town.person("kim", dt.date(1950, 5, 5))
    town.person("lee", dt.date(1952, 5, 5))
    town.household("H", ("kim", "head"), ("lee", "spouse"))
    town.add("f15", "lee", "I28-F15-01", pension_no="p", period=MARCH, amount=900_000)
    town.decided()
    assert town.decision("P029", "person-kim")["reasons"] == ["OCCUPATIONAL_PENSION"]


@pytest.mark.parametrize(
    ("born", "found"), [(dt.date(2017, 4, 2), 100_000), (dt.date(2017, 4, 1), None)]
)
def test_child_allowance_ends_on_the_ninth_birthday(town, born, found):
    single(town, born=born)
    town.decided()
    row = town.decision("P073", "person-kim")
    assert (row and row["amount"]) == found


def test_a_foreign_child_without_a_known_stay_is_undetermined(town):
    town.person("kim", dt.date(2020, 5, 5), foreign=True)
    town.person("lee", dt.date(2020, 5, 5), foreign=True)
    town.person("park", dt.date(2020, 5, 5), foreign=True)
    for name, status in (("lee", "refugee"), ("park", "E-9")):
        town.add("f05", name, "I04-F05-01", stay_status=status, stay_from=MARCH)
    town.decided()
    found = [town.decision("P073", f"person-{name}")["outcome"] for name in ("kim", "lee", "park")]
    assert found == ["undetermined", "eligible", "ineligible"]


def test_children_of_a_single_parent_and_pupils(town):
    town.person("kim", dt.date(1985, 5, 5))
    town.person("son", dt.date(2014, 5, 5))
    town.household("H", ("kim", "head"), ("son", "child"))
    town.add("f09", "son", "I08-F09-01", level="elementary", status="enrolled", grade=5)
    town.decided()
    assert town.decision("P215", "person-son")["amount"] == 230_000
    assert town.decision("P193", "person-son")["amount"] == 502_000
    assert town.decision("P215", "person-kim")["outcome"] == "ineligible"


def test_disability_pension_has_a_base_and_an_addition(town):
    single(town)
    town.add(
        "f31",
        "kim",
        "I06-F31-01",
        severity="severe",
        disability_kind="visual",
        assessed_on=dt.date(2020, 1, 1),
    )
    town.paid("kim", "P001", MARCH, 400_000, document_type="I06-F35-01")
    town.decided()
    row = town.decision("P047", "person-kim")
    assert (row["outcome"], row["amount"]) == ("eligible", 349_700 + 90_000)


def test_a_recipient_who_is_not_entitled_still_has_a_decision(town):
    single(town)
    pension(town, 9_000_000)
    town.paid("kim", "P001", MARCH, 400_000, document_type="I06-F35-01")
    town.decided()
    row = town.decision("P001", "H")
    assert (row["outcome"], row["is_received"]) == ("ineligible", True)
    stored = town.bench.frame("SELECT DISTINCT programme_code FROM decision WHERE subject_id = 'H'")
    assert "P001" in stored["programme_code"]
    assert "P009" not in stored["programme_code"]


def test_the_dead_have_no_decision(town):
    single(town, born=dt.date(1950, 5, 5), died=dt.date(2026, 1, 1))
    town.decided()
    assert town.bench.value("SELECT count(*) FROM decision") == 0


def test_bits_are_explained(town):
    single(town)
    bench = town.decided()
    described = set(bench.frame("SELECT programme_code, bit, code FROM programme_condition").rows())
    assert described == {(p.code, c.bit, c.code) for p in load_programmes() for c in p.conditions}
