"""Whatever people and nights do in whatever order: every case obeys its table and its guards."""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hub.findings.workflow import MoneyColumn, MoneyRow, Move, Step, legal_steps, load_workflow
from warehouse.ledger import Ledger, LedgerError
from warehouse.ledger.case_rows import ORIGIN_SCHEMA
from warehouse.ledger.findings import FOUND_SCHEMA

NIGHT = dt.date(2026, 4, 1)
CAPS = {"D01": "AUTO", "D10": "HOLD", "D28": "REV"}
PEOPLE = ("lee", "kim", "park", "choi")
WORKFLOW = load_workflow()
STEPS = sorted({step for _, step in WORKFLOW.transitions})
DECISIONS = [
    (cause.name, actions)
    for cause in WORKFLOW.causes.values()
    if cause.needs != "signatures"
    for actions in [(action,) for action in cause.actions] + [cause.actions[1:3]]
]


class Cases(RuleBasedStateMachine):
    """Three cases, one a kind of cap; days pass, evidence comes and goes, people take steps."""

    @initialize()
    def open_ledger(self):
        self.folder = tempfile.TemporaryDirectory()
        self.ledger = Ledger.open(f"sqlite:///{Path(self.folder.name) / 'ledger.sqlite'}")
        self.ledger.start_run(NIGHT + dt.timedelta(days=4000))
        self.day = NIGHT
        self.months = set()
        self.run_night()

    def teardown(self):
        if hasattr(self, "ledger"):
            assert self.ledger.broken_seals() == []
            self.ledger.close()
            self.folder.cleanup()

    def run_night(self):
        rows = [
            {
                **dict.fromkeys(FOUND_SCHEMA),
                "finding_id": f"{name}{month}",
                "rule_id": name,
                "subject_id": "P1",
                "programme_code": "P001",
                "period": dt.date(2026, month, 1),
                "statement": "paid",
                "action": cap,
            }
            for name, cap in CAPS.items()
            for month in {1, *self.months}
            if 0 not in self.months
        ]
        found = pl.DataFrame(rows, schema=FOUND_SCHEMA)
        judged = pl.DataFrame({"rule_id": list(CAPS), "first_period": [dt.date(2025, 1, 1)] * 3})
        origins = found.select(
            "finding_id",
            subject_kind=pl.lit("person"),
            action_cap="action",
            rule_version=pl.lit("v"),
            institutions=pl.lit("I03"),
            evidence_rows=pl.lit(1, pl.Int64),
            is_averaged=pl.lit(value=False),
        ).select(list(ORIGIN_SCHEMA))
        self.ledger.see_findings(self.day, found, judged)
        self.ledger.see_cases(self.day, origins)

    @precondition(lambda self: self.day.toordinal() % 5 < 2)
    @rule(days=st.integers(0, 60), months=st.sets(st.integers(0, 3), max_size=2))
    def night(self, days, months):
        self.day += dt.timedelta(days=days)
        self.months = months
        self.run_night()

    @rule(number=st.integers(0, 8), actor=st.sampled_from(PEOPLE))
    def hear(self, number, actor):
        """Take a case that nobody has taken up to where it may be decided."""
        known = self.ledger.cases().filter(state="OPEN")["case_id"].to_list()
        if not known:
            return
        until = self.day + dt.timedelta(days=14)
        told = {
            Step.ASSIGN: {"assignee": "lee"},
            Step.NOTICE: {"explain_until": until},
            Step.EXPLAIN: {},
        }
        for step, own in told.items():
            move = Move(step=step, actor=actor, on=self.day, reason="because", **own)
            self.ledger.move_case(known[number % len(known)], move)

    @rule(seed=st.integers(0, 2**64))
    def take(self, seed):
        """Let people take a dozen steps, most often ones that the table has for the state."""
        chance = random.Random(seed)  # noqa: S311  a walk, no secret
        for _ in range(12):
            self.step(chance)

    def step(self, chance):
        cases = self.ledger.cases().sort(pl.col("state") == "CLOSED", "case_id")
        case_id = chance.choice(cases["case_id"].to_list()[:3])
        self.day += dt.timedelta(days=chance.choice([0, 1, 1, 15, 15, 91]))
        steps = legal_steps(self.ledger.case(case_id).state) if chance.random() < 0.8 else ()
        step = chance.choice(steps or STEPS)
        actor = chance.choice(PEOPLE)
        decision = chance.choice(DECISIONS)
        columns = list(MoneyColumn)[:1] if step is Step.DECIDE else list(MoneyColumn)
        row = MoneyRow(chance.choice(columns), chance.choice([-1, 1, 1]), dt.date(2026, 1, 1))
        is_decision = step is Step.DECIDE
        has_money = step in (Step.DECIDE, Step.ACT) and chance.random() < 0.4
        move = Move(
            step=step,
            actor=actor,
            on=self.day,
            reason="because",
            assignee="lee",
            explain_until=self.day + dt.timedelta(days=14),
            cause=decision[0] if is_decision else None,
            actions=decision[1] if is_decision else (),
            institution="I03",
            money=(row,) if has_money else (),
        )
        before = self.ledger.case(case_id)
        try:
            after = self.ledger.move_case(case_id, move)
        except LedgerError:
            assert self.ledger.case(case_id) == before
            return
        transition = WORKFLOW.transitions[before.state, step]
        assert not transition.is_machines
        assert after is (transition.to or before.state)
        if step is Step.DECIDE:
            self.check_decision(before, move)
        if step is Step.HOLD:
            assert before.cap == "AUTO" or (before.cap == "HOLD" and before.explain_until)
        if step in (Step.UPHOLD, Step.REVERSE):
            assert actor not in before.decided_by | before.handled_by
        assert all(row.amount > 0 for row in move.money)

    def check_decision(self, before, move):
        assert move.actor not in before.handled_by
        if WORKFLOW.burdens(move.cause, move.actions):
            assert before.explain_until is not None
            assert before.state in ("EXPLAINED", "NO_RESPONSE")

    @invariant()
    def every_case_stands_where_its_events_lead(self):
        if not hasattr(self, "ledger"):
            return
        events = self.ledger.case_events()
        for case_id, state in self.ledger.cases().select("case_id", "state").iter_rows():
            own = events.filter(case_id=case_id)
            assert own["to_state"][-1] == state
            assert own["from_state"].to_list()[1:] == own["to_state"].to_list()[:-1]
            assert own["happened_on"].is_sorted()

    @invariant()
    def a_key_has_one_case_at_hand_and_nothing_is_held_without_leave(self):
        if not hasattr(self, "ledger"):
            return
        cases = self.ledger.cases()
        at_hand = cases.filter(pl.col("state") != "CLOSED")
        assert not at_hand["rule_id"].is_duplicated().any()
        held = cases.filter("is_held")
        assert not set(held["action_cap"]) & {"REV", "INFO"}
        assert "CLOSED" not in set(held["state"])

    @invariant()
    def money_stands_in_one_column_a_row(self):
        if not hasattr(self, "ledger"):
            return
        for row in self.ledger.case_money().select(list(MoneyColumn)).iter_rows():
            assert [won for won in row if won is not None and won > 0] == [
                won for won in row if won is not None
            ]
            assert len([won for won in row if won is not None]) == 1


TestCases = Cases.TestCase
TestCases.settings = settings(
    max_examples=6,
    stateful_step_count=10,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
