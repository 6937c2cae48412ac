"""`hub index`: why two are one person, how a person came to be, and the index against labels.

Here: options, printing, exit codes, and the other commands of `hub index`. Never here: explaining
(`hub.identity`), reviewing (`pipelines.index_review_commands`), models and accuracy
(`pipelines.index_model_commands`), look-ups (`pipelines.index_find_command`). Next: the frame of the command line hangs `index_app`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console

from hub.identity.decision_labels import labels_of, measure_labels
from hub.identity.link_command import link_command
from hub.identity.person_story import tell_person
from hub.output import fail, print_rows
from pipelines.index_find_command import find
from pipelines.index_model_commands import accept, accuracy, train
from pipelines.index_review_commands import decide_app, review_app
from pipelines.pair_views import (
    IDENTITY,
    opened_ledger,
    opened_state,
    print_pair,
    save_pair,
    view_pair,
)
from warehouse.access_log.options import By, Purpose, UnderCase, command_access

index_app = typer.Typer(help="Explain, review and measure the person index.", no_args_is_help=True)
index_app.add_typer(review_app, name="review")
index_app.add_typer(decide_app, name="decide")
for _name, _command in (
    ("find", find),
    ("link", link_command),
    ("train", train),
    ("accept", accept),
    ("accuracy", accuracy),
):
    index_app.command(_name)(_command)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]
Page = Annotated[Path | None, typer.Option("--html", help="Write a page that needs no network.")]
Picture = Annotated[Path | None, typer.Option("--png", help="Write the waterfalls as a picture.")]
WithoutValues = Annotated[
    bool, typer.Option("--without-values", help="Levels and weights only: no names, no dates.")
]


@index_app.command("why")
def why(
    left: Annotated[str, typer.Argument(help="A signature ID or a person ID.")],
    right: Annotated[str, typer.Argument(help="Another.")],
    *,
    html: Page = None,
    png: Picture = None,
    without_values: WithoutValues = False,
    by: By = None,
    purpose: Purpose = None,
    case: UnderCase = None,
    as_json: AsJson = False,
) -> None:
    """Explain why two are, or are not, one person: the best pair between them, step by step."""
    with command_access(
        "index why",
        "pair of the person index",
        by=by,
        purpose=purpose,
        case=case,
        categories=() if without_values else IDENTITY,
        is_download=html is not None or png is not None,
    ) as access:
        with opened_state() as state:
            view = view_pair(state, left, right, show_values=not without_values)
        access.about(view.person_ids)
        access.saw(subjects=view.person_ids)
        save_pair(view, html, png)
        if as_json:
            print_rows([view.mapping()], as_json=True)
        else:
            print_pair(view)


@index_app.command("how")
def how(
    person: Annotated[str, typer.Argument(help="A person ID, also one that has ended.")],
    *,
    by: By = None,
    purpose: Purpose = None,
    case: UnderCase = None,
    as_json: AsJson = False,
) -> None:
    """Tell how a person came to be: anchors, joins, decisions, events; no personal values."""
    with opened_ledger() as ledger:
        events = ledger.person_events().join(
            ledger.person_event_origins(), on="event_id", how="left", maintain_order="left"
        )
        decisions = ledger.decisions()
    with command_access(
        "index how",
        "history of a person's ID",
        subjects=[person],
        by=by,
        purpose=purpose,
        case=case,
        categories=("history of the person's ID",),
    ):
        with opened_state() as state:
            story = tell_person(state.connection, person, events, decisions)
        if as_json:
            print_rows(story.rows(), as_json=True)
        elif sys.stdout.isatty():
            Console().print(story.tree())
        else:
            typer.echo(story.text(), nl=False)


@index_app.command("labels")
def labels(
    *,
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
) -> None:
    """Export people's active decisions as labels: signature_l, signature_r, is_same, actor, decided_at."""
    with opened_ledger() as ledger:
        labelled = labels_of(ledger.decisions())
    try:
        labelled.write_parquet(out)
    except OSError as error:
        fail(f"{out}: {error.strerror or error}; name a file that can be written")
    typer.echo(f"wrote {labelled.height} labels to {out}", err=True)


@index_app.command("measure")
def measure(
    *,
    labels: Annotated[
        Path, typer.Option(help="Parquet file of signature_l, signature_r and is_same.")
    ],
    as_json: AsJson = False,
) -> None:
    """Measure the current index against labels: precision and recall over labelled pairs."""
    try:
        labelled = pl.read_parquet(labels)
    except (OSError, pl.exceptions.ComputeError):
        fail(f"{labels} is no Parquet file that can be read; `hub index labels` writes one")
    with opened_state() as state:
        members = state.connection.sql("SELECT signature_id, person_id FROM signature_member").pl()
    try:
        found = measure_labels(labelled, members)
    except ValueError as error:
        fail(error)
    row = {
        "labels": labelled.height,
        "same_found": found.same_found,
        "same_missed": found.same_missed,
        "different_joined": found.different_joined,
        "different_apart": found.different_apart,
        "contradictory": found.contradictory,
        "unknown": found.unknown,
        "precision": found.precision,
        "recall": found.recall,
    }
    print_rows([row], as_json=as_json, title="Index against labels")
