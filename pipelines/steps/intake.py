"""Intake: what lies in landing is archived by content and entered in the ledger.

Never here: reading a delivery's rows (`pipelines.steps.landing`). A file that is not a delivery
is archived and counted as refused, so that nothing that arrived is lost or stops the night.
"""

from __future__ import annotations

import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hub.delivery import DeliveryName, DeliveryStopped
from pipelines.steps.context import NightContext
from warehouse import archive
from warehouse.ledger import DropOutcome
from warehouse.staging import sweep

COPIES_AT_ONCE = 4
UNFINISHED = (".part", ".tmp")


def waiting_files(landing: Path) -> list[Path]:
    """Return the finished files in the landing folders, in a fixed order."""
    return sorted(
        file
        for file in landing.glob("*/*")
        if file.is_file() and not file.name.startswith(".") and file.suffix not in UNFINISHED
    )


def drop(night_folder: Path, landing: Path) -> int:
    """Copy the files of a simulated night into landing, as the institutions would; return how many."""
    files = [file for file in sorted(night_folder.glob("*/*")) if file.is_file()]
    for file in files:
        target = landing / file.parent.name / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(target.name + ".part")
        shutil.copyfile(file, unfinished)
        unfinished.replace(target)
    return len(files)


def take_deliveries(context: NightContext) -> dict[str, int]:
    """Archive and register everything that waits in landing; return counts by outcome."""
    for folder in (context.layout.vault, context.layout.archive):
        sweep(folder)
    outcomes: Counter[str] = Counter()
    files = waiting_files(context.layout.landing)
    # Copies wait for the disk, so several go side by side; the ledger is told in a fixed order.
    with ThreadPoolExecutor(COPIES_AT_ONCE) as disk:
        archived = disk.map(lambda file: archive.store(context.layout, file), files)
        for file, stored in zip(files, archived, strict=True):
            outcomes[_enter(context, file, stored).value] += 1
            context.announce("intake", file.name)
    return dict(sorted(outcomes.items()))


def _known_name(context: NightContext, file_name: str) -> DeliveryName:
    name = DeliveryName.parse(file_name)
    if name.document not in context.catalogue.documents:
        raise DeliveryStopped(
            "document_type_unknown", file_name, f"the catalogue has no type {name.document}"
        )
    return name


def _enter(context: NightContext, file: Path, stored: archive.Stored) -> DropOutcome:
    try:
        name = _known_name(context, file.name)
    except DeliveryStopped as refused:
        outcome = context.ledger.refuse(
            file.name,
            stored.sha256,
            stored.size_bytes,
            refused,
            night=context.night,
            institution=file.parent.name,
        )
    else:
        outcome = context.ledger.receive(
            name,
            context.catalogue.documents[name.document].institution,
            stored.sha256,
            stored.size_bytes,
            night=context.night,
        )
    archive.clear(file, stored.path)
    return outcome
