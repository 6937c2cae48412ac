"""No row and no won that arrived is lost, of all 448 document types (R6)."""

from __future__ import annotations

import drift_scene as drift
import night_scene as scene
import polars as pl
import pytest
from promise_figures import FULL_SIZE

from hub.catalogue import WON_PER_UNIT, Delivery, Format
from hub.delivery import DeliveryState
from pipelines.assets import naming, night
from pipelines.steps import stages
from pipelines.steps.conservation import RowsLostError, losses
from pipelines.steps.families import build_night_tables, lost_by_family, open_bench
from sources.country.rendering.documents import write_delivery
from sources.registry import load_catalogue

PEOPLE = 300
CATALOGUE = load_catalogue()
BAD = {Format.ID13: "90010112345X7", Format.DATE8: "20261332", Format.DATE10: "2026-13-32"}
"""A value that breaks a format, and fits into its column."""
ROWS = 40


def chosen_types() -> list[str]:
    return [code for place, code in enumerate(CATALOGUE.documents) if FULL_SIZE or place % 20 == 0]


def won_of(sound: drift.Sound, rows: pl.DataFrame) -> int:
    """The sum of the amounts that a person would add up by hand."""
    amount = sound.document.amount_column
    column = sound.version.by_canonical(amount) if amount else None
    if column is None:
        return 0
    return int(rows[column.name].sum()) * WON_PER_UNIT[column.format]


class Dirty:
    """A file with one bad row and one repetition, and what must become of its rows."""

    def __init__(self, sound: drift.Sound) -> None:
        self.sound = sound
        good = sound.frame.unique(maintain_order=True)
        action = sound.version.by_canonical("record_action")
        if action is not None:
            # Reversals and cancellations are never repetitions of one another.
            reversing = [
                word for word, means in action.codes.items() if means in {"reversal", "cancel"}
            ]
            good = good.filter(~pl.col(action.name).is_in(reversing).fill_null(value=False))
        self.good = good
        self.repeated = good.head(1)
        broken = next((c for c in sound.version.columns if c.format in BAD), None)
        self.bad = good.head(0)
        if broken is not None and good.height > 1:
            self.bad = good[1:2].with_columns(pl.lit(BAD[broken.format]).alias(broken.name))

    @property
    def content(self) -> bytes:
        rows = pl.concat([self.good, self.bad, self.repeated])
        return write_delivery(self.sound.document, self.sound.version, rows, self.sound.name)


@pytest.fixture(scope="module")
def landed(tmp_path_factory):
    """(context, dirty files by name) after a night of dirty files of every type."""
    folder = tmp_path_factory.mktemp("dirty")
    types = chosen_types()
    scene.tell(folder, PEOPLE, 1, faults=False, types=types)
    drops = folder / f"dirty/{scene.FIRST:%Y%m%d}"
    sent: dict[str, Dirty] = {}
    for file in sorted((folder / f"nights/{scene.FIRST:%Y%m%d}").glob("*/*")):
        if file.name[:10] in {name[:10] for name in sent}:
            continue
        dirty = Dirty(drift.read_sound(CATALOGUE.documents[file.name[:10]], file, ROWS))
        if dirty.good.is_empty():
            continue
        target = drops / file.parent.name / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(dirty.content)
        sent[file.name] = dirty
    context = scene.open_night(folder / "home", scene.FIRST)
    with context.ledger, scene.unflushed():
        scene.land_night(context, drops.parent)
        build_night_tables(context)
        yield context, sent


