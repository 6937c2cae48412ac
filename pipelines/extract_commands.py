"""Commands about extracts: `hub extract list`, `write`, `status`, `acknowledge`, `withdraw`, `verify`.

Here: arguments, printing and exit codes. Never here: the work (`pipelines.steps.extracts` and its
neighbours). Next: `hub.command_line` hangs the group in its frame.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from hub.output import fail, print_rows
from warehouse.access_log.answering import Asker
from warehouse.access_log.options import By, command_access
from warehouse.layout import Layout
from warehouse.ledger import Ledger, LedgerError

extract_app = typer.Typer(
    help="What ministries load: write, list, check and take back extracts.", no_args_is_help=True
)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]
Ministry = Annotated[str | None, typer.Option(help="Only this ministry, for example MOHW.")]


@contextmanager
def _ledger(layout: Layout) -> Iterator[Ledger]:
    layout.prepare()
    try:
        ledger = Ledger.open(layout.ledger_url)
    except LedgerError as error:
        fail(error)
    with ledger:
        yield ledger


@extract_app.command("list")
def list_all(*, ministry: Ministry = None, as_json: AsJson = False) -> None:
    """List every extract that went out, and the last that its ministry said of it."""
    from pipelines.steps.extract_acknowledgements import extract_rows

    with _ledger(Layout.from_environment()) as ledger:
        rows = extract_rows(ledger, ministry)
    shown = ("contract", "sequence", "business_date", "kind", "rows", "is_sealed", "acknowledged")
    print_rows(rows, as_json=as_json, title="extracts", columns=shown)


@extract_app.command("write")
def write(
    *,
    ministry: Ministry = None,
    date: Annotated[str, typer.Option(help="Business date; the release's night if left out.")] = "",
    full: Annotated[bool, typer.Option("--full", help="Full, even where a delta is due.")] = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Write the extracts of the current release; what went out for the date already stays."""
    from hub.extracts.contracts import ContractError, contracted_ministries
    from hub.extracts.fixed_width import FixedWidthError
    from pipelines.steps.context import NightContext
    from pipelines.steps.extract_chain import write_kit
    from pipelines.steps.extract_desk import extract_desk
    from pipelines.steps.extracts import write_extract
    from warehouse.access_log import AccessLogError
    from warehouse.extract_packages import PackageError
    from warehouse.keys import RootKeyError
    from warehouse.night_lock import NightIsRunningError, night_lock
    from warehouse.releases import ReleaseError, current
    from warehouse.sealing import SealingError
    from warehouse.signing import SignatureError

    layout = Layout.from_environment()
    layout.prepare()
    refusals = (
        AccessLogError, ContractError, FixedWidthError, LedgerError, LookupError, NightIsRunningError,
        PackageError, ReleaseError, RootKeyError, SealingError, SignatureError, ValueError,
    )  # fmt: skip
    rows: list[dict[str, object]] = []
    try:
        release = current(layout)
        if release is None:
            raise LookupError("no release yet; run `hub night` first")
        night = dt.date.fromisoformat(date) if date else release.night
        context = NightContext(layout, night)
        asked = command_access("extract", "extracts by hand", by=by, release=release.release_id)
        with asked, night_lock(layout), context.ledger:
            desk = extract_desk(context)
            write_kit(layout, desk.keys)
            for code in [ministry] if ministry else contracted_ministries():
                counts = write_extract(desk, code, full=full)
                rows.append({"ministry": code, "business_date": night, **counts})
    except refusals as error:
        fail(error)
    shown = ("ministry", "business_date", "sequence", "rows", "written", "withheld")
    print_rows(rows, as_json=as_json, title="extracts", columns=shown)


@extract_app.command("status")
def status(*, as_json: AsJson = False) -> None:
    """Show how each contract stands: last extract, last load, late answers, totals that differ."""
    from pipelines.steps.extract_acknowledgements import standing_rows

    layout = Layout.from_environment()
    with _ledger(layout) as ledger:
        rows = standing_rows(layout, ledger, dt.datetime.now(dt.UTC))
    print_rows(rows, as_json=as_json, title="contracts and their extracts")


