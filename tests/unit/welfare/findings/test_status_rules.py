"""The rules about where people are and what they are: deaths, custody and stays abroad, care abroad,
stays that lapsed, conscripts, facilities, school, disability, job seekers, occupational pensions.

A test has one town: the case, near misses, the boundary, and people who are cleared.
"""

from __future__ import annotations

import datetime as dt

JANUARY, FEBRUARY, MARCH = (dt.date(2026, month, 1) for month in (1, 2, 3))
OLD = dt.date(1950, 5, 5)


def old_people(town, *names):
    for name in names:
        town.person(name, OLD)
        town.paid(name, "P029", MARCH, 349_700)


def accused(town, rule):
    """Names and months of the findings of `rule`."""
    return [
        (row["subject_id"].removeprefix("person-"), row["period"]) for row in town.findings(rule)
    ]


# D01: deceased but paid


def test_d01_a_later_date_of_death_wins_and_a_funeral_is_paid_for_the_dead(town):
    old_people(town, "late", "buried", "paid", "corrected")
    for name in ("late", "buried", "paid"):
        day = dt.date(2026, 1, 20)
        town.add("f04", name, "I01-F04-01", event="death", occurred_on=day, reported_on=day)
    # A correction moves the date of a registered death, and alone it tells of none.
    for name, day in (("late", dt.date(2026, 3, 2)), ("corrected", dt.date(2026, 1, 20))):
        town.add(
            "f04",
            name,
            "I01-F04-03",
            event="death_date_corrected",
            occurred_on=day,
            reported_on=dt.date(2026, 3, 9),
        )
    town.paid("buried", "P029", MARCH, -349_700, record_action="reversal")
    town.paid("buried", "P003", MARCH, 800_000, document_type="I06-F35-01")
    assert accused(town, "D01") == [("paid", MARCH)]


# D10: imprisoned while paid


def held(town, name, admitted, released=None, kind="convicted", document_type="I04-F07-01"):
    town.add(
        "f07",
        name,
        document_type,
        custody_type=kind,
        admitted_on=admitted,
        released_on=released,
    )


def test_d10_only_a_sentence_stops_a_pension(town):
    old_people(town, "sentenced", "treated", "awaiting", "fined")
    for name, kind, document_type in (
        ("sentenced", "convicted", "I04-F07-01"),
        ("treated", "treatment_mental", "I04-F07-04"),
        ("awaiting", "unconvicted", "I04-F07-02"),
        ("fined", "fine_labour", "I04-F07-01"),
    ):
        held(town, name, JANUARY, kind=kind, document_type=document_type)
    town.person("poor", dt.date(1980, 5, 5))
    held(town, "poor", JANUARY, kind="unconvicted", document_type="I04-F07-02")
    town.paid("poor", "P001", MARCH, 500_000, document_type="I06-F35-01")
    assert accused(town, "D10") == [("poor", MARCH), ("sentenced", MARCH), ("treated", MARCH)]


def test_d10_a_transfer_leaves_no_spell_open(town):
    old_people(town, "released", "moved")
    held(town, "released", dt.date(2025, 6, 1))
    held(town, "released", dt.date(2025, 9, 1), dt.date(2026, 2, 10))
    held(town, "moved", dt.date(2025, 6, 1), dt.date(2025, 9, 1))
    held(town, "moved", dt.date(2025, 9, 1))
    assert accused(town, "D10") == [("moved", MARCH)]


# D11: long stay abroad


def crossed(town, name, day, direction, document_type="I04-F06-01", passport=None):
    town.add("f06", name, document_type, moved_on=day, direction=direction, passport_no=passport)


