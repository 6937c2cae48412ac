"""Facts of land (F20) and buildings (F21).

Here: who owns what; one parcel and one building are the same in every register.
Never here: leases (`leases`), vehicles and rights (`vehicles`). Next: `family_facts`.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from sources.country.facts.drafting import Columns, Draft
from sources.country.facts.look_alikes import draft_expropriations

ADULT = pl.col("age") >= 22
SOLD_SHARE = 0.06
"""Share of parcels whose owner sold or gave them away within the last year."""
OWNED_BEFORE_DAYS = 4_000
"""Recipients own what they own for longer than they receive."""
MODEST_LAND, MODEST_HOUSE, POOR_HOUSE = 80_000_000, 300_000_000, 35_000_000
"""Won that land and houses of recipients' relatives, and homes of recipients, are worth at most."""


def modest(amount: pl.Expr, most: int) -> pl.Expr:
    """`amount`, for relatives who could support a recipient at most `most`."""
    return pl.when("is_obligor").then(amount.clip(upper_bound=most)).otherwise(amount)


def parcel_numbers(draft: Draft, frame: pl.DataFrame) -> pl.Series:
    """Parcel numbers (PNU, 19 digits): dong 10, register 1, main number 4, sub number 4."""
    main, sub = draft.integers(frame, 1, 1_400), draft.integers(frame, 0, 60)
    return (
        frame["legal_dong_code"]
        + "1"
        + main.cast(pl.String).str.zfill(4)
        + sub.cast(pl.String).str.zfill(4)
    )


def draft_land(draft: Draft) -> None:
    """F20: about one adult in six owns land; farmers own fields; recipients hardly any."""
    rich = pl.col("wealth").fill_null(0.3)
    owners = draft.pick(
        ADULT & ~pl.col("is_on_livelihood") & (rich > 0.45), 0.22, with_planted=False
    )
    owners = pl.concat(
        [owners, draft.pick(pl.col("work").is_in(["farmer", "forester"])), draft.planted("D33")]
    )
    owners = owners.unique("person_number", maintain_order=True)
    kinds = [
        "building_site",
        "dry_field",
        "paddy",
        "forest",
        "orchard",
        "road",
        "miscellaneous",
        "pasture",
    ]
    owners = owners.with_columns(
        parcel_no=parcel_numbers(draft, owners),
        category=draft.choice(owners, kinds, [30, 22, 20, 16, 4, 4, 3, 1]),
        area=(draft.won(owners, 600, 0.9, 1) + 20).cast(pl.Float64),
        won=draft.won(owners, 62_000_000, 1.0, 1_000),
        acquired=draft.days_ago(owners, 400, 9_000),
        numerator=draft.choice(owners, ["1", "1", "2"]).cast(pl.Int64),
        denominator=draft.choice(owners, ["1", "2", "3"], [75, 20, 5]).cast(pl.Int64),
    ).with_columns(
        price=modest(pl.col("won"), MODEST_LAND),
        numerator=pl.min_horizontal("numerator", "denominator"),
        acquired=pl.when(pl.col("planted_rule") == "D33")
        .then(pl.lit(draft.as_of) - pl.duration(days=45))
        .otherwise("acquired"),
    )
    land: Columns = {
        "parcel_no": pl.col("parcel_no"),
        "land_category": pl.col("category"),
        "area_m2": pl.col("area"),
        "share_numerator": pl.col("numerator"),
        "share_denominator": pl.col("denominator"),
        "assessed_amount": pl.col("price"),
        "acquired_on": pl.col("acquired"),
    }
    gone = (draft.chance(owners) < SOLD_SHARE) & owners["planted_rule"].is_null()
    sold = owners.filter(gone)
    sold = sold.with_columns(disposed=draft.days_ago(sold, 5, 390))
    owners = owners.filter(~gone)

    def tell(frame: pl.DataFrame, document: str, share: float = 1.0, least: int = 14) -> None:
        known = draft.known_to(frame, document, "land_category", "category")
        if share < 1.0:
            wanted = min(len(known), max(least, round(share * len(known))))
            known = known.sample(
                wanted, seed=draft.country.seed * 97 + int(document[1:3] + document[-2:])
            )
        ended: Columns = {"disposed_on": pl.col("disposed")} if "disposed" in known.columns else {}
        reason: Columns = {} if ended else {"disposal_reason": None}
        draft.add(known, document, **land, **ended, **reason)

    for document in ("I05-F20-01", "I05-F20-03", "I11-F20-01"):
        tell(owners, document)
    tell(owners, "I01-F20-01", 0.85)
    tell(owners, "I01-F20-02", 0.10)
    tell(owners, "I01-F20-03", 0.03)
    tell(owners, "I05-F20-05", 0.02)
    tell(owners, "I11-F20-02", 0.05)
    tell(owners.filter(pl.col("denominator") > 1), "I05-F20-06")
    tell(owners.filter(pl.col("acquired") > draft.months(36)[0]), "I02-F20-01")
    for document in ("I02-F20-01", "I05-F20-02", "I05-F20-04"):
        tell(sold, document)
    _draft_sold(draft)
    draft_expropriations(draft)
    forest = owners.filter(pl.col("category") == "forest")
    draft.add(forest, "I13-F20-01", **{k: v for k, v in land.items() if k != "land_category"})
    flats = draft.pick(
        ADULT & pl.col("is_flat") & (rich > 0.55) & (pl.col("relation_to_head") == "head"), 0.35
    )
    draft.add(
        flats,
        "I05-F20-07",
        parcel_no=parcel_numbers(draft, flats),
        area_m2=draft.integers(flats, 12, 60).cast(pl.Float64),
        share_numerator=draft.integers(flats, 20, 90),
        share_denominator=draft.integers(flats, 9_000, 60_000),
        acquired_on=draft.days_ago(flats, 200, 8_000),
    )


