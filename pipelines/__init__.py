"""When does it run? Dagster assets, checks, jobs, schedules and sensors."""
