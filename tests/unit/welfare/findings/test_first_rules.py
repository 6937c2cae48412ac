"""The rules about death, custody, stays abroad, two payers, exclusion and wages: for each a case, a near miss, the boundary, and silence without its feed."""

from __future__ import annotations

import datetime as dt

import pytest

from hub.findings.rules import RuleError, load_rules
from pipelines.steps.findings import build_findings

JANUARY, FEBRUARY, MARCH = (dt.date(2026, month, 1) for month in (1, 2, 3))


def findings(town, rule):
    return town.findings(rule)


def evidence(town, finding):
    return town.evidence(finding)


def older_person(town, **person):
    town.person("kim", dt.date(1950, 5, 5), **person)


def died(town, day, event="death", document_type="I01-F04-01"):
    town.add("f04", "kim", document_type, event=event, occurred_on=day, reported_on=day)


# D01: deceased but paid


def test_d01_paid_for_a_month_after_the_registered_death(town):
    older_person(town, died=dt.date(2026, 1, 20))
    died(town, dt.date(2026, 1, 20))
    town.paid("kim", "P029", JANUARY, 349_700)
    town.paid("kim", "P029", FEBRUARY, 349_700)
    found = findings(town, "D01")
    assert [(row["period"], row["amount_at_stake"], row["action"]) for row in found] == [
        (FEBRUARY, 349_700, "AUTO")
    ]
    assert evidence(town, found[0]) == {("payment", "I06-F35-02"), ("death", "I01-F04-01")}


@pytest.mark.parametrize(("day", "count"), [(dt.date(2026, 2, 28), 1), (MARCH, 0)])
def test_d01_boundary_is_the_first_day_of_the_month(town, day, count):
    older_person(town, died=day)
    died(town, day)
    town.paid("kim", "P029", MARCH, 349_700)
    assert len(findings(town, "D01")) == count


def test_d01_a_death_taken_back_or_only_reported_by_a_facility_is_no_finding(town):
    older_person(town)
    died(town, dt.date(2026, 1, 20))
    died(town, dt.date(2026, 2, 3), "death_cancelled", "I01-F04-03")
    town.person("lee", dt.date(1950, 5, 5))
    town.add("f04", "lee", "I24-F04-01", event="death_in_facility", occurred_on=dt.date(2026, 1, 2))
    town.paid("kim", "P029", MARCH, 349_700)
    town.paid("lee", "P029", MARCH, 349_700)
    assert findings(town, "D01") == []


def test_d01_a_payment_reversed_in_full_is_no_payment(town):
    older_person(town)
    died(town, dt.date(2026, 1, 20))
    town.paid("kim", "P029", MARCH, 349_700)
    town.paid("kim", "P029", MARCH, -349_700, record_action="reversal")
    assert findings(town, "D01") == []


# D10: imprisoned while paid


@pytest.mark.parametrize(
    ("admitted", "released", "count"),
    [
        (dt.date(2026, 2, 28), None, 1),
        (MARCH, None, 0),
        (dt.date(2026, 1, 5), MARCH, 1),
        (dt.date(2026, 1, 5), dt.date(2026, 2, 28), 0),
    ],
)
def test_d10_custody_at_the_beginning_of_the_month(town, admitted, released, count):
    older_person(town)
    town.add(
        "f07",
        "kim",
        "I04-F07-01",
        custody_type="convicted",
        admitted_on=admitted,
        released_on=released,
    )
    town.paid("kim", "P029", MARCH, 349_700)
    found = findings(town, "D10")
    assert len(found) == count
    if found:
        assert (found[0]["action"], found[0]["amount_at_stake"]) == ("HOLD", 349_700)
        assert evidence(town, found[0]) == {("payment", "I06-F35-02"), ("custody", "I04-F07-01")}


def test_d10_a_programme_that_goes_on_in_custody(town):
    older_person(town)
    town.add("f07", "kim", "I04-F07-01", admitted_on=dt.date(2025, 1, 1))
    town.paid("kim", "P073", MARCH, 100_000)
    assert findings(town, "D10") == []


# D11: long stay abroad


def crossed(town, day, direction):
    town.add("f06", "kim", "I04-F06-01", moved_on=day, direction=direction)


@pytest.mark.parametrize(
    ("programme", "days", "count"),
    [
        ("P029", 60, 1),
        ("P029", 59, 0),
        ("P073", 90, 1),
        ("P073", 89, 0),
        ("P001", 91, 1),
        ("P001", 90, 0),
    ],
)
def test_d11_days_abroad_when_the_month_begins(town, programme, days, count):
    older_person(town)
    crossed(town, MARCH - dt.timedelta(days=days), "out")
    town.paid("kim", programme, MARCH, 100_000)
    found = findings(town, "D11")
    assert len(found) == count
    if found:
        assert evidence(town, found[0]) == {("payment", "I06-F35-02"), ("exit", "I04-F06-01")}


