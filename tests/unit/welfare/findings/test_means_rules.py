"""Rules about means beside livelihood benefit (D29 to D37): one town a rule, of people who are a case,
a near miss, at the boundary or cleared; and silence without the feed.

A unit of one that is paid 820,556 won has had nothing counted; the names say who is who.
"""

from __future__ import annotations

import datetime as dt

import pytest

JANUARY, FEBRUARY, MARCH = (dt.date(2026, month, 1) for month in (1, 2, 3))
FULL = 820_556
BALANCE_DAY = dt.date(2026, 3, 31)


def recipient(town, name, *, paid=FULL, months=(FEBRUARY, MARCH), born=dt.date(1970, 5, 5)):
    """Somebody who lives alone on livelihood benefit."""
    town.person(name, born)
    town.household(f"home of {name}", (name, "head"))
    for month in months:
        town.paid(name, "P001", month, paid, document_type="I06-F35-01")


def people(found):
    return sorted({row["subject_id"].removeprefix("person-") for row in found})


def months_of(found, name):
    return [row["period"] for row in found if row["subject_id"] == f"person-{name}"]


def one(found, name, period=MARCH):
    [finding] = [
        row for row in found if row["subject_id"] == f"person-{name}" and row["period"] == period
    ]
    return finding


# What a payment leaves room for


def test_room_is_in_the_favour_of_who_is_paid(town):
    recipient(town, "alone", paid=500_000)
    recipient(town, "widow", paid=1_000_000, months=(JANUARY, MARCH))
    town.person("husband", dt.date(1950, 1, 1), died=dt.date(2026, 2, 10))
    town.members.append(
        town.members[-1]
        | {"person_id": "person-husband", "relation_to_head": "spouse", "line": 99}
        | {"valid_to": dt.date(2026, 2, 10)}
    )
    recipient(town, "twice paid")
    town.paid("twice paid", "P001", MARCH, 300_000, region="26350", document_type="I06-F35-01")
    bench = town.searched("D30")
    rows = bench.frame(
        "SELECT household_id, month, members, room_amount FROM livelihood_room"
        " WHERE month = DATE '2026-03-01' OR household_id = 'home of widow'"
        " ORDER BY household_id, month"
    )
    assert rows.rows() == [
        ("home of alone", MARCH, 1, 320_556),
        # Two lived there in January; one of a thousand thousand is beyond the threshold of one.
        ("home of twice paid", MARCH, 1, 0),
        ("home of widow", JANUARY, 2, 343_773),
        ("home of widow", MARCH, 1, 0),
    ]


# D29: undeclared business


def trade(town, name, *, income=12_000_000, revenue=30_000_000, year=2025, kind="I03-F13-01"):
    town.add(
        "f13",
        name,
        kind,
        delivered=str(year),
        brn=f"brn of {name}",
        period=year,
        revenue_amount=revenue,
        income_amount=income,
    )


def register(town, name, status="active", *, kind="I03-F33-01", made_at=None, closed=None):
    made = {"made_at": made_at} if made_at else {}
    town.add(
        "f33",
        name,
        kind,
        brn=f"brn of {name}",
        status=status,
        opened_on=dt.date(2020, 3, 5),
        closed_on=closed,
        **made,
    )


def test_d29_business(town):
    # Nothing counted and no first deduction: more than 1,200,000 won a year cannot be declared.
    for name, income in (("trader", 12_000_000), ("boundary", 1_200_000), ("just", 1_200_072)):
        recipient(town, name)
        register(town, name)
        trade(town, name, income=income)
    recipient(town, "declared", paid=120_556)  # the payment leaves out 1,000,000 won a month
    register(town, "declared")
    trade(town, "declared", income=12_000_000)
    recipient(town, "closed")
    register(town, "closed")
    register(
        town,
        "closed",
        "closed",
        kind="I03-F33-02",
        made_at=dt.datetime(2026, 4, 1),  # noqa: DTZ001  stamps of senders bear no zone
        closed=dt.date(2026, 3, 20),
    )
    trade(town, "closed")
    recipient(town, "dormant")
    register(town, "dormant")
    trade(town, "dormant", income=0, revenue=0)
    recipient(town, "unregistered")
    trade(town, "unregistered")
    recipient(town, "this year only")
    register(town, "this year only")
    trade(town, "this year only", year=2026)
    found = town.findings("D29")
    assert people(found) == ["just", "trader"]
    assert months_of(found, "trader") == [FEBRUARY, MARCH]
    finding = one(found, "trader")
    assert finding["amount_at_stake"] is None
    assert finding["statement"] == (
        "business active since 2020-03-05; turnover in 2025; paid 820556"
    )
    assert town.evidence(finding) == {
        ("business", "I03-F33-01"),
        ("turnover", "I03-F13-01"),
        ("payment", "I06-F35-01"),
    }


