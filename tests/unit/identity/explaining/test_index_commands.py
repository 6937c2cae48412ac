"""`hub index`: what is printed, written and refused."""

from __future__ import annotations

import datetime as dt
import json
import sys
import types
from contextlib import contextmanager

import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.index_commands import index_app
from warehouse.ledger import Minted

NIGHT = dt.date(2026, 4, 1)
WHO = ("--actor", "k.lee", "--reason", "letters of both offices")


@pytest.fixture
def run(hub_home):  # noqa: ARG001 the hub that the commands find
    def invoke(*arguments, fails=False):
        result = CliRunner().invoke(index_app, list(arguments))
        assert result.exit_code == (1 if fails else 0), result.output
        return result.stderr if fails else result.stdout

    return invoke


@pytest.fixture
def asked(hub_home):
    """Ask three questions."""
    hub_home.see_reviews(NIGHT, pl.DataFrame(
        [
            ("r1", "household_or_same", "11", "21", 5.5),
            ("r2", "could_also_be", "P1", "41", 7.0),
            ("r3", "two_pinned", None, None, None),
        ],
        schema={"review_id": pl.String, "kind": pl.String, "left": pl.String,
                "right": pl.String, "weight": pl.Float64},
        orient="row",
    ))  # fmt: skip
    return hub_home


def of_json(text):
    (row,) = json.loads(text)
    return row


def standing(ledger):
    return ledger.active_decisions().select("kind", "left", "right", "review_id").rows()


def test_why_tells_values_weights_and_sentences(run):
    printed = run("why", "11", "21")
    for word in (
        "JOHN",
        "JON",
        "day and month swapped",
        "The current index holds them for one person.",
    ):
        assert word in printed
    row = of_json(run("why", "P1", "21", "--json"))
    assert (row["left"], row["right"]) == ("P1", "21")
    steps = {step["comparison"]: step for step in row["steps"]}
    assert steps["family_name"]["level"] == "same"
    assert row["match_weight"] == pytest.approx(
        min(row["stranger_weight"], row["household_weight"]), abs=1
    )


def test_why_without_values_says_no_name(run, tmp_path):
    page = tmp_path / "pair.html"
    printed = run("why", "11", "21", "--without-values", "--html", str(page))
    for text in (printed, page.read_text("utf-8").split("<script>")[0]):
        assert "day and month swapped" in text
        assert "JOHN" not in text
        assert "1950" not in text


def test_why_compares_now_what_no_rule_brought_together(run):
    notes = of_json(run("why", "41", "51", "--json"))["notes"]
    assert "The current index holds them for different people." in notes
    assert any("No blocking rule brought them together." in note for note in notes)


def test_why_says_that_registered_people_are_never_compared(run):
    notes = of_json(run("why", "11", "41", "--json"))["notes"]
    assert any("register knows are never compared" in note for note in notes)


@pytest.mark.parametrize(("left", "reason"), [
    ("31", "It forgets pairs as weak as this (below \N{MINUS SIGN}10.0 bits)."),
    ("21", "with too many others for all to be compared."),
])  # fmt: skip
def test_why_says_why_no_score_is_kept(run, world, left, reason):
    world.connection.execute("BEGIN")
    try:
        world.connection.execute("DELETE FROM pair_score WHERE record_r = 401")
        notes = of_json(run("why", left, "41", "--json"))["notes"]
    finally:
        world.connection.execute("ROLLBACK")
    assert notes[-1].startswith("The index holds no score of the two")
    assert notes[-1].endswith(reason)


def test_why_says_that_one_number_needs_no_score(run):
    notes = of_json(run("why", "11", "12", "--json"))["notes"]
    assert any("Both are one entity before any score" in note for note in notes)
    assert notes[0].startswith(
        "signature 11: registered (the name agrees), person P1; signature 12"
    )


