"""S3: no statement is made from somebody's text, through whichever door it comes.

Two proofs. The source is read: wherever text stands in the place of a value in a statement it is
quoted beside it, or listed as read in `statement_values.txt`; and each SQL file is one SELECT. Then
payloads go through every door: options and arguments of all commands, HTTP, file names, column names
and values of deliveries.
"""

from __future__ import annotations

import ast
import asyncio
import datetime as dt
import hashlib
import json
import os
import re
import shutil
from enum import Enum
from pathlib import Path
from typing import get_args, get_origin

import drift_scene as drift
import gateway_scene
import night_scene as scene
import polars as pl
import pytest
import sqlglot
import typer
from injection_scene import SYMPTOMS, Marks, ledger_state
from promise_figures import FULL_SIZE
from typer.testing import CliRunner

from hub.catalogue import Delivery, Format
from hub.command_line import build_application
from pipelines.steps.findings import LAST_PARTS
from pipelines.steps.intake import take_deliveries
from sources.registry import load_catalogue
from warehouse.gateway import server
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.releases import current, verify

PROJECT = Path(__file__).parents[2]
ROOMS = ("hub", "sources", "warehouse", "expectations", "pipelines")
READ = Path(__file__).with_name("statement_values.txt")
RENEW = bool(os.environ.get("HUB_RENEW_SNAPSHOTS"))
STATEMENT = re.compile(
    r"\b(SELECT|CREATE|INSERT|UPDATE|DELETE|ATTACH|COPY|WITH|FROM|DESCRIBE|DROP|ALTER|PRAGMA|WHERE"
    r"|JOIN|VALUES|SET)\b"
)
BEFORE_A_VALUE = re.compile(
    r"(=|<>|<|>|\bLIKE|\bIN \(|\bLIMIT|\bOFFSET|\bBETWEEN|\bAND|\bDATE|\bVALUES \()\s*$"
)
QUOTED = re.compile(
    r"^(self\.)?_?(literal|name|quoted|path|parquet|int|len|listed)\(|^', '\.join\(map\(_?(literal|name)"
)
UNTRIED = {"bench", "country", "night", "reopen", "serve", "replay"}
"""Commands that simulate, measure or run for long; what they read comes through other doors, too."""
TRIED_EACH = 8 if FULL_SIZE else 1


# The source


