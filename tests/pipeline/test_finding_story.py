"""A finding walked from the release to the received bytes, and the page of a night's findings."""

from __future__ import annotations

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from hub.command_line import build_application
from pipelines.finding_files import read_finding
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.person_rows import PersonRows
from warehouse.releases import current


@pytest.fixture
def hub(home, monkeypatch):
    """`hub(*arguments, code=0)`: the command line on the module's copy of the hub."""
    monkeypatch.setenv(HOME_VARIABLE, str(home))

    def invoke(*arguments, code=0):
        result = CliRunner().invoke(build_application(), list(arguments))
        assert result.exit_code == code, result.output
        return result.stdout if code == 0 else result.output

    return invoke


@pytest.fixture
def finding(home):
    release = current(Layout(home))
    found = pl.read_parquet(release.table("finding")).filter(rule_id="D01")
    return found.row(0, named=True)


def test_the_story_names_rule_records_and_receipt(hub, finding):
    told = hub("explain", "finding", finding["finding_id"])
    evidence = [line for line in told.splitlines() if "delivery I" in line]
    assert "never a verdict" in told
    assert f"person {finding['person_id']}" in told
    assert any("death: I0" in line for line in evidence)
    assert any("payment: I0" in line for line in evidence)
    assert "archived bytes are those received" in told
    assert "may propose" not in told
    assert "holds the next payment at once" in told
    assert "another version" not in told


def test_the_first_letters_are_enough_and_korean_is_spoken(hub, finding):
    told = hub("explain", "finding", finding["finding_id"][:12], "--language", "ko")
    assert "판정이 아닙니다" in told
    assert "사망 후 지급" in told


def test_json_holds_every_piece_of_evidence_and_no_identity(home, hub, finding):
    content = json.loads(hub("explain", "finding", finding["finding_id"], "--json"))
    stored = pl.read_parquet(current(Layout(home)).table("finding_evidence")).filter(
        finding_id=finding["finding_id"]
    )
    assert len(content["evidence"]) == stored.height
    named = {name for record in content["evidence"] for name in record["values"]}
    assert named & {"full_name", "national_id_token", "address", "account_no", "place"} == set()
    assert "amount" in named
    assert content["state"] == "open"
    assert all(record["received_at"] for record in content["evidence"])


def test_evidence_without_a_line_is_told_as_what_it_is(home, hub, finding, monkeypatch):
    of_records = PersonRows.where

    def of_logs(rows, table, column, values, *more, **options):
        found = of_records(rows, table, column, values, *more, **options)
        if table != "finding_evidence":
            return found
        return found.with_columns(
            line=pl.lit(None, pl.Int64),
            document_type=pl.lit("LOG"),
            delivery_id=pl.lit("night-log"),
        )

    monkeypatch.setattr(PersonRows, "where", of_logs)
    story = read_finding(Layout(home), finding["finding_id"])
    assert story.is_of_this_rule
    assert {record.line for record in story.evidence} == {None}
    told = hub("explain", "finding", finding["finding_id"])
    assert "night-log" in told
    assert "line None" not in told


def test_another_byte_in_the_archive_is_told(home, hub, finding):
    layout = Layout(home)
    story = read_finding(layout, finding["finding_id"])
    archived = layout.archived(story.evidence[0].sha256)
    received = archived.read_bytes()
    archived.chmod(0o600)
    # The archive of the copy is linked to that of other tests: another file takes its place.
    archived.unlink()
    archived.write_bytes(received[:-1] + bytes([received[-1] ^ 1]))
    told = hub("explain", "finding", finding["finding_id"], code=3)
    assert "NOT THOSE RECEIVED" in told
    archived.unlink()
    archived.write_bytes(received)


def test_an_unknown_finding_is_refused_with_what_to_do(hub):
    assert "hub query" in hub("explain", "finding", "ffffffffffffffffffff", code=1)
    assert "hub query" in hub("explain", "finding", "no-finding", code=1)


def test_the_page_counts_what_the_release_holds_and_names_nobody(home, hub):
    release = current(Layout(home))
    page = Layout(home).reports / release.release_id / "findings.html"
    assert str(page) in hub("report", "findings")
    text = page.read_text("utf-8")
    found = pl.read_parquet(release.table("finding"))
    assert f"<b>{found.height:,}</b>" in text
    assert "<svg" in text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert not any(person in text for person in found["person_id"].drop_nulls())
