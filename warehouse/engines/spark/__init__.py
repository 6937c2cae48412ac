"""The night's SQL on Apache Spark: translated, run, and written as the same Parquet.

Here: translation (`translation`), session (`session`), reading and writing (`parquet_files`), the
workbench (`workbench`). Never here: SQL of a table. Next: `pipelines.steps.engines`.

Needs the dependency group `spark` and Java 17; imports of pyspark stay inside functions.
"""
