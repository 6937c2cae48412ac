"""The gateway: the one way by which people with a grant ask a release in SQL.

Here: judging a statement (`statements`), asking it in a process that can do nothing else (`child`,
`confinement`), log and grants around it (`gateway`), small cells (`cells`), HTTP (`server`). Never
here: who may see what (`hub.access`), or what a table means. Next: `hub query` and `hub serve`.
"""