def test_d11_a_return_before_the_month_ends_the_finding(town):
    older_person(town)
    crossed(town, dt.date(2025, 10, 1), "out")
    crossed(town, dt.date(2026, 2, 20), "in")
    town.paid("kim", "P029", FEBRUARY, 100_000)
    town.paid("kim", "P029", MARCH, 100_000)
    assert [row["period"] for row in findings(town, "D11")] == [FEBRUARY]


@pytest.mark.parametrize(
    ("second_out", "count"), [(dt.date(2026, 1, 14), 1), (dt.date(2026, 1, 15), 0)]
)
def test_d11_stays_of_half_a_year_add_up_for_the_livelihood_benefit(town, second_out, count):
    older_person(town)
    crossed(town, dt.date(2025, 10, 1), "out")
    crossed(town, dt.date(2025, 11, 15), "in")  # 45 days
    crossed(town, second_out, "out")  # 46 or 45 days up to 1 March
    town.paid("kim", "P001", MARCH, 100_000)
    assert len(findings(town, "D11")) == count


def test_d11_an_unknown_return_counts_for_nothing_until_the_next_exit(town):
    older_person(town)
    crossed(town, dt.date(2025, 9, 1), "out")
    crossed(town, dt.date(2026, 2, 20), "out")
    town.paid("kim", "P029", MARCH, 100_000)
    assert findings(town, "D11") == []


def test_d11_is_silent_while_the_border_feed_is_old(town):
    older_person(town)
    town.add(
        "f06",
        "kim",
        "I04-F06-01",
        delivered="20260101",
        moved_on=dt.date(2025, 10, 1),
        direction="out",
    )
    del town.deliveries["I04-F06-01_202603_001"]
    town.paid("kim", "P029", MARCH, 100_000)
    assert findings(town, "D11") == []
    state = town.bench.frame("SELECT * FROM rule_state WHERE rule_id = 'D11'").to_dicts()[0]
    assert (state["is_suppressed"], state["waits_for"]) == (True, ["I04-F06-01"])


# D19: two payers


def test_d19_two_regions_pay_the_same_month(town):
    older_person(town)
    town.paid("kim", "P029", MARCH, 349_700, region="11110")
    town.paid("kim", "P029", MARCH, 200_000, region="26110")
    found = findings(town, "D19")
    assert [(row["amount_at_stake"], row["action"]) for row in found] == [(200_000, "HOLD")]
    rows = town.bench.value("SELECT count(*) FROM finding_evidence")
    assert rows == 2


def test_d19_a_move_between_months_and_a_supplement_are_no_findings(town):
    older_person(town)
    town.paid("kim", "P029", FEBRUARY, 349_700, region="11110")
    town.paid("kim", "P029", MARCH, 349_700, region="26110")
    town.paid("kim", "P029", MARCH, 10_000, region="26110")
    assert findings(town, "D19") == []


def test_d19_a_payer_who_took_its_payment_back_is_none(town):
    older_person(town)
    town.paid("kim", "P029", MARCH, 349_700, region="11110")
    town.paid("kim", "P029", MARCH, 349_700, region="26110")
    town.paid("kim", "P029", MARCH, -349_700, region="11110", record_action="reversal")
    assert findings(town, "D19") == []


# D20: mutually exclusive programmes


def test_d20_an_exclusive_pair_in_one_month(town):
    older_person(town)
    town.paid("kim", "P029", MARCH, 349_700)
    town.paid("kim", "P047", MARCH, 30_000, document_type="I06-F35-03")
    found = findings(town, "D20")
    assert [
        (row["programme_code"], row["other_programme_code"], row["amount_at_stake"])
        for row in found
    ] == [("P029", "P047", 30_000)]
    assert evidence(town, found[0]) == {("payment", "I06-F35-02"), ("payment", "I06-F35-03")}


def test_d20_different_months_or_compatible_programmes_are_no_findings(town):
    older_person(town)
    town.paid("kim", "P047", FEBRUARY, 30_000)
    town.paid("kim", "P029", MARCH, 349_700)
    town.paid("kim", "P001", MARCH, 300_000)
    assert findings(town, "D20") == []


@pytest.mark.parametrize(
    ("status", "until", "count"),
    [("entitled", None, 1), ("entitled", dt.date(2026, 2, 28), 0), ("ended", None, 0)],
)
def test_d20_an_open_entitlement_beside_a_payment(town, status, until, count):
    town.person("kim", dt.date(2022, 5, 5))
    town.paid("kim", "P210", MARCH, 280_000, document_type="I08-F35-02", in_kind=True)
    town.add(
        "f34",
        "kim",
        "I06-F34-06",
        programme_code="P075",
        status=status,
        entitled_from=JANUARY,
        entitled_to=until,
    )
    found = findings(town, "D20")
    assert [row["amount_at_stake"] for row in found] == [None] * count
    if found:
        assert evidence(town, found[0]) == {
            ("payment", "I08-F35-02"),
            ("entitlement", "I06-F34-06"),
        }