def test_d29_a_loss_in_the_return_stands_before_the_turnover_of_the_tax(town):
    recipient(town, "loser")
    register(town, "loser")
    trade(town, "loser", income=-2_000_000)
    trade(town, "loser", income=None, revenue=30_000_000, kind="I03-F13-04")
    recipient(town, "no return yet")
    register(town, "no return yet")
    trade(town, "no return yet", income=None, revenue=30_000_000, kind="I03-F13-04")
    assert people(town.findings("D29")) == ["no return yet"]


# D30: public pension or transfer not counted


def pension(town, name, month, amount, *, kind="I23-F15-01", **columns):
    if "-F15-" in kind:
        columns = {"payment_status": "paying"} | columns
    town.add(kind[4:7].lower(), name, kind, period=month, amount=amount, **columns)


def test_d30_pensions(town):
    drawn = {"pensioner": 400_000, "boundary": 50_000, "just": 50_001}
    for name, amount in drawn.items():
        recipient(town, name)
        for month in (FEBRUARY, MARCH):
            pension(town, name, month, amount)
    recipient(town, "counted", paid=FULL - 400_000)
    recipient(town, "new pensioner")
    recipient(town, "suspended")
    recipient(town, "lump sum")
    recipient(town, "tax credit")
    recipient(town, "widow")
    for month in (FEBRUARY, MARCH):
        pension(town, "counted", month, 400_000)
        pension(town, "suspended", month, 400_000, payment_status="suspended")
        pension(town, "lump sum", month, 9_000_000, kind="I23-F15-05")
        pension(town, "tax credit", month, 900_000, kind="I03-F16-01")
        pension(town, "widow", month, 300_000, kind="I26-F16-02")
    # The first payment of a pension comes with the arrears of a year.
    pension(town, "new pensioner", MARCH, 4_800_000)
    found = town.findings("D30")
    assert people(found) == ["just", "pensioner", "widow"]
    assert [(row["period"], row["first_period"]) for row in found] == [(MARCH, FEBRUARY)] * 3
    finding = one(found, "pensioner")
    assert (finding["amount_at_stake"], finding["action"]) == (400_000, "REV")
    assert town.evidence(finding) == {("pension", "I23-F15-01"), ("payment", "I06-F35-01")}


def test_d30_adds_the_pensions_of_a_couple_and_names_who_draws_most(town):
    town.person("kim", dt.date(1950, 1, 1))
    town.person("lee", dt.date(1952, 1, 1))
    town.household("H", ("kim", "head"), ("lee", "spouse"))
    for month in (FEBRUARY, MARCH):
        # 1,343,773 for two: 400,000 counted, 500,000 drawn.
        town.paid("kim", "P001", month, 943_773, document_type="I06-F35-01")
        pension(town, "kim", month, 200_000)
        pension(town, "lee", month, 300_000, kind="I23-F15-03")
    [finding] = town.findings("D30")
    assert (finding["subject_id"], finding["amount_at_stake"]) == ("person-lee", 100_000)


def test_a_child_who_is_paid_apart_is_judged_apart(town):
    """The law may count an unmarried child in the parents' unit; the parents' income is not the child's."""
    recipient(town, "child", born=dt.date(2000, 5, 5))
    town.person("father", dt.date(1960, 1, 1))
    town.household("home of father", ("father", "head"))
    town.add(
        "f03",
        "child",
        "I02-F03-01",
        relation="father",
        relative_national_id_token=town.number("father"),
    )
    for month in (FEBRUARY, MARCH):
        pension(town, "father", month, 900_000)
    assert town.findings("D30") == []


