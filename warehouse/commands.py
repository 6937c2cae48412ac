"""The warehouse's commands: releases, and questions to a release.

Here: arguments, printing and exit codes of `hub release` and `hub query`. Never here: the work
(`releases`, `mart`, `ledger`). Next: `hub.command_line` hangs these in its frame: `release_app` is a
group, `query` a plain function.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from hub.output import fail, print_rows
from warehouse import mart, releases
from warehouse.access_log.answering import Asker
from warehouse.access_log.entry import people_in
from warehouse.access_log.options import By, Purpose, UnderCase, command_access
from warehouse.durable import sha256_of
from warehouse.gateway.commands import print_granted
from warehouse.gateway.standing_grants import has_grants
from warehouse.keys import RootKeyError
from warehouse.layout import Layout
from warehouse.ledger import Ledger, LedgerError, ReleaseRecord, ReleaseState
from warehouse.manifest import Manifest, SourceState
from warehouse.release_checks import MANIFEST, is_signed
from warehouse.release_commands import add_upkeep
from warehouse.releases import Release, ReleaseError
from warehouse.saved_queries import SavedQueryError
from warehouse.saved_query_options import ListSaved, Saved, Settings, chosen_sql, print_saved

release_app = typer.Typer(
    help="List, show, verify, sign, scrub, roll back and remove releases.", no_args_is_help=True
)
add_upkeep(release_app)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]
Unsigned = Annotated[
    bool, typer.Option("--unsigned", help="Also open a release that an older hub left unsigned.")
]
Named = Annotated[str | None, typer.Argument(help="Release, such as r000001; by default CURRENT.")]


def _chosen(layout: Layout, release_id: str | None, *, unsigned: bool = False) -> Release:
    try:
        if release_id is not None:
            return releases.open_release(layout, release_id, unsigned=unsigned)
        release = releases.current(layout, unsigned=unsigned)
    except ReleaseError as error:
        fail(error)
    if release is None:
        fail("nothing has been released yet; run `hub night` first")
    return release


def _ledger(layout: Layout) -> Ledger:
    try:
        return Ledger.open(layout.ledger_url)
    except LedgerError as error:
        fail(error)


def _completeness(manifest: Manifest) -> dict[str, object]:
    if manifest.completeness is None:
        return {"sources_late": "not written down", "sources_missing": "not written down"}
    states = [gap.state for gap in manifest.completeness]
    return {f"sources_{state}": states.count(state) for state in SourceState}


@release_app.command("list")
def list_all(*, as_json: AsJson = False) -> None:
    """List all releases, which of them is current, and which were rolled back."""
    layout = Layout.from_environment()
    with _ledger(layout) as ledger:
        known = {record.release_id: record for record in ledger.releases()}
    try:
        current_id = releases.current_id(layout)
        found = releases.list_releases(layout)
    except ReleaseError as error:
        fail(error)
    rows = [
        {
            "release": release.release_id,
            "night": release.night,
            "is_current": current_id == release.release_id,
            "state": _state(release, known.get(release.release_id)),
            "published_at": release.manifest.published_at,
            "is_signed": is_signed(release.folder),
            "deliveries": len(release.manifest.inputs),
            "tables": len(release.tables),
            "bytes": sum(file.size_bytes for file in release.manifest.files),
            "digest": release.digest,
        }
        for release in found
    ]
    shown = ("release", "night", "is_current", "state", "deliveries", "tables", "bytes")
    print_rows(rows, as_json=as_json, title="releases", columns=shown)


def _state(release: Release, record: ReleaseRecord | None) -> str:
    """What the ledger says of a release; `damaged` where the manifest is not the one it knows."""
    if record is None:
        # A crash between the folder's rename and the ledger's row leaves such a folder.
        return "never published"
    is_known = sha256_of(release.folder / MANIFEST) == record.manifest_sha256
    return record.state.value if is_known else "damaged"


@release_app.command("show")
def show(release_id: Named = None, *, unsigned: Unsigned = False, as_json: AsJson = False) -> None:
    """Show what a release holds, what it was made from, and which sources were late or missing."""
    release = _chosen(Layout.from_environment(), release_id, unsigned=unsigned)
    manifest = release.manifest
    if not as_json:
        facts = {
            "release": manifest.release_id,
            "night": manifest.night,
            "known_at": manifest.known_at or "not written down",
            "published_at": manifest.published_at,
            "goes_on_from": manifest.base.release_id if manifest.base else "nothing",
            "signed": "yes" if is_signed(release.folder) else "no",
            "digest": manifest.digest,
            "deliveries": len(manifest.inputs),
            **_completeness(manifest),
            "code": f"{manifest.code_version} ({manifest.code_sha256[:12]})",
            **manifest.versions,
        }
        rows: list[dict[str, object]] = [
            {"fact": name, "value": str(value)} for name, value in facts.items()
        ]
        print_rows(rows, as_json=False, title=release.release_id)
    files = [asdict(file) for file in manifest.files]
    shown = ("path", "rows", "size_bytes", "sha256")
    print_rows(files, as_json=as_json, title="files", columns=shown)


@release_app.command("verify")
def verify(release_id: Named = None, *, as_json: AsJson = False) -> None:
    """Read every file of a release and compare it with the manifest and the ledger."""
    layout = Layout.from_environment()
    try:
        chosen = release_id or releases.current_id(layout)
        release = releases.read_release(layout, chosen) if chosen else _chosen(layout, None)
    except ReleaseError as error:
        fail(error)
    with _ledger(layout) as ledger:
        sums = {record.release_id: record.manifest_sha256 for record in ledger.releases()}
    problems = releases.verify(release, sums.get(release.release_id))
    if as_json or problems:
        rows = [{"release": release.release_id, "problem": problem} for problem in problems]
        print_rows(rows, as_json=as_json, title=f"{release.release_id} is damaged")
    else:
        count = len(release.manifest.files)
        typer.echo(f"{release.release_id}: {count} files are what they were")
    if problems:
        raise typer.Exit(1)


@release_app.command("rollback")
def rollback(
    release_id: Annotated[str, typer.Argument(help="The release to make current again.")],
    *,
    reason: Annotated[str, typer.Option(prompt=True, help="Why; auditors will read it.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Make an older release current again; nothing is deleted."""
    layout = Layout.from_environment()
    actor = Asker.told(by).actor
    told = command_access("rollback", "release", by=by, release=release_id, reason=reason)
    with told, _ledger(layout) as ledger:
        try:
            release = releases.rollback(layout, ledger, release_id, actor=actor, reason=reason)
        except (ReleaseError, LedgerError, RootKeyError) as error:
            fail(error)
        away = [r.release_id for r in ledger.releases() if r.state is ReleaseState.ROLLED_BACK]
    row = {"current": release.release_id, "night": release.night, "rolled_back": away}
    print_rows([row], as_json=as_json, title="rolled back")


