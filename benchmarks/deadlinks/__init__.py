"""Dead image links at the head of the list: `python -m benchmarks.deadlinks`."""
