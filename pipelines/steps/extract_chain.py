"""The chain of a contract's extracts: when a full one is due, healing after a crash, withdrawing.

Here: what follows from the packages before. Never here: rows (`pipelines.steps.extracts`). Next: the
ledger has a row a package; a package without one was cut short and is taken over as it is, because a
ministry may have fetched it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from hub.extracts.contracts import CONTRACT_FOLDER, Contract
from warehouse.durable import write_text
from warehouse.extract_packages import read_manifest
from warehouse.keys import KeyProvider
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.ledger.extracts import ExtractRecord
from warehouse.signing import RELEASE_SIGNING, public_keys, publish_public_keys, read_public_key
from warehouse.staging import sweep

FULL, WITHDRAWAL = "full", "withdrawal"
KIT = "kit"
VERIFIER = CONTRACT_FOLDER.parent / "kit" / "verify_extract.py"
PUBLIC_KEYS = "public-keys.txt"


def is_full_due(chain: Sequence[ExtractRecord], contract: Contract, night: dt.date) -> bool:
    """Whether the next extract must be full.

    It must where nothing went out, the last was withdrawn, contract or keys changed, or the last full
    one is as old as the contract says.
    """
    if not chain or chain[-1].kind == WITHDRAWAL:
        return True
    head = chain[-1]
    if (head.contract_version, head.key_epoch) != (contract.version, contract.key_epoch):
        return True
    last_full = max(record.business_date for record in chain if record.kind == FULL)
    return night >= last_full + dt.timedelta(contract.full_every_days)


def withdrawn_sequences(chain: Sequence[ExtractRecord]) -> set[int]:
    """Return the sequences that were taken back."""
    return {record.withdraws for record in chain if record.withdraws is not None}


def adopt_unfinished(
    layout: Layout, ledger: Ledger, contract: Contract, keys: KeyProvider
) -> ExtractRecord | None:
    """Enter a package that a crash left in the outbox without its row in the ledger.

    Raises:
        SignatureError: a package follows the chain, but this hub has not signed it.
    """
    outbox = layout.outbox / contract.ministry / contract.id
    if not outbox.exists():
        return None
    sweep(outbox)
    head = ledger.last_extract(contract.id)
    sequence = 1 if head is None else head.sequence + 1
    found = sorted(outbox.glob(f"[0-9]*-{sequence:06d}"))
    if not found:
        return None
    trusted = [read_public_key(text) for text in public_keys(keys, RELEASE_SIGNING)]
    manifest, digest = read_manifest(found[0], trusted)
    record = ExtractRecord(
        contract_id=contract.id,
        sequence=sequence,
        contract_version=manifest["contract_version"],
        ministry=manifest["ministry"],
        business_date=dt.date.fromisoformat(manifest["business_date"]),
        release_id=manifest["release"],
        snapshot=manifest["snapshot"],
        kind=manifest["kind"],
        key_epoch=manifest["key_epoch"],
        is_sealed=manifest["header"]["is_msg_encrypted"],
        manifest_sha256=digest,
        previous_manifest_sha256=manifest["previous_manifest_sha256"],
        created_at=dt.datetime.fromisoformat(manifest["created_at"]),
        acknowledge_by=dt.datetime.fromisoformat(manifest["acknowledge_by"]),
        withdraws=manifest.get("withdraws", {}).get("sequence"),
        counts={"tables": manifest["tables"]},
    )
    ledger.add_extract(record)
    return record


def write_kit(layout: Layout, keys: KeyProvider) -> Path:
    """Put into the outbox what a ministry needs to check extracts: a script and public keys."""
    publish_public_keys(layout, keys, RELEASE_SIGNING)
    folder = layout.outbox / KIT
    texts = {
        VERIFIER.name: VERIFIER.read_text("utf-8"),
        PUBLIC_KEYS: "".join(f"{text}\n" for text in public_keys(keys, RELEASE_SIGNING)),
    }
    for name, text in texts.items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            write_text(path, text)
    return folder
