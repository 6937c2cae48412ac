"""Facts of vehicles (F23), vessels and machinery (F24), memberships and rights (F25).

Here: who owns what moves, and rights that can be sold. Never here: land and houses. Next:
`family_facts`.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.drafting import Columns, Draft

ADULT = pl.col("age").is_between(22, 84)
SPOUSE_DRIVES = 0.12
"""Share of insured cars that the owner's spouse usually drives."""
LETTERS = (
    "가",
    "나",
    "다",
    "라",
    "마",
    "거",
    "너",
    "더",
    "러",
    "버",
    "서",
    "어",
    "저",
    "하",
    "허",
    "호",
)


def draft_vehicles(draft: Draft) -> None:
    """F23: about half of the adults own a vehicle, recipients seldom and old ones; D34 a large one."""
    chance = (
        pl.when(pl.col("is_on_livelihood"))
        .then(0.06)
        .when(pl.col("age") > 74)
        .then(0.2)
        .otherwise(0.52)
    )
    adults = draft.pick(ADULT, with_planted=False)
    owners = adults.filter(draft.chance(adults) < adults.select(chance).to_series())
    second = owners.sample(fraction=0.06, seed=draft.country.seed).filter(
        ~pl.col("is_on_livelihood")
    )
    owners = pl.concat([owners, second, draft.planted("D34")])
    letters = draft.choice(owners, LETTERS, [1.0] * len(LETTERS))
    number = (
        draft.integers(owners, 10, 700).cast(pl.String).str.zfill(2)
        + letters
        + draft.keys(owners, 4, 9_000)
    )
    luxury = pl.col("planted_rule").fill_null("") == "D34"
    age = draft.integers(owners, 0, 16)
    owners = (
        owners.with_columns(
            vehicle_no=number,
            kind=draft.choice(owners, ["passenger", "truck", "van", "special"], [82, 12, 5, 1]),
            cc=draft.choice(
                owners, ["998", "1598", "1999", "2497", "3342"], [16, 34, 32, 14, 4]
            ).cast(pl.Int64),
            vehicle_age=age,
            use_kind=draft.choice(owners, ["private", "commercial", "official"], [93, 6, 1]),
        )
        .with_columns(
            vehicle_age=pl.when(luxury)
            .then(1)
            .when("is_on_livelihood")
            .then(pl.col("vehicle_age").clip(11, 16))
            .otherwise("vehicle_age"),
            cc=pl.when(luxury)
            .then(3_982)
            .when("is_on_livelihood")
            .then(pl.col("cc").clip(998, 1_598))
            .otherwise("cc"),
        )
        .with_columns(
            price=(pl.col("cc") * 13_500 * (pl.lit(0.84).pow(pl.col("vehicle_age")))).cast(pl.Int64)
            // 10_000
            * 10_000,
            registered=pl.lit(draft.as_of) - pl.duration(days=pl.col("vehicle_age") * 360 + 40),
            year=draft.as_of.year - pl.col("vehicle_age") - 1,
            kind=pl.when(luxury).then(pl.lit("passenger")).otherwise("kind"),
            use_kind=pl.when(luxury).then(pl.lit("private")).otherwise("use_kind"),
        )
    )
    vehicle: Columns = {
        "vehicle_no": pl.col("vehicle_no"),
        "vehicle_class": pl.col("kind"),
        "engine_cc": pl.col("cc"),
        "seats": pl.lit(5),
        "model_year": pl.col("year"),
        "use": pl.col("use_kind"),
        "disability_use": pl.col("is_disabled"),
        "assessed_amount": pl.col("price"),
        "registered_on": pl.col("registered"),
    }
    draft.add(owners, "I05-F23-01", **vehicle)
    _draft_insurance(draft, owners.filter(pl.col("kind") != "special"), vehicle)
    draft.add(owners.filter(draft.chance(owners) < 0.3), "I33-F23-01", **vehicle)
    draft.add(owners.filter(pl.col("vehicle_age") == 0), "I05-F23-06", **vehicle)
    plain = owners.filter(pl.col("planted_rule").is_null())
    for seed, (document, share, gone) in enumerate(
        (
            ("I05-F23-02", 0.04, False),
            ("I05-F23-03", 0.03, True),
            ("I05-F23-05", 0.03, False),
            ("I05-F23-07", 0.03, False),
            ("I33-F23-03", 0.01, False),
            ("I33-F23-05", 0.004, False),
        )
    ):
        some = plain.sample(
            min(len(plain), max(14, int(share * len(plain)))), seed=draft.country.seed + seed
        )
        ended = {"deregistered_on": draft.days_ago(some, 2, 200)} if gone else {}
        draft.add(some, document, **vehicle, **ended)
    riders = draft.pick(ADULT & (pl.col("sex") == "male") & ~pl.col("is_on_livelihood"), 0.03)
    drivers = draft.pick(ADULT & pl.col("work").is_in(["self_employed", "contractor"]), 0.05)
    for document, people, price in (
        ("I33-F23-02", riders, 2_000_000),
        ("I33-F23-04", drivers, 21_000_000),
    ):
        plate = draft.integers(people, 10, 99).cast(pl.String) + "바" + draft.keys(people, 4, 9_000)
        draft.add(
            people,
            document,
            vehicle_no=plate,
            engine_cc=draft.integers(people, 110, 400),
            seats=2,
            model_year=draft.as_of.year - 5,
            assessed_amount=draft.won(people, price, 0.3),
            registered_on=draft.days_ago(people, 100, 2_500),
            **({"use": "commercial"} if document == "I33-F23-04" else {}),
            disability_use=False,
        )


