"""Rules about who somebody is and whether they live: each on a town of cases and near misses."""

import datetime as dt

import pytest

BORN = dt.date(1950, 4, 7)
PENSION = "P029"
DEATH_FEEDS = ("I25-F04-01", "I06-F04-01", "I24-F04-01", "I37-F04-01", "I01-F04-04")
CARE_FEEDS = ("I25-F32-02", "I24-F32-01", "I25-F32-03", "I24-F32-02")
REGISTER_FEEDS = ("I01-F02-01", "I01-F02-05", "I01-F02-06")
FOOTPRINT_FEEDS = (
    "I01-F02-01", "I27-F10-01", "I24-F18-03", "I35-F26-01", "I25-F32-02",
)  # fmt: skip
OLD_NUMBER, NEW_NUMBER = b"old number......", b"new number......"


def day(month, number=1, year=2026):
    return dt.date(year, month, number)


def subjects(findings):
    """Who was found, with the month: {("ada", 2), …}."""
    return {(row["subject_id"].removeprefix("person-"), row["period"].month) for row in findings}


def died(town, person, document_type, event, on, told=None):
    town.add("f04", person, document_type, event=event, occurred_on=on, reported_on=told or on)


def treated(town, person, on, document_type="I25-F32-02"):
    town.add("f32", person, document_type, care_from=on, care_to=on)


def test_d02_a_death_that_no_register_knows(town):
    """The town is seen on 1 April; every pension is paid for January and March."""
    town.arrived(*DEATH_FEEDS)
    for name in (
        "case", "registered", "fresh", "boundary", "withdrawn", "treated", "two_tell", "late_bill",
        "moved_grave", "unnumbered", "unnumbered_twice", "restored", "alive",
    ):  # fmt: skip
        town.person(name, BORN)
        town.paid(name, PENSION, day(1), 349_700)
        town.paid(name, PENSION, day(3), 349_700)
        on = day(1, 20)
        event, document_type = "death_in_facility", "I24-F04-01"
        if name == "moved_grave":
            event, document_type = "reinterment", "I37-F04-01"
        told = {"fresh": day(3, 26), "boundary": day(3, 25)}.get(name)
        died(town, name, document_type, event, on, told)
    died(town, "registered", "I01-F04-01", "death", day(1, 20))
    died(town, "withdrawn", "I24-F04-01", "report_cancelled", day(1, 20), day(1, 25))
    treated(town, "treated", day(2, 11))
    treated(town, "late_bill", day(1, 27))
    died(town, "two_tell", "I06-F04-01", "cremation", day(1, 23))
    treated(town, "two_tell", day(2, 11))
    town.linked |= {"unnumbered", "unnumbered_twice"}
    died(town, "unnumbered_twice", "I37-F04-01", "burial", day(1, 23))
    died(town, "restored", "I01-F04-03", "death_cancelled", day(1, 20), day(2, 20))
    died(town, "alive", "I01-F04-04", "alive_confirmed", day(2, 20))

    found = town.findings("D02")

    assert subjects(found) == {
        (name, 3) for name in ("case", "boundary", "two_tell", "late_bill", "unnumbered_twice")
    }
    case = next(row for row in found if row["subject_id"] == "person-case")
    assert (case["action"], case["amount_at_stake"]) == ("REV", 349_700)
    assert town.evidence(case) == {("payment", "I06-F35-02"), ("death", "I24-F04-01")}


def test_d02_is_silent_while_no_register_of_deaths_arrives(empty_town):
    empty_town.arrived(*DEATH_FEEDS)
    empty_town.person("case", BORN)
    empty_town.paid("case", PENSION, day(3), 349_700)
    died(empty_town, "case", "I24-F04-01", "death_in_facility", day(1, 20))
    assert empty_town.findings("D02") == []


