"""What does it mean? The domain: no Dagster, no Great Expectations, no file access."""
