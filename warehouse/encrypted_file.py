"""An encrypted file: a header and chunks, each sealed with AES-256-GCM, readable at any place.

Here: the format, writing it in one pass, a seekable reader. Never here: where files lie (`archive`) or
where keys come from (`keys`). Next: the archive of received bytes.

    header   magic, format, chunk size, key epoch, size of the plaintext, key check,
             and the file's own data key, wrapped
    chunk 0, chunk 1, …, last chunk     ciphertext and 16 bytes of tag each

Each file has a random data key. A chunk's nonce is its number and whether it is the last (the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015; as in age), so chunks cannot be
reordered, left out or added. The data key is wrapped under HKDF(key of the epoch, SHA-256 of the
plaintext), with the header and that SHA-256 as associated data: a file that lies under another's name
does not open, and no byte of the header can be another. The SHA-256 is known only when all is read, so
the header is written last and nothing needs to be read twice.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.expected_error import ExpectedError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAGIC = b"\xabHUBVLT\n"
FORMAT = 1
CHUNK_BYTES = 1 << 16
TAG_BYTES = 16
_CHUNKS_AT_ONCE = 16
_KEY_BYTES = 32
_NONCE_BYTES = 12
_CHECK_BYTES = 8
_PLAIN = struct.Struct(f">8sHIIQ{_CHECK_BYTES}s")
_WRAPPED = struct.Struct(f">{_NONCE_BYTES}s{_KEY_BYTES + TAG_BYTES}s")
HEADER_BYTES = _PLAIN.size + _WRAPPED.size
_WRAP_LABEL = b"encrypted file: data key"
_CHECK_LABEL = b"encrypted file: key check"

KeyOfEpoch = Callable[[int], bytes]
"""Epoch → the 32 bytes under which data keys are wrapped."""


class VaultFileError(ExpectedError):
    """A file of the vault cannot be read; the message says why and what to do, and no content."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was encrypted."""

    sha256: str
    """Of the plaintext."""
    size_bytes: int
    """Of the plaintext."""


