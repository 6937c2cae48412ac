"""Person IDs: opaque, minted once, checkable, kept by overlap.

Here: the alphabet, the keyed permutation of the sequence, the check character, and the assignment
of IDs to clusters of signatures. Never here: clustering, or storing the membership. Next:
`warehouse/sql/identity/person_index.sql`.

An ID is a prefix, nine characters of Crockford base 32 and a Luhn mod 32 check character. The
nine characters are the mint sequence through a keyed permutation of 44 bits, so that an ID tells
neither an ID number, nor a record, nor when it was minted, and none comes twice.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from hub.identity.carry_over import carry_over

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PERSON_PREFIX = "P"
HOUSEHOLD_PREFIX = "H"
_DIGITS = 9
_HALF_BITS = 22
_HALF_MASK = np.uint64((1 << _HALF_BITS) - 1)
LAST_SEQUENCE = (1 << (2 * _HALF_BITS)) - 1

EVENT_COLUMNS = {
    "identifier": "person_id",
    "other": "other_person_id",
    "member_count": "signatures",
}


@dataclass(frozen=True, slots=True)
class PersonAssignment:
    """Tonight's person IDs.

    `members`: (`signature_id`, `person_id`). `events` and `conflicts`: `kind`, `person_id`,
    `other_person_id`, `signatures`; the kinds are those of `hub.identity.identifier_events`.
    """

    members: pl.DataFrame
    events: pl.DataFrame
    conflicts: pl.DataFrame
    next_sequence: int


def _round_keys(key: bytes, prefix: str) -> NDArray[np.uint64]:
    digest = hmac.digest(key, prefix.encode(), "sha512")
    return np.frombuffer(digest, dtype="<u8").astype(np.uint64)


def _mix(half: NDArray[np.uint64], round_key: np.uint64) -> NDArray[np.uint64]:
    # splitmix64: a full avalanche of the half and the round key, wrapping on purpose.
    with np.errstate(over="ignore"):
        mixed = half + round_key
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ (mixed >> np.uint64(31))) & _HALF_MASK


def _permute(sequence: NDArray[np.uint64], key: bytes, prefix: str) -> NDArray[np.uint64]:
    left, right = sequence >> np.uint64(_HALF_BITS), sequence & _HALF_MASK
    for round_key in _round_keys(key, prefix):
        left, right = right, left ^ _mix(right, round_key)
    return (left << np.uint64(_HALF_BITS)) | right


def _unpermute(permuted: NDArray[np.uint64], key: bytes, prefix: str) -> NDArray[np.uint64]:
    left, right = permuted >> np.uint64(_HALF_BITS), permuted & _HALF_MASK
    for round_key in _round_keys(key, prefix)[::-1]:
        left, right = right ^ _mix(left, round_key), left
    return (left << np.uint64(_HALF_BITS)) | right


def _check_digits(digits: NDArray[np.int64]) -> NDArray[np.int64]:
    doubled = digits.copy()
    doubled[:, ::-2] = (doubled[:, ::-2] * 2) // 32 + (doubled[:, ::-2] * 2) % 32
    check: NDArray[np.int64] = -doubled.sum(axis=1) % 32
    return check


def mint_identifiers(first_sequence: int, count: int, key: bytes, prefix: str) -> pl.Series:
    """Return `count` new identifiers, from sequence number `first_sequence` on.

    Raises:
        ValueError: the sequence leaves 0 … `LAST_SEQUENCE`, or `key` is empty.
    """
    if not key:
        message = "identifiers: the permutation key is empty"
        raise ValueError(message)
    if first_sequence < 0 or first_sequence + count - 1 > LAST_SEQUENCE:
        message = f"identifiers: sequence numbers go from 0 to {LAST_SEQUENCE}"
        raise ValueError(message)
    sequence = np.arange(first_sequence, first_sequence + count, dtype=np.uint64)
    permuted = _permute(sequence, key, prefix)
    shifts = np.arange(5 * (_DIGITS - 1), -1, -5, dtype=np.uint64)
    digits = ((permuted[:, None] >> shifts) & np.uint64(31)).astype(np.int64)
    every = np.column_stack([digits, _check_digits(digits)])
    letters = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)[every]
    text = np.ascontiguousarray(letters).view(f"S{_DIGITS + 1}").ravel().astype(str)
    return prefix + pl.Series("identifier", text.tolist(), dtype=pl.String)


def is_identifier(text: str, prefix: str) -> bool:
    """Whether `text` is a well-formed identifier of that prefix, check character included."""
    body = text.removeprefix(prefix)
    if not text.startswith(prefix) or len(body) != _DIGITS + 1 or set(body) - set(ALPHABET):
        return False
    digits = np.array([[ALPHABET.index(letter) for letter in body]], dtype=np.int64)
    return bool(_check_digits(digits[:, :-1])[0] == digits[0, -1])


def minted_order(identifiers: pl.Series, key: bytes, prefix: str) -> pl.DataFrame:
    """Return (`identifier`, `sequence`): from which sequence number each was minted.

    Only `key` tells the order. What is no identifier of `prefix` is left out.
    """
    shape = f"^{prefix}[{ALPHABET}]{{{_DIGITS + 1}}}$"
    known = identifiers.cast(pl.String).alias("identifier").unique().drop_nulls().sort()
    known = known.filter(known.str.contains(shape))
    if known.is_empty():
        return pl.DataFrame(schema={"identifier": pl.String, "sequence": pl.Int64})
    letters = np.frombuffer("".join(known).encode(), dtype=np.uint8).reshape(len(known), -1)
    values = np.zeros(256, dtype=np.uint64)
    values[np.frombuffer(ALPHABET.encode(), dtype=np.uint8)] = np.arange(32, dtype=np.uint64)
    digits = values[letters[:, len(prefix) : len(prefix) + _DIGITS]]
    shifts = np.arange(5 * (_DIGITS - 1), -1, -5, dtype=np.uint64)
    permuted = np.bitwise_or.reduce(digits << shifts, axis=1)
    sequence = _unpermute(permuted, key, prefix).astype(np.int64)
    return pl.DataFrame([known, pl.Series("sequence", sequence)])


def assign_person_ids(
    clusters: pl.DataFrame,
    previous: pl.DataFrame,
    next_sequence: int,
    key: bytes,
    *,
    former: pl.DataFrame | None = None,
    redirects: pl.DataFrame | None = None,
    pinned: Collection[str] = (),
    touched: Collection[str] = (),
) -> PersonAssignment:
    """Give every cluster of signatures its person ID.

    Args:
        clusters: (`signature_id`, `cluster`), each signature once; all of tonight's, or the
            affected ones (`hub.identity.carry_over.affected_part`).
        previous: (`signature_id`, `person_id`) of the last night; empty on the first. Rows
            without a person name nobody and are left out.
        next_sequence: first sequence number that has not been minted.
        key: secret of the permutation; the same for ever.
        former: (`signature_id`, `person_id`): what ended IDs held when they ended, as far as the
            signature is known tonight. A cluster that is such a person come again gets the ID back.
        redirects: (`person_id`, `other_person_id`): where an ended ID leads to so far.
        pinned: person IDs that people decided to keep.
        touched: people of whom something came, changed or went (`hub.identity.news`).
    """
    held = _members(previous)
    ended = None if former is None else _members(former)
    names = [frame["identifier"] for frame in (held, ended) if frame is not None]
    carried = carry_over(
        clusters.select(pl.col("signature_id").cast(pl.UInt64).alias("member"), "cluster"),
        held,
        next_sequence,
        lambda first, count: mint_identifiers(first, count, key, PERSON_PREFIX),
        former=ended,
        redirects=None
        if redirects is None
        else redirects.select(
            identifier=pl.col("person_id").cast(pl.String),
            other=pl.col("other_person_id").cast(pl.String),
        ),
        pinned=pinned,
        touched=touched,
        minted=minted_order(pl.concat(names), key, PERSON_PREFIX),
    )
    return PersonAssignment(
        carried.members.rename({"member": "signature_id", "identifier": "person_id"}),
        carried.events.rename(EVENT_COLUMNS),
        carried.conflicts.rename(EVENT_COLUMNS),
        carried.next_sequence,
    )


def _members(people: pl.DataFrame) -> pl.DataFrame:
    return people.drop_nulls("person_id").select(
        pl.col("signature_id").cast(pl.UInt64).alias("member"),
        pl.col("person_id").cast(pl.String).alias("identifier"),
    )