# D28: undeclared wage. A unit of one that is paid 820,556 has declared nothing.


def on_livelihood(town, paid=820_556):
    town.person("kim", dt.date(1980, 5, 5))
    town.household("H", ("kim", "head"))
    for month in (FEBRUARY, MARCH):
        town.paid("kim", "P001", month, paid, document_type="I06-F35-01")


@pytest.mark.parametrize(("wage", "count"), [(100_001, 1), (100_000, 0)])
def test_d28_tolerance_to_the_won(town, wage, count):
    on_livelihood(town)
    for month in (FEBRUARY, MARCH):
        town.wage("kim", "I24-F19-01", month, wage)
        town.wage("kim", "I26-F19-01", month, wage + 50_000)
    found = findings(town, "D28")
    assert [row["period"] for row in found] == [MARCH] * count
    if found:
        assert (found[0]["first_period"], found[0]["amount_at_stake"]) == (FEBRUARY, wage)
        assert found[0]["action"] == "REV"
        assert evidence(town, found[0]) == {
            ("wage", "I24-F19-01"),
            ("wage", "I26-F19-01"),
            ("payment", "I06-F35-01"),
        }


def test_d28_a_wage_that_already_lowers_the_benefit_is_no_finding(town):
    # 70 % of 1,000,000 is what the payment of 120,556 leaves out.
    on_livelihood(town, paid=120_556)
    for month in (FEBRUARY, MARCH):
        town.wage("kim", "I24-F19-01", month, 1_000_000)
        town.wage("kim", "I26-F19-01", month, 1_000_000)
    assert findings(town, "D28") == []


def test_d28_needs_two_institutions_and_two_months(town):
    on_livelihood(town)
    # Two sources of one institution are one source.
    for month in (FEBRUARY, MARCH):
        town.wage("kim", "I26-F19-01", month, 2_000_000)
        town.wage("kim", "I26-F19-02", month, 2_000_000)
    town.wage("kim", "I24-F19-01", MARCH, 2_000_000)
    assert findings(town, "D28") == []


def test_d28_never_spreads_a_yearly_total_over_months(town):
    on_livelihood(town)
    for month in (FEBRUARY, MARCH):
        town.wage("kim", "I24-F19-01", month, 2_000_000)
    town.add(
        "f11",
        "kim",
        "I03-F11-01",
        delivered="2025",
        period=dt.date(2025, 12, 1),
        gross_amount=24_000_000,
        months_worked=12,
    )
    assert findings(town, "D28") == []


# All rules


def test_the_same_inputs_give_the_same_findings(town):
    older_person(town)
    died(town, dt.date(2026, 1, 20))
    town.paid("kim", "P029", MARCH, 349_700)
    first = findings(town, "D01")
    build_findings(town.bench, only=["D01"])
    again = town.bench.frame("SELECT * FROM finding").to_dicts()
    assert again == first
    assert len(first[0]["finding_id"]) == 20


def test_only_a_registered_death_is_automatic(tmp_path):
    assert [rule.id for rule in load_rules() if rule.action == "AUTO"] == ["D01"]
    source = next(rule for rule in load_rules() if rule.id == "D19")
    path = tmp_path / "D19.toml"
    fields = {
        name: getattr(source, name)
        for name in (
            "id",
            "table",
            "name_ko",
            "name_en",
            "grain",
            "subject",
            "suppress_when",
            "tolerance",
            "severity",
            "legal_basis",
            "clears_when_ko",
            "clears_when_en",
        )
    }
    lines = [f'{name} = "{value}"' for name, value in fields.items()]
    path.write_text(
        "\n".join(
            [*lines, "version = 1", "lookback_months = 1", "min_sources = 1", 'action = "AUTO"']
        )
    )
    with pytest.raises(RuleError, match=r"D19.toml, field action: only a registered death"):
        load_rules(tmp_path)


def test_a_rule_without_its_only_feed_is_silent(town):
    older_person(town)
    for document_type in ("I01-F04-01", "I02-F04-02"):
        del town.deliveries[f"{document_type}_202603_001"]
    town.paid("kim", "P029", MARCH, 349_700)
    assert findings(town, "D01") == []
    state = town.bench.frame("SELECT * FROM rule_state WHERE rule_id = 'D01'").to_dicts()[0]
    assert state["waits_for"] == ["I01-F04-01", "I02-F04-02"]
