"""Mutated files of every format, read in a process that may die: which of them a reader survives.

Run as a program, `mutation_scene.py <inputs a format> <first>` reads `inputs` inputs of each of
`readers_scene.FORMATS`, from the input at place `first` of all on, and prints a JSON object for each:
its format and number, the rule that stopped it or null, CPU seconds, and what was wrong with the
reading, if anything. An input is made from its number alone, so that one that breaks a reader can be
made again. A reading that hangs ends the process.
"""

from __future__ import annotations

import faulthandler
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import readers_scene as scene

from hub.conforming import Conformer
from hub.delivery import DeliveryStopped
from hub.reasons import REASONS

PROJECT = Path(__file__).parents[2]
HANGS_AFTER_SECONDS = 60
"""Wall time after which a process is given up; what is promised is CPU time."""
TOKENS = (
    *(
        text.encode()
        for text in (
            "\n", "\r", "\r\n", "\n\n", '"', '""', ",", ",,,,", "\0", "\ufeff", "<", ">", "</row>", "<row>",
            "<!DOCTYPE x [<!ENTITY a 'b'>]>", "&a;", "&#0;", "&#x110000;", "<![CDATA[", "-->", "<?x?>",
            "{", "}", "[", "]", "[" * 600, '{"a":' * 300, "\\u0000", "\\ud800", "null", "NaN", "-0", "1e999",
            "9" * 400, "-" * 40, "0.1", "true", "T", "H", "D", " " * 300, "\u202e", "가" * 50, "\U0001f600",
            "delivery", "version=", "encoding=", "PAR1", "1900-00-00",
        )
    ),
    b"\xff\xfe", b"\xc3\x28", b"\x81", b"\x80\x00\x00\x00", b"\xff\xff\xff\x7f", b"\x00" * 16,
)  # fmt: skip
ROWS = [
    (f"90010112{number:05d}", f"이름{number}", "20260105", str(number * 7), "1.5", "0")
    for number in range(12)
] + scene.ROWS


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading one input came to."""

    place: int
    """Its format's place in `readers_scene.FORMATS`."""
    number: int
    rule: str | None
    cpu_seconds: float
    problem: str


@cache
def _sound(place: int) -> bytes:
    return scene.written(scene.document(*scene.FORMATS[place]), ROWS)


def mutated(place: int, number: int) -> bytes:
    """Return input `number` of format `place`: a sound file after one to eight changes, or junk."""
    chance = random.Random(f"{place} {number}")  # noqa: S311  reproducible, no secret
    if number % 40 == 0:
        return chance.randbytes(chance.randint(1, 600))
    content = bytearray(_sound(place))
    if number % 40 == 1:
        other = chance.randrange(len(scene.FORMATS))
        content += _sound(other)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        chance.choice(_CHANGES)(content, chance)
    return bytes(content)


def _place(content: bytearray, chance: random.Random) -> int:
    """A place anywhere, or where frames begin and end."""
    size = len(content)
    where = chance.randrange(4)
    if where == 0:
        return min(chance.randrange(120), size)
    return max(size - chance.randrange(120), 0) if where == 1 else chance.randint(0, size)


def _flip_bit(content: bytearray, chance: random.Random) -> None:
    if content:
        place = min(_place(content, chance), len(content) - 1)
        content[place] ^= 1 << chance.randrange(8)


def _set_byte(content: bytearray, chance: random.Random) -> None:
    if content:
        place = min(_place(content, chance), len(content) - 1)
        content[place] = chance.choice(
            (0, 1, 0x0A, 0x20, 0x22, 0x7F, 0x80, 0xFF, chance.randrange(256))
        )


def _insert(content: bytearray, chance: random.Random) -> None:
    place = _place(content, chance)
    content[place:place] = chance.choice((*TOKENS, chance.randbytes(chance.randint(1, 9))))


def _replace(content: bytearray, chance: random.Random) -> None:
    place = _place(content, chance)
    content[place : place + chance.randint(1, 12)] = chance.choice(TOKENS)


def _cut_out(content: bytearray, chance: random.Random) -> None:
    place = _place(content, chance)
    del content[place : place + chance.choice((1, 1, 2, 7, 40, 300))]


