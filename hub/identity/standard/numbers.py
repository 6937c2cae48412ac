"""National IDs made comparable without showing them: tokens, and keys of near numbers.

Here: normalising, placeholders, keyed tokens, the keyed deletion neighbourhood, and weak checks of
Korean resident numbers. Never here: keys that are kept (`warehouse.vault`) or a judgement on a
number. Next: `records` puts token and near keys into the description; the number itself goes nowhere.

Every value that leaves is AES-256 under a key (FIPS 197): who lacks the key can only see equality.
Two numbers within one substitution, insertion, deletion or swap of neighbours always share a
string with at most one character deleted (Mor and Fraenkel 1982); these strings, encrypted, are the
near keys.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hub.identity.standard.scripts import DIGIT_FORMS

KEY_BYTES = 32
_BLOCK = 16
_LEAST_CHARACTERS = 4
_MOST_CHARACTERS = 40
_TOKEN, _NEAR = 1, 2
"""First byte of what is encrypted: a token is never a near key."""

_Bytes = npt.NDArray[np.uint8]

_WORDS = (
    "NONE NULL NIL NAN UNKNOWN NOTKNOWN UNAVAILABLE NOTAVAILABLE NOTGIVEN NOTPROVIDED MISSING PENDING"
    " APPLIEDFOR INPROCESS REFUSED WITHHELD REDACTED TEST DUMMY 없음 미상 불명 불상 미등록 해당없음"
    " 미발급 확인불가 무호적 SANSPAPIERS UNBEKANNT DESCONOCIDO 不明 НЕТ"
).split()
# Sample numbers that were printed or are typed when none is at hand.
_DUMMIES = (
    "078051120",
    "219099999",
    "457555462",
    "123121234",
    "12345678Z",
    "AB123456C",
    "QQ123456C",
)
_RUNS = ("0123456789" * 2, "9876543210" * 2)
_RRN_FILLERS = r"^[0-9]{6}(?:0000000|[0-9](?:000000|111111|222222|999999)|1234567|2345678)$"


def normalised_numbers(numbers: pl.Series) -> pl.Series:
    """Return each number in upper case, letters and digits only; null where it is no usable number.

    Unusable are masked numbers, those shorter than four characters, one digit repeated, counted-up
    digits, words for nothing, and well-known fillers.
    """
    text = (
        pl.col("number")
        .str.normalize("NFKC")
        .str.replace_many(DIGIT_FORMS)
        .str.to_uppercase()
        .str.replace(r"\.0+$", "")
    )
    compact = pl.col("text").str.replace_all(r"[^\p{L}\p{N}]", "")
    frame = (
        pl.DataFrame({"number": numbers.cast(pl.String)})
        .with_columns(text=text)
        .with_columns(compact=compact)
    )
    word = pl.col("compact")
    digits = word.str.replace_all(r"[^0-9]", "")
    most = pl.max_horizontal(*(digits.str.count_matches(str(d), literal=True) for d in range(10)))
    is_run = pl.any_horizontal(pl.lit(run).str.contains(digits, literal=True) for run in _RUNS) & (
        digits.str.len_chars() >= 6
    )
    is_usable = (
        word.str.len_chars().is_between(_LEAST_CHARACTERS, _MOST_CHARACTERS)
        & ~pl.col("text").str.contains(r"[*●○◯□•?#]|[X_]{3,}|^X{2}")
        & word.str.contains(r"[0-9]")
        & (digits.str.len_chars() > most)
        & ~is_run
        & ~word.is_in([*_WORDS, *_DUMMIES])
        & ~word.str.contains(_RRN_FILLERS)
    )
    return frame.select(number=pl.when(is_usable).then("compact")).to_series().alias(numbers.name)


def number_tokens(numbers: pl.Series, key: bytes) -> pl.Series:
    """Return a token (UUID text) of each usable number: equal numbers, equal tokens.

    Args:
        numbers: as written.
        key: 32 bytes.
    """
    usable = normalised_numbers(numbers)
    distinct = usable.unique().drop_nulls().sort()
    blocks = np.zeros((distinct.len(), _BLOCK), dtype=np.uint8)
    for places, letters in _by_length(distinct):
        blocks[places] = _encrypted(letters, _TOKEN, key)
    array = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(_BLOCK), distinct.len(), [None, pa.py_buffer(blocks.tobytes())]
    )
    text = pl.Series("token", array.cast(pa.binary()), dtype=pl.Binary).bin.encode("hex")
    uuid = text.str.replace(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", "$1-$2-$3-$4-$5")
    return usable.replace_strict(distinct, uuid, default=None, return_dtype=pl.String).alias(
        numbers.name
    )


def neighbour_keys(numbers: pl.Series, key: bytes) -> pl.Series:
    """Return the near keys, List(UInt64), of each usable number; null for the others.

    Numbers that are one substitution, insertion, deletion or swap of neighbours apart share a key.
    A shared key is a candidate, not proof: numbers that are two edits apart may share one too.

    Args:
        numbers: as written.
        key: 32 bytes.
    """
    usable = normalised_numbers(numbers).rename("number")
    distinct = usable.unique().drop_nulls()
    frames = [
        pl.DataFrame(
            {"number": distinct.gather(places), "keys": _near_keys(letters, key)},
            schema={"number": pl.String, "keys": pl.List(pl.UInt64)},
        )
        for places, letters in _by_length(distinct)
    ]
    if not frames:
        return pl.Series(numbers.name, [None] * numbers.len(), dtype=pl.List(pl.UInt64))
    found = usable.to_frame().join(
        pl.concat(frames), on="number", how="left", maintain_order="left"
    )
    return found["keys"].alias(numbers.name)


def _by_length(texts: pl.Series) -> list[tuple[npt.NDArray[np.uint32], _Bytes]]:
    """Return (places, letters) for each length in bytes; letters has a row a text."""
    lengths = texts.str.len_bytes()
    groups = []
    for length in sorted(lengths.unique()):
        places = (lengths == length).arg_true()
        joined = texts.gather(places).str.join("").item() if places.len() else ""
        letters = np.frombuffer(joined.encode(), dtype=np.uint8).reshape(-1, length)
        groups.append((places.to_numpy(), letters))
    return groups


def _encrypted(letters: _Bytes, purpose: int, key: bytes) -> _Bytes:
    """Return one block for each row of `letters`: CBC-MAC over purpose, length and letters.

    The length comes first, so no message is the beginning of another, and the MAC is sound.
    """
    # ECB on purpose: the chaining is done here, for all rows at once.
    encryptor = Cipher(algorithms.AES256(key), modes.ECB()).encryptor()  # noqa: S305
    rows, length = letters.shape
    width = -(-(length + 2) // _BLOCK) * _BLOCK
    message = np.zeros((rows, width), dtype=np.uint8)
    message[:, 0] = purpose
    message[:, 1] = length
    message[:, 2 : 2 + length] = letters
    state = np.zeros((rows, _BLOCK), dtype=np.uint8)
    for start in range(0, width, _BLOCK):
        block = np.ascontiguousarray(message[:, start : start + _BLOCK]) ^ state
        state = np.frombuffer(encryptor.update(block.tobytes()), dtype=np.uint8).reshape(-1, _BLOCK)
    return state


def _near_keys(letters: _Bytes, key: bytes) -> pl.Series:
    rows, length = letters.shape
    keys = np.empty((rows, length + 1), dtype=np.uint64)
    keys[:, 0] = _encrypted(letters, _NEAR, key)[:, :8].copy().view(np.uint64)[:, 0]
    for place in range(length):
        shorter = np.delete(letters, place, axis=1)
        keys[:, place + 1] = _encrypted(shorter, _NEAR, key)[:, :8].copy().view(np.uint64)[:, 0]
    # Deleting either of two equal neighbours gives the same string: one key is enough.
    is_new = np.ones((rows, length + 1), dtype=bool)
    is_new[:, 2:] = letters[:, 1:] != letters[:, :-1]
    offsets = np.concatenate([[0], np.cumsum(is_new.sum(axis=1))])
    lists = pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), pa.array(keys[is_new]))
    return pl.Series("keys", lists, dtype=pl.List(pl.UInt64))