def values_in_statements() -> set[str]:
    """Return `file: expression` where text stands for a value and is not quoted beside it."""
    found = set()
    for room in ROOMS:
        for file in sorted((PROJECT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if not isinstance(node, ast.JoinedStr):
                    continue
                parts = [
                    each.value if isinstance(each, ast.Constant) else each for each in node.values
                ]
                if not STATEMENT.search("".join(each for each in parts if isinstance(each, str))):
                    continue
                before = ""
                for part in parts:
                    if isinstance(part, str):
                        before += part
                        continue
                    said = ast.unparse(part.value)
                    is_value = before.count("'") % 2 == 1 or BEFORE_A_VALUE.search(before)
                    if is_value and not QUOTED.match(said):
                        found.add(f"{file.relative_to(PROJECT).as_posix()}: {said}")
                    before += "0"
    return found


@pytest.mark.promise("S3")
def test_no_statement_holds_a_value_that_nobody_quoted():
    found = values_in_statements()
    head = [line for line in READ.read_text("utf-8").splitlines() if line.startswith("#")]
    if RENEW:
        READ.write_text("\n".join([*head, *sorted(found)]) + "\n", "utf-8")
    known = set(READ.read_text("utf-8").splitlines()) - set(head)
    assert found - known == set(), "quote it, or read it and renew the list"
    assert known - found == set()


@pytest.mark.promise("S3")
def test_the_check_sees_what_it_is_for(tmp_path, monkeypatch):
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "bad.py").write_text(
        "a = f\"SELECT 1 FROM t WHERE x = '{who}'\"\nb = f'SELECT 1 FROM t WHERE x = {who.id}'\n"
        "c = f'SELECT 1 FROM t WHERE x = {_literal(who)}'\nd = f'hello {who}'\n"
    )
    monkeypatch.setitem(globals(), "PROJECT", tmp_path)
    assert values_in_statements() == {"hub/bad.py: who", "hub/bad.py: who.id"}


@pytest.mark.promise("S3")
def test_every_file_of_sql_is_one_select():
    files = sorted((PROJECT / "warehouse").rglob("*.sql"))
    assert len(files) > 100
    wrong = []
    for file in files if FULL_SIZE else files[::10]:
        text = re.sub(r"\{\{\w+\}\}", "filled", file.read_text("utf-8"))
        try:
            parsed = sqlglot.parse(text, read="duckdb")
        except sqlglot.ParseError:
            # What sqlglot cannot read must at least begin as a question and be one statement.
            plain = re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", text).strip()
            # The parts in which rules end go on where WITH began.
            begins = r"\w+ AS \(" if file.stem in LAST_PARTS else r"(SELECT|WITH|FROM)\b"
            if not re.match(begins, plain) or ";" in plain.rstrip(";"):
                wrong.append(file.name)
            continue
        if len(parsed) != 1 or not isinstance(parsed[0], sqlglot.exp.Query):
            wrong.append(file.name)
    assert wrong == []


# The doors


@pytest.fixture
def marks(tmp_path):
    folder = tmp_path / "marks"
    folder.mkdir()
    made = Marks(folder)
    assert len(made.payloads()) >= 100
    return made


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = tmp_path_factory.mktemp("injected") / "home"
    gateway_scene.build(made)
    return made


def kind_of(parameter):
    """The Python type of a parameter; that of its items for a list."""
    annotation = parameter.type_descriptor.annotation
    return get_args(annotation)[0] if get_origin(annotation) is list else annotation


def text_options():
    """Yield (words of the command, its parameters, one of them) for every text a command takes."""
    waiting = [((), typer.main.get_command(build_application()))]
    while waiting:
        words, command = waiting.pop()
        if hasattr(command, "commands"):
            waiting += [((*words, name), each) for name, each in command.commands.items()]
            continue
        for parameter in command.params:
            is_question = (words, parameter.name) == (("query",), "sql")
            if words[0] not in UNTRIED and not is_question and kind_of(parameter) in {str, Path}:
                yield words, command.params, parameter


def argument_line(words, parameters, chosen, payload):
    """The command with the payload in one place, and something plain where it must have more."""
    options, arguments = [], []
    for each in parameters:
        kind = kind_of(each)
        if each is chosen:
            value = payload
        elif each.required or getattr(each, "prompt", None):
            value = "2026-03-31" if kind is dt.datetime else "1"
            value = str(next(iter(kind)).value) if issubclass(kind, Enum) else value
        else:
            continue
        if each.param_type_name == "argument":
            arguments.append(value)
        else:
            options.append(f"{max(each.opts, key=len)}={value}")
    return [*words, *options, "--", *arguments]


def symptom_of(application, words, parameters, parameter, payload):
    """What an engine says of a statement that broke, where the command let it through."""
    line = argument_line(words, parameters, parameter, payload)
    done = CliRunner().invoke(application, line, input="\n")
    # An error may repeat what was typed; what is left then is what the hub said.
    said = done.output.replace(payload, "")
    fault = done.exception if not isinstance(done.exception, SystemExit) else None
    if any(each in f"{said} {fault or ''}" for each in SYMPTOMS):
        return said[-300:], repr(fault)
    return None


@pytest.mark.promise("S3")
def test_no_option_of_any_command_is_run(home, marks, tmp_path, monkeypatch, record_figure):
    opened = tmp_path / "home"
    shutil.copytree(home, opened)
    # Without grants every command goes as deep as it can.
    shutil.rmtree(opened / "grants")
    monkeypatch.setenv(HOME_VARIABLE, str(opened))
    monkeypatch.chdir(tmp_path)
    layout = Layout(opened)
    release, before = current(layout), ledger_state(layout.ledger_url)
    application, payloads = build_application(), marks.payloads()
    options, tries, told = list(text_options()), 0, []
    chosen = options if FULL_SIZE else options[::6]
    for place, (words, parameters, parameter) in enumerate(chosen):
        for number in range(TRIED_EACH):
            payload = payloads[(place * TRIED_EACH + number) % len(payloads)]
            tries += 1
            symptom = symptom_of(application, words, parameters, parameter, payload)
            # What the command says of any text comes from elsewhere than from this one.
            if symptom and symptom != symptom_of(
                application, words, parameters, parameter, "plain"
            ):
                told.append((words, parameter.name, payload, symptom))
    after = ledger_state(layout.ledger_url)
    lost = {name for name, rows in before.items() if after.get(name, -1) < rows}
    effects = [*marks.effects(), *lost, *verify(release), *told]
    record_figure(
        "S3",
        f"{tries:,} payloads through {len(chosen)} options of the commands: {len(effects)} effects"
        f"{f', the first {effects[0]}' if effects else ''}",
        held=not effects,
        tries=tries,
        effects=len(effects),
    )


def post(application, body, token):
    """Send one request to the application, without a network; return its code and text."""
    sent = []
    scope = {
        "type": "http", "method": "POST", "path": "/query", "raw_path": b"/query",
        "headers": [(b"authorization", b"Bearer " + token.encode())], "query_string": b"",
        "root_path": "", "scheme": "http", "http_version": "1.1", "client": ("10.0.0.1", 1),
        "server": ("hub", 80),
    }  # fmt: skip

    async def receive():
        return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(application(scope, receive, send))
    return sent[0]["status"], b"".join(part.get("body", b"") for part in sent[1:]).decode()


@pytest.mark.promise("S3")
def test_no_field_of_a_request_is_run(home, marks):
    layout = Layout(home)
    tokens = home / "access-tokens.toml"
    tokens.write_text(f'[token]\n"{hashlib.sha256(b"token").hexdigest()}" = "engineer"\n', "utf-8")
    tokens.chmod(0o400)
    release, before = current(layout), ledger_state(layout.ledger_url)
    application = server.application(layout)
    plain = {"sql": "SELECT count(*) AS n FROM person", "purpose": "data_quality"}
    fields = ("sql", "purpose", "case", "release", "then", "role", "download_reason")
    for number, payload in enumerate(marks.payloads()[:: 1 if FULL_SIZE else 12]):
        for field in fields if FULL_SIZE else [fields[number % len(fields)]]:
            code, text = post(application, {**plain, field: payload}, "token")
            assert code in {200, 403, 422}, (field, payload)
            if code == 200:
                # A case or a reason is noted, and changes no answer.
                assert field in {"case", "download_reason"}, (field, payload)
                assert json.loads(text)["rows"] == [{"n": 60}]
            said = text.replace(json.dumps(payload)[1:-1], "").replace(payload, "")
            assert not any(each in said for each in SYMPTOMS[3:]), (field, payload)
        assert post(application, plain, payload)[0] == 401
    assert marks.effects() == []
    assert ledger_state(layout.ledger_url) == before
    assert verify(release) == []


def with_payloads(sound, payloads):
    """A delivery whose texts, codes and keys are payloads, row by row."""
    rows = sound.frame.height
    texts = {
        column.name
        for column in sound.version.columns
        if column.format in {Format.TEXT, Format.CODE} and column.name in sound.frame.columns
    }
    plain = [text for text in payloads if text.isprintable() and len(text) < 200]
    told = [plain[number % len(plain)] for number in range(rows)]
    return sound.frame.with_columns(pl.Series(name, told) for name in sorted(texts))


@pytest.mark.promise("S3")
def test_nothing_in_a_delivery_is_run(marks, tmp_path):
    """Names of files and of columns, values of texts and codes: stopped, in quarantine, or a value."""
    payloads = marks.payloads()
    catalogue = load_catalogue()
    by_frame = {}
    for document in catalogue.documents.values():
        if document.delivery in {Delivery.CSV, Delivery.JSON_LINES, Delivery.PARQUET}:
            by_frame.setdefault(document.delivery, []).append(document.code)
    codes = [code for found in by_frame.values() for code in found[3 : 7 if FULL_SIZE else 4]]
    scene.tell(tmp_path, 120, 1, faults=False, types=codes)
    files = {}
    for file in sorted((tmp_path / f"nights/{scene.FIRST:%Y%m%d}").glob("*/*")):
        files.setdefault(file.name[:10], file)
    drops = tmp_path / f"injected/{scene.FIRST:%Y%m%d}"
    for place, code in enumerate(codes):
        sound = drift.read_sound(catalogue.documents[code], files[code])
        folder = drops / sound.document.institution
        folder.mkdir(parents=True, exist_ok=True)
        # Values.
        valued = sound.numbered(701)
        frame = with_payloads(sound, payloads[place:])
        (folder / str(valued.name)).write_bytes(drift.write(valued, frame=frame))
        # Column names.
        for number, payload in enumerate(payloads[place :: 12 if FULL_SIZE else 60]):
            named = sound.numbered(801 + number)
            monkey = drift.NEW
            drift.NEW = payload
            try:
                (folder / str(named.name)).write_bytes(drift.renamed(named))
            finally:
                drift.NEW = monkey
        # File names.
        for payload in payloads[place::7]:
            name = payload.replace("/", "\u2215").replace("\0", "")[:80]
            (folder / name).write_bytes(b"x")
    context = scene.open_night(tmp_path / "home", scene.FIRST)
    layout = context.layout
    with context.ledger, scene.unflushed():
        tables = set(ledger_state(layout.ledger_url))
        scene.land_night(context, drops.parent)
        take_deliveries(context)
        states = {record.file_name: record.state.value for record in context.ledger.deliveries()}
        assert set(ledger_state(layout.ledger_url)) >= tables
    assert marks.effects() == []
    assert {"landed", "stopped"} & set(states.values())
    lake = b"".join(path.read_bytes() for path in layout.lake.rglob("*") if path.is_file())
    assert b"SECRET-OF-THE-MACHINE" not in lake
