"""Conforming: rows as senders wrote them become typed lake rows, and bad rows are named.

Here: conversion by the catalogue, tokens for national IDs, quarantine, repeated rows, sums in won.
Never here: files (`sources.readers`, `warehouse.lake`) or keys (`warehouse.vault`). Next: accepted
and quarantined rows of each batch are written to the lake.
"""

from hub.conforming.conformer import QUARANTINE_SCHEMA, ConformedBatch, Conformer, Tokeniser

__all__ = ["QUARANTINE_SCHEMA", "ConformedBatch", "Conformer", "Tokeniser"]
