"""`hub reidentify`: who is behind a token, asked by one official and let by another.

Here: options and printing. Never here: who may (`warehouse.reidentification`). The ID number goes to
stdout of `hub reidentify show`, once, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from hub.expected_error import ExpectedError
from hub.output import fail, print_rows
from warehouse.access_log.answering import Asker
from warehouse.access_log.errors import AccessLogError, AccessRefusedError
from warehouse.access_log.options import By, Purpose, UnderCase
from warehouse.layout import Layout
from warehouse.ledger import Ledger, LedgerError
from warehouse.reidentification import decide_request, request, show
from warehouse.release_files import ReleaseError

reidentify_app = typer.Typer(
    help="The national ID behind a token: one official asks, another approves, seen once.",
    no_args_is_help=True,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]
RequestId = Annotated[str, typer.Argument(help="Such as RQ-0123456789.")]
Reason = Annotated[str, typer.Option(prompt=True, help="Why; auditors will read it.")]
_LISTED = (
    "request_id", "state", "requester", "purpose", "legal_basis", "case_id", "requested_at",
    "expires_at", "decider", "decided_at", "reason", "shown_at",
)  # fmt: skip


@reidentify_app.command("request")
def ask(
    subject: Annotated[str, typer.Argument(help="A token (UUID) or a person ID.")],
    *,
    legal_basis: Annotated[
        str, typer.Option(help="Act and article that give this ID number to this case.")
    ],
    purpose: Purpose = None,
    case: UnderCase = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Ask for the ID number behind a token or person; somebody else has to approve."""
    told = Asker.told(by, purpose, case)
    asker = Asker(told.actor, told.purpose, told.case_id, legal_basis)
    with _told_on_stderr():
        request_id = request(Layout.from_environment(), asker, subject)
    print_rows([{"request_id": request_id}], as_json=as_json, title="waits for approval")


@reidentify_app.command("approve")
def approve(request_id: RequestId, *, reason: Reason, by: By = None) -> None:
    """Approve somebody else's request."""
    _decide(request_id, reason, by, is_approved=True)


@reidentify_app.command("refuse")
def refuse(request_id: RequestId, *, reason: Reason, by: By = None) -> None:
    """Refuse somebody else's request."""
    _decide(request_id, reason, by, is_approved=False)


@reidentify_app.command("show")
def show_once(request_id: RequestId, *, by: By = None, as_json: AsJson = False) -> None:
    """Show the ID number of your approved request, once."""
    with _told_on_stderr():
        numbers = show(Layout.from_environment(), Asker.told(by).actor, request_id)
    rows: list[dict[str, object]] = [{"national_id": number} for number in numbers]
    print_rows(rows, as_json=as_json, title=request_id)


@reidentify_app.command("list")
def list_requests(*, as_json: AsJson = False) -> None:
    """List requests: by whom, for which case, how they ended; nobody's token, person or number."""
    with (
        _told_on_stderr(),
        Ledger.open(Layout.from_environment().ledger_url) as ledger,
    ):
        rows = ledger.reidentifications().select(_LISTED).to_dicts()
    shown = ("request_id", "state", "requester", "case_id", "purpose", "expires_at", "decider")
    print_rows(rows, as_json=as_json, title="requests", columns=shown)


def _decide(request_id: str, reason: str, by: str | None, *, is_approved: bool) -> None:
    with _told_on_stderr():
        actor = Asker.told(by).actor
        decide_request(
            Layout.from_environment(), actor, request_id, is_approved=is_approved, reason=reason
        )
    typer.echo(f"{request_id} is {'approved' if is_approved else 'refused'}")


@contextmanager
def _told_on_stderr() -> Iterator[None]:
    try:
        yield
    except (
        AccessLogError,
        AccessRefusedError,
        LedgerError,
        ReleaseError,
        ExpectedError,
    ) as error:
        fail(error)
