"""Welfare programmes as data: dated parameters, conditions, amounts, and their SQL."""
