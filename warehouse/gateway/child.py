"""The process that runs one question of a person with a grant, and can do nothing else.

Here: laying out what the grant gives and no more, locking DuckDB, running, sending rows back. Never
here: judging the statement or the grant, the log, keys: this process has no environment, cannot write a
file, and is killed when its time is over. Next: `asking` reads what it sends.

It reads a job as JSON from standard input. It writes an empty line when all is laid out and the question
begins, then one line of JSON (how it went), then, where it went well, the rows as an Arrow stream.

Tables of which a grant or the role's mart gives some columns or rows are copied first, and the mart and the
files that they lie in are let go; so what is not given is not in reach of any statement, however it is written.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any, BinaryIO

import duckdb
import pyarrow as pa

from hub.quoting import literal as _literal
from hub.quoting import name as _name
from warehouse.gateway.confinement import Limits, confine
from warehouse.marts.picking import in_scope, select_shown

_BATCH_ROWS = 1_000
_DATA_IN_MESSAGE = (
    duckdb.ConversionException,
    duckdb.InvalidInputException,
    duckdb.OutOfRangeException,
    duckdb.ConstraintException,
    duckdb.TypeMismatchException,
)


class RefusedJobError(Exception):
    """The question is not answered; the message holds no value."""


def main() -> None:
    """Answer one job."""
    job = json.load(sys.stdin)
    limits = Limits(**job["limits"])
    job["is_cut_off"] = confine(limits)
    out = sys.stdout.buffer
    try:
        _answer(job, limits, out)
    except RefusedJobError as error:
        _say(out, error=str(error))
    except _DATA_IN_MESSAGE:
        # Such a message repeats the value that did not fit.
        _say(out, error="a value does not fit; use try_cast, or restrict the rows")
    except (MemoryError, duckdb.OutOfMemoryException, pa.ArrowMemoryError):
        _say(out, error="the question needs more memory than it may use")
    except duckdb.Error as error:
        _say(out, error=_first_line(error))
    out.flush()


def _answer(job: dict[str, Any], limits: Limits, out: BinaryIO) -> None:
    with duckdb.connect(
        config={
            # One thread: the same question gives the same rows in the same order.
            "threads": 1,
            "memory_limit": f"{limits.memory_bytes // 2}B",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        }
    ) as connection:
        seen, whole, files = _lay_out(connection, job)
        if job["counts_people"]:
            people = [column for columns in seen.values() for column in columns]
            job["sql"] = (
                job["sql"].replace(job["person_column"], _name(people[0]))
                if people
                else job["sql_without_people"]
            )
        _lock(connection, files, limits)
        out.write(b"\n")
        out.flush()
        _check_tables(connection, job, whole)
        relation = connection.sql(job["sql"])
        if relation is None:
            raise RefusedJobError("the statement gives no rows")
        reader = relation.to_arrow_reader(_BATCH_ROWS)
        batches, rows, size, is_cut = [], 0, 0, False
        for batch in reader:
            taken = batch.slice(0, limits.rows - rows)
            is_cut = taken.num_rows < batch.num_rows
            rows, size = rows + taken.num_rows, size + taken.nbytes
            if size > limits.result_bytes:
                raise RefusedJobError(
                    f"the answer has more than {limits.result_bytes:,} bytes; ask for fewer columns"
                )
            batches.append(taken)
            if is_cut:
                break
        _say(out, is_cut=is_cut, rows=rows, people=seen, is_cut_off=job["is_cut_off"])
        with pa.ipc.new_stream(out, reader.schema) as stream:
            for batch in batches:
                stream.write_batch(batch)


def _lay_out(
    connection: duckdb.DuckDBPyConnection, job: dict[str, Any]
) -> tuple[dict[str, list[str]], set[tuple[str, str]], list[str]]:
    """Make the tables that are given.

    Returns table → its columns that name people, which (side, table) of marts are given whole, and
    the files of the other tables that are.
    """
    seen: dict[str, list[str]] = {}
    whole: set[tuple[str, str]] = set()
    files: list[str] = []
    for side, mart in job["marts"].items():
        _run(connection, f"ATTACH {_literal(mart['file'])} AS mart_{side} (READ_ONLY)")
        sources = _sources(connection, side, mart)
        if side != "main":
            _run(connection, f"CREATE SCHEMA memory.{side}")
        for name, given in job["tables"].items():
            if name not in sources:
                if job["needs_all"]:
                    raise RefusedJobError(f"this release's mart has no table {name}")
                continue
            if not _lay_table(connection, job, side, name, sources, given, seen):
                continue
            if sources[name].startswith("read_parquet"):
                files.append(mart["files"][name])
            else:
                whole.add((side, name))
        if not any(each == side for each, _ in whole):
            _run(connection, f"DETACH mart_{side}")
    return seen, whole, files


def _sources(
    connection: duckdb.DuckDBPyConnection, side: str, mart: dict[str, Any]
) -> dict[str, str]:
    """Return table → what it is read from; what the mart itself holds is read from there."""
    files = {name: f"read_parquet({_literal(path)})" for name, path in mart["files"].items()}
    held = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name = 'main'",
        [f"mart_{side}"],
    ).fetchall()
    for name, part in mart.get("parts", {}).items():
        ids = f"mart_{side}.{_name(part['schema'])}.{_name(part['key'])}" if part["key"] else ""
        files[name] = "({})".format(
            select_shown(
                f"read_parquet({_literal(part['file'])})",
                part["columns"],
                in_scope(part["key"], ids) if ids else None,
            )
        )
    return files | {name: f"mart_{side}.main.{_name(name)}" for (name,) in held}


def _lay_table(
    connection: duckdb.DuckDBPyConnection,
    job: dict[str, Any],
    side: str,
    name: str,
    sources: dict[str, str],
    given: list[str] | None,
    seen: dict[str, list[str]],
) -> bool:
    """Make one table or view; return whether all of it is given, so that it still needs its source."""
    source = sources[name]
    have = [row[0] for row in connection.execute(f"DESCRIBE FROM {source}").fetchall()]
    kept = {*(given or have), *(job["person_columns"] if job["counts_people"] else ())}
    shown = [column for column in have if column in kept]
    is_part = name in job["marts"][side].get("parts", {})
    if is_part and job["columns_named"] is not None:
        needed = {*job["columns_named"], *job["person_columns"]}
        shown = [column for column in shown if column.lower() in needed] or shown[:1]
    if given is not None and not set(given) & set(have):
        raise RefusedJobError(f"the grant names no column that {name} has in this release")
    person = [column for column in job["person_columns"] if column in have]
    seen[name] = [column for column in person if column in shown]
    narrowed = given is not None or is_part
    condition = ""
    if person and job["forbids_people"]:
        raise RefusedJobError(f"{name} names people; this grant shows counts only")
    if job["scope"] is not None or job["area"] is not None:
        condition = _condition(job, sources, have)
        narrowed |= bool(condition)
        is_own = job["marts"][side]["is_own"] and not set(job["keys"]) & set(have)
        if not condition and not is_own and name not in job["open_tables"]:
            raise RefusedJobError(
                f"{name} names no person; a grant for some people does not give it"
            )
    kind = "TABLE" if narrowed else "VIEW"
    columns = ", ".join(map(_name, shown))
    _run(
        connection,
        f"CREATE {kind} memory.{side}.{_name(name)} AS SELECT {columns} FROM {source}{condition}",
    )
    return not narrowed


def _condition(job: dict[str, Any], sources: dict[str, str], have: list[str]) -> str:
    """Return the WHERE by which rows are chosen; empty where the table has no key for it."""
    for key, values in (job["scope"] or {}).items():
        if key in have:
            return f" WHERE {_name(key)} IN ({', '.join(map(_literal, values)) or 'NULL'})"
    person = [column for column in job["person_columns"] if column in have]
    if job["area"] is None or not person:
        return ""
    people = sources.get(job["people_table"])
    if people is None:
        raise RefusedJobError("this release's mart does not say where people live")
    return (
        f" WHERE {_name(person[0])} IN (SELECT person_id FROM {people}"
        f" WHERE starts_with(legal_dong_code, {_literal(job['area'])}))"
    )


def _lock(connection: duckdb.DuckDBPyConnection, files: list[str], limits: Limits) -> None:
    allowed = ", ".join(map(_literal, files))
    for setting in (
        "TimeZone = 'UTC'",
        "search_path = 'memory.main'",
        "temp_directory = ''",
        "enable_progress_bar = false",
        "allow_persistent_secrets = false",
        f"max_execution_time = {limits.seconds * 1000}",
        f"allowed_paths = [{allowed}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        _run(connection, f"SET {setting}")


def _check_tables(
    connection: duckdb.DuckDBPyConnection, job: dict[str, Any], whole: set[tuple[str, str]]
) -> None:
    """Ask DuckDB itself which tables it would read: views are resolved, and nothing else is named.

    A table of the mart itself may only be one that is given whole.
    """
    given = set(job["tables"])
    for name in connection.get_table_names(job["sql"], qualified=True):
        *path, last = [part.strip('"') for part in re.findall(r'"(?:[^"]|"")*"|[^.]+', name)]
        side = path[0].removeprefix("mart_") if path and path[0].startswith("mart_") else None
        is_given = last in given if side is None else path[1:] == ["main"] and (side, last) in whole
        if not is_given and not last.startswith("read_parquet"):
            raise RefusedJobError("a table is named that the grant does not give")


def _run(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    connection.execute(statement).fetchall()


def _say(out: BinaryIO, **told: Any) -> None:
    out.write(json.dumps(told).encode() + b"\n")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


if __name__ == "__main__":
    main()