@pytest.mark.parametrize(("right", "reason"), [
    ("51", "51 and 51 say the same of all that both say; there is nothing to compare."),
    ("61", "61 is too thin to be compared: it has fewer than two of ID number, name, birth date,"),
])  # fmt: skip
def test_where_nothing_can_be_compared_that_is_the_answer(run, world, tmp_path, right, reason):
    world.connection.execute("BEGIN")
    try:
        world.connection.execute("INSERT INTO signature_member VALUES (61, 601, 600, NULL, 61000)")
        world.connection.execute("INSERT INTO description BY NAME SELECT 601 AS description_id")
        world.connection.execute(
            "INSERT INTO entity_description VALUES (601, 600, 'thin', 'no_number', NULL, false)"
        )
        row = of_json(run("why", "51", right, "--json"))
        printed = run("why", "51", right, "--html", str(tmp_path / "pair.html"))
    finally:
        world.connection.execute("ROLLBACK")
    assert row["notes"][-1].startswith(reason)
    assert reason in printed
    assert "match_weight" not in row
    assert not (tmp_path / "pair.html").exists()


def test_why_writes_a_picture(run, tmp_path):
    run("why", "11", "21", "--png", str(tmp_path / "pair.png"))
    assert (tmp_path / "pair.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("arguments", "word"), [
    (("why", "11", "99"), "no signature 99"),
    (("why", "P9", "11"), "no person P9"),
    (("how", "P9"), "no person P9"),
    (("review", "show", "r9"), "no review r9"),
    (("review", "decide", "r9", "--decision", "same", *WHO), "no review r9"),
    (("decide", "must-link", "11", "99", *WHO), "no signature 99"),
    (("decide", "unmerge", "11", "41", *WHO), "are not one person now"),
    (("decide", "pin", "P9", *WHO), "P9"),
    (("decide", "revoke", "d9", *WHO), "no decision d9"),
])  # fmt: skip
def test_what_is_not_there_is_refused_in_words(run, hub_home, arguments, word):
    assert word in run(*arguments, fails=True)
    assert hub_home.decisions().is_empty()


def test_before_the_first_release_nothing_is_explained(run, monkeypatch):
    @contextmanager
    def open_index_state(layout):
        del layout
        raise LookupError("no release yet; run `hub night` first")
        yield

    state = types.ModuleType("warehouse.index_state")
    state.open_index_state = open_index_state
    monkeypatch.setitem(sys.modules, "warehouse.index_state", state)
    said = run("why", "11", "21", fails=True)
    assert said.endswith("error: no release yet; run `hub night` first\n")


@pytest.mark.usefixtures("asked")
def test_reviews_are_listed_the_strongest_first(run):
    rows = json.loads(run("review", "list", "--json"))
    assert [row["review_id"] for row in rows] == ["r2", "r1", "r3"]
    rows = json.loads(run("review", "list", "--json", "--kind", "two_pinned"))
    assert [row["review_id"] for row in rows] == ["r3"]
    assert len(json.loads(run("review", "list", "--json", "--limit", "1"))) == 1
    assert json.loads(run("review", "list", "--json", "--state", "decided")) == []
    assert "r2" in run("review", "list")


@pytest.mark.usefixtures("asked")
def test_a_review_is_shown_with_the_reason_and_the_pair(run):
    printed = run("review", "show", "r1")
    assert "Review r1, open: household_or_same: agrees as one person would" in printed
    assert "day and month swapped" in printed
    row = of_json(run("review", "show", "r1", "--json"))
    assert (row["review_id"], row["kind"], row["left"]) == ("r1", "household_or_same", "11")
    assert "two signatures" in run("review", "show", "r3", fails=True)


@pytest.mark.parametrize(
    ("decision", "kind"), [("same", "must_link"), ("different", "cannot_link")]
)
def test_an_answer_is_a_decision_and_closes_the_review(run, asked, decision, kind):
    run("review", "decide", "r1", "--decision", decision, *WHO, "--evidence", "file 7")
    assert standing(asked) == [(kind, "11", "21", "r1")]
    (row,) = asked.decisions().rows(named=True)
    assert (row["actor"], row["reason"], row["evidence"]) == (
        "k.lee",
        "letters of both offices",
        "file 7",
    )
    assert asked.reviews("decided")["review_id"].to_list() == ["r1"]
    assert row["decision_id"] in run(
        "review", "decide", "r1", "--decision", decision, *WHO, fails=True
    )


def test_a_person_in_a_review_is_decided_by_its_first_signature(run, asked):
    run("review", "decide", "r2", "--decision", "different", *WHO)
    assert standing(asked) == [("cannot_link", "11", "41", "r2")]