def _cut_off(content: bytearray, chance: random.Random) -> None:
    del content[_place(content, chance) :]


def _repeat(content: bytearray, chance: random.Random) -> None:
    place = _place(content, chance)
    piece = content[place : place + chance.choice((1, 4, 60, 400))]
    content[place:place] = piece * chance.choice((1, 2, 50))


def _move(content: bytearray, chance: random.Random) -> None:
    place = _place(content, chance)
    piece = content[place : place + chance.randint(1, 200)]
    del content[place : place + len(piece)]
    target = _place(content, chance)
    content[target:target] = piece


def _swap_lines(content: bytearray, chance: random.Random) -> None:
    lines = bytes(content).split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    content[:] = b"\n".join(lines)


def _change_number(content: bytearray, chance: random.Random) -> None:
    numbers = list(re.finditer(rb"[0-9]+", bytes(content)))
    if numbers:
        found = chance.choice(numbers)
        length = len(found[0])
        new = chance.choice((b"0" * length, b"9" * length, b"9" * 25, b"-1", b"", b"2147483648"))
        content[found.start() : found.end()] = new


_CHANGES = (
    _flip_bit, _set_byte, _insert, _insert, _replace, _cut_out, _cut_off, _repeat, _move, _swap_lines,
    _change_number,
)  # fmt: skip


def problem_of(place: int, content: bytes, folder: Path) -> tuple[str | None, str]:
    """Read and conform; return the rule that stopped the delivery and what is wrong with the reading."""
    document = scene.document(*scene.FORMATS[place])
    try:
        opened, batches = scene.read(document, content, folder)
    except DeliveryStopped as stop:
        if REASONS[stop.rule].level != "delivery":
            return stop.rule, "a rule of rows stopped the delivery"
        has_number = re.search(r"[0-9]{6}[-_ ]?[0-9]{7}", str(stop))
        return stop.rule, "a number stands in the message" if has_number else ""
    conformer = Conformer(document, opened.version, scene.FAMILY, {}, scene.PlainTokeniser())
    received = 0
    for batch in batches:
        conformed = conformer.conform(batch)
        received += conformed.received_rows
        if conformed.received_rows != (
            conformed.accepted.height + conformed.quarantined.height + conformed.superseded_rows
        ):
            return None, "rows are not conserved"
        if conformed.received_amount != (
            conformed.accepted_amount + conformed.quarantined_amount + conformed.superseded_amount
        ):
            return None, "won are not conserved"
        if not set(conformed.quarantined["rule"]) <= set(REASONS):
            return None, "an unknown rule"
    return None, "" if received == opened.received_rows else "batches lost rows"


def readings(inputs: int) -> Iterator[Reading]:
    """Yield a reading for each of `inputs` inputs of every format, in order.

    One that kills or hangs its process says so, and the rest are read by another process.
    """
    following, total = 0, inputs * len(scene.FORMATS)
    while following < total:
        with subprocess.Popen(
            [sys.executable, __file__, str(inputs), str(following)],
            cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            for line in process.stdout:
                yield Reading(**json.loads(line))
                following += 1
            code = process.wait()
        if following < total:
            place, number = divmod(following, inputs)
            yield Reading(place, number, None, 0.0, f"the process ended with {code}")
            following += 1


def _read(place: int, number: int, folder: Path) -> Reading:
    content = mutated(place, number)
    faulthandler.dump_traceback_later(HANGS_AFTER_SECONDS, exit=True)
    begun = time.process_time()
    try:
        rule, problem = problem_of(place, content, folder)
    except Exception as error:  # noqa: BLE001  whatever escapes is what is looked for
        rule, problem = None, f"{type(error).__name__} escaped"
    return Reading(place, number, rule, time.process_time() - begun, problem)


def _main() -> None:
    inputs, first = map(int, sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        for place in range(len(scene.FORMATS)):
            # Libraries load with the first file; that is no cost of an input.
            problem_of(place, _sound(place), Path(folder))
        for following in range(first, inputs * len(scene.FORMATS)):
            reading = _read(*divmod(following, inputs), Path(folder))
            sys.stdout.write(json.dumps(asdict(reading)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    _main()
