"""The person index: which identity signatures are one person, under an ID that stays.

Here: standardising names and addresses, the guarded national-ID pass, the linkage model, the
resolution of scored pairs, and person IDs. Never here: files, Dagster, or the order in which the
steps run (`pipelines.steps.index`). Next: `hub.households` and every table that has a person_id.
"""
