"""The person index and the ledger together: whatever nights do, an old ID leads somewhere."""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.identity.person_ids import assign_person_ids
from warehouse.ledger import Ledger, Minted

FIRST = dt.date(2026, 4, 1)
KEY = b"test key"
PARTITION = st.dictionaries(st.integers(0, 9), st.integers(0, 3), min_size=1, max_size=9)


@settings(max_examples=30)  # every example makes a ledger
@given(st.lists(PARTITION, min_size=2, max_size=5))
def test_the_ledger_follows_whatever_the_index_tells(nights: list[dict[int, int]]) -> None:
    """Every ID leads to somebody of that night or to one who is known no longer, on every night."""
    members = pl.DataFrame(schema={"signature_id": pl.UInt64, "person_id": pl.String})
    held, sequence, alive = members, 0, []
    with Ledger.open("sqlite://") as ledger:
        for number, partition in enumerate(nights):
            schema = {"signature_id": pl.UInt64, "cluster": pl.Int64}
            clusters = pl.DataFrame(sorted(partition.items()), schema=schema, orient="row")
            known = held.join(clusters, on="signature_id", how="semi")
            night = assign_person_ids(
                clusters, members, sequence, KEY, former=known, redirects=ledger.redirects()
            )
            told = night.events.with_columns(
                night=pl.lit(FIRST + dt.timedelta(days=number)), reason=None
            )
            new = told.filter(kind="created").select("person_id", minted_in="night", anchor=None)
            ledger.mint(Minted(people=new, person_events=told.drop("signatures")))
            ended = told.filter(pl.col("kind").is_in(["merged", "retired"]))["person_id"]
            held = pl.concat(
                [
                    held.join(night.members, on="person_id", how="anti"),
                    members.filter(pl.col("person_id").is_in(ended.implode())),
                ]
            )
            members, sequence = night.members, night.next_sequence
            alive.append(set(members["person_id"]))
        retired = set(ledger.person_events().filter(kind="retired")["person_id"])
        for number, people in enumerate(alive):
            leads = dict(ledger.redirects(FIRST + dt.timedelta(days=number)).rows())
            for person_id in ledger.people()["person_id"]:
                found = ledger.resolve_person(person_id, FIRST + dt.timedelta(days=number))
                assert found == leads.get(person_id, person_id)
                if any(person_id in earlier for earlier in alive[: number + 1]):
                    assert found in people | retired
                if person_id in people:
                    assert found == person_id
