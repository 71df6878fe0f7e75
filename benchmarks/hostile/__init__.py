"""Hostile files and servers, one at a time: `python -m benchmarks.hostile`."""
