"""Facts of who people are: identity versions (F01), foreigners and nationality (F05).

Here: true identity facts and their changes. Never here: residence or family. Next: `family_facts`.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.drafting import Draft
from sources.country.facts.planted_identities import draft_second_identities

KOREAN = ~pl.col("is_foreign")
STATUS_WORDS = {"overseas_national": "overseas_national", "unknown_residence": "unknown_residence"}


def _identity_columns(frame: pl.DataFrame) -> dict[str, pl.Expr]:
    known = ("name_roman", "birth_date", "sex", "nationality", "previous_national_id")
    return {name: pl.col(name) for name in known if name in frame.columns}


def draft_identity(draft: Draft) -> None:
    """F01: the register's master, changes of numbers and names, cards and passports."""
    registered = draft.pick(KOREAN, with_planted=True, with_dead=True).with_columns(
        previous_national_id_person_number=pl.when(
            pl.col("previous_national_id").is_not_null()
        ).then(pl.col("person_number")),
        dead=pl.col("death_reported_on").is_not_null()
        & (pl.col("planted_rule").fill_null("") != "D02"),
    )
    who = _identity_columns(registered)
    changed = pl.col("id_changed_on").is_not_null()
    draft.add(
        registered,
        "I01-F01-01",
        **who,
        changed_on=pl.when(changed).then("id_changed_on").otherwise("birth_date"),
        change_reason=pl.when(pl.col("is_naturalised"))
        .then(pl.lit("naturalisation"))
        .when(changed)
        .then(pl.lit("correction"))
        .otherwise(pl.lit("birth")),
        status=pl.when("dead")
        .then(pl.lit("dead"))
        .otherwise(pl.col("registration_status").replace_strict(STATUS_WORDS, default="active")),
    )
    changes = registered.filter(~pl.col("dead"))
    some = changes.sample(fraction=0.006, seed=draft.country.seed)
    draft.add(some, "I01-F01-02", **who, changed_on=draft.days_ago(some, 1, 60), status="active")
    dead = registered.filter(pl.col("dead") & (pl.col("death_reported_on") > draft.months(3)[0]))
    draft.add(
        dead,
        "I01-F01-02",
        **who,
        changed_on=pl.col("death_reported_on"),
        status="dead",
        change_reason="cancellation",
    )
    draft_second_identities(draft)
    reissued = registered.filter(changed & ~pl.col("is_naturalised"))
    draft.add(reissued, "I01-F01-03", **who, changed_on=pl.col("id_changed_on"))
    corrected = draft.pick(KOREAN, 0.0008, 12)
    draft.add(
        corrected,
        "I01-F01-04",
        **{**_identity_columns(corrected), "previous_national_id": pl.lit(None)},
        changed_on=draft.days_ago(corrected, 1, 300),
    )
    doubled = draft.pick(KOREAN & (pl.col("age") > 30), 0.0006, 10)
    draft.add(
        doubled,
        "I01-F01-05",
        **_identity_columns(doubled),
        changed_on=draft.days_ago(doubled, 1, 400),
    )
    abroad = registered.filter(pl.col("registration_status") == "overseas_national")
    draft.add(
        abroad,
        "I01-F01-06",
        **who,
        changed_on=draft.days_ago(abroad, 100, 2_000),
        status="overseas_national",
    )
    new = registered.filter((pl.col("age") == 0) | (changed & pl.col("is_naturalised")))
    draft.add(
        new,
        "I01-F01-07",
        **who,
        changed_on=pl.when(changed)
        .then("id_changed_on")
        .otherwise(pl.min_horizontal(pl.col("birth_date").dt.offset_by("6d"), draft.as_of)),
        change_reason=pl.when(changed).then(pl.lit("naturalisation")).otherwise(pl.lit("birth")),
    )
    carded = draft.pick(KOREAN & (pl.col("age") >= 17), 0.03)
    draft.add(
        carded,
        "I01-F01-08",
        changed_on=draft.days_ago(carded, 1, 180),
        name_roman=pl.col("name_roman"),
    )
    holders = draft.pick(KOREAN & (pl.col("age") > 4), 0.45, with_planted=True)
    draft.add(
        holders,
        "I18-F01-01",
        **_identity_columns(holders),
        changed_on=draft.days_ago(holders, 20, 3_600),
        change_reason=draft.choice(
            holders, ["new", "reissue", "lost", "roman_name_change"], [55, 38, 5, 2]
        ),
        status=draft.choice(holders, ["valid", "expired", "void", "lost"], [80, 15, 3, 2]),
    )


