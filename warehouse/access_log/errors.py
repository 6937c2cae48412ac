"""What can go wrong with the access log; whoever meets one of these answers nothing.

Here: the error types. Never here: deciding what to do; callers refuse to answer.
"""


class AccessLogError(Exception):
    """An access cannot be logged durably, or the log is not whole; nothing may be answered."""


class AccessRefusedError(Exception):
    """The access is not granted; the refusal stands in the log, and the message says why."""