def test_d03_paid_until_a_late_report(town):
    """Thirty days are in time, thirty-one are late; abroad ninety."""
    reports = {
        "in_time": ("I01-F04-01", "death", day(1, 20), day(2, 19)),
        "late": ("I01-F04-01", "death", day(1, 20), day(2, 20)),
        "very_late": ("I01-F04-01", "death", day(1, 20), day(3, 20)),
        "abroad": ("I02-F04-02", "death_abroad", day(1, 20), day(3, 20)),
        "told_elsewhere": ("I01-F04-01", "death", day(1, 20), day(3, 20)),
        "repaid": ("I01-F04-01", "death", day(1, 20), day(2, 20)),
    }
    for name, (document_type, event, on, told) in reports.items():
        town.person(name, BORN)
        for month in (1, 2, 3):
            town.paid(name, PENSION, day(month), 349_700)
        died(town, name, document_type, event, on, told)
    died(town, "told_elsewhere", "I02-F04-02", "death", day(1, 20), day(1, 30))
    for month in (2, 3):
        town.paid("repaid", PENSION, day(month), -349_700, record_action="reversal")

    found = town.findings("D03")

    assert subjects(found) == {("late", 2), ("very_late", 2), ("very_late", 3)}
    assert town.evidence(found[0]) == {("payment", "I06-F35-02"), ("death", "I01-F04-01")}


def lost(town, name, document_type="I01-F02-05", status="unknown_residence", on=day(1, 20)):
    town.add("f02", name, document_type, registration_status=status, moved_out_on=on)


def test_d04_paid_without_a_registration(town):
    town.arrived(*REGISTER_FEEDS)
    for name in (
        "case", "emigrated", "missing", "in_kind", "housed", "resident", "moved_in", "back_midway",
        "revoked", "treated", "status_only", "double_entry", "moved_before_list",
        "surveyed",
    ):  # fmt: skip
        town.person(name, BORN)
        for month in (1, 2, 3):
            town.paid(name, "P001", day(month), 500_000, in_kind=name == "in_kind")
    for name in ("case", "in_kind", "housed", "resident"):
        lost(town, name)
    for name in ("moved_in", "back_midway"):
        lost(town, name, "I01-F02-06", "cancelled_other")
    lost(town, "moved_before_list", on=day(1, 5, 2025))
    town.add("f02", "moved_before_list", "I01-F02-03", moved_in_on=day(2, 10))
    lost(town, "emigrated", "I01-F02-06", "cancelled_emigration")
    lost(town, "double_entry", "I01-F02-06", "cancelled_other")
    for name in ("missing", "revoked", "treated", "surveyed"):
        died(town, name, "I02-F04-03", "adjudged_missing", day(1, 2, 2021), day(1, 20))
    died(town, "revoked", "I02-F04-03", "declaration_revoked", day(1, 2, 2021), day(2, 5))
    treated(town, "treated", day(2, 5))
    town.add("f02", "surveyed", "I01-F02-10", registration_status="resident")
    town.add("f36", "housed", "I37-F36-01", facility_kind="homeless_rehabilitation",
             admitted_on=day(2, 10), left_on=day(2, 20))  # fmt: skip
    for name in ("resident", "double_entry"):
        town.add("f02", name, "I01-F02-01", registration_status="resident",
                 moved_in_on=day(5, 1, 2020))  # fmt: skip
    town.add("f02", "moved_in", "I01-F02-03", moved_in_on=day(1, 30))
    town.add("f02", "back_midway", "I01-F02-06", registration_status="re_registered",
             moved_in_on=day(3, 10))  # fmt: skip
    town.add("f01", "status_only", "I01-F01-02", status="cancelled", changed_on=day(2, 10))

    found = town.findings("D04")

    assert subjects(found) == {
        ("case", 2), ("case", 3),
        ("emigrated", 2), ("emigrated", 3),
        ("missing", 2), ("missing", 3),
        ("housed", 3),
        ("back_midway", 2),
        ("status_only", 3),
        ("moved_before_list", 3),
    }  # fmt: skip
    assert {row["action"] for row in found} == {"HOLD"}
    case = next(row for row in found if row["subject_id"] == "person-case")
    assert case["statement"] == "unknown residence since 2026-01-20; paid 500000"
    assert town.evidence(case) == {("payment", "I06-F35-02"), ("registration", "I01-F02-05")}


def test_d04_is_silent_while_the_household_register_is_missing(town):
    """Whoever was registered again would stand there."""
    town.arrived("I01-F02-05")
    town.deliveries.pop("I01-F02-01_202603_001", None)
    town.person("case", BORN)
    town.paid("case", "P001", day(3), 500_000)
    lost(town, "case")
    assert town.findings("D04") == []


