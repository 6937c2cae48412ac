"""Releases: a night's tables and marts, published whole or not at all.

Here: publishing, the pointer CURRENT, healing, rolling back. Never here: the files of one
release (`warehouse.release_files`), what a table says, or reading it (`warehouse.mart`). Next:
auditors and extracts read the release that CURRENT names.

A release is written beside, flushed, read again and compared with its manifest, then renamed. The
ledger's row commits it; CURRENT follows the ledger, and `heal` makes it do so after a crash. So a
reader sees the old release or the new one, whatever happened in between.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from warehouse import durable
from warehouse.access_log import AccessEntry, AccessLog
from warehouse.faults import fault_point
from warehouse.keys import key_provider
from warehouse.layout import Layout
from warehouse.ledger import DeliveryRecord, Ledger, Minted, ReleaseRecord, ReleaseState
from warehouse.manifest import (
    BaseRelease,
    Manifest,
    ReleaseInput,
    SourceGap,
    code_version,
    content_digest,
)
from warehouse.night_memory import keep_memory
from warehouse.release_checks import MANIFEST, Digest, release_problems, remembered_digests
from warehouse.release_files import (
    MARTS,
    TABLES,
    Release,
    ReleaseError,
    describe_files,
    list_releases,
    open_release,
    read_release,
    read_through,
    release_ids,
    verify,
    write_manifest,
    write_tables,
)
from warehouse.release_pointer import Pointer, point_to, points_to, read_pointer
from warehouse.signing import RELEASE_SIGNING, publish_public_keys, signing_key
from warehouse.staging import FINISHED, staging_name, sweep
from warehouse.statements import StatementKind, write_statement

__all__ = [
    "UNDIGESTED",
    "WITHHELD",
    "MartBuilder",
    "Release",
    "ReleaseError",
    "current",
    "current_id",
    "heal",
    "list_releases",
    "open_release",
    "publish",
    "read_release",
    "rollback",
    "verify",
]

WITHHELD = frozenset({"signature", "review_candidate"})
"""Tables of the identity zone: names, addresses and phones never leave the night's work folder."""
UNDIGESTED = frozenset({"person_event", "household_event", "dropped_block"})
"""Tables that tell the step from the release before; a night run again has no such step to tell."""
MartBuilder = Callable[[Path], None]
"""Builds the marts of a release, given its (still unpublished) folder."""


