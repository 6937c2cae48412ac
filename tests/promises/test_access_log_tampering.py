"""G2: whatever is done to the access log by somebody who can write files but cannot sign, is found.

Changes of six kinds, each against a head that was signed before: 200 of each kind at full size, a share
of them otherwise.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random

import pytest
from promise_figures import FULL_SIZE

from warehouse.access_log import AccessEntry, AccessLog, verify
from warehouse.access_log.replay import canonical
from warehouse.layout import Layout

EACH = 200 if FULL_SIZE else 20
START = dt.datetime(2026, 3, 30, 8, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A log of two months with a signed head at its end: the layout and the lines of its files."""
    home = tmp_path_factory.mktemp("tampering") / "home"
    layout = Layout(home)
    layout.prepare()
    log = AccessLog(layout)
    log.append_many(
        [
            AccessEntry(
                actor=f"official-{number % 5}",
                action="explain",
                object="decision P001",
                subjects=(f"P{number % 7}",),
                purpose="consultation",
                at=START + dt.timedelta(hours=number),
            )
            for number in range(72)
        ]
    )
    log.sign_head()
    assert verify(layout) == []
    files = sorted(layout.access.glob("log-*.jsonl"))
    assert len(files) == 2
    return layout, {path: path.read_bytes().splitlines() for path in files}


def edit(lines, rng):
    place = rng.randrange(len(lines))
    content = json.loads(lines[place])
    name = rng.choice([name for name in content if isinstance(content[name], str)])
    content[name] = content[name][:-1] + ("x" if content[name][-1:] != "x" else "y")
    lines[place] = canonical(content)


def delete(lines, rng):
    del lines[rng.randrange(len(lines))]


def insert(lines, rng):
    lines.insert(rng.randrange(len(lines)), lines[rng.randrange(len(lines))])


def swap(lines, rng):
    one, other = rng.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]


def truncate(lines, rng):
    del lines[len(lines) - rng.randrange(1, len(lines)) :]


def rechain(lines, rng):
    """Change one line and make every hash after it good again."""
    place = rng.randrange(1, len(lines))
    content = json.loads(lines[place])
    content["actor"] = "somebody else"
    lines[place] = canonical(content)
    for after in range(place + 1, len(lines)):
        following = json.loads(lines[after])
        following["prev"] = hashlib.sha256(lines[after - 1]).hexdigest()
        lines[after] = canonical(following)


TAMPERINGS = (edit, delete, insert, swap, truncate, rechain)


@pytest.mark.promise("G2")
def test_every_change_to_the_log_is_found(whole, record_figure):
    changed = {tamper.__name__: tampered(whole, tamper) for tamper in TAMPERINGS}
    done = sum(count for count, _ in changed.values())
    unseen = sum(missed for _, missed in changed.values())
    record_figure(
        "G2",
        f"{done:,} changes of {len(changed)} kinds: {done - unseen:,} found",
        held=unseen == 0 and all(count >= EACH // 2 for count, _ in changed.values()),
        changes=done,
        unseen=unseen,
    )
    assert verify(whole[0]) == []


def tampered(whole, tamper):
    """Change the log so many times; return how often it was changed, and how often unseen."""
    layout, files = whole
    rng = random.Random(tamper.__name__)  # noqa: S311 (no secret)
    unseen = number = 0
    for _ in range(10 * EACH):
        if number == EACH:
            break
        path = rng.choice(list(files)) if tamper is not truncate else max(files)
        lines = list(files[path])
        tamper(lines, rng)
        if lines == files[path]:
            continue
        number += 1
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        unseen += not verify(layout)
        path.write_bytes(b"".join(line + b"\n" for line in files[path]))
    return number, unseen
