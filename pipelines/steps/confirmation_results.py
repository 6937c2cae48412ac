"""What a confirmation round leaves: a table, a page, and CSV for every ministry and local government.

Here: which files there are, and their manifest. Never here: counting (`hub.confirmation.tallies`) or
drawing (`hub.confirmation.report`). Next: authorities take the CSV files, auditors the table.

`<folder>/tables/*.parquet`, `report.html`, `ministry/<ministry>.csv` and `<ministry>_reasons.csv`,
`local_government/<province>.csv` and `<province>/<district>.csv`, `manifest.json`. Nothing but the tables
is about single people. `cases/` is written only when it is asked for.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import polars as pl

from hub.confirmation.report import write_report
from hub.confirmation.rounds import Calendar, Round
from hub.confirmation.tallies import WORDS, tally, tally_reasons, with_places
from warehouse import durable
from warehouse.staging import staging_name, sweep
from warehouse.workbench import Workbench

MANIFEST = "manifest.json"
TABLES = ("confirmation_receipt", "confirmation_result", "programme_condition", "programme")
_CASE_COLUMNS = (
    "programme_code",
    "outcome",
    "direction",
    "person_id",
    "subject_kind",
    "subject_id",
    "received_month",
    "received_amount",
    "payable_amount",
    "difference_amount",
)


def publish_results(
    bench: Workbench,
    folder: Path,
    calendar: Calendar,
    chosen: Round,
    *,
    basis: Mapping[str, str],
    deliveries: Sequence[str],
) -> dict[str, int]:
    """Write the results of a round beside `folder` and put them in its place; return how many files.

    Args:
        bench: has `confirmation_result`, `programme`, `programme_condition`.
        folder: of the round; what an earlier run left there is replaced as a whole.
        calendar: tolerances.
        chosen: the round.
        basis: what the round rests on.
        deliveries: IDs of the effective deliveries.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    sweep(folder.parent)
    staging = folder.parent / staging_name(folder.name)
    try:
        (staging / "tables").mkdir(parents=True)
        for table in TABLES:
            shutil.copyfile(bench.path(table), staging / "tables" / f"{table}.parquet")
        results = with_places(bench.frame("SELECT * FROM confirmation_result"))
        programmes = bench.frame("SELECT code, ministry, name_ko, name_en FROM programme")
        conditions = bench.frame("SELECT * FROM programme_condition")
        _write_ministries(staging / "ministry", results, programmes, conditions)
        _write_places(staging / "local_government", results, programmes)
        write_report(results, programmes, conditions, calendar, chosen, staging / "report.html")
        counts = {outcome: results.filter(pl.col("outcome") == outcome).height for outcome in WORDS}
        _write_manifest(staging, chosen, basis, deliveries, counts)
        durable.fsync_tree(staging)
        _replace(folder, staging)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return counts | {"files": sum(path.is_file() for path in folder.rglob("*"))}


def rests_on(folder: Path, basis: Mapping[str, str]) -> bool:
    """Whether `folder` holds whole results of this basis."""
    try:
        known = json.loads((folder / MANIFEST).read_text("utf-8"))["basis"]
    except (FileNotFoundError, ValueError, KeyError):
        return False
    return all(known.get(name) == value for name, value in basis.items())


def write_cases(folder: Path) -> list[Path]:
    """Write, from the results in `folder`, the cases that an authority must look at; return the files.

    `cases/ministry/<ministry>.csv` and `cases/local_government/<district>.csv`: person and subject IDs of
    everyone whose outcome is not `confirmed`, with reasons. IDs are opaque; no name or number is in them.
    """
    results = with_places(pl.read_parquet(folder / "tables" / "confirmation_result.parquet"))
    cases = results.filter(pl.col("outcome") != "confirmed").with_columns(
        pl.col(name).list.join(";") for name in ("reasons", "missing", "interaction_codes")
    )
    target = folder / "cases"
    shutil.rmtree(target, ignore_errors=True)
    columns = [*_CASE_COLUMNS, "district", "reasons", "missing", "interaction_codes"]
    written = []
    for key, place in (("ministry", "ministry"), ("district", "local_government")):
        for (name,), rows in cases.group_by(key, maintain_order=True):
            written.append(_write_csv(rows.select(columns), target / place / f"{name}.csv"))
    return written


def _write_ministries(
    folder: Path, results: pl.DataFrame, programmes: pl.DataFrame, conditions: pl.DataFrame
) -> None:
    counted = _named(tally(results, "ministry", "programme_code", "province"), programmes)
    reasons = _named(tally_reasons(results, conditions, "ministry", "programme_code"), programmes)
    for ministry in results["ministry"].unique().sort():
        mine = pl.col("ministry") == ministry
        _write_csv(counted.filter(mine).drop("ministry"), folder / f"{ministry}.csv")
        _write_csv(reasons.filter(mine).drop("ministry"), folder / f"{ministry}_reasons.csv")


def _write_places(folder: Path, results: pl.DataFrame, programmes: pl.DataFrame) -> None:
    by_province = _named(tally(results, "province", "programme_code"), programmes)
    for (province,), rows in by_province.group_by("province", maintain_order=True):
        _write_csv(rows.drop("province"), folder / f"{province}.csv")
    by_district = _named(tally(results, "province", "district", "programme_code"), programmes)
    for (province, district), rows in by_district.group_by(
        "province", "district", maintain_order=True
    ):
        target = folder / str(province) / f"{district}.csv"
        _write_csv(rows.drop("province", "district"), target)


def _named(rows: pl.DataFrame, programmes: pl.DataFrame) -> pl.DataFrame:
    """Add the programmes' names behind their codes."""
    names = programmes.select("name_ko", "name_en", programme_code="code")
    joined = rows.join(names, on="programme_code", how="left", maintain_order="left")
    columns = list(rows.columns)
    place = columns.index("programme_code") + 1
    return joined.select(*columns[:place], "name_ko", "name_en", *columns[place:])


def _write_csv(rows: pl.DataFrame, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Spreadsheets read Korean in UTF-8 only behind a byte order mark.
    rows.write_csv(target, include_bom=True)
    return target


def _write_manifest(
    staging: Path,
    chosen: Round,
    basis: Mapping[str, str],
    deliveries: Iterable[str],
    counts: Mapping[str, int],
) -> None:
    files = sorted(path for path in staging.rglob("*") if path.is_file())
    content = {
        "round": chosen.code,
        "as_of": chosen.as_of.isoformat(),
        "written_at": dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"),
        "basis": dict(basis),
        "programmes": list(chosen.programmes),
        "outcomes": dict(counts),
        "files": {path.relative_to(staging).as_posix(): durable.sha256_of(path) for path in files},
        "deliveries": list(deliveries),
    }
    (staging / MANIFEST).write_text(
        json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8"
    )


def _replace(folder: Path, staging: Path) -> None:
    """Put `staging` in the place of `folder`; whoever dies in between leaves it to be made again."""
    old = folder.parent / staging_name(f"{folder.name}-old")
    if folder.exists():
        folder.rename(old)
    staging.rename(folder)
    durable.fsync_path(folder.parent)
    shutil.rmtree(old, ignore_errors=True)
