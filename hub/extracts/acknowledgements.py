"""What ministries say about extracts, and what is amiss with one.

Here: reading an acknowledgement, judging an extract by those it got. Never here: folders or the
ledger. Next: `pipelines.steps.extract_acknowledgements` takes the inbox; `hub extract status` lists
what is amiss.

An acknowledgement is a JSON object: `contract`, `sequence`, `manifest_sha256`, `state`, `told_at`;
for `loaded` also `rows` (table → rows) and `totals` (table.column → won) of the tables *after*
loading; for `rejected` a `reason` and, where rows are meant, their number in `rejected_rows`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

PAYLOAD_TYPE = "application/vnd.ssis-hub.acknowledgement.v1+json"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_REASON = 500


class AcknowledgementError(ValueError):
    """An acknowledgement cannot be taken; the message says which field is wrong."""


class AcknowledgedState(StrEnum):
    """How far a ministry has come with an extract."""

    RECEIVED = "received"
    VERIFIED = "verified"
    LOADED = "loaded"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One message of a ministry about one extract."""

    contract: str
    sequence: int
    manifest_sha256: str
    state: AcknowledgedState
    told_at: dt.datetime
    rows: Mapping[str, int]
    totals: Mapping[str, int]
    reason: str = ""
    rejected_rows: int = 0
    is_signed: bool = False


def read_acknowledgement(text: bytes | str, *, is_signed: bool = False) -> Acknowledgement:
    """Read the JSON of an acknowledgement.

    Raises:
        AcknowledgementError: it is none, or a field is missing or wrong.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise AcknowledgementError("no JSON") from None
    if not isinstance(content, dict):
        raise AcknowledgementError("expected a JSON object")
    try:
        state = AcknowledgedState(str(content.get("state")))
    except ValueError:
        raise AcknowledgementError(f"state: expected {', '.join(AcknowledgedState)}") from None
    told_at = _moment(content.get("told_at"))
    sequence, digest = content.get("sequence"), content.get("manifest_sha256")
    if type(sequence) is not int or sequence < 1:
        raise AcknowledgementError("sequence: expected a number from 1")
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise AcknowledgementError("manifest_sha256: expected 64 hexadecimal digits")
    if not isinstance(content.get("contract"), str):
        raise AcknowledgementError("contract: expected text")
    if state is AcknowledgedState.LOADED and not content.get("rows"):
        raise AcknowledgementError("rows: an extract that was loaded has rows a table")
    reason, refused = content.get("reason", ""), content.get("rejected_rows", 0)
    if not isinstance(reason, str) or len(reason) > _LONGEST_REASON:
        raise AcknowledgementError(f"reason: expected text of at most {_LONGEST_REASON} characters")
    if state is AcknowledgedState.REJECTED and not reason.strip():
        raise AcknowledgementError("reason: an extract that is rejected has one")
    if type(refused) is not int or refused < 0:
        raise AcknowledgementError("rejected_rows: expected a number")
    return Acknowledgement(
        contract=content["contract"],
        sequence=sequence,
        manifest_sha256=digest,
        state=state,
        told_at=told_at,
        rows=_numbers(content, "rows"),
        totals=_numbers(content, "totals"),
        reason=reason,
        rejected_rows=refused,
        is_signed=is_signed,
    )


def _moment(value: object) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise AcknowledgementError("told_at: expected a moment with its zone, ISO 8601")
    return moment


def _numbers(content: Mapping[str, Any], field: str) -> dict[str, int]:
    found = content.get(field) or {}
    if not isinstance(found, dict) or not all(type(value) is int for value in found.values()):
        raise AcknowledgementError(f"{field}: expected names and whole numbers")
    return dict(found)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the hub knows of an extract that went out."""

    manifest_sha256: str
    acknowledge_by: dt.datetime
    rows: Mapping[str, int]
    """Rows of each table after loading."""
    totals: Mapping[str, int]
    """Won of each `table.column` after loading."""
    is_withdrawn: bool = False


def problems(
    expected: Expected, told: Sequence[Acknowledgement], now: dt.datetime
) -> list[tuple[str, str]]:
    """Return what is amiss with an extract: (kind, words), kind `late`, `incident` or `rejected`."""
    if expected.is_withdrawn:
        return []
    found = []
    if any(each.manifest_sha256 != expected.manifest_sha256 for each in told):
        found.append(("incident", "acknowledged under another manifest: a fork or another's file"))
    own = [each for each in told if each.manifest_sha256 == expected.manifest_sha256]
    final = [each for each in own if each.state in {"loaded", "rejected"}]
    if not final and now > expected.acknowledge_by:
        last = max(own, key=lambda each: each.told_at).state.value if own else "nothing"
        found.append(("late", f"not loaded in the agreed time; last heard: {last}"))
    for each in sorted(final, key=lambda each: each.told_at)[-1:]:
        if each.state is AcknowledgedState.REJECTED:
            rows = f" ({each.rejected_rows} rows)" if each.rejected_rows else ""
            found.append(("rejected", f"{each.reason}{rows}"))
            continue
        differing = [
            f"rows of {name}" for name, rows in expected.rows.items() if each.rows.get(name) != rows
        ] + [
            f"won of {name}"
            for name, won in expected.totals.items()
            if each.totals.get(name) != won
        ]
        if differing:
            found.append(("incident", f"loaded, but with other {', '.join(differing)}"))
    return found
