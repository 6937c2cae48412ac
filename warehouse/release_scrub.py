"""The scrub: every byte of every release read again; and signing what older hubs left unsigned.

Here: comparing releases with signatures, ledger, keys. Never here: publishing and rolling back
(`warehouse.releases`) or removing (`warehouse.release_retention`). Next: `hub release scrub`, and the
nightly scrub in Dagster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from warehouse import durable
from warehouse.keys import has_root_key, key_provider
from warehouse.layout import Layout
from warehouse.ledger import Ledger, ReleaseState
from warehouse.night_memory import NightMemory
from warehouse.release_checks import (
    MANIFEST,
    MANIFEST_ENVELOPE,
    PAYLOAD_TYPE,
    file_problems,
    is_signed,
    release_problems,
    remembered_digests,
)
from warehouse.release_files import Release, ReleaseError, read_release, release_ids
from warehouse.release_pointer import read_pointer
from warehouse.signing import (
    RELEASE_SIGNING,
    SignatureError,
    public_keys,
    publish_public_keys,
    sign_dsse,
    signing_key,
    trusted_keys,
)
from warehouse.signing import public_key_text as text_of
from warehouse.statements import StatementKind, read_statements, write_statement

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What the scrub of one release, or of what all releases share, found."""

    subject: str
    """A release, or `hub`."""
    files: int
    size_bytes: int
    problems: tuple[str, ...]


def scrub(
    layout: Layout, ledger: Ledger, *, announce: Told = lambda _subject: None
) -> list[Scrubbed]:
    """Read every byte of every release and compare it with its signature and the ledger.

    Also: the pointer, the public keys, the chain of statements, the kept memories. Digests that were
    remembered are forgotten; those of undamaged releases are written down anew.
    """
    known = {record.release_id: record for record in ledger.releases()}
    found = []
    for release_id in release_ids(layout):
        problems: list[str] = []
        files = size_bytes = 0
        digests = remembered_digests(layout, release_id)
        digests.forget()
        try:
            release = read_release(layout, release_id)
        except ReleaseError as error:
            problems.append(str(error))
        else:
            manifest = release.manifest
            files, size_bytes = len(manifest.files), sum(f.size_bytes for f in manifest.files)
            problems += release_problems(layout, release.folder, manifest, digests)
            record = known.get(release_id)
            if record and durable.sha256_of(release.folder / MANIFEST) != record.manifest_sha256:
                problems.append(f"{MANIFEST}: not the manifest that the ledger knows")
            problems += _memory_problems(layout, release)
        if not problems:
            digests.keep()
        found.append(Scrubbed(release_id, files, size_bytes, tuple(problems)))
        announce(release_id)
    lost = [
        f"{record.release_id}: in the ledger, and not on disk"
        for record in known.values()
        if record.state is not ReleaseState.REMOVED
        and not (layout.releases / record.release_id).exists()
    ]
    shared = [*lost, *_pointer_problems(layout, ledger), *_key_problems(layout)]
    found.append(Scrubbed("hub", 0, 0, (*shared, *_statement_problems(layout))))
    announce("hub")
    return found


def sign_release(
    layout: Layout, ledger: Ledger, release_id: str, *, actor: str, reason: str
) -> Release:
    """Sign a release that an older hub published, if it is what the ledger knows.

    Raises:
        ReleaseError: no such release, it is signed already, damaged, or not in the ledger.
    """
    release = read_release(layout, release_id)
    if is_signed(release.folder):
        message = f"{release_id} is signed already"
        raise ReleaseError(message)
    sums = {record.release_id: record.manifest_sha256 for record in ledger.releases()}
    problems = file_problems(release.folder, release.manifest)
    if durable.sha256_of(release.folder / MANIFEST) != sums.get(release_id):
        problems.append(f"{MANIFEST}: not the manifest that the ledger knows")
    if problems:
        message = f"{release_id} is not signed, it is damaged: {'; '.join(problems)}"
        raise ReleaseError(message)
    keys = key_provider(layout)
    publish_public_keys(layout, keys, RELEASE_SIGNING)
    write_statement(layout, StatementKind.SIGNING, [release_id], actor=actor, reason=reason)
    payload = (release.folder / MANIFEST).read_bytes()
    target = release.folder / MANIFEST_ENVELOPE
    with durable.published_file(target) as staging:
        staging.write_text(sign_dsse(payload, PAYLOAD_TYPE, signing_key(keys)), "utf-8")
        staging.chmod(0o440)
    return release


def _memory_problems(layout: Layout, release: Release) -> list[str]:
    expected = release.manifest.memory_sha256
    folder = layout.memory(release.release_id)
    if expected is None or not has_root_key(layout):
        # Whoever may not look into the vault cannot say anything about it.
        return []
    if not folder.exists():
        return ["memory: missing; the release cannot be rebuilt"]
    is_same = NightMemory(folder).digest() == expected
    return [] if is_same else ["memory: altered; the release cannot be rebuilt"]


def _pointer_problems(layout: Layout, ledger: Ledger) -> list[str]:
    published = [
        record.release_id for record in ledger.releases() if record.state is ReleaseState.PUBLISHED
    ]
    if not published:
        return []
    try:
        pointer = read_pointer(layout)
    except UnicodeDecodeError:
        pointer = None
    if pointer is None or pointer.release_id != published[-1]:
        named = "nothing" if pointer is None else pointer.release_id
        return [f"CURRENT: names {named!r}, and the ledger {published[-1]}"]
    if not pointer.fits(layout):
        return [f"CURRENT: means another manifest than that of {pointer.release_id}"]
    return []


def _key_problems(layout: Layout) -> list[str]:
    try:
        trusted = {text_of(key) for key in trusted_keys(layout)}
    except SignatureError as error:
        return [f"keys: {error}"] if layout.own_public_keys.exists() else []
    if not has_root_key(layout):
        return []
    own = set(public_keys(key_provider(layout), RELEASE_SIGNING))
    return [] if trusted == own else ["keys: the public keys are not those of the root key"]


def _statement_problems(layout: Layout) -> list[str]:
    try:
        read_statements(layout)
    except SignatureError as error:
        return [str(error)]
    return []
