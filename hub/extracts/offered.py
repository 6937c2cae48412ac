"""What an extract can hold at all: two tables, and the columns that a contract may choose from.

Here: names, types and widths. Never here: who gets what (`contracts/`), or rows. Next:
`hub.extracts.contracts` refuses a contract that names anything else, so that no contract can let a
national ID, a name, an address or a birth date out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

ELIGIBILITY = "eligibility"
FINDING = "finding"
PSEUDONYM_ENDING = "_pseudonym"
"""Columns of this ending are made under the ministry's key, from the digest of the hub's own id."""
PSEUDONYM_WIDTH = 32
POLARS_TYPES: Mapping[str, Any] = {
    "text": pl.String,
    "date": pl.Date,
    "boolean": pl.Boolean,
    "won": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class OfferedColumn:
    """A column that a contract may name."""

    type: str
    width: int
    """Bytes in a fixed-width file."""
    is_key: bool = False


_PSEUDONYM = OfferedColumn("text", PSEUDONYM_WIDTH)
_KEY_PSEUDONYM = OfferedColumn("text", PSEUDONYM_WIDTH, is_key=True)
_PROGRAMME = OfferedColumn("text", 4, is_key=True)
_DATE = OfferedColumn("date", 10)
_WON = OfferedColumn("won", 16)
_BOOLEAN = OfferedColumn("boolean", 5)

OFFERED: Mapping[str, Mapping[str, OfferedColumn]] = {
    ELIGIBILITY: {
        "person_pseudonym": _KEY_PSEUDONYM,
        "subject_pseudonym": _KEY_PSEUDONYM,
        "programme_code": _PROGRAMME,
        "subject_kind": OfferedColumn("text", 20),
        "standing": OfferedColumn("text", 8),
        "standing_since": _DATE,
        "changed_on": _DATE,
        "is_first_of_subject": _BOOLEAN,
        "amount": _WON,
        "is_received": _BOOLEAN,
    },
    FINDING: {
        "finding_pseudonym": _KEY_PSEUDONYM,
        "person_pseudonym": _PSEUDONYM,
        "programme_code": OfferedColumn("text", 4),
        "rule_id": OfferedColumn("text", 4),
        "action": OfferedColumn("text", 4),
        "severity": OfferedColumn("text", 10),
        "period": _DATE,
        "amount_at_stake": _WON,
        "is_held": _BOOLEAN,
        "found_since": _DATE,
    },
}
