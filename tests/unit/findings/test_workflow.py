"""Which steps are legal on a case, and what does a refusal say?"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import pytest

from hub.findings.prevention import PreventionMethod, prevented_forward
from hub.findings.rules import Action
from hub.findings.workflow import (
    MACHINE,
    CaseFile,
    CaseState,
    MoneyColumn,
    MoneyRow,
    Move,
    RefusedStepError,
    Remedy,
    Step,
    check_move,
    legal_steps,
    load_workflow,
)
from hub.findings.workflow.table import UNDECIDED, WorkflowError

DAY = dt.date(2026, 4, 1)
JANUARY, FEBRUARY = dt.date(2026, 1, 1), dt.date(2026, 2, 1)
LATER = DAY + dt.timedelta(days=200)
FREE_OF_BURDEN = {"cause": "none_valid_explanation", "actions": (Remedy.NONE,)}
BURDEN = {"cause": "claimant_error", "actions": (Remedy.RECOVER,)}
STEPS_OF_PEOPLE = [
    step for step in Step if step not in (Step.OPEN, Step.ATTACH, Step.VANISH, Step.RETURN)
]


def case(state=CaseState.OPEN, **known):
    values = {
        "case_id": "c1",
        "rule_id": "D28",
        "state": state,
        "cap": Action.REV,
        "last_on": DAY,
        "months": frozenset({JANUARY, FEBRUARY}),
        "institutions": frozenset({"I03", "I24"}),
    }
    return CaseFile(**(values | known))


def move(step, **told):
    values = {"step": step, "actor": "kim", "on": LATER, "reason": "the file says so"}
    return Move(**(values | told))


def debt(month, amount=100_000):
    return MoneyRow(MoneyColumn.OVERPAID_DETECTED, amount, month=month)


PERFECT = {
    Step.ASSIGN: {"assignee": "lee"},
    Step.NOTICE: {"explain_until": LATER + dt.timedelta(days=14)},
    Step.DECIDE: FREE_OF_BURDEN,
}
"""What each step must say so that only the state can stand in its way."""


def ready(state, step):
    """A case on which `step` is legal wherever the table has it."""
    known = {"cause": "none_valid_explanation", "actions": (Remedy.NONE,)}
    if step is Step.APPEAL:
        known = BURDEN | {"appeal_until": LATER}
    return case(state, cap=Action.AUTO, is_held=step is Step.RELEASE, **known)


@pytest.mark.parametrize(
    ("state", "step"), list(itertools.product(CaseState, STEPS_OF_PEOPLE)), ids=str
)
def test_every_pair_of_state_and_step_is_legal_or_refused_by_what_is(state, step):
    wanted = move(step, **PERFECT.get(step, {}))
    transition = load_workflow().transitions.get((state, step))
    if transition is not None:
        assert check_move(ready(state, step), wanted) is (transition.to or state)
        return
    with pytest.raises(RefusedStepError, match=f"{step} is not legal in state {state}") as refused:
        check_move(ready(state, step), wanted)
    for legal in legal_steps(state):
        assert legal in str(refused.value)


def test_the_table_leads_from_every_state_to_the_close():
    arrows = {(state, each.to) for (state, _), each in load_workflow().transitions.items()}
    reached = {CaseState.CLOSED}
    for _ in CaseState:
        reached |= {start for start, end in arrows if end in reached}
    assert reached == set(CaseState)


@pytest.mark.parametrize("step", [Step.VANISH, Step.RETURN])
@pytest.mark.parametrize("state", CaseState)
def test_what_the_night_does_people_cannot(state, step):
    with pytest.raises(RefusedStepError, match="not legal"):
        check_move(case(state), move(step))


def test_the_machine_closes_only_what_nobody_decided():
    for state in CaseState:
        wanted = move(Step.VANISH, actor=MACHINE)
        if state in UNDECIDED:
            assert check_move(case(state), wanted) is CaseState.CLOSED
        else:
            with pytest.raises(RefusedStepError):
                check_move(case(state), wanted)
    with pytest.raises(RefusedStepError, match="not legal"):
        check_move(case(CaseState.EXPLAINED), move(Step.DECIDE, actor=MACHINE, **FREE_OF_BURDEN))


@pytest.mark.parametrize("actor", ["lee", "Lee", " LEE  "])
def test_who_prepared_a_case_does_not_decide_it(actor):
    known = case(CaseState.EXPLAINED, handled_by=frozenset({"lee"}))
    with pytest.raises(RefusedStepError, match="another person decides"):
        check_move(known, move(Step.DECIDE, actor=actor, **FREE_OF_BURDEN))
    assert check_move(known, move(Step.DECIDE, **FREE_OF_BURDEN)) is CaseState.DECIDED


@pytest.mark.parametrize(("actor", "is_legal"), [("lee", False), ("Kim", False), ("park", True)])
def test_who_decided_or_prepared_does_not_judge_the_appeal(actor, is_legal):
    known = case(
        CaseState.APPEAL, handled_by=frozenset({"lee"}), decided_by=frozenset({"kim"}), **BURDEN
    )
    if is_legal:
        assert check_move(known, move(Step.REVERSE, actor=actor)) is CaseState.REVERSED
        return
    with pytest.raises(RefusedStepError, match="another person judges"):
        check_move(known, move(Step.UPHOLD, actor=actor))


@pytest.mark.parametrize(("days", "is_legal"), [(13, False), (14, True), (30, True)])
def test_a_notice_leaves_fourteen_days(days, is_legal):
    wanted = move(Step.NOTICE, explain_until=LATER + dt.timedelta(days=days))
    if is_legal:
        assert check_move(case(CaseState.TRIAGED), wanted) is CaseState.NOTICE_SENT
        return
    with pytest.raises(RefusedStepError, match=str(LATER + dt.timedelta(days=14))):
        check_move(case(CaseState.TRIAGED), wanted)


def test_silence_counts_from_the_day_after_the_last_day():
    known = case(CaseState.NOTICE_SENT, explain_until=LATER)
    with pytest.raises(RefusedStepError, match=f"not over yet; it runs until {LATER}"):
        check_move(known, move(Step.NO_RESPONSE))
    after = move(Step.NO_RESPONSE, on=LATER + dt.timedelta(days=1))
    assert check_move(known, after) is CaseState.NO_RESPONSE


def test_nothing_is_decided_against_a_person_who_was_not_heard():
    against = move(Step.DECIDE, **BURDEN)
    with pytest.raises(RefusedStepError, match="notice is required"):
        check_move(case(CaseState.TRIAGED), against)
    with pytest.raises(RefusedStepError, match="not over yet"):
        check_move(case(CaseState.NOTICE_SENT, explain_until=LATER), against)
    for state in (CaseState.EXPLAINED, CaseState.NO_RESPONSE):
        assert check_move(case(state), against) is CaseState.DECIDED
    blame_alone = move(Step.DECIDE, cause="claimant_error", actions=(Remedy.NONE,))
    with pytest.raises(RefusedStepError, match="notice is required"):
        check_move(case(CaseState.TRIAGED), blame_alone)
    in_favour = move(Step.DECIDE, cause="underpayment_found", actions=(Remedy.INCREASE,))
    assert check_move(case(CaseState.TRIAGED), in_favour) is CaseState.DECIDED


@pytest.mark.parametrize(
    ("cap", "states"),
    [
        (Action.AUTO, UNDECIDED),
        (Action.HOLD, UNDECIDED[2:]),
        (Action.REV, ()),
        (Action.INFO, ()),
    ],
)
def test_what_may_be_held_before_a_decision(cap, states):
    for state in UNDECIDED:
        known = case(state, cap=cap)
        if state in states:
            assert check_move(known, move(Step.HOLD)) is state
        else:
            with pytest.raises(RefusedStepError, match=f"cap {cap}"):
                check_move(known, move(Step.HOLD))


def test_a_hold_can_be_released_at_any_time_and_only_once():
    for state in set(CaseState) - {CaseState.CLOSED}:
        assert check_move(case(state, is_held=True), move(Step.RELEASE)) is state
        with pytest.raises(RefusedStepError, match="no payment is held"):
            check_move(case(state), move(Step.RELEASE))


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({}, "names its cause, one of: none_valid_explanation"),
        ({"cause": "bad luck"}, "names its cause"),
        ({"cause": "claimant_error"}, "names what follows"),
        ({"cause": "none_valid_explanation", "actions": (Remedy.STOP,)}, "legal: none, correct"),
        ({"cause": "claimant_error", "actions": (Remedy.NONE, Remedy.STOP)}, "none stands alone"),
        ({"cause": "suspected_fraud", "actions": (Remedy.STOP,)}, "has the action refer"),
        ({"cause": "source_data_error", "actions": (Remedy.NONE,)}, "I03, I24"),
        (
            {"cause": "source_data_error", "actions": (Remedy.NONE,), "institution": "I35"},
            "I03, I24",
        ),
        ({"cause": "linkage_error", "actions": (Remedy.NONE,)}, "names the two signatures"),
        (
            {"cause": "linkage_error", "actions": (Remedy.NONE,), "signatures": ("11", "11")},
            "names the two signatures",
        ),
    ],
)
def test_a_decision_that_does_not_fit_says_what_would(told, message):
    with pytest.raises(RefusedStepError, match=message):
        check_move(case(CaseState.EXPLAINED), move(Step.DECIDE, **told))


@pytest.mark.parametrize(
    ("money", "message"),
    [
        ([debt(None)], "month by month"),
        ([debt(dt.date(2025, 12, 1))], "2026-01, 2026-02"),
        ([debt(JANUARY), debt(JANUARY)], "stands there already"),
        ([debt(JANUARY, 0)], "above 0"),
        ([debt(JANUARY, -5)], "above 0"),
        ([MoneyRow(MoneyColumn.RECOVERED, 5)], "recovered does not belong"),
    ],
)
def test_money_of_a_decision_has_its_month_and_its_column(money, message):
    with pytest.raises(RefusedStepError, match=message):
        check_move(case(CaseState.EXPLAINED), move(Step.DECIDE, **BURDEN, money=tuple(money)))


def test_no_debt_follows_from_an_average():
    known = case(CaseState.EXPLAINED, averaged_months=frozenset({FEBRUARY}))
    owed = move(Step.DECIDE, **BURDEN, money=(debt(JANUARY), debt(FEBRUARY)))
    with pytest.raises(RefusedStepError, match="2026-02 rests on an averaged amount"):
        check_move(known, owed)
    assert check_move(known, replace(owed, money=(debt(JANUARY),))) is CaseState.DECIDED


def test_money_fits_what_was_decided():
    recover = case(CaseState.ACTION, **BURDEN, overpaid_months=frozenset({JANUARY}))
    recovered = (MoneyRow(MoneyColumn.RECOVERED, 5),)
    assert check_move(recover, move(Step.ACT, money=recovered)) is CaseState.ACTION
    with pytest.raises(RefusedStepError, match="stands there already"):
        check_move(recover, move(Step.ACT, money=(debt(JANUARY),)))
    with pytest.raises(RefusedStepError, match="legal columns: overpaid_detected, recovered"):
        check_move(recover, move(Step.ACT, money=(MoneyRow(MoneyColumn.UNDERPAID_RESTORED, 5),)))
    with pytest.raises(RefusedStepError, match="legal columns: underpaid_restored"):
        check_move(replace(recover, state=CaseState.REVERSED), move(Step.ACT, money=recovered))


@pytest.mark.parametrize(
    ("on", "is_legal"), [(DAY, True), (LATER, True), (dt.date(2026, 12, 1), False)]
)
def test_an_appeal_is_in_time_or_refused(on, is_legal):
    known = case(CaseState.ACTION, appeal_until=LATER, **BURDEN)
    wanted = move(Step.APPEAL, on=on)
    closing = move(Step.CLOSE, on=on)
    if is_legal:
        assert check_move(known, wanted) is CaseState.APPEAL
        with pytest.raises(RefusedStepError, match=f"may appeal until {LATER}"):
            check_move(known, closing)
        return
    with pytest.raises(RefusedStepError, match="time to appeal ended"):
        check_move(known, wanted)
    assert check_move(known, closing) is CaseState.CLOSED


def test_nobody_appeals_against_a_favour_and_its_case_closes_at_once():
    known = case(CaseState.ACTION, cause="underpayment_found", actions=(Remedy.GRANT,))
    with pytest.raises(RefusedStepError, match="nothing was decided against"):
        check_move(known, move(Step.APPEAL))
    assert check_move(known, move(Step.CLOSE)) is CaseState.CLOSED


def test_what_was_decided_is_carried_out_before_the_close():
    with pytest.raises(RefusedStepError, match="recover was decided and not carried out"):
        check_move(case(CaseState.DECIDED, **BURDEN), move(Step.CLOSE))
    assert (
        check_move(case(CaseState.DECIDED, **FREE_OF_BURDEN), move(Step.CLOSE)) is CaseState.CLOSED
    )


def test_after_a_reversal_what_was_recovered_is_restored():
    known = case(CaseState.REVERSED, money={MoneyColumn.RECOVERED: 500}, **BURDEN)
    with pytest.raises(RefusedStepError, match="500 won were recovered and 0 won restored"):
        check_move(known, move(Step.CLOSE))
    restored = {MoneyColumn.RECOVERED: 500, MoneyColumn.UNDERPAID_RESTORED: 500}
    assert check_move(replace(known, money=restored), move(Step.CLOSE)) is CaseState.CLOSED


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"actor": " "}, "needs its actor"),
        ({"reason": ""}, "needs its reason"),
        ({"reason": "is 900101-1234567"}, "reason holds"),
        ({"evidence": "9001011234567"}, "evidence holds"),
        ({"assignee": "900101 1234567"}, "assignee holds"),
        ({"on": DAY - dt.timedelta(days=1)}, "before the newest step"),
        ({"assignee": ""}, "names who works"),
    ],
)
def test_a_step_that_says_too_little_or_too_much_is_refused(told, message):
    with pytest.raises(RefusedStepError, match=message) as refused:
        check_move(case(), move(Step.ASSIGN, **({"assignee": "lee"} | told)))
    assert "900101" not in str(refused.value)


def test_what_is_prevented_is_named_after_its_method():
    old = PreventionMethod("old", dt.date(2020, 1, 1), 3, (Remedy.STOP,), "", "modelled")
    new = PreventionMethod("new", dt.date(2026, 1, 1), 6, (Remedy.STOP,), "", "modelled")
    for day, method, won in [(dt.date(2025, 12, 31), old, 300), (dt.date(2026, 1, 1), new, 600)]:
        row = prevented_forward(100, (Remedy.STOP, Remedy.RECOVER), day, (old, new))
        assert (row.column, row.amount) == (MoneyColumn.PREVENTED_FORWARD, won)
        assert (row.method_id, row.multiplier_months, row.monthly_amount) == (
            method.id, method.multiplier_months, 100
        )  # fmt: skip
    for actions, monthly in [((Remedy.RECOVER,), 100), ((Remedy.STOP,), 0)]:
        with pytest.raises(RefusedStepError, match=r"methods are for: stop|above 0"):
            prevented_forward(monthly, actions, DAY, (old, new))


def test_a_table_that_contradicts_itself_is_refused(tmp_path):
    text = tmp_path / "transitions.toml"
    own = load_workflow.__wrapped__
    source = (own.__globals__["TRANSITION_FILE"]).read_text("utf-8")
    text.write_text(
        source + '\n[[transition]]\nstep = "assign"\nfrom = ["OPEN"]\nguards = []\n', "utf-8"
    )
    with pytest.raises(WorkflowError, match="assign from OPEN stands there twice"):
        own(text)
