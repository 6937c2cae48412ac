"""Who explains an alert until when, who decides it, and who is told."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from warehouse.ledger import Ledger, LedgerError
from warehouse.ledger.access_alert_schema import ALERT_ENTRY_SCHEMA, RAISED_SCHEMA
from warehouse.ledger.access_alerts import AlertOutcome, working_days_after

FRIDAY = dt.date(2026, 5, 29)
NEXT_FRIDAY = dt.date(2026, 6, 5)


def raise_one(ledger, accesses=2, alert="a01-1"):
    raised = pl.DataFrame(
        [(alert, "A01", "Kim", FRIDAY, "own record", accesses, 2)],
        schema=RAISED_SCHEMA,
        orient="row",
    )
    entries = pl.DataFrame(
        [(alert, f"access-{number}", f"P{number % 2}") for number in range(accesses)],
        schema=ALERT_ENTRY_SCHEMA,
        orient="row",
    )
    return ledger.raise_alerts(raised, entries, FRIDAY)


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as opened:
        yield opened


def state(ledger):
    return ledger.access_alerts().select("state", "outcome").row(0)


def test_five_working_days_leave_out_the_weekend():
    assert working_days_after(FRIDAY, 5) == NEXT_FRIDAY
    assert working_days_after(FRIDAY + dt.timedelta(days=1), 1) == dt.date(2026, 6, 1)


def test_a_known_alert_is_not_asked_about_again_but_grows(ledger):
    assert raise_one(ledger) == 1
    assert raise_one(ledger, accesses=3) == 0
    assert ledger.access_alerts()["accesses"].to_list() == [3]
    assert ledger.access_alert_entries("a01-1").height == 3
    assert ledger.access_alert_events()["step"].to_list() == ["ask"]


def test_only_the_person_concerned_explains_and_only_another_decides(ledger):
    raise_one(ledger)
    with pytest.raises(LedgerError, match="only the person"):
        ledger.explain_alert("a01-1", actor="lee", text="why not", on=FRIDAY)
    ledger.explain_alert("a01-1", actor="kim", text="a test of the counter", on=FRIDAY)
    decide = {"outcome": AlertOutcome.JUSTIFIED, "text": "seen", "on": FRIDAY}
    with pytest.raises(LedgerError, match="another person"):
        ledger.review_alert("a01-1", actor=" KIM", **decide)
    ledger.review_alert("a01-1", actor="lee", **decide)
    assert state(ledger) == ("closed", "justified")
    assert ledger.people_to_be_told().is_empty()
    with pytest.raises(LedgerError, match="closed"):
        ledger.explain_alert("a01-1", actor="kim", text="more", on=FRIDAY)


def test_nobody_decides_before_the_time_to_explain_is_over(ledger):
    raise_one(ledger)
    told = {"actor": "lee", "outcome": AlertOutcome.UNEXPLAINED, "text": "silence"}
    with pytest.raises(LedgerError, match="may explain until 2026-06-05"):
        ledger.review_alert("a01-1", on=NEXT_FRIDAY, **told)
    ledger.review_alert("a01-1", on=NEXT_FRIDAY + dt.timedelta(days=1), **told)
    assert ledger.people_to_be_told().select("person_id", "accesses").rows() == [
        ("P0", 1),
        ("P1", 1),
    ]


def test_what_was_explained_is_not_unexplained(ledger):
    raise_one(ledger)
    ledger.explain_alert("a01-1", actor="Kim", text="it was me", on=FRIDAY)
    with pytest.raises(LedgerError, match="there is an explanation"):
        ledger.review_alert(
            "a01-1", actor="lee", outcome=AlertOutcome.UNEXPLAINED, text="no", on=NEXT_FRIDAY
        )


def test_a_closed_alert_stays_closed(ledger):
    raise_one(ledger)
    ledger.review_alert(
        "a01-1", actor="lee", outcome=AlertOutcome.FALSE_ALARM, text="a rule too strict", on=FRIDAY
    )
    assert raise_one(ledger, accesses=5) == 0
    assert ledger.access_alerts()["accesses"].to_list() == [2]
    with pytest.raises(LedgerError, match="no alert"):
        ledger.explain_alert("a01-2", actor="kim", text="?", on=FRIDAY)