@extract_app.command("acknowledge")
def acknowledge(
    file: Annotated[
        Path | None, typer.Argument(help="One file; the whole inbox if left out.")
    ] = None,
    *,
    ministry: Annotated[str, typer.Option(help="Whose file it is, with FILE.")] = "",
    as_json: AsJson = False,
) -> None:
    """Take in what ministries say about extracts."""
    from hub.extracts.acknowledgements import AcknowledgementError
    from pipelines.steps.extract_acknowledgements import take_acknowledgement, take_acknowledgements

    layout = Layout.from_environment()
    with _ledger(layout) as ledger:
        if file is None:
            row: dict[str, object] = asdict(take_acknowledgements(layout, ledger))
        else:
            try:
                is_new = take_acknowledgement(layout, ledger, ministry, file)
            except (AcknowledgementError, LedgerError, OSError) as error:
                fail(error)
            row = {"taken": int(is_new), "repeated": int(not is_new), "refused": 0}
    print_rows([row], as_json=as_json, title="acknowledgements")


@extract_app.command("withdraw")
def withdraw(
    contract: Annotated[str, typer.Argument(help="Contract, for example mohw-eligibility.")],
    sequence: Annotated[int, typer.Argument(help="Its number, as `hub extract list` shows it.")],
    *,
    reason: Annotated[str, typer.Option(prompt=True, help="Why; the ministry will read it.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Take an extract back by a signed statement; the next extract of the contract is full."""
    from pipelines.steps.extract_withdrawal import WithdrawalError, withdraw_extract
    from warehouse.keys import key_provider
    from warehouse.night_lock import NightIsRunningError, night_lock

    layout = Layout.from_environment()
    with _ledger(layout) as ledger:
        try:
            asked = command_access("extract", f"withdrawal of {contract}", by=by)
            with asked, night_lock(layout):
                record = withdraw_extract(
                    layout,
                    ledger,
                    key_provider(layout),
                    contract,
                    sequence,
                    actor=Asker.told(by).actor,
                    reason=reason,
                )
        except (WithdrawalError, NightIsRunningError, LedgerError) as error:
            fail(error)
    row = {"contract": contract, "withdrawn": sequence, "by_sequence": record.sequence}
    print_rows([row], as_json=as_json, title="withdrawn")


@extract_app.command("verify")
def verify(
    folder: Annotated[Path, typer.Argument(help="Folder of one extract.")],
    *,
    previous: Annotated[
        str,
        typer.Option(
            help="SHA-256 of the manifest before it, or `first`; the ledger's if left out."
        ),
    ] = "",
    keys: Annotated[
        Path | None, typer.Option(help="Public keys; those of the kit if left out.")
    ] = None,
) -> None:
    """Check an extract with the script that ministries have; prints the SHA-256 of its manifest."""
    from pipelines.steps.extract_chain import KIT, PUBLIC_KEYS, VERIFIER

    layout = Layout.from_environment()
    known = keys or layout.outbox / KIT / PUBLIC_KEYS
    command = [sys.executable, str(VERIFIER), str(folder), str(known)]
    checked = subprocess.run(  # noqa: S603  (the hub's own script)
        [*command, previous or _previous(layout, folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    typer.echo(checked.stdout or checked.stderr, nl=False, err=bool(checked.returncode))
    raise typer.Exit(checked.returncode)


def _previous(layout: Layout, folder: Path) -> str:
    """What the ledger says was before an extract."""
    sequence = folder.resolve().name.rpartition("-")[2]
    with _ledger(layout) as ledger:
        chain = {each.sequence: each for each in ledger.extracts(folder.resolve().parent.name)}
    before = chain.get(int(sequence) - 1) if sequence.isdecimal() else None
    return before.manifest_sha256 if before else "first"
