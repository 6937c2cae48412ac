"""The language of the programmes: facts, units, expressions, and what is wrong with them.

Here: vocabulary, typed trees, the parser and checker, SQL text. Never here: rows of data. Next:
`hub.programmes.catalogue` reads programmes with it, `hub.programmes.evaluation` decides with them.
"""
