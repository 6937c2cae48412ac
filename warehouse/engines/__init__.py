"""Engines that build a night's tables; DuckDB's is `warehouse.workbench`.

Here: one package an engine. Never here: SQL of a table (`warehouse/sql`), which every engine runs.
Next: `pipelines.steps` opens the engine that the night asks for.
"""
