"""A ledger that writes down what a night asks it, and one that answers as it did then.

Here: which answers are written down (`warehouse.night_memory`). Never here: what they mean. Next: a
night asks the first; `hub replay` asks the second, and gets the same answers years later.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from hub.delivery import DeliveryState
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.ledger import Ledger
from warehouse.ledger.records import DeliveryRecord, ExpectationResult, ReleaseRecord
from warehouse.manifest import Manifest
from warehouse.night_memory import NightMemory


class NightLedger(Ledger):
    """The ledger of a night; what it answers about people and decisions is written down."""

    memory: NightMemory

    def redirects(self, as_of: dt.date | None = None) -> pl.DataFrame:
        """As `PersonBook.redirects`."""
        return self._kept("redirects", super().redirects(as_of))

    def next_person_sequence(self) -> int:
        """As `PersonBook.next_person_sequence`."""
        return self._kept_number("next_person_sequence", super().next_person_sequence())

    def next_household_sequence(self) -> int:
        """As `PersonBook.next_household_sequence`."""
        return self._kept_number("next_household_sequence", super().next_household_sequence())

    def active_decisions(self, as_of: dt.datetime | None = None) -> pl.DataFrame:
        """As `DecisionBook.active_decisions`."""
        return self._kept("active_decisions", super().active_decisions(as_of))

    def officials(self) -> pl.DataFrame:
        """As `OfficialBook.officials`."""
        return self._kept("officials", super().officials())

    def official_actions(self) -> pl.DataFrame:
        """As `OfficialBook.official_actions`."""
        return self._kept("official_actions", super().official_actions())

    def cases(self) -> pl.DataFrame:
        """As `CaseBook.cases`."""
        return self._kept("cases", super().cases())

    def judged_cases(self) -> pl.DataFrame:
        """As `StandingBook.judged_cases`."""
        return self._kept("judged_cases", super().judged_cases())

    def standing_events(self) -> pl.DataFrame:
        """As `StandingBook.standing_events`."""
        return self._kept("standing_events", super().standing_events())

    def released_holds(self) -> pl.DataFrame:
        """As `CaseBook.released_holds`."""
        return self._kept("released_holds", super().released_holds())

    def source_errors(self, as_of: dt.date | None = None) -> pl.DataFrame:
        """As `StandingBook.source_errors`."""
        return self._kept("source_errors", super().source_errors(as_of))

    def _kept(self, name: str, frame: pl.DataFrame) -> pl.DataFrame:
        self.memory.keep_frame(name, frame)
        return frame

    def _kept_number(self, name: str, number: int) -> int:
        self.memory.keep_number(name, number)
        return number


class RememberedLedger(Ledger):
    """The ledger as it answered when a release was made; it is only read.

    Deliveries are those that had arrived by then, and effective those that the manifest names.
    """

    memory: NightMemory
    manifest: Manifest

    def redirects(self, as_of: dt.date | None = None) -> pl.DataFrame:
        """As it was."""
        del as_of
        return self._told("redirects")

    def next_person_sequence(self) -> int:
        """As it was."""
        return self.memory.number("next_person_sequence")

    def next_household_sequence(self) -> int:
        """As it was."""
        return self.memory.number("next_household_sequence")

    def active_decisions(self, as_of: dt.datetime | None = None) -> pl.DataFrame:
        """As it was."""
        del as_of
        return self._told("active_decisions")

    def officials(self) -> pl.DataFrame:
        """As it was."""
        return self._told("officials")

    def official_actions(self) -> pl.DataFrame:
        """As it was."""
        return self._told("official_actions")

    def cases(self) -> pl.DataFrame:
        """As it was."""
        return self._told("cases")

    def judged_cases(self) -> pl.DataFrame:
        """As it was."""
        return self._told("judged_cases")

    def standing_events(self) -> pl.DataFrame:
        """As it was."""
        return self._told("standing_events")

    def released_holds(self) -> pl.DataFrame:
        """As it was."""
        return self._told("released_holds")

    def source_errors(self, as_of: dt.date | None = None) -> pl.DataFrame:
        """As it was."""
        del as_of
        return self._told("source_errors")

    def deliveries(
        self,
        *,
        state: DeliveryState | None = None,
        document: str | None = None,
        institution: str | None = None,
    ) -> list[DeliveryRecord]:
        """Return the deliveries that had arrived when the release was made."""
        found = super().deliveries(state=state, document=document, institution=institution)
        known_at = self.manifest.known_at
        return [each for each in found if known_at is None or each.received_at <= known_at]

    def effective_deliveries(self, document: str | None = None) -> list[DeliveryRecord]:
        """Return the deliveries that the manifest names.

        Raises:
            LedgerError: the ledger does not know one of them, or knows it with other bytes.
        """
        named = {entry.delivery_id: entry.sha256 for entry in self.manifest.inputs}
        found = [each for each in super().deliveries() if each.delivery_id in named]
        lost = sorted(
            set(named) - {e.delivery_id for e in found if e.sha256 == named[e.delivery_id]}
        )
        if lost:
            message = (
                f"{len(lost)} deliveries of the manifest are not in the ledger as they were, "
                f"{lost[0]} the first; the release cannot be rebuilt"
            )
            raise LedgerError(message)
        return [each for each in found if document is None or each.document_type == document]

    def expectations(self, delivery_id: str | None = None) -> list[ExpectationResult]:
        """Return what the expectations found in the deliveries that had arrived."""
        arrived = {each.delivery_id for each in self.deliveries()}
        return [each for each in super().expectations(delivery_id) if each.delivery_id in arrived]

    def releases(self) -> list[ReleaseRecord]:
        """Return the release that was current, if there was one."""
        base = self.manifest.base
        return [each for each in super().releases() if base and each.release_id == base.release_id]

    def _told(self, name: str) -> pl.DataFrame:
        frame = self.memory.frame(name)
        if frame is None:
            message = f"the night's memory has no rows of {name}"
            raise LedgerError(message)
        return frame
