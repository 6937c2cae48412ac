"""`hub query` for people with a grant, and `hub serve`: options of the gateway on the command line.

Here: printing and exit codes. Never here: the gateway's work (`gateway`, `server`). Next:
`warehouse.commands.query` calls `print_granted` in a hub that has grants.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer

from hub.output import fail, print_rows
from warehouse.access_log import AccessLogError, AccessRefusedError
from warehouse.access_log.answering import Asker
from warehouse.gateway.asking import NoAnswerError
from warehouse.gateway.confinement import Limits
from warehouse.gateway.gateway import answer
from warehouse.layout import Layout
from warehouse.ledger import LedgerError
from warehouse.release_files import Release


def print_granted(
    layout: Layout,
    asker: Asker,
    sql: str,
    release: Release,
    *,
    then: Release | None,
    limit: int,
    as_json: bool,
    as_csv: bool,
    role: str | None,
    download_reason: str | None,
) -> None:
    """Ask through the gateway and print the rows; refusals end with code 1."""
    try:
        given = answer(
            layout,
            asker,
            sql,
            release,
            then=then,
            limits=Limits(rows=min(limit, Limits().rows)),
            role=role,
            is_download=as_csv,
            download_reason=download_reason,
        )
    except (AccessLogError, AccessRefusedError, NoAnswerError, LedgerError) as error:
        fail(error)
    rows = given.table.to_pylist()
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(given.table.column_names)
        writer.writerows(row.values() for row in rows)
    else:
        print_rows(rows, as_json=as_json, title=f"{given.release_id}, grant {given.grant_id}")
    if given.note:
        typer.echo(f"note: {given.note}", err=True)
    if given.is_cut:
        typer.echo(f"only the first {limit} rows; --limit gives more", err=True)


def serve(
    *,
    host: Annotated[
        str, typer.Option(help="Address; others than this machine need TLS before it.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.")] = 8700,
    tokens: Annotated[
        Path | None, typer.Option(help="File of tokens; <home>/access-tokens.toml.")
    ] = None,
) -> None:
    """Answer questions of people with a grant over HTTP, by the same gateway as `hub query`."""
    import uvicorn

    from warehouse.gateway.server import TokenError, application

    layout = Layout.from_environment()
    try:
        served = application(layout, tokens)
    except TokenError as error:
        fail(error)
    uvicorn.run(served, host=host, port=port, log_level="warning", access_log=False)