def test_d11_who_came_back_in_some_way_is_no_finding(town):
    left = dt.date(2025, 11, 1)
    old_people(town, "away", "misread", "tripper", "namesake", "returner")
    crossed(town, "away", left, "out", passport="M1")
    # The number of the entry was misread, the passport was not.
    crossed(town, "misread", left, "out", passport="M2")
    town.person("stranger", OLD)
    crossed(town, "stranger", dt.date(2025, 11, 9), "in", passport="M2")
    # Out and back on one day.
    crossed(town, "tripper", left, "out")
    crossed(town, "tripper", left, "in")
    # The estimate knows a name and a birth date: it begins no stay, and ends one.
    crossed(town, "namesake", left, "out", "I04-F06-03")
    crossed(town, "returner", left, "out")
    crossed(town, "returner", dt.date(2025, 12, 1), "in", "I04-F06-03")
    assert accused(town, "D11") == [("away", MARCH)]


def test_d11_who_lands_and_leaves_again_on_one_day_is_abroad(town):
    old_people(town, "kim")
    for day, direction in (
        (dt.date(2025, 8, 1), "out"),
        (dt.date(2025, 11, 1), "in"),
        (dt.date(2025, 11, 1), "out"),
        (dt.date(2026, 3, 20), "in"),
    ):
        crossed(town, "kim", day, direction)
    found = town.findings("D11")
    assert [(row["period"], row["statement"]) for row in found] == [
        (MARCH, "left 2025-11-01; paid 349700")
    ]


# D12: care while abroad


def treated(town, name, day, cost=40_000, kind="medical_outpatient", **columns):
    columns = {"document_type": "I25-F32-02", "provider_no": "clinic"} | columns
    document_type = columns.pop("document_type")
    town.add("f32", name, document_type, care_kind=kind, care_from=day, cost_amount=cost, **columns)


def test_d12_care_on_a_day_abroad(town):
    left, back = dt.date(2026, 1, 10), dt.date(2026, 3, 20)
    names = ("patient", "edges", "prescription", "cancelled", "at_home", "carer", "registered")
    for name in names:
        town.person(name, OLD)
        crossed(town, name, left, "out")
        crossed(town, name, back, "in")
    treated(town, "patient", dt.date(2026, 1, 12))
    treated(town, "patient", dt.date(2026, 1, 28), cost=60_000)
    treated(town, "patient", dt.date(2026, 1, 12), document_type="I24-F32-01", kind="outpatient")
    for day in (left, dt.date(2026, 1, 11), dt.date(2026, 3, 19), back):
        treated(town, "edges", day)
    treated(town, "prescription", FEBRUARY, kind="medicine_dispensed", document_type="I25-F32-04")
    treated(town, "cancelled", FEBRUARY, document_type="I24-F32-01", kind="outpatient")
    treated(
        town,
        "cancelled",
        FEBRUARY,
        cost=-40_000,
        kind="outpatient",
        document_type="I24-F32-01",
        record_action="reversal",
    )
    # A month of care at home, of which only a part lies abroad, and one that lies there whole.
    for name, month, last in (
        ("at_home", JANUARY, dt.date(2026, 1, 31)),
        ("carer", FEBRUARY, dt.date(2026, 2, 28)),
    ):
        treated(
            town,
            name,
            month,
            kind="home_visit_care",
            document_type="I24-F32-02",
            care_to=last,
        )
    treated(town, "registered", FEBRUARY, kind="special_copay_cancer", document_type="I24-F32-03")
    found = town.findings("D12")
    assert [
        (row["person_id"], row["period"], row["amount_at_stake"], row["statement"]) for row in found
    ] == [
        ("person-carer", FEBRUARY, 40_000, "left 2026-01-10; treated 2026-02-01"),
        ("person-patient", JANUARY, 100_000, "left 2026-01-10; treated 2026-01-12"),
    ]
    assert (found[1]["action"], found[1]["programme_code"]) == ("REV", None)
    assert town.evidence(found[1]) == {
        ("care", "I25-F32-02"),
        ("care", "I24-F32-01"),
        ("exit", "I04-F06-01"),
    }


# D13: status of stay lapsed


