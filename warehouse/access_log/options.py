"""Options that every command has which shows personal data, and their one way to the log.

Here: `--by`, `--purpose`, `--case`, and `command_access`. Never here: what a command shows. Next: the
commands of the warehouse and of the pipelines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from hub.output import fail
from warehouse.access_log.answering import Asker, LoggedAccess, logged_access
from warehouse.access_log.errors import AccessLogError, AccessRefusedError
from warehouse.gateway.standing_grants import OPERATOR_MODE, grant_guard, has_grants
from warehouse.layout import Layout
from warehouse.ledger import LedgerError

By = Annotated[
    str | None,
    typer.Option("--by", help="Who asks, by login name; HUB_ACTOR or who is logged in by default."),
]
Purpose = Annotated[
    str | None,
    typer.Option(help="Why: investigation, application, consultation …; HUB_PURPOSE by default."),
]
UnderCase = Annotated[
    str | None, typer.Option("--case", help="The case it is for; HUB_CASE by default.")
]


@contextmanager
def command_access(
    action: str,
    object_: str,
    *,
    subjects: Sequence[str] = (),
    by: str | None = None,
    purpose: str | None = None,
    case: str | None = None,
    **told: Any,
) -> Iterator[LoggedAccess]:
    """Log an access of a command that a grant gives; else say why on stderr and end with code 1.

    In a hub that has no grants yet everything is given, and a loud line on stderr says so.
    """
    layout = Layout.from_environment()
    if not has_grants(layout):
        typer.echo(OPERATOR_MODE, err=True)
    try:
        with logged_access(
            layout,
            action,
            object_,
            subjects=subjects,
            asker=Asker.told(by, purpose, case),
            guard=grant_guard(layout),
            **told,
        ) as access:
            yield access
    except (AccessLogError, AccessRefusedError, LedgerError) as error:
        fail(error)
