"""`hub index review` and `hub index decide`: the questions of the index, and people's answers.

Here: options, printing, exit codes, and from names to signatures. Never here: what a decision does
(`hub.identity.resolution`) or keeps (`warehouse.ledger`). Next: `pipelines.index_commands` hangs
both under `hub index`.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.identity.pair_choice import Subject, find_subject
from hub.identity.resolution import REVIEW_KINDS
from hub.output import fail, print_rows
from pipelines.pair_views import (
    IDENTITY,
    opened_ledger,
    opened_state,
    print_pair,
    save_pair,
    view_pair,
)
from warehouse.access_log.options import By, Purpose, UnderCase, command_access
from warehouse.ledger import DecisionKind, Ledger, ReviewState

review_app = typer.Typer(help="The questions that only people may answer.", no_args_is_help=True)
decide_app = typer.Typer(
    help="Decide who is who; the next night obeys, and no machine undoes it.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]
Actor = Annotated[str | None, typer.Option(help="Who decides; by default who is logged in.")]
Reason = Annotated[str, typer.Option(prompt=True, help="Why; auditors will read it.")]
Evidence = Annotated[
    str | None, typer.Option(help="What it rests on: file numbers, no ID numbers.")
]
One = Annotated[str, typer.Argument(help="A signature ID, or a person ID for its first signature.")]
Other = Annotated[str, typer.Argument(help="Another.")]
PersonName = Annotated[str, typer.Argument(help="A person ID.")]


class Answer(StrEnum):
    """What a reviewer says of a pair."""

    SAME = "same"
    DIFFERENT = "different"
    UNCLEAR = "unclear"


@review_app.command("list")
def list_reviews(
    *,
    kind: Annotated[str | None, typer.Option(help=f"One of {', '.join(REVIEW_KINDS)}.")] = None,
    state: Annotated[
        ReviewState, typer.Option(help="Where the question stands.")
    ] = ReviewState.OPEN,
    limit: Annotated[int, typer.Option(min=1, help="Most rows to print.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the questions, the strongest pair first."""
    with opened_ledger() as ledger:
        found = ledger.reviews(state)
    if kind is not None:
        found = found.filter(kind=kind)
    shown = found.sort("weight", "review_id", descending=[True, False], nulls_last=True).head(limit)
    title = f"{found.height} {state} reviews"
    columns = ("review_id", "kind", "left", "right", "weight", "night_opened", "night_last_seen")
    print_rows(shown.to_dicts(), as_json=as_json, title=title, columns=columns)
    if found.height > limit:
        typer.echo(f"only the first {limit} of {found.height}; --limit gives more", err=True)


@review_app.command("show")
def show_review(
    review_id: Annotated[str, typer.Argument(help="A question, as `hub index review list` says.")],
    *,
    html: Annotated[Path | None, typer.Option(help="Write a page that needs no network.")] = None,
    png: Annotated[Path | None, typer.Option(help="Write the waterfalls as a picture.")] = None,
    without_values: Annotated[
        bool, typer.Option("--without-values", help="Levels and weights only: no names, no dates.")
    ] = False,
    by: By = None,
    purpose: Purpose = None,
    case: UnderCase = None,
    as_json: AsJson = False,
) -> None:
    """Show one question with everything that speaks for and against."""
    with opened_ledger() as ledger:
        asked = _asked(ledger, review_id)
    left, right = _sides(asked)
    with command_access(
        "index review show",
        "question of the person index",
        by=by,
        purpose=purpose,
        case=case,
        categories=() if without_values else IDENTITY,
        is_download=html is not None or png is not None,
    ) as access:
        with opened_state() as state:
            view = view_pair(state, left, right, show_values=not without_values)
        why = REVIEW_KINDS.get(str(asked["kind"]), "")
        notes = [
            f"Review {review_id}, {asked['state']}: {asked['kind']}" + (f": {why}." if why else ".")
        ]
        if asked["detail"]:
            notes.append(str(asked["detail"]))
        access.about(view.person_ids)
        access.saw(subjects=view.person_ids)
        save_pair(view, html, png, notes)
        if as_json:
            print_rows([{**asked, **view.mapping()}], as_json=True)
        else:
            print_pair(view, notes)


