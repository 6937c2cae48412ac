"""The gateway itself: grant, log, question, log, answer, in this order and no other.

Here: what happens around one question of a person with a grant. Never here: how it is judged
(`statements`), run (`asking`) or shown. Next: `hub query` and `hub serve` call `answer`.

Nothing is started before the line of the log is on the disk, and nothing is returned before the line
that tells the answer is. Refusals stand in the log, too.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from hub.access import (
    AccessRequest,
    Grant,
    GrantError,
    Post,
    Refused,
    decide,
    load_policy,
)
from hub.access.grants import AREA, ASSIGNED_CASES, EVERYTHING
from hub.access.policy import Output
from warehouse.access_log import AccessRefusedError
from warehouse.access_log.answering import Asker, logged_access
from warehouse.faults import fault_point
from warehouse.gateway.asking import PEOPLE_TABLE, Job, NoAnswerError, ask
from warehouse.gateway.cells import CellQuery, cell_query, suppressed
from warehouse.gateway.column_use import columns_named
from warehouse.gateway.confinement import Limits
from warehouse.gateway.standing_grants import known_officials, standing_grants
from warehouse.gateway.statements import Question, StatementRefusedError, judge
from warehouse.gateway.subjects import NamesNobodyError, check_names_people, people_of
from warehouse.layout import Layout
from warehouse.mart import AUDITOR
from warehouse.marts.held import held_tables
from warehouse.release_files import Release


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """Rows that a grant gives."""

    table: pa.Table
    is_cut: bool
    """There are more rows than may be shown."""
    release_id: str
    grant_id: str
    note: str | None = None
    """What was done to the rows, for example how many cells are suppressed."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the person who asks."""

    grants: tuple[Grant, ...]
    posts: list[Post]
    cases: Mapping[str, Mapping[str, list[str]]]
    """Open case that is assigned to them → key → whom and what it is about."""


@dataclass(frozen=True, slots=True)
class _View:
    """Which mart is asked, and how."""

    mart: str
    is_own: bool = False
    """It holds what the role may see for the purpose, and nothing else."""
    plan: CellQuery | None = None
    forbids_people: bool = False


def answer(
    layout: Layout,
    asker: Asker,
    sql: str,
    release: Release,
    *,
    then: Release | None = None,
    limits: Limits | None = None,
    role: str | None = None,
    is_download: bool = False,
    download_reason: str | None = None,
    origin: Mapping[str, str] | None = None,
    today: Callable[[], dt.date] = dt.date.today,
) -> GatewayAnswer:
    """Answer one question of a person with a grant.

    Raises:
        AccessRefusedError: no grant covers it, or the statement is not allowed; the log says so.
        AccessLogError: the access cannot be logged, so it is not answered.
        NoAnswerError: it failed, took too long or too much memory; the log says so.
    """
    bounds = limits or Limits()
    question, granted, scope, view = None, None, None, None
    refusal: str | None = None
    try:
        question = judge(sql)
        known = _known(layout, asker.actor)
        granted = _granted(known, asker, question, role, today())
        scope = _scope(known, asker, granted)
        view = _view(question, granted, release)
    except (StatementRefusedError, GrantError, AccessRefusedError, NamesNobodyError) as error:
        refusal = str(error)
    with logged_access(
        layout,
        "query",
        f"mart, grant {granted.id}" if granted else "mart",
        subjects=_people(scope),
        asker=replace(asker, legal_basis=granted.legal_basis if granted else asker.legal_basis),
        guard=lambda entry: refusal,  # noqa: ARG005 (decided already; refusals are logged, too)
        release=release.release_id if then is None else f"{release.release_id}, {then.release_id}",
        statement=sql,
        role=granted.role if granted else role,
        tables=sorted(question.tables) if question else (),
        categories=sorted(question.tables) if question else (),
        is_download=is_download,
        download_reason=download_reason,
        **(origin or {}),
    ) as access:
        fault_point("gateway.after_log")
        if question is None or granted is None or view is None:
            raise AccessRefusedError(refusal or "no grant")
        plan = view.plan
        job = _job(question, granted, scope, view, release, then, bounds)
        sent = ask(job)
        table, note = sent.table, None
        if plan is not None:
            table, note = suppressed(sent.table, plan, load_policy())
            if sent.is_cut:
                raise NoAnswerError("the table has too many cells to protect; ask for fewer")
        subjects = [] if plan is not None else people_of(sent.table)
        access.saw(subjects=subjects, rows=table.num_rows, result=result_digest(table).encode())
    fault_point("gateway.before_answer")
    return GatewayAnswer(table, sent.is_cut, release.release_id, granted.id, note)


