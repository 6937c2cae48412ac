"""Any history of the same deliveries comes to the same tables, and to those that an oracle says (R5)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from unittest import mock

import delivery_history_scene as history
import night_scene as scene
import pytest
from delivery_history_scene import Row, Sent
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from promise_figures import FULL_SIZE

from hub.delivery import DeliveryState
from pipelines.steps import intake, landing
from pipelines.steps.context import NightContext
from pipelines.steps.families import build_night_tables, open_bench
from warehouse import archive
from warehouse.durable import sha256_of
from warehouse.lake import DeliveryWriter
from warehouse.ledger import Ledger

HISTORIES = 300 if FULL_SIZE else 6
STEPS = 14
CRASHES = (
    (archive, "store"),
    (archive, "clear"),
    (Ledger, "receive"),
    (DeliveryWriter, "finish"),
    (landing, "validate_delivery"),
    (Ledger, "mark_landed"),
)
"""What a process may die in, before or after it does it."""
rows = st.lists(
    st.builds(
        Row,
        st.sampled_from((*history.PEOPLE, *history.PEOPLE, history.NO_NUMBER)),
        st.sampled_from(history.DAYS),
        st.sampled_from((5, 7, -5)),
        st.sampled_from(tuple(history.ACTIONS)),
    ),
    min_size=1,
    max_size=5,
).map(tuple)
files = st.builds(
    Sent,
    st.integers(0, len(history.TYPES) - 1),
    st.sampled_from(("202512", "202601")),
    st.integers(1, 2),
    st.sampled_from(history.STAMPS),
    rows,
)


class DiedError(Exception):
    """The process is gone."""


class Hub:
    """A hub that knows three document types, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.context = self.open()

    def open(self) -> NightContext:
        context = scene.open_night(self.folder, scene.FIRST)
        context.__dict__["catalogue"] = history.CATALOGUE
        return context

    def drop(self, sent: Sent) -> None:
        file = self.context.layout.landing / "I99" / str(sent.name)
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and file.read_bytes() != sent.content:
            # Under this name something else waits, which would be lost before it arrived.
            with scene.unflushed():
                intake.take_deliveries(self.context)
        file.write_bytes(sent.content)

    def land(self) -> None:
        with scene.unflushed():
            scene.land_night(self.context, None)

    def build(self) -> tuple[str, list[history.Effective]]:
        """Build the night's tables; return the family's digest and its rows."""
        with scene.unflushed():
            build_night_tables(self.context)
        with open_bench(self.context) as bench:
            found = bench.frame(
                f"SELECT document_type, delivery_id, line, record_action, paid_on, amount"
                f" FROM {history.TABLE} ORDER BY ALL"
            )
            return sha256_of(bench.path(history.TABLE)), found.rows()

    def close(self) -> None:
        self.context.ledger.close()