def _draft_sold(draft: Draft) -> None:
    """Land of D36: sold, or given away, and what it was worth is nowhere."""
    sellers = draft.planted("D36")
    sellers = sellers.with_columns(
        parcel_no=parcel_numbers(draft, sellers),
        price=draft.won(sellers, 90_000_000, 0.2, 1_000),
        disposed=draft.days_ago(sellers, 110, 240),
        reason=pl.when(pl.col("person_number") % 3 == 0)
        .then(pl.lit("gift"))
        .otherwise(pl.lit("sale")),
    )
    for document in ("I02-F20-01", "I05-F20-02"):
        draft.add(
            sellers,
            document,
            parcel_no=pl.col("parcel_no"),
            land_category="dry_field",
            area_m2=900.0,
            share_numerator=1,
            share_denominator=1,
            assessed_amount=pl.col("price"),
            acquired_on=draft.as_of - dt.timedelta(days=4_000),
            disposed_on=pl.col("disposed"),
            disposal_reason=pl.col("reason"),
        )


def draft_buildings(draft: Draft) -> None:
    """F21: homes of owner households, second homes, shops and what lies unlicensed."""
    rich = pl.col("wealth").fill_null(0.3)
    head = (
        (pl.col("relation_to_head") == "head")
        & (pl.col("age") >= 24)
        & (pl.col("institution") == 0)
    )
    homes = draft.pick(head & (rich > 0.40), 0.80)
    homes = pl.concat(
        [
            homes,
            draft.pick(head & ~pl.col("is_on_livelihood") & (rich > 0.75), 0.15),
            draft.planted("D33"),
        ]
    )
    flat_use = draft.choice(
        homes, ["apartment", "multi_household", "row_house", "officetel"], [78, 12, 5, 5]
    )
    house_use = draft.choice(homes, ["detached_house", "multi_family_house"], [75, 25])
    region = {"seoul": 3.4, "gyeonggi": 2.0, "metropolitan": 1.4, "other": 0.8}
    homes = homes.with_columns(
        flat_use.alias("flat_use"),
        house_use.alias("house_use"),
        building_no=draft.keys(homes, 15),
        parcel_no=parcel_numbers(draft, homes),
        area=draft.integers(homes, 24, 140).cast(pl.Float64),
        price=(
            draft.won(homes, 130_000_000, 0.5, 1_000)
            * homes["region"].replace_strict(region, return_dtype=pl.Float64)
        ).cast(pl.Int64),
        acquired=draft.days_ago(homes, 60, 7_500),
        denominator=draft.choice(homes, ["1", "2"], [78, 22]).cast(pl.Int64),
    ).with_columns(
        use=pl.when("is_flat").then("flat_use").otherwise("house_use"),
        price=pl.when(pl.col("is_on_livelihood") & pl.col("planted_rule").is_null())
        .then(pl.col("price").clip(upper_bound=POOR_HOUSE))
        .otherwise(modest(pl.col("price"), MODEST_HOUSE)),
        acquired=pl.when(pl.col("planted_rule") == "D33")
        .then(pl.lit(draft.as_of) - pl.duration(days=50))
        .when("is_on_livelihood")
        .then(pl.col("acquired") - pl.duration(days=OWNED_BEFORE_DAYS))
        .otherwise("acquired"),
    )
    # The other half of a jointly owned home is the spouse's.
    shared = homes.filter((pl.col("denominator") == 2) & pl.col("spouse_number").is_not_null())
    homes = homes.with_columns(
        denominator=pl.when(pl.col("spouse_number").is_null()).then(1).otherwise("denominator")
    )
    halves = shared.with_columns(
        person_number=pl.col("spouse_number"), denominator=pl.lit(2, pl.Int64)
    )
    halves = halves.drop("national_id", "full_name")
    titles = pl.concat([homes.drop("national_id", "full_name"), halves], how="diagonal_relaxed")
    house = {
        "building_no": pl.col("building_no"),
        "parcel_no": pl.col("parcel_no"),
        "building_use": pl.col("use"),
        "floor_area_m2": pl.col("area"),
        "share_numerator": pl.lit(1),
        "share_denominator": pl.col("denominator"),
        "assessed_amount": pl.col("price"),
        "acquired_on": pl.col("acquired"),
    }
    flat = titles.filter(pl.col("is_flat"))
    draft.add(flat, "I05-F21-02", **house)
    draft.add(flat.filter(pl.col("use") != "officetel"), "I05-F21-03", **house)
    draft.add(titles.filter(~pl.col("is_flat")), "I05-F21-01", **house)
    draft.add(titles.filter(~pl.col("is_flat")), "I05-F21-04", **house)
    recent = titles.filter(pl.col("acquired") > draft.months(30)[0])
    draft.add(draft.known_to(recent, "I02-F21-01", "building_use", "use"), "I02-F21-01", **house)
    landlords = titles.join(
        draft.people.filter(pl.col("yearly_rental_income") > 0).select("person_number"),
        on="person_number",
    )
    draft.add(draft.known_to(landlords, "I05-F21-08", "building_use", "use"), "I05-F21-08", **house)
    shops = draft.pick(ADULT & (rich > 0.6) & ~pl.col("is_on_livelihood"), 0.04)
    shops = shops.with_columns(worth=draft.won(shops, 90_000_000, 0.8, 1_000))
    plain: Columns = {
        "building_no": draft.keys(shops, 15, prefix="7"),
        "parcel_no": parcel_numbers(draft, shops),
        "floor_area_m2": draft.integers(shops, 30, 400).cast(pl.Float64),
        "share_numerator": 1,
        "share_denominator": 1,
        "assessed_amount": modest(pl.col("worth"), MODEST_LAND),
        "acquired_on": draft.days_ago(shops, 300, 7_000),
    }
    draft.add(shops, "I01-F21-01", **plain)
    for document, share, disposed in (
        ("I01-F21-02", 0.002, False),
        ("I05-F21-05", 0.006, True),
        ("I05-F21-06", 0.002, False),
        ("I05-F21-07", 0.002, True),
    ):
        some = draft.pick(ADULT & (rich > 0.5) & ~pl.col("is_on_livelihood"), share, 14)
        some = some.with_columns(worth=draft.won(some, 160_000_000, 0.6, 1_000))
        ended = {"disposed_on": draft.days_ago(some, 3, 200)} if disposed else {}
        draft.add(
            some,
            document,
            **ended,
            building_no=draft.keys(some, 15, prefix="5"),
            parcel_no=parcel_numbers(draft, some),
            floor_area_m2=draft.integers(some, 20, 160).cast(pl.Float64),
            share_numerator=1,
            share_denominator=1,
            assessed_amount=modest(pl.col("worth"), MODEST_LAND),
            acquired_on=draft.days_ago(some, 300, 7_000),
        )
