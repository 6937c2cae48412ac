"""Why identifiers began, ended, came back or changed, told after the clusters have their names.

Here: pure comparison of last night's and tonight's membership. Never here: who gets which
identifier (`hub.identity.carry_over`). Next: the ledger keeps the events, people review conflicts.
"""

from __future__ import annotations

import polars as pl

EVENT_SCHEMA = {
    "kind": pl.String,
    "identifier": pl.String,
    "other": pl.String,
    "member_count": pl.Int64,
}
"""Columns of events. The kinds:

- `created`: `identifier` is new;
- `split`: `identifier` is new, or came back, and took `member_count` members from `other`, which
  goes on;
- `moved`: `identifier` went on and took members from `other`, which goes on too;
- `merged`: `identifier` ended; `other` holds most of its members and is its redirect;
- `retired`: `identifier` ended and none of its members is known any longer;
- `resurrected`: `identifier` had ended and is back with `member_count` of what it held then;
- `redirected`: `identifier` had ended before, and most of what its redirect held of it is now with
  `other`, which is its redirect from now on.
"""

CONFLICT_SCHEMA = EVENT_SCHEMA
"""Columns of conflicts. The kinds:

- `pins_in_one_cluster`: `member_count` members of the pinned `identifier` are in the cluster of
  another pinned one, `other`;
- `pin_without_members`: none of the members of the pinned `identifier` is known any longer.
"""


def _told(
    kind: str,
    rows: pl.DataFrame,
    identifier: str = "identifier",
    other: str | None = None,
    count: str | None = None,
) -> pl.DataFrame:
    return rows.select(
        kind=pl.lit(kind),
        identifier=pl.col(identifier).cast(pl.String),
        other=pl.col(other).cast(pl.String) if other else pl.lit(None, pl.String),
        member_count=pl.col(count).cast(pl.Int64) if count else pl.lit(None, pl.Int64),
    )


def _sorted(parts: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(parts).sort("kind", "identifier", "other", nulls_last=False)


def tell_events(
    flows: pl.DataFrame,
    previous: pl.DataFrame,
    members: pl.DataFrame,
    new: pl.DataFrame,
    back: pl.DataFrame,
    ended: pl.DataFrame,
    redirects: pl.DataFrame | None,
    pinned: pl.Series,
) -> pl.DataFrame:
    """Return the events of a night, `EVENT_SCHEMA`, in a fixed order.

    Args:
        flows: (`old`, `identifier`, `shared`, `first`): members that `old` had and `identifier`
            has, and the smallest of them.
        previous: (`member`, `identifier`) of the last night.
        members: (`member`, `identifier`) of tonight.
        new: (`identifier`) minted tonight.
        back: (`identifier`) that had ended and came back tonight.
        ended: (`member`, `identifier`): what identifiers that ended before tonight held.
        redirects: (`identifier`, `other`): where those lead to so far.
        pinned: identifiers that never end.
    """
    alive = pl.concat([members.select(old="identifier"), pinned.alias("old").to_frame()]).unique()
    begun = pl.concat([new.select("identifier"), back.select("identifier")])
    crossing = flows.filter(pl.col("old") != pl.col("identifier"))
    gone = previous.select(old="identifier").unique().join(alive, on="old", how="anti")
    taken = crossing.join(alive, on="old", how="semi")
    merged = (
        crossing.join(gone, on="old", how="semi")
        .sort(["old", "shared", "first"], descending=[False, True, False])
        .group_by("old", maintain_order=True)
        .first()
    )
    returned = (
        members.join(back.select("identifier"), on="identifier", how="semi")
        .join(ended, on=["member", "identifier"])
        .group_by("identifier")
        .agg(shared=pl.len())
    )
    begun_from = taken.join(begun, on="identifier", how="semi")
    went_over = taken.join(begun, on="identifier", how="anti")
    return _sorted(
        [
            _told("created", new),
            _told("resurrected", returned, count="shared"),
            _told("split", begun_from, other="old", count="shared"),
            _told("moved", went_over, other="old", count="shared"),
            _told("merged", merged, "old", "identifier", "shared"),
            _told("retired", gone.join(merged, on="old", how="anti"), "old"),
            _redirected(previous, members, merged, back, ended, redirects),
        ]
    )


def _redirected(
    previous: pl.DataFrame,
    members: pl.DataFrame,
    merged: pl.DataFrame,
    back: pl.DataFrame,
    ended: pl.DataFrame,
    redirects: pl.DataFrame | None,
) -> pl.DataFrame:
    if redirects is None:
        return pl.DataFrame(schema=EVENT_SCHEMA)
    leading = redirects.select("identifier", "other").join(back, on="identifier", how="anti")
    followed = merged.select(other="old", successor="identifier")
    latest = (
        leading.join(ended, on="identifier")
        .join(previous.select("member", other="identifier"), on=["member", "other"])
        .join(members.select("member", holder="identifier"), on="member")
        .group_by("identifier", "other", "holder")
        .agg(shared=pl.len(), first=pl.col("member").min())
        .join(followed, on="other", how="left")
        # Who merged tonight leads on by itself.
        .with_columns(stays=pl.col("holder") == pl.coalesce("successor", "other"))
        .sort(
            ["identifier", "shared", "stays", "first"],
            descending=[False, True, True, False],
        )
        .group_by("identifier", maintain_order=True)
        .first()
        .filter(~pl.col("stays"))
    )
    return _told("redirected", latest, other="holder", count="shared")


def pin_conflicts(
    flows: pl.DataFrame, previous: pl.DataFrame, names: pl.DataFrame, pinned: pl.Series
) -> pl.DataFrame:
    """Return `CONFLICT_SCHEMA`: pinned identifiers that tonight's clusters cannot all honour.

    Args:
        flows: as in `tell_events`.
        previous: (`member`, `identifier`) of the last night.
        names: (`identifier`) that name a cluster tonight.
        pinned: identifiers that never end.
    """
    pins = pinned.implode()
    together = flows.filter(
        (pl.col("old") != pl.col("identifier"))
        & pl.col("old").is_in(pins)
        & pl.col("identifier").is_in(pins)
    )
    lost = (
        previous.filter(pl.col("identifier").is_in(pins))
        .select("identifier")
        .unique()
        .join(names, on="identifier", how="anti")
        .join(together, left_on="identifier", right_on="old", how="anti")
    )
    return _sorted(
        [
            _told("pins_in_one_cluster", together, "old", "identifier", "shared"),
            _told("pin_without_members", lost),
        ]
    )
