"""Pages per second beside stock Scrapy and the bare engine: `python -m benchmarks.pages`."""
