"""Standardising: identity records of any country and script become comparable descriptions.

Here: names, birth dates, sexes, addresses, phones, e-mail addresses and national IDs, each a function from
what was written to comparable columns. Never here: comparing, scoring or clustering. Next: the
description goes to blocking and scoring in `hub.identity`.
"""

from hub.identity.standard.records import (
    DESCRIPTION_COLUMNS,
    standardise_record,
    standardise_records,
)

__all__ = ["DESCRIPTION_COLUMNS", "standardise_record", "standardise_records"]
