"""The archive: no byte of it can be changed, cut off or exchanged unseen; keys are renewed without loss."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from warehouse import archive, archive_upkeep, encrypted_file
from warehouse.encrypted_file import CHUNK_BYTES, HEADER_BYTES, TAG_BYTES, VaultFileError
from warehouse.key_commands import keys_app
from warehouse.keys import RootKeyError, key_provider
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.vault_commands import vault_app

PROJECT = Path(__file__).parents[2]
SMALL = b"9001011234567,one person's line\n" * 40
LARGE = bytes(range(256)) * (3 * CHUNK_BYTES // 256) + b"the end"
SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES


@pytest.fixture
def layout(tmp_path: Path, monkeypatch) -> Layout:
    layout = Layout(tmp_path / "home")
    layout.prepare()
    monkeypatch.setenv(HOME_VARIABLE, str(layout.home))
    return layout


def store(layout: Layout, content: bytes) -> str:
    drop = layout.landing / "drop"
    drop.write_bytes(content)
    stored = archive.store(layout, drop)
    assert stored.size_bytes == len(content)
    return stored.sha256


def store_plain(layout: Layout, content: bytes) -> str:
    """As hubs did before they encrypted."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = layout.archived(sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return sha256


def read(layout: Layout, sha256: str) -> bytes:
    with archive.open_received(layout, sha256) as file:
        return file.read()


def replace(layout: Layout, sha256: str, content: bytes) -> None:
    path = layout.archived(sha256)
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def run(app, *words: str, code: int = 0) -> list[dict]:
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout or "[]")


