"""The rules about units and households (D38 to D42): each builds a few people who differ in one thing."""

from __future__ import annotations

import datetime as dt

import polars as pl

JANUARY, FEBRUARY, MARCH = (dt.date(2026, month, 1) for month in (1, 2, 3))
ADULT, ELDER = dt.date(1980, 5, 5), dt.date(1950, 5, 5)
WAGES = ("I24-F19-01", "I26-F19-01")


def number(name):
    return f"{name:<16}"[:16].encode()


def lives(town, name, address, since=dt.date(2020, 1, 1), **columns):
    """The resident register's address of a person; the key stands for the address."""
    town.add(
        "f02",
        name,
        "I01-F02-01",
        address_key=address,
        legal_dong_code="1111010100",
        moved_in_on=since,
        registration_status="resident",
        **columns,
    )


def alone(town, name, address=None, born=ADULT):
    """A household of one."""
    town.person(name, born)
    town.household(f"H-{name}", (name, "head"))
    if address is not None:
        lives(town, name, address)


def related(town, name, relative, relation, **columns):
    """A row of the family register, with the number of a relative whom the index knows."""
    columns = {"document_type": "I02-F03-01", "event": "current"} | columns
    town.add(
        "f03",
        name,
        columns.pop("document_type"),
        relation=relation,
        relative_national_id_token=number(relative),
        **columns,
    )


def divorced(town, one, other, day):
    for name, relative in ((one, other), (other, one)):
        related(
            town,
            name,
            relative,
            "spouse",
            document_type="I02-F03-02",
            event="divorce_by_agreement",
            effective_on=day,
            ended_on=day,
        )


def numbered(town, monkeypatch):
    """Let the index know the number of everybody in the town."""
    opened = town.open

    def open_with_numbers():
        bench = opened()
        names = list(town.people)
        bench.add(
            "person_token",
            pl.DataFrame(
                {
                    "national_id_token": [number(name) for name in names],
                    "person_id": [f"person-{name}" for name in names],
                },
                schema={"national_id_token": pl.Binary, "person_id": pl.String},
            ),
        )
        from pipelines.steps.household_units import build_assistance_units

        build_assistance_units(bench)
        return bench

    monkeypatch.setattr(town, "open", open_with_numbers)


def told(town, rule):
    """(name, programme, month, statement) of each finding."""
    return [
        (
            row["subject_id"].removeprefix("person-"),
            row["programme_code"],
            row["period"],
            row["statement"],
        )
        for row in town.findings(rule)
    ]


def names(town, rule):
    return {name for name, *_ in told(town, rule)}


def earned(town, name, amount, months=(FEBRUARY, MARCH), source="I24-F19-01"):
    for month in months:
        town.wage(name, source, month, amount)


def on_livelihood(town, name, months=(FEBRUARY, MARCH), amount=500_000):
    for month in months:
        town.paid(name, "P001", month, amount, document_type="I06-F35-01")


# D38: recognised income crossed the threshold


def test_d38_over_the_threshold_in_two_months_while_paid(town):
    """A unit of one: the threshold is 820,556, with the tolerance 845,172; 70 % of a wage counts."""
    for name, wage, months in (
        ("over", 1_207_390, (FEBRUARY, MARCH)),
        ("within", 1_207_388, (FEBRUARY, MARCH)),
        ("once", 3_000_000, (MARCH,)),
    ):
        alone(town, name)
        on_livelihood(town, name)
        earned(town, name, wage, months)
    alone(town, "unpaid")
    earned(town, "unpaid", 3_000_000)
    alone(town, "worker")
    on_livelihood(town, "worker")
    for month in (FEBRUARY, MARCH):
        # Pay of public work, which the welfare office pays itself.
        town.paid("worker", "P019", month, 1_500_000, document_type="I06-F35-05")
    alone(town, "year")
    on_livelihood(town, "year")
    town.add(
        "f11",
        "year",
        "I03-F11-01",
        delivered="2025",
        period=dt.date(2025, 12, 1),
        gross_amount=36_000_000,
        months_worked=12,
    )
    assert told(town, "D38") == [("over", "P001", MARCH, "income 845173; threshold 820556")]
    finding = town.bench.frame("SELECT * FROM finding").to_dicts()[0]
    assert (finding["first_period"], finding["amount_at_stake"]) == (FEBRUARY, 24_617)
    assert town.evidence(finding) == {("wage", "I24-F19-01"), ("payment", "I06-F35-01")}


