"""Access is refused unless one grant covers all of it; a refusal says what is missing."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path

import pytest

from hub.access import (
    AccessRequest,
    Allowed,
    Approval,
    Grant,
    GrantError,
    Post,
    Refused,
    decide,
    load_grants,
    load_policy,
)
from hub.access.matrix import UNKNOWN, role_matrix

GOLDEN = Path(__file__).with_name("allowed_cells.txt")
RENEW = bool(os.environ.get("HUB_RENEW_SNAPSHOTS"))
JANUARY, MARCH = dt.date(2026, 1, 1), dt.date(2026, 3, 15)
KIM = Grant(
    id="G-1", person="kim", role="auditor_case", purpose="finding_review", legal_basis="act 19",
    actions=frozenset(), objects=frozenset({"finding", "decision"}),
    columns=frozenset({"finding.*", "decision.subject_id"}), rows="assigned_cases",
    valid_from=JANUARY, valid_to=dt.date(2026, 12, 31),
    approvals=(Approval("lee", JANUARY), Approval("park", JANUARY)),
)  # fmt: skip
POST = Post("kim", dt.date(2020, 1, 1))
ASK = AccessRequest(
    actor="kim", action="query", objects={"finding": ["rule_id"]}, purpose="finding_review",
    case_id="C-1", on_day=MARCH,
)  # fmt: skip


def said(grant=KIM, posts=(POST,), cases=("C-1",), **asked):
    return decide([grant], posts, replace(ASK, **asked), assigned_cases=cases)


def test_a_grant_that_covers_all_of_it_allows_it():
    assert said() == Allowed(KIM)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"actor": "lee"}, "no grant in your name"),
        ({"purpose": None}, "the purpose is missing"),
        ({"purpose": "curiosity"}, "the purpose is not one of"),
        ({"purpose": "appeal"}, "for the purpose finding_review only"),
        ({"role": "data_engineer"}, "for the role auditor_case"),
        ({"action": "reidentify"}, "the role auditor_case may not reidentify"),
        ({"objects": {"income": ()}}, "does not name the table income"),
        ({"objects": {"finding": (), "income": ()}}, "does not name the table income"),
        ({"objects": {"decision": ["amount"]}}, "does not name decision.amount"),
        ({"case_id": None}, "the case is missing"),
        ({"case_id": "C-2"}, "the case is not open, or not assigned to you"),
        ({"on_day": dt.date(2025, 12, 31)}, "begins on 2026-01-01"),
        ({"on_day": dt.date(2027, 1, 1)}, "ended on 2026-12-31"),
    ],
)
def test_a_request_beyond_the_grant_names_what_is_missing(changes, reason):
    answer = said(**changes)
    assert isinstance(answer, Refused)
    assert reason in answer.reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"legal_basis": ""}, "legal basis is missing"),
        ({"role": "emperor"}, "its role is none of the hub's"),
        ({"purpose": "supervision"}, "for the purpose supervision only"),
        ({"actions": frozenset({"list"})}, "does not give query"),
        ({"columns": frozenset({"decision.*"})}, "names no column of finding"),
        ({"approvals": ()}, "needs 2 more approvals"),
        ({"approvals": KIM.approvals[:1]}, "needs one more approval"),
        ({"approvals": (Approval("lee", JANUARY), Approval("kim", JANUARY))}, "one more approval"),
        ({"approvals": (Approval("lee", JANUARY), Approval("lee", MARCH))}, "one more approval"),
        (
            {"approvals": (Approval("lee", JANUARY), Approval("park", dt.date(2026, 4, 1)))},
            "one more approval",
        ),
    ],
)
def test_a_grant_that_lacks_something_gives_nothing(changes, reason):
    answer = said(replace(KIM, **changes))
    assert isinstance(answer, Refused)
    assert reason in answer.reason


@pytest.mark.parametrize(
    ("posts", "reason"),
    [
        ((), "you hold no post"),
        ((Post("kim", JANUARY, dt.date(2026, 3, 14)),), "you hold no post"),
        (
            (Post("kim", JANUARY, dt.date(2026, 2, 28)), Post("kim", dt.date(2026, 3, 1))),
            "ended when you changed post on 2026-03-01",
        ),
    ],
)
def test_a_grant_ends_with_the_post(posts, reason):
    answer = said(posts=posts)
    assert isinstance(answer, Refused)
    assert reason in answer.reason


def test_two_grants_do_not_add_up():
    other = replace(KIM, id="G-2", objects=frozenset({"income"}), columns=frozenset({"*"}))
    both = replace(ASK, objects={"finding": (), "income": ()})
    assert isinstance(decide([KIM, other], [POST], both, assigned_cases=["C-1"]), Refused)


def test_the_allowed_cells_are_those_of_the_golden_file():
    cells = role_matrix()
    allowed = [f"{c.role} | {c.purpose} | {c.action}" for c in cells if c.is_allowed]
    if RENEW:
        GOLDEN.write_text("\n".join(allowed) + "\n", "utf-8")
    assert allowed == GOLDEN.read_text("utf-8").splitlines()
    assert not [c for c in cells if c.is_allowed and UNKNOWN in (c.role, c.purpose, c.action)]
    assert all(c.reason for c in cells if not c.is_allowed)
    frame = load_policy()
    assert len(cells) == (len(frame.roles) + 1) * (len(frame.purposes) + 1) * (
        len(frame.actions) + 1
    )


# Files

GRANT = """
[[grant]]
id = "G-1"
person = "kim"
role = "auditor_case"
purpose = "finding_review"
legal_basis = "act 19"
objects = ["finding", "decision"]
columns = ["finding.*", "decision.subject_id"]
rows = "assigned_cases"
from = 2026-01-01
to = 2026-12-31
approved_by = [{ by = "lee", on = 2026-01-01 }, { by = "park", on = 2026-01-01 }]
"""


def test_grants_are_read_from_files(tmp_path):
    assert load_grants(tmp_path / "none") is None
    assert load_grants(tmp_path) == ()
    (tmp_path / "kim.toml").write_text(GRANT)
    assert load_grants(tmp_path) == (replace(KIM, file="kim.toml"),)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('person = "kim"\n', "", "person is missing"),
        ('person = "kim"', 'person = " "', "none of them empty"),
        ('person = "kim"', 'person = "kim"\nperon = "kim"', "peron is no field"),
        ("to = 2026-12-31", "to = 2025-12-31", "ends before it begins"),
        ("to = 2026-12-31", 'to = "2026-12-31"', "without quotes"),
        ('rows = "assigned_cases"', 'rows = "some"', "rows is"),
        ('"decision"]', '"decision; DROP"]', "names in small letters"),
        ("decision.subject_id", "decision", "table.column"),
        ("[[grant]]", "[[gran]]", "only [[grant]]"),
        ("[[grant]]", "[[grant", "cannot be read"),
        ("2026-01-01 }]", '2026-01-01 }, { by = "x" }]', "on"),
    ],
)
def test_a_file_with_a_mistake_grants_nothing_to_anybody(tmp_path, old, new, message):
    (tmp_path / "kim.toml").write_text(GRANT.replace(old, new))
    with pytest.raises(GrantError, match=r"kim\.toml") as caught:
        load_grants(tmp_path)
    assert message in str(caught.value)


def test_an_id_stands_once(tmp_path):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(GRANT)
    with pytest.raises(GrantError, match=r"G-1 stands in a\.toml already"):
        load_grants(tmp_path)