def stays(town, name, until, status="E-9", document_type="I04-F05-01"):
    town.add(
        "f05",
        name,
        document_type,
        stay_status=status,
        stay_from=dt.date(2023, 1, 1),
        stay_to=until,
    )


def test_d13_paid_after_the_stay_ran_out(town):
    ended = dt.date(2025, 10, 31)
    for name in ("lapsed", "extended", "permanent", "refugee", "endless", "parent", "boundary"):
        town.person(name, dt.date(1985, 5, 5), foreign=True)
        stays(town, name, ended)
        programme = "P001" if name == "parent" else "P047"
        town.paid(name, programme, MARCH, 400_000, document_type="I06-F35-03")
    stays(town, "extended", dt.date(2027, 10, 31), document_type="I04-F05-03")
    stays(town, "permanent", ended, "F-5")
    stays(town, "refugee", ended, "F-2-4", "I04-F05-06")
    stays(town, "endless", None)
    # The child may receive, so that the unit may.
    town.person("child", dt.date(2018, 5, 5))
    town.household("H", ("parent", "head"), ("child", "child"))
    # Thirty days are given for an extension.
    stays(town, "boundary", dt.date(2026, 1, 30), document_type="I04-F05-03")
    # A citizen, once a foreigner.
    town.person("citizen", dt.date(1985, 5, 5))
    stays(town, "citizen", ended)
    town.paid("citizen", "P047", MARCH, 400_000)
    # A programme that asks for no status.
    town.person("worker", dt.date(1985, 5, 5), foreign=True)
    stays(town, "worker", ended)
    town.paid("worker", "P229", MARCH, 80_000)
    found = town.findings("D13")
    assert [(row["person_id"], row["period"], row["amount_at_stake"]) for row in found] == [
        ("person-lapsed", MARCH, 400_000)
    ]
    assert (found[0]["action"], found[0]["statement"]) == (
        "HOLD",
        "stay ended 2025-10-31; paid 400000",
    )
    assert town.evidence(found[0]) == {("payment", "I06-F35-03"), ("stay", "I04-F05-01")}


def test_d13_grace_to_the_day(town):
    for name, until in (("late", dt.date(2026, 1, 29)), ("in_time", dt.date(2026, 1, 30))):
        town.person(name, dt.date(1985, 5, 5), foreign=True)
        stays(town, name, until)
        town.paid(name, "P029", MARCH, 349_700)
    assert accused(town, "D13") == [("late", MARCH)]


# D14: conscript counted in the unit


def serves(town, name, enlisted, discharged=None, **columns):
    columns = {"document_type": "I15-F08-02", "service_type": "army_conscript"} | columns
    document_type = columns.pop("document_type")
    town.add(
        "f08",
        name,
        document_type,
        status="serving" if discharged is None else "discharged",
        enlisted_on=enlisted,
        discharged_on=discharged,
        **columns,
    )


def entitled(town, name, programme="P001", status="granted", since=dt.date(2024, 1, 1), until=None):
    town.add(
        "f34",
        name,
        "I06-F34-01",
        programme_code=programme,
        status=status,
        entitled_from=since,
        entitled_to=until,
    )


