"""`hub deliveries`: the ledger's view of what arrived.

Here: arguments and printing. Never here: the ledger, or receiving (`pipelines.steps.intake`). Next:
`hub.command_line` hangs the command in its frame.
"""

from __future__ import annotations

from typing import Annotated

import typer

from hub.delivery import DeliveryState
from hub.output import fail, print_rows
from hub.reasons import REASONS
from warehouse.layout import Layout
from warehouse.ledger import DropOutcome, Ledger, LedgerError

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]


def deliveries(
    *,
    state: Annotated[DeliveryState | None, typer.Option(help="Only these.")] = None,
    institution: Annotated[str | None, typer.Option(help="Such as I03.")] = None,
    document: Annotated[str | None, typer.Option(help="Such as I03-F11-02.")] = None,
    refused: Annotated[
        bool, typer.Option("--refused", help="Files that are no deliveries, and why, instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List deliveries: what arrived, what became of its rows, and why it was stopped."""
    if refused:
        _list_refused(institution, as_json=as_json)
        return
    with _ledger() as ledger:
        found = ledger.deliveries(state=state, institution=institution, document=document)
        effective = {record.delivery_id for record in ledger.effective_deliveries(document)}
    counted = ("received", "accepted", "quarantined", "superseded")
    rows = []
    for record in found:
        counts = record.counts
        place = f" (line {record.stop_line})" if record.stop_line else ""
        row: dict[str, object] = {
            "delivery": record.delivery_id,
            "stopped_by": f"{record.stop_rule}{place}" if record.stop_rule else None,
            "institution": record.institution,
            "made_at": record.made_at,
            "received_on": record.received_on,
            "state": record.state.value,
            "is_effective": record.delivery_id in effective,
            "stop_rule": record.stop_rule,
            "stop_line": record.stop_line,
            "stop_column": record.stop_column,
            "stop_detail": record.stop_detail,
        }
        row |= {name: getattr(counts, f"rows_{name}") if counts else None for name in counted}
        row |= {"document_type": record.document_type, "period": record.period}
        row |= {"sequence": record.sequence, "file_name": record.file_name}
        row |= {"sha256": record.sha256, "size_bytes": record.size_bytes}
        row |= {
            f"won_{name}": getattr(counts, f"won_{name}") if counts else None for name in counted
        }
        rows.append(row)
    why = ("stop_detail",) if state is DeliveryState.STOPPED else ()
    shown = ("delivery", "state", "is_effective", *counted, "stopped_by", *why)
    print_rows(rows, as_json=as_json, title="deliveries", columns=shown)


def _list_refused(institution: str | None, *, as_json: bool) -> None:
    """List files that are kept in the archive and were never entered as deliveries."""
    with _ledger() as ledger:
        drops = [drop for drop in ledger.drops() if drop.outcome is DropOutcome.REFUSED]
    rows = []
    for drop in drops:
        if institution not in (None, drop.institution):
            continue
        reason = REASONS.get(drop.rule or "")
        rows.append(
            {
                "file_name": drop.file_name,
                "institution": drop.institution,
                "night": drop.night,
                "rule": drop.rule,
                "meaning": reason.meaning if reason else None,
                "what_to_do": reason.action if reason else None,
                "size_bytes": drop.size_bytes,
                "sha256": drop.sha256,
            }
        )
    shown = ("file_name", "institution", "night", "rule", "meaning", "what_to_do")
    print_rows(rows, as_json=as_json, title="files that are no deliveries", columns=shown)


def _ledger() -> Ledger:
    try:
        return Ledger.open(Layout.from_environment().ledger_url)
    except LedgerError as error:
        fail(error)
