"""Facts of where people live and with whom: the residents' register (F02).

Here: residence spells as they truly are. Never here: leases or ownership. Next: `family_facts`.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.drafting import Columns, Draft
from sources.country.facts.planted_identities import draft_second_homes
from sources.country.facts.programmes import holds_something

KOREAN = ~pl.col("is_foreign")


def draft_residence(draft: Draft) -> None:
    """F02: the current register, earlier addresses, moves and special registrations."""
    registered = draft.pick(KOREAN, with_planted=True, with_dead=True).filter(
        pl.col("death_reported_on").is_null() | (pl.col("planted_rule") == "D02")
    )
    home: Columns = {
        "household_no": pl.col("household_no"),
        "address": pl.col("address"),
        "road_address_code": pl.col("road_address_code"),
        "legal_dong_code": pl.col("legal_dong_code"),
        "moved_in_on": pl.col("moved_in_on"),
        "relation_to_head": pl.col("relation"),
        "registration_status": pl.col("registration_status"),
    }
    registered = _with_household(registered)
    ordinary = registered.filter(
        pl.col("registration_status").is_in(["resident", "unknown_residence", "overseas_national"])
    )
    draft.add(ordinary, "I01-F02-01", **home)
    draft_second_homes(draft)
    earlier = registered.filter(pl.col("age") > 5).sample(fraction=0.9, seed=draft.country.seed)
    others = draft.people.sample(len(earlier), with_replacement=True, seed=draft.country.seed + 1)
    earlier = earlier.with_columns(
        old_address=others["address"],
        old_road=others["road_address_code"],
        old_dong=others["legal_dong_code"],
        stayed=draft.integers(earlier, 200, 3_000),
    )
    draft.add(
        earlier,
        "I01-F02-02",
        address=pl.col("old_address"),
        road_address_code=pl.col("old_road"),
        legal_dong_code=pl.col("old_dong"),
        household_no=pl.col("household_no"),
        moved_in_on=pl.col("moved_in_on") - pl.duration(days=pl.col("stayed")),
        moved_out_on=pl.col("moved_in_on"),
    )
    draft.add(
        registered.filter(pl.col("age") > 5).sample(fraction=0.2, seed=draft.country.seed + 2),
        "I01-F02-02",
        **home,
    )
    moved = registered.filter(pl.col("moved_in_on") > draft.months(6)[0])
    draft.add(moved, "I01-F02-03", **home)
    split = moved.sample(fraction=0.3, seed=draft.country.seed)
    draft.add(split, "I01-F02-04", **home)
    lost = registered.filter(pl.col("registration_status") == "unknown_residence")
    draft.add(
        lost,
        "I01-F02-05",
        **{
            **home,
            "moved_out_on": pl.when(pl.col("planted_rule").is_null())
            .then(draft.days_ago(lost, 40, 400))
            .otherwise(draft.days_ago(lost, 130, 400)),
            "registration_status": pl.lit("unknown_residence"),
        },
    )
    cancelled = draft.pick(
        KOREAN & pl.col("age").is_between(20, 70) & ~holds_something(draft.country), 0.0007, 14
    )
    cancelled = _with_household(cancelled)
    draft.add(
        cancelled,
        "I01-F02-06",
        **{k: v for k, v in home.items() if k != "registration_status"},
        moved_out_on=draft.days_ago(cancelled, 10, 300),
    )
    cohabitants = registered.filter(pl.col("relation") == "cohabitant")
    draft.add(cohabitants, "I01-F02-07", **home)
    abroad = draft.country.journeys.filter(pl.col("in_on").is_null() & (pl.col("days") > 90))
    away = registered.join(abroad.select("person_number", "out_on"), on="person_number")
    draft.add(
        away,
        "I01-F02-08",
        **{
            **home,
            "moved_out_on": pl.col("out_on"),
            "registration_status": pl.lit("overseas_stay"),
        },
    )
    foreign = _with_household(draft.pick(pl.col("is_foreign"), with_planted=True))
    foreign = foreign.filter(pl.col("head_number") != pl.col("person_number"))
    draft.add(foreign, "I01-F02-09", **home)
    surveyed = registered.sample(fraction=0.05, seed=draft.country.seed + 3)
    draft.add(surveyed, "I01-F02-10", **home)
    protected = _with_household(
        draft.pick(
            KOREAN & pl.col("age").is_between(20, 60) & (pl.col("sex") == "female"), 0.002, 12
        )
    )
    draft.add(
        protected,
        "I16-F02-01",
        **{k: v for k, v in home.items() if k not in ("registration_status", "moved_in_on")},
        moved_in_on=draft.days_ago(protected, 5, 80),
        moved_out_on=draft.days_ago(protected, -80, 0),
    )


def _with_household(frame: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("household_number").cast(pl.String).str.zfill(9)
    return frame.with_columns(
        household_no=pl.concat_str(pl.col("district_code"), number),
        head_national_id_person_number=pl.col("head_number"),
        relation=pl.when(pl.col("head_number") == pl.col("person_number"))
        .then(pl.lit("head"))
        .otherwise("relation_to_head"),
    )
