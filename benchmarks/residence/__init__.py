"""Resident size and rate of one long crawl: `python -m benchmarks.residence`."""
