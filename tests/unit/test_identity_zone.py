"""Files of the identity zone: who can read them, what is refused, what older hubs left plain."""

from __future__ import annotations

import random
import uuid

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from warehouse.identity_commands import identity_app
from warehouse.identity_files import encrypt_identity, files_by_epoch, identity_files
from warehouse.identity_zone import Bound, IdentityFile, IdentityZone, identity_zone, stems
from warehouse.keys import key_provider
from warehouse.lake import DeliveryWriter, delivery_parts, part_bound
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.workbench import Workbench

NAMES = pl.DataFrame({"line": [1, 2, 3], "full_name": ["홍길동", "김민수", None]})
MINE = Bound("I01-F01-01", "I01-F01-01_202603_001_0123456789ab", "part-00000")


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path / "home")


@pytest.fixture
def zone(layout):
    return identity_zone(layout)


def written(zone, folder, rows=NAMES, bound=MINE):
    path = zone.target(folder, "part-00000")
    zone.write(rows, path, bound)
    return IdentityFile(path, bound)


def test_rows_come_back_through_polars_arrow_and_duckdb(zone, tmp_path):
    file = written(zone, tmp_path)
    assert zone.scan([file]).collect().equals(NAMES)
    assert pl.DataFrame(zone.read(file)).equals(NAMES)
    assert zone.footer(file).num_rows == 3
    with duckdb.connect() as connection:
        connection.register("people", zone.dataset([file]))
        found = connection.sql("SELECT full_name FROM people WHERE line = 2").fetchall()
    assert found == [("김민수",)]


def test_no_name_lies_in_the_file_and_nobody_reads_it_without_the_key(zone, tmp_path):
    file = written(zone, tmp_path)
    content = file.path.read_bytes()
    assert "홍길동".encode() not in content
    assert b"full_name" not in content
    for read in (pl.read_parquet, pq.read_table):
        with pytest.raises(Exception, match=r"(?i)encrypt|decrypt"):
            read(file.path)
    assert not file.path.name.endswith("part-00000.parquet")


@pytest.mark.parametrize(
    "other",
    [
        Bound("I01-F01-02", MINE.origin, MINE.part),
        Bound(MINE.table, "I01-F01-01_202604_001_0123456789ab", MINE.part),
        Bound(MINE.table, MINE.origin, "part-00001"),
    ],
)
def test_a_file_in_the_place_of_another_is_refused(zone, tmp_path, other):
    file = IdentityFile(written(zone, tmp_path).path, other)
    with pytest.raises(pl.exceptions.ComputeError):
        zone.scan([file]).collect()
    with pytest.raises(OSError, match="AAD"):
        zone.read(file)


def test_the_key_of_another_hub_is_refused(zone, tmp_path):
    file = written(zone, tmp_path)
    stranger = identity_zone(Layout(tmp_path / "other"))
    with pytest.raises(pl.exceptions.ComputeError):
        stranger.scan([file]).collect()
    with pytest.raises(OSError, match=r"(?i)decrypt|AAD|tag|key"):
        stranger.read(file)


