"""Ten simulated years: what is past its term goes, and nothing goes a day early (P6)."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter

import polars as pl
import pytest
import release_scene
import typer
from promise_figures import FULL_SIZE
from typer.testing import CliRunner

from hub.delivery import DeliveryName, DeliveryState, DeliveryStopped
from pipelines.retention_commands import retention
from sources.registry import load_catalogue
from warehouse import archive, data_retention, releases
from warehouse.access_log import AccessEntry, AccessLog
from warehouse.access_log.verification import verify as verify_log
from warehouse.data_retention import HoldingKind, plan_data_retention, remove_expired, terms
from warehouse.layout import Layout
from warehouse.ledger import DeliveryCounts, Ledger, LedgerError
from warehouse.release_files import release_ids
from warehouse.release_retention import plan_retention, retain, retention_terms
from warehouse.statements import read_statements

BEGIN = dt.date(2014, 2, 28)
YEARS = 10
STEP_DAYS = 30 if FULL_SIZE else 365
DOCUMENTS = load_catalogue().documents
SHORT = next(d for d in DOCUMENTS.values() if d.retention_years == 3)
LONG = next(d for d in DOCUMENTS.values() if d.retention_years == 5)
DAY = dt.timedelta(days=1)
TERM_DAYS = {"quarantine": 1095, "refused": 365, "access_log": 1095}


class Years:
    """A hub that receives something every few weeks, and what must be there on a day."""

    def __init__(self, home) -> None:
        self.layout = Layout(home)
        self.layout.prepare()
        self.ledger = Ledger.open(self.layout.ledger_url)
        self.log = AccessLog(self.layout)
        self.until: dict[tuple[str, str], dt.date] = {}
        """(kind, path below the home) → first day on which it must be gone."""
        self.sequence = 0

    def expect(self, kind: HoldingKind, path, until: dt.date) -> None:
        self.until[kind.value, str(path.relative_to(self.layout.home))] = until

    def store(self, folder_name: str, name: str, content: bytes):
        file = self.layout.landing / folder_name / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        stored = archive.store(self.layout, file)
        file.unlink()
        return stored.sha256, stored.path

    def receive(self, document, day: dt.date) -> None:
        """A delivery with a quarantine, on `day`."""
        self.sequence += 1
        made_at = dt.datetime.combine(day, dt.time(3))
        name = DeliveryName(document.code, f"{day:%Y%m%d}", self.sequence % 999 + 1, made_at, "csv")
        sha256, stored = self.store("I01", str(name), f"{name}".encode())
        self.ledger.receive(name, document.institution, sha256, 9, night=day)
        (record,) = self.ledger.pending()
        folder = self.layout.delivery(document.code, record.delivery_id)
        folder.mkdir(parents=True)
        for part in ("part-00000.parquet", data_retention.QUARANTINE):
            pl.DataFrame({"line": [1]}).write_parquet(folder / part)
        counts = DeliveryCounts(2, 1, 1, 0)
        self.ledger.mark_landed(record.delivery_id, counts, schema_version=1, part_count=1)
        gone = dt.date(day.year + document.retention_years, day.month, min(day.day, 28))
        gone = gone if day.day <= 28 else gone + (day.day - 28) * DAY
        self.expect(HoldingKind.DELIVERY, stored, gone)
        self.expect(HoldingKind.DELIVERY, folder / "part-00000.parquet", gone)
        quarantine = min(gone, day + TERM_DAYS["quarantine"] * DAY)
        self.expect(HoldingKind.QUARANTINE, folder / data_retention.QUARANTINE, quarantine)

    def refuse(self, day: dt.date) -> None:
        sha256, stored = self.store("I01", "notes.txt", f"notes of {day}".encode())
        stop = DeliveryStopped("file_name_invalid", "notes.txt", "no delivery")
        self.ledger.refuse("notes.txt", sha256, 9, stop, night=day)
        self.expect(HoldingKind.REFUSED, stored, day + TERM_DAYS["refused"] * DAY)

    def access(self, month: dt.date, entry: AccessEntry) -> None:
        last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
        self.log.append(entry)
        file = self.layout.access / f"log-{month:%Y%m}.jsonl"
        assert file.exists()
        self.expect(HoldingKind.ACCESS_LOG, file, last + TERM_DAYS["access_log"] * DAY)

    def run(self, today: dt.date) -> None:
        plan = plan_data_retention(self.layout, self.ledger, DOCUMENTS, today)
        remove_expired(self.layout, self.ledger, plan, actor="keeper")

    def wrong(self, today: dt.date) -> Counter:
        """How much is there past its term, or gone before it."""
        found = Counter()
        for (_, path), until in self.until.items():
            is_there = (self.layout.home / path).exists()
            found["late"] += is_there and today >= until
            found["early"] += not is_there and today < until
        return found


def entry_of(month: dt.date) -> AccessEntry:
    at = dt.datetime.combine(month.replace(day=15), dt.time(9), tzinfo=dt.UTC)
    return AccessEntry(actor="lee", action="query", object="decision", subjects=["P1"], at=at)


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    """A hub that lived for ten years without removing anything."""
    made = Years(tmp_path_factory.mktemp("years") / "home")
    day, months = BEGIN, set()
    end = BEGIN.replace(year=BEGIN.year + YEARS)
    while day < end:
        for document in (SHORT, LONG):
            made.receive(document, day)
        made.refuse(day)
        day += STEP_DAYS * DAY
    month = BEGIN.replace(day=1)
    while month < end:
        if FULL_SIZE or month.month in {1, 7}:
            made.access(month, entry_of(month))
            months.add(month)
        month = (month + 31 * DAY).replace(day=1)
    yield made
    made.ledger.close()


@pytest.mark.promise("P6")
def test_what_is_past_its_term_goes_and_nothing_goes_early(years, record_figure):
    held = len(years.until)
    # The days before, on and after each term, and the last of all.
    days = sorted({until + shift * DAY for until in years.until.values() for shift in (-1, 0)})
    if not FULL_SIZE:
        days = days[:: max(len(days) // 14, 1)] + days[-1:]
    total = Counter()
    for today in days:
        years.run(today)
        total += years.wrong(today)
    record_figure(
        "P6",
        f"{held:,} holdings over {YEARS} years on {len(days):,} days: {total['late']} past their term, "
        f"{total['early']} removed early",
        held=not total["late"] and not total["early"],
        holdings=held,
        **{name: total[name] for name in ("late", "early")},
    )
    left = [path for (_, path) in years.until if (years.layout.home / path).exists()]
    assert left == []
    assert {record.state for record in years.ledger.deliveries()} == {DeliveryState.ERASED}
    assert years.ledger.effective_deliveries() == []
    assert verify_log(years.layout) == []
    stated = [each for each in read_statements(years.layout) if each["kind"] == "erasure"]
    named = {subject for each in stated for subject in each["releases"]}
    for record in years.ledger.deliveries():
        assert f"delivery {record.delivery_id}" in named
    assert all("past their term" in each["reason"] for each in stated)


@pytest.fixture
def hub(tmp_path):
    made = Years(tmp_path / "home")
    yield made
    made.ledger.close()


def test_bytes_that_two_deliveries_share_stay_as_long_as_either(hub):
    for number, document in enumerate((SHORT, LONG)):
        made_at = dt.datetime.combine(BEGIN, dt.time(3))
        name = DeliveryName(document.code, f"{BEGIN:%Y%m%d}", number + 1, made_at, "csv")
        sha256, stored = hub.store("I01", str(name), b"the same")
        hub.ledger.receive(name, document.institution, sha256, 8, night=BEGIN)
    hub.run(BEGIN.replace(year=BEGIN.year + 4))
    assert stored.exists()
    states = {each.document_type: each.state for each in hub.ledger.deliveries()}
    assert states == {SHORT.code: DeliveryState.ERASED, LONG.code: DeliveryState.RECEIVED}
    hub.run(BEGIN.replace(year=BEGIN.year + 5))
    assert not stored.exists()


def test_a_leap_day_has_its_term_on_the_first_of_march(hub):
    hub.receive(SHORT, dt.date(2024, 2, 29))
    before = plan_data_retention(hub.layout, hub.ledger, DOCUMENTS, dt.date(2027, 2, 28))
    assert [each.until for each in before if each.kind is HoldingKind.DELIVERY] == [
        dt.date(2027, 3, 1)
    ]
    assert all(each.is_kept for each in before if each.kind is HoldingKind.DELIVERY)


def test_a_crash_between_ledger_and_files_is_healed(hub, monkeypatch):
    hub.receive(SHORT, BEGIN)
    late = BEGIN.replace(year=BEGIN.year + 9)
    monkeypatch.setattr(
        data_retention, "_remove_delivery", lambda *_: (_ for _ in ()).throw(OSError)
    )
    with pytest.raises(OSError):  # noqa: PT011
        hub.run(late)
    assert hub.wrong(late)["late"]
    monkeypatch.undo()
    hub.run(late)
    assert not hub.wrong(late)["late"]


def test_an_erased_delivery_is_not_opened_again_and_comes_back_as_a_repetition(hub):
    hub.receive(SHORT, BEGIN)
    (record,) = hub.ledger.deliveries()
    hub.run(BEGIN.replace(year=BEGIN.year + 9))
    with pytest.raises(LedgerError, match="stays erased"):
        hub.ledger.reopen(record.delivery_id)
    outcome = hub.ledger.receive(
        DeliveryName.parse(record.file_name), "I01", record.sha256, 9, night=BEGIN
    )
    assert outcome.value == "repetition"
    assert hub.ledger.effective_deliveries() == []


def test_releases_go_with_their_own_term(tmp_path):
    layout = Layout(tmp_path / "home")
    for version in (1, 2, 3):
        release_scene.publish(layout.home, version)
    term = retention_terms()
    for days, left in ((term.least_days - 1, 3), (term.most_days, 3), (term.most_days + 1, 1)):
        plan = plan_retention(layout, 3, release_scene.NIGHT + days * DAY)
        with Ledger.open(layout.ledger_url) as ledger:
            retain(layout, ledger, plan, actor="keeper", announce=lambda _name: None)
        assert len(release_ids(layout)) == left
    assert releases.current(layout) is not None


def test_terms_are_data_with_a_legal_basis(tmp_path):
    assert {name: term.most_days for name, term in terms().items()} == TERM_DAYS
    assert all(term.most_basis for term in terms().values())
    assert terms()["access_log"].least_days >= 730
    broken = tmp_path / "retention.toml"
    broken.write_text("[quarantine]\nmost_days = 5\n", "utf-8")
    with pytest.raises(ValueError, match=r"\[quarantine\] needs most_days"):
        terms(broken)


def test_the_command_shows_a_plan_and_removes_on_demand(hub, monkeypatch):
    hub.receive(SHORT, BEGIN)
    hub.refuse(dt.date(2099, 1, 1))
    monkeypatch.setenv("HUB_HOME", str(hub.layout.home))
    runner, application = CliRunner(), typer.Typer()
    application.command()(retention)
    planned = runner.invoke(application, [])
    assert planned.exit_code == 0, planned.output
    assert "would be removed" in planned.output
    assert not hub.wrong(BEGIN)["early"]
    applied = runner.invoke(application, ["--apply", "--json"])
    assert applied.exit_code == 0, applied.output
    assert '"removed"' in applied.output
    assert len([path for (_, path) in hub.until if (hub.layout.home / path).exists()]) == 1
