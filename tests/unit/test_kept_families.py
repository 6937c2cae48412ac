"""A family whose deliveries did not change is carried over; any change builds it anew; bytes are equal."""

import datetime as dt

import polars as pl
import pytest

from sources.registry import load_catalogue
from warehouse import durable, signatures
from warehouse.families import EffectiveDelivery, build_families
from warehouse.identity_zone import identity_zone
from warehouse.kept_families import KeptFamilies
from warehouse.lake_rows import LakeRows
from warehouse.layout import Layout
from warehouse.signature_merge import merged
from warehouse.workbench import Workbench

WAGES, OTHER_WAGES, *_ = (
    document
    for document in load_catalogue().by_family["F11"]
    if {"national_id", "full_name"} <= {c.canonical for c in document.versions[0].columns}
)
PEOPLE, *MORE = (
    document
    for family in ("F01", "F10", "F14", "F18", "F22", "F29")
    for document in load_catalogue().by_family[family][:1]
)
NAMES = ("Kim", "Han", "Park", "Choi", "Jung", "Kang", "Cho", "Yoon")
TABLE = "f11_wage_income"


def wages(name, amount):
    return pl.DataFrame(
        {
            "line": [2],
            "record_action": ["new"],
            "national_id_token": [b"k" * 16],
            "full_name": [name],
            "amount": [amount],
        }
    )


@pytest.fixture
def hub(tmp_path):
    layout = Layout(tmp_path / "hub")
    layout.prepare()
    return layout


def deliver(hub, number, rows, document=WAGES):
    delivery_id = f"{document.code}_202602_{number:03d}_{'0' * 12}"
    folder = hub.delivery(document.code, delivery_id)
    folder.mkdir(parents=True, exist_ok=True)
    rows.write_parquet(folder / "part-00000.parquet")
    return EffectiveDelivery(delivery_id, document.code, "202602", number, 1, folder)


def run(hub, folder, deliveries, *, keep, hour=3, versions=None):
    """Build a night's families; return the bytes' digest of all tables, and the wages' file."""
    zone = identity_zone(hub)
    kept = KeptFamilies(hub.kept_families, zone, versions or {}) if keep else None
    made_at = dt.datetime(2026, 3, 1, hour)  # noqa: DTZ001 (senders' stamps have no zone)
    with Workbench(hub.home / folder, zone=zone, night=folder) as bench:
        bench.add(
            "delivery",
            pl.DataFrame(
                {
                    "delivery_id": [each.delivery_id for each in deliveries],
                    "document_type": [each.document for each in deliveries],
                    "made_at": made_at,
                }
            ),
        )
        build_families(bench, load_catalogue(), deliveries, kept=kept)
        said = {
            path.stem: durable.sha256_of(path) for path in sorted(bench.folder.glob("f*.parquet"))
        }
        signatures = bench.frame("FROM signature").to_dicts()
        return said, signatures, bench.path(TABLE)


def test_an_unchanged_family_is_the_same_file_and_says_the_same(hub):
    deliveries = [deliver(hub, 1, wages("Kim", 100))]
    first = run(hub, "first", deliveries, keep=True)
    second = run(hub, "second", deliveries, keep=True)
    alone = run(hub, "alone", deliveries, keep=False)
    assert second[2].samefile(first[2])
    assert not second[2].samefile(alone[2])
    assert first[:2] == second[:2] == alone[:2]
    assert [row["full_name"] for row in second[1]] == ["Kim"]


@pytest.mark.parametrize("change", ["another delivery", "landed again", "another stamp"])
def test_any_change_builds_the_family_anew(hub, change):
    deliveries = [deliver(hub, 1, wages("Kim", 100))]
    first = run(hub, "first", deliveries, keep=True)
    hour = 3
    if change == "another delivery":
        deliveries.append(deliver(hub, 2, wages("Lee", 200)))
    elif change == "landed again":
        deliver(hub, 1, wages("Park", 300))
    else:
        hour = 4
    second = run(hub, "second", deliveries, keep=True, hour=hour)
    alone = run(hub, "alone", deliveries, keep=False, hour=hour)
    assert second[:2] == alone[:2]
    assert second[0][TABLE] != first[0][TABLE]
    assert {name for name in first[0] if first[0][name] != second[0][name]} == {TABLE}


def test_of_a_changed_family_the_types_that_did_not_change_are_taken(hub, monkeypatch):
    before = [
        deliver(hub, 1, wages("Kim", 100)),
        deliver(hub, 1, wages("Han", 400), OTHER_WAGES),
    ]
    run(hub, "first", before, keep=True)
    tonight = [*before, deliver(hub, 2, wages("Lee", 200), OTHER_WAGES)]
    read = []
    show = LakeRows.show
    monkeypatch.setattr(
        LakeRows, "show", lambda lake, *told: (read.append(told[0]), show(lake, *told))[1]
    )
    second = run(hub, "second", tonight, keep=True)
    assert read == [[each.folder for each in tonight[1:]]]
    alone = run(hub, "alone", tonight, keep=False)
    assert second[:2] == alone[:2]
    assert {row["full_name"] for row in second[1]} == {"Kim", "Han", "Lee"}
    # What was made of both is kept as a whole, too.
    third = run(hub, "third", tonight, keep=True)
    assert third[2].samefile(second[2])