def test_no_flipped_bit_is_read_as_data(zone, tmp_path):
    rows = pl.DataFrame({"line": range(500), "full_name": [f"이름{n}" for n in range(500)]})
    file = written(zone, tmp_path, rows)
    sound = file.path.read_bytes()
    draw = random.Random(7)  # noqa: S311 (a test, not a secret)
    for _ in range(120):
        place = draw.randrange(len(sound) * 8)
        broken = bytearray(sound)
        broken[place // 8] ^= 1 << place % 8
        file.path.write_bytes(broken)
        for read in (
            lambda: zone.scan([file]).collect(),
            lambda: pl.DataFrame(zone.read(file)),
            lambda: duckdb.from_arrow(zone.dataset([file])).pl(),
        ):
            try:
                seen = read()
            except Exception:  # noqa: BLE001, S112  whatever refuses it
                continue
            assert seen.equals(rows), place


def test_older_epochs_stay_readable_and_new_files_get_the_new_key(layout, tmp_path):
    old = written(identity_zone(layout), tmp_path)
    keys = key_provider(layout)
    assert keys.rotate("identity") == 2
    renewed = identity_zone(layout)
    new = IdentityFile(
        renewed.target(tmp_path, "part-00001"), Bound(MINE.table, MINE.origin, "part-00001")
    )
    renewed.write(NAMES, new.path, new.bound)
    assert (old.epoch, new.epoch) == (1, 2)
    assert renewed.scan([old, new]).collect().height == 6
    # The new key does not open the old file: its name says which one does.
    moved = old.path.rename(tmp_path / "part-00000.e2.parquet")
    with pytest.raises(pl.exceptions.ComputeError):
        renewed.scan([IdentityFile(moved, MINE)]).collect()


def test_duckdb_types_survive_and_uuids_can_be_joined(zone, tmp_path):
    token = uuid.UUID(int=7)
    select = (
        f"SELECT 1::UBIGINT AS id, UUID '{token}' AS token, true AS is_it, [1::UBIGINT] AS near"
    )
    file = IdentityFile(zone.target(tmp_path, "signature"), Bound("signature", "night", ""))
    with duckdb.connect() as connection:
        zone.write_query(connection, select, file.path, file.bound)
        zone.show(connection, "signature", file)
        told = connection.sql("DESCRIBE signature").fetchall()
        asked = connection.sql(f"SELECT UUID '{token}' AS token")
        connection.register("asked", asked.to_arrow_table())
        joined = connection.sql(
            "SELECT id FROM signature JOIN asked ON signature.token = asked.token::UUID"
        ).fetchall()
    assert [row[1] for row in told] == ["UBIGINT", "UUID", "BOOLEAN", "UBIGINT[]"]
    assert joined == [(1,)]


def test_the_newest_writing_of_a_stem_counts(tmp_path):
    for name in ("part-00000.parquet", "part-00000.e1.parquet", "part-00000.e12.parquet",
                 "part-00001.parquet", "quarantine.parquet"):  # fmt: skip
        (tmp_path / name).touch()
    assert [path.name for path in stems(tmp_path, "part-*").values()] == [
        "part-00000.e12.parquet",
        "part-00001.parquet",
    ]


@pytest.fixture
def older_hub(layout):
    """A hub whose lake is plain, as older ones wrote it."""
    delivery = layout.delivery(MINE.table, MINE.origin)
    delivery.mkdir(parents=True)
    for number in range(3):
        NAMES.write_parquet(delivery / f"part-{number:05d}.parquet")
    return delivery


def test_plain_parts_are_read_and_then_encrypted_with_the_same_rows(layout, older_hub):
    before = identity_zone(layout).scan(delivery_parts(older_hub)).collect()
    assert files_by_epoch(layout) == {None: 3}
    assert encrypt_identity(layout).written == 3
    assert files_by_epoch(layout) == {1: 3}
    parts = delivery_parts(older_hub)
    assert identity_zone(layout).scan(parts).collect().equals(before)
    assert sorted(path.name for path in older_hub.iterdir()) == [
        f"part-{number:05d}.e1.parquet" for number in range(3)
    ]
    assert encrypt_identity(layout).written == 0


def test_encrypting_goes_on_where_it_died(layout, older_hub, monkeypatch):
    monkeypatch.setenv("HUB_FAULT", "identity.after_rename:full")
    with pytest.raises(OSError, match="space"):
        encrypt_identity(layout)
    # Both writings of the first part are there: its rows count once.
    assert len(list(older_hub.iterdir())) == 4
    assert identity_zone(layout).scan(delivery_parts(older_hub)).collect().height == 9
    monkeypatch.delenv("HUB_FAULT")
    encrypt_identity(layout)
    assert files_by_epoch(layout) == {1: 3}
    assert identity_zone(layout).scan(delivery_parts(older_hub)).collect().height == 9


def test_files_of_an_older_key_move_to_the_newest(layout):
    delivery = layout.delivery(MINE.table, MINE.origin)
    delivery.mkdir(parents=True)
    DeliveryWriter(delivery, identity_zone(layout), delivery).accept(NAMES)
    key_provider(layout).rotate("identity")
    assert encrypt_identity(layout).written == 1
    (file,) = identity_files(layout)
    assert file.epoch == 2
    assert file.bound == part_bound(delivery, "part-00000")
    assert identity_zone(layout).scan([file]).collect().equals(NAMES)


def test_the_commands_say_what_lies_plain_and_encrypt_it(layout, older_hub, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(layout.home))
    run = CliRunner()
    told = run.invoke(identity_app, ["status"])
    assert told.exit_code == 1
    assert "plain" in told.output
    assert run.invoke(identity_app, ["encrypt"]).exit_code == 0
    assert run.invoke(identity_app, ["status"]).exit_code == 0
    assert delivery_parts(older_hub)[0].epoch == 1


def test_without_keys_plain_is_read_and_encrypted_is_not(layout, tmp_path):
    plain = IdentityZone(None)
    sealed = written(identity_zone(layout), tmp_path)
    with pytest.raises(Exception, match="no key"):
        plain.read(sealed)
    NAMES.write_parquet(tmp_path / "part-00009.parquet")
    assert plain.read(IdentityFile(tmp_path / "part-00009.parquet", MINE)).num_rows == 3


def test_a_held_table_shows_what_was_asked_for_and_says_how_many_rows_it_has(zone, tmp_path):
    signatures = NAMES.rename({"line": "signature_id"})
    with Workbench(tmp_path / "tables", zone=zone, night="20260330") as bench:
        bench.add("signature", signatures)
        bench.add("person_index", signatures.select("signature_id", match_kind=pl.lit("name")))
        bench.add("recipient_index", pl.DataFrame({"signature_id": [3, 2, 2]}))
        held = {"person_index": ["match_kind"], "signature": ["signature_id", "full_name"]}
        with bench.holding(held, of={"signature": "recipient_index"}):
            assert bench.frame("FROM signature").equals(signatures.tail(2))
            assert bench.frame("SELECT * FROM person_index").columns == ["match_kind"]
            sizes = bench.connection.execute(
                "SELECT table_name, estimated_size FROM duckdb_tables()"
            ).fetchall()
            assert dict(sizes) == {"held_person_index": 3, "held_signature": 2}
        assert bench.frame("FROM signature").equals(signatures)
        assert bench.frame("FROM person_index").columns == ["signature_id", "match_kind"]
        assert bench.value("SELECT count(*) FROM duckdb_tables()") == 0