@pytest.mark.promise("R6")
def test_every_row_and_won_of_every_type_is_somewhere(landed, record_figure):
    context, sent = landed
    with open_bench(context) as bench:
        table = {
            row["document_type"]: row
            for row in bench.frame("SELECT * FROM row_conservation").iter_rows(named=True)
        }
    wrong = {}
    won = 0
    for name, dirty in sent.items():
        row, bad, repeated = table[name[:10]], dirty.bad, dirty.repeated
        told = (row["rows_received"], row["rows_quarantined"], row["rows_superseded"])
        accepted = row["rows_accepted"]
        if row["deliveries_stopped"]:
            # Too many bad rows among few: the good ones are held back with them.
            assert accepted == 0
            accepted = dirty.good.height
            told = (told[0], told[1] - accepted, told[2])
        all_won = won_of(dirty.sound, dirty.good) + won_of(dirty.sound, repeated)
        all_won += won_of(dirty.sound, bad)
        won += all_won
        expected = (dirty.good.height + bad.height + repeated.height, bad.height, repeated.height)
        sums = row["won_accepted"] + row["won_quarantined"] + row["won_superseded"]
        is_exact = (
            told == expected
            and accepted == dirty.good.height
            and row["won_received"] == sums == all_won
            and row["won_superseded"] == won_of(dirty.sound, repeated)
            and row["is_conserved"]
        )
        if not is_exact:
            wrong[name] = (told, expected, row["won_received"], all_won)
    types = len(chosen_types())
    assert len(sent) == types
    assert wrong == {}
    record_figure(
        "R6",
        f"{len(sent) - len(wrong)} of {types} types exact, {won:,} won",
        held=not wrong,
        types=types,
        exact=len(sent) - len(wrong),
    )


def test_dirty_rows_reached_every_kind_of_file(landed):
    context, sent = landed
    states = {record.file_name: record for record in context.ledger.deliveries()}
    assert {sent[name].sound.document.delivery for name in states} == set(Delivery)
    quarantined = [name for name, record in states.items() if record.counts.rows_quarantined]
    landed_dirty = [
        name
        for name in quarantined
        if states[name].state is DeliveryState.LANDED and sent[name].bad.height
    ]
    assert len(landed_dirty) > len(states) / 3


def test_the_table_has_every_type_and_no_loss(landed):
    context, _ = landed
    with open_bench(context) as bench:
        assert bench.value("SELECT count(*) FROM row_conservation") == len(CATALOGUE.documents)
        assert losses(bench) == []
    assert lost_by_family(context) == {family: [] for family in CATALOGUE.families}


@pytest.fixture
def robbed(landed):
    """The night's bench, in which a lake file lost a row and another type lost won."""
    context, _ = landed
    with open_bench(context) as bench:
        measured = bench.frame("SELECT * FROM feed_measure")
        delivery = bench.frame("SELECT * FROM delivery")
        first, second = measured["document_type"].unique().sort()[:2]
        lost = (pl.col("document_type") == first) & (pl.col("column_name") == "line")
        fewer = pl.col("value_count") - lost.cast(pl.Int64)
        bench.add("feed_measure", measured.with_columns(fewer))
        more = pl.col("won_received") + 5 * (pl.col("document_type") == second).cast(pl.Int64)
        bench.add("delivery", delivery.with_columns(more))
        bench.build("quality", "row_conservation")
        yield context, bench, first, second
        bench.add("feed_measure", measured)
        bench.add("delivery", delivery)
        bench.build("quality", "row_conservation")


def test_a_loss_is_found_and_nothing_is_published(robbed):
    context, bench, first, second = robbed
    found = {loss.document_type: (loss.rows_unstored, loss.won_lost) for loss in losses(bench)}
    assert found == {first: (1, 0), second: (0, 5)}
    with pytest.raises(RowsLostError, match=f"2 document types lost rows: {first}"):
        stages.publish_release(context)
    assert not context.layout.releases.joinpath("r000001").exists()


def test_a_loss_fails_the_check_of_its_family(robbed):
    context, _, first, _ = robbed
    family = CATALOGUE.families[CATALOGUE.documents[first].family]
    lost = lost_by_family(context)
    check = night.conservation_check(naming.family_key(family), lost[family.code])
    assert not check.passed
    assert first in str(check.metadata["lost"].value)
    assert sum(bool(said) for said in lost.values()) <= 2
