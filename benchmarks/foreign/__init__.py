"""A crawl of pages that we did not write: `python -m benchmarks.foreign`."""
