"""`hub officials`: who acts under which name, where, and until when; from the personnel office's file.

Here: options, reading the file, printing. Never here: the posts themselves (`warehouse.ledger`), or what
an official may see (`hub.access`). Next: a grant holds while its person holds the post of its first day.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from hub.identity.person_ids import ALPHABET, PERSON_PREFIX
from hub.output import fail, print_rows
from warehouse.access_log import AccessEntry, AccessLog, AccessLogError, AccessResult
from warehouse.access_log.answering import Asker
from warehouse.access_log.options import By
from warehouse.layout import Layout
from warehouse.ledger import Ledger, LedgerError
from warehouse.ledger.officials import OFFICIAL_SCHEMA

officials_app = typer.Typer(
    help="Officials and their posts; who leaves or changes post loses every grant that day.",
    no_args_is_help=True,
)
COLUMNS = ("actor", "area_code", "role", "valid_from", "valid_to", "person_id")
_AREA = re.compile(r"\d{0,10}")
_PERSON = re.compile(rf"{PERSON_PREFIX}[{ALPHABET}]{{10}}")

Actor = Annotated[str, typer.Argument(help="The name under which the official acts.")]
On = Annotated[
    dt.datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="From this day on; today by default."),
]
Area = Annotated[
    str, typer.Option(help="Leading digits of legal-dong codes; empty: the whole country.")
]
Role = Annotated[str, typer.Option(help="What the post is, in one word.")]
PersonOf = Annotated[
    str | None,
    typer.Option("--person", help="Their person ID, so that looking at themselves shows."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]


class PersonnelFileError(ValueError):
    """The file of the personnel office cannot be taken; the message names line and column."""


@officials_app.command("list")
def list_officials(
    *,
    actor: Annotated[str | None, typer.Option(help="Only this official.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also posts that have ended.")] = False,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """List posts: who, where, as what, from when to when."""
    try:
        with Ledger.open(Layout.from_environment().ledger_url) as ledger:
            posts = ledger.officials()
    except LedgerError as error:
        fail(error)
    day = _day(on)
    if not every:
        posts = posts.filter(
            pl.col("valid_from") <= day, pl.col("valid_to").is_null() | (pl.col("valid_to") >= day)
        )
    if actor:
        posts = posts.filter(actor=actor)
    shown = ("actor", "area_code", "role", "valid_from", "valid_to")
    print_rows(posts.to_dicts(), as_json=as_json, title=f"{posts.height} posts", columns=shown)


@officials_app.command("add")
def add(
    actor: Actor,
    *,
    role: Role,
    area: Area = "",
    person: PersonOf = None,
    on: On = None,
    by: By = None,
) -> None:
    """Register an official who holds no post yet."""
    layout = Layout.from_environment()
    with _writing(layout) as ledger:
        posts = ledger.officials().filter(pl.col("valid_to").is_null())
        if actor in posts["actor"]:
            fail("the official holds a post; `hub officials move` gives another one")
        _register(layout, ledger, "add", actor, role, area, person, _day(on), by)
    typer.echo(f"{actor}: {role} from {_day(on)} on")


@officials_app.command("move")
def move(
    actor: Actor,
    *,
    role: Role,
    area: Area = "",
    person: PersonOf = None,
    on: On = None,
    by: By = None,
) -> None:
    """Enter another post: the earlier one ends the day before, and with it all grants for it."""
    layout = Layout.from_environment()
    with _writing(layout) as ledger:
        known = ledger.officials().filter(actor=actor)
        if known.is_empty():
            fail("no such official; `hub officials add` registers one")
        person = person or known["person_id"].to_list()[-1]
        _register(layout, ledger, "move", actor, role, area, person, _day(on), by)
    typer.echo(f"{actor}: {role} from {_day(on)} on; grants for the earlier post have ended")


@officials_app.command("leave")
def leave(actor: Actor, *, on: On = None, by: By = None) -> None:
    """Enter that an official leaves: from that day on no grant of theirs holds."""
    layout, day = Layout.from_environment(), _day(on)
    with _writing(layout) as ledger:
        try:
            _log(layout, "leave", by)
            ledger.end_post(actor, day)
        except (LedgerError, AccessLogError) as error:
            fail(error)
    typer.echo(f"{actor}: no post from {day} on; no grant of theirs holds")


@officials_app.command("import")
def import_posts(
    file: Annotated[Path, typer.Argument(help="CSV of the personnel office, UTF-8.")],
    *,
    complete: Annotated[
        bool, typer.Option("--complete", help="Whoever is not in the file has left.")
    ] = False,
    on: On = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Take the personnel office's file: actor,area_code,role,valid_from,valid_to,person_id.

    One line a post; valid_to is its last day, empty while it goes on. What is written down stays.
    """
    layout = Layout.from_environment()
    try:
        told = read_posts(file)
        with _writing(layout) as ledger:
            _log(layout, f"import of {told.height} posts", by)
            changes = ledger.take_posts(told, complete_on=_day(on) if complete else None)
    except (PersonnelFileError, LedgerError, AccessLogError) as error:
        fail(error)
    print_rows([asdict(changes)], as_json=as_json, title="posts")


