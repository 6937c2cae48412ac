"""Keys: derived by label and epoch, from a file that is nobody else's or from the environment."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from warehouse.keys import (
    EnvironmentKeyProvider,
    FileKeyProvider,
    RootKeyError,
    has_root_key,
    key_provider,
    root_key,
    sub_key,
)
from warehouse.layout import Layout

ROOT = bytes(range(32))


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path)


def write_key(layout, content=ROOT, mode=0o400):
    layout.vault.mkdir(exist_ok=True)
    layout.key_file.write_bytes(content)
    layout.key_file.chmod(mode)


def test_a_new_hub_gets_a_key_of_its_own(layout, tmp_path):
    assert not has_root_key(layout)
    first = key_provider(layout).key("pid/v1")
    assert key_provider(layout).key("pid/v1") == first
    assert key_provider(Layout(tmp_path / "other")).key("pid/v1") != first
    assert stat.S_IMODE(layout.key_file.stat().st_mode) == 0o400
    assert has_root_key(layout)


def test_each_label_and_epoch_has_a_key_of_its_own(layout):
    write_key(layout)
    keys = key_provider(layout)
    assert keys.key("pid/v1") == sub_key(root_key(layout), "pid/v1")
    assert keys.key("identity", 1) == sub_key(ROOT, "identity/1")
    known = {keys.key(label, epoch) for label in ("identity", "archive") for epoch in (None, 1, 2)}
    assert len(known) == 6


def test_rotating_begins_an_epoch_and_keeps_the_older_keys(layout):
    write_key(layout)
    keys = key_provider(layout)
    before = keys.key("identity", keys.epoch("identity"))
    assert keys.rotate("identity") == 2
    again = key_provider(layout)
    assert (again.epoch("identity"), again.epoch("archive")) == (2, 1)
    assert again.key("identity", 2) != before
    assert again.key("identity", 1) == before


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o644, 0o600 | 0o020])
def test_a_key_that_others_can_reach_is_refused(layout, mode):
    write_key(layout, mode=mode)
    with pytest.raises(RootKeyError, match=r"open to others .*chmod 0400"):
        key_provider(layout)


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_a_file_that_is_no_key_is_refused(layout, content):
    write_key(layout, content)
    with pytest.raises(RootKeyError, match="a root key has 32"):
        key_provider(layout)


def test_a_lost_key_file_is_not_made_anew_by_the_provider(layout):
    with pytest.raises(RootKeyError, match="restore it"):
        FileKeyProvider(layout.key_file, layout.key_epochs)


def test_the_environment_hands_the_same_keys(layout, monkeypatch):
    write_key(layout)
    from_file = key_provider(layout).key("archive", 1)
    layout.key_file.unlink()
    monkeypatch.setenv("HUB_ROOT_KEY", ROOT.hex())
    assert isinstance(key_provider(layout), EnvironmentKeyProvider)
    assert key_provider(layout).key("archive", 1) == from_file
    assert not layout.key_file.exists()


@pytest.mark.parametrize("text", ["zz" * 32, "00" * 31, "0"])
def test_no_message_shows_a_key(layout, monkeypatch, text):
    monkeypatch.setenv("HUB_ROOT_KEY", text)
    with pytest.raises(RootKeyError) as caught:
        key_provider(layout)
    assert text not in str(caught.value) or len(text) < 2


@pytest.mark.parametrize("content", ["[1]", '{"identity": 0}', '{"identity": "2"}', "{"])
def test_damaged_epochs_are_named(layout, content):
    write_key(layout)
    layout.key_epochs.write_text(content, "utf-8")
    with pytest.raises(RootKeyError, match=r"key-epochs\.json"):
        key_provider(layout).epoch("identity")


def test_epochs_are_readable(layout):
    write_key(layout)
    key_provider(layout).rotate("extract/MOHW/eligibility")
    assert json.loads(layout.key_epochs.read_text("utf-8")) == {"extract/MOHW/eligibility": 2}


@pytest.mark.parametrize("label", ["", "/a", "a/", "a b", "../a", "a//b"])
def test_a_label_is_words(layout, label):
    write_key(layout)
    with pytest.raises(ValueError, match="no label"):
        key_provider(layout).key(label)


def test_a_lost_key_file_of_a_hub_is_not_made_anew(layout):
    key_provider(layout)
    layout.key_file.unlink()
    with pytest.raises(RootKeyError, match="does not exist; restore it from the key backup"):
        key_provider(layout)
    assert not layout.key_file.exists()


@pytest.mark.parametrize("way", ["file", "environment"])
def test_another_root_key_than_the_hub_was_made_with_is_refused(layout, monkeypatch, way):
    write_key(layout)
    key_provider(layout)
    other = bytes(reversed(ROOT))
    if way == "file":
        layout.key_file.unlink()
        write_key(layout, other)
    else:
        monkeypatch.setenv("HUB_ROOT_KEY", other.hex())
    with pytest.raises(RootKeyError, match="not the one with which this hub was made") as refused:
        key_provider(layout)
    assert other.hex() not in str(refused.value)
    monkeypatch.setenv("HUB_ROOT_KEY", ROOT.hex())
    assert key_provider(layout).epoch("archive") == 1


def test_the_check_of_the_root_key_tells_nothing_of_a_key_in_use(layout):
    write_key(layout)
    keys = key_provider(layout)
    check = json.loads(layout.root_key_check.read_text("utf-8"))["check"]
    labels = ("pid/v1", "archive", "identity", "release-signing")
    in_use = [keys.key(label, epoch).hex() for label in labels for epoch in (None, 1)]
    assert not any(each.startswith(check) for each in [ROOT.hex(), *in_use])


def test_threads_that_begin_at_once_agree_on_one_key(layout):
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: key_provider(layout).key("pid/v1"), range(32)))
    assert len(found) == 1
    assert sorted(path.name for path in layout.vault.iterdir()) == ["root-key.json", "root.key"]