def test_d38_a_unit_that_was_paid_before_or_refused_qualifies_now(town):
    for name in ("stopped", "refused", "stranger", "paid"):
        alone(town, name)
    on_livelihood(town, "stopped", (dt.date(2025, 11, 1), dt.date(2025, 12, 1)))
    on_livelihood(town, "paid")
    town.add(
        "f34",
        "refused",
        "I06-F34-01",
        programme_code="P001",
        status="refused",
        decided_on=dt.date(2026, 1, 15),
    )
    found = [row for row in told(town, "D38") if row[1] == "P001"]
    assert found == [
        ("refused", "P001", MARCH, "qualifies now; refused 2026-01-15"),
        ("stopped", "P001", MARCH, "qualifies now; last paid 2025-12-01"),
    ]
    first = town.bench.frame("SELECT * FROM finding WHERE subject_id = 'person-stopped'")
    assert first["amount_at_stake"].to_list() == [None]
    assert town.evidence(first.to_dicts()[0]) == {("payment", "I06-F35-01")}


# D39: divorced on paper, together in fact


def test_d39_at_one_address_six_months_after_the_divorce(town, monkeypatch):
    numbered(town, monkeypatch)
    half_a_year_ago = dt.date(2025, 9, 1)
    for pair, day, addresses in (
        ("case", half_a_year_ago, (1, 1)),
        ("fresh", dt.date(2025, 9, 2), (2, 2)),
        ("apart", half_a_year_ago, (3, 4)),
        ("crowd", half_a_year_ago, (5, 5)),
    ):
        for side, address in zip(("-a", "-b"), addresses, strict=True):
            alone(town, pair + side, address)
        divorced(town, f"{pair}-a", f"{pair}-b", day)
        on_livelihood(town, f"{pair}-a", (MARCH,))
    # An address without the number of the flat.
    alone(town, "neighbour", 5)
    # Married again, to somebody else at the same address.
    for name in ("ex", "wife", "husband"):
        alone(town, name, 6)
    divorced(town, "ex", "wife", half_a_year_ago)
    for one, other in (("wife", "husband"), ("husband", "wife")):
        related(town, one, other, "spouse", effective_on=dt.date(2025, 10, 1))
    on_livelihood(town, "ex", (MARCH,))
    assert told(town, "D39") == [
        ("case-a", "P001", MARCH, "divorced 2025-09-01; together since 2025-09-01")
    ]
    finding = town.bench.frame("SELECT * FROM finding").to_dicts()[0]
    assert (finding["action"], finding["amount_at_stake"]) == ("REV", 500_000)
    assert town.evidence(finding) == {
        ("divorce", "I02-F03-02"),
        ("residence", "I01-F02-01"),
        ("payment", "I06-F35-01"),
    }


# D40: unit too small


def entitled(town, name, head, programme="P001", since=dt.date(2025, 6, 1)):
    town.add(
        "f34",
        name,
        "I06-F34-01",
        programme_code=programme,
        unit_head_national_id_token=number(head),
        status="granted",
        decided_on=since,
        entitled_from=since,
    )


def family(town, name, *, child_born=dt.date(2008, 5, 5)):
    """Head, spouse and one child in one household, of whom the registers know all ties."""
    people = [f"{name}-{role}" for role in ("head", "wife", "child")]
    town.person(people[0], ADULT)
    town.person(people[1], ADULT)
    town.person(people[2], child_born)
    town.household(f"H-{name}", *zip(people, ("head", "spouse", "child"), strict=True))
    for one, other in ((0, 1), (1, 0)):
        related(town, people[one], people[other], "spouse", effective_on=dt.date(2005, 1, 1))
    for parent, role in ((people[0], "father"), (people[1], "mother")):
        related(town, people[2], parent, role)
        related(town, parent, people[2], "child")
    return people


