"""Packages: what a ministry finds in the outbox, whole or not at all.

Here: data files in the contract's formats, sealing, SHA256SUMS, the signed manifest. Never here: what
is in the rows (`pipelines.steps.extracts`) or the chain (`warehouse.ledger`). Next: the ministry
fetches `<outbox>/<ministry>/<contract>/<date>-<sequence>/` and checks it with `verify_extract.py`.

Plain files are written below `<home>/extracts`, never in the outbox: what is sealed was never there
unsealed.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hub.extracts.fixed_width import encode_cp949, fixed_width_lines, layout_csv
from hub.extracts.offered import OFFERED
from warehouse.durable import published_folder, sha256_of
from warehouse.faults import fault_point
from warehouse.sealing import SEALED_ENDING, seal_file
from warehouse.signing import open_dsse, sign_dsse

PAYLOAD_TYPE = "application/vnd.ssis-hub.extract.v1+json"
MANIFEST = "manifest.dsse.json"
SUMS = "SHA256SUMS"
CONTRACT = "contract.odcs.yaml"


class PackageError(Exception):
    """A package cannot be written or read; the message says why."""


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file of a package before it is sealed."""

    path: Path
    rows: int | None
    """Rows of data; None for other files."""


def write_tables(
    folder: Path, frames: Mapping[str, pl.DataFrame], formats: Sequence[str]
) -> list[PackageFile]:
    """Write tables to `folder` in each of the contract's formats; see `docs/extracts.md`."""
    files = []
    for table, frame in frames.items():
        widths = {name: column.width for name, column in OFFERED[table].items()}
        for form in formats:
            if form == "parquet":
                path = folder / f"{table}-00001.parquet"
                frame.write_parquet(path, compression="zstd", compression_level=1, statistics=False)
            elif form == "csv":
                path = folder / f"{table}-00001.csv"
                frame.write_csv(path, line_terminator="\r\n")
            elif form == "csv-cp949":
                path = folder / f"{table}-00001.cp949.csv"
                path.write_bytes(encode_cp949(frame.write_csv(line_terminator="\r\n"), frame))
            else:
                path = folder / f"{table}-00001.cp949.txt"
                path.write_bytes(fixed_width_lines(frame, widths))
                described = folder / f"{table}.layout.csv"
                described.write_text(layout_csv(frame, widths), "utf-8")
                files.append(PackageFile(described, None))
            files.append(PackageFile(path, frame.height))
    return files


@contextmanager
def plain_folder(work: Path) -> Iterator[Path]:
    """Yield an empty folder for files that are not sealed yet; nothing of it stays."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700, parents=True)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def write_package(
    folder: Path,
    files: Sequence[PackageFile],
    contract: str,
    content: Mapping[str, Any],
    signer: Ed25519PrivateKey,
    recipients: Sequence[str],
) -> str:
    """Write a package to `folder`, which appears whole or not at all.

    Args:
        folder: new; its last two names are the contract and `<date>-<sequence>`.
        files: data files; they are sealed where there are `recipients`, and moved otherwise.
        contract: text of the contract; empty for a withdrawal.
        content: the manifest but for its `files`.
        signer: see `warehouse.signing`.
        recipients: public keys of age.

    Returns:
        SHA-256 of the manifest's file: what the next manifest names as the one before.

    Raises:
        PackageError: the folder is there already.
        OSError: a full disk, for example; nothing appeared.
    """
    if folder.exists():
        raise PackageError(f"{folder.parent.name}/{folder.name} is in the outbox already")
    folder.parent.mkdir(parents=True, exist_ok=True)
    described = []
    with published_folder(folder) as staging:
        for file in files:
            plain = sha256_of(file.path)
            is_sealed = bool(recipients) and file.rows is not None
            target = staging / (file.path.name + (SEALED_ENDING if is_sealed else ""))
            if is_sealed:
                seal_file(file.path, target, recipients)
            else:
                shutil.move(file.path, target)
            described.append(_described(target, file.rows, plain if is_sealed else None))
        if contract:
            (staging / CONTRACT).write_text(contract, "utf-8")
            described.append(_described(staging / CONTRACT, None, None))
        described.sort(key=lambda entry: str(entry["name"]))
        manifest = {**content, "files": described}
        payload = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        envelope = sign_dsse(payload.encode(), PAYLOAD_TYPE, signer).encode()
        (staging / MANIFEST).write_bytes(envelope)
        (staging / SUMS).write_text(sums_text(described, envelope), "utf-8")
        fault_point("extract.before_rename")
    fault_point("extract.after_rename")
    return hashlib.sha256(envelope).hexdigest()


def _described(path: Path, rows: int | None, plain: str | None) -> dict[str, object]:
    entry: dict[str, object] = {
        "name": path.name,
        "bytes": path.stat().st_size,
        "sha256": sha256_of(path),
        "rows": rows,
    }
    return entry if plain is None else {**entry, "opened_sha256": plain}


def sums_text(files: Sequence[Mapping[str, Any]], envelope: bytes) -> str:
    """Return SHA256SUMS, as `sha256sum --check` reads it."""
    sums = {entry["name"]: entry["sha256"] for entry in files}
    sums[MANIFEST] = hashlib.sha256(envelope).hexdigest()
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def read_manifest(folder: Path, keys: Sequence[Ed25519PublicKey]) -> tuple[dict[str, Any], str]:
    """Return the manifest of a package and the SHA-256 of its file.

    Raises:
        PackageError: there is none.
        SignatureError: nobody whom we trust has signed it.
    """
    try:
        envelope = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        raise PackageError(f"{folder.name}: no {MANIFEST}") from None
    payload = open_dsse(envelope.decode("utf-8", "replace"), PAYLOAD_TYPE, keys, exact=True)
    return json.loads(payload), hashlib.sha256(envelope).hexdigest()
