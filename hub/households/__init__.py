"""Households: which people welfare law takes together.

Here: the registered household's identity. Never here: the person index, money, or SQL. Next:
profiles and programmes, which choose the unit that their rule names.
"""
