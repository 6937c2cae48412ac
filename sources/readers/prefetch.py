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
    pool = ThreadPoolExecutor(workers, thread_name_prefix="reader")
    ahead: deque[Future[Result]] = deque()
    try:
        for item in items:
            ahead.append(pool.submit(parse, item))
            if len(ahead) > workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        # Never wait here. A stopped delivery leaves this generator to the garbage collector, which
        # may run it anywhere, also inside the start of another thread; joining there is a deadlock.
        pool.shutdown(wait=False, cancel_futures=True)
