"""Signed statements about releases: that one was made current again, or removed.

Here: writing and checking them. Never here: doing what they say (`releases`, `release_upkeep`).
Next: the nightly scrub checks the chain; auditors read it without the ledger.

A statement is a DSSE envelope in a file of its own, `000001-rollback.dsse.json`. Each holds the
SHA-256 of the one before, so none can be taken away but the newest, which the ledger knows.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from warehouse import durable
from warehouse.keys import key_provider
from warehouse.layout import Layout
from warehouse.signing import (
    RELEASE_SIGNING,
    SignatureError,
    open_dsse,
    publish_public_keys,
    sign_dsse,
    signing_key,
    trusted_keys,
)

STATEMENT_TYPE = "application/vnd.welfare-hub.release-statement.v1+json"


class StatementKind(StrEnum):
    """What is stated."""

    ROLLBACK = "rollback"
    REMOVAL = "removal"
    SIGNING = "signing"
    """A release that an older hub had left unsigned was signed."""
    ERASURE = "erasure"
    """Bytes, rows or months of the access log were removed because their term is over."""


def write_statement(
    layout: Layout,
    kind: StatementKind,
    releases: Sequence[str],
    *,
    actor: str,
    reason: str,
    instead_of: Sequence[str] = (),
) -> Path:
    """Sign and write a statement durably; return its file.

    Args:
        layout: the hub.
        kind: what is done.
        releases: the releases, or what else, that it is done to.
        actor: who does it.
        reason: why.
        instead_of: releases that are no longer current.
    """
    keys = key_provider(layout)
    publish_public_keys(layout, keys, RELEASE_SIGNING)
    before = _files(layout)
    number = int(before[-1].name[:6]) + 1 if before else 1
    statement = {
        "kind": kind.value,
        "releases": list(releases),
        "instead_of": list(instead_of),
        "actor": actor,
        "reason": reason,
        "stated_at": dt.datetime.now(dt.UTC).isoformat(),
        "number": number,
        "previous_sha256": durable.sha256_of(before[-1]) if before else None,
    }
    payload = json.dumps(statement, sort_keys=True, ensure_ascii=False).encode()
    target = layout.statements / f"{number:06d}-{kind.value}.dsse.json"
    durable.write_text(target, sign_dsse(payload, STATEMENT_TYPE, signing_key(keys)))
    return target


def read_statements(layout: Layout) -> list[dict[str, object]]:
    """Return all statements, oldest first.

    Raises:
        SignatureError: one was altered, or one is missing between two others.
    """
    files = _files(layout)
    trusted = trusted_keys(layout) if files else ()
    found: list[dict[str, object]] = []
    previous = None
    for number, file in enumerate(files, start=1):
        try:
            payload = open_dsse(file.read_text("utf-8"), STATEMENT_TYPE, trusted, exact=True)
        except (SignatureError, UnicodeDecodeError) as error:
            message = f"statements/{file.name}: {error}"
            raise SignatureError(message) from None
        statement = json.loads(payload)
        if (statement["number"], statement["previous_sha256"]) != (number, previous):
            message = f"statements/{file.name}: a statement before it is missing or another"
            raise SignatureError(message)
        previous = durable.sha256_of(file)
        found.append(statement)
    return found


def _files(layout: Layout) -> list[Path]:
    return sorted(layout.statements.glob("[0-9]*.dsse.json"))