def test_d40_a_spouse_or_young_child_that_the_decision_leaves_out(town, monkeypatch):
    numbered(town, monkeypatch)
    for name in ("whole", "other", "third"):
        people = family(town, name)
        for person in people:
            entitled(town, person, people[0])
    no_child = family(town, "child")
    for person in no_child[:2]:
        entitled(town, person, no_child[0])
    grown = family(town, "grown", child_born=dt.date(1996, 4, 1))
    for person in grown[:2]:
        entitled(town, person, grown[0])
    split = family(town, "split")
    for person, head in zip(split, (split[0], split[1], split[0]), strict=True):
        entitled(town, person, head)
    assert told(town, "D40") == [
        ("child-head", "P001", MARCH, "left out: spouse 0, children 1"),
        ("split-head", "P001", MARCH, "left out: spouse 1, children 0; a unit of their own"),
        ("split-wife", "P001", MARCH, "left out: spouse 1, children 1; a unit of their own"),
    ]
    finding = town.bench.frame("SELECT * FROM finding ORDER BY subject_id").to_dicts()[0]
    assert town.evidence(finding) == {
        ("kinship", "I02-F03-01"),
        ("residence", "I01-F02-01"),
        ("entitlement", "I06-F34-01"),
    }


def test_d40_a_sender_that_names_only_heads_leaves_nobody_out(town, monkeypatch):
    numbered(town, monkeypatch)
    for name in ("one", "two"):
        entitled(town, family(town, name)[0], f"{name}-head")
    assert told(town, "D40") == []


# D41: an undeclared cohabitant who earns


def test_d41_an_earner_at_the_address_who_is_not_in_the_unit(town, monkeypatch):
    numbered(town, monkeypatch)
    cases = {
        "case": {},
        "poor": {"wage": 499_999},
        "late": {"since": dt.date(2026, 1, 2)},
        "tenant": {"lease": True},
        "young": {"born": dt.date(2008, 5, 5)},
    }
    for address, (name, case) in enumerate(cases.items(), start=1):
        alone(town, name, address)
        on_livelihood(town, name, (MARCH,))
        other = f"{name}-other"
        town.person(other, case.get("born", ADULT))
        lives(town, other, address, case.get("since", dt.date(2025, 12, 1)))
        earned(town, other, case.get("wage", 500_000))
        if "lease" in case:
            town.add(
                "f22",
                other,
                "I05-F22-01",
                lease_kind="monthly_rent",
                monthly_rent_amount=200_000,
                lease_from=dt.date(2025, 12, 1),
                landlord_national_id_token=number(name),
            )
    assert told(town, "D41") == [("case", "P001", MARCH, "earners outside the unit 1; wage 500000")]
    finding = town.bench.frame("SELECT * FROM finding").to_dicts()[0]
    assert town.evidence(finding) == {
        ("residence", "I01-F02-01"),
        ("wage", "I24-F19-01"),
        ("payment", "I06-F35-01"),
    }


# D42: an obligor over the limit


def test_d42_a_child_elsewhere_over_the_limit_of_income_or_property(town, monkeypatch):
    numbered(town, monkeypatch)
    a_twelfth = 130_000_000 // 12
    for name, wage, house in (
        ("rich", a_twelfth + 1, None),
        ("limit", a_twelfth, None),
        ("owner", 0, 1_200_000_001),
        ("house", 0, 1_200_000_000),
    ):
        alone(town, name, born=ELDER)
        alone(town, f"{name}-child")
        related(town, f"{name}-child", name, "father")
        related(town, name, f"{name}-child", "child")
        on_livelihood(town, name, (MARCH,))
        if wage:
            for source in WAGES:
                earned(town, f"{name}-child", wage, source=source)
        if house:
            town.add(
                "f20",
                f"{name}-child",
                "I05-F20-01",
                parcel_no="p",
                assessed_amount=house,
                share_numerator=1,
                share_denominator=1,
            )
    # A rich child in the same household is in the unit, and D38 and D28 look at it.
    town.person("together", ELDER)
    town.person("together-child", ADULT)
    town.household("H-together", ("together", "head"), ("together-child", "child"))
    related(town, "together-child", "together", "father")
    on_livelihood(town, "together", (MARCH,))
    earned(town, "together-child", 20_000_000)
    assert told(town, "D42") == [
        ("owner", "P001", MARCH, "parent or child elsewhere over the limit of property"),
        ("rich", "P001", MARCH, "parent or child elsewhere over the limit of income"),
    ]
    finding = town.bench.frame("SELECT * FROM finding ORDER BY subject_id").to_dicts()[1]
    assert town.evidence(finding) == {
        ("kinship", "I02-F03-01"),
        ("means", "I24-F19-01"),
        ("payment", "I06-F35-01"),
    }
