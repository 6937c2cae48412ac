"""What can go wrong with the ledger, in words that an operator can act on.

Here: the one error type. Never here: errors about deliveries, which are states, not exceptions.
"""


class LedgerError(Exception):
    """The ledger refused: the message says what was asked, why it cannot be, and what to do."""