# D31: financial assets


def account(town, name, amount, *, kind="I35-F26-02", no="1", as_of=BALANCE_DAY, **columns):
    town.add(
        "f26",
        name,
        kind,
        delivered="20260401",
        institution_no="004",
        account_no=no,
        balance_amount=amount,
        as_of=as_of,
        **columns,
    )


def test_d31_limit(town):
    # In Seoul: a reserve of 5,000,000 and a deduction of 99,000,000, and a tenth of tolerance.
    for name, amount in (("boundary", 114_400_000), ("just", 114_400_001), ("poor", 900_000)):
        recipient(town, name)
        account(town, name, amount)
    recipient(town, "rich")
    account(town, "rich", 200_000_000, average_3m_amount=90_000_000, kind="I35-F26-01")
    account(town, "rich", 20_000_000, no="2")
    # The same account in two lists is one account.
    account(town, "rich", 20_000_000, no="2", kind="I35-F26-03")
    town.add(
        "f27",
        "rich",
        "I35-F27-01",
        delivered="20260401",
        institution_no="240",
        account_no="7",
        instrument_kind="listed_share",
        market_amount=10_000_000,
        as_of=BALANCE_DAY,
    )
    # 6.26 % of 15,000,000 beyond the limit are 939,000 won a month.
    recipient(town, "counted", paid=30_000)
    account(town, "counted", 115_000_000)
    # The deduction is used up by a house.
    recipient(town, "owner")
    account(town, "owner", 60_000_000)
    town.add(
        "f21",
        "owner",
        "I05-F21-03",
        building_no="B",
        assessed_amount=99_000_000,
    )
    recipient(town, "long ago")
    account(town, "long ago", 200_000_000, as_of=dt.date(2025, 6, 30))
    account(town, "long ago", 900_000, no="2")
    recipient(town, "closed since")
    account(town, "closed since", 200_000_000, closed_on=dt.date(2026, 3, 2))
    found = town.findings("D31")
    assert people(found) == ["just", "owner", "rich"]
    assert {row["period"] for row in found} == {MARCH}
    finding = one(found, "rich")
    assert finding["statement"] == "financial assets of at least 120000000; paid 820556"
    assert finding["amount_at_stake"] == FULL
    assert town.evidence(finding) == {
        ("holding", "I35-F26-01"),
        ("holding", "I35-F26-02"),
        ("holding", "I35-F27-01"),
        ("payment", "I06-F35-01"),
    }


# D32: hidden principal


def interest(town, name, amount, kind="interest_deposit", year=2025):
    town.add(
        "f14",
        name,
        "I03-F14-01",
        delivered=str(year),
        income_kind=kind,
        payer_no=f"payer of {name}",
        period=year,
        amount=amount,
    )


def test_d32_interest(town):
    for name, amount in (("saver", 5_800_000), ("boundary", 1_500_000), ("just", 1_500_050)):
        recipient(town, name)
        interest(town, name, amount)
        account(town, name, 20_000_000)
    # 1,400,000 won at 5 % are 28,000,000: less than one and a half times what is reported.
    recipient(town, "reported")
    interest(town, "reported", 1_400_000)
    account(town, "reported", 20_000_000)
    # 900,000 won are 18,000,000 won of deposits, and 4,500,000 won lent to others at 20 %.
    recipient(town, "small")
    interest(town, "small", 900_000)
    recipient(town, "lender")
    interest(town, "lender", 3_900_000, "interest_private_loan")
    recipient(town, "great lender")
    interest(town, "great lender", 4_100_000, "interest_private_loan")
    # 473,333 won a month and 10,000 of tolerance are a twelfth of 5,800,000, rounded down.
    recipient(town, "counted", paid=FULL - 473_334)
    interest(town, "counted", 5_800_000)
    recipient(town, "just not counted", paid=FULL - 473_333)
    interest(town, "just not counted", 5_800_000)
    # What has come to its end since explains the interest.
    recipient(town, "spent")
    interest(town, "spent", 5_800_000)
    account(town, "spent", 110_000_000, as_of=dt.date(2025, 12, 31))
    account(town, "spent", 300_000)
    found = town.findings("D32")
    assert people(found) == ["great lender", "just not counted", "saver"]
    finding = one(found, "saver", dt.date(2025, 12, 1))
    assert finding["statement"] == "interest of 2025 5800000"
    assert finding["amount_at_stake"] is None
    assert town.evidence(finding) == {
        ("interest", "I03-F14-01"),
        ("holding", "I35-F26-02"),
        ("payment", "I06-F35-01"),
    }


