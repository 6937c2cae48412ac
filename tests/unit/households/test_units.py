"""Whom the law takes together: one village a rule."""

from __future__ import annotations

import pytest


def family(village):
    """Parents with a girl at school and a grown-up son who lives alone in another town."""
    village.person("dad", "1970-05-05", sex="male")
    village.person("mum", "1972-05-05")
    village.person("girl", "2014-01-01")
    village.person("son", "2004-01-01", sex="male")
    village.home("A", "dad head", "mum spouse", "girl child")
    village.home("B", "son head", dong="2611010100", since="2024-03-01")
    village.kin("dad", "spouse", "mum", "2003-01-01")
    for child, born in (("girl", "2014-01-01"), ("son", "2004-01-01")):
        village.kin(child, "father", "dad", born)
        village.kin(child, "mother", "mum", born)
    return village


def test_a_student_away_belongs_to_the_parents(village):
    family(village).add(
        "f09", "son", "I08-F09-04", level="university", status="enrolled", enrolled_on="2024-03-01"
    )
    village.build()
    assert village.units() == ["dad girl mum son"]
    assert village.place("son") == ("child", "student_away", "assumed")
    assert village.units("housing_youth") == ["son"]


def test_the_unit_bears_the_id_of_the_parents_household(village):
    family(village).build()
    told = village.bench.frame(
        "SELECT DISTINCT a.household_id FROM assistance_unit_member AS a"
        " JOIN household_member AS h ON h.person_id = 'dad' AND h.household_id = a.household_id"
    )
    assert told.height == 1
    assert village.bench.value("SELECT count(*) FROM assistance_unit_member") == 4


@pytest.mark.parametrize(
    ("wage", "units", "status"),
    [(1_282_118, ["dad girl mum son"], "known"), (1_282_119, ["dad girl mum", "son"], "known")],
)
def test_a_child_who_earns_half_the_median_is_a_unit(village, wage, units, status):
    family(village).add("f19", "son", "I24-F19-01", period="2026-03-01", base_amount=wage)
    village.build()
    assert village.units() == units
    assert village.place("son")[2] == status


def test_from_thirty_on_a_child_elsewhere_is_a_unit(village):
    family(village)
    village.born["son"]["birth_date"] = "1996-04-30"
    village.build()
    assert village.units() == ["dad girl mum", "son"]


def test_a_married_child_or_a_parent_is_drawn_nowhere(village):
    family(village)
    village.person("bride", "2003-03-03")
    village.home("C", "bride head")
    village.kin("son", "spouse", "bride", "2025-01-01")
    village.build()
    assert village.units() == ["bride son", "dad girl mum"]


def test_a_child_who_lives_with_a_grandparent_stays_there(village):
    family(village)
    village.person("gran", "1945-01-01")
    village.kin("mum", "mother", "gran", "1972-05-05")
    village.rows["f02_resident_household_address"] = []
    village.home("A", "dad head", "mum spouse")
    village.home("G", "gran head", "girl grandchild")
    village.home("B", "son head")
    village.build()
    assert village.units() == ["dad mum son", "girl gran"]
    assert village.units("single_parent") == ["girl gran"]
    assert village.place("gran", "single_parent")[1] == "grandparent_family"


def test_spouses_at_two_addresses_are_one_unit_where_their_children_live(village):
    village.home("A", "dad head")
    village.home("B", "mum head", "girl child")
    village.person("girl", "2015-01-01")
    village.person("dad", "1975-01-01", sex="male")
    village.kin("dad", "spouse", "mum", "2010-01-01")
    village.kin("girl", "mother", "mum", "2015-01-01")
    village.build()
    assert village.units() == ["dad girl mum"]
    assert village.place("dad") == ("spouse", "spouse_elsewhere", "known")
    assert village.place("mum")[0] == "head"