def publish(
    layout: Layout,
    ledger: Ledger,
    night: dt.date,
    tables_folder: Path,
    *,
    inputs: Iterable[DeliveryRecord],
    versions: Mapping[str, str],
    build_marts: MartBuilder,
    minted: Minted | None = None,
    withheld: Collection[str] = WITHHELD,
    undigested: Collection[str] = UNDIGESTED,
    completeness: Iterable[SourceGap] | None = None,
    known_at: dt.datetime | None = None,
    memory: Path | None = None,
    actor: str = "night",
    still_alone: Callable[[], None] = lambda: None,
) -> Release:
    """Publish the tables in `tables_folder`; where they say what CURRENT says, return that.

    Args:
        layout: where releases lie.
        ledger: told of the release, and of the IDs that it shows first, in one transaction.
        night: the night's date.
        tables_folder: the night's Parquet files, one a table.
        inputs: the effective deliveries that the tables were made from.
        versions: versions or digests of catalogue, rules, parameters, link model.
        build_marts: see `warehouse.mart.auditor_mart`.
        minted: new person and household IDs, and events.
        withheld: tables that are not released.
        undigested: released tables that the digest leaves out.
        completeness: sources that are late or missing; None: nobody looked.
        known_at: when the inputs were read; now if left out.
        memory: folder of what the ledger said while the tables were made (`night_memory`); it is
            kept in the vault, and without it the release cannot be rebuilt.
        actor: who publishes.
        still_alone: raises where another host may be at work, too; asked last of all.

    Raises:
        ReleaseError: no tables, or what was written is not what was meant.
        RootKeyError: the key to sign with cannot be used.
        OSError: a full disk, for example; nothing was published.
        AccessLogError: it cannot be logged; nothing was published.
    """
    layout.releases.mkdir(parents=True, exist_ok=True)
    heal(layout, ledger)
    sources = [path for path in sorted(tables_folder.glob(FINISHED)) if path.stem not in withheld]
    if not sources:
        message = f"no tables to publish in {tables_folder.name}; run the night's steps first"
        raise ReleaseError(message)
    entries = tuple(ReleaseInput(record.delivery_id, record.sha256) for record in inputs)
    # What was carried over, byte for byte and as the same file, was read for the release before.
    read_before = remembered_digests(layout, current_id(layout) or "")
    hashes = {path.stem: read_before(str(path), path.stat()) for path in sources}
    digested = {name: sha256 for name, sha256 in hashes.items() if name not in undigested}
    digest = content_digest(digested, entries)
    existing = _same_content(layout, ledger, digest)
    if existing is not None:
        _commit(layout, ledger, existing, minted, actor)
        return existing
    keys = key_provider(layout)
    publish_public_keys(layout, keys, RELEASE_SIGNING)
    release_id = _next_id(layout, ledger)
    target = layout.releases / release_id
    staging = layout.releases / staging_name(release_id)
    digests = remembered_digests(layout, release_id)
    digests.forget()
    try:
        write_tables(staging, sources)
        fault_point("publish.after_tables")
        build_marts(staging)
        for mart in sorted((staging / MARTS).glob("*.duckdb")):
            read_through(mart)
        fault_point("publish.after_marts")
        memory_sha256 = None if memory is None else keep_memory(memory, layout.memory(release_id))
        fault_point("publish.after_memory")
        installed, code_sha256 = code_version()
        manifest = Manifest(
            release_id=release_id,
            night=night,
            published_at=dt.datetime.now(dt.UTC),
            digest=digest,
            code_version=installed,
            code_sha256=code_sha256,
            versions=dict(sorted(versions.items())),
            inputs=tuple(sorted(entries, key=lambda entry: entry.delivery_id)),
            files=describe_files(staging, {f"{TABLES}/{n}.parquet": s for n, s in hashes.items()}),
            as_of=night,
            known_at=known_at or dt.datetime.now(dt.UTC),
            completeness=None if completeness is None else tuple(completeness),
            base=_base(layout),
            memory_sha256=memory_sha256,
        )
        write_manifest(staging, manifest, signing_key(keys))
        fault_point("publish.after_signature")
        durable.fsync_tree(staging)
        _check_written(layout, staging, manifest, digests)
        fault_point("publish.before_rename")
        still_alone()
        staging.rename(target)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    durable.fsync_path(layout.releases)
    digests.keep()
    fault_point("publish.after_rename")
    release = Release(target, manifest)
    _commit(layout, ledger, release, minted, actor)
    return release


def heal(layout: Layout, ledger: Ledger) -> None:
    """Undo what a crash left: sweep unfinished folders, let CURRENT follow the ledger."""
    sweep(layout.releases)
    sweep(layout.vault / "memory")
    for record in ledger.releases():
        if record.state is ReleaseState.REMOVED and (layout.releases / record.release_id).exists():
            remove_files(layout, record.release_id)
    committed = [
        record.release_id
        for record in ledger.releases()
        if record.state is ReleaseState.PUBLISHED
        and (layout.releases / record.release_id / MANIFEST).exists()
    ]
    if committed and not points_to(layout, committed[-1]):
        point_to(layout, committed[-1])


def current(layout: Layout, *, unsigned: bool = False) -> Release | None:
    """Return the release that CURRENT names, or None before the first.

    Raises:
        ReleaseError: CURRENT names nothing that can be opened.
    """
    pointer = _pointer(layout)
    if pointer is None:
        return None
    release = open_release(layout, pointer.release_id, unsigned=unsigned)
    if not pointer.fits(layout):
        message = (
            f"CURRENT is damaged: it means another manifest than that of {pointer.release_id}; "
        )
        raise ReleaseError(message + "`hub release rollback` names a release again")
    return release


def current_id(layout: Layout) -> str | None:
    """Return what CURRENT names, whether or not it can be opened; None before the first."""
    pointer = _pointer(layout)
    return None if pointer is None else pointer.release_id


def _pointer(layout: Layout) -> Pointer | None:
    try:
        return read_pointer(layout)
    except UnicodeDecodeError:
        message = "CURRENT names no release; `hub release rollback` names one again"
        raise ReleaseError(message) from None


