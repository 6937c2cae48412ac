"""What becomes of findings from night to night: opened, cleared, back, with other facts, moved."""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.ledger import FindingChanges, FindingState, Ledger, Minted
from warehouse.ledger.findings import FOUND_SCHEMA

NIGHT = dt.date(2026, 4, 1)
MARCH, APRIL = dt.date(2026, 3, 1), dt.date(2026, 4, 1)
ALL_SPOKE = {"D01": dt.date(2025, 5, 1), "D10": dt.date(2025, 5, 1)}


def finding(finding_id, rule="D01", subject="kim", period=MARCH, statement="paid 100"):
    return {
        "finding_id": finding_id,
        "rule_id": rule,
        "subject_id": subject,
        "person_id": subject,
        "programme_code": "P029",
        "other_programme_code": None,
        "period": period,
        "statement": statement,
        "amount_at_stake": 100,
        "action": "HOLD",
    }


def see(ledger: Ledger, day: int, *found, spoke=None) -> FindingChanges:
    judged = ALL_SPOKE if spoke is None else spoke
    return ledger.see_findings(
        NIGHT + dt.timedelta(days=day),
        pl.DataFrame(list(found), schema=FOUND_SCHEMA),
        pl.DataFrame(
            {"rule_id": list(judged), "first_period": list(judged.values())},
            schema={"rule_id": pl.String, "first_period": pl.Date},
        ),
    )


def states(ledger: Ledger) -> dict[str, str]:
    frame = ledger.finding_states()
    return dict(zip(frame["finding_id"], frame["state"], strict=True))


def kinds(ledger: Ledger, finding_id: str) -> list[str]:
    return ledger.finding_events(finding_id)["kind"].to_list()


def test_open_close_return_and_what_people_decided(ledger: Ledger) -> None:
    one, two, three = finding("f1"), finding("f2", subject="lee"), finding("f3", subject="park")
    assert see(ledger, 0, one, two, three) == FindingChanges(opened=3)
    ledger.decide_finding("f3", FindingState.OVERTURNED, actor="auditor", reason="a namesake")
    four = finding("f4", subject="choi")
    assert see(ledger, 1, one, three, four) == FindingChanges(opened=1, continued=2, cleared=1)
    assert see(ledger, 1, one, three, four) == FindingChanges(continued=3)
    assert see(ledger, 2, two) == FindingChanges(continued=1, cleared=2, returned=1)
    assert states(ledger) == {"f1": "cleared", "f2": "open", "f3": "overturned", "f4": "cleared"}
    assert kinds(ledger, "f2") == ["opened", "cleared", "returned"]
    days = ledger.finding_states()["first_seen", "last_seen"].rows()
    assert days[1] == (NIGHT, NIGHT + dt.timedelta(days=2))


def test_a_silent_rule_and_a_month_out_of_sight_clear_nothing(ledger: Ledger) -> None:
    old = finding("f1", period=dt.date(2025, 4, 1))
    see(ledger, 0, old, finding("f2", rule="D10"))
    spoke = {"D01": dt.date(2025, 5, 1)}
    assert see(ledger, 30, spoke=spoke) == FindingChanges()
    assert states(ledger) == {"f1": "open", "f2": "open"}
    assert see(ledger, 31) == FindingChanges(cleared=1)
    assert states(ledger) == {"f1": "open", "f2": "cleared"}


def test_an_earlier_night_again_clears_no_later_month(ledger: Ledger) -> None:
    see(ledger, 40, finding("f1"), finding("f2", period=APRIL))
    assert see(ledger, -2, finding("f1")) == FindingChanges(continued=1)
    assert states(ledger) == {"f1": "open", "f2": "open"}


def test_other_facts_are_a_successor_and_no_second_finding(ledger: Ledger) -> None:
    see(ledger, 0, finding("f1"))
    corrected = finding("f2", statement="paid 80")
    assert see(ledger, 1, corrected) == FindingChanges(superseded=1)
    assert states(ledger) == {"f1": "superseded", "f2": "open"}
    events = ledger.finding_events("f1").rows()
    assert events[-1] == ("f1", NIGHT + dt.timedelta(days=1), "superseded", "f2")
    assert see(ledger, 2, corrected) == FindingChanges(continued=1)


def test_a_person_that_was_merged_keeps_the_state_of_the_finding(ledger: Ledger) -> None:
    people = pl.DataFrame(
        {"person_id": ["kim", "kim2"], "anchor": ["1", "2"], "minted_in": [NIGHT, NIGHT]}
    )
    ledger.mint(Minted(people=people))
    see(ledger, 0, finding("f1"), finding("f2", rule="D10"))
    ledger.decide_finding("f1", FindingState.CONFIRMED, actor="auditor", reason="admitted")
    merged = pl.DataFrame(
        {
            "person_id": ["kim"],
            "kind": ["merged"],
            "night": [NIGHT],
            "other_person_id": ["kim2"],
            "reason": ["the same"],
        }
    )
    ledger.mint(Minted(person_events=merged))
    moved = finding("g1", subject="kim2"), finding("g2", rule="D10", subject="kim2")
    assert see(ledger, 1, *moved) == FindingChanges(moved=2)
    assert states(ledger) == {
        "f1": "superseded",
        "f2": "superseded",
        "g1": "confirmed",
        "g2": "open",
    }
    assert ledger.finding_states()["first_seen"].unique().to_list() == [NIGHT]


@settings(max_examples=20)
@given(nights=st.lists(st.sets(st.integers(0, 5)), min_size=1, max_size=4))
def test_only_the_last_night_says_what_is_open(nights: list[set[int]]) -> None:
    with Ledger.open("sqlite://") as ledger:
        for day, found in enumerate(nights):
            rows = [finding(f"f{number}", subject=f"p{number}") for number in sorted(found)]
            first = see(ledger, day, *rows)
            assert see(ledger, day, *rows) == FindingChanges(continued=len(rows))
            assert first.opened + first.continued == len(rows)
        is_open = {name for name, state in states(ledger).items() if state == "open"}
    assert is_open == {f"f{number}" for number in nights[-1]}
