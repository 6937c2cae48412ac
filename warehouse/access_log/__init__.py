"""The log of accesses to personal data: nobody sees anything of which no line is on the disk.

Here: writing lines (`log`), signing heads (`heads`), checking all of it (`replay`, `verification`),
asking before answering (`answering`), reading it as tables (`frames`), and finding misuse in it
(`detection`). Never here: who may see what (grants), or judging anybody: an alert is a question.
"""

from warehouse.access_log.entry import AccessEntry, AccessResult
from warehouse.access_log.errors import AccessLogError, AccessRefusedError
from warehouse.access_log.heads import AccessHead
from warehouse.access_log.log import AccessLog
from warehouse.access_log.verification import check, verify

__all__ = [
    "AccessEntry",
    "AccessHead",
    "AccessLog",
    "AccessLogError",
    "AccessRefusedError",
    "AccessResult",
    "check",
    "verify",
]
