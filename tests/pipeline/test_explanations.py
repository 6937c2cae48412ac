"""`hub explain` and `hub consult` over two whole nights: they say what the nights stored."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from hub.programmes.catalogue import load_programmes
from hub.programmes.explanation.rendering import columns
from pipelines import explain_commands
from pipelines.case_files import read_case, stored_decision
from pipelines.moments import Moment, choose_moment
from warehouse.releases import current

PEOPLE = 12
LATER = dt.date(2027, 4, 2)


@pytest.fixture(scope="module")
def decisions(release):
    return pl.read_parquet(release.table("decision"))


@pytest.fixture(scope="module")
def units(release):
    """Person → the unit that the person is counted in."""
    members = pl.read_parquet(release.table("assistance_unit_member")).filter("is_counted")
    return dict(members.select("person_id", "household_id").iter_rows())


@pytest.fixture(scope="module")
def people(decisions, units):
    """Some people with a unit: those who receive something first, as most can go wrong with them."""
    told = decisions.filter(pl.col("subject_id").is_in(list(units))).group_by("subject_id")
    ranked = told.agg(
        pl.col("is_received").sum(), (pl.col("outcome") != "eligible").sum(), pl.len()
    ).sort("is_received", "outcome", "len", "subject_id", descending=[True, True, True, False])
    return ranked["subject_id"].head(PEOPLE).to_list()


@pytest.fixture(scope="module")
def cases(release, people):
    moment = Moment(release, release.night, release.night)
    return {who: read_case(moment, who) for who in people}


@pytest.fixture
def hub(layout, monkeypatch):
    """Return a function that runs `hub explain` or `hub consult`."""
    monkeypatch.setenv("HUB_HOME", str(layout.home))
    application = typer.Typer()
    application.command("explain")(explain_commands.explain)
    application.command("consult")(explain_commands.consult)
    return lambda *words: CliRunner().invoke(application, [str(word) for word in words])


def of_person(decisions, units, who):
    return decisions.filter(pl.col("subject_id").is_in([who, units[who]]))


def test_every_stored_decision_of_some_people_is_replayed_exactly(cases, decisions, units):
    programmes = {programme.code: programme for programme in load_programmes()}
    compared = 0
    for who, case in cases.items():
        for row in of_person(decisions, units, who).iter_rows(named=True):
            programme = programmes[row["programme_code"]]
            replayed = case.replay(programme)
            assert replayed.subject_id == row["subject_id"]
            for name in ("outcome", "fail_mask", "unknown_mask", "amount", "margin_amount"):
                assert getattr(replayed, name) == row[name], (programme.code, name)
            stored = stored_decision(case, programme)
            assert explain_commands.differences(replayed, stored, case.moment) == ()
            compared += 1
    assert compared > 5 * PEOPLE


def test_a_consultation_settles_amounts_as_the_night_did(cases, decisions, units):
    interactions = 0
    for who, case in cases.items():
        advice = {each.programme.code: each for each in explain_commands._consult(case).advice}
        assert len(advice) == len(load_programmes())
        stored = {row["programme_code"]: row for row in of_person(decisions, units, who).to_dicts()}
        for code, each in advice.items():
            row = stored.get(code)
            if row is None:
                assert each.outcome != "eligible", (who, code)
                assert not each.is_received, (who, code)
                continue
            interactions += len(row["interaction_codes"])
            assert each.payable_amount == row["payable_amount"], (who, code)
            assert sorted(each.interaction_codes) == sorted(row["interaction_codes"]), (who, code)
            assert (each.state == "excluded") == row["is_excluded"], (who, code)
            assert (each.state == "apply_for") == row["is_new"], (who, code)
    assert interactions > 0


def test_a_consultation_puts_every_programme_in_one_place(hub, people):
    content = json.loads(hub("consult", people[0], "--json").stdout)
    assert sum(content["counts"].values()) == len(load_programmes())
    monthly = [
        each["payable_amount"]
        for each in content["programmes"]
        if each["state"] == "apply_for"
        and (each["amount_unit"], each["period"]) == ("won", "month")
    ]
    assert 0 <= content["new_won_per_month"] <= sum(amount or 0 for amount in monthly)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_lines_fit_a_page_in_a_pipe(hub, people, language):
    for words in (("explain", people[0], "P001"), ("consult", people[0], "--all")):
        result = hub(*words, "--language", language)
        assert result.exit_code == 0, result.output
        assert max(map(columns, result.stdout.splitlines())) <= 100


def test_every_value_told_by_a_record_names_the_delivery(cases, release):
    """Records named in an explanation stand in the release's deliveries."""
    deliveries = set(pl.read_parquet(release.table("delivery"))["delivery_id"])
    told = [source for case in cases.values() for source in case.case.sources]
    assert {source.fact for source in told} >= {"age_years", "sex", "stay_status", "receipts"}
    assert {source.delivery_id for source in told if source.delivery_id} <= deliveries