# D33: property acquired


def title(town, name, key, acquired, amount=50_000_000, *, kind="I05-F20-01", **columns):
    town.add(
        "f20",
        name,
        kind,
        parcel_no=key,
        acquired_on=acquired,
        assessed_amount=amount,
        **columns,
    )


def decided(town, name, day):
    town.add(
        "f34",
        name,
        "I06-F34-01",
        programme_code="P001",
        status="granted",
        decided_on=day,
        entitled_from=day,
    )


def test_d33_acquired(town):
    lately, before = dt.date(2026, 2, 14), dt.date(2026, 1, 10)
    for name in ("buyer", "small buyer", "just", "sharer", "corrected", "undecided", "later"):
        recipient(town, name)
    for name in ("buyer", "small buyer", "just", "sharer", "corrected"):
        decided(town, name, before)
    title(town, "buyer", "1", lately)
    title(town, "buyer", "1", lately, None, kind="I02-F20-01")
    title(town, "small buyer", "2", lately, 4_999_999)
    title(town, "just", "3", lately, 5_000_000)
    title(town, "sharer", "4", lately, 9_000_000, share_numerator=1, share_denominator=2)
    # Another register has known the thing for years.
    title(town, "corrected", "5", lately)
    title(town, "corrected", "5", dt.date(2011, 5, 5), kind="I02-F20-01")
    title(town, "undecided", "6", lately)
    decided(town, "later", dt.date(2026, 3, 2))
    title(town, "later", "7", lately)
    # Spouses hand a thing on; the unit owns what it owned.
    town.person("kim", dt.date(1960, 1, 1))
    town.person("lee", dt.date(1962, 1, 1))
    town.household("H", ("kim", "head"), ("lee", "spouse"))
    town.paid("kim", "P001", MARCH, 900_000, document_type="I06-F35-01")
    title(town, "kim", "8", dt.date(2001, 1, 1), kind="I02-F20-01", disposed_on=lately)
    title(town, "lee", "8", lately)
    found = town.findings("D33")
    assert people(found) == ["buyer", "just", "undecided"]
    finding = one(found, "buyer", FEBRUARY)
    assert finding["statement"] == "property acquired in the month of 2026-02-01"
    assert town.evidence(finding) == {
        ("title", "I05-F20-01"),
        ("title", "I02-F20-01"),
        ("payment", "I06-F35-01"),
    }


# D34: vehicles that count in full


def car(town, name, amount, *, cc=3_982, year=2025, registered=dt.date(2026, 1, 5), **columns):
    no = columns.pop("vehicle_no", f"car of {name}")
    columns = {"vehicle_class": "passenger", "use": "private", "seats": 5} | columns
    town.add(
        "f23",
        name,
        "I05-F23-01",
        vehicle_no=no,
        engine_cc=cc,
        model_year=year,
        assessed_amount=amount,
        registered_on=registered,
        **columns,
    )