def test_unclear_leaves_the_review_open(run, asked):
    assert "stays open" in run("review", "decide", "r1", "--decision", "unclear", *WHO)
    assert standing(asked) == []
    assert "r1" in asked.reviews("open")["review_id"].to_list()


def test_decisions_are_made_and_revoked(run, hub_home):
    nobody = pl.Series([None], dtype=pl.String)
    hub_home.mint(Minted(people=pl.DataFrame({
        "person_id": ["P1"], "anchor": nobody, "minted_in": [NIGHT]
    })))  # fmt: skip
    run("decide", "unmerge", "11", "31", *WHO)
    run("decide", "must-link", "21", "51", *WHO)
    run("decide", "cannot-link", "P2", "P3", *WHO)
    run("decide", "pin", "P1", *WHO)
    assert standing(hub_home) == [
        ("unmerge", "11", "31", None),
        ("must_link", "21", "51", None),
        ("cannot_link", "41", "51", None),
        ("pin", None, "P1", None),
    ]
    first = hub_home.decisions()["decision_id"][0]
    run("decide", "revoke", first, *WHO)
    run("decide", "unpin", "P1", *WHO)
    assert [kind for kind, *_ in standing(hub_home)] == ["must_link", "cannot_link"]


def test_a_person_is_told_with_ledger_and_index(run):
    run("decide", "must-link", "11", "31", *WHO)
    printed = run("how", "P1")
    for word in ("entity 100", "joined by its pair", "must link 11 and 31 by k.lee"):
        assert word in printed
    rows = json.loads(run("how", "P1", "--json"))
    assert [row["part"] for row in rows] == ["anchor", "member", "member", "decision"]


def test_decisions_become_labels_and_the_index_is_measured(run, tmp_path):
    run("decide", "must-link", "31", "11", *WHO)
    run("decide", "must-link", "21", "51", *WHO)
    run("decide", "cannot-link", "11", "21", *WHO)
    run("decide", "cannot-link", "11", "41", *WHO)
    run("decide", "pin", "P1", *WHO, fails=True)
    target = tmp_path / "labels.parquet"
    run("labels", "--out", str(target))
    labels = pl.read_parquet(target)
    assert labels.columns == ["signature_l", "signature_r", "is_same", "actor", "decided_at"]
    assert labels.select("signature_l", "signature_r", "is_same").rows() == [
        (11, 21, False), (11, 31, True), (11, 41, False), (21, 51, True),
    ]  # fmt: skip
    measured = of_json(run("measure", "--labels", str(target), "--json"))
    assert measured == {
        "labels": 4, "same_found": 1, "same_missed": 1, "different_joined": 1, "different_apart": 1,
        "contradictory": 0, "unknown": 0, "precision": 0.5, "recall": 0.5,
    }  # fmt: skip


def test_labels_that_contradict_or_name_nobody_count_for_nothing(run, tmp_path):
    target = tmp_path / "labels.parquet"
    pl.DataFrame(
        [(11, 21, True), (21, 11, False), (11, 999, True), (11, 31, True), (31, 11, True)],
        schema={"signature_l": pl.Int64, "signature_r": pl.Int64, "is_same": pl.Boolean},
        orient="row",
    ).write_parquet(target)
    measured = of_json(run("measure", "--labels", str(target), "--json"))
    assert (measured["same_found"], measured["contradictory"], measured["unknown"]) == (1, 1, 1)
    assert (measured["precision"], measured["recall"]) == (1.0, 1.0)


def test_files_that_cannot_be_read_or_written_are_refused_in_words(run, tmp_path):
    wrong = tmp_path / "labels.csv"
    wrong.write_text("signature_l,signature_r\n")
    assert "no Parquet file" in run("measure", "--labels", str(wrong), fails=True)
    pl.DataFrame({"signature_l": [1]}).write_parquet(tmp_path / "short.parquet")
    assert "is_same" in run("measure", "--labels", str(tmp_path / "short.parquet"), fails=True)
    assert "can be written" in run(
        "labels", "--out", str(tmp_path / "none" / "x.parquet"), fails=True
    )
    nowhere = str(tmp_path / "none" / "x.html")
    assert "can be written" in run("why", "11", "21", "--html", nowhere, fails=True)
