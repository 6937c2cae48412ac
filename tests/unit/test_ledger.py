"""What does the ledger remember, and what does it refuse? On SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from hub.delivery import DeliveryName, DeliveryState, DeliveryStopped
from hub.identity.linkage_model import shipped_model
from warehouse.ledger import (
    DeliveryCounts,
    DropOutcome,
    ExpectationResult,
    Ledger,
    LedgerError,
    Minted,
    NightOutcome,
    ReleaseRecord,
    ReleaseState,
)
from warehouse.ledger.ledger import MIGRATIONS, NEWEST
from warehouse.ledger.schema import METADATA

NIGHT = dt.date(2026, 4, 1)
NEXT_NIGHT = dt.date(2026, 4, 2)
NAME = "I03-F11-02_202603_001_20260401T013000.csv"
LATER_NAME = "I03-F11-02_202603_001_20260402T013000.csv"


def receive(ledger: Ledger, name: str = NAME, sha256: str = "a" * 64) -> DropOutcome:
    return ledger.receive(DeliveryName.parse(name), "I03", sha256, 10, night=NIGHT)


def land(ledger: Ledger, delivery_id: str) -> None:
    ledger.mark_landed(
        delivery_id, DeliveryCounts(4, 2, 1, 1, 40, 20, 10, 10), schema_version=1, part_count=1
    )


def test_opening_again_changes_nothing(url: str) -> None:
    with Ledger.open(url) as first:
        receive(first)
    with Ledger.open(url) as second:
        assert [record.file_name for record in second.deliveries()] == [NAME]


def test_migrations_end_in_the_declared_tables(url: str) -> None:
    Ledger.open(url).close()
    with create_engine(url).connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, METADATA) == []


def test_newest_version_is_the_last_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST


def test_a_ledger_of_a_newer_hub_is_refused(url: str) -> None:
    Ledger.open(url).close()
    with create_engine(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerError, match="9999"):
        Ledger.open(url)


@pytest.mark.parametrize("wrong", ["no url", "mysql://host/hub"])
def test_other_urls_are_refused(wrong: str) -> None:
    with pytest.raises(LedgerError, match="sqlite:///"):
        Ledger.open(wrong)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    file.write_bytes(b"this is no database, and long enough to be looked at" * 100)
    with pytest.raises(LedgerError, match=r"ledger\.sqlite cannot be opened"):
        Ledger.open(f"sqlite:///{file}")


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be opened") as refused:
        Ledger.open(f"postgresql://hub:secret@/hub?host={tmp_path}")
    assert "secret" not in str(refused.value)


def test_processes_that_open_a_new_ledger_at_once_agree(url: str) -> None:
    code = f"from warehouse.ledger import Ledger; Ledger.open({url!r}).close()"
    opening = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [process.wait() for process in opening] == [0, 0]


def test_new_repetition_correction(ledger: Ledger) -> None:
    assert receive(ledger) is DropOutcome.NEW
    assert receive(ledger) is DropOutcome.REPETITION
    assert receive(ledger, LATER_NAME, "b" * 64) is DropOutcome.CORRECTION
    assert [drop.outcome.value for drop in ledger.drops(NIGHT)] == [
        "new",
        "repetition",
        "correction",
    ]
    assert [record.delivery_id for record in ledger.pending("I03-F11-02")] == [
        "I03-F11-02_202603_001_aaaaaaaaaaaa",
        "I03-F11-02_202603_001_bbbbbbbbbbbb",
    ]


def test_the_same_bytes_under_a_later_stamp_change_nothing_that_is_shown(ledger: Ledger) -> None:
    receive(ledger)
    (before,) = ledger.deliveries()
    assert receive(ledger, LATER_NAME) is DropOutcome.REPETITION
    assert receive(ledger) is DropOutcome.REPETITION
    (record,) = ledger.deliveries()
    assert (record.made_at, record.file_name) == (before.made_at, before.file_name)
    assert record.last_made_at == dt.datetime.fromisoformat("2026-04-02T01:30")


def test_a_refused_file_is_counted_and_its_name_shows_no_number(ledger: Ledger) -> None:
    stop = DeliveryStopped("file_name_invalid", "x", "expected another name")
    # The surrogate is what the system gives for a byte that is no text.
    outcome = ledger.refuse("pay_900101-1234567_\udcff.xls", "c" * 64, 5, stop, night=NIGHT)
    assert outcome is DropOutcome.REFUSED
    (drop,) = ledger.drops()
    assert (drop.file_name, drop.rule) == ("pay_<number>_\\udcff.xls", "file_name_invalid")
    assert ledger.deliveries() == []


def test_a_correction_is_effective_once_it_has_landed(ledger: Ledger) -> None:
    receive(ledger)
    receive(ledger, LATER_NAME, "b" * 64)
    first, second = (record.delivery_id for record in ledger.deliveries())
    land(ledger, first)
    assert [record.delivery_id for record in ledger.effective_deliveries()] == [first]
    land(ledger, second)
    assert [record.delivery_id for record in ledger.effective_deliveries()] == [second]
    assert ledger.effective_deliveries("I01-F01-01") == []


def test_a_stopped_correction_replaces_nothing_and_can_be_reopened(ledger: Ledger) -> None:
    receive(ledger)
    receive(ledger, LATER_NAME, "b" * 64)
    first, second = (record.delivery_id for record in ledger.deliveries())
    land(ledger, first)
    stop = DeliveryStopped("schema_unknown", LATER_NAME, "missing: x", line=1, column="y")
    ledger.mark_stopped(second, stop)
    assert [record.delivery_id for record in ledger.effective_deliveries()] == [first]
    (stopped,) = ledger.deliveries(state=DeliveryState.STOPPED)
    assert (stopped.stop_rule, stopped.stop_line, stopped.stop_column, stopped.stop_detail) == (
        "schema_unknown",
        1,
        "y",
        "missing: x",
    )
    ledger.reopen(second)
    assert [(record.delivery_id, record.stop_rule) for record in ledger.pending()] == [
        (second, None)
    ]


@pytest.mark.parametrize(
    "counts", [DeliveryCounts(3, 1, 1, 0), DeliveryCounts(1, 1, 0, 0, won_received=1)]
)
def test_rows_or_won_that_went_missing_are_refused(ledger: Ledger, counts: DeliveryCounts) -> None:
    receive(ledger)
    (record,) = ledger.pending()
    with pytest.raises(LedgerError, match="received is not accepted"):
        ledger.mark_landed(record.delivery_id, counts, schema_version=1, part_count=1)
    assert ledger.pending() == [record]


def test_an_unknown_delivery_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="receive it first"):
        land(ledger, "I03-F11-02_202603_001_aaaaaaaaaaaa")


def test_expectation_results_of_a_delivery_are_replaced(ledger: Ledger) -> None:
    receive(ledger)
    (record,) = ledger.pending()
    result = ExpectationResult(record.delivery_id, "not_null", "month", 9, 1, 0, False, "warning")
    other = ExpectationResult(record.delivery_id, "unique", "", 9, 0, 0, True, "blocking")
    ledger.record_expectations(record.delivery_id, [other])
    ledger.record_expectations(record.delivery_id, [result])
    assert ledger.expectations(record.delivery_id) == [result]


def people(*ids: str) -> pl.DataFrame:
    return pl.DataFrame(
        {"person_id": list(ids), "anchor": [None for _ in ids], "minted_in": [NIGHT for _ in ids]}
    )


def events(*rows: tuple[str, str, dt.date, str | None]) -> pl.DataFrame:
    schema = ["person_id", "kind", "night", "other_person_id"]
    return pl.DataFrame(list(rows), schema=schema, orient="row").with_columns(
        reason=pl.lit('shares, a "register"\nentry')
    )


def test_ids_are_minted_once(ledger: Ledger) -> None:
    ledger.mint(Minted(people("P1", "P2"), events(("P1", "created", NIGHT, None))))
    with pytest.raises(LedgerError, match="1 of 2 person IDs"):
        ledger.mint(Minted(people("P2", "P3"), events(("P3", "created", NIGHT, None))))
    assert ledger.people()["person_id"].to_list() == ["P1", "P2"]
    assert ledger.next_person_sequence() == 2
    assert ledger.person_events()["person_id"].to_list() == ["P1"]


def test_the_ledger_says_which_ids_were_minted_however_many_are_asked_for(ledger: Ledger) -> None:
    assert ledger.minted_people(["P1"]) == ledger.minted_people([]) == set()
    ledger.mint(Minted(people(*(f"P{number}" for number in range(0, 1200, 2)))))
    asked = [f"P{number}" for number in range(1200)]
    assert ledger.minted_people(asked) == set(asked[::2])
    assert ledger.minted_households(asked) == set()


def test_a_repeated_event_adds_nothing(ledger: Ledger) -> None:
    step = events(("P1", "created", NIGHT, None), ("P2", "merged", NEXT_NIGHT, "P1"))
    ledger.mint(Minted(people("P1", "P2"), step))
    ledger.mint(Minted(person_events=step))
    assert ledger.person_events().drop("event_id").rows() == [
        ("P1", "created", NIGHT, 'shares, a "register"\nentry', None),
        ("P2", "merged", NEXT_NIGHT, 'shares, a "register"\nentry', "P1"),
    ]


def test_an_unknown_kind_of_event_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="vanished"):
        ledger.mint(Minted(people("P1"), events(("P1", "vanished", NIGHT, None))))
    assert ledger.people().is_empty()


def test_old_ids_lead_on_as_of_the_day(ledger: Ledger) -> None:
    third = NEXT_NIGHT + dt.timedelta(days=1)
    step = events(
        ("P1", "merged", NEXT_NIGHT, "P2"),
        ("P2", "merged", third, "P3"),
        ("P1", "resurrected", third + dt.timedelta(days=1), None),
    )
    ledger.mint(Minted(people("P1", "P2", "P3"), step))
    answers = [ledger.resolve_person("P1", NIGHT + dt.timedelta(days=day)) for day in range(4)]
    assert answers == ["P1", "P2", "P3", "P1"]
    with pytest.raises(LedgerError, match="no person P9"):
        ledger.resolve_person("P9", NIGHT)


def test_households_are_kept_like_people(ledger: Ledger) -> None:
    households = pl.DataFrame({"household_id": ["H1"], "anchor": ["k"], "minted_in": [NIGHT]})
    ledger.mint(Minted(households=households))
    assert ledger.households().rows() == [("H1", "k", NIGHT)]
    assert ledger.next_household_sequence() == 1


def test_a_release_and_its_ids_are_recorded_together(ledger: Ledger) -> None:
    record = ReleaseRecord(
        "r000001", NIGHT, ReleaseState.PUBLISHED, "m" * 64, "d" * 64, dt.datetime.now(dt.UTC)
    )
    ledger.mint(Minted(people("P1")))
    with pytest.raises(LedgerError, match="minted before"):
        ledger.record_release(record, actor="a", reason="b", minted=Minted(people("P1")))
    assert ledger.releases() == []
    ledger.record_release(record, actor="a", reason="b", minted=Minted(people("P2")))
    ledger.record_release(record, actor="a", reason="b", minted=Minted(people("P2")))
    assert ledger.releases() == [record]
    assert [event.kind for event in ledger.release_events()] == ["published"]


def test_one_night_runs_at_a_time(ledger: Ledger) -> None:
    run = ledger.start_run(NIGHT)
    with pytest.raises(LedgerError, match=run.run_id):
        ledger.start_run(NEXT_NIGHT)
    ledger.beat(run.run_id)
    assert ledger.abandon_runs(run.started_at) == []
    (abandoned,) = ledger.abandon_runs(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1))
    assert (abandoned.run_id, abandoned.outcome) == (run.run_id, NightOutcome.ABANDONED)
    with pytest.raises(LedgerError, match="no open run"):
        ledger.finish_run(run.run_id, NightOutcome.PUBLISHED)
    later = ledger.start_run(NEXT_NIGHT)
    ledger.finish_run(later.run_id, NightOutcome.UNCHANGED)
    assert [run.outcome.value for run in ledger.runs()] == ["abandoned", "unchanged"]


def test_the_digest_of_a_link_model_fits_its_column() -> None:
    """SQLite takes any length; on PostgreSQL a longer one would end every night."""
    column = METADATA.tables["person_event"].c.model_version
    assert column.type.length == len(shipped_model().digest)
