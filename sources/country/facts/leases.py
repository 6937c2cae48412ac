"""Facts of leases (F22): private and public, with deposits and rents.

Here: who rents what from whom. Never here: ownership (`real_estate`). Next: `family_facts`.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from sources.country.facts.drafting import Draft
from sources.country.facts.look_alikes import draft_renewed_leases

POOR_DEPOSIT = 30_000_000
"""Won that a recipient of the livelihood benefit has in a deposit at most."""


def draft_leases(draft: Draft) -> None:
    """F22: leases of tenant households, private and public; D23 holds two public ones."""
    rich = pl.col("wealth").fill_null(0.3)
    poor = pl.col("is_on_livelihood")
    head = (
        (pl.col("relation_to_head") == "head")
        & (pl.col("age") >= 20)
        & (pl.col("institution") == 0)
    )
    tenants = draft.pick(head & (rich <= 0.62) & ~pl.col("is_lodger"), 0.72)
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
        .otherwise(draft.won(tenants, 12_000_000, 0.7, 500_000))
        .clip(upper_bound=pl.when(poor).then(POOR_DEPOSIT).otherwise(10**12)),
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
    _draft_deposit_jumps(draft)
    draft_renewed_leases(draft)
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


def _draft_deposit_jumps(draft: Draft) -> None:
    """D37: the deposit of the lease that began lately is far above the one before."""
    carriers = draft.planted("D37")
    lately = draft.as_of - dt.timedelta(days=170)
    for begun, ended, deposit in (
        (lately - dt.timedelta(days=730), lately, 12_000_000),
        (lately, lately + dt.timedelta(days=730), 58_000_000),
    ):
        draft.add(
            carriers,
            "I05-F22-01",
            address=pl.col("address"),
            lease_kind="monthly_rent" if deposit < POOR_DEPOSIT else "semi_jeonse",
            deposit_amount=deposit,
            monthly_rent_amount=250_000,
            lease_from=begun,
            lease_to=ended,
        )
