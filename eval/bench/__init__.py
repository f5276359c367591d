"""Benchmarks: each is run by `python -m eval.bench.NAME` and prints what it measured."""
