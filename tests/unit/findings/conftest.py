"""A ledger whose nights find what a test names, and people who work on its cases."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from hub.findings.workflow import Move, Remedy, Step
from warehouse.ledger import Ledger
from warehouse.ledger.case_rows import ORIGIN_SCHEMA
from warehouse.ledger.findings import FOUND_SCHEMA

NIGHT = dt.date(2026, 4, 1)
RULES = ("D01", "D10", "D25", "D28")
CAPS = {"D01": "AUTO", "D10": "HOLD", "D25": "INFO", "D28": "REV"}


def finding(
    subject, month, rule="D28", *, programme="P001", statement="wage 100", action=None, **told
):
    """A finding of the month's number in 2026, named after what it is about."""
    return {
        "finding_id": f"{rule}{subject}{programme}{month}{statement}".replace(" ", ""),
        "rule_id": rule,
        "subject_id": subject,
        "person_id": subject,
        "programme_code": programme,
        "other_programme_code": None,
        "period": dt.date(2026, month, 1),
        "statement": statement,
        "amount_at_stake": 100,
        "action": action or CAPS[rule],
        "institutions": "I03,I24",
        "is_averaged": False,
        **told,
    }


class Office:
    """Nights and people on one ledger; days are counted from NIGHT."""

    def __init__(self, ledger):
        self.ledger = ledger

    def night(self, *findings, day=0, silent=()):
        """Run a night that finds `findings`; rules named in `silent` keep silent."""
        night = NIGHT + dt.timedelta(days=day)
        schema = FOUND_SCHEMA | {"institutions": pl.String, "is_averaged": pl.Boolean}
        frame = pl.DataFrame(list(findings), schema=schema)
        spoke = [rule for rule in RULES if rule not in silent]
        judged = pl.DataFrame(
            {"rule_id": spoke, "first_period": [dt.date(2025, 1, 1)] * len(spoke)}
        )
        self.ledger.see_findings(night, frame.select(list(FOUND_SCHEMA)), judged)
        return self.ledger.see_cases(night, origins(frame))

    def step(self, case_id, step, actor="lee", *, day=1, **told):
        on = NIGHT + dt.timedelta(days=day)
        move = Move(step=step, actor=actor, on=on, reason="the file says so", **told)
        return self.ledger.move_case(case_id, move)

    def heard(self, case_id, *, day=1):
        """Take a case to its decision: taken up, notice sent, explained."""
        until = NIGHT + dt.timedelta(days=day + 14)
        self.step(case_id, Step.ASSIGN, day=day, assignee="lee")
        self.step(case_id, Step.NOTICE, day=day, explain_until=until)
        self.step(case_id, Step.EXPLAIN, day=day + 2)

    def decide(self, case_id, cause="claimant_error", actions=(Remedy.RECOVER,), *, day=20, **told):
        self.step(case_id, Step.DECIDE, "kim", day=day, cause=cause, actions=actions, **told)

    def close_for_nothing(self, case_id, *, day=1):
        """Decide that nothing was improper, and close."""
        self.step(case_id, Step.ASSIGN, day=day, assignee="lee")
        self.decide(case_id, "none_valid_explanation", (Remedy.NONE,), day=day)
        self.step(case_id, Step.CLOSE, day=day)

    def cases(self):
        """Rule, subject, state and months of each case, in the order of their IDs."""
        shown = []
        for row in self.ledger.cases().sort("case_id").iter_rows(named=True):
            months = self.ledger.case_findings(row["case_id"])["period"].dt.month().to_list()
            shown.append((row["rule_id"], row["subject_id"], row["state"], months))
        return shown

    def only_case(self):
        return self.ledger.cases()["case_id"].item()


def origins(frame):
    return frame.select(
        "finding_id",
        subject_kind=pl.lit("person"),
        action_cap=pl.col("rule_id").replace_strict(CAPS, return_dtype=pl.String),
        rule_version=pl.lit("v1"),
        institutions="institutions",
        evidence_rows=pl.lit(2, pl.Int64),
        is_averaged="is_averaged",
    ).select(list(ORIGIN_SCHEMA))


@pytest.fixture(name="found")
def _found():
    """What a night finds: a function of subject and month."""
    return finding


@pytest.fixture
def office(ledger):
    """On SQLite and on PostgreSQL. The newest night lies after all days of the tests."""
    ledger.start_run(NIGHT + dt.timedelta(days=3000))
    return Office(ledger)


@pytest.fixture
def quick_office(tmp_path):
    """On SQLite alone, where the kind of database says nothing more."""
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        ledger.start_run(NIGHT + dt.timedelta(days=3000))
        yield Office(ledger)
