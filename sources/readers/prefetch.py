"""Parsing chunks side by side, results in order, with few of them in memory.

Here: the one thread pool of the readers. Never here: what is parsed. Next: `OpenDelivery` yields
the results as batches. Threads are enough: the parsers work outside the interpreter's lock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

WORKERS = 2

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_order(
    parse: Callable[[Item], Result], items: Iterable[Item], workers: int = WORKERS
) -> Iterator[Result]:
    """Yield `parse(item)` for each item in order; at most `workers` items are ahead."""
    with ThreadPoolExecutor(workers, thread_name_prefix="reader") as pool:
        ahead: deque[Future[Result]] = deque()
        try:
            for item in items:
                ahead.append(pool.submit(parse, item))
                if len(ahead) > workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()
