"""Parsing chunks side by side: order, errors, and a reader that nobody finishes."""

import threading

import pytest

from sources.readers.prefetch import map_in_order


def test_results_come_in_order():
    assert list(map_in_order(lambda number: number * 2, range(20))) == list(range(0, 40, 2))


def test_an_error_comes_at_its_place():
    results = map_in_order(lambda number: 10 // (5 - number), range(10))
    assert [next(results) for _ in range(5)] == [2, 2, 3, 5, 10]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_an_unfinished_reader_is_dropped_without_waiting_for_its_workers():
    """The garbage collector may close it while another thread starts: joining would hang."""
    go_on = threading.Event()

    def parse(number):
        if number:
            go_on.wait(60)
        return number

    results = map_in_order(parse, range(10))
    assert next(results) == 0
    closing = threading.Thread(target=results.close, daemon=True)
    closing.start()
    closing.join(10)
    was_closed = not closing.is_alive()
    go_on.set()
    assert was_closed
