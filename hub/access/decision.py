"""Deciding one access: allowed by a grant that covers all of it, or refused with what is missing.

Here: a pure function of grants, posts and the request. Never here: files, clocks, the log. Next:
`warehouse.gateway` writes the answer, also a refusal, to the log.

A grant ends on the day on which its person leaves or changes post, whatever its last day says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from hub.access.grants import ASSIGNED_CASES, Grant
from hub.access.policy import Policy, load_policy

LIST = "list"
"""Showing what lies on somebody's own desk: whoever asks which cases they have can name none."""


@dataclass(frozen=True, slots=True)
class Post:
    """What an official was, from when to when, as the personnel office says."""

    actor: str
    valid_from: dt.date
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """What somebody wants to do."""

    actor: str
    action: str
    objects: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Table → the columns asked for; no column: those that the grant gives."""
    purpose: str | None = None
    case_id: str | None = None
    role: str | None = None
    """Which of several roles to act in; None: the one that fits."""
    on_day: dt.date


@dataclass(frozen=True, slots=True)
class Allowed:
    """The access is covered by this grant."""

    grant: Grant


@dataclass(frozen=True, slots=True)
class Refused:
    """The access is not covered; `reason` names what is missing, and never a value."""

    reason: str


def decide(
    grants: Sequence[Grant],
    posts: Sequence[Post],
    request: AccessRequest,
    *,
    assigned_cases: Collection[str] = (),
    policy: Policy | None = None,
) -> Allowed | Refused:
    """Decide one access; what no single grant covers wholly is refused.

    Args:
        grants: all grants of the hub.
        posts: all posts of officials.
        request: what is wanted.
        assigned_cases: open cases that are assigned to the actor.
        policy: roles and purposes; those of the hub by default.
    """
    frame = policy or load_policy()
    own = [grant for grant in grants if grant.person == request.actor]
    if not own:
        return Refused("there is no grant in your name; ask your head for one (docs/access.md)")
    if not request.purpose:
        return Refused("the purpose is missing; say it with --purpose or HUB_PURPOSE")
    if request.purpose not in frame.purposes:
        known = ", ".join(sorted(frame.purposes))
        return Refused(f"the purpose is not one of {known}")
    if not _post_on(posts, request.actor, request.on_day):
        return Refused("you hold no post on this day; the personnel office registers posts")
    refusals = []
    for grant in own:
        steps = _missing(grant, posts, request, assigned_cases, frame)
        reason = next(((place, text) for place, text in enumerate(steps) if text), None)
        if reason is None:
            return Allowed(grant)
        refusals.append((reason[0], grant.id, reason[1]))
    # The grant that came farthest is the one that the person had in mind.
    _, grant_id, text = max(refusals)
    return Refused(f"{grant_id}: {text}")


def _missing(
    grant: Grant,
    posts: Sequence[Post],
    request: AccessRequest,
    assigned_cases: Collection[str],
    policy: Policy,
) -> tuple[str | None, ...]:
    """Return, check by check, what is missing, or None where nothing is."""
    role = policy.roles.get(grant.role)
    if role is None:
        return ("its role is none of the hub's; see `hub access list --roles`",)
    return (
        f"it is for the role {grant.role}" if request.role not in {None, grant.role} else None,
        None if request.purpose == grant.purpose else f"it is for the purpose {grant.purpose} only",
        None
        if grant.purpose in role.purposes
        else f"the role {grant.role} has no purpose {grant.purpose}",
        None
        if request.action in role.actions
        else f"the role {grant.role} may not {request.action}",
        f"it does not give {request.action}"
        if grant.actions and request.action not in grant.actions
        else None,
        None if request.on_day >= grant.valid_from else f"it begins on {grant.valid_from}",
        None if request.on_day <= grant.valid_to else f"it ended on {grant.valid_to}",
        _approval_missing(grant, request.on_day, policy.approvals),
        None if grant.legal_basis else "its legal basis is missing",
        _post_missing(grant, posts, request.on_day),
        *(_object_missing(grant, name, columns) for name, columns in request.objects.items()),
        _case_missing(grant, request, assigned_cases, needs_case=role.needs_case),
    )


def _post_on(posts: Sequence[Post], actor: str, day: dt.date) -> Post | None:
    for post in posts:
        if (
            post.actor == actor
            and post.valid_from <= day
            and (post.valid_to is None or day <= post.valid_to)
        ):
            return post
    return None


def _post_missing(grant: Grant, posts: Sequence[Post], day: dt.date) -> str | None:
    post = _post_on(posts, grant.person, day)
    if post is None:
        return "you hold no post on this day"
    if post.valid_from > grant.valid_from:
        return f"it ended when you changed post on {post.valid_from}; ask for a new one"
    return None


def _approval_missing(grant: Grant, day: dt.date, needed: int) -> str | None:
    others = {each.by for each in grant.approvals if each.by != grant.person and each.on <= day}
    if len(others) >= needed:
        return None
    missing = needed - len(others)
    words = "one more approval" if missing == 1 else f"{missing} more approvals"
    return f"it needs {words} by somebody other than yourself"


def _object_missing(grant: Grant, name: str, columns: Collection[str]) -> str | None:
    if not grant.has_object(name):
        return f"it does not name the table {name}"
    given = grant.columns_of(name)
    if given is None:
        return None
    if not given:
        return f"it names no column of {name}"
    beyond = sorted(set(columns) - given)
    if beyond:
        return f"it does not name {', '.join(f'{name}.{each}' for each in beyond)}"
    return None


def _case_missing(
    grant: Grant, request: AccessRequest, assigned_cases: Collection[str], *, needs_case: bool
) -> str | None:
    if request.action == LIST or (not needs_case and grant.rows != ASSIGNED_CASES):
        return None
    if not request.case_id:
        return "the case is missing; say it with --case or HUB_CASE"
    if request.case_id not in assigned_cases:
        return "the case is not open, or not assigned to you"
    return None