class Histories(RuleBasedStateMachine):
    """Senders and nights in any order; `check` holds the hub to the oracle and to a calm hub."""

    template: Path
    played = differing = crashes = 0

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="history-"))
        shutil.copytree(self.template, self.folder / "restless")
        self.hub = Hub(self.folder / "restless")
        self.sent: list[Sent] = []

    def send(self, sent: Sent) -> None:
        self.sent.append(sent)
        self.hub.drop(sent)

    @rule(sent=files)
    def deliver(self, sent: Sent) -> None:
        self.send(sent)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def duplicate(self, data: st.DataObject) -> None:
        self.send(data.draw(st.sampled_from(self.sent)))

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), stamp=st.sampled_from(history.STAMPS))
    def repeat_under_another_stamp(self, data: st.DataObject, stamp) -> None:
        one = data.draw(st.sampled_from(self.sent))
        self.send(Sent(one.place, one.period, one.sequence, stamp, one.rows))

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), stamp=st.sampled_from(history.STAMPS), told=rows)
    def correct(self, data: st.DataObject, stamp, told: tuple[Row, ...]) -> None:
        one = data.draw(st.sampled_from(self.sent))
        self.send(Sent(one.place, one.period, one.sequence, stamp, told))

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), stamp=st.sampled_from(history.STAMPS))
    def retract(self, data: st.DataObject, stamp) -> None:
        one = data.draw(st.sampled_from(self.sent))
        told = tuple(Row(row.person, row.paid_on, row.amount, "1") for row in one.rows)
        self.send(Sent(one.place, one.period, 3, stamp, told))

    @rule()
    def play_night(self) -> None:
        self.hub.land()

    @precondition(lambda self: self.sent)
    @rule(
        death=st.sampled_from(CRASHES),
        call=st.integers(1, 3),
        is_after=st.booleans(),
        data=st.data(),
    )
    def crash(self, death, call: int, is_after: bool, data: st.DataObject) -> None:
        """Die in the middle of a night; whoever comes next opens the hub anew."""
        self.hub.drop(data.draw(st.sampled_from(self.sent)))
        owner, name = death
        real = getattr(owner, name)
        calls = iter(range(1, 1000))

        def dying(*arguments, **named):
            is_last = next(calls) == call
            if is_last and not is_after:
                raise DiedError
            done = real(*arguments, **named)
            if is_last:
                raise DiedError
            return done

        if death[1] == "validate_delivery":
            real = scene._accept
        try:
            with mock.patch.object(owner, name, dying), scene.unflushed():
                intake.take_deliveries(self.hub.context)
                for code in history.CATALOGUE.documents:
                    with mock.patch.object(
                        landing,
                        "validate_delivery",
                        dying if name == "validate_delivery" else scene._accept,
                    ):
                        landing.land_document(self.hub.context, code)
        except DiedError:
            type(self).crashes += 1
        self.hub.close()
        self.hub = Hub(self.hub.folder)

    def teardown(self) -> None:
        if not hasattr(self, "hub"):
            return
        try:
            self.check()
        finally:
            self.hub.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def check(self) -> None:
        self.hub.land()
        waiting = {record.state for record in self.hub.context.ledger.deliveries()}
        assert DeliveryState.RECEIVED not in waiting
        digest, found = self.hub.build()
        assert found == history.effective_rows(self.sent)
        shutil.copytree(self.template, self.folder / "calm")
        calm = Hub(self.folder / "calm")
        for sent in sorted(set(self.sent), key=lambda each: (each.name.identity, each.made_at)):
            calm.drop(sent)
        calm.land()
        calm_digest, _ = calm.build()
        calm.close()
        kind = type(self)
        kind.played += 1
        kind.differing += digest != calm_digest
        assert digest == calm_digest


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """An empty hub, of which every history gets a copy."""
    folder = tmp_path_factory.mktemp("template") / "home"
    hub = Hub(folder)
    assert hub.context.ledger.deliveries() == []
    hub.close()
    return folder


@pytest.mark.promise("R5")
def test_any_history_of_the_same_deliveries_comes_to_the_same_tables(template, record_figure):
    Histories.template = template
    Histories.played = Histories.differing = Histories.crashes = 0
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            # A history that fails is told as it is: shrinking it would take as long as all others.
            phases=(Phase.generate,),
            derandomize=not FULL_SIZE,
            suppress_health_check=list(HealthCheck),
        ),
    )
    record_figure(
        "R5",
        f"{Histories.played} random histories, {Histories.crashes} crashes in them, "
        f"{Histories.differing} digests differ",
        held=Histories.played >= HISTORIES and not Histories.differing,
        histories=Histories.played,
        crashes=Histories.crashes,
    )


def test_the_oracle_says_what_a_person_would():
    wage, other = (
        Row(history.PEOPLE[0], "20260105", 5, "0"),
        Row(history.PEOPLE[1], "20260105", 7, "0"),
    )
    early, late = history.STAMPS[0], history.STAMPS[3]
    first = Sent(1, "202601", 1, early, (wage, other, wage))
    cancel = Sent(1, "202601", 3, late, (Row(wage.person, wage.paid_on, 5, "1"),))
    assert [row[2:4] for row in history.effective_rows([first])] == [(2, "new"), (3, "new")]
    assert [row[2:4] for row in history.effective_rows([cancel, first])] == [(3, "new")]
    corrected = Sent(1, "202601", 1, late, (other,))
    assert history.effective_rows([corrected, first]) == history.effective_rows([corrected])
    bad = Sent(0, "202601", 1, late, (Row(history.NO_NUMBER, "20260105", 5, "0"),))
    assert history.effective_rows([bad]) == []
