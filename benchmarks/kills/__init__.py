"""`kill -9` at random moments of a crawl, beside stock JOBDIR: `python -m benchmarks.kills`."""
