"""What the planting of improper receipt asks of a person's household and kin.

Here: who lives alone, who has kin, which relative could be left out of a unit or could support a
recipient from elsewhere. Never here: the choice of carriers (`planting`). Next: `planting` draws
carriers by these columns, and `coming_true` drops them.
"""

from __future__ import annotations

import polars as pl
import polars.selectors as cs

OLDEST_UNIT_CHILD = 29
"""An unmarried child up to this age belongs to the parents' unit."""
HELPERS = (
    "lives_alone",
    "has_kin",
    "is_idle",
    "spouse_in_household",
    "member_number",
    "obligor_number",
)
"""Columns that `with_relatives` adds."""


def with_relatives(people: pl.DataFrame) -> pl.DataFrame:
    """Add `HELPERS`; numbers are person numbers, null where there is nobody.

    `member_number` is the spouse, or an unmarried child up to `OLDEST_UNIT_CHILD`, of a head's
    own household; `obligor_number` a parent or child with a wage who lives elsewhere and
    receives nothing.
    """
    alone = pl.len().over("household_number") == 1
    kin = pl.concat(
        [people[name] for name in ("father_number", "mother_number", "spouse_number")]
    ).drop_nulls()
    people = people.with_columns(
        lives_alone=alone,
        has_kin=pl.col("person_number").is_in(kin.implode())
        | pl.any_horizontal(
            pl.col("father_number", "mother_number", "spouse_number").is_not_null()
        ),
        is_idle=pl.col("work").is_in(["inactive", "unemployed"]),
    )
    home = people.select(
        spouse_number="person_number",
        spouse_home="household_number",
        spouse_is_member=pl.col("is_alive") & ~pl.col("is_foreign"),
    )
    people = people.join(home, on="spouse_number", how="left", maintain_order="left").with_columns(
        spouse_in_household=(
            (pl.col("spouse_home") == pl.col("household_number")) & pl.col("spouse_is_member")
        ).fill_null(value=False)
    )
    child = (
        people.filter(
            pl.col("is_alive"),
            ~pl.col("is_foreign"),
            pl.col("age") <= OLDEST_UNIT_CHILD,
            pl.col("spouse_number").is_null(),
            (pl.col("father_number") == pl.col("head_number"))
            | (pl.col("mother_number") == pl.col("head_number")),
        )
        .group_by("head_number", maintain_order=True)
        .agg(pl.col("person_number").min().alias("child_number"))
        .rename({"head_number": "person_number"})
    )
    return (
        people.join(child, on="person_number", how="left", maintain_order="left")
        .with_columns(
            member_number=pl.when("spouse_in_household")
            .then("spouse_number")
            .otherwise("child_number")
        )
        .join(_obligors(people), on="person_number", how="left", maintain_order="left")
        .drop("spouse_home", "spouse_is_member", "child_number")
    )


def kin_elsewhere(people: pl.DataFrame) -> pl.DataFrame:
    """Parents and children who live in another household: person_number, obligor_number."""
    up = pl.concat(
        [
            people.select("person_number", "household_number", obligor_number=name)
            for name in ("father_number", "mother_number")
        ]
    ).drop_nulls()
    homes = people.select(obligor_number="person_number", obligor_home="household_number")
    ties = (
        up.join(homes, on="obligor_number", maintain_order="left")
        .filter(pl.col("household_number") != pl.col("obligor_home"))
        .select("person_number", "obligor_number")
    )
    down = ties.select(person_number="obligor_number", obligor_number="person_number")
    return pl.concat([ties, down])


def _obligors(people: pl.DataFrame) -> pl.DataFrame:
    able = people.filter(
        pl.col("is_alive"),
        ~pl.col("is_foreign"),
        pl.col("work") == "employee",
        pl.col("age").is_between(25, 64),
        ~pl.any_horizontal(cs.starts_with("is_on_")),
    ).select(obligor_number="person_number", home="household_number")
    homes = people.select("person_number", "household_number")
    # Whoever else the obligor's household could support would be a case, too.
    ties = kin_elsewhere(people).join(homes, on="person_number", maintain_order="left")
    supported = ties.join(
        homes.select(obligor_number="person_number", home="household_number"), on="obligor_number"
    )
    poor = people.filter(pl.col("is_on_livelihood") | pl.col("is_on_medical_aid"))
    of_one = (
        supported.join(poor.select("person_number"), on="person_number", how="semi")
        .group_by("home")
        .agg(pl.col("household_number").n_unique().alias("households"))
        .filter(pl.col("households") == 1)
    )
    able = able.join(of_one, on="home", how="semi")
    return (
        ties.join(able, on="obligor_number", how="semi")
        .group_by("person_number", maintain_order=True)
        .agg(pl.col("obligor_number").min())
    )
