"""`hub index train`, `accept` and `accuracy`: a new model, its way into use, and how good the index is.

Here: options, printing, exit codes. Never here: training and comparing (`pipelines.steps.index_trials`),
the models' files (`warehouse.index_models`), measuring (`pipelines.steps.index_accuracy`). Next:
`pipelines.index_commands` hangs them into `hub index`.
"""

from __future__ import annotations

import datetime as dt
import getpass
from pathlib import Path
from typing import Annotated

import typer

from hub.identity.accuracy_figures import accuracy_rows
from hub.identity.partition_diff import DiffLimits
from hub.output import fail, print_rows
from pipelines.steps.context import NightContext
from warehouse.layout import Layout

LIMITS = DiffLimits()
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]


def train(
    *,
    version: Annotated[str, typer.Option(help="Name of the new model, such as 2027-01.")],
    night: Annotated[
        str | None, typer.Option(help="Night to train on, YYYY-MM-DD; by default the current one.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Also write the model to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train a linkage model without labels, and show what it would change; nothing is taken into use."""
    from pipelines.steps.index_trials import compare_model, current_release, train_on
    from pipelines.steps.stages import index_model
    from warehouse import index_models

    layout = Layout.from_environment()
    try:
        index_models.require_new(layout, version)
        if out is not None and not out.parent.is_dir():
            fail(f"--out {out}: the folder does not exist")
        release = current_release(layout)
        context = NightContext(layout, _day(night) if night else release.night)
        in_use = index_model(context)
        typer.echo(f"training on the signatures of night {context.night}", err=True)
        model = train_on(context, version)
        typer.echo("building the index with it, beside the current one", err=True)
        diff = compare_model(context, model)
        comparison = index_models.ModelComparison(
            version, model.digest, in_use.digest, release.release_id, context.night, diff
        )
        path = index_models.write_model(layout, model)
        text = index_models.write_comparison(layout, comparison)
        if out is not None:
            out.write_text(model.dumps(), "utf-8")
    except (LookupError, ValueError, OSError, index_models.IndexModelError) as error:
        if isinstance(error, (KeyError, IndexError)):
            raise
        fail(error)
    if as_json:
        shown = {
            "version": version,
            "fingerprint": diff.fingerprint,
            "changes": diff.summary.to_dicts(),
        }
        print_rows([shown], as_json=True)
    else:
        typer.echo(text.read_text("utf-8"), nl=False)
    typer.echo(f"wrote {path} and {text.with_suffix('')}.txt, .json and .parquet", err=True)
    typer.echo(
        f"to take it into use: hub index accept {version} --reason … --seen {diff.fingerprint}",
        err=True,
    )


def accept(
    version: Annotated[str, typer.Argument(help="A model that `hub index train` made.")],
    *,
    reason: Annotated[str, typer.Option(prompt=True, help="Why; auditors will read it.")],
    actor: Annotated[
        str | None, typer.Option(help="Who accepts; by default who is logged in.")
    ] = None,
    seen: Annotated[
        str | None,
        typer.Option(help="Fingerprint that the comparison shows: proof that you looked at it."),
    ] = None,
    merged_share: Annotated[
        float, typer.Option(help="Most members that may be merged.")
    ] = LIMITS.merged_share,
    split_share: Annotated[
        float, typer.Option(help="Most members that may be split.")
    ] = LIMITS.split_share,
    moved_share: Annotated[
        float, typer.Option(help="Most members that may move.")
    ] = LIMITS.moved_share,
) -> None:
    """Take a model into use from the next night on, if its comparison is within limits and was seen."""
    from pipelines.steps.stages import index_model
    from warehouse import index_models

    layout = Layout.from_environment()
    try:
        comparison = index_models.read_comparison(layout, version)
        decided = index_models.accept(
            layout,
            version,
            index_model(NightContext(layout, comparison.night)),
            DiffLimits(merged_share, split_share, moved_share),
            actor=actor or getpass.getuser(),
            reason=reason,
            seen=seen,
        )
    except (ValueError, OSError, index_models.IndexModelError) as error:
        fail(error)
    if not decided.is_accepted:
        if seen is None:
            typer.echo(comparison.diff.text_table())
        fail(f"model {version} was not accepted. " + " ".join(decided.reasons))
    typer.echo(
        f"model {version} is accepted; the next night builds the index with it from nothing, and "
        "people keep their IDs"
    )


def accuracy(
    *,
    permille: Annotated[
        int, typer.Option(min=1, max=1000, help="Of 1,000 records, how many lose their number.")
    ] = 100,
    out: Annotated[
        Path | None, typer.Option(help="Folder; by default <home>/quality/index/<release>.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure the current index without labels: hide ID numbers, link again, compare; write a page."""
    from pipelines.steps.index_accuracy import measure_release
    from pipelines.steps.index_trials import current_release

    layout = Layout.from_environment()
    try:
        release = current_release(layout)
        result = measure_release(NightContext(layout, release.night), permille, out)
    except (LookupError, OSError) as error:
        if isinstance(error, (KeyError, IndexError)):
            raise
        fail(error)
    if as_json:
        print_rows([accuracy_rows(result.figures)], as_json=True)
    else:
        pairs = result.figures.pairwise
        row = {
            "hidden records": result.hidden_records,
            "true pairs": pairs.true_pairs,
            "precision": _rounded(pairs.precision),
            "recall": _rounded(pairs.recall),
            "f1": _rounded(pairs.f1),
            "reviews per 10,000": _rounded(result.figures.reviews_per_10_000),
            "limits passed": [breach.figure for breach in result.figures.breaches or ()],
        }
        print_rows([row], as_json=False, title=f"Person index of release {release.release_id}")
    typer.echo(f"wrote {result.page}", err=True)


def _day(said: str) -> dt.date:
    try:
        return dt.date.fromisoformat(said)
    except ValueError:
        raise ValueError("--night: must be a day as 2026-03-31") from None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