def test_a_foreign_spouse_without_registration_belongs_to_the_unit(village):
    village.home("A", "dad head")
    village.person("wife", foreign=True)
    village.tie("dad", "spouse", "wife", "2020-01-01")
    village.build()
    assert village.units() == ["dad wife"]
    assert village.place("wife") == ("spouse", "spouse_unregistered", "known")


AWAY = {
    "conscript": (
        "f08",
        "I15-F08-02",
        {"service_type": "army_conscript", "status": "serving", "enlisted_on": "2026-01-05"},
    ),
    "in_custody": ("f07", "I04-F07-01", {"admitted_on": "2025-11-01"}),
    "facility_resident": (
        "f36",
        "I06-F36-02",
        {"facility_kind": "residential_home", "admitted_on": "2025-11-01"},
    ),
    "long_abroad": ("f06", "I04-F06-01", {"direction": "out", "moved_on": "2026-01-29"}),
    "missing": (
        "f04",
        "I16-F04-01",
        {"event": "adult_runaway", "occurred_on": "2025-01-01", "reported_on": "2025-01-03"},
    ),
}
AT_HOME = {
    "home_based_reservist": (
        "f08",
        "I15-F08-02",
        {"service_type": "home_based_reservist", "status": "serving", "enlisted_on": "2026-01-05"},
    ),
    "released": ("f07", "I04-F07-01", {"admitted_on": "2025-11-01", "released_on": "2026-04-30"}),
    "senior_centre": (
        "f36",
        "I37-F36-02",
        {"facility_kind": "senior_centre", "admitted_on": "2025-11-01"},
    ),
    "ninety_days_abroad": ("f06", "I04-F06-01", {"direction": "out", "moved_on": "2026-01-30"}),
}


@pytest.mark.parametrize("reason", AWAY)
def test_who_is_away_stays_in_the_unit_and_is_not_counted(village, reason):
    family_name, document, columns = AWAY[reason]
    village.home("A", "dad head", "mum spouse")
    village.add(family_name, "dad", document, **columns)
    village.build()
    assert village.units() == ["(dad) mum"]
    assert village.place("dad") == ("head", reason, "known")
    source = village.bench.frame(
        "SELECT document_type FROM unit_membership"
        " WHERE person_id = 'dad' AND unit_family = 'basic_livelihood'"
    )
    assert source.item() == document


@pytest.mark.parametrize("reason", AT_HOME)
def test_who_is_not_away_is_counted(village, reason):
    family_name, document, columns = AT_HOME[reason]
    village.home("A", "dad head", "mum spouse")
    village.add(family_name, "dad", document, **columns)
    village.build()
    assert village.units() == ["dad mum"]


def test_two_stays_abroad_are_added_and_a_stay_told_twice_is_not(village):
    village.home("A", "dad head")
    village.home("B", "mum head")
    for name, days in (
        ("dad", [("out", "2025-12-01"), ("in", "2026-01-10"), ("out", "2026-03-01")]),
        ("mum", [("out", "2026-03-01"), ("out", "2026-03-01")]),
    ):
        for direction, day in days:
            village.add("f06", name, "I04-F06-01", direction=direction, moved_on=day)
    village.build()
    assert village.units() == ["(dad)", "mum"]


def test_a_found_person_is_not_missing(village):
    village.home("A", "dad head")
    for event, day in (("adult_runaway", "2025-01-03"), ("found", "2025-02-01")):
        village.add("f04", "dad", "I16-F04-01", event=event, occurred_on=day, reported_on=day)
    village.build()
    assert village.units() == ["dad"]


def test_a_lodger_is_not_counted(village):
    village.home("A", "dad head", "lodger cohabitant")
    village.build()
    assert village.units() == ["dad (lodger)"]