def test_d34_vehicles(town):
    for name in ("luxury", "boundary", "just", "old car", "taxi", "disabled", "replacing"):
        recipient(town, name)
    car(town, "luxury", 45_000_000)
    car(town, "boundary", 1_000_000)
    car(town, "just", 1_000_001)
    car(town, "old car", 3_000_000, cc=1_598, year=2012)
    car(town, "taxi", 20_000_000, cc=1_999, use="commercial")
    car(town, "disabled", 20_000_000, cc=1_999, disability_use=True)
    # Two cars, the second one bought this month.
    for no, registered in (("one", dt.date(2019, 1, 5)), ("two", dt.date(2026, 3, 5))):
        small = {"cc": 998, "year": 2012, "registered": registered}
        car(town, "replacing", 900_000, **small, vehicle_no=no)
    recipient(town, "two cars")
    for no in ("three", "four"):
        car(town, "two cars", 900_000, cc=998, year=2012, vehicle_no=no)
    recipient(town, "counted", paid=20_556)
    car(town, "counted", 1_800_000)
    found = town.findings("D34")
    assert people(found) == ["just", "luxury", "two cars"]
    assert months_of(found, "luxury") == [FEBRUARY, MARCH]
    finding = one(found, "luxury")
    assert (finding["statement"], finding["amount_at_stake"]) == (
        "vehicle counted in full; paid 820556",
        FULL,
    )
    assert town.evidence(finding) == {("vehicle", "I05-F23-01"), ("payment", "I06-F35-01")}


# D35: vehicle in another's name


def insured(town, owner, driver, *, since=dt.date(2025, 8, 1), until=dt.date(2026, 8, 1), **more):
    town.add(
        "f23",
        owner,
        "I05-F23-04",
        **{"vehicle_no": f"car of {owner} for {driver}", "use": "private"} | more,
        usual_driver_national_id_token=town.number(driver),
        insured_from=since,
        insured_to=until,
    )


def test_d35_drivers(town):
    town.person("stranger", dt.date(1980, 1, 1))
    town.household("home of stranger", ("stranger", "head"))
    town.person("client", dt.date(1980, 1, 1))
    town.household("home of client", ("client", "head"))
    town.add("f31", "client", "I06-F31-01", severity="severe", valid_from=dt.date(2020, 1, 1))
    names = ("driver", "new driver", "past driver", "taxi driver", "carer", "owner", "just sold to")
    for name in names:
        recipient(town, name)
    insured(town, "stranger", "driver")
    insured(town, "stranger", "new driver", since=dt.date(2026, 2, 2))
    insured(town, "stranger", "past driver", until=dt.date(2026, 1, 31))
    insured(town, "stranger", "taxi driver", use="commercial")
    insured(town, "client", "carer")
    insured(town, "owner", "owner")
    insured(town, "stranger", "just sold to", vehicle_no="sold")
    car(town, "just sold to", 500_000, cc=998, year=2010, vehicle_no="sold")
    town.person("kim", dt.date(1960, 1, 1))
    town.person("lee", dt.date(1962, 1, 1))
    town.household("H", ("kim", "head"), ("lee", "spouse"))
    town.paid("kim", "P001", MARCH, 900_000, document_type="I06-F35-01")
    insured(town, "kim", "lee")
    found = town.findings("D35")
    assert [(row["subject_id"], row["period"]) for row in found] == [
        ("person-driver", FEBRUARY),
        ("person-driver", MARCH),
        ("person-new driver", MARCH),
    ]
    assert {row["action"] for row in found} == {"INFO"}
    assert town.evidence(found[0]) == {("insurance", "I05-F23-04"), ("payment", "I06-F35-01")}


# D36: property disposed of


def test_d36_disposals(town):
    sold = dt.date(2026, 1, 20)
    names = ("seller", "saver", "half", "buyer", "tenant", "giver", "loser", "silent", "small")
    for name in names:
        recipient(town, name)
        if name != "silent":
            rest = {"saver": 60_000_000, "half": 50_000_000, "giver": 90_000_000}
            account(town, name, rest.get(name, 49_999_999 if name == "seller" else 300_000))
        reason = {"giver": "gift", "loser": "auction"}.get(name, "sale")
        worth = 9_999_999 if name == "small" else 100_000_000
        title(town, name, name, dt.date(2001, 1, 1), worth, disposed_on=sold,
              disposal_reason=reason, kind="I02-F20-01")  # fmt: skip
    title(town, "buyer", "new", dt.date(2026, 2, 2), 90_000_000)
    lease(town, "tenant", dt.date(2026, 2, 10), 80_000_000)
    # A spouse takes the thing over.
    town.person("kim", dt.date(1960, 1, 1))
    town.person("lee", dt.date(1962, 1, 1))
    town.household("H", ("kim", "head"), ("lee", "spouse"))
    town.paid("kim", "P001", MARCH, 900_000, document_type="I06-F35-01")
    account(town, "kim", 300_000)
    title(town, "kim", "8", dt.date(2001, 1, 1), kind="I02-F20-01", disposed_on=sold)
    title(town, "lee", "8", sold)
    found = town.findings("D36")
    assert people(found) == ["giver", "seller"]
    finding = one(found, "seller", JANUARY)
    assert finding["statement"] == "property disposed of in the month of 2026-01-01"
    assert town.evidence(finding) == {
        ("disposal", "I02-F20-01"),
        ("holding", "I35-F26-02"),
        ("payment", "I06-F35-01"),
    }
    assert one(found, "giver", JANUARY)["statement"].startswith("property given away")