def test_d05_paid_under_the_old_and_the_new_number(town):
    numbers = {}
    for name in ("case", "change_month", "split", "reversed", "unconnected"):
        town.person(name, BORN)
        old, new = (f"{name:<15}{end}".encode() for end in "ON")
        numbers[name] = (old, new)
        if name != "unconnected":
            town.add("f01", name, "I01-F01-03", changed_on=day(2, 10), national_id_token=new,
                     previous_national_id_token=old)  # fmt: skip
    town.arrived("I01-F01-03")

    def pay(name, which, month, amount=349_700, programme=PENSION, **columns):
        token = numbers[name][which]
        town.paid(name, programme, day(month), amount, national_id_token=token, **columns)

    for name in ("case", "unconnected", "reversed"):
        pay(name, 0, 3, 100_000)
        pay(name, 1, 3)
    pay("reversed", 0, 3, -100_000, record_action="reversal")
    for which in (0, 1):
        pay("change_month", which, 2)
    pay("split", 0, 3, programme="P001")
    pay("split", 1, 3)

    (found,) = town.findings("D05")

    assert found["subject_id"] == "person-case"
    assert found["amount_at_stake"] == 100_000
    assert town.evidence(found) == {
        ("payment under the old number", "I06-F35-02"),
        ("payment", "I06-F35-02"),
        ("number change", "I01-F01-03"),
    }


def pair(town, name, *, registered=("", "_again"), **shared):
    """Two people of the index called the same; the resident register knows these of the two."""
    for which in ("", "_again"):
        town.person(name + which, BORN)
        town.describe(name + which, full_name=f"{name} kim", **shared)
    for which in registered:
        town.add("f01", name + which, "I01-F01-01", status="active")
    town.paid(name, PENSION, day(3), 349_700, account_no=f"1-{name}")


def question(town, left, right, weight):
    """What the index asks about two signatures."""
    sides = {side: str(list(town.people).index(name) + 1) for side, name in
             (("left", left), ("right", right))}  # fmt: skip
    return {"kind": "could_also_be", "match_weight": weight, **sides}


def test_d06_two_identities_of_one_person(town):
    pair(town, "address", address="서울특별시 종로구 1")
    town.paid("address_again", "P001", day(3), 500_000, region="26350")
    pair(town, "account")
    town.paid("account_again", PENSION, day(3), 349_700, region="26350", account_no="1-account")
    for name, months in (("unissued", (2, 3)), ("slip", (3,))):
        pair(town, name, registered=("",))
        for month in months:
            town.paid(f"{name}_again", PENSION, day(month), 349_700)
    pair(town, "namesake")
    town.paid("namesake_again", PENSION, day(3), 349_700)
    pair(town, "other_month", address="서울특별시 종로구 2")
    town.paid("other_month_again", PENSION, day(2), 349_700)
    for name, weight in (("asked", 5.0), ("hardly_asked", 4.9), ("whose_is_it", 9.0)):
        pair(town, name)
        town.describe(f"{name}_again", full_name="another spelling")
        town.paid(f"{name}_again", PENSION, day(3), 349_700, region="26350")
        town.questions.append(question(town, name, f"{name}_again", weight))
    # The question is about a record of the one that bears no number.
    town.person("unnumbered_record", BORN)
    town.describe("unnumbered_record", full_name="whose_is_it kim", national_id_token=None)
    town.people["unnumbered_record"]["person_id"] = "person-whose_is_it"
    town.questions[-1] = question(town, "unnumbered_record", "whose_is_it_again", 9.0)
    pair(town, "unnumbered", address="서울특별시 종로구 4")
    town.described["unnumbered_again"]["national_id_token"] = None
    town.paid("unnumbered_again", PENSION, day(3), 349_700)
    for name in ("twin_a", "twin_b"):
        town.person(name, BORN)
        town.describe(name, address="서울특별시 종로구 3")
        town.paid(name, PENSION, day(3), 349_700)

    found = town.findings("D06")

    assert subjects(found) == {("address", 3), ("account", 3), ("unissued", 3), ("asked", 3)}
    address = next(row for row in found if row["subject_id"] == "person-address")
    assert (address["programme_code"], address["amount_at_stake"]) == ("P001", 500_000)
    assert town.evidence(address) == {
        ("payment", "I06-F35-02"),
        ("payment to the other identity", "I06-F35-02"),
    }


