"""Starting the confined process, giving it a job, and reading what it sends, until its time is over.

Here: the process and its pipes. Never here: grants, the log, or what is asked. Next: `gateway`.
"""

from __future__ import annotations

import io
import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pyarrow as pa

from warehouse.gateway.confinement import Limits

KEYS = ("person_id", "subject_id", "household_id", "finding_id", "unit_id", "dwelling_id")
"""By which a row is about somebody; a table of a role's mart with none of them is about nobody."""
OPEN_TABLES = ("night", "delivery", "programme")
PEOPLE_TABLE = "person"
"""Says where people live, for a grant that is for an area."""
PERSON_COLUMN = '"<person>"'
"""Stands in a question for the column that names people; the process knows which one it is."""
_SLACK_BYTES = 1 << 20
_START_SECONDS = 20
"""What starting Python and laying tables out may take on a busy machine, before the question's time."""
_GRACE_SECONDS = 0.5
"""DuckDB ends a question by itself when its time is over; after this it is killed."""
_BEGUN = b"\n"


class NoAnswerError(Exception):
    """The question was not answered; the message says why, and holds no value of a record."""

    seconds: float = 0.0
    """How long it ran before it was stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One question, and what may be seen of which files."""

    sql: str
    marts: Mapping[str, Mapping[str, Any]]
    """Schema (main, now, past) → {file, is_own: of the role, files: table → Parquet file, parts}.

    Files are of tables that the mart's file lacks; only one that is given whole stays in reach. Parts
    are tables of which the mart shows a part: {file, columns, key, schema}, see `held.PickedTable`.
    """
    tables: Mapping[str, Sequence[str] | None]
    """Table → the columns that are given; None: all."""
    sql_without_people: str | None = None
    """What is asked instead where no table names people."""
    counts_people: bool = False
    """The question counts people whom its answer does not show: their column is laid out, too."""
    needs_all: bool = True
    """Whether a table that the mart does not have is a mistake."""
    columns_named: Sequence[str] | None = None
    """Names among which all columns are that are read of a part; None: any may be."""
    scope: Mapping[str, Sequence[str]] | None = None
    """Key (person_id, finding_id …) → only rows with these values; None: all rows."""
    area: str | None = None
    """Only rows about people who live there."""
    people_table: str = PEOPLE_TABLE
    forbids_people: bool = False
    """A table that names people is a mistake."""
    person_columns: Sequence[str] = ("person_id", "subject_id")
    person_column: str = PERSON_COLUMN
    keys: Sequence[str] = KEYS
    open_tables: Sequence[str] = OPEN_TABLES
    """Tables without people that every grant may name."""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the process sent."""

    table: pa.Table
    is_cut: bool
    """There are more rows than may be shown."""
    person_columns: Mapping[str, Sequence[str]]
    """Table → its columns that name people."""
    is_cut_off: bool
    """Whether the process had no network."""
    seconds: float = 0.0
    """How long the question ran, without the start of its process."""


def ask(job: Job) -> Answer:
    """Run the job in a process of its own.

    Raises:
        NoAnswerError: it was refused, failed, took too long or too much memory.
    """
    command = [sys.executable, "-I", "-B", "-m", "warehouse.gateway.child"]
    with subprocess.Popen(  # noqa: S603 (this program itself)
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        start_new_session=True,
    ) as process:
        clock = _Clock(job.limits)
        try:
            sent = _exchange(process, json.dumps(asdict(job)).encode(), job.limits, clock)
            return replace(_read(sent), seconds=clock.seconds())
        except NoAnswerError as error:
            error.seconds = clock.seconds()
            raise
        finally:
            process.kill()


class _Clock:
    """The time of a question: that of starting, and, once everything is laid out, its own."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._until = time.monotonic() + limits.seconds + _START_SECONDS
        self._begun: float | None = None

    def begin(self) -> None:
        self._begun = time.monotonic()
        self._until = self._begun + self._limits.seconds + _GRACE_SECONDS

    def left(self) -> float:
        return self._until - time.monotonic()

    def seconds(self) -> float:
        return 0.0 if self._begun is None else time.monotonic() - self._begun


def _exchange(
    process: subprocess.Popen[bytes], told: bytes, limits: Limits, clock: _Clock
) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise NoAnswerError("the question could not be started")
    most = limits.result_bytes * 2 + _SLACK_BYTES
    try:
        process.stdin.write(told)
        process.stdin.close()
    except OSError:
        raise NoAnswerError("the question could not be started") from None
    received = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            left = clock.left()
            if left <= 0 or not selector.select(left):
                raise NoAnswerError(f"the question took longer than {limits.seconds} seconds")
            chunk = os.read(process.stdout.fileno(), 1 << 16)
            if not chunk:
                return bytes(received)
            if not received and chunk.startswith(_BEGUN):
                clock.begin()
            received += chunk
            if len(received) > most:
                raise NoAnswerError("the answer is too large")


def _read(sent: bytes) -> Answer:
    line, _, rows = sent.removeprefix(_BEGUN).partition(b"\n")
    try:
        told = json.loads(line)
    except ValueError:
        raise NoAnswerError("the question was stopped: too much time or memory") from None
    if "error" in told:
        raise NoAnswerError(told["error"])
    try:
        table = pa.ipc.open_stream(io.BytesIO(rows)).read_all()
    except pa.ArrowInvalid:
        raise NoAnswerError("the question was stopped: too much time or memory") from None
    return Answer(table, told["is_cut"], told["people"], told["is_cut_off"])
