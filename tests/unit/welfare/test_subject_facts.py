"""Facts of persons and households: what which record tells, and what is unknown before it arrived.

Every test is a small town: records in, one fact of each person out. In a set of three values
`told` are the words known to be in it and `untold` those of which nothing is known.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from hub.programmes.catalogue import interaction_frame, load_programmes
from hub.programmes.facts import load_facts, subject_columns
from pipelines.steps.facts import build_subjects
from pipelines.steps.profiles import build_profiles

BEFORE = dt.date(2025, 1, 1)
LAST_WEEK = dt.date(2026, 3, 25)
FEBRUARY, MARCH = dt.date(2026, 2, 1), dt.date(2026, 3, 1)
ADULT, CHILD = dt.date(1985, 6, 15), dt.date(2016, 6, 15)


def people(town, *names, born=ADULT):
    for name in names:
        town.person(name, born)


def told_of(town, numbers=()):
    """Build the subjects of the town; `numbers` are people whose national ID the hub knows."""
    bench = town.open()
    tokens = {"national_id_token": [name.encode() for name in numbers]}
    tokens["person_id"] = [f"person-{name}" for name in numbers]
    schema = {"national_id_token": pl.Binary, "person_id": pl.String}
    bench.add("person_token", pl.DataFrame(tokens, schema=schema))
    build_profiles(bench)
    bench.add("programme_interaction", interaction_frame(load_programmes()))
    for table in (
        "benefit_received",
        "person_fact",
        "household_means",
        "spouse_pair",
        "couple_means",
    ):
        bench.build("decisions", table)
    build_subjects(bench)
    return bench


def values(bench, fact, scope="person"):
    """Fact by name of the person (or ID of the household)."""
    rows = bench.frame(f"SELECT subject_id, {fact} FROM {scope}_subject").rows()
    return {subject.removeprefix("person-"): value for subject, value in rows}


def words(bench, fact, name, scope="person"):
    """Return the words of a set that are in it, and those of which it is unknown."""
    entry = load_facts()[fact]
    subject = f"person-{name}" if scope == "person" else name
    row = bench.frame(f"SELECT * FROM {scope}_subject WHERE subject_id = '{subject}'").to_dicts()[0]

    def chosen(columns, *, is_set):
        return {
            value
            for place, value in enumerate(entry.values)
            if bool(row[columns[place // 64]] >> (place % 64) & 1) is is_set
        }

    return chosen(entry.columns, is_set=True), chosen(entry.known_columns, is_set=False)


def test_the_subject_tables_have_the_vocabularys_columns_and_types(town):
    people(town, "kim")
    town.household("H", ("kim", "head"))
    bench = told_of(town)
    for scope in ("person", "household"):
        described = bench.connection.execute(f"DESCRIBE {scope}_subject").fetchall()
        assert {row[0]: row[1] for row in described} == subject_columns(scope)


@pytest.mark.parametrize(
    ("born", "age", "months"),
    [
        (dt.date(2025, 4, 1), 1, 12),
        (dt.date(2025, 4, 2), 0, 11),
        (dt.date(2026, 4, 1), 0, 0),
        (dt.date(1961, 4, 1), 65, 780),
    ],
)
def test_ages_are_full_years_and_months(town, born, age, months):
    people(town, "kim", born=born)
    bench = told_of(town)
    assert (values(bench, "age_years"), values(bench, "months_since_birth")) == (
        {"kim": age},
        {"kim": months},
    )


def test_a_register_that_never_arrived_leaves_facts_unknown_not_none(empty_town):
    people(empty_town, "kim")
    bench = told_of(empty_town)
    for fact in ("disability", "ltc_grade", "school_level", "employment", "insured_day_count"):
        assert values(bench, fact) == {"kim": None}, fact
    for fact in ("is_farmer", "is_defector", "is_crime_victim", "has_spouse"):
        assert values(bench, fact) == {"kim": None}, fact
    assert words(bench, "receipts", "kim") == (set(), set(load_facts()["receipts"].values))


def test_disability_and_care_grade_come_from_what_is_in_force(town):
    people(town, "none", "mild", "severe", "expired", "graded", "refused")
    for name, severity, until in (
        ("mild", "mild", None),
        ("severe", "severe", None),
        ("expired", "severe", dt.date(2026, 3, 1)),
    ):
        town.add("f31", name, "I06-F31-01", severity=severity, assessed_on=BEFORE, valid_to=until)
    town.add("f31", "graded", "I24-F31-01", severity="grade_4", assessed_on=BEFORE)
    town.add("f31", "graded", "I24-F31-01", severity="grade_3", assessed_on=LAST_WEEK)
    town.add("f31", "refused", "I24-F31-01", severity="below_a", assessed_on=BEFORE)
    bench = told_of(town)
    assert values(bench, "disability") == dict.fromkeys(
        ("none", "expired", "graded", "refused"), "none"
    ) | {"mild": "mild", "severe": "severe"}
    grades = values(bench, "ltc_grade")
    assert (grades["graded"], grades["refused"], grades["none"]) == ("grade_3", "none", "none")


def test_diseases_are_known_where_a_complete_register_arrived(town):
    people(town, "cancer", "healthy")
    people(town, "child", born=CHILD)
    for name in ("cancer", "child"):
        town.add(
            "f32", name, "I24-F32-03", care_kind="special_copay_cancer", care_from=BEFORE,
            care_to=dt.date(2030, 1, 1),
        )  # fmt: skip
    town.add("f32", "healthy", "I24-F32-03", care_kind="special_copay_rare_disease",
             care_from=dt.date(2020, 1, 1), care_to=dt.date(2025, 1, 1))  # fmt: skip
    bench = told_of(town)
    assert words(bench, "diseases", "cancer")[0] == {"cancer"}
    assert words(bench, "diseases", "child")[0] == {"cancer", "pediatric_cancer"}
    told, unknown = words(bench, "diseases", "healthy")
    assert told == set()
    assert {"cancer", "rare", "hearing"}.isdisjoint(unknown)
    assert {"infertility", "dementia", "knee_arthritis"} <= unknown


def test_employment_takes_the_first_that_applies(town):
    names = ("conscript", "employee", "left", "daily", "self", "seeker", "student", "nobody")
    people(town, *names)
    town.arrived("I26-F18-01", "I24-F18-01", "I08-F09-04")
    town.add("f08", "conscript", "I15-F08-02", status="serving", enlisted_on=BEFORE)
    insured = {"scheme": "employment_insurance", "member_type": "regular", "acquired_on": BEFORE}
    town.add("f18", "conscript", "I26-F18-01", employer_brn="1", **insured)
    town.add("f18", "employee", "I26-F18-01", employer_brn="1", **insured)
    town.add("f18", "left", "I26-F18-01", employer_brn="1", **insured, lost_on=dt.date(2026, 3, 2))
    town.add("f12", "daily", "I03-F12-01", period=FEBRUARY, days_worked=9)
    town.add("f12", "nobody", "I03-F12-01", period=dt.date(2025, 12, 1), days_worked=9)
    town.add("f33", "self", "I03-F33-01", status="active", opened_on=BEFORE)
    town.add("f16", "seeker", "I07-F16-01", transfer_code="job_seeker_allowance", period=FEBRUARY)
    town.add("f09", "seeker", "I08-F09-04", level="university", status="enrolled")
    town.add("f09", "student", "I08-F09-04", level="college", status="enrolled")
    bench = told_of(town)
    assert values(bench, "employment") == {
        "conscript": "conscript", "employee": "employee", "left": "none", "daily": "daily",
        "self": "self", "seeker": "unemployed", "student": "student", "nobody": "none",
    }  # fmt: skip
    assert values(bench, "unemployed_day_count")["left"] == 30
    assert values(bench, "unemployed_day_count")["nobody"] is None


def test_insured_days_of_18_months_count_overlaps_once(town):
    people(town, "kim", "never")
    town.arrived("I26-F18-01")
    for employer, first, last in (
        ("1", dt.date(2020, 1, 1), dt.date(2024, 10, 11)),  # ten days within the 18 months
        ("2", dt.date(2025, 1, 1), dt.date(2025, 1, 31)),  # thirty
        ("3", dt.date(2025, 1, 11), dt.date(2025, 2, 10)),  # ten more
    ):
        town.add(
            "f18", "kim", "I26-F18-01", scheme="employment_insurance", employer_brn=employer,
            member_type="regular", acquired_on=first, lost_on=last,
        )  # fmt: skip
    assert values(told_of(town), "insured_day_count") == {"kim": 50, "never": 0}


def test_schools_by_register_and_day_care_by_its_fee(town):
    people(town, "pupil", "adult", "toddler", "leaver", born=CHILD)
    town.arrived("I08-F09-03", "I08-F09-04", "I06-F34-06")
    town.add("f09", "pupil", "I08-F09-01", level="elementary", status="enrolled")
    town.add(
        "f09", "leaver", "I08-F09-01", level="elementary", status="enrolled", left_on=LAST_WEEK
    )
    town.add("f09", "adult", "I08-F09-04", level="doctor", status="enrolled")
    town.add("f34", "toddler", "I06-F34-06", programme_code="P078", status="granted")
    assert values(told_of(town), "school_level") == {
        "pupil": "elementary", "adult": "graduate", "toddler": "daycare", "leaver": "none",
    }  # fmt: skip


def test_registers_of_merit_tell_veterans_and_the_rest_are_known_not_to_be(empty_town):
    people(empty_town, "veteran", "other")
    empty_town.arrived("I10-F34-01", "I10-F16-06")
    empty_town.add("f34", "veteran", "I10-F34-01", programme_code="P167", status="granted")
    empty_town.add("f34", "other", "I10-F34-01", programme_code="P170", status="refused")
    empty_town.add("f16", "veteran", "I10-F16-06", transfer_code="newly_received", period=MARCH)
    empty_town.add("f16", "other", "I10-F16-06", transfer_code="newly_received", period=BEFORE)
    bench = told_of(empty_town)
    assert words(bench, "veteran_kinds", "veteran")[0] == {"war_veteran", "war_dead_child"}
    told, unknown = words(bench, "veteran_kinds", "other")
    assert told == set()
    assert {"war_veteran", "agent_orange", "war_dead_child"}.isdisjoint(unknown)
    assert "merit" in unknown


def test_victims_and_crises_are_told_for_as_long_as_the_word_list_says(town):
    people(town, "lately", "long_ago", "closed")
    for name, day in (("lately", LAST_WEEK), ("long_ago", dt.date(2024, 6, 1))):
        town.add("f37", name, "I16-F37-01", signal_kind="violent_crime", detected_on=day)
    town.add("f33", "closed", "I03-F33-02", status="closed", closed_on=LAST_WEEK)
    bench = told_of(town)
    assert values(bench, "is_crime_victim") == {"lately": True, "long_ago": True, "closed": False}
    assert words(bench, "crises", "lately")[0] == {"violence"}
    assert words(bench, "crises", "long_ago")[0] == set()
    assert words(bench, "crises", "closed")[0] == {"business_closure"}


def test_a_death_is_a_crisis_of_those_who_lived_together(town):
    people(town, "widow", "neighbour")
    town.person("late", ADULT, died=dt.date(2026, 1, 10))
    town.household("H", ("widow", "head"), ("late", "spouse"))
    town.household("N", ("neighbour", "head"))
    bench = told_of(town)
    assert words(bench, "crises", "widow")[0] == {"member_death"}
    assert words(bench, "unit_crises", "H", "household")[0] == {"member_death"}
    assert words(bench, "crises", "neighbour")[0] == set()


def test_a_programme_of_the_household_reaches_its_members_and_one_of_a_person_does_not(town):
    people(town, "head", "old")
    people(town, "child", born=CHILD)
    town.household("H", ("head", "head"), ("child", "child"), ("old", "parent"))
    town.paid("head", "P001", MARCH, 500_000, document_type="I06-F35-01")
    town.paid("old", "P029", FEBRUARY, 300_000)
    town.paid("head", "P073", dt.date(2025, 12, 1), 100_000, document_type="I06-F35-04")
    bench = told_of(town)
    assert words(bench, "receipts", "child")[0] == {"P001"}
    assert words(bench, "receipts", "old")[0] == {"P001", "P029"}
    assert words(bench, "unit_receipts", "H", "household")[0] == {"P001", "P029"}
    unknown = words(bench, "receipts", "child")[1]
    assert {"P001", "P029", "P073"}.isdisjoint(unknown)
    assert "P159" in unknown


@pytest.mark.parametrize(
    ("status", "until", "received"),
    [
        ("granted", None, {"P215"}),
        ("extended", dt.date(2026, 4, 1), {"P215"}),
        ("granted", dt.date(2026, 3, 31), set()),
        ("refused", None, set()),
        ("suspended", None, set()),
    ],
)
def test_an_entitlement_is_received_while_it_is_in_force(town, status, until, received):
    people(town, "kim")
    town.add("f34", "kim", "I09-F34-01", programme_code="P215", status=status,
             entitled_from=BEFORE, entitled_to=until)  # fmt: skip
    assert words(told_of(town), "receipts", "kim")[0] == received


def test_families_by_who_lives_together(town):
    town.arrived("I02-F03-01")
    people(town, "mother", "husband", "wife", "grandmother", born=dt.date(1970, 1, 1))
    people(town, "alone", "both", "grandchild", born=CHILD)
    town.household("S", ("mother", "head"), ("alone", "child"))
    town.household("C", ("husband", "head"), ("wife", "spouse"), ("both", "child"))
    town.household("G", ("grandmother", "head"), ("grandchild", "grandchild"))
    bench = told_of(town)
    single = values(bench, "is_in_single_parent_family")
    assert (single["alone"], single["mother"], single["both"]) == (True, True, False)
    assert values(bench, "is_in_grandparent_family")["grandchild"] is True
    assert values(bench, "is_in_grandparent_family")["alone"] is False
    assert values(bench, "has_spouse")["wife"] is True
    assert values(bench, "has_spouse")["mother"] is False


def relative(town, name, relation, other):
    town.add(
        "f03", name, "I02-F03-01", relation=relation, event="current",
        relative_national_id_token=other.encode(),
    )  # fmt: skip


def test_birth_order_counts_the_children_of_one_mother(town):
    people(town, "mother", born=dt.date(1975, 1, 1))
    for name, born in (("second", 2012), ("first", 2009), ("third", 2015)):
        people(town, name, born=dt.date(born, 5, 5))
        relative(town, name, "mother", "mother")
    people(town, "stranger")
    assert values(told_of(town, ["mother"]), "birth_order") == {
        "first": 1, "second": 2, "third": 3, "mother": None, "stranger": None,
    }  # fmt: skip


def test_months_since_childbirth_are_those_of_the_youngest_child_of_either_parent(town):
    people(town, "mother", "father", "stranger", born=dt.date(1990, 1, 1))
    for name, born in (("older", dt.date(2019, 5, 5)), ("baby", dt.date(2026, 1, 31))):
        people(town, name, born=born)
        relative(town, name, "mother", "mother")
        relative(town, name, "father", "father")
    bench = told_of(town, ["mother", "father"])
    # From the last day of January to the first of April are two whole months.
    assert values(bench, "months_since_childbirth") == {
        "mother": 2, "father": 2, "stranger": None, "older": None, "baby": None,
    }  # fmt: skip
    assert values(bench, "has_own_child") == {
        "mother": True, "father": True, "stranger": False, "older": False, "baby": False,
    }  # fmt: skip


def test_nobody_is_childless_before_the_family_register_arrived(empty_town):
    people(empty_town, "kim")
    empty_town.arrived("I01-F01-01")
    assert values(told_of(empty_town), "has_own_child")["kim"] is None


@pytest.mark.parametrize(("wage", "is_over"), [(5_000_000, False), (12_000_000, True)])
def test_a_rich_father_elsewhere_is_an_obligor_over_the_limit(town, wage, is_over):
    people(town, "kim")
    people(town, "father", born=dt.date(1958, 1, 1))
    town.household("H", ("kim", "head"))
    town.household("F", ("father", "head"))
    relative(town, "kim", "father", "father")
    town.wage("father", "I24-F19-01", MARCH, wage)
    found = values(told_of(town, ["father"]), "has_obligor_over_limit", "household")
    assert found == {"H": is_over, "F": False}


def test_a_couple_of_a_citizen_and_a_foreigner_is_multicultural(town):
    people(town, "husband")
    town.person("wife", ADULT, foreign=True)
    people(town, "child", born=CHILD)
    town.household("H", ("husband", "head"), ("wife", "spouse"), ("child", "child"))
    town.add("f05", "wife", "I04-F05-01", stay_status="F6", stay_from=BEFORE)
    bench = told_of(town)
    assert set(values(bench, "is_in_multicultural_family").values()) == {True}
    assert values(bench, "stay_status") == {
        "husband": "citizen", "wife": "marriage_migrant", "child": "citizen",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("stay_status", "fact"),
    [("F5", "permanent"), ("F-6-1", "marriage_migrant"), ("F-2-4", "refugee"),
     ("F4", "overseas_korean"), ("E9", "other_foreigner"), ("G-1-6", "other_foreigner")],
)  # fmt: skip
def test_stay_statuses(town, stay_status, fact):
    town.person("kim", ADULT, foreign=True)
    town.add("f05", "kim", "I04-F05-01", stay_status=stay_status, stay_from=BEFORE)
    assert values(told_of(town), "stay_status") == {"kim": fact}


@pytest.mark.parametrize(
    ("dong", "region_class"),
    [("1111010100", "metropolitan"), ("5111010100", "city"), ("5172025021", "rural")],
)
def test_tenure_and_region_of_a_household(town, dong, region_class):
    town.person("kim", ADULT, dong=dong)
    town.household("H", ("kim", "head"), dong=dong)
    town.add("f22", "kim", "I05-F22-01", lease_kind="monthly_rent", lease_from=BEFORE,
             deposit_amount=0, monthly_rent_amount=400_000)  # fmt: skip
    bench = told_of(town)
    assert values(bench, "tenure", "household") == {"H": "rent"}
    assert values(bench, "region_class", "household") == {"H": region_class}
    assert values(bench, "actual_rent_amount", "household") == {"H": 400_000}
    assert values(bench, "region_class") == {"kim": region_class}


def test_coverage_tells_the_known_share_of_every_fact(empty_town):
    people(empty_town, "kim", "lee")
    empty_town.arrived("I24-F31-01")
    empty_town.add("f31", "kim", "I24-F31-01", severity="grade_2", assessed_on=BEFORE)
    bench = told_of(empty_town)
    rows = bench.frame("SELECT * FROM fact_coverage ORDER BY fact")
    assert rows["fact"].to_list() == sorted(load_facts())
    graded = rows.row(by_predicate=pl.col("fact") == "ltc_grade", named=True)
    assert (graded["known_ppm"], graded["told_ppm"], graded["subjects"]) == (1_000_000, 500_000, 2)
    artist = rows.row(by_predicate=pl.col("fact") == "is_artist", named=True)
    assert (artist["unknown_ppm"], artist["arrived_source_count"]) == (1_000_000, 0)
