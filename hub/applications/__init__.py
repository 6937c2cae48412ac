"""The check of an application before a grant: what stands in its way, and what somebody should look at.

Add here: what is judged and how it is said. Never here: reading a release (`pipelines.application_rows`).
Next: `hub check-application` prints it; systems of authorities take its JSON.
"""