def test_a_cohabitant_who_is_family_is_counted_and_shown(village):
    village.home("A", "dad head", "boy cohabitant")
    village.person("boy", "2010-01-01")
    village.person("dad", "1980-01-01", sex="male")
    village.kin("boy", "father", "dad", "2010-01-01")
    village.build()
    assert village.units() == ["boy dad"]
    assert village.place("boy") == ("child", "cohabitant_is_family", "conflict")
    assert village.conflicts("basic_livelihood") == [("boy", "cohabitant_is_family")]


def test_the_divorced_are_two_units_and_a_parent_alone_with_a_child_is_a_single_parent(village):
    village.home("A", "dad head")
    village.home("B", "mum head", "girl child")
    village.person("girl", "2015-01-01")
    village.kin("girl", "mother", "mum", "2015-01-01")
    village.kin("girl", "father", "dad", "2015-01-01")
    village.tie(
        "dad",
        "spouse",
        "mum",
        "2010-01-01",
        document="I02-F03-02",
        event="divorce_by_agreement",
        ended_on="2024-01-01",
    )
    village.build()
    assert village.units() == ["dad", "girl mum"]
    assert village.units("single_parent") == ["girl mum"]
    assert village.relation("dad", "mum") == ("spouse", "known", "divorced")


def test_a_student_of_parents_apart_is_a_conflict_that_custody_settles(village):
    village.person("girl", "2009-01-01")
    for household, name in (("A", "dad"), ("B", "mum"), ("C", "girl")):
        village.home(household, f"{name} head")
    village.person("dad", "1980-01-01", sex="male")
    village.kin("girl", "mother", "mum", "2009-01-01")
    village.kin("girl", "father", "dad", "2009-01-01")
    village.build()
    assert village.units() == ["dad", "girl mum"]
    assert village.place("girl")[2] == "conflict"
    assert village.conflicts("basic_livelihood") == [("girl", "parents_apart")]
    village.tie("girl", "custodian", "dad", "2020-01-01", document="I02-F03-07", event="designated")
    village.build()
    assert village.units() == ["dad girl", "mum"]
    assert village.conflicts("basic_livelihood") == []


def test_a_de_facto_couple_is_a_couple(village):
    village.person("he", "1955-01-01", sex="male")
    village.person("she", "1965-01-01")
    village.home("A", "he head", "she de_facto_spouse")
    village.build()
    assert village.units("basic_pension") == ["he she"]
    assert village.place("she", "basic_pension") == ("younger_spouse", "de_facto_couple", "assumed")


def test_registers_that_name_two_spouses_are_a_conflict_and_the_family_register_wins(village):
    village.person("he", "1955-01-01", sex="male")
    village.home("A", "he head", "she spouse")
    village.home("B", "wife head")
    village.kin("he", "spouse", "wife", "1980-01-01")
    village.build()
    assert village.units("basic_pension") == ["he wife"]
    assert ("he", "several_spouses") in village.conflicts("couple")


def test_a_divorce_that_a_later_register_does_not_know_wins_and_is_shown(village):
    village.home("A", "he head")
    village.home("B", "she head")
    village.kin("he", "spouse", "she", "2010-01-01")
    village.tie(
        "he",
        "spouse",
        "she",
        "2010-01-01",
        document="I02-F03-02",
        event="divorce_by_court",
        ended_on="2025-01-01",
    )
    village.build()
    assert village.units() == ["he", "she"]
    assert village.conflicts("couple") == [
        ("he", "divorced_but_current"),
        ("she", "divorced_but_current"),
    ]


def test_who_is_registered_twice_is_in_one_unit_and_shown(village):
    village.home("A", "he head", "she spouse")
    village.home("B", "she head", since="2022-01-01")
    village.build()
    assert village.conflicts("registered_household") == [("she", "double_registration")]
    assert village.place("she", "registered_household")[2] == "conflict"


