"""Facts of absence: border crossings (F06) and custody (F07).

Here: who was away when. Never here: what offices conclude from it. Next: `family_facts`.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.drafting import Draft


def draft_crossings(draft: Draft) -> None:
    """F06: a row out and a row in for each stay abroad; notices of long stays."""
    columns = [
        "person_number",
        "passport_no",
        "birth_date",
        "is_foreign",
        "age",
        "planted_rule",
        "is_alive",
    ]
    stays = draft.country.journeys.join(
        draft.people.select(columns), on="person_number", maintain_order="left"
    )
    out = stays.with_columns(
        direction=pl.lit("out"), moved_on=pl.col("out_on"), port=pl.col("out_port")
    )
    back = stays.filter(pl.col("in_on").is_not_null()).with_columns(
        direction=pl.lit("in"), moved_on=pl.col("in_on"), port=pl.col("in_port")
    )
    crossings = pl.concat([out, back]).sort("person_number", "moved_on")
    what = {
        name: pl.col(name)
        for name in ("passport_no", "birth_date", "direction", "moved_on", "port", "country")
    }
    draft.add(crossings.filter(~pl.col("is_foreign")), "I04-F06-01", **what)
    draft.add(crossings.filter("is_foreign"), "I04-F06-02", **what)
    dual = draft.pick(~pl.col("is_foreign") & pl.col("age").is_between(5, 50), 0.001, 10)
    for direction, low, high in (("out", 60, 80), ("in", 40, 59)):
        draft.add(
            dual,
            "I04-F06-03",
            passport_no=draft.keys(dual, 8, prefix="F"),
            birth_date=pl.col("birth_date"),
            direction=direction,
            moved_on=draft.days_ago(dual, low, high),
            port=draft.choice(dual, ["ICN", "GMP", "PUS"]),
        )
    noticed = stays.filter((pl.col("days") >= 60) & pl.col("in_on").is_null())
    draft.add(
        noticed,
        "I04-F06-04",
        **{
            **what,
            "direction": pl.lit("out"),
            "moved_on": pl.col("out_on"),
            "port": pl.col("out_port"),
        },
    )


def draft_custody(draft: Draft) -> None:
    """F07: custody spells of convicts, detainees, juveniles and persons in treatment."""
    held = draft.pick(pl.col("in_custody"), with_planted=True)
    what = {"admitted_on": pl.col("custody_from"), "released_on": pl.col("custody_to")}
    planted = pl.col("planted_rule") == "D10"
    # Shares by lot and not by chance: even a small country has some of each.
    lots = draft.rng.permutation(len(held))
    place = pl.Series((lots + 0.5) / max(len(held), 1))
    convicted = held.filter(planted.fill_null(value=False) | (place < 0.6))
    draft.add(
        convicted,
        "I04-F07-01",
        **what,
        facility_no=draft.keys(convicted, 4, 52),
        custody_type="convicted",
    )
    detained = held.filter(~planted.fill_null(value=False) & (place >= 0.6) & (place < 0.85))
    draft.add(
        detained,
        "I04-F07-02",
        **what,
        facility_no=draft.keys(detained, 4, 52),
        custody_type="unconvicted",
    )
    treated = held.filter(~planted.fill_null(value=False) & (place >= 0.85))
    draft.add(treated, "I04-F07-04", **what, facility_no=draft.keys(treated, 4, 4))
    young = draft.pick(pl.col("age").is_between(14, 19) & ~pl.col("is_on_livelihood"), 0.004, 8)
    draft.add(
        young,
        "I04-F07-03",
        admitted_on=draft.days_ago(young, 60, 180),
        released_on=draft.days_ago(young, 1, 40),
        facility_no=draft.keys(young, 4, 11),
    )
