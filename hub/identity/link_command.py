"""The command `hub index link`: a file of people in, a file of clusters out.

Here: reading and writing the files, progress, one clear sentence for what is wrong. Never here:
linking (`link`) or the hub's own lake. Next: the command line hangs `link_command` into `hub index`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console

from hub.identity.link import LinkInputError, LinkResult, link
from hub.identity.linkage_model import LinkageModel
from hub.output import print_rows

ENDINGS = (".parquet", ".csv")


@dataclass(frozen=True, slots=True)
class LinkSummary:
    """What `link_files` did."""

    records: int
    people: int
    linked_records: int
    """Records that share their person with another."""
    records_to_review: int
    scored_pairs: int
    dropped_pairs: int
    """Pairs that were not compared, because their key is too frequent to say anything."""


def link_files(
    records: Path,
    out: Path,
    *,
    pairs: Path | None = None,
    review: Path | None = None,
    model: Path | None = None,
    save_model: Path | None = None,
    console: Console | None = None,
) -> LinkSummary:
    """Link the people of the file `records` and write who is whom.

    Args:
        records: Parquet or CSV (UTF-8, header line), columns as in `link`; CSV is read as text.
        out: written: `record_id`, `person_id`, `match_weight` (bits), `needs_review`.
        pairs: written: `record_l`, `record_r`, `match_weight` of the pairs that can matter.
        review: written: `kind`, `record_l`, `record_r`, `match_weight` of what a person should see.
        model: a model to use, as `save_model` wrote it; by default one is learnt.
        save_model: where to write the model that was used.
        console: where progress is shown.

    Raises:
        LinkInputError: a file or its content cannot be used; the message says what to do.
    """
    for path in (out, pairs, review):
        if path is not None:
            _check_target(path, ENDINGS)
    if save_model is not None:
        _check_target(save_model, (".json",))
    known = _read_model(model) if model is not None else None
    shown = console or Console(stderr=True, quiet=True)
    with shown.status("reading the records") as status:
        frame = _read(records)
        result = link(frame, model=known, on_step=status.update)
        status.update("writing the result")
        _write(result.clusters, out)
        for path, table in ((pairs, result.pairs), (review, result.reviews)):
            if path is not None:
                _write(table, path)
        if save_model is not None:
            save_model.write_text(result.model.dumps(), "utf-8")
    return _summary(result)


def link_command(
    records: Annotated[
        Path, typer.Option("--input", help="Records: Parquet or CSV with a column record_id.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Who is whom: Parquet or CSV, by its ending.")],
    pairs: Annotated[
        Path | None, typer.Option("--pairs", help="Also write the pairs and their weights.")
    ] = None,
    review: Annotated[
        Path | None, typer.Option("--review", help="Also write what a person should look at.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", help="Use this model; by default one is learnt.")
    ] = None,
    save_model: Annotated[
        Path | None, typer.Option("--save-model", help="Write the model that was used.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """Find out which records of a file are the same person."""
    console = Console(stderr=True)
    try:
        summary = link_files(
            records,
            out,
            pairs=pairs,
            review=review,
            model=model,
            save_model=save_model,
            console=console,
        )
    except LinkInputError as error:
        typer.echo(f"hub index link: {error}", err=True)
        raise typer.Exit(2) from error
    print_rows([{name: getattr(summary, name) for name in LinkSummary.__slots__}], as_json=as_json)


def _check_target(path: Path, endings: tuple[str, ...]) -> None:
    if path.suffix.lower() not in endings:
        raise LinkInputError(f"{path.name}: the ending must be {' or '.join(endings)}")
    if not path.parent.is_dir():
        raise LinkInputError(f"{path.name}: the folder {path.parent} does not exist")


def _read(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise LinkInputError(f"{path.name}: there is no such file in {path.parent}")
    if path.suffix.lower() not in ENDINGS:
        raise LinkInputError(f"{path.name}: the ending must be {' or '.join(ENDINGS)}")
    if path.stat().st_size == 0:
        raise LinkInputError(f"{path.name}: there are no records; the file is empty")
    try:
        if path.suffix.lower() == ".parquet":
            return pl.read_parquet(path)
        # As text: a number would lose the leading zeros of IDs and phones.
        return pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError, UnicodeError) as error:
        kind = path.suffix.lower().lstrip(".")
        raise LinkInputError(f"{path.name}: it cannot be read as {kind}; is it damaged?") from error


def _read_model(path: Path) -> LinkageModel:
    if not path.is_file():
        raise LinkInputError(f"{path.name}: there is no such model in {path.parent}")
    try:
        return LinkageModel.loads(path.read_text("utf-8"))
    except (KeyError, TypeError) as error:
        raise LinkInputError(f"{path.name}: it is not a linkage model") from error
    except ValueError as error:
        reason = str(error) if "linkage model" in str(error) else "it is not a linkage model"
        raise LinkInputError(f"{path.name}: {reason}") from error


def _write(frame: pl.DataFrame, path: Path) -> None:
    try:
        if path.suffix.lower() == ".parquet":
            frame.write_parquet(path)
        else:
            frame.write_csv(path)
    except OSError as error:
        raise LinkInputError(f"{path.name}: it cannot be written in {path.parent}") from error


def _summary(result: LinkResult) -> LinkSummary:
    clusters = result.clusters
    return LinkSummary(
        records=clusters.height,
        people=clusters["person_id"].n_unique(),
        linked_records=int(clusters.select(pl.col("person_id").is_duplicated().sum()).item()),
        records_to_review=int(clusters["needs_review"].sum()),
        scored_pairs=result.pairs.height,
        dropped_pairs=int(result.dropped_blocks["pairs"].sum()),
    )
