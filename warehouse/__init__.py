"""Where does it lie? Paths, DuckDB, Parquet, vault, lake, ledger and releases.

Never here: what the data mean (`hub`), what arrives (`sources`), when it runs (`pipelines`).
"""
