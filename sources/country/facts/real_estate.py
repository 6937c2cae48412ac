"""Facts of land (F20), buildings (F21) and leases (F22).

Here: who owns and rents what; one parcel and one building are the same in every register.
Never here: vehicles and rights (`vehicles`). Next: `family_facts`.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from sources.country.facts.drafting import Columns, Draft

ADULT = pl.col("age") >= 22


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
        "factory_site",
        "pasture",
        "other",
    ]
    owners = owners.with_columns(
        parcel_no=parcel_numbers(draft, owners),
        category=draft.choice(owners, kinds, [30, 22, 20, 16, 3, 3, 2, 1, 1, 2]),
        area=(draft.won(owners, 600, 0.9, 1) + 20).cast(pl.Float64),
        price=draft.won(owners, 62_000_000, 1.0, 1_000),
        acquired=draft.days_ago(owners, 400, 9_000),
        numerator=draft.choice(owners, ["1", "1", "2"]).cast(pl.Int64),
        denominator=draft.choice(owners, ["1", "2", "3"], [75, 20, 5]).cast(pl.Int64),
    ).with_columns(
        numerator=pl.min_horizontal("numerator", "denominator"),
        acquired=pl.when(pl.col("planted_rule") == "D33")
        .then(pl.lit(draft.as_of) - pl.duration(days=45))
        .otherwise("acquired"),
    )
    land = {
        "parcel_no": pl.col("parcel_no"),
        "land_category": pl.col("category"),
        "area_m2": pl.col("area"),
        "share_numerator": pl.col("numerator"),
        "share_denominator": pl.col("denominator"),
        "assessed_amount": pl.col("price"),
        "acquired_on": pl.col("acquired"),
    }
    draft.add(owners, "I05-F20-01", **land)
    draft.add(owners.filter(draft.chance(owners) < 0.85), "I01-F20-01", **land)
    draft.add(owners, "I05-F20-03", **land)
    farm = owners.filter(pl.col("category").is_in(["dry_field", "paddy", "orchard"]))
    draft.add(farm, "I11-F20-01", **land)
    forest = owners.filter(pl.col("category") == "forest")
    draft.add(forest, "I13-F20-01", **{k: v for k, v in land.items() if k != "land_category"})
    joint = owners.filter(pl.col("denominator") > 1)
    draft.add(joint, "I05-F20-06", **land, disposal_reason=None)
    recent = owners.filter(pl.col("acquired") > draft.months(36)[0])
    draft.add(recent, "I02-F20-01", **land, disposal_reason=None)
    sellers = owners.filter(pl.col("planted_rule").is_null())
    for document, share, least in (
        ("I01-F20-02", 0.1, 14),
        ("I01-F20-03", 0.03, 14),
        ("I02-F20-01", 0.05, 14),
        ("I05-F20-02", 0.05, 14),
        ("I05-F20-04", 0.06, 14),
        ("I05-F20-05", 0.02, 12),
        ("I11-F20-02", 0.05, 12),
    ):
        source = (
            farm.filter(pl.col("planted_rule").is_null()) if document == "I11-F20-02" else sellers
        )
        source = source.filter(pl.col("acquired") <= draft.months(36)[0])
        some = source.sample(
            min(len(source), max(least, int(share * len(source)))),
            seed=draft.country.seed + least + int(document[-2:]),
        )
        sold = (
            {"disposed_on": draft.days_ago(some, 5, 400)}
            if document in ("I02-F20-01", "I05-F20-02", "I05-F20-04")
            else {}
        )
        draft.add(some, document, **land, **sold)
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
    house_use = draft.choice(
        homes, ["detached_house", "multi_family_house", "mixed_use"], [70, 22, 8]
    )
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
        acquired=pl.when(pl.col("planted_rule") == "D33")
        .then(pl.lit(draft.as_of) - pl.duration(days=50))
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
    draft.add(titles.filter(pl.col("acquired") > draft.months(30)[0]), "I02-F21-01", **house)
    landlords = titles.join(
        draft.people.filter(pl.col("yearly_rental_income") > 0).select("person_number"),
        on="person_number",
    )
    draft.add(landlords, "I05-F21-08", **house)
    shops = draft.pick(ADULT & (rich > 0.6) & ~pl.col("is_on_livelihood"), 0.04)
    plain: Columns = {
        "building_no": draft.keys(shops, 15, prefix="7"),
        "parcel_no": parcel_numbers(draft, shops),
        "floor_area_m2": draft.integers(shops, 30, 400).cast(pl.Float64),
        "share_numerator": 1,
        "share_denominator": 1,
        "assessed_amount": draft.won(shops, 90_000_000, 0.8, 1_000),
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
            assessed_amount=draft.won(some, 160_000_000, 0.6, 1_000),
            acquired_on=draft.days_ago(some, 300, 7_000),
        )


def draft_leases(draft: Draft) -> None:
    """F22: leases of tenant households, private and public; D23 holds two public ones."""
    rich = pl.col("wealth").fill_null(0.3)
    head = (
        (pl.col("relation_to_head") == "head")
        & (pl.col("age") >= 20)
        & (pl.col("institution") == 0)
    )
    tenants = draft.pick(head & (rich <= 0.62), 0.72)
    landlords = draft.pick((pl.col("age") > 35) & (rich > 0.6), 0.5)
    if len(landlords) == 0:
        return
    chosen = landlords["person_number"].gather(
        pl.Series(draft.rng.integers(0, len(landlords), len(tenants)))
    )
    tenants = tenants.with_columns(
        landlord_national_id_person_number=chosen,
        begun=draft.days_ago(tenants, 30, 1_000),
        kind=draft.choice(tenants, ["monthly_rent", "jeonse", "semi_jeonse"], [56, 34, 10]),
    ).with_columns(
        deposit=pl.when(pl.col("kind") == "jeonse")
        .then(draft.won(tenants, 140_000_000, 0.5, 1_000_000))
        .otherwise(draft.won(tenants, 12_000_000, 0.7, 500_000)),
        rent=pl.when(pl.col("kind") == "jeonse")
        .then(0)
        .otherwise(draft.won(tenants, 430_000, 0.35, 10_000)),
    )
    lease = {
        "address": pl.col("address"),
        "lease_kind": pl.col("kind"),
        "deposit_amount": pl.col("deposit"),
        "monthly_rent_amount": pl.col("rent"),
        "lease_from": pl.col("begun"),
        "lease_to": pl.col("begun").dt.offset_by("2y"),
    }
    public = (
        draft.chance(tenants)
        < tenants.select(pl.when(rich < 0.36).then(0.30).otherwise(0.05)).to_series()
    )
    private = tenants.filter(~public)
    draft.add(private, "I05-F22-01", **lease)
    draft.add(private.filter(draft.chance(private) < 0.85), "I37-F22-01", **lease)
    other = {k: v for k, v in lease.items() if k != "lease_kind"}
    draft.add(
        private.filter(pl.col("kind") == "jeonse").head(max(14, len(private) // 25)),
        "I02-F22-01",
        **other,
    )
    draft.add(
        private.filter((pl.col("kind") != "jeonse") & (pl.col("monthly_wage") > 0)),
        "I03-F22-01",
        **lease,
    )
    draft.add(
        private.filter(pl.col("kind") != "monthly_rent").sample(
            fraction=0.01, seed=draft.country.seed
        ),
        "I05-F22-02",
        **lease,
    )
    housed = tenants.filter(public).with_columns(
        deposit=draft.won(tenants.filter(public), 9_000_000, 0.5, 100_000),
        rent=draft.won(tenants.filter(public), 130_000, 0.4, 1_000),
    )
    landlord = draft.chance(housed)
    for low, high, document in (
        (0.0, 0.5, "I32-F22-01"),
        (0.5, 0.75, "I32-F22-02"),
        (0.75, 0.9, "I32-F22-03"),
        (0.9, 1.01, "I37-F22-02"),
    ):
        draft.add(housed.filter((landlord >= low) & (landlord < high)), document, **other)
    draft.add(housed.filter(landlord < 0.08), "I32-F22-04", **other)
    twice = draft.planted("D23").with_columns(begun=pl.lit(draft.as_of) - pl.duration(days=300))
    for document, kind, deposit in (
        ("I32-F22-01", "permanent_rental", 3_000_000),
        ("I37-F22-02", "national_rental", 7_000_000),
    ):
        draft.add(
            twice,
            document,
            address=pl.col("address")
            if document[1:3] == "32"
            else pl.lit("서울특별시 노원구 평화로 21, 105동 302호 (중앙동)"),
            lease_kind=kind,
            deposit_amount=deposit,
            monthly_rent_amount=90_000,
            lease_from=pl.col("begun"),
            lease_to=pl.lit(draft.as_of + dt.timedelta(days=430)),
        )