def test_d06_two_numbers_of_one_person_that_no_register_connects(town):
    for name in ("case", "one_number", "connected"):
        town.person(name, BORN)
        second = OLD_NUMBER if name == "one_number" else NEW_NUMBER
        town.paid(name, PENSION, day(3), 349_700, national_id_token=OLD_NUMBER)
        town.paid(name, PENSION, day(3), 200_000, national_id_token=second, region="26350")
        if name == "connected":
            town.add("f01", name, "I01-F01-03", national_id_token=NEW_NUMBER,
                     previous_national_id_token=OLD_NUMBER)  # fmt: skip
    # The register speaks of the numbers, whoever was paid: the case has numbers of its own.
    town.rows["f35"][0]["national_id_token"] = b"numbers of case1"
    town.rows["f35"][1]["national_id_token"] = b"numbers of case2"

    (found,) = town.findings("D06")

    assert (found["subject_id"], found["amount_at_stake"]) == ("person-case", 200_000)


def test_d07_numbers_that_cannot_be(town):
    """What the open digits of a number said stands in the signature of the payment."""
    stated = {
        "future": {"birth_date": dt.date(2050, 4, 7)},
        "too_old": {"birth_date": dt.date(1850, 4, 7)},
        "century": {"birth_date": dt.date(1918, 5, 5)},
        "sex": {"sex": "male"},
        "birthday": {"birth_date": dt.date(1951, 4, 7)},
        "well_formed": {},
        "of_register": {"sex": "male"},
        "reversed": {"birth_date": dt.date(2050, 4, 7)},
    }
    for name, columns in stated.items():
        town.person(name, dt.date(2018, 5, 5) if name == "century" else BORN)
        town.describe(name, national_id_token=name.encode(), **columns)
        town.paid(name, PENSION, day(3), 349_700, national_id_token=name.encode())
    town.paid("reversed", PENSION, day(3), -349_700, national_id_token=b"reversed",
              record_action="reversal")  # fmt: skip
    town.add("f01", "of_register", "I01-F01-01", national_id_token=b"of_register")
    town.person("entitled", BORN)
    town.describe("entitled", national_id_token=b"e", birth_date=dt.date(2050, 4, 7))
    town.add("f34", "entitled", "I06-F34-03", programme_code=PENSION, status="entitled",
             national_id_token=b"e", entitled_from=day(1, 1, 2020))  # fmt: skip
    town.refused.append(
        {"document_type": "I06-F35-02", "family": "F35", "line": 7, "amount": 349_700,
         "delivery_id": town.delivery("I06-F35-02"), "month": day(3)}
    )  # fmt: skip

    found = town.findings("D07")

    assert subjects(found) == {
        (name, 3) for name in ("future", "too_old", "century", "sex", "entitled", "I06-F35-02")
    }
    assert {row["action"] for row in found} == {"INFO"}
    refused = next(row for row in found if row["person_id"] is None)
    assert (refused["subject_id"], refused["amount_at_stake"]) == ("I06-F35-02", 349_700)
    assert town.evidence(refused) == {("refused row", "I06-F35-02")}


@pytest.mark.parametrize(("age", "found"), [(122, 0), (123, 0), (124, 1)])
def test_d07_the_boundary_of_age(town, age, found):
    """The town is seen on 1 April 2026, five days before the birthday."""
    town.person("case", BORN)
    town.describe("case", national_id_token=b"n", birth_date=dt.date(2026 - age, 4, 6))
    town.paid("case", PENSION, day(3), 349_700, national_id_token=b"n")
    assert len(town.findings("D07")) == found