@review_app.command("decide")
def decide_review(
    review_id: Annotated[str, typer.Argument(help="A question, as `hub index review list` says.")],
    *,
    decision: Annotated[Answer, typer.Option(help="One person, two people, or nobody can tell.")],
    reason: Reason,
    actor: Actor = None,
    evidence: Evidence = None,
) -> None:
    """Answer a question: must-link or cannot-link; unclear leaves it open and writes nothing."""
    with opened_ledger() as ledger:
        asked = _asked(ledger, review_id)
        if decision is Answer.UNCLEAR:
            typer.echo(f"{review_id} stays open; nothing was written")
            return
        left, right = _signatures(*_sides(asked))
        kind = DecisionKind.MUST_LINK if decision is Answer.SAME else DecisionKind.CANNOT_LINK
        decision_id = ledger.decide(
            kind,
            left,
            right,
            actor=actor or getpass.getuser(),
            reason=reason,
            evidence=evidence,
            review_id=review_id,
        )
    typer.echo(f"{decision_id}: {kind} {left} {right}; review {review_id} is closed")


def _asked(ledger: Ledger, review_id: str) -> dict[str, Any]:
    found = ledger.reviews().filter(review_id=review_id).to_dicts()
    if not found:
        fail(f"no review {review_id}; `hub index review list` lists them")
    return found[0]


def _sides(asked: Mapping[str, Any]) -> tuple[str, str]:
    if not asked["left"] or not asked["right"]:
        fail(
            f"review {asked['review_id']} is not about two signatures; "
            "settle it with `hub index decide`"
        )
    return asked["left"], asked["right"]


def _subjects(left: str, right: str) -> tuple[Subject, Subject]:
    with opened_state() as state:
        return find_subject(state.connection, left), find_subject(state.connection, right)


def _signatures(left: str, right: str) -> tuple[str, str]:
    """Return the signatures that stand for two names; the index must know both."""
    one, other = _subjects(left, right)
    return str(one.signature_id), str(other.signature_id)


def _decide(
    kind: DecisionKind, left: str | None, right: str | None, *, actor: str | None, reason: str,
    evidence: str | None, revokes: str | None = None,
) -> None:  # fmt: skip
    with opened_ledger() as ledger:
        decision_id = ledger.decide(
            kind,
            left,
            right,
            actor=actor or getpass.getuser(),
            reason=reason,
            evidence=evidence,
            revokes=revokes,
        )
    about = " ".join(name for name in (left, right, revokes) if name)
    typer.echo(f"{decision_id}: {kind} {about}; the next night obeys")


@decide_app.command("must-link")
def must_link(
    left: One, right: Other, *, reason: Reason, actor: Actor = None, evidence: Evidence = None
) -> None:
    """Two signatures are one person."""
    one, other = _signatures(left, right)
    _decide(DecisionKind.MUST_LINK, one, other, actor=actor, reason=reason, evidence=evidence)


@decide_app.command("cannot-link")
def cannot_link(
    left: One, right: Other, *, reason: Reason, actor: Actor = None, evidence: Evidence = None
) -> None:
    """Two signatures are two people."""
    one, other = _signatures(left, right)
    _decide(DecisionKind.CANNOT_LINK, one, other, actor=actor, reason=reason, evidence=evidence)


@decide_app.command("unmerge")
def unmerge(
    left: One, right: Other, *, reason: Reason, actor: Actor = None, evidence: Evidence = None
) -> None:
    """Two signatures that the index holds for one person are two: take them apart for good."""
    one, other = _subjects(left, right)
    if not set(one.person_ids) & set(other.person_ids):
        fail(
            f"{left} and {right} are not one person now; `hub index decide cannot-link` keeps them so"
        )
    _decide(
        DecisionKind.UNMERGE,
        str(one.signature_id),
        str(other.signature_id),
        actor=actor,
        reason=reason,
        evidence=evidence,
    )


@decide_app.command("pin")
def pin(
    person: PersonName, *, reason: Reason, actor: Actor = None, evidence: Evidence = None
) -> None:
    """A person's ID stays, whatever the machine would do."""
    _decide(DecisionKind.PIN, None, person, actor=actor, reason=reason, evidence=evidence)


@decide_app.command("unpin")
def unpin(
    person: PersonName, *, reason: Reason, actor: Actor = None, evidence: Evidence = None
) -> None:
    """A pinned ID may change again."""
    _decide(DecisionKind.UNPIN, None, person, actor=actor, reason=reason, evidence=evidence)


@decide_app.command("revoke")
def revoke(
    decision_id: Annotated[str, typer.Argument(help="The decision that holds no longer.")],
    *,
    reason: Reason,
    actor: Actor = None,
    evidence: Evidence = None,
) -> None:
    """Take an earlier decision back; the review that it closed opens again."""
    _decide(
        DecisionKind.REVOKE, None, None, actor=actor, reason=reason, evidence=evidence,
        revokes=decision_id,
    )  # fmt: skip
