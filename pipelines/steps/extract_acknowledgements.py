"""What ministries answer: taking acknowledgements from the inbox, and listing what is amiss.

Here: files of the inbox, their signatures, the standing of every extract. Never here: what an
acknowledgement may say (`hub.extracts.acknowledgements`). Next: `hub extract status` prints it.

A file that cannot be taken moves to `refused/` with a text beside it that says why; one that was taken
moves to `taken/`. Where a ministry's public key is known (`recipients/<ministry>.ed25519`), only what
it has signed is taken.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.extracts.acknowledgements import (
    PAYLOAD_TYPE,
    Acknowledgement,
    AcknowledgementError,
    Expected,
    problems,
    read_acknowledgement,
)
from hub.extracts.contracts import load_contracts
from pipelines.steps.extract_chain import withdrawn_sequences
from warehouse.durable import fsync_path, write_text
from warehouse.layout import Layout
from warehouse.ledger import Ledger, LedgerError
from warehouse.ledger.extracts import ExtractRecord
from warehouse.sealing import recipient_keys
from warehouse.signing import SignatureError, open_dsse, read_public_key

ACKNOWLEDGED = "acks"
LONGEST_FILE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of the files in the inbox."""

    taken: int
    repeated: int
    refused: int


def take_acknowledgement(layout: Layout, ledger: Ledger, ministry: str, path: Path) -> bool:
    """Enter one acknowledgement of a ministry; return whether it was new.

    Raises:
        AcknowledgementError: it is none, unsigned where it must be, or about another's extract.
        LedgerError: no such extract went out.
    """
    if path.stat().st_size > LONGEST_FILE_BYTES:
        raise AcknowledgementError("larger than an acknowledgement can be")
    content = path.read_bytes()
    key_file = layout.recipients / f"{ministry}.ed25519"
    is_signed = key_file.exists()
    payload = content
    if is_signed:
        try:
            keys = [read_public_key(line) for line in key_file.read_text("utf-8").split()]
            payload = open_dsse(content.decode("utf-8", "replace"), PAYLOAD_TYPE, keys)
        except SignatureError as error:
            raise AcknowledgementError(f"signature: {error}") from None
    told = read_acknowledgement(payload, is_signed=is_signed)
    owners = {record.contract_id: record.ministry for record in ledger.extracts(told.contract)}
    if owners.get(told.contract, ministry) != ministry:
        raise AcknowledgementError("contract: belongs to another ministry")
    return ledger.add_acknowledgement(told, hashlib.sha256(content).hexdigest())


def take_acknowledgements(layout: Layout, ledger: Ledger) -> Intake:
    """Take every file of `<inbox>/<ministry>/acks/`."""
    taken = repeated = refused = 0
    for path in sorted(layout.inbox.glob(f"*/{ACKNOWLEDGED}/*.json")):
        ministry = path.parent.parent.name
        try:
            is_new = take_acknowledgement(layout, ledger, ministry, path)
        except (AcknowledgementError, LedgerError) as error:
            refused += 1
            _move(path, "refused")
            write_text(path.parent / "refused" / f"{path.name}.why.txt", f"{error}\n")
            continue
        taken, repeated = taken + is_new, repeated + (not is_new)
        _move(path, "taken")
    return Intake(taken, repeated, refused)


def _move(path: Path, folder: str) -> None:
    target = path.parent / folder
    target.mkdir(exist_ok=True)
    path.replace(target / path.name)
    fsync_path(target)
    fsync_path(path.parent)


def extract_rows(ledger: Ledger, ministry: str | None = None) -> list[dict[str, object]]:
    """Return every extract with the last that its ministry said of it, oldest first."""
    records = [each for each in ledger.extracts() if ministry in (None, each.ministry)]
    told = _told(ledger)
    gone = {(each.contract_id, each.withdraws) for each in records if each.withdraws is not None}
    return [
        {
            "contract": record.contract_id,
            "sequence": record.sequence,
            "version": record.contract_version,
            "business_date": record.business_date,
            "release": record.release_id,
            "kind": record.kind,
            "rows": sum(entry["rows"] for entry in record.counts["tables"].values()),
            "is_sealed": record.is_sealed,
            "is_withdrawn": (record.contract_id, record.sequence) in gone,
            "acknowledged": _last(told.get((record.contract_id, record.sequence), [])),
            "manifest_sha256": record.manifest_sha256,
            "created_at": record.created_at,
        }
        for record in records
    ]


def standing_rows(layout: Layout, ledger: Ledger, now: dt.datetime) -> list[dict[str, object]]:
    """Return one row a contract: its last extract, its last load, and what is amiss."""
    told = _told(ledger)
    rows: list[dict[str, object]] = []
    for contract in load_contracts():
        chain = ledger.extracts(contract.id)
        amiss = [
            (record.sequence, kind, words)
            for record in chain
            for kind, words in _problems(record, chain, told, now)
        ]
        keys = [key for name in contract.recipients for key in recipient_keys(layout, name)]
        if not keys:
            words = "nothing leaves" if contract.sealing == "required" else "it leaves unsealed"
            amiss.append((0, "no key", f"no public key of the recipient: {words}"))
        head = chain[-1] if chain else None
        loads = [each for record in chain for each in told.get(_name(record), [])]
        loaded = [each.told_at for each in loads if each.state == "loaded"]
        rows.append(
            {
                "contract": contract.id,
                "version": contract.version,
                "sequence": head.sequence if head else None,
                "business_date": head.business_date if head else None,
                "kind": head.kind if head else None,
                "acknowledged": _last(told.get(_name(head), [])) if head else None,
                "days_since_load": (now - max(loaded)).days if loaded else None,
                "problems": [f"{f'{n} ' if n else ''}{kind}: {words}" for n, kind, words in amiss],
            }
        )
    return rows


def _problems(
    record: ExtractRecord,
    chain: Sequence[ExtractRecord],
    told: dict[tuple[str, int], list[Acknowledgement]],
    now: dt.datetime,
) -> list[tuple[str, str]]:
    after = {name: entry["after"] for name, entry in record.counts["tables"].items()}
    expected = Expected(
        manifest_sha256=record.manifest_sha256,
        acknowledge_by=record.acknowledge_by,
        rows={name: entry["rows"] for name, entry in after.items()},
        totals={
            f"{name}.{column}": won
            for name, entry in after.items()
            for column, won in entry["totals"].items()
        },
        is_withdrawn=record.sequence in withdrawn_sequences(chain) or record.withdraws is not None,
    )
    return problems(expected, told.get(_name(record), []), now)


def _name(record: ExtractRecord) -> tuple[str, int]:
    return record.contract_id, record.sequence


def _told(ledger: Ledger) -> dict[tuple[str, int], list[Acknowledgement]]:
    told: dict[tuple[str, int], list[Acknowledgement]] = {}
    for each in ledger.acknowledgements():
        told.setdefault((each.contract, each.sequence), []).append(each)
    return told


def _last(told: Sequence[Acknowledgement]) -> str | None:
    return max(told, key=lambda each: each.told_at).state.value if told else None