def test_d14_a_conscript_whom_the_benefit_counts(town):
    enlisted = dt.date(2025, 9, 1)
    town.person("mother", dt.date(1975, 5, 5))
    sons = ("soldier", "alone", "at_home", "career", "discharged", "left_out", "recruit")
    for name in sons:
        town.person(name, dt.date(2004, 5, 5))
        if name != "left_out":
            entitled(town, name)
    entitled(town, "left_out")
    entitled(town, "left_out", status="ended", since=dt.date(2025, 10, 1))
    town.household("H", ("mother", "head"), *((name, "child") for name in sons if name != "alone"))
    town.household("A", ("alone", "head"))
    town.paid("mother", "P001", MARCH, 900_000, document_type="I06-F35-01")
    town.paid("alone", "P001", MARCH, 700_000, document_type="I06-F35-01")
    for name in ("soldier", "alone", "left_out"):
        serves(town, name, enlisted)
    serves(town, "at_home", enlisted, service_type="home_based_reservist")
    serves(town, "career", enlisted, document_type="I14-F08-01", service_type="sergeant")
    serves(town, "discharged", enlisted, dt.date(2026, 3, 31))
    serves(town, "recruit", MARCH)
    found = town.findings("D14")
    assert [(row["person_id"], row["amount_at_stake"], row["action"]) for row in found] == [
        ("person-alone", 700_000, "REV"),
        ("person-soldier", None, "REV"),
    ]
    assert town.evidence(found[1]) == {
        ("payment", "I06-F35-01"),
        ("service", "I15-F08-02"),
        ("entitlement", "I06-F34-01"),
    }


# D15: facility resident with home care


def lives_in(town, name, admitted, left=None, kind="nursing_home", document_type="I24-F36-01"):
    town.add("f36", name, document_type, facility_kind=kind, admitted_on=admitted, left_on=left)


def cared_at_home(town, name, month=MARCH):
    town.paid(name, "P120", month, 260_000, document_type="I06-F35-08", in_kind=True)


def test_d15_care_at_home_for_a_resident(town):
    admitted = dt.date(2025, 6, 1)
    names = ("resident", "new", "left", "told_twice", "short", "group_home", "day")
    for name in names:
        town.person(name, OLD)
        cared_at_home(town, name)
    lives_in(town, "resident", admitted)
    lives_in(town, "resident", dt.date(2025, 6, 10), document_type="I06-F36-01")
    lives_in(town, "new", MARCH)
    lives_in(town, "left", admitted, dt.date(2026, 3, 31))
    # The ministry's list has not heard yet that the person left.
    lives_in(town, "told_twice", admitted, dt.date(2026, 2, 3))
    lives_in(town, "told_twice", dt.date(2025, 6, 3), document_type="I06-F36-01")
    lives_in(town, "short", admitted, kind="elderly_short_stay")
    lives_in(town, "group_home", admitted, kind="disabled_group_home", document_type="I06-F36-02")
    found = town.findings("D15")
    assert [(row["person_id"], row["amount_at_stake"], row["statement"]) for row in found] == [
        ("person-resident", 260_000, "nursing_home since 2025-06-01; paid 260000")
    ]
    assert found[0]["action"] == "HOLD"
    assert town.evidence(found[0]) == {
        ("payment", "I06-F35-08"),
        ("stay", "I24-F36-01"),
        ("stay", "I06-F36-01"),
    }


def test_d15_the_stay_fills_the_month(town):
    for name, left in (("whole", dt.date(2026, 4, 1)), ("most", dt.date(2026, 3, 31))):
        town.person(name, OLD)
        cared_at_home(town, name)
        lives_in(town, name, dt.date(2026, 2, 28), left)
    assert accused(town, "D15") == [("whole", MARCH)]


def test_d15_an_old_list_tells_nothing(town):
    town.person("kim", OLD)
    cared_at_home(town, "kim")
    lives_in(town, "kim", dt.date(2025, 6, 1))
    town.deliveries = {
        name: row | {"period": "20251001"} if row["document_type"] == "I24-F36-01" else row
        for name, row in town.deliveries.items()
    }
    assert town.findings("D15") == []


# D16: school left


def studies(town, name, status, left=None, document_type="I08-F09-04", enrolled=None):
    town.add(
        "f09",
        name,
        document_type,
        level="university",
        status=status,
        enrolled_on=enrolled,
        left_on=left,
    )


