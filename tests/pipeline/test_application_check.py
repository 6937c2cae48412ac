"""`hub check-application` over two whole nights: what is on record is found, whoever asks."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from hub.programmes.catalogue import load_programmes
from hub.programmes.explanation.rendering import columns
from pipelines import application_commands
from pipelines.application_rows import NoApplicationError, check_application
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.person_rows import PersonRows

SOME = 6
SMALL = {"programme", "programme_interaction", "condition_gap", "quota_receipt"}
"""Tables that are read whole."""


@pytest.fixture(scope="module")
def layout(home):
    return Layout(home)


def read(release, table):
    return pl.read_parquet(release.table(table)).cast({pl.Categorical: pl.String})


@pytest.fixture
def command(layout, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(layout.home))
    application = typer.Typer()
    application.command()(application_commands.check)
    return lambda *words: CliRunner().invoke(application, list(words))


def paid_lately(release, programme):
    """People who are paid a programme for the last whole month or the month before."""
    month = read(release, "night")["month"][0]
    since = (month - dt.timedelta(days=1)).replace(day=1)
    paid = read(release, "benefit_received").filter(
        pl.col("programme_code") == programme, pl.col("month") >= since
    )
    assert paid.height
    return paid["person_id"].unique().sort().to_list()


def codes(check, level="conflict"):
    return {ground.code for ground in check.of(level)}


def test_whoever_is_paid_a_personal_benefit_already_is_in_conflict(release):
    living = set(read(release, "person_subject")["subject_id"])
    paid = [who for who in paid_lately(release, "P029") if who in living]
    assert len(paid) > SOME
    for who in paid[:SOME]:
        check = check_application(release, who, "P029")
        assert check.verdict == "conflict"
        assert "ALREADY_RECEIVED" in codes(check)


def test_the_newly_qualified_are_not_refused_for_what_the_rules_say(release):
    new = read(release, "decision").filter(pl.col("is_new") & (pl.col("programme_code") == "P029"))
    assert new.height
    for who in new["subject_id"].head(SOME):
        check = check_application(release, who, "P029")
        decided = check.facts.decided
        assert (decided.outcome, decided.is_stored) == ("eligible", True)
        assert not {"NOT_ENTITLED", "ALREADY_RECEIVED", "EXCLUSIVE"} & codes(check)


def test_a_decision_that_is_not_stored_is_made_again(release):
    stored = read(release, "decision").filter(pl.col("programme_code") == "P029")
    people = read(release, "person_subject")
    young = people.filter(pl.col("age_years") < 30)["subject_id"]
    who = next(each for each in young if each not in set(stored["subject_id"]))
    decided = check_application(release, who, "P029").facts.decided
    assert (decided.outcome, decided.is_stored) == ("ineligible", False)
    assert decided.reasons


def test_members_of_a_unit_see_what_the_unit_receives(release):
    """Livelihood is the unit's: whichever counted member applies is told of it."""
    paid = paid_lately(release, "P001")
    members = read(release, "assistance_unit_member").filter("is_counted")
    units = members.filter(pl.col("person_id").is_in(paid))["household_id"]
    others = members.filter(
        pl.col("household_id").is_in(units.to_list()) & ~pl.col("person_id").is_in(paid)
    )
    assert others.height
    for who, unit in others.select("person_id", "household_id").head(SOME).iter_rows():
        check = check_application(release, who, "P001")
        assert check.facts.household_id == unit
        assert "ALREADY_RECEIVED" in codes(check)


def test_a_repair_is_on_file_for_its_dwelling(release):
    repairs = read(release, "quota_receipt")
    living = read(release, "person_subject")["subject_id"].to_list()
    known = repairs.filter(pl.col("person_id").is_in(living))
    assert known.height
    for who in known["person_id"].unique().sort().head(SOME):
        check = check_application(release, who, "P248")
        mine = known.filter(pl.col("person_id") == who)
        told = {(each.programme_code, each.month) for each in check.facts.quota_receipts}
        assert set(mine.select("programme_code", "month").iter_rows()) <= told
        assert {ground.code for ground in check.grounds if ground.code.startswith("QUOTA")}


def test_the_registered_dead_are_granted_nothing(release):
    dead = read(release, "registered_death")["person_id"][0]
    check = check_application(release, dead, "P029")
    assert check.verdict == "conflict"
    assert "DIED" in codes(check)


def test_open_findings_are_told_and_settled_ones_are_not(release):
    found = read(release, "finding").filter(pl.col("person_id").is_not_null())
    who = found["person_id"][0]
    rules = set(found.filter(pl.col("person_id") == who)["rule_id"])
    check = check_application(release, who, "P262")
    told = {ground.code for ground in check.grounds if ground.code.startswith("FINDING_")}
    assert {f"FINDING_{rule}" for rule in rules} <= told
    settled = check_application(release, who, "P262", lambda _finding_id: "overturned")
    assert not [ground for ground in settled.grounds if ground.code.startswith("FINDING_")]


def test_big_tables_are_looked_up_by_their_order(release, monkeypatch):
    """Only small tables are read whole, and every look-up names what the table is sorted by."""
    whole, keys = set(), {}
    real_whole, real_where = PersonRows.whole, PersonRows.where

    def seen_whole(self, table, columns=("*",)):
        whole.add(table)
        return real_whole(self, table, columns)

    def seen_where(self, table, key, values, columns=("*",), *, also="TRUE"):
        keys[table] = key
        return real_where(self, table, key, values, columns, also=also)

    monkeypatch.setattr(PersonRows, "whole", seen_whole)
    monkeypatch.setattr(PersonRows, "where", seen_where)
    who = read(release, "assistance_unit_member").filter("is_counted")["person_id"][0]
    check_application(release, who, "P248")
    assert whole <= SMALL
    assert {"person", "benefit_received", "unit_membership", "person_subject"} <= set(keys)
    for table, key in keys.items():
        if table == "finding":
            continue
        rows = read(release, table)
        groups = rows.partition_by("programme_code") if table == "decision" else [rows]
        assert all(group[key].drop_nulls().is_sorted() for group in groups), table


def test_the_command_says_the_verdict_in_both_languages(release, command):
    who = paid_lately(release, "P029")[0]
    english, korean = command(who, "P029"), command(who, "p029", "--language", "ko")
    assert (english.exit_code, korean.exit_code) == (4, 4)
    assert english.stdout.splitlines()[1].startswith("CONFLICT")
    assert korean.stdout.splitlines()[1].startswith("중복·제한")
    assert max(columns(line) for line in (english.stdout + korean.stdout).splitlines()) <= 100


def test_json_has_the_verdict_its_grounds_and_both_languages(release, command):
    who = read(release, "person_subject")["subject_id"][0]
    for programme in load_programmes()[:60:10]:
        shown = command(who, programme.code, "--json")
        content = json.loads(shown.stdout)
        assert content["programme_code"] == programme.code
        assert shown.exit_code == {"clear": 0, "needs_a_look": 3, "conflict": 4}[content["verdict"]]
        assert all(ground["text_en"] and ground["text_ko"] for ground in content["grounds"])


def test_an_unknown_person_or_programme_is_said_to_be_so(release, command):
    with pytest.raises(NoApplicationError, match="no person Nobody"):
        check_application(release, "Nobody", "P001")
    who = read(release, "person_subject")["subject_id"][0]
    shown = command(who, "P999")
    assert (shown.exit_code, "no programme P999" in shown.stderr) == (1, True)