def result_digest(table: pa.Table) -> str:
    """Return a digest of names, types and values: the same question to the same release has the same.

    Raises:
        NoAnswerError: a value cannot be told, such as a day of the year 200000.
    """
    lines = [json.dumps([(each.name, str(each.type)) for each in table.schema])]
    try:
        rows = table.to_pylist()
    except (OverflowError, ValueError):
        raise NoAnswerError("a day lies outside the years 1 to 9999; restrict the rows") from None
    lines += [json.dumps(row, default=str, ensure_ascii=False) for row in rows]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _known(layout: Layout, actor: str) -> _Known:
    grants = standing_grants(layout)
    posts, cases = known_officials(layout, actor)
    return _Known(grants, posts, cases)


def _granted(
    known: _Known, asker: Asker, question: Question, role: str | None, day: dt.date
) -> Grant:
    request = AccessRequest(
        actor=asker.actor,
        action="query",
        objects=dict.fromkeys(sorted(question.tables), ()),
        purpose=asker.purpose,
        case_id=asker.case_id,
        role=role,
        on_day=day,
    )
    said = decide(known.grants, known.posts, request, assigned_cases=known.cases)
    if isinstance(said, Refused):
        raise AccessRefusedError(said.reason)
    return said.grant


def _scope(known: _Known, asker: Asker, grant: Grant) -> Mapping[str, list[str]] | None:
    """Return the only keys whose rows the grant shows; None where it does not name them."""
    if grant.rows != ASSIGNED_CASES:
        return None
    return known.cases.get(asker.case_id or "", {"person_id": []})


def _people(scope: Mapping[str, list[str]] | None) -> list[str]:
    return sorted(set((scope or {}).get("person_id", [])))


def _view(question: Question, grant: Grant, release: Release) -> _View:
    """Choose the mart, and check that the answer is of the kind that the role sees.

    A role of counts sees the tables of its own mart as they are (nobody is in them), and counts of the
    others through `cells`.
    """
    own = f"{grant.role}__{grant.purpose}"
    is_built = release.mart(own).exists()
    if load_policy().roles[grant.role].output is Output.CELLS:
        if is_built and question.tables <= held_tables(release, own).names:
            return _View(own, is_own=True, forbids_people=True)
        return _View(AUDITOR, plan=cell_query(question))
    if grant.rows != ASSIGNED_CASES:
        check_names_people(question)
    return _View(own, is_own=True) if is_built else _View(AUDITOR)


def _job(
    question: Question,
    grant: Grant,
    scope: Mapping[str, list[str]] | None,
    view: _View,
    release: Release,
    then: Release | None,
    limits: Limits,
) -> Job:
    names = sorted(question.tables)
    if question.lists_tables:
        known = held_tables(release, view.mart).names
        names = sorted(known if EVERYTHING in grant.objects else grant.objects)
    sides: dict[str, Release] = {"main": release}
    if then is not None:
        sides |= {"now": release, "past": then}
    area = AREA.match(grant.rows)
    named = columns_named(question) if view.plan is None else None
    # Who lives in an area is looked up, whether or not the question may name the table.
    laid = {*names, PEOPLE_TABLE} if area else set(names)
    return Job(
        sql=question.sql if view.plan is None else view.plan.sql,
        sql_without_people=None if view.plan is None else view.plan.sql_without_people,
        counts_people=view.plan is not None,
        marts={side: _mart(each, view, laid) for side, each in sides.items()},
        tables={name: _columns(grant, name) for name in names},
        needs_all=not question.lists_tables,
        columns_named=None if named is None else sorted(named),
        scope=scope,
        area=area[1] if area else None,
        forbids_people=view.forbids_people,
        limits=limits,
    )


def _columns(grant: Grant, name: str) -> list[str] | None:
    given = grant.columns_of(name)
    return None if given is None else sorted(given)


def _mart(release: Release, view: _View, names: Collection[str]) -> dict[str, Any]:
    """Return where the tables lie; in releases that have no mart of the role, the internal one is asked."""
    file = release.mart(view.mart)
    beside = held_tables(release, view.mart).read_beside(names) if file.exists() else {"files": {}}
    return {"file": os.fspath(file), "is_own": view.is_own} | beside