def test_a_widow_keeps_the_unit_of_the_couple(village):
    village.person("he", "1950-01-01", sex="male")
    village.person("she", "1952-01-01")
    village.home("A", "he head", "she spouse")
    village.kin("he", "spouse", "she", "1980-01-01")
    stays = village.build()
    before = village.remembered()
    couple = village.bench.value("SELECT unit_id FROM unit WHERE unit_family = 'basic_pension'")
    village.born["he"]["death_date"] = "2026-04-20"
    village.build(before, stays.members, stays.next_sequence)
    assert village.units("basic_pension") == ["she"]
    after = village.bench.value("SELECT unit_id FROM unit WHERE unit_family = 'basic_pension'")
    assert after == couple


def test_half_siblings_share_one_of_two_known_parents(village):
    village.person("dad", "1970-01-01", sex="male")
    for child, mother in (("one", "mum"), ("two", "mum"), ("half", "other")):
        village.person(child, "2005-01-01")
        village.kin(child, "father", "dad", "2005-01-01")
        village.kin(child, "mother", mother, "2005-01-01")
    village.build()
    assert village.relation("one", "two")[0] == "sibling"
    assert village.relation("one", "half")[0] == "half_sibling"
    assert village.relation("half", "two")[0] == "half_sibling"


def test_a_tie_that_only_one_side_tells_is_a_conflict(village):
    village.person("dad", "1970-01-01", sex="male")
    village.person("son", "2000-01-01", sex="male")
    village.kin("son", "mother", "mum", "2000-01-01")
    village.kin("dad", "spouse", "mum", "1999-01-01")
    village.kin("son", "father", "dad", "2000-01-01", both=False)
    village.build()
    assert village.relation("son", "dad") == ("father", "conflict", "one_sided")
    assert village.relation("son", "mum") == ("mother", "known", None)


def test_grandparents_and_grandchildren_follow(village):
    village.kin("girl", "mother", "mum", "2015-01-01")
    village.kin("mum", "mother", "gran", "1980-01-01")
    village.person("girl", "2015-01-01")
    village.person("gran", "1950-01-01")
    village.build()
    assert village.relation("girl", "gran")[0] == "grandparent"
    assert village.relation("gran", "girl")[0] == "grandchild"


def test_a_facility_address_is_an_institution_and_makes_no_family(village):
    for name in ("a", "b", "c"):
        village.person(name, "1940-01-01")
        village.home(name.upper(), f"{name} head", address="nursing home")
        village.add(
            "f36", name, "I24-F36-01", facility_kind="nursing_home", admitted_on="2024-01-01"
        )
    village.build()
    assert village.units("dwelling") == ["a b c"]
    assert village.units() == ["(a)", "(b)", "(c)"]
    dwelling = village.bench.frame(
        "SELECT is_institution, institution_kind, institution_reason, families FROM dwelling"
    )
    assert dwelling.rows() == [(True, "nursing_home", "facility_register", 3)]


@pytest.mark.parametrize(("families", "is_institution"), [(4, False), (5, True)])
def test_a_dormitory_is_known_by_size_and_missing_kinship(village, families, is_institution):
    for place in range(families):
        village.home(f"H{place}", f"p{place} head", address="dormitory")
    village.build()
    assert village.bench.value("SELECT is_institution FROM dwelling") is is_institution


def test_relatives_behind_one_door_are_no_institution(village):
    village.person("gran", "1930-01-01")
    village.home("G", "gran head", address="farm")
    for place in range(5):
        village.home(f"H{place}", f"p{place} head", address="farm")
        village.kin(f"p{place}", "mother", "gran", "1980-01-01")
    village.build()
    row = village.bench.frame("SELECT households, families, is_institution FROM dwelling").row(0)
    assert row == (6, 1, False)


def test_a_lease_at_another_address_is_a_conflict_of_the_dwelling(village):
    village.home("A", "he head")
    village.home("B", "she head")
    village.add(
        "f22", "he", "I05-F22-01", lease_from="2025-01-01", address_key=village.address("B")
    )
    village.build()
    assert village.conflicts("dwelling") == [("he", "lease_elsewhere")]
