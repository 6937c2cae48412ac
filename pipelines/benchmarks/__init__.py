"""Benchmarks: what the hub costs, as ratios against a named rival in one run.

Here: `hub bench NAME`, one module a benchmark. Never here: assertions on time; the machine is
noisy, so figures go to `docs/benchmarks.md` with their date and command. Benchmarks may read the
truth about the simulated country; nothing else of the pipeline may.
"""