def test_d16_a_scholarship_after_leaving(town):
    left = dt.date(2025, 12, 21)
    names = ("dropout", "moved", "back", "enrolled", "graduate", "on_leave", "recent")
    for name in names:
        town.person(name, dt.date(2004, 5, 5))
        town.paid(name, "P202", FEBRUARY, 1_750_000, document_type="I34-F35-01")
    for name in ("dropout", "moved", "back"):
        studies(town, name, "dropped_out", left)
    studies(town, "moved", "enrolled", enrolled=dt.date(2026, 3, 1))
    studies(town, "back", "returned", dt.date(2026, 1, 10), "I08-F09-02")
    studies(town, "enrolled", "enrolled")
    studies(town, "graduate", "graduated", left)
    studies(town, "on_leave", "on_leave")
    studies(town, "recent", "dropped_out", dt.date(2026, 1, 2))
    # Pupils, of whom a leave has its day.
    town.person("pupil", dt.date(2012, 5, 5))
    town.paid("pupil", "P193", MARCH, 480_000, document_type="I08-F35-01")
    studies(town, "pupil", "on_leave", left, "I08-F09-02")
    found = town.findings("D16")
    assert [(row["person_id"], row["period"], row["statement"]) for row in found] == [
        ("person-dropout", FEBRUARY, "dropped_out 2025-12-21; paid 1750000"),
        ("person-pupil", MARCH, "on_leave 2025-12-21; paid 480000"),
    ]
    assert found[0]["action"] == "REV"
    assert town.evidence(found[0]) == {("payment", "I34-F35-01"), ("school", "I08-F09-04")}


def test_d16_grace_to_the_day(town):
    for name, left in (("late", dt.date(2026, 1, 29)), ("in_time", dt.date(2026, 1, 30))):
        town.person(name, dt.date(2004, 5, 5))
        town.paid(name, "P202", MARCH, 1_750_000, document_type="I34-F35-01")
        studies(town, name, "dropped_out", left)
    assert accused(town, "D16") == [("late", MARCH)]


# D17: disability assessment expired


def assessed(town, name, until, severity="severe", document_type="I06-F31-01"):
    town.add(
        "f31",
        name,
        document_type,
        severity=severity,
        assessed_on=dt.date(2020, 1, 1),
        valid_to=until,
    )


def test_d17_paid_after_the_assessment_ran_out(town):
    expired = dt.date(2025, 10, 12)
    names = ("expired", "lasting", "second", "reviewed", "refused", "unregistered")
    for name in names:
        town.person(name, dt.date(1980, 5, 5))
        town.paid(name, "P047", FEBRUARY, 439_700, document_type="I06-F35-03")
        if name != "unregistered":
            assessed(town, name, None if name == "lasting" else expired)
    assessed(town, "second", None, "mild")
    assessed(town, "reviewed", dt.date(2028, 1, 1), document_type="I23-F31-01")
    assessed(town, "refused", None, "not_recognised", "I23-F31-01")
    assessed(town, "unregistered", expired, document_type="I23-F31-01")
    found = town.findings("D17")
    assert [(row["person_id"], row["statement"], row["action"]) for row in found] == [
        ("person-expired", "valid to 2025-10-12; paid 439700", "REV"),
        ("person-refused", "valid to 2025-10-12; paid 439700", "REV"),
    ]
    assert town.evidence(found[0]) == {("payment", "I06-F35-03"), ("assessment", "I06-F31-01")}


def test_d17_grace_to_the_day(town):
    for name, until in (("late", dt.date(2025, 12, 30)), ("in_time", dt.date(2025, 12, 31))):
        town.person(name, dt.date(1980, 5, 5))
        town.paid(name, "P047", MARCH, 439_700)
        assessed(town, name, until)
    assert accused(town, "D17") == [("late", MARCH)]


# D18: working while unemployed. The highest benefit of a day is 68,100 won.


def seeks_work(town, name, amount, month=MARCH, **columns):
    columns = {"document_type": "I07-F16-01", "transfer_code": "job_seeker_allowance"} | columns
    document_type = columns.pop("document_type")
    town.add(
        "f16",
        name,
        document_type,
        period=month,
        amount=amount,
        entitled_from=dt.date(2026, 1, 15),
        **columns,
    )


