"""What `hub vault check` says of keys, modes and disks."""

import os

import pytest

from warehouse import vault_check
from warehouse.keys import key_provider
from warehouse.layout import Layout
from warehouse.vault_check import check_vault, is_on_encrypted_disk


@pytest.fixture
def layout(tmp_path):
    layout = Layout(tmp_path / "home")
    layout.prepare()
    key_provider(layout)
    return layout


@pytest.fixture
def devices(tmp_path, monkeypatch):
    """A host whose devices the test makes up; returns that of the test's own folder."""
    folder = tmp_path / "devices"
    monkeypatch.setattr(vault_check, "_BLOCK_DEVICES", folder)
    device = tmp_path.stat().st_dev
    return folder / f"{os.major(device)}:{os.minor(device)}"


def make(device, identity=None, below=()):
    (device / "dm").mkdir(parents=True)
    if identity:
        (device / "dm" / "uuid").write_text(identity, "ascii")
    for name, inner in below:
        make(device / "slaves" / name, inner)


def test_a_host_that_tells_nothing_is_unknown(tmp_path, devices):
    assert not devices.exists()
    assert is_on_encrypted_disk(tmp_path) is None


@pytest.mark.parametrize(
    ("identity", "below", "expected"),
    [
        ("CRYPT-LUKS2-1", (), True),
        (None, (), False),
        ("LVM-1", [("dm-1", "CRYPT-LUKS2-1")], True),
        ("LVM-1", [("dm-1", "CRYPT-LUKS2-1"), ("sda", None)], False),
    ],
)
def test_a_disk_is_encrypted_where_all_it_is_made_of_is(
    tmp_path, devices, identity, below, expected
):
    make(devices, identity, below)
    assert is_on_encrypted_disk(tmp_path) is expected


def states(layout):
    return {check.what: check.state.value for check in check_vault(layout)}


def test_a_sound_vault_says_what_only_the_operator_can_see(layout, devices):
    make(devices, "CRYPT-LUKS2-1")
    assert set(states(layout).values()) == {"ok"}


def test_each_fault_is_named_with_what_to_do(layout, devices):
    make(devices)
    layout.vault.chmod(0o755)
    plain = layout.archived("ab" * 32)
    plain.parent.mkdir(parents=True)
    plain.write_bytes(b"plain")
    found = {check.what: check for check in check_vault(layout)}
    assert found["vault"].to_do == "run `chmod 0700` on the folder vault"
    assert found["plain files"].to_do == "run `hub vault encrypt`"
    assert found["disk"].state == "failed"
    layout.key_file.chmod(0o644)
    assert states(layout)["root key"] == "failed"