def test_d08_known_from_payments_only(town):
    town.arrived(*FOOTPRINT_FEEDS)
    traces = {
        "resident": ("f02", "I01-F02-01", {"registration_status": "resident"}),
        "foreigner": ("f05", "I04-F05-01", {"stay_to": day(5, 1, 2030)}),
        "employed": ("f10", "I27-F10-01", {"hired_on": day(5, 1, 2020)}),
        "insured_once": ("f18", "I24-F18-03", {"lost_on": day(4, 1, 2024)}),
        "insured_long_ago": ("f18", "I24-F18-03", {"lost_on": day(3, 31, 2024)}),
        "saver": ("f26", "I35-F26-01", {"as_of": day(2, 28)}),
        "patient": ("f32", "I25-F32-02", {"care_from": day(6, 1, 2025)}),
        "sheltered": ("f36", "I37-F36-01", {"admitted_on": day(5, 1, 2020)}),
        "pupil": ("f09", "I08-F09-01", {"enrolled_on": day(3, 2, 2025)}),
    }
    plain = (
        "case",
        "paid_once",
        "voucher",
        "dead",
        "second_identity",
        "asked",
        "impossible",
        "unnumbered",
    )
    for name in (*plain, *traces):
        town.person(name, BORN, died=day(1, 5) if name == "dead" else None)
        for month in (3,) if name == "paid_once" else (2, 3):
            town.paid(name, PENSION, day(month), 349_700, in_kind=name == "voucher")
        if name in traces:
            family, document_type, columns = traces[name]
            town.add(family, name, document_type, **columns)
    town.describe("second_identity", full_name="resident")
    town.describe("unnumbered", national_id_token=None)
    town.describe("impossible", birth_date=dt.date(2050, 4, 7))
    asked = str(list(town.people).index("asked") + 1)
    town.questions.append({"kind": "ambiguous", "left": "99", "right": asked, "match_weight": 3.0})

    found = town.findings("D08")

    assert subjects(found) == {(name, month) for name in ("case", "insured_long_ago")
                               for month in (2, 3)}  # fmt: skip
    assert town.evidence(found[0]) == {("payment", "I06-F35-02")}


def test_d08_is_silent_while_one_of_the_five_is_missing(town):
    town.arrived(*FOOTPRINT_FEEDS)
    town.deliveries = {key: row for key, row in town.deliveries.items() if "-F26-" not in key}
    town.person("case", BORN)
    for month in (2, 3):
        town.paid("case", PENSION, day(month), 349_700)
    assert town.findings("D08") == []


def test_d09_very_old_without_care(town):
    """March's year of silence begins in April 2025."""
    town.arrived(*CARE_FEEDS, "I01-F01-01")
    born = {"turned_100_in_march": day(3, 31, 1926), "turns_100_in_april": day(4, 1, 1926)}
    for name in (
        "case", "treated", "treated_long_ago", "only_due", "housed", "seen", "kin_say", *born,
    ):  # fmt: skip
        town.person(name, born.get(name, day(5, 1, 1921)))
        town.paid(name, PENSION, day(3), 349_700)
    town.add("f01", "case", "I01-F01-01", birth_date=day(5, 1, 1921))
    treated(town, "treated", day(4, 1, 2025))
    treated(town, "treated_long_ago", day(3, 31, 2025))
    treated(town, "only_due", day(2, 1), "I24-F32-05")
    town.add("f36", "housed", "I24-F36-01", facility_kind="nursing_home", admitted_on=day(1, 1))
    for name, reporter in (("seen", "public_office"), ("kin_say", "relative")):
        town.add("f04", name, "I01-F04-04", event="alive_confirmed", occurred_on=day(10, 1, 2025),
                 reporter_type=reporter)  # fmt: skip

    found = town.findings("D09")

    assert subjects(found) == {
        (name, 3)
        for name in ("case", "treated_long_ago", "only_due", "kin_say", "turned_100_in_march")
    }
    case = next(row for row in found if row["subject_id"] == "person-case")
    assert town.evidence(case) == {("payment", "I06-F35-02"), ("birth date", "I01-F01-01")}


def test_d09_is_silent_while_claims_are_stale(town):
    town.arrived(*CARE_FEEDS, period="202401")
    town.person("case", day(5, 1, 1921))
    town.paid("case", PENSION, day(3), 349_700)
    assert town.findings("D09") == []


def test_the_same_facts_sent_again_are_the_same_findings(town):
    """What another delivery repeats changes neither finding nor its ID."""
    town.person("case", BORN)
    town.paid("case", PENSION, day(3), 349_700)
    died(town, "case", "I01-F04-01", "death", day(1, 20), day(3, 20))
    first = town.findings("D03")
    for row in (*town.rows["f04"], *town.rows["f35"]):
        row["delivery_id"] = town.delivery(row["document_type"], "202604")
    again = town.findings("D03")
    assert [row["finding_id"] for row in first] == [row["finding_id"] for row in again]
    assert first
