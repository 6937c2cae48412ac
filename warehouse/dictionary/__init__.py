"""The data dictionary: what every released table and column means, where it comes from, its unit.

Here: meanings in English and Korean. Never here: the tables themselves, or how a dictionary is
shown. Next: marts carry it as comments and as tables, `pipelines.dictionary_page` writes it as a
page, `hub dictionary` answers from it.
"""

from warehouse.dictionary.meanings import ColumnMeaning, Dictionary, TableMeaning
from warehouse.dictionary.saying import described_tables

__all__ = ["ColumnMeaning", "Dictionary", "TableMeaning", "described_tables"]
