"""Replaying the access log line by line: this file works alone, without the hub.

    python replay.py ACCESS_FOLDER --public-keys log-signing.json --heads OUTSIDE_FOLDER

Here: what makes a log whole (numbers, hashes, months, subjects, signed heads), with the standard
library, and `cryptography` for signatures. Never here: writing, or anything else of the hub: whoever
distrusts the hub runs this copy. Next: `warehouse.access_log.verification` runs it for `hub log verify`.

A line is canonical JSON. `prev` is the SHA-256 of the line before; the first line of a month names
the file before and its SHA-256, the last line of a closed month the SHA-256 of all lines before it.
A signed head says that line `number` has the hash `sha256`; so whatever was written up to a head that
somebody outside keeps cannot be changed, left out or cut off unseen.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import json
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FIRST_PREVIOUS = "0" * 64
"""What stands for the hash before the first line."""
HEAD_TYPE = "application/vnd.welfare-hub.access-head.v1+json"
_MOST_PROBLEMS = 50


@dataclass(slots=True)
class Replayed:
    """What a replay saw."""

    lines: int = 0
    last_sha256: str = FIRST_PREVIOUS
    first_number: int = 1
    problems: list[str] = field(default_factory=list)
    hashes: dict[int, str] = field(default_factory=dict)
    """Hash of each line that was asked for, by number."""


def canonical(content: dict[str, Any]) -> bytes:
    """Return the one way in which a line is written, without its end."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def log_files(folder: Path) -> list[Path]:
    """Return the files of the months, oldest first."""
    return sorted(folder.glob("log-[0-9][0-9][0-9][0-9][0-9][0-9].jsonl"))


def subjects_digest(subjects: Iterable[str]) -> str:
    """Return the SHA-256 of subjects: each once, sorted, a line each."""
    return hashlib.sha256("\n".join(sorted(set(subjects))).encode()).hexdigest()


def replay(folder: Path, wanted: Collection[int] = ()) -> Replayed:
    """Read every line of the log in `folder`; say what is not as it was written.

    Args:
        folder: the log's folder, with `log-YYYYMM.jsonl` and `subjects`.
        wanted: numbers of lines whose hashes are needed, those of signed heads.
    """
    return _Replay(folder, frozenset(wanted)).run()


class _Replay:
    def __init__(self, folder: Path, wanted: frozenset[int]) -> None:
        self.folder = folder
        self.wanted = wanted
        self.seen = Replayed(hashes={0: FIRST_PREVIOUS} if 0 in wanted else {})
        self.number = 0
        self.at = ""
        self.retired: dict[str, str] = {}
        self.cut_before: tuple[str, str] | None = None

    def run(self) -> Replayed:
        files = log_files(self.folder)
        before: tuple[str, str] | None = None
        for place, path in enumerate(files):
            content = path.read_bytes()
            self._file(path, content, before, is_last=place == len(files) - 1)
            before = (path.name, hashlib.sha256(content).hexdigest())
        if self.cut_before is not None and self.cut_before not in self.retired.items():
            self._say(f"{files[0].name}: months before it are missing, and no line retired them")
        self.seen.lines = self.number
        return self.seen

    def _file(
        self, path: Path, content: bytes, before: tuple[str, str] | None, *, is_last: bool
    ) -> None:
        lines = content.split(b"\n")
        if lines[-1]:
            self._say(f"{path.name}: the last line is torn")
        lines.pop()
        if not lines and not is_last:
            self._say(f"{path.name}: is empty")
        subjects = _subjects_of(self.folder, path)
        digest = hashlib.sha256()
        for place, line in enumerate(lines, start=1):
            where = f"{path.name} line {place}"
            entry = self._line(where, line, path.stem[4:])
            if entry is None:
                digest.update(line + b"\n")
                continue
            if place == 1:
                self._opening(where, entry, before)
            if entry.get("kind") == "close":
                if (
                    entry.get("file_sha256") != digest.hexdigest()
                    or entry.get("lines") != place - 1
                ):
                    self._say(f"{where}: what it closes is not what lies before it")
                if place != len(lines) or is_last:
                    self._after_close(where, is_end=place == len(lines))
            elif place == len(lines) and not is_last:
                self._say(f"{where}: the month ends without a closing line")
            self._subjects(where, entry, subjects)
            digest.update(line + b"\n")

    def _line(self, where: str, line: bytes, month: str) -> dict[str, Any] | None:
        sha256 = hashlib.sha256(line).hexdigest()
        entry: dict[str, Any] | None
        try:
            entry = json.loads(line)
            if not isinstance(entry, dict) or canonical(entry) != line:
                entry = None
        except (ValueError, RecursionError):
            entry = None
        if entry is None:
            self._say(f"{where}: is no line of a log")
            self.number += 1
        else:
            self._chain(where, entry, month)
            if entry.get("kind") == "retire":
                self.retired[str(entry.get("retired_file"))] = str(entry.get("retired_sha256"))
        self.seen.last_sha256 = sha256
        if self.number in self.wanted:
            self.seen.hashes[self.number] = sha256
        return entry

    def _chain(self, where: str, entry: dict[str, Any], month: str) -> None:
        number = entry.get("number")
        if self.number == 0 and isinstance(number, int) and number > 1:
            # The opening line says whether older months were retired or taken away.
            self.cut_before = (
                str(entry.get("previous_file")),
                str(entry.get("previous_file_sha256")),
            )
            self.seen.first_number = number
        elif number != self.number + 1:
            self._say(f"{where}: number {number} where {self.number + 1} is due")
            number = number if isinstance(number, int) else self.number + 1
        elif entry.get("prev") != self.seen.last_sha256:
            self._say(f"{where}: does not follow from the line before")
        self.number = number
        at = entry.get("at")
        if not isinstance(at, str) or at < self.at or at[:7].replace("-", "") != month:
            self._say(f"{where}: its time is before the line above or of another month")
        else:
            self.at = at

    def _opening(self, where: str, entry: dict[str, Any], before: tuple[str, str] | None) -> None:
        if entry.get("kind") != "open":
            self._say(f"{where}: the month begins without an opening line")
            return
        said = (entry.get("previous_file"), entry.get("previous_file_sha256"))
        if self.cut_before is not None and before is None:
            return
        if said != (before or (None, None)):
            self._say(f"{where}: the file before is not the one it was opened after")

    def _after_close(self, where: str, *, is_end: bool) -> None:
        if not is_end:
            self._say(f"{where}: lines follow the closing line")

    def _subjects(self, where: str, entry: dict[str, Any], subjects: dict[int, set[str]]) -> None:
        digest = entry.get("subjects_sha256")
        if digest is not None and digest not in subjects.get(self.number, ()):
            self._say(f"{where}: its list of subjects is missing or another")

    def _say(self, problem: str) -> None:
        if len(self.seen.problems) < _MOST_PROBLEMS:
            self.seen.problems.append(problem)


