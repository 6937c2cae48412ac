"""The gateway over HTTP: one question a request, as JSON or as an Arrow stream.

Here: tokens, the request's form, codes of answers. Never here: a second way to the data: every question
goes through `gateway.answer`. Next: `hub serve` runs it, behind a TLS proxy.

    POST /query   Authorization: Bearer <token>
    {"sql": "…", "purpose": "…", "case": "…", "release": "r000001", "then": "…", "role": "…"}

A token stands for one official. The file holds SHA-256 digests of tokens, not tokens, so whoever reads
it can use none.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from warehouse import releases
from warehouse.access_log import AccessLogError, AccessRefusedError
from warehouse.access_log.answering import Asker
from warehouse.gateway.asking import NoAnswerError
from warehouse.gateway.gateway import GatewayAnswer, answer
from warehouse.gateway.standing_grants import has_grants
from warehouse.keys import RootKeyError
from warehouse.layout import Layout
from warehouse.ledger import LedgerError
from warehouse.release_files import Release, ReleaseError

ARROW = "application/vnd.apache.arrow.stream"
TOKENS = "access-tokens.toml"
_LARGEST_BODY = 64_000
_FIELDS = frozenset({"sql", "purpose", "case", "release", "then", "role", "download_reason"})


class TokenError(Exception):
    """Nobody can be told apart: the file of tokens is missing, open to others, or malformed."""


class BadRequestError(Exception):
    """The request is not of the form that is expected."""


def application(layout: Layout, tokens: Path | None = None) -> Starlette:
    """Return the application.

    Raises:
        TokenError: as the class says, or the hub has no grants: over HTTP nothing is open to all.
    """
    if not has_grants(layout):
        raise TokenError("this hub has no folder `grants`; without grants nothing is served")
    actors = read_tokens(tokens or layout.home / TOKENS)

    async def query(request: Request) -> Response:
        actor = _actor(request, actors)
        if actor is None:
            return _error(401, "the token is missing or unknown")
        try:
            told = await _told(request)
        except BadRequestError as error:
            return _error(400, str(error))
        origin = {"origin": f"http {request.client.host}" if request.client else "http"}
        return await run_in_threadpool(_respond, layout, actor, told, request, origin)

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[Route("/query", query, methods=["POST"]), Route("/health", health)],
    )


def read_tokens(file: Path) -> dict[str, str]:
    """Return SHA-256 of token → actor, from `"<digest>" = "<actor>"` lines under [token].

    Raises:
        TokenError: as the class says.
    """
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise TokenError(
                f"{file.name} is open to others than its owner; run `chmod 0400` on it"
            )
        told = tomllib.loads(file.read_text("utf-8")).get("token", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise TokenError(
            f"{file.name} cannot be read; docs/access.md says how it is made"
        ) from None
    if not isinstance(told, dict) or not all(
        isinstance(actor, str) and len(digest) == 64 for digest, actor in told.items()
    ):
        raise TokenError(f"{file.name}: expected lines of SHA-256 and actor under [token]")
    return told


def _actor(request: Request, actors: Mapping[str, str]) -> str | None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        return None
    digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
    found = None
    for known, actor in actors.items():
        if hmac.compare_digest(known, digest):
            found = actor
    return found


async def _told(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise BadRequestError(f"a request has at most {_LARGEST_BODY:,} bytes")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequestError("the body is no JSON object") from None
    if not isinstance(told, dict) or not isinstance(told.get("sql"), str):
        raise BadRequestError("the body is a JSON object with the field sql")
    if set(told) - _FIELDS:
        raise BadRequestError(f"the fields are {', '.join(sorted(_FIELDS))}")
    if not all(isinstance(each, str) for each in told.values()):
        raise BadRequestError("all fields are texts")
    return told


def _respond(
    layout: Layout, actor: str, told: Mapping[str, str], request: Request, origin: Mapping[str, str]
) -> Response:
    try:
        release = _release(layout, told.get("release"))
        given = answer(
            layout,
            Asker(actor, told.get("purpose"), told.get("case")),
            told["sql"],
            release,
            then=_release(layout, told["then"]) if told.get("then") else None,
            role=told.get("role"),
            is_download=True,
            download_reason=told.get("download_reason") or "asked over HTTP",
            origin=origin,
        )
    except AccessRefusedError as error:
        return _error(403, str(error))
    except (NoAnswerError, ReleaseError) as error:
        return _error(422, str(error))
    except (AccessLogError, LedgerError, RootKeyError):
        return _error(503, "the access cannot be logged, so it is not answered")
    if ARROW in request.headers.get("accept", ""):
        return _arrow(given)
    rows: list[dict[str, Any]] = given.table.to_pylist()
    body = {
        "release": given.release_id, "grant": given.grant_id, "is_cut": given.is_cut,
        "note": given.note, "columns": given.table.column_names, "rows": rows,
    }  # fmt: skip
    return Response(
        json.dumps(body, default=str, ensure_ascii=False), 200, media_type="application/json"
    )


def _arrow(given: GatewayAnswer) -> Response:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, given.table.schema) as stream:
        stream.write_table(given.table)
    headers = {
        "x-release": given.release_id,
        "x-grant": given.grant_id,
        "x-is-cut": str(given.is_cut),
    }
    return Response(sink.getvalue().to_pybytes(), 200, headers, media_type=ARROW)


def _release(layout: Layout, release_id: str | None) -> Release:
    if release_id:
        return releases.open_release(layout, release_id)
    release = releases.current(layout)
    if release is None:
        raise ReleaseError("nothing has been released yet")
    return release


def _error(code: int, message: str) -> Response:
    return JSONResponse({"error": message}, code)
