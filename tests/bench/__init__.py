"""Measurements, side by side in one run and given as ratios: ``python -m tests.bench`` (``make bench``).

Each measurement is a module with ``measure(directory, ...) -> dict[str, float]`` that runs in a process of its own, on
two cores, in an empty directory. ``__main__`` runs them all, and prints a table and JSON. Those on real servers start
their own (``real_servers``), on the same two cores.
"""