def _subjects_of(folder: Path, log_file: Path) -> dict[int, set[str]]:
    """Return number → digests of the subjects that lie beside the log for it."""
    found: dict[int, set[str]] = {}
    for number, listed in read_subjects(folder, log_file.name):
        found.setdefault(number, set()).add(subjects_digest(listed))
    return found


def read_subjects(folder: Path, log_name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (number, subjects) of a month; lines that cannot be read are passed over.

    Long lists lie in a file of their own, a subject a line, compressed.
    """
    path = folder / "subjects" / log_name
    if not path.exists():
        return
    for line in path.read_bytes().split(b"\n"):
        try:
            content = json.loads(line)
            number = int(content["number"])
            if "file" in content:
                packed = (folder / "subjects" / Path(content["file"]).name).read_bytes()
                yield number, gzip.decompress(packed).decode().split("\n")
            else:
                yield number, [str(each) for each in content["subjects"]]
        except (ValueError, KeyError, TypeError, OSError, EOFError):
            continue


def head_problems(replayed: Replayed, heads: Iterable[tuple[str, dict[str, Any]]]) -> list[str]:
    """Compare a replayed log with heads whose signatures were checked: (name, content)."""
    problems = []
    for name, head in heads:
        number = int(head["number"])
        if number > replayed.lines:
            problems.append(
                f"{name}: signed when the log had {number} lines; it has {replayed.lines}"
            )
        elif number < replayed.first_number - 1:
            continue
        elif number in replayed.hashes and replayed.hashes[number] != head["sha256"]:
            problems.append(f"{name}: line {number} is not the one that was signed")
    return problems


def _open_head(text: str, keys: list[Any]) -> dict[str, Any] | None:
    """Return the content of a signed head (DSSE, Ed25519); None where no key fits."""
    from cryptography.exceptions import InvalidSignature

    try:
        envelope = json.loads(text)
        payload = base64.b64decode(envelope["payload"], validate=True)
        kind = str(envelope["payloadType"])
        signatures = [
            base64.b64decode(each["sig"], validate=True) for each in envelope["signatures"]
        ]
        head = json.loads(payload)
    except (ValueError, KeyError, TypeError):
        return None
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)
    for key in keys if kind == HEAD_TYPE else []:
        for signature in signatures:
            try:
                key.verify(signature, signed)
            except InvalidSignature:
                continue
            return dict(head)
    return None


def main(arguments: list[str] | None = None) -> int:
    """Replay a log from the command line; exit code 1 where it is not whole."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    parser = argparse.ArgumentParser(description="Replay an access log and compare signed heads.")
    parser.add_argument("folder", type=Path, help="folder with log-YYYYMM.jsonl")
    parser.add_argument("--public-keys", type=Path, required=True, help="log-signing.json")
    parser.add_argument("--heads", type=Path, action="append", default=[], help="kept outside")
    asked = parser.parse_args(arguments)
    texts = json.loads(asked.public_keys.read_text("utf-8"))["public_keys"]
    keys = [
        Ed25519PublicKey.from_public_bytes(base64.b64decode(text.partition(":")[2]))
        for text in texts
    ]
    heads, problems = [], []
    for folder in [asked.folder / "heads", *asked.heads]:
        for path in sorted(folder.glob("head-*.json")):
            head = _open_head(path.read_text("utf-8"), keys)
            if head is None:
                problems.append(f"{path.name}: no signature of a trusted key fits")
            else:
                heads.append((path.name, head))
    if not heads:
        problems.append("no signed head to compare with; whoever wrote the log may rewrite it")
    replayed = replay(asked.folder, {int(head["number"]) for _, head in heads})
    problems += replayed.problems + head_problems(replayed, heads)
    for problem in problems:
        sys.stdout.write(problem + "\n")
    sys.stdout.write(f"{replayed.lines} lines, {len(heads)} heads, {len(problems)} problems\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
