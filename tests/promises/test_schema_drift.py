"""A sender that changes a layout without telling is noticed, and told what to mend (R7)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import drift_scene as drift
import night_scene as scene
import pytest
from promise_figures import FULL_SIZE

from hub.catalogue import Delivery
from hub.delivery import DeliveryState
from hub.reasons import REASONS
from sources.registry import load_catalogue

PEOPLE = 300
CATALOGUE = load_catalogue()
ACCEPTED = None
NAMES = {"schema_unknown"}
ROWS = {"bad_share_exceeded"}
CLASSES = {
    Delivery.CSV: {
        "dropped": NAMES, "added": NAMES, "renamed": NAMES, "retyped": ROWS,
        "encoding": {"wrong_encoding"}, "width": ROWS,
    },
    # Names are not in the file, so that nothing has changed; a line of another length is no line.
    Delivery.FIXED_WIDTH: {
        "dropped": {"header_mismatch"}, "added": {"header_mismatch"}, "renamed": ACCEPTED,
        "retyped": ROWS, "encoding": {"wrong_encoding"}, "width": {"header_mismatch"},
    },
    # An element or a field that is absent says nothing: it stops a delivery where it must say
    # something.
    Delivery.XML: {
        "dropped": ROWS, "added": ROWS, "renamed": ROWS, "retyped": ROWS,
        # Of a few rows, one that is no text of the encoding is a bad row.
        "encoding": {"wrong_encoding"} | ROWS, "width": ROWS,
    },
    Delivery.JSON_LINES: {
        "dropped": ROWS, "added": NAMES, "renamed": NAMES, "retyped": ROWS,
        "encoding": {"wrong_encoding"}, "width": ROWS,
    },
    # Smaller integers and dictionaries of texts are the same values.
    Delivery.PARQUET: {
        "dropped": NAMES, "added": NAMES, "renamed": NAMES, "retyped": NAMES | ROWS,
        "encoding": NAMES, "width": ACCEPTED,
    },
}  # fmt: skip
NAMELESS = {"header_mismatch", "wrong_encoding"}
"""Reasons that are about whole lines, so that no column is at fault."""


def chosen_types() -> list[str]:
    """All types, or two of every format and encoding."""
    if FULL_SIZE:
        return list(CATALOGUE.documents)
    by_frame: dict[tuple, list[str]] = {}
    for document in CATALOGUE.documents.values():
        if len(document.versions) == 1:
            by_frame.setdefault((document.delivery, document.encoding), []).append(document.code)
    return [code for codes in by_frame.values() for code in codes[3:5]]


class Drifted:
    """What was sent and what the ledger says of it."""

    def __init__(self, folder: Path) -> None:
        types = chosen_types()
        scene.tell(folder, PEOPLE, 1, faults=False, types=types)
        files = {}
        for file in sorted((folder / f"nights/{scene.FIRST:%Y%m%d}").glob("*/*")):
            files.setdefault(file.name[:10], file)
        self.types = types
        self.sent = {}
        drops = folder / f"drifted/{scene.FIRST:%Y%m%d}"
        for code in types:
            sound = drift.read_sound(CATALOGUE.documents[code], files[code])
            for number, (change, make) in enumerate(drift.CHANGES.items()):
                drifted = sound.numbered(801 + number)
                target = drops / sound.document.institution / str(drifted.name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(make(drifted))
                self.sent[target.name] = (sound, change)
        context = scene.open_night(folder / "home", scene.FIRST)
        with context.ledger, scene.unflushed():
            scene.land_night(context, drops.parent)
            self.records = {record.file_name: record for record in context.ledger.deliveries()}


@pytest.fixture(scope="module")
def drifted(tmp_path_factory):
    return Drifted(tmp_path_factory.mktemp("drifted"))


def expected(sound: drift.Sound, change: str) -> set[str] | None:
    classes = CLASSES[sound.document.delivery][change]
    may_be_absent = sound.document.delivery in {Delivery.XML, Delivery.JSON_LINES}
    if change == "dropped" and may_be_absent and sound.required is None:
        return ACCEPTED
    if change == "encoding" and drift.otherwise_encoded(sound) == drift.write(sound):
        return ACCEPTED
    return classes


def misjudged(drifted: Drifted) -> dict[str, str]:
    wrong = {}
    for file_name, (sound, change) in drifted.sent.items():
        record = drifted.records.get(file_name)
        if record is None:
            wrong[file_name] = f"{change}: not in the ledger"
            continue
        rules = expected(sound, change)
        is_right = (
            record.state is DeliveryState.LANDED and record.counts.rows_quarantined == 0
            if rules is ACCEPTED
            else record.state is DeliveryState.STOPPED and record.stop_rule in rules
        )
        if not is_right:
            wrong[file_name] = f"{change}: {record.state} {record.stop_rule}"
    return wrong


@pytest.mark.promise("R7")
def test_every_drift_is_accepted_as_compatible_or_stops_its_delivery(drifted, record_figure):
    wrong = misjudged(drifted)
    made = len(drifted.sent)
    stopped = sum(each.state is DeliveryState.STOPPED for each in drifted.records.values())
    assert made == len(drifted.types) * len(drift.CHANGES)
    assert wrong == {}
    record_figure(
        "R7",
        f"{len(drifted.types)} types x {len(drift.CHANGES)} changes: {made - len(wrong)} of {made} "
        f"classified, {stopped} stopped",
        held=not wrong,
        classified=made - len(wrong),
        made=made,
    )


def test_a_stopped_delivery_says_what_to_mend(drifted):
    silent = Counter()
    for file_name, record in drifted.records.items():
        if record.state is not DeliveryState.STOPPED:
            continue
        sound, change = drifted.sent[file_name]
        reason = REASONS[record.stop_rule]
        assert reason.action
        assert record.stop_detail
        names = {drift.NEW, "bad_encoding", sound.target.name, (sound.typed or sound.target).name}
        told = f"{record.stop_column} {record.stop_detail}"
        is_about_rows = change == "width" and sound.document.delivery is Delivery.CSV
        if record.stop_rule not in NAMELESS and not any(name in told for name in names):
            silent[record.stop_rule, change] += not is_about_rows
    assert +silent == Counter()


def test_nothing_of_a_stopped_delivery_is_effective(drifted):
    landed = [each for each in drifted.records.values() if each.state is DeliveryState.LANDED]
    assert landed
    assert {drifted.sent[each.file_name][1] for each in landed} <= {
        "renamed", "width", "dropped", "encoding",
    }  # fmt: skip