def _draft_insurance(draft: Draft, insured: pl.DataFrame, vehicle: Columns) -> None:
    """I05-F23-04: who usually drives: the owner, at times the spouse; the person of D35 a stranger's."""
    hidden = draft.planted("D35")["person_number"]
    lender = (pl.col("kind") == "passenger") & (pl.col("use_kind") == "private")
    # Who drives for an owner with a disability is a carer.
    strangers = insured.filter(
        lender
        & (pl.col("vehicle_age") > 0)
        & ~pl.col("is_on_livelihood")
        & ~pl.col("is_disabled")
        & pl.col("planted_rule").is_null()
    )
    lent = strangers.unique("household_number", maintain_order=True).sample(
        min(len(hidden), len(strangers["household_number"].unique())), seed=draft.country.seed
    )
    lent = lent.select(
        "vehicle_no", borrower=hidden.head(len(lent)).cast(pl.Int64), is_lent=pl.lit(value=True)
    )
    by_spouse = pl.Series("by_spouse", draft.chance(insured) < SPOUSE_DRIVES)
    insured = insured.with_columns(by_spouse, since=draft.days_ago(insured, 100, 360))
    insured = insured.join(lent, on="vehicle_no", how="left", maintain_order="left").with_columns(
        usual_driver_national_id_person_number=pl.when("is_lent")
        .then("borrower")
        .when(pl.col("by_spouse") & pl.col("spouse_number").is_not_null())
        .then(pl.col("spouse_number").cast(pl.Int64))
        .otherwise(pl.col("person_number").cast(pl.Int64))
    )
    draft.add(
        insured,
        "I05-F23-04",
        **vehicle,
        insured_from=pl.max_horizontal("since", "registered"),
        insured_to=pl.max_horizontal("since", "registered").dt.offset_by("1y"),
    )


def _assets(
    draft: Draft,
    plans: tuple[tuple[str, pl.Expr, float, int, int], ...],
    number: str,
    extra: str | None,
) -> None:
    for document, who, share, least, median in plans:
        people = draft.pick(who & ~pl.col("is_on_livelihood"), share, least)
        sized = {extra: draft.integers(people, 1, 90).cast(pl.Float64)} if extra else {}
        draft.add(
            people,
            document,
            **{number: draft.keys(people, 9, prefix=document[1:3])},
            **sized,
            assessed_amount=draft.won(people, median, 0.6),
            acquired_on=draft.days_ago(people, 200, 5_000),
        )


def draft_vessels(draft: Draft) -> None:
    """F24: construction machines, aircraft, ships, boats, leisure craft and drones."""
    rich = ADULT & (pl.col("wealth").fill_null(0.0) > 0.6)
    _assets(
        draft,
        (("I05-F24-01", ADULT & pl.col("work").is_in(["self_employed", "contractor"]), 0.03, 16, 38_000_000),
         ("I05-F24-02", rich, 0.001, 12, 400_000_000), ("I05-F24-03", rich, 0.001, 12, 60_000_000),
         ("I12-F24-01", rich, 0.001, 14, 180_000_000), ("I12-F24-02", pl.col("work") == "fisher", 0.7, 14, 26_000_000),
         ("I12-F24-03", rich, 0.003, 14, 15_000_000), ("I33-F24-01", ADULT, 0.004, 16, 2_000_000)),
        "asset_no", "size",
    )  # fmt: skip


def draft_rights(draft: Draft) -> None:
    """F25: presale rights, union members, fishery rights, memberships, licences, stalls."""
    rich = ADULT & (pl.col("wealth").fill_null(0.0) > 0.6)
    trade = ADULT & (pl.col("work") == "self_employed")
    _assets(
        draft,
        (("I05-F25-01", rich, 0.012, 14, 210_000_000), ("I05-F25-02", rich, 0.004, 14, 330_000_000),
         ("I12-F25-01", pl.col("work") == "fisher", 0.4, 14, 45_000_000), ("I12-F25-02", pl.col("work") == "fisher", 0.5, 14, 20_000_000),
         ("I37-F25-01", rich, 0.012, 16, 60_000_000), ("I37-F25-02", trade, 0.02, 12, 70_000_000), ("I37-F25-03", trade, 0.01, 12, 18_000_000)),
        "right_no", None,
    )  # fmt: skip
