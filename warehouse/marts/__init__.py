"""Marts: database files of a release, one for each role and purpose, holding only what it may see.

Here: building them from the released tables. Never here: who may open one (`hub.access`), or the
internal mart of everything (`warehouse.mart`). Next: the gateway opens
`Release.mart("<role>__<purpose>")` for whoever was granted that role and purpose.
"""
