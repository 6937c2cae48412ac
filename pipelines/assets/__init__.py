"""Dagster assets: one for each document type, and those that are made from them.

Add here: the wrapping of a step in an asset, ten lines at most. Never here: work; it lies in
`pipelines.steps`. `pipelines.definitions` gathers what these modules define.
"""
