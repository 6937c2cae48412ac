"""Who did we think this was on that day? Old person IDs lead on, also after second thoughts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from warehouse.ledger import Ledger, LedgerError, Minted
from warehouse.ledger.ledger import MIGRATIONS

FIRST = dt.date(2026, 4, 1)


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def mint(ledger: Ledger, *ids: str) -> None:
    nobody = [None for _ in ids]
    frame = pl.DataFrame({"person_id": ids, "anchor": nobody, "minted_in": [FIRST for _ in ids]})
    ledger.mint(Minted(people=frame))


def tell(ledger: Ledger, night: int, *lines: str, run: str | None = None) -> None:
    """Write events of a night, each as `person kind other`."""
    rows = [[*line.split(), None][:3] for line in lines]
    schema = {"person_id": pl.String, "kind": pl.String, "other_person_id": pl.String}
    events = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        night=pl.lit(day(night)), reason=pl.lit(None, pl.String), run=pl.lit(run, pl.String)
    )
    ledger.mint(Minted(person_events=events))


def story(ledger: Ledger, person_id: str, nights: int) -> str:
    """Who the ID was taken for on each night."""
    return " ".join(ledger.resolve_person(person_id, day(each)) for each in range(nights))


def test_merged_split_off_again_and_merged_into_another(ledger: Ledger) -> None:
    mint(ledger, "P1", "P2", "P3")
    tell(ledger, 0, "P1 created", "P2 created", "P3 created")
    tell(ledger, 1, "P2 merged P1")
    tell(ledger, 2, "P2 resurrected", "P2 split P1")
    tell(ledger, 3, "P2 merged P3")
    tell(ledger, 4, "P3 merged P1")
    tell(ledger, 5, "P2 redirected P1", "P3 resurrected")
    assert story(ledger, "P2", 6) == "P2 P1 P2 P3 P1 P1"
    assert story(ledger, "P3", 6) == "P3 P3 P3 P3 P1 P3"
    assert story(ledger, "P1", 6) == "P1 P1 P1 P1 P1 P1"
    assert ledger.redirects(day(4)).rows() == [("P2", "P1"), ("P3", "P1")]
    assert ledger.redirects().rows() == [("P2", "P1")]


def test_a_split_leaves_the_old_id_where_it_was(ledger: Ledger) -> None:
    mint(ledger, "P1", "P2")
    tell(ledger, 0, "P1 created")
    tell(ledger, 1, "P2 created", "P2 split P1")
    tell(ledger, 2, "P2 moved P1", "P1 retired")
    assert story(ledger, "P1", 3) == "P1 P1 P1"
    assert ledger.redirects().is_empty()


def test_a_long_chain_is_followed_to_its_end(ledger: Ledger) -> None:
    ids = [f"P{number:02}" for number in range(30)]
    mint(ledger, *ids)
    for night in range(1, 30):
        tell(ledger, night, f"{ids[night - 1]} merged {ids[night]}")
    assert ledger.resolve_person("P00", day(20)) == "P20"
    assert set(ledger.redirects()["other_person_id"]) == {"P29"}


def test_whoever_others_are_merged_into_goes_on(ledger: Ledger) -> None:
    """A release was taken back: P1 never ended, and the next night says so only by using it."""
    mint(ledger, "P1", "P2")
    tell(ledger, 1, "P1 merged P2")
    tell(ledger, 2, "P2 merged P1")
    assert story(ledger, "P1", 3) == "P1 P2 P1"
    assert story(ledger, "P2", 3) == "P2 P2 P1"
    assert ledger.person_events().filter(kind="resurrected").select(
        "person_id", "night"
    ).rows() == [("P1", day(2))]


def test_a_night_that_runs_three_times_may_change_its_mind_twice(ledger: Ledger) -> None:
    mint(ledger, "P1", "P2")
    tell(ledger, 1, "P1 merged P2", run="r1")
    tell(ledger, 1, "P1 resurrected", run="r2")
    assert story(ledger, "P1", 2) == "P1 P1"
    tell(ledger, 1, "P1 merged P2", run="r3")
    assert story(ledger, "P1", 2) == "P1 P2"


@pytest.mark.parametrize("lines", [
    ["P1 merged P1"],
    ["P1 merged P2", "P2 merged P1"],
    ["P1 merged P2", "P2 merged P3", "P3 redirected P1"],
])  # fmt: skip
def test_a_circle_is_refused(ledger: Ledger, lines: list[str]) -> None:
    mint(ledger, "P1", "P2", "P3")
    with pytest.raises(LedgerError, match="circle"):
        tell(ledger, 1, *lines)
    assert ledger.person_events().is_empty()


def test_a_late_word_about_an_early_night_makes_no_circle_either(ledger: Ledger) -> None:
    mint(ledger, "P1", "P2")
    tell(ledger, 3, "P1 merged P2")
    with pytest.raises(LedgerError, match="circle"):
        tell(ledger, 1, "P2 merged P1")


def test_nobody_is_led_to_nobody(ledger: Ledger) -> None:
    mint(ledger, "P1")
    with pytest.raises(LedgerError, match="leads person P1 to nobody"):
        tell(ledger, 1, "P1 merged P9")


def test_an_event_keeps_what_made_it(ledger: Ledger) -> None:
    mint(ledger, "P1")
    event = {"person_id": "P1", "kind": "created", "night": FIRST, "other_person_id": None}
    origin = {"run": "r000001", "model_version": "v2", "actor": "k.lee", "evidence": '{"a": 1}'}
    ledger.mint(Minted(person_events=pl.DataFrame(event | origin | {"reason": "new"})))
    assert ledger.person_event_origins().drop("event_id").rows(named=True) == [origin]


def test_a_ledger_of_the_first_shape_keeps_its_events(url: str) -> None:
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir()
    with create_engine(url).begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO person VALUES ('P1', NULL, '2026-04-01')"))
        connection.execute(
            text(
                "INSERT INTO person_event (person_id, kind, night, other_person_id, reason) "
                "VALUES ('P1', 'created', '2026-04-01', '', 'new')"
            )
        )
    with Ledger.open(url) as ledger:
        assert ledger.person_events().rows() == [(1, "P1", "created", FIRST, "new", None)]
        assert ledger.person_event_origins().row(0) == (1, None, None, None, None)
        tell(ledger, 1, "P1 retired")
        assert ledger.broken_seals() == []