def worked(town, name, days, month=MARCH, document_type="I03-F12-01"):
    town.add(
        "f12", name, document_type, period=month, days_worked=days, gross_amount=days * 150_000
    )


def test_d18_more_days_than_the_month_has(town):
    # 28 days of 68,100; March has 31.
    month_of_benefit = 28 * 68_100
    names = ("worker", "few_days", "two_rounds", "reversed", "sick", "other_month", "by_day")
    for name in names:
        town.person(name, dt.date(1980, 5, 5))
    seeks_work(town, "worker", month_of_benefit)
    seeks_work(town, "worker", month_of_benefit, document_type="I27-F16-01")
    worked(town, "worker", 9)
    seeks_work(town, "few_days", 10 * 68_100)
    worked(town, "few_days", 20)
    seeks_work(town, "two_rounds", 56 * 68_100)
    worked(town, "two_rounds", 9)
    seeks_work(town, "reversed", month_of_benefit)
    seeks_work(town, "reversed", -month_of_benefit, record_action="reversal")
    worked(town, "reversed", 9)
    seeks_work(town, "sick", month_of_benefit, transfer_code="sickness_allowance")
    worked(town, "sick", 9)
    seeks_work(town, "other_month", month_of_benefit)
    worked(town, "other_month", 9, FEBRUARY)
    seeks_work(town, "by_day", month_of_benefit)
    for day in range(2, 10):
        town.add("f10", "by_day", "I27-F10-03", hired_on=dt.date(2026, 3, day))
    found = town.findings("D18")
    assert [(row["person_id"], row["programme_code"], row["amount_at_stake"]) for row in found] == [
        ("person-by_day", "P133", 5 * 68_100),
        ("person-worker", "P133", 6 * 68_100),
    ]
    assert found[1]["statement"] == "paid 1906800 for at least 28 days; worked 9 days"
    assert found[1]["action"] == "REV"
    assert town.evidence(found[1]) == {("benefit", "I07-F16-01"), ("work", "I03-F12-01")}


def test_d18_two_days_are_tolerated(town):
    for name, days in (("more", 6), ("two", 5)):
        town.person(name, dt.date(1980, 5, 5))
        seeks_work(town, name, 28 * 68_100)
        worked(town, name, days)
    assert accused(town, "D18") == [("more", MARCH)]


def test_d18_an_insured_job_that_began_after_the_benefit(town):
    for name, began, ended in (
        ("hired", dt.date(2026, 2, 20), None),
        ("old_job", dt.date(2025, 2, 1), None),
        ("ended", dt.date(2026, 2, 20), dt.date(2026, 3, 20)),
        ("in_march", dt.date(2026, 3, 2), None),
    ):
        town.person(name, dt.date(1980, 5, 5))
        seeks_work(town, name, 28 * 68_100)
        town.add(
            "f18",
            name,
            "I26-F18-01",
            scheme="employment_insurance",
            member_type="regular",
            acquired_on=began,
            lost_on=ended,
        )
    found = town.findings("D18")
    assert [(row["person_id"], row["amount_at_stake"]) for row in found] == [
        ("person-hired", 28 * 68_100)
    ]
    assert town.evidence(found[0]) == {("benefit", "I07-F16-01"), ("work", "I26-F18-01")}


# D27: occupational pension beside the basic pension


def pensioned(town, name, amount=1_900_000, **columns):
    columns = {
        "document_type": "I28-F15-01",
        "pension_type": "retirement",
        "payment_status": "paying",
        "entitled_from": dt.date(2015, 1, 1),
        "period": MARCH,
    } | columns
    document_type = columns.pop("document_type")
    town.add("f15", name, document_type, amount=amount, **columns)


def married(town, one, other):
    town.household(f"{one}-{other}", (one, "head"), (other, "spouse"))


