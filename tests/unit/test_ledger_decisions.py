"""What people decide about the person index: kept for ever, never against one another unseen."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from sqlalchemy import create_engine, text

from warehouse.ledger import Ledger, LedgerError, Minted, ReviewChanges

NIGHT = dt.date(2026, 4, 1)
WHO = {"actor": "k.lee", "reason": "letters of both offices"}


def people(*ids: str) -> pl.DataFrame:
    nobody = [None for _ in ids]
    return pl.DataFrame({"person_id": ids, "anchor": nobody, "minted_in": [NIGHT for _ in ids]})


def standing(ledger: Ledger) -> list[tuple[str, str | None, str | None]]:
    return ledger.active_decisions().select("kind", "left", "right").rows()


def asked(*rows: tuple[str, float]) -> pl.DataFrame:
    """Questions whether 11 and 22 are one person, as (review_id, weight)."""
    schema = {"review_id": pl.String, "weight": pl.Float64}
    return pl.DataFrame(list(rows), schema=schema, orient="row").with_columns(
        kind=pl.lit("near_threshold"), left=pl.lit("11"), right=pl.lit("22")
    )


def states(ledger: Ledger) -> list[tuple[str, str, int, int]]:
    """(review_id, state, day opened, day last seen) with days counted from NIGHT."""
    return [
        (row["review_id"], row["state"],
         (row["night_opened"] - NIGHT).days, (row["night_last_seen"] - NIGHT).days)
        for row in ledger.reviews().rows(named=True)
    ]  # fmt: skip


def test_a_decision_is_kept_with_who_and_why(ledger: Ledger) -> None:
    decision_id = ledger.decide("must_link", "11", "22", **WHO, evidence='{"left": "a, b"}')
    (row,) = ledger.decisions().rows(named=True)
    moment = row.pop("decided_at")
    assert dt.timedelta(0) <= dt.datetime.now(dt.UTC) - moment < dt.timedelta(minutes=5)
    assert row == {
        "decision_id": decision_id,
        "kind": "must_link",
        "left": "11",
        "right": "22",
        "actor": "k.lee",
        "reason": "letters of both offices",
        "evidence": '{"left": "a, b"}',
        "review_id": None,
        "revokes": None,
        "is_active": True,
    }


@pytest.mark.parametrize(("first", "then"), [
    ("must_link", "cannot_link"),
    ("must_link", "unmerge"),
    ("cannot_link", "must_link"),
    ("unmerge", "must_link"),
    ("cannot_link", "cannot_link"),
    ("unmerge", "cannot_link"),
])  # fmt: skip
def test_what_contradicts_or_repeats_a_decision_is_refused_by_name(
    ledger: Ledger, first: str, then: str
) -> None:
    standing_id = ledger.decide(first, "11", "22", **WHO)
    with pytest.raises(LedgerError, match=standing_id):
        ledger.decide(then, "22", "11", **WHO)
    assert standing(ledger) == [(first, "11", "22")]


def test_an_unmerge_may_follow_a_cannot_link(ledger: Ledger) -> None:
    ledger.decide("cannot_link", "11", "22", **WHO)
    ledger.decide("unmerge", "11", "22", **WHO)
    assert [kind for kind, _, _ in standing(ledger)] == ["cannot_link", "unmerge"]


def test_a_revoke_is_a_new_row_and_makes_room(ledger: Ledger) -> None:
    wrong = ledger.decide("must_link", "11", "22", **WHO)
    before = dt.datetime.now(dt.UTC)
    revoke = ledger.decide("revoke", revokes=wrong, **WHO)
    right = ledger.decide("cannot_link", "11", "22", **WHO)
    known = ledger.decisions()
    assert known["decision_id"].to_list() == [wrong, revoke, right]
    assert known["is_active"].to_list() == [False, False, True]
    assert ledger.active_decisions(before)["decision_id"].to_list() == [wrong]
    for again in (wrong, revoke, "d0"):
        with pytest.raises(LedgerError, match=again):
            ledger.decide("revoke", revokes=again, **WHO)


def test_a_pin_holds_until_it_is_taken_out(ledger: Ledger) -> None:
    ledger.mint(Minted(people("P1", "P2")))
    ledger.decide("pin", "P1", **WHO)
    ledger.decide("pin", "11", "P2", **WHO)
    assert standing(ledger) == [("pin", None, "P1"), ("pin", "11", "P2")]
    with pytest.raises(LedgerError, match="pins person P1 already"):
        ledger.decide("pin", "P1", **WHO)
    ledger.decide("unpin", "P1", **WHO)
    assert standing(ledger) == [("pin", "11", "P2")]
    with pytest.raises(LedgerError, match="not pinned"):
        ledger.decide("unpin", "P1", **WHO)
    ledger.decide("pin", "P1", **WHO)
    assert standing(ledger) == [("pin", "11", "P2"), ("pin", None, "P1")]


def test_only_a_person_who_goes_on_can_be_pinned(ledger: Ledger) -> None:
    merged = {"person_id": "P1", "kind": "merged", "night": NIGHT, "other_person_id": "P2"}
    event = pl.DataFrame(merged | {"reason": ""})
    ledger.mint(Minted(people("P1", "P2"), event))
    with pytest.raises(LedgerError, match="leads to P2"):
        ledger.decide("pin", "P1", **WHO)
    with pytest.raises(LedgerError, match="no person P9"):
        ledger.decide("pin", "P9", **WHO)


@pytest.mark.parametrize(("given", "message"), [
    ({"kind": "guess", "left": "11", "right": "22"}, "no decision is called"),
    ({"kind": "must_link", "left": "11"}, "two different signatures"),
    ({"kind": "must_link", "left": "11", "right": "11"}, "two different signatures"),
    ({"kind": "must_link", "left": "11", "right": "22", "revokes": "d1"}, "only a revoke"),
    ({"kind": "pin"}, "names a person ID"),
    ({"kind": "revoke"}, "names the decision"),
    ({"kind": "unmerge", "left": "11", "right": "22", "actor": " "}, "needs its actor"),
    ({"kind": "unmerge", "left": "11", "right": "22", "reason": ""}, "needs its reason"),
    ({"kind": "unmerge", "left": "11", "right": "22", "reason": "is 900101-1234567"}, "reason"),
    ({"kind": "unmerge", "left": "11", "right": "22", "review_id": "r1"}, "no review r1"),
])  # fmt: skip
def test_a_decision_that_says_too_little_is_not_written(
    ledger: Ledger, given: dict[str, str], message: str
) -> None:
    with pytest.raises(LedgerError, match=message) as refused:
        ledger.decide(**(WHO | given))
    assert "900101" not in str(refused.value)
    assert ledger.decisions().is_empty()


def test_questions_open_go_and_open_again(ledger: Ledger) -> None:
    def see(day: int, *ids: str) -> ReviewChanges:
        night = NIGHT + dt.timedelta(days=day)
        return ledger.see_reviews(night, asked(*((each, 1.5) for each in ids)))

    assert see(0, "r1", "r2") == ReviewChanges(2, 0, 0)
    assert see(1, "r1") == ReviewChanges(0, 1, 1)
    after = ledger.reviews()
    assert see(1, "r1") == ReviewChanges(0, 1, 0)
    assert ledger.reviews().equals(after)
    assert states(ledger) == [("r1", "open", 0, 1), ("r2", "gone", 0, 0)]
    assert see(2, "r2") == ReviewChanges(0, 1, 1)
    assert states(ledger) == [("r1", "gone", 0, 1), ("r2", "open", 0, 2)]


def test_an_open_question_shows_what_the_last_night_saw(ledger: Ledger) -> None:
    ledger.see_reviews(NIGHT, asked(("r1", 1.5)))
    ledger.see_reviews(NIGHT + dt.timedelta(days=1), asked(("r1", 4.5)))
    assert ledger.reviews("open").select("left", "right", "weight", "detail").rows() == [
        ("11", "22", 4.5, None)
    ]


def test_a_decision_closes_its_question_until_it_is_revoked(ledger: Ledger) -> None:
    ledger.see_reviews(NIGHT, asked(("r1", 1.5)))
    decision_id = ledger.decide("cannot_link", "11", "22", **WHO, review_id="r1")
    assert ledger.reviews("decided")["decided_by_decision"].to_list() == [decision_id]
    with pytest.raises(LedgerError, match=decision_id):
        ledger.decide("cannot_link", "11", "33", **WHO, review_id="r1")
    later = NIGHT + dt.timedelta(days=1)
    assert ledger.see_reviews(later, asked(("r1", 1.5))) == ReviewChanges(0, 1, 0)
    assert ledger.see_reviews(later, asked()) == ReviewChanges(0, 0, 0)
    assert states(ledger) == [("r1", "decided", 0, 1)]
    ledger.decide("revoke", revokes=decision_id, **WHO)
    assert ledger.reviews("open")["review_id"].to_list() == ["r1"]


def test_questions_without_a_key_of_their_own_are_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="asked twice"):
        ledger.see_reviews(NIGHT, asked(("r1", 1.0), ("r1", 2.0)))
    with pytest.raises(LedgerError, match="column kind is empty"):
        ledger.see_reviews(NIGHT, asked(("r1", 1.0)).with_columns(kind=None))
    with pytest.raises(LedgerError, match="column detail") as refused:
        ledger.see_reviews(NIGHT, asked(("r1", 1.0)).with_columns(detail=pl.lit("9001011234567")))
    assert "900101" not in str(refused.value)
    assert ledger.reviews().is_empty()


@pytest.mark.parametrize(("tampering", "broken"), [
    ("UPDATE person_decision SET reason = 'another' WHERE row_number = 1", "person_decision"),
    ("DELETE FROM person_decision WHERE row_number = 1", "person_decision"),
    ("UPDATE person_event SET night = '2020-01-01' WHERE person_id = 'P2'", "person_event"),
    (("INSERT INTO person_event (person_id, kind, night, other_person_id, reason) VALUES "
     "('P1', 'retired', '2026-05-01', '', '')"), "under no seal"),
    ("DELETE FROM ledger_seal WHERE seal_id = 2", "seal 3"),
])  # fmt: skip
def test_what_is_changed_behind_the_ledgers_back_is_found(
    ledger: Ledger, url: str, tampering: str, broken: str
) -> None:
    created = people("P1", "P2").select("person_id", night="minted_in").with_columns(
        kind=pl.lit("created"), other_person_id=pl.lit(None, pl.String), reason=None
    )  # fmt: skip
    assert ledger.newest_seal() is None
    ledger.mint(Minted(people("P1", "P2"), created))
    ledger.decide("must_link", "11", "22", **WHO)
    ledger.decide("cannot_link", "11", "33", **WHO)
    sealed = ledger.newest_seal()
    ledger.mint(Minted(person_events=created))
    assert ledger.newest_seal() == sealed
    assert ledger.broken_seals() == []
    with create_engine(url).begin() as connection:
        connection.execute(text(tampering))
    assert broken in " ".join(ledger.broken_seals())


def test_a_null_is_not_sealed_like_a_text(ledger: Ledger, url: str) -> None:
    ledger.decide("must_link", "11", "22", **WHO)
    for nearly in ("-", ""):
        with create_engine(url).begin() as connection:
            connection.execute(
                text("UPDATE person_decision SET evidence = :text"), {"text": nearly}
            )
        assert ledger.broken_seals()
