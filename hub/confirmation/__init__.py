"""Confirmation rounds (확인조사): who takes part when, what is counted, how a round is shown.

Add here: the calendar, tallies, pages. Never here: recomputing people (`pipelines.steps.confirmation`)
or SQL (`warehouse/sql/confirmation`). Next: `hub confirm` runs a round and writes its results.
"""
