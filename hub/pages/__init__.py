"""Pages of figures that people look at: one static file, no script, no network, no personal data.

Here: the frame of a page (`page`) and what charts have in common (`charts`). Never here: figures, or
what a page says. Next: reports on the index, findings, scorecards and confirmation rounds are
written with it.
"""
