"""The grants that stand: read from their folder, each change noted in the access log before it counts.

Here: whether this hub has grants, reading them, what changed since they were last read, and the guard
of commands. Never here: deciding (`hub.access`), or asking in SQL (`gateway`). Next: `gateway.answer`,
and `command_access` for every command that shows data of people.

A hub without the folder `grants` has never had a grant: it is in **operator mode**, in which whoever may
run `hub` may see everything, logged, with a loud line. The first look at a folder of grants ends that
for good: what was seen is kept in `<home>/access/grants.json`, and from then on a folder that is gone
refuses everybody.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from hub.access import (
    AccessRequest,
    Grant,
    GrantError,
    Post,
    Refused,
    decide,
    load_grants,
    load_policy,
)
from hub.access.grants import ALL_ROWS, ASSIGNED_CASES
from warehouse import durable
from warehouse.access_log.answering import Guard, Permission
from warehouse.access_log.entry import AccessEntry
from warehouse.access_log.errors import AccessRefusedError
from warehouse.access_log.log import AccessLog
from warehouse.layout import Layout
from warehouse.ledger import Ledger

GRANTS = "grants"
_SEEN = "grants.json"
OPERATOR_MODE = (
    "OPERATOR MODE: this hub has no grants yet, so whoever may run `hub` sees everything (logged). "
    "`hub access init` ends this; see docs/access.md"
)


def has_grants(layout: Layout) -> bool:
    """Whether this hub has, or ever had, grants: from then on, what they do not give is refused."""
    return (layout.home / GRANTS).is_dir() or _seen_file(layout).exists()


def standing_grants(layout: Layout) -> tuple[Grant, ...]:
    """Return the grants; what changed since they were read last stands in the log first.

    Raises:
        GrantError: a file of grants has a mistake.
        AccessRefusedError: there is no grant; nobody is granted anything.
        AccessLogError: a change cannot be logged, so no grant counts.
    """
    grants = load_grants(layout.home / GRANTS)
    _note_changes(layout, grants or ())
    if not grants:
        raise AccessRefusedError("this hub has no grants; nobody is granted anything")
    return grants


def grant_guard(layout: Layout, today: Callable[[], dt.date] = dt.date.today) -> Guard:
    """Return the guard of commands: each needs a grant, as soon as the hub has any.

    Roles that need a case see its people only. Grants for an area are for `hub query`, where rows can
    be chosen.
    """

    def guard(entry: AccessEntry) -> str | Permission | None:
        if not has_grants(layout):
            return None
        try:
            return _permission(layout, standing_grants(layout), entry, today())
        except (GrantError, AccessRefusedError) as error:
            return str(error)

    return guard


def known_officials(
    layout: Layout, actor: str
) -> tuple[list[Post], dict[str, dict[str, list[str]]]]:
    """Return an official's posts, and their open cases with the keys of whom and what each is about."""
    with Ledger.open(layout.ledger_url) as ledger:
        posts = [
            Post(row["actor"], row["valid_from"], row["valid_to"])
            for row in ledger.officials().iter_rows(named=True)
            if row["actor"] == actor
        ]
        cases = {}
        for row in ledger.cases().iter_rows(named=True):
            if row["assignee"] == actor and row["closed_on"] is None:
                people = [each for each in (row["person_id"], row["subject_id"]) if each]
                findings = ledger.case_findings(row["case_id"])["finding_id"].to_list()
                cases[row["case_id"]] = {
                    "person_id": people,
                    "subject_id": people,
                    "household_id": people,
                    "finding_id": findings,
                }
    return posts, cases


def _permission(
    layout: Layout, grants: tuple[Grant, ...], entry: AccessEntry, day: dt.date
) -> str | Permission:
    command = load_policy().commands.get(entry.action)
    if command is None:
        return "no grant gives this command"
    posts, cases = known_officials(layout, entry.actor)
    request = AccessRequest(
        actor=entry.actor,
        action=command.action,
        objects=dict.fromkeys(sorted(command.objects), ("*",)),
        purpose=command.purpose or entry.purpose,
        case_id=entry.case_id,
        on_day=day,
    )
    chosen = tuple(each for each in grants if each.rows in {ALL_ROWS, ASSIGNED_CASES})
    said = decide(chosen, posts, request, assigned_cases=cases)
    if isinstance(said, Refused):
        has_area = any(each.person == entry.actor and each not in chosen for each in grants)
        hint = "; a grant for an area is for `hub query`, which chooses rows" if has_area else ""
        return said.reason + hint
    grant = said.grant
    if grant.rows == ALL_ROWS:
        return Permission(grant.id, grant.role, grant.legal_basis)
    if not command.objects:
        return f'{grant.id}: this command shows no single case; it needs a grant with rows = "all"'
    named = [name for name in cases if entry.case_id in {None, name}]
    people = {each for name in named for each in cases[name]["person_id"]}
    return Permission(grant.id, grant.role, grant.legal_basis, frozenset(people), frozenset(named))


def _note_changes(layout: Layout, grants: tuple[Grant, ...]) -> None:
    """Write what was added, changed or removed to the log, and then remember it."""
    file = _seen_file(layout)
    now = {grant.id: _digest(grant) for grant in grants}
    before: dict[str, str] = {}
    if file.exists():
        try:
            before = json.loads(file.read_text("utf-8"))
        except ValueError:
            before = {"unreadable memory of grants": ""}
        if before == now:
            return
    changes = {
        "added": sorted(set(now) - set(before)),
        "changed": sorted(name for name in set(now) & set(before) if now[name] != before[name]),
        "removed": sorted(set(before) - set(now)),
    }
    told = "; ".join(f"{word} {', '.join(names)}" for word, names in changes.items() if names)
    entry = AccessEntry(
        actor="hub", action="grant", object=f"grants: {told or 'none'}", reason="files of grants"
    )
    AccessLog(layout).append(entry)
    durable.write_text(file, json.dumps(now, sort_keys=True) + "\n")


def _digest(grant: Grant) -> str:
    told = {
        name: sorted(map(str, value)) if isinstance(value, frozenset) else str(value)
        for name, value in (
            (name, getattr(grant, name)) for name in sorted(Grant.__slots__) if name != "file"
        )
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _seen_file(layout: Layout) -> Path:
    return layout.access / _SEEN
