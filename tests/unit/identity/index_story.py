"""An index over several nights, played from tables that a person can read.

Here: one story, and what a test asks of it. Never here: a test, or an expected answer.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

import polars as pl
import polars.selectors as cs

from hub.identity.membership import membership_as_of
from pipelines.steps.index import Before, build_index

KEY = b"test key"
FIRST = dt.date(2026, 4, 1)
SECOND, THIRD, FOURTH = (FIRST + dt.timedelta(days=days) for days in (1, 2, 3))
NAMED = {"person_id": pl.String, "other_person_id": pl.String}


class Story:
    """An index over several nights; what one night leaves the next one remembers."""

    def __init__(self, bench_of, read_table, folder, *, keeps_state):
        self.bench_of, self.read_table, self.folder = bench_of, read_table, folder
        self.keeps_state = keeps_state
        self.before = Before()
        self.night = FIRST - dt.timedelta(days=1)

    def play(self, text, decisions=None, more=None, settings=None):
        """Play the next night; `*` in column `reg` = stands in the register."""
        self.night += dt.timedelta(days=1)
        signatures = self.read_table(text)
        register = signatures.filter(pl.col("reg") == "*").select(
            cs.by_name("signature_id", "national_id_token", "birth_date", "sex", require_all=False),
            document_type=pl.lit("I01-F01-01"),
        )
        self.bench = self.bench_of(
            signature=signatures.drop("reg"),
            f01_person_identity=register
            if more is None
            else pl.concat([register, self.read_table(more)], how="diagonal"),
        )
        state = self.folder / f"{self.night}" if self.keeps_state and settings is None else None
        before = self.before if settings is None else dataclasses.replace(self.before, state=None)
        result = build_index(
            self.bench, before, KEY, decisions=self.decisions(decisions), settings=settings,
            state_folder=state, night=self.night,
        )  # fmt: skip
        self.events = sorted(result.events.select("kind", "person_id", "other_person_id").rows())
        redirects = result.events.filter(pl.col("kind").is_in(["merged", "redirected"]))
        known = self.before.redirects
        self.before = Before(
            members=self.bench.frame("SELECT signature_id, record_id, person_id FROM person_index"),
            decisions=self.decisions(decisions),
            state=state,
            tables=self.bench.folder,
            history=self.history(),
            redirects=pl.concat(
                [
                    pl.DataFrame(schema=NAMED) if known is None else known,
                    redirects.select(pl.col(name).cast(pl.String) for name in NAMED),
                ]
            ).unique("person_id", keep="last"),
            next_sequence=result.next_sequence,
        )
        return self

    def decisions(self, rows):
        """Columns as `Ledger.active_decisions` gives them."""
        schema = dict.fromkeys(["decision_id", "kind", "left", "right"], pl.String)
        return pl.DataFrame(
            [(f"d{place}", *row) for place, row in enumerate(rows or ())],
            schema=schema,
            orient="row",
        ).with_columns(is_active=True)

    def people(self):
        """The groups of signature IDs that are one person."""
        return [
            ids
            for (ids,) in self.bench.connection.sql(
                """
                SELECT list(signature_id ORDER BY signature_id) AS ids FROM person_index
                WHERE person_id IS NOT NULL GROUP BY person_id ORDER BY ids
                """
            ).fetchall()
        ]

    def person(self, signature_id):
        return self.bench.value(
            f"SELECT person_id FROM person_index WHERE signature_id = {signature_id}"
        )

    def record(self, signature_id):
        return self.bench.value(
            f"SELECT record_id FROM person_index WHERE signature_id = {signature_id}"
        )

    def reviews(self):
        return self.bench.connection.sql(
            'SELECT kind, "left", "right" FROM review_candidate ORDER BY ALL'
        ).fetchall()

    def history(self):
        return self.bench.frame("FROM person_membership").rename(
            {"record_id": "member", "person_id": "identifier"}
        )

    def was(self, record, valid_on, known_on=None):
        """Who a record was on a day, as believed on a day."""
        found = membership_as_of(self.history(), valid_on, known_on).filter(member=record)
        return found["identifier"].item() if found.height else None
