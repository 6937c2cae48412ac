"""Signed heads of the access log: up to here, it said exactly this.

Here: signing a head, keeping it, copying it to folders outside the hub, reading it back. Never here:
lines (`log`) or comparing a whole log with its heads (`replay`). Next: `AccessLog` signs one every
hour, with every closed month, and for every release; ministries carry copies away.

Whoever can write the log could write another one; but not one that fits a head which somebody
outside keeps. So copies matter more than the folder here: set HUB_ACCESS_HEAD_COPIES to two at least.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from warehouse import durable
from warehouse.access_log.errors import AccessLogError
from warehouse.access_log.replay import HEAD_TYPE
from warehouse.keys import RootKeyError, key_provider
from warehouse.layout import Layout
from warehouse.signing import (
    LOG_SIGNING,
    SignatureError,
    open_dsse,
    publish_public_keys,
    sign_dsse,
    signing_key,
    trusted_keys,
)

COPIES_LATE_AFTER = dt.timedelta(hours=24)
"""A folder outside that got no head for so long: nothing is answered any more."""


@dataclass(frozen=True, slots=True)
class AccessHead:
    """The log ends, or ended, with line `number`, whose bytes have this hash."""

    number: int
    sha256: str
    at: str
    """Time of the line, as it stands in it."""
    file: str
    """Name of the month's file; empty before the first line."""
    size_bytes: int
    """Size of the file with this line."""

    @property
    def moment(self) -> dt.datetime:
        """The time of the line."""
        return dt.datetime.fromisoformat(self.at)


class Signer(Protocol):
    """Whatever signs heads and opens what it signed."""

    def sign(self, payload: bytes) -> str:
        """Return `payload` with a signature, as text."""

    def open(self, text: str) -> bytes:
        """Return the payload of a text whose signature holds.

        Raises:
            AccessLogError: it does not.
        """


class LogSigner:
    """Signs with the hub's `log-signing` key (Ed25519, DSSE); opening needs the public keys only."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def sign(self, payload: bytes) -> str:
        """Return the envelope of `payload`; the public key is laid beside, for those who check."""
        try:
            provider = key_provider(self._layout)
            publish_public_keys(self._layout, provider, LOG_SIGNING)
            return sign_dsse(payload, HEAD_TYPE, signing_key(provider, LOG_SIGNING))
        except (RootKeyError, OSError) as error:
            message = f"the head of the access log cannot be signed: {error}"
            raise AccessLogError(message) from None

    def open(self, text: str) -> bytes:
        """Return the payload of an envelope that one of the trusted keys signed."""
        try:
            return open_dsse(text, HEAD_TYPE, trusted_keys(self._layout, LOG_SIGNING))
        except SignatureError as error:
            message = f"a head of the access log: {error}"
            raise AccessLogError(message) from None


class Heads:
    """The heads of one log, here and in the folders outside."""

    def __init__(self, layout: Layout, signer: Signer | None = None) -> None:
        self.folder = layout.access / "heads"
        self.copies = layout.access_head_copies
        self._signer = signer or LogSigner(layout)

    def sign(self, head: AccessHead) -> None:
        """Sign and keep a head, and copy it to every folder outside.

        A folder outside that cannot be reached is not fatal at once: `late_copies` says so.

        Raises:
            AccessLogError: it cannot be signed or kept here.
        """
        payload = json.dumps(_payload(head), sort_keys=True, separators=(",", ":")).encode()
        text = self._signer.sign(payload)
        name = f"head-{head.number:012d}.json"
        try:
            durable.write_text(self.folder / name, text)
        except OSError as error:
            message = f"the head of the access log cannot be kept: {error.strerror}"
            raise AccessLogError(message) from None
        for folder in self.copies:
            with contextlib.suppress(OSError):
                durable.write_text(folder / name, text)

    def newest(self) -> AccessHead | None:
        """Return the newest head that lies here; None where there is none.

        Raises:
            AccessLogError: its signature does not hold.
        """
        names = sorted(self.folder.glob("head-*.json"))
        return self.read(names[-1]) if names else None

    def read(self, path: Path) -> AccessHead:
        """Read one head and check its signature.

        Raises:
            AccessLogError: the signature does not hold, or the file is no head.
        """
        try:
            content = json.loads(self._signer.open(path.read_text("utf-8")))
            return AccessHead(**content)
        except (OSError, ValueError, TypeError) as error:
            message = f"{path.name} is no head of the access log ({type(error).__name__})"
            raise AccessLogError(message) from None
        except AccessLogError as error:
            message = f"{path.name}: {error}"
            raise AccessLogError(message) from None

    def everywhere(self) -> Iterator[tuple[Path, Path]]:
        """Yield (folder, file) of every head here and outside, oldest first in each folder."""
        for folder in (self.folder, *self.copies):
            for path in sorted(folder.glob("head-*.json")):
                yield folder, path

    def late_copies(self, newest: AccessHead) -> list[Path]:
        """Return the folders outside whose newest head is more than a day older than `newest`."""
        late = []
        for folder in self.copies:
            names = sorted(folder.glob("head-*.json")) if folder.is_dir() else []
            try:
                last = self.read(names[-1]).moment if names else None
            except AccessLogError:
                last = None
            first = self._first_moment() if last is None else last
            if newest.moment - first > COPIES_LATE_AFTER:
                late.append(folder)
        return late

    def _first_moment(self) -> dt.datetime:
        # The very first head is of an empty log, which has no time yet.
        heads = map(self.read, sorted(self.folder.glob("head-*.json")))
        return next(head.moment for head in heads if head.number)


def _payload(head: AccessHead) -> dict[str, object]:
    return {
        "number": head.number,
        "sha256": head.sha256,
        "at": head.at,
        "file": head.file,
        "size_bytes": head.size_bytes,
    }
