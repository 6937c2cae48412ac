"""Profiles: which source wins, what is assumed, what is missing."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest

from hub.profiles.kinds import KindError, profile_kinds
from hub.profiles.precedence import ordered_kinds
from pipelines.steps.profiles import build_profiles

FEBRUARY, MARCH = dt.date(2026, 2, 1), dt.date(2026, 3, 1)


def figures(bench, name):
    return bench.frame(
        f"SELECT * FROM profile_person WHERE person_id = 'person-{name}'"
    ).to_dicts()[0]


def one(bench, query):
    rows = bench.frame(query).to_dicts()
    assert len(rows) == 1, rows
    return rows[0]


def test_one_of_overlapping_wage_sources_is_used_and_all_are_listed(town):
    town.person("kim", dt.date(1980, 5, 5))
    town.wage("kim", "I24-F19-01", MARCH, 2_000_000)
    town.wage("kim", "I26-F19-01", MARCH, 2_100_000)
    town.wage("kim", "I23-F19-01", MARCH, 1_900_000)
    bench = town.profiled()
    kim = figures(bench, "kim")
    assert (kim["earned_amount"], kim["earned_status"]) == (2_000_000, "known")
    assert kim["sources"] == ["I23-F19-01", "I24-F19-01", "I26-F19-01"]
    used = one(bench, "SELECT * FROM profile_figure WHERE figure = 'earned'")
    assert used["sources"] == ["I24-F19-01"]


def test_two_employers_are_added_and_a_reversal_is_taken_off(town):
    town.person("kim", dt.date(1980, 5, 5))
    town.wage("kim", "I24-F19-01", MARCH, 2_000_000)
    town.wage("kim", "I24-F19-01", MARCH, 500_000)
    town.wage("kim", "I24-F19-01", MARCH, -300_000)
    row = one(town.profiled(), "SELECT * FROM income")
    assert (row["monthly_amount"], row["row_count"], row["line"]) == (2_200_000, 3, 2)


def test_a_day_workers_wage_is_told_once_a_scheme_and_counts_once(town):
    town.person("kim", dt.date(1980, 5, 5))
    for scheme in ("industrial_accident", "employment_insurance"):
        for workplace, amount in (("A", 1_200_000), ("B", 300_000)):
            town.add(
                "f19",
                "kim",
                "I26-F19-03",
                scheme=scheme,
                workplace_no=workplace,
                period=MARCH,
                base_amount=amount,
            )
    row = one(town.profiled(), "SELECT * FROM income")
    assert (row["monthly_amount"], row["row_count"]) == (1_500_000, 2)


def test_a_fresh_source_wins_over_a_better_ranked_stale_one(town):
    town.person("kim", dt.date(1980, 5, 5))
    town.wage("kim", "I24-F19-01", FEBRUARY, 2_000_000)
    town.wage("kim", "I26-F19-01", MARCH, 2_100_000)
    assert figures(town.profiled(), "kim")["earned_amount"] == 2_100_000


def test_the_newest_month_is_carried_forward_as_stale(town):
    town.person("kim", dt.date(1980, 5, 5))
    town.wage("kim", "I24-F19-01", FEBRUARY, 2_000_000)
    kim = figures(town.profiled(), "kim")
    assert (kim["earned_amount"], kim["earned_status"]) == (2_000_000, "stale")


def test_a_job_that_ended_before_the_newest_month_is_not_carried_forward(town):
    town.person("kim", dt.date(1980, 5, 5))
    town.person("lee", dt.date(1980, 5, 5))
    town.wage("kim", "I24-F19-01", FEBRUARY, 2_000_000)
    town.wage("lee", "I24-F19-01", MARCH, 1_000_000)
    kim = figures(town.profiled(), "kim")
    assert (kim["earned_amount"], kim["earned_status"]) == (0, "assumed")


def test_a_yearly_total_is_an_assumed_twelfth(town):
    town.person("kim", dt.date(1980, 5, 5))
    town.add("f13", "kim", "I03-F13-01", delivered="2025", period=2025, income_amount=12_000_005)
    bench = town.profiled()
    kim = figures(bench, "kim")
    assert (kim["business_amount"], kim["business_status"]) == (1_000_000, "assumed")
    assert one(bench, "SELECT method FROM income")["method"] == "yearly_total_by_twelve"


def evidence(bench, name="kim"):
    """Use of each record of a person, by document type and line."""
    rows = bench.frame(
        "SELECT document_type, line, use, amount, age_days FROM profile_evidence"
        f" WHERE person_id = 'person-{name}' ORDER BY document_type, line"
    )
    return rows.rows()


def test_a_yearly_total_is_never_attributed_to_the_month(town):
    town.person("kim", dt.date(1980, 5, 5))
    town.add("f13", "kim", "I03-F13-01", delivered="2025", period=2025, income_amount=12_000_005)
    bench = town.profiled()
    assert one(bench, "SELECT is_period_attributed FROM profile_figure") == {
        "is_period_attributed": False
    }
    assert evidence(bench) == [("I03-F13-01", 2, "used", 12_000_005, 1)]


def test_reports_that_disagree_beyond_the_tolerance_are_a_conflict_and_both_are_kept(town):
    town.person("kim", dt.date(1980, 5, 5))
    town.wage("kim", "I24-F19-01", MARCH, 2_000_000)
    town.wage("kim", "I26-F19-01", MARCH, 2_200_001)
    bench = town.profiled()
    kim = figures(bench, "kim")
    assert (kim["earned_amount"], kim["earned_status"]) == (2_000_000, "conflict")
    found = one(bench, "SELECT * FROM income_conflict")
    assert (found["used_amount"], found["other_amount"]) == (2_000_000, 2_200_001)
    assert (found["used_document_type"], found["other_document_type"]) == (
        "I24-F19-01",
        "I26-F19-01",
    )
    assert found["difference_amount"] == 200_001


def test_reports_within_the_tolerance_and_on_another_base_are_no_conflict(town):
    town.person("kim", dt.date(1980, 5, 5))
    town.wage("kim", "I24-F19-01", MARCH, 7_000_000)
    town.wage("kim", "I26-F19-01", MARCH, 7_700_000)  # a tenth
    town.wage("kim", "I23-F19-01", MARCH, 6_370_000)  # the ceiling of the pension's base
    bench = town.profiled()
    assert figures(bench, "kim")["earned_status"] == "known"
    assert bench.value("SELECT count(*) FROM income_conflict") == 0


def test_evidence_names_every_record_and_why_it_is_not_used(town):
    town.person("kim", dt.date(1980, 5, 5))
    town.wage("kim", "I24-F19-01", MARCH, 2_000_000)
    town.wage("kim", "I26-F19-01", MARCH, 2_100_000)
    town.add("f35", "kim", "I06-F35-03", period=MARCH, amount=90_000)
    town.wage("kim", "I26-F19-02", dt.date(2025, 8, 1), 1_900_000)
    whole = {"share_numerator": 1, "share_denominator": 1}
    town.add("f20", "kim", "I05-F20-01", parcel_no="p", assessed_amount=3, **whole)
    town.add(
        "f20",
        "kim",
        "I05-F20-01",
        parcel_no="q",
        assessed_amount=4,
        disposed_on=dt.date(2026, 3, 5),
        **whole,
    )
    town.add("f20", "kim", "I05-F20-01", delivered="202512", parcel_no="r", assessed_amount=5)
    assert [row[:3] for row in evidence(town.profiled())] == [
        ("I05-F20-01", 2, "used"),
        ("I05-F20-01", 3, "disposed"),
        ("I05-F20-01", 4, "superseded"),
        ("I06-F35-03", 2, "not_counted"),
        ("I24-F19-01", 2, "used"),
        ("I26-F19-01", 3, "lower_precedence"),
        ("I26-F19-02", 4, "expired"),
    ]


def test_a_report_too_old_to_stand_for_the_month_leaves_the_figure_missing(empty_town):
    empty_town.person("kim", dt.date(1980, 5, 5))
    empty_town.add(
        "f19", "kim", "I24-F19-01", delivered="202508", period=dt.date(2025, 8, 1), base_amount=9
    )
    kim = figures(empty_town.profiled(), "kim")
    assert (kim["earned_amount"], kim["earned_status"]) == (None, "missing")


def test_what_arrived_later_changes_nothing_of_what_was_known_before(town):
    town.person("kim", dt.date(1980, 5, 5))
    town.wage("kim", "I24-F19-01", MARCH, 2_000_000)
    late = dt.datetime(2026, 4, 20)  # noqa: DTZ001
    town.add("f19", "kim", "I24-F19-01", period=MARCH, base_amount=700_000)
    town.rows["f19"][-1]["made_at"] = late
    bench = town.open()
    earned = []
    for known_at in (late - dt.timedelta(days=1), late, None):
        build_profiles(bench, known_at)
        earned.append(figures(bench, "kim")["earned_amount"])
    assert earned == [2_000_000, 2_700_000, 2_700_000]


def test_no_record_is_zero_where_the_feed_arrived_and_unknown_where_it_did_not(empty_town):
    empty_town.arrived("I24-F19-01")
    empty_town.person("kim", dt.date(1980, 5, 5))
    kim = figures(empty_town.profiled(), "kim")
    assert (kim["earned_amount"], kim["earned_status"]) == (0, "assumed")
    assert (kim["financial_amount"], kim["financial_status"]) == (None, "missing")
    assert kim["sources"] is None


def test_an_old_delivery_makes_a_feed_stale(empty_town):
    empty_town.delivery("I24-F19-01", "202510")
    empty_town.delivery("I05-F23-01", "202603")
    empty_town.person("kim", dt.date(1980, 5, 5))
    bench = empty_town.profiled()
    states = dict(bench.frame("SELECT document_type, state FROM feed").iter_rows())
    assert states["I24-F19-01"] == "stale"
    assert states["I05-F23-01"] == "current"
    assert states["I35-F26-02"] == "missing"


def test_a_house_counts_by_share_and_a_sold_car_not_at_all(town):
    town.person("kim", dt.date(1980, 5, 5))
    town.add(
        "f21",
        "kim",
        "I05-F21-03",
        building_no="b",
        assessed_amount=300_000_001,
        share_numerator=1,
        share_denominator=2,
    )
    town.add(
        "f23",
        "kim",
        "I05-F23-01",
        vehicle_no="v",
        assessed_amount=9_000_000,
        model_year=2020,
        engine_cc=1_600,
        deregistered_on=dt.date(2026, 2, 1),
    )
    kim = figures(town.profiled(), "kim")
    assert kim["residential_amount"] == 150_000_000
    assert (kim["vehicle_amount"], kim["vehicle_status"]) == (0, "assumed")


def test_only_the_newest_whole_state_of_a_register_counts(town):
    town.person("kim", dt.date(1980, 5, 5))
    car = {"vehicle_no": "v", "model_year": 2020, "engine_cc": 1_600}
    town.add("f23", "kim", "I05-F23-01", delivered="202602", assessed_amount=9_000_000, **car)
    assert figures(town.profiled(), "kim")["vehicle_amount"] == 0


def test_answers_on_request_stay_until_the_same_person_is_asked_again(town):
    for name in ("kim", "lee"):
        town.person(name, dt.date(1980, 5, 5))
    account = {"institution_no": "088", "account_no": "1", "as_of": FEBRUARY}
    town.add("f26", "kim", "I35-F26-02", delivered="20260201", balance_amount=7, **account)
    town.add("f26", "kim", "I35-F26-02", delivered="20260301", balance_amount=8, **account)
    town.add("f26", "lee", "I35-F26-02", delivered="20260201", balance_amount=9, **account)
    bench = town.profiled()
    assert figures(bench, "kim")["financial_amount"] == 8
    assert figures(bench, "lee")["financial_amount"] == 9


def test_a_household_adds_its_members_and_names_the_sources_of_each_figure(town):
    town.person("kim", dt.date(1980, 5, 5))
    town.person("lee", dt.date(1982, 5, 5))
    town.household("H", ("kim", "head"), ("lee", "spouse"))
    town.wage("kim", "I24-F19-01", MARCH, 1_000_000)
    town.wage("lee", "I26-F19-01", MARCH, 500_000)
    bench = town.profiled()
    household = one(bench, "SELECT * FROM profile_household")
    assert (household["member_count"], household["earned_amount"]) == (2, 1_500_000)
    assert household["sources"] == ["I24-F19-01", "I26-F19-01"]
    figure = one(bench, "SELECT * FROM profile_household_figure")
    assert (figure["figure"], figure["status"]) == ("earned", "known")


def test_no_amount_of_a_built_table_is_a_float(town):
    town.person("kim", dt.date(1950, 5, 5))
    town.household("H", ("kim", "head"))
    bench = town.searched()
    floats = [
        (path.stem, row["column_name"])
        for path in sorted(bench.folder.glob("*.parquet"))
        for row in bench.frame(f'DESCRIBE "{path.stem}"').to_dicts()
        if row["column_type"] in {"DOUBLE", "FLOAT"} and row["column_name"] != "match_weight"
    ]
    assert floats == []


def test_the_fifty_kinds_are_described_once():
    kinds = profile_kinds()
    assert kinds["income_asset_code"].to_list() == [f"A{n:02}" for n in range(1, 51)]


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("figure", 'figure = "salary"'),
        ("attribution", 'attribution = "week"'),
        ("code", "code = 7"),
    ],
)
def test_a_wrong_kind_names_file_entry_and_field(tmp_path, field, line):
    entry = {
        "code": 'code = "A01"',
        "name_ko": 'name_ko = "ㄱ"',
        "name_en": 'name_en = "x"',
        "figure": 'figure = "earned"',
        "attribution": 'attribution = "month"',
    } | {field: line}
    path = tmp_path / "kinds.toml"
    path.write_text("[[income]]\n" + "\n".join(entry.values()) + "\n[[asset]]\n", "utf-8")
    with pytest.raises(KindError, match=rf"kinds.toml, income 1.*field {field}"):
        profile_kinds(path)


PRECEDENCE = """
[validity_months]
month = 6
year = 24