def read_posts(file: Path) -> pl.DataFrame:
    """Read a file of posts, `OFFICIAL_SCHEMA`.

    Raises:
        PersonnelFileError: it cannot be read, or a line has a value that is none; no value is told.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            if set(reader.fieldnames or ()) != set(COLUMNS):
                raise PersonnelFileError(f"{file.name}: the columns are {','.join(COLUMNS)}")
            rows = [_post(file.name, number, row) for number, row in enumerate(reader, start=2)]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise PersonnelFileError(f"{file.name} cannot be read as CSV in UTF-8") from None
    posts = pl.DataFrame(rows, schema=OFFICIAL_SCHEMA)
    if posts.select("actor", "valid_from").is_duplicated().any():
        raise PersonnelFileError(f"{file.name}: a post stands twice (actor, valid_from)")
    return posts


def _post(name: str, number: int, row: dict[str, str | None]) -> dict[str, object]:
    if None in row or None in row.values():
        raise PersonnelFileError(f"{name}, line {number}: {len(COLUMNS)} values are expected")
    told = {column: str(value).strip() for column, value in row.items()}
    days: dict[str, dt.date | None] = {}
    for column in ("valid_from", "valid_to"):
        try:
            days[column] = dt.date.fromisoformat(told[column]) if told[column] else None
        except ValueError:
            raise PersonnelFileError(
                f"{name}, line {number}, {column}: expected a day such as 2026-01-31"
            ) from None
    checks = {
        "actor": 0 < len(told["actor"]) <= 120,
        "role": 0 < len(told["role"]) <= 40,
        "area_code": _AREA.fullmatch(told["area_code"]),
        "valid_from": days["valid_from"],
        "person_id": not told["person_id"] or _PERSON.fullmatch(told["person_id"]),
    }
    wrong = [column for column, is_right in checks.items() if not is_right]
    if wrong:
        raise PersonnelFileError(f"{name}, line {number}: {', '.join(wrong)} cannot be taken")
    return {**told, **days, "person_id": told["person_id"] or None}


def _register(
    layout: Layout,
    ledger: Ledger,
    what: str,
    actor: str,
    role: str,
    area: str,
    person: str | None,
    day: dt.date,
    by: str | None,
) -> None:
    if not _AREA.fullmatch(area):
        fail("--area: leading digits of legal-dong codes, at most ten")
    if person is not None and not _PERSON.fullmatch(person):
        fail("--person: a person ID of this hub")
    try:
        _log(layout, what, by)
        ledger.register_official(actor, area_code=area, role=role, valid_from=day, person_id=person)
    except (LedgerError, AccessLogError) as error:
        fail(error)


def _log(layout: Layout, what: str, by: str | None) -> None:
    """Write who changes posts to the access log, before they change."""
    entry = AccessEntry(
        actor=Asker.told(by).actor,
        action="official",
        object=f"officials: {what}",
        purpose="operation",
        result=AccessResult.ALLOWED,
    )
    AccessLog(layout).append(entry)


def _writing(layout: Layout) -> Ledger:
    layout.prepare()
    try:
        return Ledger.open(layout.ledger_url)
    except LedgerError as error:
        fail(error)


def _day(on: dt.datetime | None) -> dt.date:
    return on.date() if on else dt.datetime.now().astimezone().date()
