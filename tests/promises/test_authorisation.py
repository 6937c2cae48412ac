"""S1: what no grant allows is refused, for every role, purpose, action and object, known or not.

The oracle reads `policy.toml` by itself and knows nothing of `decide`.
"""

from __future__ import annotations

import ast
import datetime as dt
import itertools
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from promise_figures import FULL_SIZE

from hub.access import AccessRequest, Allowed, Approval, Grant, Post, decide
from hub.access import policy as policy_module
from hub.access.marts import load_marts

POLICY = tomllib.loads(Path(policy_module.__file__).with_name("policy.toml").read_text("utf-8"))
PROJECT = Path(__file__).parents[2]
DAY = dt.date(2026, 3, 2)
UNKNOWN = "unknown"
ROLES = (*POLICY["role"], UNKNOWN)
PURPOSES = (*POLICY["purpose"], UNKNOWN)
ACTIONS = (*sorted({each for role in POLICY["role"].values() for each in role["actions"]}), UNKNOWN)
_TABLES = sorted({table for mart in load_marts() for table in mart.tables})
OBJECTS = (*_TABLES[:: 1 if FULL_SIZE else 9], UNKNOWN)
POST = Post("kim", dt.date(2020, 1, 1))
BOTH = (Approval("lee", DAY), Approval("park", DAY))


def is_declared(role, purpose, action):
    told = POLICY["role"].get(role, {"actions": [], "purposes": []})
    return action in told["actions"] and purpose in told["purposes"]


def grant_of(role, purpose, objects):
    return Grant(
        id="G", person="kim", role=role, purpose=purpose, legal_basis="act 19",
        actions=frozenset(), objects=frozenset(objects), columns=frozenset({"*"}), rows="all",
        valid_from=DAY, valid_to=DAY, approvals=BOTH,
    )  # fmt: skip


def asked(purpose, action, table):
    return AccessRequest(
        actor="kim", action=action, objects={table: ()}, purpose=purpose, case_id="C", on_day=DAY
    )


def is_allowed(grants, request, posts=(POST,), cases=("C",)):
    return isinstance(decide(grants, posts, request, assigned_cases=cases), Allowed)


def spoilt(grant, request):
    """Yield the same access with one thing missing or wrong: grants, request, posts, cases."""
    yield [], request, [POST], ["C"]
    changes = (
        {"legal_basis": ""}, {"approvals": BOTH[:1]}, {"person": "lee"},
        {"approvals": (BOTH[0], replace(BOTH[1], by="kim"))},
        {"approvals": (BOTH[0], BOTH[0])},
        {"approvals": (BOTH[0], replace(BOTH[1], on=DAY + dt.timedelta(1)))},
        {"valid_from": DAY + dt.timedelta(1), "valid_to": DAY + dt.timedelta(1)},
        {"valid_from": DAY - dt.timedelta(1), "valid_to": DAY - dt.timedelta(1)},
        {"objects": frozenset({"another"})}, {"columns": frozenset()},
        {"actions": frozenset({"another"})}, {"role": UNKNOWN},
    )  # fmt: skip
    for change in changes:
        yield [replace(grant, **change)], request, [POST], ["C"]
    for change in ({"purpose": None}, {"purpose": UNKNOWN}, {"role": UNKNOWN}, {"actor": "park"}):
        yield [grant], replace(request, **change), [POST], ["C"]
    yield [grant], request, [], ["C"]
    yield [grant], request, [replace(POST, valid_to=DAY - dt.timedelta(1))], ["C"]
    # Moved to another post after the grant was given: the grant ended that day.
    earlier = replace(grant, valid_from=DAY - dt.timedelta(9))
    yield [earlier], request, [replace(POST, valid_from=DAY - dt.timedelta(1))], ["C"]
    if POLICY["role"][grant.role]["needs_case"] and request.action != "list":
        yield [grant], replace(request, case_id=None), [POST], ["C"]
        yield [grant], request, [POST], []


@pytest.mark.promise("S1")
def test_every_cell_is_as_declared_and_nothing_else_is_allowed(record_figure):
    wrong, cells, refused = [], 0, 0
    for role, purpose in itertools.product(ROLES, PURPOSES):
        wide = grant_of(role, purpose, {"*"})
        for action, table in itertools.product(ACTIONS, OBJECTS):
            request = asked(purpose, action, table)
            narrow = grant_of(role, purpose, {table})
            other = grant_of(role, purpose, {"another"})
            declared = is_declared(role, purpose, action)
            cells += 1
            said = (is_allowed([wide], request), is_allowed([narrow], request))
            if said != (declared, declared) or is_allowed([other], request):
                wrong.append((role, purpose, action, table))
        for action in (each for each in ACTIONS if is_declared(role, purpose, each)):
            for case in spoilt(wide, asked(purpose, action, "person")):
                refused += 1
                if is_allowed(*case):
                    wrong.append((role, purpose, action, case))
    record_figure(
        "S1",
        f"{cells:,} cells of {len(ROLES)} roles by {len(PURPOSES)} purposes by {len(ACTIONS)} actions by"
        f" {len(OBJECTS)} objects and {refused:,} spoilt requests: {len(wrong)} not as declared",
        held=not wrong,
        cells=cells,
        spoilt=refused,
        wrong=len(wrong),
    )


@pytest.mark.promise("S1")
def test_every_command_that_shows_people_is_declared():
    """A command that the policy does not list would be refused; none is forgotten."""
    used = set()
    for room in ("warehouse", "pipelines"):
        for file in sorted((PROJECT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "command_access":
                    assert isinstance(node.args[0], ast.Constant), f"{file.name}:{node.lineno}"
                    used.add(node.args[0].value)
    assert used - {"query"} == set(POLICY["command"])
    for name, command in POLICY["command"].items():
        roles = [role for role in POLICY["role"].values() if command["action"] in role["actions"]]
        assert roles, name