# D37: lease deposit jump


def lease(town, name, begun, deposit, *, kind="I05-F22-01"):
    town.add(
        "f22",
        name,
        kind,
        lease_kind="jeonse",
        deposit_amount=deposit,
        monthly_rent_amount=0,
        lease_from=begun,
        lease_to=begun.replace(year=begun.year + 2),
    )


def test_d37_deposits(town):
    first, second = dt.date(2024, 2, 5), dt.date(2026, 2, 5)
    jump = {"mover": 60_000_000, "boundary": 40_000_000, "just": 40_000_001, "borrower": 80_000_000}
    for name, deposit in jump.items():
        recipient(town, name)
        lease(town, name, first, 10_000_000)
        lease(town, name, second, deposit)
    # The stamp of the community centre tells the same lease three days later.
    lease(town, "mover", dt.date(2026, 2, 8), 60_000_000, kind="I37-F22-01")
    town.add(
        "f29",
        "borrower",
        "I35-F29-01",
        delivered="20260401",
        institution_no="004",
        loan_no="1",
        balance_amount=50_000_000,
        opened_on=dt.date(2026, 1, 30),
        as_of=BALANCE_DAY,
    )
    recipient(town, "first lease")
    lease(town, "first lease", second, 90_000_000)
    recipient(town, "public landlord")
    lease(town, "public landlord", first, 10_000_000)
    lease(town, "public landlord", second, 90_000_000, kind="I32-F22-03")
    recipient(town, "cheaper")
    lease(town, "cheaper", first, 90_000_000)
    lease(town, "cheaper", second, 10_000_000)
    recipient(town, "paid before", months=(JANUARY,))
    lease(town, "paid before", first, 10_000_000)
    lease(town, "paid before", second, 90_000_000)
    found = town.findings("D37")
    assert people(found) == ["just", "mover"]
    finding = one(found, "mover", FEBRUARY)
    assert finding["statement"] == "deposit 60000000; before 10000000"
    assert finding["first_period"] == first.replace(day=1)
    assert town.evidence(finding) == {
        ("lease", "I05-F22-01"),
        ("lease", "I37-F22-01"),
        ("payment", "I06-F35-01"),
    }


# Silence


@pytest.mark.parametrize("rule", [f"D{number}" for number in range(29, 38)])
def test_a_rule_waits_for_its_feeds(empty_town, rule):
    """With no delivery at all every rule about means says that it waits."""
    recipient(empty_town, "kim")
    bench = empty_town.searched(rule)
    assert bench.frame("SELECT rule_id, is_suppressed FROM rule_state").rows() == [(rule, True)]


def test_d32_and_d36_are_silent_where_balances_are_old(town):
    """Both rest on money that is not there."""
    recipient(town, "kim")
    interest(town, "kim", 5_800_000)
    title(town, "kim", "1", dt.date(2001, 1, 1), disposed_on=dt.date(2026, 1, 20),
          disposal_reason="sale", kind="I02-F20-01")  # fmt: skip
    for document in ("I35-F26-01", "I35-F26-02"):
        town.deliveries = {
            key: row for key, row in town.deliveries.items() if row["document_type"] != document
        }
        town.arrived(document, period="20240101")
    bench = town.searched("D32", "D36")
    rows = bench.frame("SELECT rule_id, is_suppressed FROM rule_state ORDER BY rule_id").rows()
    assert rows == [("D32", True), ("D36", True)]
    assert bench.frame("SELECT * FROM finding").is_empty()