[[group]]
name = "wage"
order = ["A01", "A03"]
not_compared = ["A03"]
tolerance_amount = 1
tolerance_ppm = 1
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"A01", "A03"', '"A03", "A03"', "field order: A03 is given twice"),
        ('"A01", "A03"', '"A44", "A03"', "field order: A44 is no income kind"),
        ('not_compared = ["A03"]', 'not_compared = ["A05"]', "A05 is not in order"),
        (
            "tolerance_ppm = 1",
            "tolerance_ppm = 0.1",
            "field tolerance_ppm: expected a whole number",
        ),
        ("tolerance_ppm = 1", "tolerance = 1", "field tolerance: no such field"),
        ("year = 24", "", "validity_months: expected month and year"),
    ],
)
def test_a_wrong_precedence_names_group_and_field(tmp_path, old, new, message):
    path = tmp_path / "precedence.toml"
    path.write_text(PRECEDENCE.replace(old, new), "utf-8")
    with pytest.raises(KindError, match=message):
        ordered_kinds(path)


def test_a_kind_outside_every_group_is_alone(tmp_path):
    path = tmp_path / "precedence.toml"
    path.write_text(PRECEDENCE, "utf-8")
    kinds = {row["income_asset_code"]: row for row in ordered_kinds(path).to_dicts()}
    assert [kinds[code]["overlap"] for code in ("A01", "A03", "A19")] == ["wage", "wage", "A19"]
    assert [kinds[code]["validity_months"] for code in ("A01", "A05", "A44")] == [6, 24, None]


