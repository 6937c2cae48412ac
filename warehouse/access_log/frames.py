"""The access log as tables: one row an access, one row an access and person.

Here: reading months into polars. Never here: checking them (`replay`) or judging (`detection`). Next:
rule D44, the detection of misuse, the citizen's view, `hub log show`.

A month is read as it is; whoever must be sure that it was not changed runs `verify` first.
"""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import polars as pl

from warehouse.access_log.replay import log_files
from warehouse.layout import Layout

LINE_SCHEMA = pl.Schema(
    {
        "number": pl.Int64(),
        "kind": pl.String(),
        "at": pl.String(),
        "result": pl.String(),
        "actor": pl.String(),
        "organisation": pl.String(),
        "role": pl.String(),
        "action": pl.String(),
        "object": pl.String(),
        "purpose": pl.String(),
        "legal_basis": pl.String(),
        "case_id": pl.String(),
        "origin": pl.String(),
        "release": pl.String(),
        "statement": pl.String(),
        "tables": pl.List(pl.String()),
        "columns": pl.List(pl.String()),
        "categories": pl.List(pl.String()),
        "rows": pl.Int64(),
        "is_download": pl.Boolean(),
        "download_reason": pl.String(),
        "is_break_glass": pl.Boolean(),
        "ticket": pl.String(),
        "reason": pl.String(),
        "duration_milliseconds": pl.Int64(),
        "covert_until": pl.Date(),
        "completes": pl.Int64(),
        "subjects": pl.Int64(),
        "subjects_sha256": pl.String(),
    }
)
ACCESS_SCHEMA = pl.Schema(
    {
        "number": pl.Int64(),
        "happened_at": pl.Datetime("us"),
        **{
            name: kind for name, kind in LINE_SCHEMA.items() if name not in {"number", "kind", "at"}
        },
    }
)
"""One row an access; `happened_at` is UTC without zone. Flags that are not said are false."""
SUBJECT_SCHEMA = pl.Schema({"number": pl.Int64(), "person_id": pl.String()})


def read_accesses(
    layout: Layout, *, since: dt.date | None = None, until: dt.date | None = None
) -> pl.DataFrame | None:
    """Return the accesses from `since` to the end of `until`, `ACCESS_SCHEMA`, in their order.

    None while no access has been logged by the end of `until`.
    """
    files = log_files(layout.access)
    if until is not None:
        files = [path for path in files if path.name <= f"log-{until:%Y%m}.jsonl"]
    if not files:
        return None
    first = f"log-{since:%Y%m}.jsonl" if since is not None else ""
    schema = pl.Schema({**LINE_SCHEMA, "covert_until": pl.String()})
    frames = [_read(path, schema) for path in files if path.name >= first and path.stat().st_size]
    lines = pl.concat(frames) if frames else pl.DataFrame(schema=schema)
    accesses = lines.filter(pl.col("kind") == "access").select(
        pl.col("number"),
        pl.col("at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", time_unit="us", time_zone="UTC")
        .dt.replace_time_zone(None).alias("happened_at"),
        *(
            pl.col(name).fill_null(value=False) if kind == pl.Boolean
            else pl.col(name).str.to_date("%Y-%m-%d") if kind == pl.Date
            else pl.col(name)
            for name, kind in ACCESS_SCHEMA.items()
            if name not in {"number", "happened_at"}
        ),
    )  # fmt: skip
    day = pl.col("happened_at").dt.date()
    if since is not None:
        accesses = accesses.filter(day >= since)
    if until is not None:
        accesses = accesses.filter(day <= until)
        if accesses.is_empty() and first == "":
            return None
    return accesses


def read_subjects(layout: Layout, accesses: pl.DataFrame) -> pl.DataFrame:
    """Return `SUBJECT_SCHEMA`: every person of every access in `accesses`.

    A list whose line is not in the log (a crash came between) is not returned: its digest fits none.
    """
    folder = layout.access / "subjects"
    months = accesses["happened_at"].dt.strftime("log-%Y%m.jsonl").unique().to_list()
    wanted = accesses.filter(pl.col("subjects") > 0).select("number", "subjects")
    schema = pl.Schema(
        {"number": pl.Int64(), "subjects": pl.List(pl.String()), "file": pl.String()}
    )
    found = []
    for name in sorted(months):
        path = folder / name
        if not path.exists():
            continue
        listed = _read(path, schema)
        found.append(
            listed.filter(pl.col("subjects").is_not_null()).select("number", person_id="subjects")
        )
        found += [
            pl.DataFrame({"number": [number], "person_id": [_long_list(folder / Path(file).name)]})
            for number, file in listed.filter(pl.col("file").is_not_null())
            .select("number", "file")
            .iter_rows()
        ]
    if not found:
        return pl.DataFrame(schema=SUBJECT_SCHEMA)
    lists = pl.concat(found).unique(maintain_order=True)
    # Of two lists of one number, the one that fits stands last: the other was never acknowledged.
    return (
        lists.join(wanted, on="number")
        .filter(pl.col("person_id").list.len() == pl.col("subjects"))
        .unique("number", keep="last", maintain_order=True)
        .explode("person_id")
        .select(*SUBJECT_SCHEMA)
        .sort("number", "person_id")
    )


def _read(path: Path, schema: pl.Schema) -> pl.DataFrame:
    """Return the lines of a file without those that a crash tore."""
    lines = path.read_bytes().split(b"\n")[:-1]
    whole = b"\n".join(line for line in lines if line.endswith(b"}"))
    return pl.read_ndjson(whole, schema=schema) if whole else pl.DataFrame(schema=schema)


def _long_list(path: Path) -> list[str]:
    return gzip.decompress(path.read_bytes()).decode().split("\n") if path.exists() else []