def rollback(
    layout: Layout, ledger: Ledger, release_id: str, *, actor: str, reason: str
) -> Release:
    """Make an older release current again; the newer ones stay on disk and in the ledger.

    Raises:
        ReleaseError: no such release, it is damaged, it is current already, or no reason.
    """
    if not reason.strip():
        message = "a rollback needs a reason; auditors will read it"
        raise ReleaseError(message)
    release = open_release(layout, release_id)
    known = {record.release_id: record for record in ledger.releases()}
    if release_id not in known:
        message = f"{release_id} is not in the ledger: its publishing never finished"
        raise ReleaseError(message)
    if points_to(layout, release_id):
        message = f"{release_id} is current already"
        raise ReleaseError(message)
    problems = verify(release, known[release_id].manifest_sha256)
    if problems:
        message = f"{release_id} is damaged: {'; '.join(problems)}"
        raise ReleaseError(message)
    newer = [
        record.release_id
        for record in known.values()
        if record.release_id > release_id and record.state is ReleaseState.PUBLISHED
    ]
    write_statement(
        layout, StatementKind.ROLLBACK, [release_id], instead_of=newer, actor=actor, reason=reason
    )
    fault_point("rollback.after_statement")
    ledger.record_rollback(newer, release_id, actor=actor, reason=reason)
    fault_point("rollback.after_ledger")
    point_to(layout, release_id)
    return release


def remove_files(layout: Layout, release_id: str) -> None:
    """Delete a release that the ledger calls removed, and what is kept beside it."""
    folder = layout.releases / release_id
    doomed = layout.releases / staging_name(release_id)
    folder.rename(doomed)
    durable.fsync_path(layout.releases)
    fault_point("remove.after_rename")
    shutil.rmtree(layout.memory(release_id), ignore_errors=True)
    (layout.verified / f"{release_id}.json").unlink(missing_ok=True)
    shutil.rmtree(doomed)


def _base(layout: Layout) -> BaseRelease | None:
    release_id = current_id(layout)
    if release_id is None:
        return None
    return BaseRelease(release_id, durable.sha256_of(layout.releases / release_id / MANIFEST))


def _commit(
    layout: Layout, ledger: Ledger, release: Release, minted: Minted | None, actor: str
) -> None:
    """Enter the release in the ledger, which makes it published, and let CURRENT name it."""
    record = ReleaseRecord(
        release_id=release.release_id,
        night=release.night,
        state=ReleaseState.PUBLISHED,
        manifest_sha256=durable.sha256_of(release.folder / MANIFEST),
        digest=release.digest,
        published_at=release.manifest.published_at,
    )
    if release.release_id not in {known.release_id for known in ledger.releases()}:
        # The line is on the disk before the release counts.
        entry = AccessEntry(
            actor=actor, action="publish", object="release", release=release.release_id,
            purpose="operation", tables=sorted(release.tables),
        )  # fmt: skip
        AccessLog(layout).append(entry)
    ledger.record_release(record, actor=actor, reason="published by the night", minted=minted)
    fault_point("publish.after_ledger")
    if not points_to(layout, release.release_id):
        point_to(layout, release.release_id)


def _same_content(layout: Layout, ledger: Ledger, digest: str) -> Release | None:
    """Return the undamaged release with this digest that is current or that a crash cut short.

    A release that was rolled back does not count: somebody had a reason.
    """
    known = {record.release_id for record in ledger.releases()}
    names = [name for name in release_ids(layout) if name not in known]
    for name in [current_id(layout), *names[-1:]]:
        try:
            release = open_release(layout, name) if name else None
        except ReleaseError:
            continue
        if release is not None and release.digest == digest and not verify(release):
            return release
    return None


def _next_id(layout: Layout, ledger: Ledger) -> str:
    names = release_ids(layout) + [record.release_id for record in ledger.releases()]
    return f"r{max((int(name[1:]) for name in names), default=0) + 1:06d}"


def _check_written(layout: Layout, staging: Path, manifest: Manifest, digest: Digest) -> None:
    """Read the release again before anybody else can.

    Raises:
        ReleaseError: a file is not what the manifest says (of a table: what was digested at the
            start), or the signature does not hold.
    """
    problems = release_problems(layout, staging, manifest, digest)
    if problems:
        message = f"{manifest.release_id} is not what was written: {'; '.join(problems)}"
        raise ReleaseError(message)
