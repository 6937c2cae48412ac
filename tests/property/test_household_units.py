"""Units of random villages: everybody has one or a reason, and shuffling changes nothing."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from village_scene import Village

from warehouse import durable

RELATIONS = ("spouse", "child", "child", "parent", "sibling", "cohabitant", "other", "grandchild")


@pytest.fixture(autouse=True)
def not_durable(monkeypatch):
    monkeypatch.setattr(durable, "fsync_path", lambda _path: None)


def tell(folder, seed):
    """A village whose registers say whatever chance says, contradictions included."""
    draw = random.Random(seed)  # noqa: S311
    made = Village(folder)
    names = [f"p{number:02}" for number in range(30)]
    for name in names:
        born = f"{draw.randint(1935, 2025)}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}"
        died = "2026-01-01" if draw.random() < 0.05 else None
        sex = draw.choice(["male", "female"])
        made.person(name, born, sex=sex, foreign=draw.random() < 0.1, died=died)
    left = list(names)
    draw.shuffle(left)
    for household in range(14):
        size = min(len(left), draw.randint(1, 4))
        members = [left.pop() for _ in range(size)]
        if members and draw.random() < 0.2:
            members.append(draw.choice([name for name in names if name not in members]))
        if members:
            told = [f"{members[0]} head"]
            told += [f"{name} {draw.choice(RELATIONS)}" for name in members[1:]]
            address = f"house {draw.randint(0, 9)}"
            made.home(
                f"H{household}", *told, address=address, since=f"20{draw.randint(10, 25)}-01-01"
            )
    for _ in range(45):
        name, relative = draw.sample(names, 2)
        relation = draw.choice(["father", "mother", "spouse"])
        made.kin(name, relation, relative, "2010-01-01", both=draw.random() < 0.8)
    for name in draw.sample(names, 5):
        made.add("f07", name, "I04-F07-01", admitted_on="2026-01-01")
    return made


def answers(made):
    """What the night says, without IDs of documents."""
    return made.bench.frame(
        "SELECT unit_family, unit_id, person_id, role, is_counted, reason, status, valid_from"
        " FROM unit_membership ORDER BY ALL"
    )


@pytest.mark.parametrize("seed", range(4))
def test_everybody_alive_is_in_one_unit_or_has_a_reason(tmp_path, seed):
    made = tell(tmp_path, seed)
    made.build()
    bench = made.bench
    alive = bench.value("SELECT count(*) FROM person WHERE death_date IS NULL")
    assigned, distinct = bench.frame(
        "SELECT count(*) AS rows, count(DISTINCT person_id) AS people FROM assistance_unit_member"
    ).row(0)
    assert assigned == distinct
    explained = bench.value(
        "SELECT sum(people) FROM household_coverage"
        " WHERE unit_family = 'basic_livelihood' AND NOT is_assigned AND reason <> 'dead'"
    )
    assert assigned + (explained or 0) == alive
    by_family = bench.frame(
        "SELECT sum(people) AS people FROM household_coverage GROUP BY unit_family"
    )
    assert set(by_family["people"]) == {len(made.born)}
    dead = "SELECT count(*) FROM unit_membership JOIN person USING (person_id) WHERE death_date IS NOT NULL"
    assert bench.value(dead) == 0
    heads = "SELECT count(*) FROM (SELECT household_id FROM assistance_unit_member GROUP BY ALL HAVING count(*) FILTER (relation_to_head = 'head') <> 1)"
    assert bench.value(heads) == 0
    bench.connection.close()


@pytest.mark.parametrize("seed", range(2))
def test_shuffled_rows_and_repeated_nights_change_no_unit(tmp_path, seed):
    made = tell(tmp_path, seed)
    registered = made.build()
    first, before = answers(made), made.remembered()
    made.bench.connection.close()
    for rows in made.rows.values():
        random.Random(seed).shuffle(rows)  # noqa: S311
    made.build()
    assert answers(made).equals(first)
    made.bench.connection.close()
    made.build(before, registered.members, registered.next_sequence)
    assert made.remembered().membership.equals(before.membership)
    assert made.remembered().events.equals(before.events)
    assert made.remembered().ties.equals(before.ties)
    made.bench.connection.close()