def test_d27_one_of_a_couple_holds_an_occupational_pension(town):
    old_people(
        town, "holder", "husband", "single", "national", "reversed", "divided", "new", "ended"
    )
    pensioned(town, "holder")
    town.person("wife", OLD)
    pensioned(town, "wife", document_type="I29-F15-01")
    married(town, "husband", "wife")
    pensioned(town, "national", document_type="I23-F15-01", pension_type="old_age")
    pensioned(town, "reversed")
    pensioned(town, "reversed", -1_900_000, record_action="reversal")
    pensioned(town, "divided", document_type="I28-F15-05", pension_type="divided")
    pensioned(town, "new", entitled_from=MARCH)
    pensioned(town, "ended", period=FEBRUARY)
    found = town.findings("D27")
    assert [
        (row["person_id"], row["statement"], row["amount_at_stake"], row["action"]) for row in found
    ] == [
        ("person-holder", "occupational pension: own; paid 349700", 349_700, "HOLD"),
        ("person-husband", "occupational pension: spouse; paid 349700", 349_700, "HOLD"),
    ]
    assert town.evidence(found[0]) == {("payment", "I06-F35-02"), ("pension", "I28-F15-01")}
    assert town.evidence(found[1]) == {
        ("payment", "I06-F35-02"),
        ("pension", "I29-F15-01"),
        ("marriage", "I01-F02-01"),
    }


def test_d27_who_was_old_before_the_law_keeps_half(town):
    for name, born, amount in (
        ("keeps", dt.date(1949, 6, 30), 174_000),
        ("too_much", dt.date(1949, 6, 30), 349_700),
        ("too_young", dt.date(1949, 7, 1), 174_000),
    ):
        town.person(name, born)
        town.paid(name, "P029", MARCH, amount)
        pensioned(town, name)
    assert accused(town, "D27") == [("too_much", MARCH), ("too_young", MARCH)]


# All


def test_a_rule_without_its_feed_is_silent(town):
    """Each person is a case of one rule, as in the tests above, but for the feed that is missing."""
    young, foreign = dt.date(2004, 5, 5), dt.date(1985, 5, 5)
    old_people(town, "traveller", "pensioner")
    crossed(town, "traveller", JANUARY, "out")
    treated(town, "traveller", FEBRUARY)
    town.person("foreigner", foreign, foreign=True)
    stays(town, "foreigner", dt.date(2025, 1, 1))
    town.paid("foreigner", "P029", MARCH, 349_700)
    town.person("soldier", young)
    entitled(town, "soldier")
    town.paid("soldier", "P001", MARCH, 700_000)
    serves(town, "soldier", dt.date(2025, 9, 1))
    town.person("student", young)
    town.paid("student", "P202", MARCH, 1_750_000)
    studies(town, "student", "dropped_out", dt.date(2025, 12, 1))
    town.person("disabled", young)
    town.paid("disabled", "P047", MARCH, 439_700)
    assessed(town, "disabled", dt.date(2025, 1, 1))
    town.person("claimant", young)
    seeks_work(town, "claimant", 28 * 68_100)
    worked(town, "claimant", 20)
    pensioned(town, "pensioner")
    missing = {
        *("I04-F06-01", "I04-F06-02", "I04-F05-03", "I15-F08-02", "I06-F31-01"),
        *("I08-F09-01", "I08-F09-02", "I08-F09-03", "I08-F09-04", "I07-F16-01", "I27-F16-01"),
        *("I28-F15-01", "I29-F15-01", "I14-F15-01", "I30-F15-01"),
    }
    town.deliveries = {
        name: row for name, row in town.deliveries.items() if row["document_type"] not in missing
    }
    rules = ("D12", "D13", "D14", "D16", "D17", "D18", "D27")
    bench = town.searched(*rules)
    assert bench.value("SELECT count(*) FROM finding") == 0
    assert bench.value("SELECT count(*) FROM rule_state WHERE is_suppressed") == len(rules)