@pytest.mark.parametrize(
    "size",
    [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 16 * CHUNK_BYTES, 17 * CHUNK_BYTES],
)
def test_files_of_every_length_come_back_whole_and_at_any_place(layout, size):
    content = os.urandom(size)
    sha256 = store(layout, content)
    assert read(layout, sha256) == content
    with archive.open_received(layout, sha256) as file:
        assert file.seek(0, os.SEEK_END) == size
        for place, length in ((size // 2, 100), (max(size - 8, 0), 50), (0, 4), (size, 1)):
            file.seek(place)
            assert file.read(length) == content[place : place + length]


def test_no_run_of_the_plaintext_lies_on_the_disk(layout):
    sha256 = store(layout, SMALL)
    assert b"9001011234567" not in layout.archived(sha256).read_bytes()
    assert not list(layout.vault.rglob("*plain*"))


def test_a_flipped_bit_is_refused_at_any_byte(layout):
    sha256 = store(layout, SMALL)
    sound = layout.archived(sha256).read_bytes()
    for place in range(len(sound)):
        flipped = bytearray(sound)
        flipped[place] ^= 1 << place % 8
        replace(layout, sha256, bytes(flipped))
        with pytest.raises(VaultFileError) as refused:
            read(layout, sha256)
        assert "9001011234567" not in str(refused.value)
    replace(layout, sha256, sound)
    assert read(layout, sha256) == SMALL


@pytest.mark.parametrize("content", [b"", LARGE])
def test_a_flipped_bit_is_refused_in_every_part_of_empty_and_long_files(layout, content):
    sha256 = store(layout, content)
    sound = layout.archived(sha256).read_bytes()
    for place in {0, HEADER_BYTES - 1, HEADER_BYTES, len(sound) - 1, len(sound) // 2}:
        flipped = bytearray(sound)
        flipped[place] ^= 0x80
        replace(layout, sha256, bytes(flipped))
        with pytest.raises(VaultFileError):
            read(layout, sha256)


def cut(sound: bytes, chunk: int) -> bytes:
    start = HEADER_BYTES + chunk * SEALED_CHUNK
    return sound[start : start + SEALED_CHUNK]


@pytest.mark.parametrize(
    "change",
    [
        lambda sound: sound[:0],
        lambda sound: sound[:4],
        lambda sound: sound[: HEADER_BYTES // 2],
        lambda sound: sound[:HEADER_BYTES],
        lambda sound: sound[:-1],
        lambda sound: sound[: HEADER_BYTES + 2 * SEALED_CHUNK],
        lambda sound: sound + b"\0",
        lambda sound: sound + cut(sound, 0),
    ],
)
def test_a_file_that_is_cut_off_or_goes_on_is_refused_before_a_byte_is_read(layout, change):
    sha256 = store(layout, LARGE)
    replace(layout, sha256, change(layout.archived(sha256).read_bytes()))
    with pytest.raises(VaultFileError):
        archive.open_received(layout, sha256)


def test_chunks_in_another_order_are_refused(layout):
    sha256 = store(layout, LARGE)
    sound = layout.archived(sha256).read_bytes()
    rest = sound[HEADER_BYTES + 2 * SEALED_CHUNK :]
    replace(layout, sha256, sound[:HEADER_BYTES] + cut(sound, 1) + cut(sound, 0) + rest)
    with pytest.raises(VaultFileError, match="chunk 0 was changed"):
        read(layout, sha256)


def test_two_files_under_each_other_s_names_are_refused(layout):
    one, other = store(layout, SMALL), store(layout, SMALL[::-1])
    first, second = (layout.archived(each).read_bytes() for each in (one, other))
    assert len(first) == len(second)
    replace(layout, one, second)
    replace(layout, other, first)
    for each in (one, other):
        with pytest.raises(VaultFileError, match="lies under the name of another"):
            archive.open_received(layout, each)


def test_the_body_of_another_file_is_refused(layout):
    one, other = store(layout, SMALL), store(layout, SMALL[::-1])
    first, second = (layout.archived(each).read_bytes() for each in (one, other))
    replace(layout, one, first[:HEADER_BYTES] + second[HEADER_BYTES:])
    with pytest.raises(VaultFileError, match="chunk 0 was changed"):
        read(layout, one)


def test_a_damaged_file_is_healed_by_the_same_bytes_delivered_again(layout):
    sha256 = store(layout, SMALL)
    replace(layout, sha256, b"damaged")
    assert store(layout, SMALL) == sha256
    assert read(layout, sha256) == SMALL


def test_a_plain_archive_of_an_older_hub_is_read_hashed_and_encrypted(layout):
    names = [store_plain(layout, content) for content in (SMALL, LARGE, b"")]
    assert [read(layout, each) for each in names] == [SMALL, LARGE, b""]
    replace(layout, names[0], SMALL[:-1] + b"?")
    with pytest.raises(VaultFileError, match="not the file that was received"):
        archive.open_received(layout, names[0])
    replace(layout, names[0], SMALL)
    assert [row["state"] for row in run(vault_app, "status")] == ["plain"]
    assert run(vault_app, "encrypt") == [{"outdated": 3, "encrypted": 3, "damaged": 0}]
    assert [row["state"] for row in run(vault_app, "status")] == ["newest key"]
    assert [read(layout, each) for each in names] == [SMALL, LARGE, b""]
    assert run(vault_app, "encrypt") == [{"outdated": 0, "encrypted": 0, "damaged": 0}]


def test_a_renewed_key_encrypts_what_comes_and_opens_what_there_is(layout):
    before = store(layout, SMALL)
    old = layout.archived(before).read_bytes()
    assert [row["epoch"] for row in run(keys_app, "rotate", "archive")] == [1, 2]
    after = store(layout, LARGE)
    assert [read(layout, each) for each in (before, after)] == [SMALL, LARGE]
    assert archive_upkeep.files_by_epoch(layout).keys() == {1, 2}
    assert run(vault_app, "re-encrypt") == [{"outdated": 1, "encrypted": 1, "damaged": 0}]
    assert archive_upkeep.files_by_epoch(layout).keys() == {2}
    assert [read(layout, each) for each in (before, after)] == [SMALL, LARGE]
    assert layout.archived(before).read_bytes()[HEADER_BYTES:] != old[HEADER_BYTES:]


def test_a_damaged_file_is_named_and_left_while_the_others_move(layout):
    sound, broken = store_plain(layout, SMALL), store_plain(layout, LARGE)
    replace(layout, broken, LARGE[:-1])
    done = CliRunner().invoke(vault_app, ["encrypt", "--json"])
    assert done.exit_code == 1
    assert broken[:16] in done.stderr
    assert layout.archived(broken).read_bytes() == LARGE[:-1]
    assert read(layout, sound) == SMALL
    told = {row["what"]: row["state"] for row in run(vault_app, "check", "--deep", code=1)}
    assert told["received bytes"] == "failed"
    assert told["plain files"] == "failed"
    assert told["root key"] == told["vault"] == "ok"


@pytest.mark.parametrize("files_before", [0, 1, 2])
def test_encrypting_that_is_killed_goes_on_where_it_was(layout, files_before):
    contents = [SMALL + bytes([number]) for number in range(4)]
    names = [store_plain(layout, content) for content in contents]
    code = (
        "import sys; from pathlib import Path; from warehouse import archive_upkeep as a; "
        "from warehouse.layout import Layout; import os; "
        "layout = Layout(Path(sys.argv[1])); files = a.outdated_files(layout); "
        "count = int(sys.argv[2]); a.encrypt_anew(layout, files[:count]); "
        "os.environ['HUB_FAULT'] = 'vault.before_rename:kill'; "
        "a.encrypt_anew(layout, files[count:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(layout.home), str(files_before)], cwd=PROJECT, check=False
    )
    assert done.returncode < 0
    assert [read(layout, each) for each in names] == contents
    assert run(vault_app, "encrypt")[0]["encrypted"] == 4 - files_before
    assert [read(layout, each) for each in names] == contents
    assert not list(layout.archive.glob(".staging*"))


def test_a_lost_key_is_told_with_what_to_do_and_no_value(layout):
    sha256 = store(layout, SMALL)
    root = layout.key_file.read_bytes()
    layout.key_file.unlink()
    with pytest.raises(RootKeyError, match="restore it from the key backup"):
        read(layout, sha256)
    layout.key_file.write_bytes(bytes(32))
    layout.key_file.chmod(0o400)
    with pytest.raises(RootKeyError, match="not the one with which this hub was made") as refused:
        read(layout, sha256)
    assert root.hex() not in str(refused.value)


def test_a_file_of_another_hub_is_refused_with_what_to_do(layout, tmp_path):
    sha256 = store(layout, SMALL)
    other = Layout(tmp_path / "other")
    other.prepare()
    store(other, SMALL)
    replace(layout, sha256, other.archived(sha256).read_bytes())
    with pytest.raises(VaultFileError, match=r"another key of epoch 1 .* restore the root key"):
        read(layout, sha256)


def test_the_same_bytes_are_never_encrypted_the_same_way(layout, tmp_path):
    sealed = set()
    for number in range(3):
        target = tmp_path / str(number)
        (tmp_path / "plain").write_bytes(SMALL)
        with (tmp_path / "plain").open("rb") as source, target.open("wb") as sink:
            encrypted_file.encrypt(source, sink, 1, key_provider(layout).key("archive", 1))
        sealed.add(target.read_bytes()[HEADER_BYTES : HEADER_BYTES + 16])
    assert len(sealed) == 3
