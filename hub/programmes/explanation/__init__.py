"""Decisions in words: why a programme is or is not given, from what, and what would change it.

Here: trees of sentences in English and Korean, made from a replay. Never here: deciding
(`hub.programmes.evaluation`), reading a release or printing (`pipelines.explain_commands`).
"""
