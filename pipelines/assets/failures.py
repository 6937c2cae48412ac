"""How assets and jobs fail: with a code and pointers, and without a value of anybody's data.

Here: the decorator of every body that Dagster runs. Never here: what is left of an error
(`hub.unquoted_error`). Next: Dagster keeps the failure in its databases, logs and pages.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg

from hub.unquoted_error import unquoted

QUOTES_NOTHING = "_quotes_nothing"
"""Attribute of a decorated body, which a test looks for."""


@contextmanager
def _cut() -> Iterator[None]:
    try:
        yield
    except dg.Failure as failure:
        if failure.__cause__ is None and failure.__suppress_context__:
            raise
        raise dg.Failure(failure.description, allow_retries=failure.allow_retries) from None
    except Exception as error:  # noqa: BLE001  whatever it is, its text may quote data
        failed = unquoted(error)
        raise dg.Failure(
            str(failed),
            metadata={"code": failed.code, "place": failed.place, "at": "; ".join(failed.pointers)},
        ) from None


def quotes_nothing(body: Callable[..., Any]) -> Callable[..., Any]:
    """Let the body of an asset or op fail without its error's text, causes and context."""
    if inspect.isgeneratorfunction(body):

        @functools.wraps(body)
        def whole(*arguments: Any, **named: Any) -> Iterator[Any]:
            with _cut():
                yield from body(*arguments, **named)

    else:

        @functools.wraps(body)
        def whole(*arguments: Any, **named: Any) -> Any:
            with _cut():
                return body(*arguments, **named)

    setattr(whole, QUOTES_NOTHING, True)
    return whole
