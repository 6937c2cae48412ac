"""An official who asks the gateway one question after another, in a process that may be killed.

Run as a program, `asking_scene.py <home> <first> <count>`: prints a line for each answer, as it is given:
the question's number and the digest of its answer; or the number and why there was none.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import gateway_scene

from warehouse.access_log import AccessLogError, AccessRefusedError
from warehouse.access_log.answering import Asker
from warehouse.gateway.gateway import answer, result_digest
from warehouse.layout import Layout
from warehouse.releases import current


def question(number: int) -> str:
    """A question that has an answer of its own."""
    return f"SELECT person_id, {number} AS n FROM person ORDER BY 1 LIMIT 2"


def ask(layout: Layout, number: int) -> str:
    """Return the digest of what was answered."""
    release = current(layout)
    if release is None:
        raise LookupError("nothing is released")
    asker = Asker("engineer", "data_quality")
    given = answer(layout, asker, question(number), release, today=lambda: gateway_scene.TODAY)
    return result_digest(given.table)


def main(home: str, first: str, count: str) -> None:
    """Ask so many questions, from this number on."""
    layout = Layout(Path(home))
    for number in itertools.islice(itertools.count(int(first)), int(count)):
        try:
            said = ask(layout, number)
        except (AccessLogError, AccessRefusedError) as error:
            said = f"none {type(error).__name__}"
        sys.stdout.write(f"{number} {said}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
