"""How well a rule stands: what people made of its cases, and whether it is only counted for a while.

Here: precision, reversals and time to close by rule and institution, and who is demoted, as pure
functions of decided cases. Never here: keeping them (`warehouse.ledger.standings`). Next: the
night hands the demoted rules to `build_findings` and releases the table `rule_standing`.

A demotion does not lapse with silence: a demoted rule opens no cases, so that its bad cases leave
the window by themselves. It ends when the precision of enough decided cases is back at the floor,
or when a person reinstates the rule; from that day on only later decisions count.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import polars as pl

from hub.findings.rules import Action, Rule

FEEDBACK_FILE = Path(__file__).parent / "feedback.toml"
PPM = 1_000_000
CASE_SCHEMA = {
    "case_id": pl.String,
    "rule_id": pl.String,
    "institutions": pl.String,
    "opened_on": pl.Date,
    "decided_on": pl.Date,
    "finding": pl.String,
    "appeal_outcome": pl.String,
    "appeal_decided_on": pl.Date,
    "closed_on": pl.Date,
}
"""Cases as their standing is judged: `institutions` are codes with commas between them, `finding` is
`confirmed` or `overturned` (null before a decision), `appeal_outcome` `upheld` or `reversed`."""
STANDING_EVENT_SCHEMA = {
    "rule_id": pl.String,
    "kind": pl.String,
    "actor": pl.String,
    "happened_on": pl.Date,
    "reason": pl.String,
}
"""What happened to rules, in order; `kind` is a `StandingEvent`."""
STANDING_COLUMNS = (
    "rule_id",
    "institution",
    "window_start",
    "window_end",
    "decided",
    "confirmed",
    "precision_ppm",
    "appeals_decided",
    "reversed",
    "reversal_ppm",
    "closed",
    "median_days_to_close",
    "precision_floor_ppm",
    "minimum_decided",
    "is_demoted",
    "demoted_because",
)
"""Columns of the table `rule_standing`; shares are in parts per million, null where nothing counts."""
ALL_INSTITUTIONS = "all"
"""In `institution`: the whole rule. Institutions have codes such as I03."""


class StandingEvent(StrEnum):
    """What happens to the standing of a rule."""

    DEMOTED = "demoted"
    RESTORED = "restored"
    """The machine: precision is back."""
    REINSTATED = "reinstated"
    """A person: the rule was mended, or the floor was wrong."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The least precision of a rule, and how many decided cases say something about it."""

    precision_ppm: int
    minimum_decided: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """The parameters of `feedback.toml`."""

    window_weeks: int
    minimum_decided: int
    floor_of_action: Mapping[Action, int]
    rules: Mapping[str, Mapping[str, int]]

    def floor(self, rule_id: str, action: Action) -> Floor:
        """Return the floor of a rule: its own numbers, or those of its action."""
        own = self.rules.get(rule_id, {})
        return Floor(
            own.get("precision_floor_ppm", self.floor_of_action[action]),
            own.get("minimum_decided", self.minimum_decided),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What a night knows of the rules."""

    table: pl.DataFrame
    """`rule_standing`: a row a rule and institution, and one a rule (`institution` = all)."""
    demoted: Mapping[str, str]
    """Rules that are only counted tonight, and why."""
    changes: pl.DataFrame
    """`STANDING_EVENT_SCHEMA`: what tonight changes by itself."""


@lru_cache
def load_feedback(path: Path = FEEDBACK_FILE) -> Feedback:
    """Read the parameters.

    Raises:
        ValueError: an unknown field, or a floor that is no share in parts per million.
    """
    content = tomllib.loads(path.read_text("utf-8"))
    rules: dict[str, dict[str, int]] = content.pop("rule", {})
    for rule_id, own in rules.items():
        if unknown := set(own) - {"precision_floor_ppm", "minimum_decided"}:
            raise ValueError(f"{path.name}, rule {rule_id}: no field {min(unknown)}")
    floors = {Action(name): floor for name, floor in content.pop("floor_of_action").items()}
    for floor in [*floors.values(), *(own.get("precision_floor_ppm", 0) for own in rules.values())]:
        if not 0 <= floor <= PPM:
            raise ValueError(f"{path.name}: a floor lies between 0 and {PPM}")
    return Feedback(floor_of_action=floors, rules=rules, **content)


def judge_rules(
    rules: tuple[Rule, ...],
    cases: pl.DataFrame,
    events: pl.DataFrame,
    as_of: dt.date,
    feedback: Feedback | None = None,
) -> Standing:
    """Judge every rule by what people decided in the weeks up to `as_of`.

    Args:
        rules: all rules.
        cases: `CASE_SCHEMA`; also undecided ones.
        events: `STANDING_EVENT_SCHEMA`, in their order.
        as_of: the night; what happened later is not known yet. Cases count as closed until the day
            before: a night itself closes cases after it has judged, and a repeat must judge the same.
        feedback: the parameters, by default those of `feedback.toml`.
    """
    numbers = feedback or load_feedback()
    start = as_of - dt.timedelta(weeks=numbers.window_weeks)
    known = events.filter(pl.col("happened_on") <= as_of)
    counted = _counted(cases, known, start, as_of)
    figures = pl.concat(
        [
            _figures(counted.with_columns(institution=pl.lit(ALL_INSTITUTIONS))),
            _figures(
                counted.with_columns(institution=pl.col("institutions").str.split(","))
                .explode("institution")
                .filter(pl.col("institution") != "")
            ),
        ]
    )
    whole = {
        row["rule_id"]: row
        for row in figures.filter(institution=ALL_INSTITUTIONS).iter_rows(named=True)
    }
    newest = {row["rule_id"]: row for row in known.iter_rows(named=True)}
    demoted: dict[str, str] = {}
    changes: list[dict[str, object]] = []
    for rule in rules:
        floor = numbers.floor(rule.id, rule.action)
        found = whole.get(rule.id, {"decided": 0, "confirmed": 0})
        last = newest.get(rule.id)
        was_demoted = last is not None and last["kind"] == StandingEvent.DEMOTED
        verdict = _verdict(found["decided"], found["confirmed"], floor)
        told = _told(found["decided"], found["confirmed"], floor, numbers.window_weeks, as_of)
        if was_demoted and verdict is True:
            changes.append(_event(rule.id, StandingEvent.RESTORED, as_of, told))
        elif was_demoted:
            demoted[rule.id] = str(last["reason"]) if last else told
        elif verdict is False and rule.action is not Action.INFO:
            demoted[rule.id] = told
            changes.append(_event(rule.id, StandingEvent.DEMOTED, as_of, told))
    return Standing(
        _table(rules, figures, numbers, demoted, start, as_of),
        demoted,
        pl.DataFrame(changes, schema=STANDING_EVENT_SCHEMA),
    )


def _counted(
    cases: pl.DataFrame, events: pl.DataFrame, start: dt.date, as_of: dt.date
) -> pl.DataFrame:
    """Return cases with what falls into the window; decisions before a reinstatement are past."""
    since = (
        events.filter(pl.col("kind") == StandingEvent.REINSTATED.value)
        .group_by("rule_id")
        .agg(reinstated_on=pl.col("happened_on").max())
    )

    def within(day: str) -> pl.Expr:
        return (pl.col(day) > start) & (pl.col(day) <= as_of)

    is_past = pl.col("decided_on") <= pl.col("reinstated_on")
    is_reversed = (pl.col("appeal_outcome") == "reversed") & (pl.col("appeal_decided_on") <= as_of)
    return (
        cases.select(list(CASE_SCHEMA))
        .join(since, on="rule_id", how="left")
        .with_columns(
            is_decided=(within("decided_on") & ~is_past.fill_null(value=False)).fill_null(
                value=False
            ),
            is_appealed=within("appeal_decided_on").fill_null(value=False),
            is_closed=(within("closed_on") & (pl.col("closed_on") < as_of)).fill_null(value=False),
            is_reversed=is_reversed.fill_null(value=False),
        )
        .with_columns(
            is_confirmed=pl.col("is_decided")
            & (pl.col("finding") == "confirmed").fill_null(value=False)
            & ~pl.col("is_reversed")
        )
        .filter(pl.any_horizontal("is_decided", "is_appealed", "is_closed"))
    )


def _figures(counted: pl.DataFrame) -> pl.DataFrame:
    days = (pl.col("closed_on") - pl.col("opened_on")).dt.total_days()
    return counted.group_by("rule_id", "institution").agg(
        decided=pl.col("is_decided").sum().cast(pl.Int64),
        confirmed=pl.col("is_confirmed").sum().cast(pl.Int64),
        appeals_decided=pl.col("is_appealed").sum().cast(pl.Int64),
        reversed=(pl.col("is_appealed") & pl.col("is_reversed")).sum().cast(pl.Int64),
        closed=pl.col("is_closed").sum().cast(pl.Int64),
        median_days_to_close=days.filter("is_closed").median(),
    )


def _verdict(decided: int, confirmed: int, floor: Floor) -> bool | None:
    """Say whether the rule stands; None where too little was decided."""
    if decided < floor.minimum_decided:
        return None
    return confirmed * PPM >= floor.precision_ppm * decided


def _told(decided: int, confirmed: int, floor: Floor, weeks: int, as_of: dt.date) -> str:
    return (
        f"{confirmed} of {decided} cases decided in the {weeks} weeks to {as_of} were confirmed; "
        f"the floor is {floor.precision_ppm} in a million of at least {floor.minimum_decided}"
    )


def _event(rule_id: str, kind: StandingEvent, as_of: dt.date, reason: str) -> dict[str, object]:
    return {
        "rule_id": rule_id,
        "kind": kind.value,
        "actor": "machine",
        "happened_on": as_of,
        "reason": reason,
    }


def _table(
    rules: tuple[Rule, ...],
    figures: pl.DataFrame,
    feedback: Feedback,
    demoted: Mapping[str, str],
    start: dt.date,
    as_of: dt.date,
) -> pl.DataFrame:
    floors = [feedback.floor(rule.id, rule.action) for rule in rules]
    named = pl.DataFrame(
        {
            "rule_id": [rule.id for rule in rules],
            "precision_floor_ppm": [floor.precision_ppm for floor in floors],
            "minimum_decided": [floor.minimum_decided for floor in floors],
            "demoted_because": [demoted.get(rule.id) for rule in rules],
        },
        schema_overrides={"demoted_because": pl.String},
    )
    every = named.select("rule_id", institution=pl.lit(ALL_INSTITUTIONS))
    counts = ["decided", "confirmed", "appeals_decided", "reversed", "closed"]
    pairs = pl.concat([every, figures.select("rule_id", "institution")]).unique()
    return (
        pairs.join(named, on="rule_id")
        .join(figures, on=["rule_id", "institution"], how="left")
        .with_columns(pl.col(counts).fill_null(0))
        .with_columns(
            window_start=pl.lit(start + dt.timedelta(days=1)),
            window_end=pl.lit(as_of),
            precision_ppm=_share("confirmed", "decided"),
            reversal_ppm=_share("reversed", "appeals_decided"),
            is_demoted=pl.col("demoted_because").is_not_null(),
        )
        .select(STANDING_COLUMNS)
        .sort("rule_id", pl.col("institution") != ALL_INSTITUTIONS, "institution")
    )


def _share(part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(pl.col(part) * PPM // pl.col(whole))
