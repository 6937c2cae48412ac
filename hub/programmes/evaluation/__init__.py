"""Deciding with arrays: all programmes over all subjects, and one decision again with its trace.

Here: the kernel, the decision rows, interactions, replay. Never here: the law (`catalogue`,
`parameters`), or how facts are found (`warehouse/sql/decisions`). Next: `pipelines.steps.decisions`.
"""