STAY_STATUS = ("F4", "F5", "E9", "H2", "D2", "E7", "F2", "F1", "D4")


def draft_foreigners(draft: Draft) -> None:
    """F05: foreigners' stays, naturalisation and loss, refugees, defectors, nationals abroad."""
    foreign = draft.pick(pl.col("is_foreign"), with_planted=True)
    shares = [24, 16, 22, 9, 12, 6, 6, 3, 2]
    foreign = foreign.with_columns(
        draft.choice(foreign, STAY_STATUS, shares).alias("stay"),
        draft.days_ago(foreign, 60, 1_400).alias("stay_from"),
    ).with_columns(
        stay=pl.when("is_migrant_spouse").then(pl.lit("F6")).otherwise("stay"),
        stay_to=pl.col("stay_from").dt.offset_by("5y"),
    )
    # Planted: the stay of D13 ended before the months that were paid.
    lapsed = pl.col("planted_rule").fill_null("") == "D13"
    foreign = foreign.with_columns(
        stay=pl.when(lapsed).then(pl.lit("E9")).otherwise("stay"),
        stay_from=pl.when(lapsed).then(pl.lit(draft.months(30)[0])).otherwise("stay_from"),
        stay_to=pl.when(lapsed).then(pl.lit(draft.months(7)[0])).otherwise("stay_to"),
    )
    who = {
        name: pl.col(name) for name in ("passport_no", "name_roman", "birth_date", "nationality")
    }
    stay = {
        "stay_status": pl.col("stay"),
        "stay_from": pl.col("stay_from"),
        "stay_to": pl.col("stay_to"),
    }
    overseas_korean = pl.col("stay") == "F4"
    draft.add(foreign.filter(~overseas_korean), "I04-F05-01", **who, **stay)
    draft.add(foreign.filter(overseas_korean), "I04-F05-02", **who, **stay)
    permitted = foreign.sample(fraction=0.15, seed=draft.country.seed)
    draft.add(permitted, "I04-F05-03", **who, **stay)
    naturalised = draft.pick(pl.col("is_naturalised"), with_planted=True).with_columns(
        new_national_id_person_number=pl.col("person_number")
    )
    draft.add(
        naturalised,
        "I04-F05-04",
        **who,
        foreign_id=pl.col("previous_national_id"),
        naturalised_on=pl.col("id_changed_on"),
        stay_from=pl.col("id_changed_on").dt.offset_by("-6y"),
    )
    lost = draft.pick(KOREAN & pl.col("age").is_between(20, 60), 0.0005, 8)
    draft.add(lost, "I04-F05-05", **who, stay_from=draft.days_ago(lost, 30, 900))
    refugees = foreign.filter(pl.col("stay").is_in(["F2", "F1"]))
    draft.add(
        refugees, "I04-F05-06", **who, stay_from=pl.col("stay_from"), stay_to=pl.col("stay_to")
    )
    defectors = draft.pick(KOREAN & pl.col("age").is_between(20, 70), 0.0008, 16)
    draft.add(defectors, "I17-F05-01", **who, stay_from=draft.days_ago(defectors, 100, 2_500))
    living_abroad = draft.pick(pl.col("registration_status") == "overseas_national")
    draft.add(
        living_abroad, "I18-F05-01", **who, stay_from=draft.days_ago(living_abroad, 200, 3_000)
    )
    emigrants = draft.pick(pl.col("registration_status") == "overseas_national", 0.4)
    draft.add(emigrants, "I18-F05-02", **who, stay_from=draft.days_ago(emigrants, 30, 1_000))
