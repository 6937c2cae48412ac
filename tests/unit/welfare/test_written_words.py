"""Words that working tables hold as numbers: what is written of them is the same in every run."""

from __future__ import annotations

import datetime as dt

from warehouse.workbench import Workbench


def test_no_encoded_word_is_written_in_a_column_with_nulls_or_in_a_list(town, monkeypatch):
    # DuckDB writes an ENUM's words into the file; which of them, where there are nulls or lists, depends
    # on how threads share the rows.
    encoded: dict[tuple[str, str], str] = {}
    build = Workbench.build_from

    def watched(bench, table, select):
        statement = select.strip().rstrip(";")
        for column, kind, *_ in bench.connection.execute(f"DESCRIBE {statement}").fetchall():
            if "ENUM" in kind:
                encoded[table, column] = kind
        return build(bench, table, select)

    monkeypatch.setattr(Workbench, "build_from", watched)
    for name in ("kim", "lee"):
        town.person(name, dt.date(1980, 5, 5))
    town.household("house", ("kim", "head"), ("lee", "spouse"))
    town.wage("kim", "I26-F19-01", dt.date(2026, 3, 1), 2_100_000)
    town.add("f15", "lee", "I23-F15-01", period=dt.date(2026, 3, 1), amount=300_000)
    town.add("f01", "kim", "I01-F01-01", birth_date=dt.date(1980, 5, 5))
    town.add("f09", "lee", "I08-F09-04", level="university", status="enrolled")
    bench = town.decided()
    assert ("income", "document_type") in encoded
    assert not [place for place, kind in encoded.items() if "[" in kind]
    nulls = [
        (table, column)
        for table, column in encoded
        if bench.value(f'SELECT count(*) - count("{column}") FROM "{table}"')
    ]
    assert not nulls
    assert bench.value("SELECT count(*) - count(said) FROM fact_evidence")