def test_a_type_that_no_longer_speaks_is_not_taken(hub):
    one, other = deliver(hub, 1, wages("Kim", 100)), deliver(hub, 1, wages("Han", 4), OTHER_WAGES)
    run(hub, "first", [one, other], keep=True)
    second = run(hub, "second", [one], keep=True)
    assert second[:2] == run(hub, "alone", [one], keep=False)[:2]
    assert [row["full_name"] for row in second[1]] == ["Kim"]


def test_other_code_builds_all_anew(hub):
    deliveries = [deliver(hub, 1, wages("Kim", 100))]
    first = run(hub, "first", deliveries, keep=True, versions={"code": "1"})
    second = run(hub, "second", deliveries, keep=True, versions={"code": "2"})
    assert not second[2].samefile(first[2])


def damage(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("kept", ["[rt]*.parquet", "sums.json"])
def test_a_damaged_family_is_not_taken(hub, kept):
    deliveries = [deliver(hub, 1, wages("Kim", 100))]
    first = run(hub, "first", deliveries, keep=True)
    for path in hub.kept_families.glob(f"{TABLE}/*/{kept}"):
        damage(path)
    second = run(hub, "second", deliveries, keep=True)
    assert not second[2].samefile(first[2])
    assert second[:2] == first[:2]


@pytest.mark.parametrize("kept", ["table.parquet", f"rows-{OTHER_WAGES.code}.parquet"])
def test_what_is_whole_of_a_damaged_family_is_taken(hub, kept):
    deliveries = [deliver(hub, 1, wages("Kim", 100)), deliver(hub, 1, wages("Han", 4), OTHER_WAGES)]
    first = run(hub, "first", deliveries, keep=True)
    for path in hub.kept_families.glob(f"{TABLE}/*/{kept}"):
        damage(path)
    tonight = [*deliveries, deliver(hub, 2, wages("Lee", 200))]
    assert run(hub, "second", deliveries, keep=True)[:2] == first[:2]
    alone = run(hub, "alone", tonight, keep=False)
    assert run(hub, "third", tonight, keep=True)[:2] == alone[:2]


@pytest.mark.parametrize(
    "kept", ["signature/*/signature.*", "signature/*/sums.json", f"{TABLE}/*/signatures-*"]
)
def test_damaged_signatures_are_made_anew(hub, kept):
    before = [deliver(hub, 1, wages("Kim", 100)), deliver(hub, 1, wages("Han", 4), OTHER_WAGES)]
    run(hub, "first", before, keep=True)
    for path in hub.kept_families.glob(kept):
        damage(path)
    tonight = [*before, deliver(hub, 2, wages("Lee", 200), OTHER_WAGES)]
    second = run(hub, "second", tonight, keep=True)
    assert second[:2] == run(hub, "alone", tonight, keep=False)[:2]
    assert {row["full_name"] for row in second[1]} == {"Kim", "Han", "Lee"}


def test_nights_with_every_kind_of_change_are_as_if_made_from_nothing(hub, monkeypatch):
    """New, changed, corrected and withdrawn deliveries, a type that falls silent and comes back."""
    gone_on = []
    monkeypatch.setattr(signatures, "merged", lambda *told: (gone_on.append(1), merged(*told))[1])
    documents = [WAGES, OTHER_WAGES, PEOPLE, *MORE]
    first = [
        deliver(hub, 1, wages(name, number), document)
        for number, (document, name) in enumerate(zip(documents, NAMES, strict=False))
    ]
    more = deliver(hub, 2, pl.concat([wages("Kim", 1), wages("Kim", 2), wages(None, 3)]))
    nights = {
        "all": first,
        "the same": first,
        "another delivery": [*first, more],
        "one corrected": [deliver(hub, 3, wages("Kimm", 100)), *first[1:], more],
        "one withdrawn": first,
        "a type falls silent": [first[0], *first[2:]],
        "and comes back": first,
        "in another order": first[::-1],
        "nothing of a family": [each for each in first if each.document != PEOPLE.code],
        "most of it gone": first[:1],
        "all again": first,
    }
    for name, deliveries in nights.items():
        kept = run(hub, name, deliveries, keep=True)
        alone = run(hub, f"{name} alone", deliveries, keep=False)
        assert kept[:2] == alone[:2], name
    # The first night has nothing to go on from, and two change more than they leave.
    assert len(gone_on) == len(nights) - 3


def test_names_are_kept_encrypted_and_old_versions_are_forgotten(hub):
    for number in range(1, 5):
        rows = wages("Kim-of-the-hill", number)
        run(hub, f"night{number}", [deliver(hub, 1, rows)], keep=True)
    versions = [path for path in (hub.kept_families / TABLE).iterdir() if path.is_dir()]
    assert len(versions) == 2
    for path in hub.kept_families.rglob("*"):
        assert path.is_dir() or b"Kim-of-the-hill" not in path.read_bytes()
    assert (hub.kept_families / TABLE).stat().st_mode & 0o077 == 0