@pytest.mark.parametrize(
    "fact",
    ["disability", "ltc_grade", "school_level", "employment", "stay_status", "facility_kind"],
)
def test_every_word_of_a_person_has_a_record_that_says_it(release, fact):
    """Whatever the facts hold besides none; foreigners' stays are told in words of their own."""
    subjects = pl.read_parquet(release.table("person_subject")).select("subject_id", fact)
    held = subjects.filter(pl.col(fact).is_not_null(), pl.col(fact) != "none")
    told = pl.read_parquet(release.table("fact_evidence")).filter(pl.col("fact") == fact)
    joined = held.join(told, left_on="subject_id", right_on="person_id")
    fitting = joined.filter(pl.col("said").is_null() | (pl.col("said") == pl.col(fact)))
    # Of people whom no register knows, the number alone says that they are citizens.
    held = held.join(registered(release), on="subject_id", how="semi")
    assert held.height > 0
    assert held.join(fitting, on="subject_id", how="anti").to_dicts() == []


def registered(release):
    """People of whom the registers tell an identity, a stay or a naturalisation."""
    identity = pl.read_parquet(release.table("f01_person_identity"))
    stay = pl.read_parquet(release.table("f05_foreigner_nationality"))
    is_told = pl.col("stay_status").is_not_null() | pl.col("naturalised_on").is_not_null()
    known = [
        identity.filter(pl.col("document_type").str.starts_with("I01-")),
        stay.filter(pl.col("document_type").str.starts_with("I04-"), is_told),
    ]
    rows = pl.concat(rows.select("signature_id") for rows in known)
    index = pl.read_parquet(release.table("person_index"), columns=["signature_id", "person_id"])
    return index.join(rows, on="signature_id", how="semi").select(subject_id="person_id")


@pytest.mark.parametrize("fact", ["has_spouse", "has_occupational_pension", "is_in_foster_care"])
def test_every_yes_has_a_record(release, fact):
    held = pl.read_parquet(release.table("person_subject")).filter(pl.col(fact))
    told = pl.read_parquet(release.table("fact_evidence")).filter(pl.col("fact") == fact)
    assert held.height > 0
    assert held.join(told, left_on="subject_id", right_on="person_id", how="anti").is_empty()


def test_a_day_without_a_release_is_decided_with_older_facts_and_says_so(hub, people, layout):
    content = json.loads(hub("explain", people[0], "P029", "--as-of", LATER, "--json").stdout)
    night = current(layout).night
    assert (content["as_of"], content["facts_of"]) == (str(LATER), str(night))
    assert content["equals_stored"] is None
    assert str(night) in content["notes"][0]
    assert str(LATER) in content["notes"][0]
    first = hub("explain", people[0], "P029", "--as-of", LATER).stdout.splitlines()[0]
    assert first.startswith(f"Decided as of {LATER} with the facts of {night}")


def test_ages_are_those_of_the_day_that_is_asked(layout, people):
    before = read_case(choose_moment(layout, None, None), people[0])
    after = read_case(choose_moment(layout, LATER, None), people[0])
    old, new = (one.people.sort("subject_id")["age_years"].to_list() for one in (before, after))
    # A year and some days lie between.
    assert {late - early for early, late in zip(old, new, strict=True)} <= {1, 2}


def test_the_first_release_answers_for_its_own_night(layout, release):
    first = choose_moment(layout, None, dt.date(2026, 3, 31))
    assert first.release.release_id == "r000001"
    assert first.day == first.release.night == dt.date(2026, 3, 31)
    assert choose_moment(layout, None, None).release.release_id == release.release_id


def test_a_stored_decision_that_differs_is_said_loudly(hub, cases, decisions, monkeypatch):
    who = next(iter(cases))
    row = decisions.filter(pl.col("subject_id") == who).row(0, named=True)

    def altered(case, programme):
        found = stored_decision(case, programme)
        return type(found)(**{
            name: getattr(found, name) for name in found.__slots__ if name != "amount"
        }, amount=-1)  # fmt: skip

    monkeypatch.setattr(explain_commands, "stored_decision", altered)
    result = hub("explain", who, row["programme_code"])
    assert result.exit_code == explain_commands.STORED_DIFFERS
    assert result.stdout.startswith("WARNING: the stored decision differs")
    assert "amount -1 /" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("explain", "PZZZZZZZZZZ", "P001"), "no person PZZZZZZZZZZ"),
        (("explain", None, "P1"), "did you mean"),
        (("explain", None, "basic pension"), "P029 Basic pension"),
        (("explain", None, "P001", "--as-of", "2020-01-01"), "no release of 2020-01-01 or before"),
    ],
)
def test_what_cannot_be_explained_is_said_with_what_to_do(hub, people, words, said):
    result = hub(*(people[0] if word is None else word for word in words))
    assert result.exit_code == 1
    assert said in result.stderr


def test_without_a_release_it_says_so(tmp_path, monkeypatch, hub):
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    result = hub("consult", "PAAA")
    assert result.exit_code == 1
    assert "run `hub night` first" in result.stderr
