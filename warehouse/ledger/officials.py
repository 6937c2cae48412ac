"""Officials, and what the ledger itself knows of their actions.

Here: who acts under which name, where and since when; and the actions that stand in the ledger's own
history: decisions about people, steps of cases. Never here: accesses to personal data
(`warehouse.access_entries`) or judging anybody (rules D43 and D44). Next: `pipelines.steps.own_logs`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Column, Date, String, Table, insert, select, update

from warehouse.ledger.book import Book, frame_of
from warehouse.ledger.case_schema import CASE_EVENT, FINDING_CASE
from warehouse.ledger.errors import LedgerError
from warehouse.ledger.records import DecisionKind
from warehouse.ledger.schema import METADATA, PERSON_DECISION

OFFICIAL = Table(
    "official",
    METADATA,
    Column("actor", String(120), primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("person_id", String(40)),
    Column("area_code", String(10), nullable=False),
    Column("role", String(40), nullable=False),
)
OFFICIAL_SCHEMA = pl.Schema(
    {
        "actor": pl.String(),
        "person_id": pl.String(),
        "area_code": pl.String(),
        "role": pl.String(),
        "valid_from": pl.Date(),
        "valid_to": pl.Date(),
    }
)
ACTION_SCHEMA = pl.Schema(
    {
        "action_id": pl.String(),
        "happened_at": pl.Datetime("us"),
        "actor": pl.String(),
        "action": pl.String(),
        "object_kind": pl.String(),
        "object_id": pl.String(),
        "person_id": pl.String(),
        "programme_code": pl.String(),
        "area_code": pl.String(),
    }
)
"""What an official did. `action`: enter, approve, create, revert, pay, change_account, other."""

_CASE_ACTIONS = {"open": "enter", "decide": "approve"}


@dataclass(frozen=True, slots=True)
class PostChanges:
    """What a file of the personnel office changed, in posts."""

    added: int
    ended: int
    """Posts whose last day is another now."""
    absent: int
    """Posts that ended because a complete file does not name their official."""


class OfficialBook(Book):
    """The officials whom the hub knows, and their actions in the ledger."""

    def register_official(
        self,
        actor: str,
        *,
        area_code: str,
        role: str,
        valid_from: dt.date,
        person_id: str | None = None,
    ) -> None:
        """Write down that `actor` works in an area under a role; an earlier post of theirs ends.

        Args:
            actor: the name under which the official acts in the ledger and in logs.
            area_code: leading digits of the legal-dong codes for which the official is responsible;
                empty for the whole country.
            role: what the post is, in one word.
            valid_from: the first day.
            person_id: who the official is in the person index, where that is known.

        Raises:
            LedgerError: a text is missing, or a post of that day or later is written down already.
        """
        if not actor.strip() or not role.strip():
            raise LedgerError("an official needs a name and a role; nothing was written")
        table = OFFICIAL.c
        with self._writing() as connection:
            posts = connection.execute(
                select(table.valid_from).where(table.actor == actor, table.valid_from >= valid_from)
            ).all()
            if posts:
                raise LedgerError(
                    "the official has a post since that day or later; nothing was written"
                )
            connection.execute(
                update(OFFICIAL)
                .where(table.actor == actor, table.valid_to.is_(None))
                .values(valid_to=valid_from - dt.timedelta(days=1))
            )
            connection.execute(
                insert(OFFICIAL).values(
                    actor=actor,
                    valid_from=valid_from,
                    person_id=person_id,
                    area_code=area_code,
                    role=role,
                )
            )

    def end_post(self, actor: str, first_day_out: dt.date) -> None:
        """Write down that `actor` has no post from `first_day_out` on; the post stays in the history.

        One that began that very day ends before it: it held on no day.

        Raises:
            LedgerError: the official has no post that goes on to that day, or one begins later.
        """
        table = OFFICIAL.c
        with self._writing() as connection:
            later = connection.execute(
                select(table.valid_from).where(
                    table.actor == actor, table.valid_from > first_day_out
                )
            ).all()
            ended = connection.execute(
                update(OFFICIAL)
                .where(
                    table.actor == actor,
                    table.valid_from <= first_day_out,
                    table.valid_to.is_(None) | (table.valid_to >= first_day_out),
                )
                .values(valid_to=first_day_out - dt.timedelta(days=1))
            )
            if later or not ended.rowcount:
                raise LedgerError(
                    "the official has no post that goes on to that day, or one that begins"
                    " later; nothing was written"
                )

    def take_posts(self, told: pl.DataFrame, *, complete_on: dt.date | None = None) -> PostChanges:
        """Bring the posts to what the personnel office says; what was written before stays.

        Args:
            told: `OFFICIAL_SCHEMA`, one row a post; `valid_to` is its last day.
            complete_on: the file names every post there is, as of this day: who is in post in the
                ledger and not named has none from this day on. None: others are left alone.

        Raises:
            LedgerError: a post that is written down is told with another area, role or person, two
                posts of one official overlap, or one ends before it begins; nothing was written.
        """
        table = OFFICIAL.c
        told = told.select(*OFFICIAL_SCHEMA).cast(OFFICIAL_SCHEMA).sort("actor", "valid_from")
        added = ended = absent = 0
        with self._writing() as connection:
            query = select(*(table[name] for name in OFFICIAL_SCHEMA))
            known = {(row.actor, row.valid_from): row for row in connection.execute(query)}
            for post in told.iter_rows(named=True):
                here = (table.actor == post["actor"]) & (table.valid_from == post["valid_from"])
                before = known.get((post["actor"], post["valid_from"]))
                if before is None:
                    connection.execute(insert(OFFICIAL).values(**post))
                    added += 1
                elif any(
                    getattr(before, name) != post[name]
                    for name in ("area_code", "role", "person_id")
                ):
                    raise LedgerError(
                        "a post that is written down is told with another area, role or person;"
                        " let the personnel office tell a new post; nothing was written"
                    )
                elif before.valid_to != post["valid_to"]:
                    connection.execute(
                        update(OFFICIAL).where(here).values(valid_to=post["valid_to"])
                    )
                    ended += 1
            if complete_on is not None:
                gone = {actor for actor, _ in known} - set(told["actor"])
                result = connection.execute(
                    update(OFFICIAL)
                    .where(
                        table.actor.in_(sorted(gone)),
                        table.valid_from < complete_on,
                        table.valid_to.is_(None) | (table.valid_to >= complete_on),
                    )
                    .values(valid_to=complete_on - dt.timedelta(days=1))
                )
                absent = result.rowcount
            posts = frame_of(connection, query, OFFICIAL_SCHEMA).sort("actor", "valid_from")
            following = pl.col("valid_from").shift(-1).over("actor")
            wrong = posts.filter(
                # One that ends the day before it begins held on no day: somebody left at once.
                (pl.col("valid_to") < pl.col("valid_from") - pl.duration(days=1))
                | (
                    following.is_not_null()
                    & (pl.col("valid_to").fill_null(dt.date.max) >= following)
                )
            )
            if not wrong.is_empty():
                raise LedgerError(
                    "two posts of one official overlap, or a post ends before it begins; nothing was"
                    " written"
                )
        return PostChanges(added, ended, absent)

    def officials(self) -> pl.DataFrame:
        """Return every post of every official, `OFFICIAL_SCHEMA`, by actor and first day."""
        query = select(*(OFFICIAL.c[name] for name in OFFICIAL_SCHEMA)).order_by(
            OFFICIAL.c.actor, OFFICIAL.c.valid_from
        )
        with self._reading() as connection:
            return frame_of(connection, query, OFFICIAL_SCHEMA)

    def official_actions(self) -> pl.DataFrame:
        """Return what officials did in the ledger, `ACTION_SCHEMA`, in the order of time.

        Opening a case enters it and deciding it approves it; a decision about people is created, and
        reverted by a revoke. Moments are UTC without zone.
        """
        return pl.concat([self._decisions_made(), self._steps_taken()]).sort(
            "happened_at", "action_id"
        )

    def _decisions_made(self) -> pl.DataFrame:
        columns = ("decision_id", "kind", "right", "actor", "decided_at", "revokes")
        schema = dict.fromkeys(columns, pl.String) | {"decided_at": pl.Datetime("us", "UTC")}
        with self._reading() as connection:
            told = frame_of(
                connection, select(*(PERSON_DECISION.c[name] for name in columns)), schema
            )
        is_pin = pl.col("kind").is_in([DecisionKind.PIN.value, DecisionKind.UNPIN.value])
        return told.select(
            action_id=pl.lit("person-decision-") + pl.col("decision_id"),
            happened_at=pl.col("decided_at").dt.replace_time_zone(None),
            actor=pl.col("actor"),
            action=pl.when(pl.col("revokes").is_null())
            .then(pl.lit("create"))
            .otherwise(pl.lit("revert")),
            object_kind=pl.lit("person_decision"),
            object_id=pl.coalesce("revokes", "decision_id"),
            person_id=pl.when(is_pin).then("right"),
            programme_code=pl.lit(None, pl.String),
            area_code=pl.lit(None, pl.String),
        )

    def _steps_taken(self) -> pl.DataFrame:
        query = select(
            CASE_EVENT.c.row_number,
            CASE_EVENT.c.recorded_at,
            CASE_EVENT.c.actor,
            CASE_EVENT.c.step,
            CASE_EVENT.c.case_id,
            FINDING_CASE.c.person_id,
            FINDING_CASE.c.programme_code,
        ).join(FINDING_CASE, FINDING_CASE.c.case_id == CASE_EVENT.c.case_id)
        schema = {
            "row_number": pl.Int64(),
            "recorded_at": pl.Datetime("us", "UTC"),
            **dict.fromkeys(("actor", "step", "case_id", "person_id", "programme_code"), pl.String),
        }
        with self._reading() as connection:
            told = frame_of(connection, query, schema)
        return told.select(
            action_id=pl.lit("case-event-") + pl.col("row_number").cast(pl.String),
            happened_at=pl.col("recorded_at").dt.replace_time_zone(None),
            actor=pl.col("actor"),
            action=pl.col("step").replace_strict(_CASE_ACTIONS, default="other"),
            object_kind=pl.lit("case"),
            object_id=pl.col("case_id"),
            person_id=pl.col("person_id"),
            programme_code=pl.col("programme_code"),
            area_code=pl.lit(None, pl.String),
        )
