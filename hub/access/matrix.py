"""The authorisation matrix: what each role may do, for each purpose, action and object, as decided.

Here: asking `decide` for every combination, unknown ones too. Never here: a second rule of its own.
Next: `hub access matrix` prints it; a golden file in the tests holds the cells that are allowed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.access.decision import AccessRequest, Allowed, Post, decide
from hub.access.grants import ALL_ROWS, ASSIGNED_CASES, EVERYTHING, Approval, Grant
from hub.access.policy import Policy, load_policy

UNKNOWN = "unknown"
_DAY = dt.date(2026, 1, 1)
_CASE = "case"
_SOMEBODY = "somebody"


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination and what is decided about it."""

    person: str
    role: str
    purpose: str
    action: str
    object: str
    is_allowed: bool
    reason: str


def role_matrix(policy: Policy | None = None) -> list[Cell]:
    """Return role by purpose by action, for a person whose grant is as wide as it can be.

    The request names the purpose of the grant; a role, purpose or action that is none of the hub's
    stands in the matrix, too. Object: `*`.
    """
    frame = policy or load_policy()
    cells = []
    for role in (*sorted(frame.roles), UNKNOWN):
        for purpose in (*sorted(frame.purposes), UNKNOWN):
            grant = _widest(role, purpose, frame)
            cells += [
                _cell([grant], grant, purpose, action, "any_table", frame, Post(_SOMEBODY, _DAY))
                for action in (*frame.actions, UNKNOWN)
            ]
    return cells


def grant_matrix(
    grants: Sequence[Grant],
    posts: Sequence[Post],
    objects: Sequence[str],
    on_day: dt.date,
    policy: Policy | None = None,
) -> Iterator[Cell]:
    """Yield person by purpose by action by object for everybody whom a grant names.

    A case is taken as given and assigned, so the cells say what the grants give at most.
    """
    frame = policy or load_policy()
    for person in sorted({grant.person for grant in grants}):
        for purpose in sorted(frame.purposes):
            for action in frame.actions:
                for name in objects:
                    request = AccessRequest(
                        actor=person, action=action, objects={name: ()}, purpose=purpose,
                        case_id=_CASE, on_day=on_day,
                    )  # fmt: skip
                    said = decide(grants, posts, request, assigned_cases=[_CASE], policy=frame)
                    is_allowed = isinstance(said, Allowed)
                    yield Cell(
                        person,
                        said.grant.role if isinstance(said, Allowed) else "",
                        purpose,
                        action,
                        name,
                        is_allowed,
                        said.grant.id if isinstance(said, Allowed) else said.reason,
                    )


def _widest(role: str, purpose: str, policy: Policy) -> Grant:
    known = policy.roles.get(role)
    return Grant(
        id="G",
        person=_SOMEBODY,
        role=role,
        purpose=purpose,
        legal_basis="an act",
        actions=frozenset(),
        objects=frozenset({EVERYTHING}),
        columns=frozenset({EVERYTHING}),
        rows=ASSIGNED_CASES if known and known.needs_case else ALL_ROWS,
        valid_from=_DAY,
        valid_to=_DAY,
        approvals=tuple(Approval(f"other {number}", _DAY) for number in range(policy.approvals)),
    )


def _cell(
    grants: Sequence[Grant],
    grant: Grant,
    purpose: str,
    action: str,
    object_: str,
    policy: Policy,
    post: Post,
) -> Cell:
    request = AccessRequest(
        actor=grant.person,
        action=action,
        objects={object_: ()},
        purpose=purpose,
        case_id=_CASE,
        on_day=_DAY,
    )
    said = decide(grants, [post], request, assigned_cases=[_CASE], policy=policy)
    reason = "" if isinstance(said, Allowed) else said.reason
    return Cell(
        grant.person, grant.role, purpose, action, EVERYTHING, isinstance(said, Allowed), reason
    )
