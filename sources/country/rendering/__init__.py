"""Deliveries of the simulated country: facts told in each document type's own way.

Here: which facts a type tells (`selection`), when (`calendar`), what it adds (`own_columns`,
`corrections`) and how it writes them (`documents` and one module a format). Never here: who the
people are (`population`), what is true of them (`facts`), or reading anything back.
Next: `sources.country.nights` writes the files of a night.
"""

from sources.country.rendering.documents import render_document

__all__ = ["render_document"]
