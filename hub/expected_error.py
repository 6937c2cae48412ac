"""Errors that a person can do something about.

Here: their common class. Never here: an error of its own. Next: the command line prints such an
error as one line; any other is a fault of the program and keeps its trace.
"""


class ExpectedError(Exception):
    """The message says what is wrong and what to do, and holds no value of anybody's data."""
