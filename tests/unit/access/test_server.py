"""HTTP: a token is one official, every question goes through the gateway, mistakes get a code."""

from __future__ import annotations

import asyncio
import hashlib
import json

import pyarrow as pa
import pytest

from warehouse.access_log import AccessLogError, AccessRefusedError
from warehouse.gateway import server
from warehouse.gateway.asking import NoAnswerError
from warehouse.gateway.gateway import GatewayAnswer
from warehouse.gateway.server import ARROW, TokenError, application, read_tokens
from warehouse.layout import Layout

TOKEN = "a-token-of-kim"  # noqa: S105 (no real one)


@pytest.fixture
def layout(tmp_path):
    (tmp_path / "grants").mkdir()
    file = tmp_path / "access-tokens.toml"
    file.write_text(f'[token]\n"{hashlib.sha256(TOKEN.encode()).hexdigest()}" = "kim"\n')
    file.chmod(0o400)
    return Layout(tmp_path)


@pytest.fixture
def asked(monkeypatch):
    """Stand in for the gateway; whatever it is asked stands here."""
    calls = []

    def answer(layout, asker, sql, release, **told):
        del layout, release, told
        calls.append((asker.actor, asker.purpose, asker.case_id, sql))
        failures = {"refuse": AccessRefusedError, "fail": NoAnswerError, "full": AccessLogError}
        if sql in failures:
            raise failures[sql](sql)
        return GatewayAnswer(pa.table({"n": [1, 2]}), False, "r000001", "G-1")

    monkeypatch.setattr(server, "answer", answer)
    monkeypatch.setattr(server, "_release", lambda *_: None)
    return calls


def post(layout, body, token=TOKEN, accept="application/json"):
    """Send one request to the application, without a network."""
    sent = []
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = [(b"accept", accept.encode())]
    if token:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    scope = {
        "type": "http", "method": "POST", "path": "/query", "raw_path": b"/query", "headers": headers,
        "query_string": b"", "root_path": "", "scheme": "http", "http_version": "1.1",
        "client": ("10.0.0.1", 1), "server": ("hub", 80),
    }  # fmt: skip

    async def receive():
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(application(layout)(scope, receive, send))
    return sent[0]["status"], b"".join(part.get("body", b"") for part in sent[1:])


def test_rows_come_as_json_and_as_arrow(layout, asked):
    body = {"sql": "SELECT 1", "purpose": "appeal", "case": "C-1"}
    code, text = post(layout, body)
    assert (code, json.loads(text)["rows"]) == (200, [{"n": 1}, {"n": 2}])
    code, stream = post(layout, body, accept=ARROW)
    assert pa.ipc.open_stream(stream).read_all().to_pydict() == {"n": [1, 2]}
    assert asked == [("kim", "appeal", "C-1", "SELECT 1")] * 2


@pytest.mark.parametrize("token", [None, "", "wrong", "kim", hashlib.sha256(b"x").hexdigest()])
def test_without_a_known_token_nothing_is_asked(layout, asked, token):
    assert post(layout, {"sql": "SELECT 1"}, token=token)[0] == 401
    assert asked == []


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{", b"\xff", b'{"sql": 1}', b"[" * 60_000, b"x" * 100_000, {"purpose": "appeal"},
        {"sql": "SELECT 1", "actor": "lee"}, {"sql": "SELECT 1", "case": ["C-1"]},
    ],
)  # fmt: skip
def test_a_malformed_request_is_refused(layout, asked, body):
    assert post(layout, body)[0] == 400
    assert asked == []


@pytest.mark.parametrize(("sql", "code"), [("refuse", 403), ("fail", 422), ("full", 503)])
def test_what_is_not_answered_has_a_code(layout, asked, sql, code):
    assert post(layout, {"sql": sql})[0] == code
    assert len(asked) == 1


def test_without_grants_nothing_is_served(tmp_path):
    with pytest.raises(TokenError, match="without grants nothing is served"):
        application(Layout(tmp_path))


def test_tokens_that_others_can_read_are_refused(layout):
    file = layout.home / "access-tokens.toml"
    file.chmod(0o444)
    with pytest.raises(TokenError, match="open to others"):
        read_tokens(file)