def query(
    sql: Annotated[
        str | None, typer.Argument(help="One SELECT, SHOW, DESCRIBE or SUMMARIZE.")
    ] = None,
    *,
    saved: Saved = None,
    settings: Settings = None,
    list_saved: ListSaved = False,
    release: Annotated[str | None, typer.Option(help="Release; by default CURRENT.")] = None,
    then: Annotated[
        str | None,
        typer.Option(help="An older release: its tables are past.TABLE, the others now.TABLE."),
    ] = None,
    unsigned: Unsigned = False,
    limit: Annotated[int, typer.Option(min=1, help="Most rows to print.")] = mart.DEFAULT_ROW_LIMIT,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with a header line.")] = False,
    by: By = None,
    purpose: Purpose = None,
    case: UnderCase = None,
    role: Annotated[
        str | None, typer.Option(help="Which of your roles, where you have several.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="What the rows are downloaded for.")] = None,
) -> None:
    """Ask a release a question in SQL; `SHOW TABLES` lists what there is."""
    if list_saved:
        print_saved(as_json=as_json)
        return
    try:
        sql = chosen_sql(sql, saved, settings)
    except SavedQueryError as error:
        fail(error)
    layout = Layout.from_environment()
    chosen = _chosen(layout, release, unsigned=unsigned)
    older = _chosen(layout, then, unsigned=unsigned) if then else None
    if has_grants(layout):
        print_granted(
            layout,
            Asker.told(by, purpose, case),
            sql,
            chosen,
            then=older,
            limit=limit,
            as_json=as_json,
            as_csv=as_csv,
            role=role,
            download_reason=reason,
        )
        return
    with command_access(
        "query",
        "mart",
        by=by,
        purpose=purpose,
        case=case,
        release=chosen.release_id,
        statement=sql,
        categories=("data of the release",),
        is_download=as_csv,
    ) as access:
        try:
            answer = mart.query(chosen, sql, limit, then=older)
        except mart.QueryError as error:
            fail(error)
        access.saw(
            subjects=people_in(answer.rows),
            rows=len(answer.rows),
            result=repr(answer.rows).encode(),
        )
        if as_csv:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(answer.columns)
            writer.writerows(answer.rows)
        else:
            print_rows(answer.mappings(), as_json=as_json, title=chosen.release_id)
    if answer.is_cut:
        typer.echo(f"only the first {limit} rows; --limit gives more", err=True)
