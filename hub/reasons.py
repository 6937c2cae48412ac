"""The reasons for which a row is quarantined or a delivery is stopped, each once.

Here: rule codes, what they mean and what to do. Never here: the check itself (readers, conforming).
Next: quarantine files, the ledger and the reference pages name these codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Level = Literal["row", "delivery"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row or a whole delivery was refused."""

    code: str
    level: Level
    """`row`: the row goes to quarantine; `delivery`: nothing of the delivery lands."""
    meaning: str
    action: str
    """What the data engineer or the sender does about it."""


_ASK_ROW = "Ask the sender to correct the row and send the delivery again."
_ASK_FILE = "Ask the sender for the whole delivery again."
_ASK_CODE = (
    "Ask the sender which code is meant; a code that is new goes into the catalogue, "
    "then land the delivery again."
)
_TELL_CATALOGUE = (
    "Compare the columns with the catalogue; a change that was agreed is a new schema version."
)

_ALL = (
    # Rows that are no rows.
    Reason("line_length_wrong", "row", "A fixed-width line has another length.", _ASK_ROW),
    Reason("line_kind_unknown", "row", "A fixed-width line starts with no known letter.", _ASK_ROW),
    Reason("field_count_wrong", "row", "A CSV row has too few or too many fields.", _ASK_ROW),
    Reason("quote_unbalanced", "row", "A quotation mark is not closed or misplaced.", _ASK_ROW),
    Reason("nul_byte", "row", "The row holds a NUL byte.", _ASK_ROW),
    Reason("bad_encoding", "row", "The row's bytes are no text of the encoding.", _ASK_ROW),
    Reason("json_malformed", "row", "The line is no JSON object.", _ASK_ROW),
    Reason("nested_value", "row", "A value is an object, a list or an element.", _ASK_ROW),
    Reason("unknown_field", "row", "The row has a field that its schema has not.", _TELL_CATALOGUE),
    Reason("repeated_field", "row", "The row has one field twice.", _ASK_ROW),
    # Values that break their format.
    Reason("id_malformed", "row", "A national ID is not well formed.", _ASK_ROW),
    Reason("mask_malformed", "row", "A masked national ID is not well formed.", _ASK_ROW),
    Reason("date_invalid", "row", "A date is no day of the calendar.", _ASK_ROW),
    Reason("month_invalid", "row", "A month is no month of the calendar.", _ASK_ROW),
    Reason("year_invalid", "row", "A year is not well formed.", _ASK_ROW),
    Reason("amount_invalid", "row", "An amount is no whole number or too large.", _ASK_ROW),
    Reason("int_invalid", "row", "A count is no whole number or too large.", _ASK_ROW),
    Reason("decimal_invalid", "row", "A size is no decimal number.", _ASK_ROW),
    Reason("boolean_invalid", "row", "A yes/no value is neither yes nor no.", _ASK_ROW),
    Reason("code_unknown", "row", "A code is not in the column's list.", _ASK_CODE),
    Reason("code_malformed", "row", "A code has not the form of its list.", _ASK_CODE),
    Reason("brn_malformed", "row", "A business number is not ten digits.", _ASK_ROW),
    Reason("national_id_in_text", "row", "A text holds something like a national ID.", _ASK_ROW),
    Reason("required_missing", "row", "A column that must be filled is empty.", _ASK_ROW),
    # Deliveries that cannot be read as a whole.
    Reason("file_name_invalid", "delivery", "The file's name breaks the grammar.", _ASK_FILE),
    Reason(
        "document_type_unknown",
        "delivery",
        "The file's name says a document type that the catalogue has not.",
        _TELL_CATALOGUE,
    ),
    Reason(
        "bad_share_exceeded",
        "delivery",
        "More rows are bad than the type's limit allows.",
        "Look at `hub quarantine TYPE`; ask the sender for a corrected delivery.",
    ),
    Reason(
        "expectation_failed",
        "delivery",
        "The delivery breaks a blocking expectation of its type.",
        "Look at `hub quality docs TYPE`; ask the sender, or mend the catalogue.",
    ),
    Reason(
        "rows_not_conserved",
        "delivery",
        "What was stored is not what was read.",
        "Run the night again; if it stays, the disk or the hub is at fault, not the sender.",
    ),
    Reason("empty_file", "delivery", "The file has no byte.", _ASK_FILE),
    Reason("truncated", "delivery", "The file ends before its end.", _ASK_FILE),
    Reason("wrong_encoding", "delivery", "The file is in another encoding.", _ASK_FILE),
    Reason("schema_unknown", "delivery", "The columns fit no schema version.", _TELL_CATALOGUE),
    Reason(
        "header_mismatch", "delivery", "The header and the name say different things.", _ASK_FILE
    ),
    Reason("trailer_count_mismatch", "delivery", "The stated row count differs.", _ASK_FILE),
    Reason("control_total_mismatch", "delivery", "The stated control total differs.", _ASK_FILE),
    Reason("data_after_trailer", "delivery", "Something follows the trailer.", _ASK_FILE),
    Reason("line_too_long", "delivery", "A line is longer than 1 MiB.", _ASK_FILE),
    Reason("too_many_bad_rows", "delivery", "Most of a long run of lines is no row.", _ASK_FILE),
    Reason(
        "xml_declaration_forbidden",
        "delivery",
        "The XML declares a document type or entities.",
        "Treat it as an attack until the sender explains it; ask for the delivery without it.",
    ),
    Reason("xml_malformed", "delivery", "The XML is not well formed.", _ASK_FILE),
    Reason("xml_too_deep", "delivery", "The XML nests deeper than rows and fields.", _ASK_FILE),
    Reason("too_large", "delivery", "The file unpacks to more than memory may hold.", _ASK_FILE),
    Reason("unreadable", "delivery", "The file cannot be read in its format.", _ASK_FILE),
)

REASONS: Mapping[str, Reason] = MappingProxyType({reason.code: reason for reason in _ALL})
"""Rule code → reason. Whatever is raised or quarantined has its code here."""
