"""`hub check-application`: what stands in the way of a grant, before it is made.

Here: options, errors, printing. Never here: reading a release (`pipelines.application_rows`) or
judging (`hub.applications`). IDs are opaque; no name, address or national ID is shown.
"""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from hub.applications.lines import render_check
from hub.output import fail
from hub.programmes.explanation.texts import Text
from pipelines.application_rows import NoApplicationError, check_application
from pipelines.explain_commands import AsJson, Language, Person, Said
from warehouse.access_log.options import By, Purpose, UnderCase, command_access
from warehouse.layout import Layout
from warehouse.ledger import Ledger, LedgerError
from warehouse.releases import ReleaseError, current

NOT_CLEAR = {"clear": 0, "needs_a_look": 3, "conflict": 4}
"""Verdict → exit code."""


def check(
    person: Person,
    programme: Annotated[str, typer.Argument(help="Code of the programme, for example P001.")],
    *,
    language: Said = Language.EN,
    by: By = None,
    purpose: Purpose = None,
    case: UnderCase = None,
    as_json: AsJson = False,
) -> None:
    """Check an application before a grant: receipts, exclusions, quotas, findings, the decision.

    Exit code 0 where it is clear, 3 where somebody must look, 4 where something is in conflict.
    """
    with command_access(
        "check-application",
        "application",
        subjects=[person],
        by=by,
        purpose=purpose,
        case=case,
        categories=("decisions", "findings", "payments"),
    ) as access:
        layout = Layout.from_environment()
        notes: list[Text] = []
        try:
            release = current(layout)
            if release is None:
                fail("no release yet; run `hub night` first")
            with Ledger.open(layout.ledger_url) as ledger:
                now = ledger.resolve_person(person, release.night)
                checked = check_application(
                    release,
                    now,
                    programme,
                    lambda finding_id: str(ledger.finding_state(finding_id).get("state", "open")),
                )
        except (NoApplicationError, LedgerError, ReleaseError) as error:
            fail(error)
        access.saw(subjects=[now])
        if now != person:
            notes.append(
                Text(f"{person} has ended and is now {now}.", f"{person}은(는) 현재 {now}입니다.")
            )
        if as_json:
            content = checked.mapping() | {"notes": [note.en for note in notes]}
            sys.stdout.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")
        else:
            typer.echo("\n".join(render_check(checked, language.value, notes)))
    raise typer.Exit(NOT_CLEAR[checked.verdict])