@dataclass(frozen=True, slots=True)
class Header:
    """What stands open at the beginning of a file; nobody has vouched for it yet."""

    chunk_bytes: int
    epoch: int
    size_bytes: int
    """Of the plaintext."""
    key_check: bytes
    raw: bytes

    @property
    def file_bytes(self) -> int:
        """How long the whole file must be."""
        return HEADER_BYTES + self.size_bytes + TAG_BYTES * self.chunks

    @property
    def chunks(self) -> int:
        """How many chunks there are; a file without a byte has one."""
        return max(1, -(-self.size_bytes // self.chunk_bytes))


def encrypt(source: BinaryIO, sink: BinaryIO, epoch: int, key: bytes) -> Written:
    """Encrypt what `source` holds from here on into `sink`, an empty file that can be seeked.

    Args:
        source: read to its end, once.
        sink: gets header and chunks; the caller flushes it.
        epoch: stands in the header.
        key: 32 bytes, of that epoch.
    """
    data_key = os.urandom(_KEY_BYTES)
    cipher = AESGCM(data_key)
    digest = hashlib.sha256()
    sealed = memoryview(bytearray(_CHUNKS_AT_ONCE * (CHUNK_BYTES + TAG_BYTES)))
    block_bytes = _CHUNKS_AT_ONCE * CHUNK_BYTES
    sink.write(bytes(HEADER_BYTES))
    number = size = 0
    block = source.read(block_bytes)
    while True:
        # A block that is not full is the last, also where a sender is still writing.
        following = source.read(block_bytes) if len(block) == block_bytes else b""
        digest.update(block)
        size += len(block)
        filled = 0
        plain = memoryview(block)
        for start in range(0, len(block) or 1, CHUNK_BYTES):
            piece = plain[start : start + CHUNK_BYTES]
            is_last = not following and start + CHUNK_BYTES >= len(block)
            end = filled + len(piece) + TAG_BYTES
            cipher.encrypt_into(_nonce(number, is_last), piece, None, sealed[filled:end])
            filled, number = end, number + 1
        sink.write(sealed[:filled])
        if not following:
            break
        block = following
    open_part = _PLAIN.pack(MAGIC, FORMAT, CHUNK_BYTES, epoch, size, _key_check(key))
    sink.seek(0)
    sink.write(open_part + _wrap(data_key, key, open_part, digest.digest()))
    return Written(digest.hexdigest(), size)


def damaged(name: str, problem: str) -> VaultFileError:
    """Return the error about a file that is not what was written."""
    message = (
        f"{name} is refused: {problem}; restore it from a backup of the vault, or have it delivered "
        "again"
    )
    return VaultFileError(message)


def read_header(file: BinaryIO, name: str) -> Header | None:
    """Return the header at the beginning of `file`; None where it is no encrypted file.

    Args:
        file: an open file.
        name: what errors call it.

    Raises:
        VaultFileError: an encrypted file of another format, or one that is cut off in its header.
    """
    raw = file.read(HEADER_BYTES)
    if not raw.startswith(MAGIC):
        return None
    if len(raw) < HEADER_BYTES:
        raise damaged(name, "it is cut off in its header")
    _, known_format, chunk_bytes, epoch, size, check = _PLAIN.unpack_from(raw)
    if known_format != FORMAT or not chunk_bytes:
        raise damaged(name, "its header is of a format that this hub does not know")
    return Header(chunk_bytes, epoch, size, check, raw)


def open_encrypted(
    file: BinaryIO, header: Header, sha256: str, keys: KeyOfEpoch, name: str
) -> io.BufferedReader:
    """Return the plaintext as a file that can be seeked; closing it closes `file`.

    Args:
        file: an open file on the disk.
        header: of that file.
        sha256: what the plaintext is expected to be.
        keys: gives the key of the epoch that the header names.
        name: what errors call it.

    Raises:
        VaultFileError: another key, another content than expected, or a file that is not whole.
            Chunks that were changed are found where they are read.
    """
    if os.fstat(file.fileno()).st_size != header.file_bytes:
        raise damaged(name, "it is shorter or longer than its header says")
    key = keys(header.epoch)
    if _key_check(key) != header.key_check:
        message = (
            f"{name} was encrypted with another key of epoch {header.epoch} than this hub has, or its "
            "header was changed; restore the root key (docs/vault.md, Losing a key) or the file"
        )
        raise VaultFileError(message)
    open_part, wrapped = header.raw[: _PLAIN.size], header.raw[_PLAIN.size :]
    data_key = _unwrap(wrapped, key, open_part, bytes.fromhex(sha256), name)
    chunks = _Chunks(file, header, data_key, name)
    chunks.check_last()
    return io.BufferedReader(chunks, _CHUNKS_AT_ONCE * header.chunk_bytes)


class _Chunks(io.RawIOBase):
    """The plaintext of an encrypted file; every chunk is authenticated before a byte of it is given."""

    def __init__(self, file: BinaryIO, header: Header, data_key: bytes, name: str) -> None:
        self._file, self._header, self._name = file, header, name
        self._cipher = AESGCM(data_key)
        self._place = 0
        self._kept: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._header.size_bytes}
        place = origin[whence] + offset
        if place < 0:
            raise ValueError("a place before the beginning of the file")
        self._place = place
        return place

    def readinto(self, buffer: WriteableBuffer) -> int:
        wanted = memoryview(buffer).cast("B")
        size, chunk_bytes = self._header.size_bytes, self._header.chunk_bytes
        wanted = wanted[: max(0, min(len(wanted), size - self._place))]
        filled = 0
        while filled < len(wanted):
            number, skipped = divmod(self._place, chunk_bytes)
            length = min(chunk_bytes, size - number * chunk_bytes)
            if not skipped and len(wanted) - filled >= length:
                self._decrypt(number, length, wanted[filled : filled + length])
                taken = length
            else:
                chunk = self._chunk(number, length)
                taken = min(length - skipped, len(wanted) - filled)
                wanted[filled : filled + taken] = chunk[skipped : skipped + taken]
            filled += taken
            self._place += taken
        return filled

    def close(self) -> None:
        if not self.closed:
            self._kept = (-1, b"")
            self._file.close()
        super().close()

    def _chunk(self, number: int, length: int) -> bytes:
        """Return a chunk of which a part is wanted; the last such one is kept."""
        if self._kept[0] != number:
            chunk = bytearray(length)
            self._decrypt(number, length, memoryview(chunk))
            self._kept = (number, bytes(chunk))
        return self._kept[1]

    def _decrypt(self, number: int, length: int, into: memoryview) -> None:
        start = HEADER_BYTES + number * (self._header.chunk_bytes + TAG_BYTES)
        sealed = os.pread(self._file.fileno(), length + TAG_BYTES, start)
        is_last = number == self._header.chunks - 1
        try:
            self._cipher.decrypt_into(_nonce(number, is_last), sealed, None, into)
        except (InvalidTag, ValueError):
            problem = f"chunk {number} was changed after it was written"
            raise damaged(self._name, problem) from None

    def check_last(self) -> None:
        """Authenticate the last chunk, which of a file without a byte nobody would read."""
        number = self._header.chunks - 1
        self._chunk(number, self._header.size_bytes - number * self._header.chunk_bytes)


def _nonce(number: int, is_last: bool) -> bytes:
    return (number << 8 | is_last).to_bytes(_NONCE_BYTES, "big")


def _wrapping_key(key: bytes, sha256: bytes) -> AESGCM:
    derivation = HKDF(hashes.SHA256(), length=_KEY_BYTES, salt=sha256, info=_WRAP_LABEL)
    return AESGCM(derivation.derive(key))


def _wrap(data_key: bytes, key: bytes, open_part: bytes, sha256: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    sealed = _wrapping_key(key, sha256).encrypt(nonce, data_key, open_part + sha256)
    return _WRAPPED.pack(nonce, sealed)


def _unwrap(wrapped: bytes, key: bytes, open_part: bytes, sha256: bytes, name: str) -> bytes:
    nonce, sealed = _WRAPPED.unpack(wrapped)
    try:
        return _wrapping_key(key, sha256).decrypt(nonce, sealed, open_part + sha256)
    except InvalidTag:
        problem = "its header was changed, or it lies under the name of another file"
        raise damaged(name, problem) from None


def _key_check(key: bytes) -> bytes:
    """Tell keys apart without telling the key."""
    derivation = HKDF(hashes.SHA256(), length=_CHECK_BYTES, salt=None, info=_CHECK_LABEL)
    return derivation.derive(key)
