"""Is every access on the disk before anybody answers, and is every change to the log found?"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys

import pytest

from warehouse import durable
from warehouse.access_log import AccessLog, AccessLogError, check, replay, verify
from warehouse.faults import FAULT_VARIABLE

MAY = dt.datetime(2026, 5, 30, 9, tzinfo=dt.UTC)


def lines(layout, name="log-202605.jsonl"):
    return [json.loads(line) for line in (layout.access / name).read_text().splitlines()]


def test_lines_are_numbered_chained_and_canonical(log, layout, entry):
    log.append(entry("lee", "P2", "P1", "P1", at=MAY, purpose="consultation"))
    head = log.append(entry("kim", at=MAY))
    written = lines(layout)
    assert [line["number"] for line in written] == [1, 2, 3]
    assert [line["kind"] for line in written] == ["open", "access", "access"]
    assert written[1]["subjects"] == 2
    assert "P1" not in (layout.access / "log-202605.jsonl").read_text()
    assert (head.number, head.at) == (3, "2026-05-30T09:00:00.000000+00:00")
    assert verify(layout) == []


def test_a_month_closes_and_the_next_opens_with_its_digest(log, layout, entry):
    log.append(entry(at=MAY))
    log.append_many([entry(at=MAY), entry(at=MAY + dt.timedelta(days=2)), entry()])
    names = [path.name for path in sorted(layout.access.glob("log-*.jsonl"))]
    assert names[:2] == ["log-202605.jsonl", "log-202606.jsonl"]
    assert lines(layout)[-1]["kind"] == "close"
    opening = lines(layout, names[1])[0]
    assert opening["previous_file_sha256"] == durable.sha256_of(layout.access / names[0])
    assert verify(layout) == []


def test_clocks_that_go_back_do_not_turn_the_log_back(log, layout, entry):
    log.append(entry(at=MAY))
    head = log.append(entry(at=MAY - dt.timedelta(days=40)))
    assert head.moment == MAY
    assert verify(layout) == []


def test_a_national_id_never_reaches_the_log(log, layout, entry):
    number = "900101-" + "1234567"
    log.append(
        entry("lee", number, statement=f"SELECT '{number}'", purpose=number, object=f"x{number}x")
    )
    for path in layout.access.rglob("*"):
        if path.is_file():
            assert number not in path.read_text()


def test_two_logs_of_one_hub_take_turns(log, layout, entry):
    other = AccessLog(layout)
    for _ in range(3):
        log.append(entry("lee", "P1"))
        other.append(entry("kim", "P2"))
    assert verify(layout) == []
    assert check(layout).lines == 7


def test_long_lists_of_subjects_lie_apart_and_are_checked(log, layout, entry):
    log.append(entry("night", *(f"P{number}" for number in range(1500))))
    (packed,) = (layout.access / "subjects").glob("*.txt.gz")
    assert verify(layout) == []
    packed.unlink()
    assert [problem.partition(": ")[2] for problem in verify(layout)] == [
        "its list of subjects is missing or another"
    ]


# Failing closed


@pytest.mark.parametrize("point", ["access.before_write", "access.before_fsync"])
def test_a_full_disk_is_an_error_and_leaves_the_log_whole(log, layout, entry, monkeypatch, point):
    log.append(entry("lee", "P1"))
    monkeypatch.setenv(FAULT_VARIABLE, f"{point}:full")
    with pytest.raises(AccessLogError, match="nothing may be answered"):
        log.append(entry("lee", "P2"))
    monkeypatch.delenv(FAULT_VARIABLE)
    assert check(layout).lines == 2
    assert log.append(entry("lee", "P3")).number == 3
    assert verify(layout) == []


def test_a_log_that_cannot_be_opened_is_an_error(layout, entry):
    layout.access.write_text("a file where a folder should be")
    with pytest.raises(AccessLogError):
        AccessLog(layout).append(entry())


def test_a_torn_line_of_a_crash_is_taken_away_and_told(log, layout, entry):
    log.append(entry(at=MAY))
    with (layout.access / "log-202605.jsonl").open("ab") as file:
        file.write(b'{"actor":"le')
    assert AccessLog(layout).append(entry(at=MAY)).number >= 4
    kinds = [
        line["kind"]
        for path in replay.log_files(layout.access)
        for line in lines(layout, path.name)
    ]
    assert kinds.count("heal") == 1
    assert verify(layout) == []


@pytest.mark.parametrize("damage", ["cut", "edit", "head", "no head"])
def test_a_log_that_is_not_what_was_signed_takes_no_more(log, layout, entry, damage):
    for _ in range(3):
        log.append(entry(at=MAY))
    log.sign_head()
    path = layout.access / "log-202605.jsonl"
    newest = max((layout.access / "heads").glob("head-*.json"))
    whole = path.read_bytes()
    if damage == "cut":
        path.write_bytes(b"\n".join(whole.split(b"\n")[:-2]) + b"\n")
    elif damage == "edit":
        path.write_bytes(whole.replace(b"lee", b"kim"))
    elif damage == "head":
        newest.write_text(newest.read_text().replace('"sig":"', '"sig":"AAAA'))
    else:
        for head in (layout.access / "heads").glob("*.json"):
            head.unlink()
    with pytest.raises(AccessLogError):
        AccessLog(layout).append(entry())
    assert verify(layout) != []


def test_an_outside_folder_without_heads_for_a_day_stops_answers(
    layout, entry, tmp_path, monkeypatch
):
    outside = tmp_path / "outside"
    monkeypatch.setenv("HUB_ACCESS_HEAD_COPIES", str(outside))
    log = AccessLog(layout)
    log.append(entry(at=MAY))
    names = {path.name for path in (layout.access / "heads").iterdir()}
    assert {path.name for path in outside.iterdir()} == names
    for path in outside.iterdir():
        path.unlink()
    outside.rmdir()
    outside.write_text("not a folder any more")
    log.append(entry(at=MAY + dt.timedelta(hours=20)))
    with pytest.raises(AccessLogError, match="reached"):
        log.append(entry(at=MAY + dt.timedelta(hours=30)))


def test_a_month_may_be_retired_and_the_log_still_replays(log, layout, entry):
    log.append(entry("lee", "P1", at=MAY))
    log.append(entry("lee", "P1"))
    log.retire_month(MAY.date(), actor="keeper", reason="two years are over")
    assert not (layout.access / "log-202605.jsonl").exists()
    assert verify(layout) == []
    log.append(entry())
    second = min(layout.access.glob("log-*.jsonl"))
    with pytest.raises(AccessLogError, match="oldest closed month"):
        log.retire_month(
            dt.date(int(second.stem[4:8]), int(second.stem[8:]), 1), actor="k", reason="r"
        )


def test_a_month_that_was_taken_away_is_found(log, layout, entry):
    log.append(entry(at=MAY))
    log.append(entry())
    (layout.access / "log-202605.jsonl").unlink()
    assert any("no line retired them" in problem for problem in verify(layout))


def test_the_replay_works_alone(log, layout, entry):
    log.append(entry("lee", "P1", at=MAY))
    log.append(entry("lee", "P1"))
    log.sign_head()
    command = [
        sys.executable, "-I", replay.__file__, str(layout.access),
        "--public-keys", str(layout.public_keys / "log-signing.json"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stdout + done.stderr
    path = layout.access / "log-202605.jsonl"
    path.write_bytes(path.read_bytes().replace(b"lee", b"kim"))
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 1
    assert "is not" in done.stdout