def test_splitting_an_account_and_records_outside_validity_change_no_figure(town):
    """Pairs of people: the one as reported, the other split or with records that do not count."""
    account = {"institution_no": "088", "as_of": FEBRUARY}
    random = Random(7)  # noqa: S311
    pairs = [(f"a{number}", f"b{number}") for number in range(20)]
    for plain, other in pairs:
        for name in (plain, other):
            town.person(name, dt.date(1980, 5, 5))
        balance = random.randrange(2, 10**9)
        part = random.randrange(1, balance)
        town.add("f26", plain, "I35-F26-02", account_no="1", balance_amount=balance, **account)
        town.add("f26", other, "I35-F26-02", account_no="1", balance_amount=part, **account)
        town.add(
            "f26", other, "I35-F26-02", account_no="2", balance_amount=balance - part, **account
        )
        closed = {"account_no": "3", "balance_amount": 5, "closed_on": dt.date(2026, 3, 31)}
        town.add("f26", other, "I35-F26-02", **account, **closed)
        opened = {"account_no": "4", "balance_amount": 5, "opened_on": dt.date(2026, 4, 2)}
        town.add("f26", other, "I35-F26-02", **account, **opened)
        town.wage(other, "I24-F19-01", dt.date(2026, 4, 1), 9_000_000)
        town.wage(other, "I24-F19-01", dt.date(2025, 1, 1), 9_000_000)
    bench = town.profiled()
    rows = {
        row.pop("person_id"): row for row in bench.frame("SELECT * FROM profile_person").to_dicts()
    }
    for plain, other in pairs:
        assert rows[f"person-{plain}"] == rows[f"person-{other}"]


def test_later_knowledge_without_new_records_changes_nothing(town):
    town.person("kim", dt.date(1980, 5, 5))
    town.wage("kim", "I24-F19-01", MARCH, 2_000_000)
    bench = town.open()
    found = []
    for known_at in (dt.datetime(2026, 4, 1), dt.datetime(2026, 6, 1), None):  # noqa: DTZ001
        build_profiles(bench, known_at)
        found.append(bench.path("profile_person").read_bytes())
    assert found[0] == found[1] == found[2]
