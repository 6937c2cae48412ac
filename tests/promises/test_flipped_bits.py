"""One flipped bit anywhere in a release or an extract is refused by whatever reads it.

Each flip is in a file drawn by chance, and some public command then reads the hub: it must refuse, or
say exactly what it said before. A bit that rots on the disk changes no time stamp; opening trusts
what it remembers of such a file, and the scrub is what finds it.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest
import release_scene
from promise_figures import FULL_SIZE
from typer.testing import CliRunner

from hub.command_line import build_application
from warehouse import mart, releases
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.ledger import Ledger
from warehouse.release_files import open_release
from warehouse.release_scrub import scrub
from warehouse.releases import ReleaseError

FLIPS = 1000 if FULL_SIZE else 12
FLIPS_OF_EXTRACTS = 200 if FULL_SIZE else 2
ROTTEN = 200 if FULL_SIZE else 8
SUMS = "SELECT count(*), bit_xor(hash(t)) FROM {} AS t"
LISTS_ONLY = "release list"
"""Opens no release: it compares manifests with the ledger, and says of one that it is damaged."""


class Flipped:
    """Flips one bit of a file within `with`, and puts it back."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        self._path = path
        path.chmod(0o640)
        self._place = chance.randrange(path.stat().st_size)
        self._mask = 1 << chance.randrange(8)

    def _flip(self) -> None:
        with self._path.open("r+b") as file:
            file.seek(self._place)
            (byte,) = file.read(1)
            file.seek(self._place)
            file.write(bytes([byte ^ self._mask]))

    def __enter__(self):
        self._flip()

    def __exit__(self, *_error):
        self._flip()


@pytest.fixture(scope="module")
def home(whole_nights, tmp_path_factory):
    """The hub of two nights, of which this module may damage releases and extracts."""
    copied = tmp_path_factory.mktemp("flipped") / "home"

    def copy_or_link(source, target):
        is_big = "/lake/" in source or "/vault/archive/" in source
        return os.link(source, target) if is_big else shutil.copy2(source, target)

    return Path(shutil.copytree(whole_nights / "home", copied, copy_function=copy_or_link))


@pytest.fixture(scope="module")
def commands(home):
    """Every public command that reads a release, by name, with arguments that give an answer."""
    release = releases.current(Layout(home))
    person, programme, member, finding, table = (
        mart.query(release, f"SELECT {column} FROM {table} ORDER BY ALL LIMIT 1").rows[0][0]
        for column, table in (
            ("subject_id", "decision WHERE starts_with(subject_id, 'P')"),
            ("programme_code", "decision WHERE starts_with(subject_id, 'P')"),
            ("person_id", "unit_membership"),
            ("finding_id", "finding"),
            ("name", "(SHOW TABLES)"),
        )
    )
    return {
        "query": ["query", SUMS.format("decision"), "--json"],
        "query of a family": ["query", SUMS.format(table), "--json"],
        "query of two releases": [
            "query", "--then", "r000001", "SELECT count(*) FROM now.person", "--json",
        ],
        "release show": ["release", "show", "--json"],
        "release verify": ["release", "verify"],
        LISTS_ONLY: ["release", "list", "--json"],
        "summary": ["summary", "--json"],
        "explain": ["explain", person, programme, "--json"],
        "explain finding": ["explain", "finding", finding, "--json"],
        "consult": ["consult", person, "--json"],
        "households": ["households", "show", member, "--json"],
    }  # fmt: skip


@pytest.fixture
def ask(home, monkeypatch):
    """`ask(arguments)`: exit code and output of a command on the hub."""
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    application = build_application()

    def invoke(arguments):
        result = CliRunner().invoke(application, arguments)
        return result.exit_code, result.stdout

    return invoke


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)


@pytest.mark.promise("R4")
def test_every_command_refuses_a_release_with_a_flipped_bit(home, commands, ask, record_figure):
    calm = {name: ask(arguments) for name, arguments in commands.items()}
    assert {name: said[0] for name, said in calm.items() if said[0]} == {}
    if FULL_SIZE:
        assert {name: ask(arguments) for name, arguments in commands.items()} == calm
    chance = random.Random(7)  # noqa: S311 (a fixed seed, no secret)
    files = files_below(releases.current(Layout(home)).folder)
    refused, same, silent = 0, 0, []
    for number in range(FLIPS):
        name = list(commands)[number % len(commands)]
        path = chance.choice(files)
        with Flipped(path, chance):
            code, said = ask(commands[name])
        if code or '"damaged"' in said:
            refused += 1
        elif said == calm[name][1]:
            same += 1
            assert name == LISTS_ONLY, f"{name} read a release with an altered {path.name}"
        else:
            silent.append(f"{name} after a flip in {path.name}")
    assert ask(commands["query"]) == calm["query"]
    assert silent == []
    record_figure(
        "R4",
        f"{FLIPS} flips in {len(files)} files of a release, read through {len(commands)} commands:"
        f" {refused} refused, {same} unread, {len(silent)} silent wrong answers",
        held=not silent,
        flips=FLIPS,
        silent=len(silent),
    )


@pytest.mark.promise("R4")
def test_an_extract_with_a_flipped_bit_is_refused(home, ask, record_figure):
    outbox = Layout(home).outbox
    packages = sorted(path.parent for path in outbox.glob("*/*/*/manifest.dsse.json"))
    assert packages
    for package in packages if FULL_SIZE else packages[:1]:
        assert ask(["extract", "verify", str(package)])[0] == 0
    chance = random.Random(8)  # noqa: S311 (a fixed seed, no secret)
    accepted = []
    for _ in range(FLIPS_OF_EXTRACTS):
        package = chance.choice(packages)
        path = chance.choice(files_below(package))
        with Flipped(path, chance):
            if ask(["extract", "verify", str(package)])[0] == 0:
                accepted.append(path.name)
    record_figure(
        "R4",
        f"{FLIPS_OF_EXTRACTS} flips in extracts: {len(accepted)} accepted",
        held=not accepted,
        flips=FLIPS_OF_EXTRACTS,
    )


@pytest.mark.promise("R4")
def test_no_flipped_bit_makes_current_another_release(tmp_path, record_figure):
    """An older release is whole and signed too: the pointer must not lead there."""
    home = tmp_path / "home"
    for version in (1, 2, 3):
        newest = release_scene.publish(home, version)
    layout = Layout(home)
    good = layout.current.read_bytes()
    other, refused = [], 0
    for place in range(len(good)):
        for bit in range(8):
            bad = bytearray(good)
            bad[place] ^= 1 << bit
            layout.current.write_bytes(bad)
            try:
                named = releases.current(layout)
            except ReleaseError:
                refused += 1
            else:
                other += [named.release_id] if named.release_id != newest.release_id else []
    release_scene.publish(home, 3)
    assert releases.current(layout).release_id == newest.release_id
    record_figure(
        "R4",
        f"each of {8 * len(good)} bits of CURRENT flipped: {refused} refused,"
        f" {len(other)} led to another release",
        held=not other,
    )


@pytest.mark.promise("R4")
def test_bits_that_rot_in_silence_are_found_by_the_scrub(tmp_path, record_figure):
    """A rotten bit keeps inode, time and size: remembered until a scrub, refused from then on."""
    home = tmp_path / "home"
    release = release_scene.publish(home, 1)
    layout = Layout(home)
    files = [path for path in files_below(release.folder) if "manifest" not in path.name]
    chance = random.Random(9)  # noqa: S311 (a fixed seed, no secret)
    trusted = found = refused = 0
    with Ledger.open(layout.ledger_url) as ledger:
        for _ in range(ROTTEN):
            path = chance.choice(files)
            settle(layout, release.release_id, ledger)
            stamp = path.stat()
            with Flipped(path, chance):
                os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
                trusted += opens(layout, release.release_id)
                damaged = [each.subject for each in scrub(layout, ledger) if each.problems]
                found += damaged == [release.release_id]
                refused += not opens(layout, release.release_id)
            os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert trusted == ROTTEN, "opening reads what it remembers: docs/releases.md says so"
    record_figure(
        "R4",
        f"{ROTTEN} flips that keep every time stamp: {found} found by the scrub, {refused} refused"
        " from then on",
        held=found == refused == ROTTEN,
        flips=ROTTEN,
    )


def settle(layout: Layout, release_id: str, ledger: Ledger) -> None:
    """Let the hub remember a sound release: no file of it was written within a clock tick."""
    for path in files_below(layout.releases / release_id):
        os.utime(path, ns=(10**18, 10**18))
    assert [each for each in scrub(layout, ledger) if each.problems] == []
    assert opens(layout, release_id)


def opens(layout: Layout, release_id: str) -> bool:
    try:
        open_release(layout, release_id)
    except ReleaseError:
        return False
    return True
